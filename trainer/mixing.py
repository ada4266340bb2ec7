"""Noisy speech made on the fly: a scene is drawn, then rendered to a pair (x, y).

x is the clean target, y the noisy mixture: float32 [samples], full scale ±1, aligned sample by sample.
All chance comes from the generator handed in, so a pair is a function of its seed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import scipy.fft
import scipy.signal
import soxr

# draw(rng, samples) -> float32 [samples], full scale ±1: a random stretch of recorded sound
Draw = Callable[[np.random.Generator, int], np.ndarray]
# (speech, noise): impulse responses of one room, float32 [n] each, the direct path of speech at index 0
Room = tuple[np.ndarray, np.ndarray]
Range = tuple[float, float]

QUIET = 1e-5  # below this RMS (-100 dBFS) a stretch counts as silence


@dataclass(frozen=True)
class MixConfig:
    """What the scenes are like: a probability is a share of examples, a range is (lowest, highest)."""

    # signal-to-noise ratio: active RMS of the speech as the microphone hears it over the RMS of the noise
    snr: Literal["normal", "uniform"] = "normal"  # distribution; uniform ignores mean and deviation
    snr_mean: float = 7.0  # of the normal distribution, dB
    snr_deviation: float = 7.0  # standard deviation of the normal distribution, dB
    snr_range: Range = (-6.0, 30.0)  # the normal distribution is clipped to it, dB
    # level and presence
    level_range: Range = (-45.0, -12.0)  # RMS of the mixture, dBFS (less where a peak would pass full scale)
    speech_absent: float = 0.04  # probability: noise only, x = 0
    noise_absent: float = 0.03  # probability: y = x
    silence: float = 0.1  # probability: the scene starts with digital silence
    silence_range: Range = (0.1, 1.0)  # its length, s (half of the example at most)
    gap: float = 0.1  # probability: the talker is silent for a while
    gap_range: Range = (0.2, 1.0)  # its length, s (half of the example at most)
    jump: float = 0.03  # probability: the whole scene changes its level at one point
    jump_range: Range = (6.0, 20.0)  # size of the step, up or down, dB
    # the sources
    speed: float = 0.3  # probability, for each source alone: resampled, which moves tempo and pitch together
    speed_range: Range = (0.9, 1.1)  # ratio
    equaliser: float = 0.5  # probability, for speech (x and y alike) and noise alone: shelves and a peak
    equaliser_gain: float = 6.0  # largest boost or cut of each of the three, dB
    babble: float = 0.1  # probability: the noise is other talkers
    babble_talkers: tuple[int, int] = (3, 8)  # how many
    synthetic: float = 0.15  # probability: the noise is made: coloured noise, hum, tones or clicks
    second_noise: float = 0.2  # probability: a recorded noise joins the first
    second_noise_range: Range = (-10.0, 5.0)  # its RMS over that of the first, dB
    # the room
    reverb: float = 0.35  # probability: y has the whole response of a room, x its early part
    reverb_noise: float = 0.5  # probability, given reverb: the noise too is in that room
    early: float = 0.05  # what x keeps after the direct sound, s
    early_fade: float = 0.02  # the last part of it, over which it fades to nothing, s
    # the channel
    clipping: float = 0.03  # probability: y (never x) is clipped
    clipping_range: Range = (0.2, 0.8)  # clipped at this part of the peak of y
    low_pass: float = 0.05  # probability: x and y lose their highs, as on a telephone
    low_pass_range: Range = (3400.0, 7000.0)  # corner, Hz
    low_cut: float = 0.05  # probability: x and y lose their lows
    low_cut_range: Range = (50.0, 300.0)  # corner, Hz

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, list | tuple):
                if len(value) != 2 or not value[0] <= value[1]:
                    raise ValueError(f"{field.name} is {value}: it must be (lowest, highest)")
                if field.name in _POSITIVE and not value[0] > 0:
                    raise ValueError(f"{field.name} is {value}: both must be above 0")
            elif field.name in _PROBABILITIES and not 0 <= value <= 1:
                raise ValueError(f"{field.name} is {value}: a probability lies between 0 and 1")
        for names in (("speech_absent", "noise_absent"), ("babble", "synthetic")):
            total = sum(getattr(self, name) for name in names)
            if total > 1:
                raise ValueError(f"{' + '.join(names)} is {total:g}: together they must not exceed 1")
        if self.snr not in ("normal", "uniform"):
            raise ValueError(f"snr is {self.snr!r}: it must be 'normal' or 'uniform'")
        if self.snr_deviation < 0:
            raise ValueError(f"snr_deviation is {self.snr_deviation}: it must be 0 or more")
        if not 0 <= self.early_fade <= self.early:
            raise ValueError(
                f"early_fade is {self.early_fade}: it must lie between 0 and early ({self.early})"
            )


_PROBABILITIES = {
    *("speech_absent", "noise_absent", "silence", "gap", "jump", "speed", "equaliser", "babble", "synthetic"),
    *("second_noise", "reverb", "reverb_noise", "clipping", "low_pass", "low_cut"),
}
_POSITIVE = {"speed_range", "babble_talkers", "clipping_range", "low_pass_range", "low_cut_range"}


@dataclass(frozen=True)
class Scene:
    """Every decision about one example but the waveforms themselves."""

    speech: bool  # somebody talks
    noise: Literal["none", "recorded", "babble", "synthetic"]
    second_noise: float | None  # level of a second, recorded noise over the first, dB
    talkers: int  # of the babble
    snr: float  # dB
    level: float  # RMS of the mixture, dBFS
    room: int | None  # index of the room
    noise_in_room: bool
    gap: Range | None  # (start as part of the example, length in s) of a pause in the speech
    jump: Range | None  # (time as part of the example, step in dB)
    low_pass: float | None  # Hz
    low_cut: float | None  # Hz
    clipping: float | None  # threshold as part of the peak
    silence: float  # digital silence at the start, s


def draw_scene(rng: np.random.Generator, config: MixConfig, rooms: int = 0) -> Scene:
    """Draw the decisions of one example; `rooms` is the number of rooms to choose from."""

    # Each draw is made whether it is used or not: an option changed leaves all other decisions as they were.
    def happens(probability: float) -> bool:
        return bool(rng.random() < probability)

    def within(bounds: Range) -> float:
        return float(rng.uniform(*bounds))

    def perhaps(probability: float, bounds: Range) -> float | None:
        yes, value = happens(probability), within(bounds)
        return value if yes else None

    presence, kind = rng.random(2)
    speech = bool(presence >= config.speech_absent)
    noisy = presence < 1 - config.noise_absent or not speech
    made = kind < config.babble + config.synthetic
    noise = "babble" if kind < config.babble else "synthetic" if made else "recorded"
    second = perhaps(config.second_noise, config.second_noise_range)
    few, many = config.babble_talkers
    talkers = few + int(rng.random() * (many - few + 1))
    normal, uniform = rng.normal(config.snr_mean, config.snr_deviation), within(config.snr_range)
    snr = float(np.clip(normal, *config.snr_range)) if config.snr == "normal" else uniform
    level = within(config.level_range)
    reverb, room = happens(config.reverb), int(rng.random() * rooms)
    noise_in_room = happens(config.reverb_noise)
    gap, gap_at = perhaps(config.gap, config.gap_range), rng.random()
    jump, jump_at, up = perhaps(config.jump, config.jump_range), within((0.25, 0.75)), happens(0.5)
    low_pass = perhaps(config.low_pass, config.low_pass_range)
    low_cut = perhaps(config.low_cut, config.low_cut_range)
    clipping = perhaps(config.clipping, config.clipping_range)
    silence = perhaps(config.silence, config.silence_range)
    return Scene(
        speech=speech,
        noise=noise if noisy else "none",
        second_noise=second if noisy else None,
        talkers=talkers,
        snr=snr,
        level=level,
        room=room if reverb and noisy and rooms else None,
        noise_in_room=noise_in_room,
        gap=None if gap is None else (gap_at, gap),
        jump=None if jump is None else (jump_at, jump if up else -jump),
        low_pass=low_pass,
        low_cut=low_cut,
        clipping=clipping if noisy else None,
        silence=silence or 0.0,
    )


def mix(
    rng: np.random.Generator,
    samples: int,
    speech: Draw,
    noise: Draw,
    config: MixConfig,
    rooms: Sequence[Room] = (),
    sample_rate: int = 16000,
) -> tuple[np.ndarray, np.ndarray]:
    """Return (x, y), the clean target and the noisy mixture: float32 [samples], within ±1, without NaN.

    `speech` and `noise` are called for as much recorded sound as the scene needs.
    """
    scene = draw_scene(rng, config, len(rooms))
    return render(rng, scene, samples, speech, noise, config, rooms, sample_rate)


def render(
    rng: np.random.Generator,
    scene: Scene,
    samples: int,
    speech: Draw,
    noise: Draw,
    config: MixConfig,
    rooms: Sequence[Room] = (),
    sample_rate: int = 16000,
) -> tuple[np.ndarray, np.ndarray]:
    """Render a scene to (x, y); see `mix`."""
    room = rooms[scene.room] if scene.room is not None else None
    x = wet = np.zeros(samples, np.float32)
    if scene.speech:
        wet = _source(rng, speech, samples, config, sample_rate)
        if scene.gap:
            wet = pause(wet, *scene.gap, sample_rate)
        x = wet
        if room is not None:
            early = early_part(room[0], config.early, config.early_fade, sample_rate)
            x, wet = convolve(wet, [early, room[0]])
    y = wet
    if scene.noise != "none":
        n = _noise(rng, scene, samples, speech, noise, config, sample_rate)
        if room is not None and scene.noise_in_room:
            (n,) = convolve(n, [room[1]])
        loudness = active_rms(wet, sample_rate)
        if loudness > QUIET:
            n = n * np.float32(loudness / max(rms(n), QUIET) * 10 ** (-scene.snr / 20))
        y = wet + n
    x, y = _channel(scene, np.stack([x, y]), sample_rate)
    x, y = _level(x, y, scene.level)
    if scene.clipping is not None:
        threshold = scene.clipping * np.abs(y).max()
        y = np.clip(y, -threshold, threshold)
    # Last, so that it stays exactly zero.
    start = min(int(scene.silence * sample_rate), samples // 2)
    x[:start] = y[:start] = 0
    return x, y


def _source(
    rng: np.random.Generator, draw: Draw, samples: int, config: MixConfig, sample_rate: int
) -> np.ndarray:
    """One recorded source, at a random speed and through a random equaliser: float32 [samples]."""
    if rng.random() < config.speed:
        ratio = rng.uniform(*config.speed_range)
        signal = change_speed(draw(rng, int(np.ceil(samples * ratio)) + 8), ratio)[:samples]
        signal = np.pad(signal, (0, samples - len(signal)))
    else:
        signal = draw(rng, samples)
    if rng.random() < config.equaliser:
        sos = random_equaliser(rng, config.equaliser_gain, sample_rate)
        signal = scipy.signal.sosfilt(sos, signal).astype(np.float32)
    return signal


def _noise(
    rng: np.random.Generator,
    scene: Scene,
    samples: int,
    speech: Draw,
    noise: Draw,
    config: MixConfig,
    sample_rate: int,
) -> np.ndarray:
    """The noise of a scene before it gets its level: float32 [samples], never silent."""

    def recorded() -> np.ndarray:
        signal = _source(rng, noise, samples, config, sample_rate)
        return signal if rms(signal) > QUIET else coloured_noise(rng, samples)

    if scene.noise == "babble":
        total = np.zeros(samples, np.float32)
        for _ in range(scene.talkers):
            talker = speech(rng, samples)
            loudness = max(active_rms(talker, sample_rate), QUIET)
            total += talker * np.float32(10 ** (rng.uniform(-6, 0) / 20) / loudness)
        if rms(total) < QUIET:
            total = coloured_noise(rng, samples)
    elif scene.noise == "synthetic":
        total = synthetic_noise(rng, samples, sample_rate)
    else:
        total = recorded()
    if scene.second_noise is not None:
        other = recorded()
        total = total + other * np.float32(rms(total) / rms(other) * 10 ** (scene.second_noise / 20))
    return total


def _channel(scene: Scene, pair: np.ndarray, sample_rate: int) -> np.ndarray:
    """What happens to x and y alike on their way: band limits and a change of level; pair is [2, samples]."""
    if scene.low_pass is not None:
        corner = min(scene.low_pass, 0.45 * sample_rate)
        pair = scipy.signal.sosfilt(scipy.signal.butter(8, corner, fs=sample_rate, output="sos"), pair)
    if scene.low_cut is not None:
        sos = scipy.signal.butter(2, scene.low_cut, "highpass", fs=sample_rate, output="sos")
        pair = scipy.signal.sosfilt(sos, pair)
    if scene.jump:
        time, step = scene.jump
        samples = pair.shape[-1]
        at = int(time * samples)
        gain = np.ones(samples, np.float32)
        gain[at:] = 10 ** (step / 20)
        ramp = min(int(0.005 * sample_rate), samples - at)
        gain[at : at + ramp] = np.linspace(1, 10 ** (step / 20), ramp)
        pair = pair * gain
    return pair.astype(np.float32)


def _level(x: np.ndarray, y: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Bring the RMS of y to `level` dBFS; if a peak of x or y would then pass full scale, both get less."""
    gain = 10 ** (level / 20) / max(rms(y), QUIET)
    peak = max(np.abs(x).max(initial=0), np.abs(y).max(initial=0)) * gain
    gain = np.float32(gain * min(1.0, 0.999 / max(peak, QUIET)))
    return x * gain, y * gain


