"""What a scene is: the configuration of all chance, and one draw of it."""

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from trainer.data.channel import CODECS

Range = tuple[float, float]

NoiseKind = Literal["none", "recorded", "babble", "synthetic"]


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
    codec: float = 0.0  # probability: y is coded and decoded, x keeps what the rate of the codec holds
    packets: float = 0.0  # probability: x and y miss packets of 20 ms
    drift: float = (
        0.0  # probability: x and y pass through a gain that wanders, as automatic gain controls give
    )
    drift_gain: float = 6.0  # largest boost or cut of it, dB
    # what the microphone hears beside the noise
    bangs: float = (
        0.0  # probability: one to three bursts (a door, a clap, a knock) in y, louder than all else
    )
    bangs_range: Range = (-20.0, -3.0)  # peak of the loudest, dBFS
    offset: float = 0.0  # probability: y has an offset, as cheap sound cards give
    offset_range: Range = (0.003, 0.1)  # its size, of either sign
    rumble: float = 0.0  # probability: y has wind or rumble below 150 Hz
    rumble_range: Range = (-15.0, 10.0)  # its RMS over that of the mixture, dB
    # noises that are not on any recording
    reverse: float = 0.0  # probability, for each recorded noise: it runs backwards
    splice: float = 0.0  # probability, for each recorded noise: it changes to another at one point

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
    *("bangs", "offset", "rumble", "reverse", "splice", "codec", "packets", "drift"),
    *("second_noise", "reverb", "reverb_noise", "clipping", "low_pass", "low_cut"),
}
_POSITIVE = {
    "offset_range",
    "speed_range",
    "babble_talkers",
    "clipping_range",
    "low_pass_range",
    "low_cut_range",
}


DEFAULT_MIX = MixConfig()


@dataclass(frozen=True)
class Scene:
    """Every decision about one example but the waveforms themselves."""

    speech: bool  # somebody talks
    noise: NoiseKind
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
    bangs: float | None = None  # peak of the loudest, dBFS
    offset: float = 0.0  # of y
    rumble: float | None = None  # RMS over that of the mixture, dB
    codec: str | None = None  # name
    packets: bool = False  # some are lost
    drift: bool = False  # the gain wanders


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
    noise: NoiseKind = "babble" if kind < config.babble else "synthetic" if made else "recorded"
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
    bangs = perhaps(config.bangs, config.bangs_range)
    offset, sign = perhaps(config.offset, config.offset_range), 1 if happens(0.5) else -1
    rumble = perhaps(config.rumble, config.rumble_range)
    coded, codec = happens(config.codec), sorted(CODECS)[int(rng.random() * len(CODECS))]
    packets, drift = happens(config.packets), happens(config.drift)
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
        bangs=bangs if noisy else None,
        offset=sign * (offset or 0.0) if noisy else 0.0,
        rumble=rumble if noisy else None,
        codec=codec if coded and noisy else None,
        packets=packets,
        drift=drift,
    )
