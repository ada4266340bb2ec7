"""Noisy speech made on the fly: a scene is drawn, then rendered to a pair (x, y).

x is the clean target, y the noisy mixture: float32 [samples], full scale ±1, aligned sample by sample.
All chance comes from the generator handed in, so a pair is a function of its seed.
"""

from collections.abc import Callable, Sequence

import numpy as np
import scipy.signal
import soxr

from trainer.data.channel import coded, drifting_gain, lost_packets
from trainer.data.filters import convolve, early_part, random_equaliser
from trainer.data.levels import QUIET, active_rms, rms
from trainer.data.scene import MixConfig, Scene, draw_scene
from trainer.data.synthetic import bangs, coloured_noise, rumble, synthetic_noise

# draw(rng, samples) -> float32 [samples], full scale ±1: a random stretch of recorded sound
Draw = Callable[[np.random.Generator, int], np.ndarray]
# (speech, noise): impulse responses of one room, float32 [n] each, the direct path of speech at index 0
Room = tuple[np.ndarray, np.ndarray]


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
    if scene.drift:
        x, y = np.stack([x, y]) * drifting_gain(rng, samples, sample_rate, config.drift_gain)
    x, y = _level(x, y, scene.level)
    y = _beside(rng, scene, y, sample_rate)
    if scene.clipping is not None:
        threshold = scene.clipping * np.abs(y).max()
        y = np.clip(y, -threshold, threshold)
    if scene.codec is not None:
        x, y = coded(np.stack([x, y]), scene.codec, sample_rate)
    # Last, so that it stays exactly zero.
    if scene.packets:
        x, y = np.stack([x, y]) * lost_packets(rng, samples, sample_rate)
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
        signal = _recorded(rng, samples, noise, config, sample_rate)
        return signal if rms(signal) > QUIET else coloured_noise(rng, samples)

    if scene.noise == "babble":
        total: np.ndarray = np.zeros(samples, np.float32)
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


def _recorded(
    rng: np.random.Generator, samples: int, noise: Draw, config: MixConfig, sample_rate: int
) -> np.ndarray:
    """A recorded noise, perhaps backwards, perhaps one that gives way to another: float32 [samples]."""
    signal = _source(rng, noise, samples, config, sample_rate)
    if rng.random() < config.reverse:
        signal = signal[::-1].copy()
    if rng.random() < config.splice:
        other = _source(rng, noise, samples, config, sample_rate)
        at, fade = int(rng.uniform(0.2, 0.8) * samples), int(rng.uniform(0.005, 0.2) * sample_rate)
        weight = np.clip((np.arange(samples, dtype=np.float32) - at) / max(1, fade), 0, 1)
        loudness = rms(signal) / max(rms(other), QUIET) * 10 ** (rng.uniform(-6, 6) / 20)
        signal = signal * np.sqrt(1 - weight) + other * np.sqrt(weight) * np.float32(loudness)
    return signal


def _beside(rng: np.random.Generator, scene: Scene, y: np.ndarray, sample_rate: int) -> np.ndarray:
    """What the microphone hears beside the noise: rumble, bangs and an offset, within full scale."""
    if scene.rumble is not None:
        loudness = max(rms(y), QUIET) * 10 ** (scene.rumble / 20)
        y = y + rumble(rng, len(y), sample_rate) * np.float32(loudness)
    if scene.bangs is not None:
        y = y + bangs(rng, len(y), sample_rate) * np.float32(10 ** (scene.bangs / 20))
    return np.clip(y + np.float32(scene.offset), -1, 1)


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
    both = np.float32(gain * min(1.0, 0.999 / max(peak, QUIET)))
    return x * both, y * both


def change_speed(signal: np.ndarray, ratio: float) -> np.ndarray:
    """Play `signal` `ratio` times as fast, pitch included: float32 [about len / ratio]."""
    played: np.ndarray = soxr.resample(signal, float(ratio), 1.0, quality="MQ")
    return played.astype(np.float32, copy=False)


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