# --- measures ---


def rms(signal: np.ndarray) -> float:
    """Root of the mean square of a signal [samples]."""
    return float(np.sqrt(np.dot(signal, signal) / max(len(signal), 1)))


def active_rms(signal: np.ndarray, sample_rate: int = 16000, margin: float = 30.0) -> float:
    """RMS over the 20 ms frames that are at most `margin` dB below the loudest frame; 0 for silence."""
    frame = sample_rate // 50
    count = len(signal) // frame
    if count == 0:
        return rms(signal)
    frames = signal[: count * frame].reshape(count, frame)
    energy = np.einsum("ij,ij->i", frames, frames) / frame
    active = energy[energy >= energy.max() * 10 ** (-margin / 10)]
    return float(np.sqrt(active.mean()))


# --- what is done to a recorded signal ---


def change_speed(signal: np.ndarray, ratio: float) -> np.ndarray:
    """Play `signal` `ratio` times as fast, pitch included: float32 [about len / ratio]."""
    return soxr.resample(signal, float(ratio), 1.0, quality="MQ").astype(np.float32, copy=False)


def pause(signal: np.ndarray, where: float, seconds: float, sample_rate: int) -> np.ndarray:
    """Silence `seconds` of a signal, half of it at most; `where` in 0 … 1 places the pause. Fades: 10 ms."""
    length = min(int(seconds * sample_rate), len(signal) // 2)
    start = int(where * (len(signal) - length))
    fade = min(sample_rate // 100, length // 2)
    gain = np.zeros(length, np.float32)
    gain[:fade] = np.linspace(1, 0, fade)
    gain[length - fade :] = np.linspace(0, 1, fade)
    signal = signal.copy()
    signal[start : start + length] *= gain
    return signal


def random_equaliser(rng: np.random.Generator, gain: float, sample_rate: int) -> np.ndarray:
    """A low shelf, a peak and a high shelf of at most ±`gain` dB: second-order sections [3, 6]."""
    corners = np.exp(rng.uniform(np.log([80, 300, 2000]), np.log([400, 4000, 6000])))
    gains = rng.uniform(-gain, gain, 3)
    quality = np.array([0.707, rng.uniform(0.5, 2.0), 0.707])
    w = 2 * np.pi * np.minimum(corners, 0.45 * sample_rate) / sample_rate
    A, alpha, cos = 10 ** (gains / 40), np.sin(w) / (2 * quality), np.cos(w)
    sections = [
        _shelf(A[0], alpha[0], cos[0], -1),
        np.array(
            [
                1 + alpha[1] * A[1],
                -2 * cos[1],
                1 - alpha[1] * A[1],
                1 + alpha[1] / A[1],
                -2 * cos[1],
                1 - alpha[1] / A[1],
            ]
        ),
        _shelf(A[2], alpha[2], cos[2], +1),
    ]
    sos = np.stack(sections)
    return sos / sos[:, 3:4]


def _shelf(A: float, alpha: float, cos: float, side: int) -> np.ndarray:
    """Second-order shelf of the Audio EQ Cookbook (R. Bristow-Johnson); side -1 is low, +1 is high."""
    root = 2 * np.sqrt(A) * alpha
    s = side
    return np.array(
        [
            A * ((A + 1) + s * (A - 1) * cos + root),
            -2 * s * A * ((A - 1) + s * (A + 1) * cos),
            A * ((A + 1) + s * (A - 1) * cos - root),
            (A + 1) - s * (A - 1) * cos + root,
            2 * s * ((A - 1) - s * (A + 1) * cos),
            (A + 1) - s * (A - 1) * cos - root,
        ]
    )


def early_part(rir: np.ndarray, seconds: float, fade: float, sample_rate: int) -> np.ndarray:
    """The first `seconds` of a room's response, the last `fade` seconds of them under a half cosine."""
    early = rir[: max(1, int(seconds * sample_rate))].copy()
    full = int((seconds - fade) * sample_rate)
    tail = early[full:]
    tail *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(len(tail)) + 1) / (int(fade * sample_rate) + 1))
    return early


def convolve(signal: np.ndarray, responses: Sequence[np.ndarray]) -> list[np.ndarray]:
    """`signal` [samples] through each causal response, cut to [samples]; one transform of it serves all."""
    samples = len(signal)
    size = scipy.fft.next_fast_len(samples + max(map(len, responses)) - 1, real=True)
    spectrum = scipy.fft.rfft(signal, size)
    return [scipy.fft.irfft(spectrum * scipy.fft.rfft(r, size), size)[:samples] for r in responses]


# --- noise that is made ---


def synthetic_noise(rng: np.random.Generator, samples: int, sample_rate: int) -> np.ndarray:
    """Coloured noise, mains hum, tones or clicks, the last three with a faint floor: float32 [samples]."""
    kind = rng.choice(["coloured", "hum", "tones", "clicks"], p=[0.4, 0.25, 0.15, 0.2])
    floor = coloured_noise(rng, samples)
    if kind == "coloured":
        return floor
    make = {"hum": hum, "tones": tones, "clicks": clicks}[str(kind)]
    signal = make(rng, samples, sample_rate)
    return signal / np.float32(max(rms(signal), QUIET)) + floor * np.float32(
        10 ** (rng.uniform(-40, -10) / 20)
    )


def coloured_noise(rng: np.random.Generator, samples: int) -> np.ndarray:
    """Gaussian noise whose power goes as f^-s, s from -0.5 (blue) to 2.5 (red), RMS 1: float32 [samples]."""
    size = scipy.fft.next_fast_len(samples, real=True)
    bins = size // 2 + 1
    spectrum = rng.standard_normal(2 * bins, np.float32).view(np.complex64)
    # Flat below 20 Hz of 8 kHz: red noise would be all rumble.
    index = np.maximum(np.arange(bins, dtype=np.float32), max(1, bins // 400))
    spectrum *= index ** np.float32(-rng.uniform(-0.5, 2.5) / 2)
    spectrum[0] = 0
    signal = scipy.fft.irfft(spectrum, size)[:samples]
    return signal / np.float32(max(rms(signal), 1e-30))


def hum(rng: np.random.Generator, samples: int, sample_rate: int) -> np.ndarray:
    """Mains hum: 50 or 60 Hz, up to 30 harmonics that fall by 3 to 12 dB an octave: float32 [samples]."""
    harmonics = np.arange(1, int(rng.integers(3, 31)) + 1)
    amplitude = harmonics ** -rng.uniform(0.5, 2.0) * rng.uniform(0.2, 1.0, len(harmonics))
    # One period as a table: the cost does not grow with the harmonics.
    angle = 2 * np.pi * np.arange(1024) / 1024
    table = amplitude @ np.sin(np.outer(harmonics, angle) + rng.uniform(0, 2 * np.pi, (len(harmonics), 1)))
    mains = rng.choice([50.0, 60.0]) * rng.uniform(0.998, 1.002)
    phase = mains / sample_rate * np.arange(samples) + rng.random()
    return np.interp(phase % 1 * 1024, np.arange(1024), table, period=1024).astype(np.float32)


def tones(rng: np.random.Generator, samples: int, sample_rate: int) -> np.ndarray:
    """One to four steady or pulsing tones from 100 Hz to 0.45 of the sample rate: float32 [samples]."""
    time = np.arange(samples, dtype=np.float32) / np.float32(sample_rate)
    total = np.zeros(samples, np.float32)
    for _ in range(rng.integers(1, 5)):
        frequency = np.exp(rng.uniform(np.log(100), np.log(0.45 * sample_rate)))
        tone = np.sin(np.float32(2 * np.pi * frequency) * time)
        if rng.random() < 0.4:
            tone *= 0.5 + 0.5 * np.sin(np.float32(2 * np.pi * rng.uniform(0.5, 4)) * time)
        total += tone * np.float32(rng.uniform(0.2, 1))
    return total


def clicks(rng: np.random.Generator, samples: int, sample_rate: int) -> np.ndarray:
    """Two to twenty short damped oscillations a second, of random height: float32 [samples]."""
    total = np.zeros(samples, np.float32)
    count = max(1, rng.poisson(rng.uniform(2, 20) * samples / sample_rate))
    length = min(samples, int(0.03 * sample_rate))
    time = np.arange(length) / sample_rate
    shapes = [
        np.exp(-time / rng.uniform(0.0005, 0.006))
        * np.sin(2 * np.pi * rng.uniform(300, 6000) * time + rng.uniform(0, 6))
        for _ in range(3)
    ]
    for start in rng.integers(0, samples, count):
        part = total[start : start + length]
        part += shapes[rng.integers(3)][: len(part)] * 10 ** (rng.uniform(-20, 0) / 20)
    return total
