"""What happens to an enhanced hop before it is heard: attenuation limit, bypass, mute, gain, limiter.

All of it is aligned with the model's delay and moves in ramps, so that no switch clicks and no mix combs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
MODES = ("enhance", "bypass", "mute")
NO_LIMIT_DB = 100.0  # an attenuation limit from here on is none
LOWEST_GAIN_DB, HIGHEST_GAIN_DB = -100.0, 40.0
KNEE = np.float32(10 ** (-1 / 20))  # -1 dBFS
_ROOM = np.float32(1) - KNEE


def limit(samples: Samples) -> Samples:
    """Soft limiter, in place: |x| <= k stays, beyond it k + (1 - k) tanh((|x| - k) / (1 - k)), k = -1 dBFS.

    Smooth (the slope at k is 1), without memory, so without delay; never above full scale. samples: finite.
    """
    size = np.abs(samples)
    if len(samples) and size.max() > KNEE:
        loud = size > KNEE
        over = np.minimum(size[loud], np.float32(8)) - KNEE  # tanh has long ended there
        samples[loud] = np.copysign(np.minimum(KNEE + _ROOM * np.tanh(over / _ROOM), 1), samples[loud])
    return samples


class Delay:
    """A line of `length` samples, silent at the start."""

    def __init__(self, length: int) -> None:
        self._held = np.zeros(length, np.float32)

    def process(self, samples: Samples) -> Samples:
        """[n] -> the samples [n] that went in `length` samples ago."""
        joined = np.concatenate([self._held, samples])
        self._held = joined[len(samples) :]
        return joined[: len(samples)]

    def reset(self) -> None:
        """Forgets what is held."""
        self._held = np.zeros_like(self._held)


class Mixer:
    """out = limit(gain · ((1 − d) · enhanced + d · delayed)), d and gain moving in ramps of one hop.

    `delayed` is the noisy input, late by exactly the model's latency. d is the dry share: 10^(−L/20) with an
    attenuation limit of L dB, so that nothing is attenuated by more than that (0 dB leaves everything as it
    was), and 1 in bypass. gain is the output gain, and 0 in mute. All three settings may be changed from
    another thread while the stream runs; they take effect with the next hop.
    """

    def __init__(self, hop_length: int, latency: int, attenuation_limit_db: float | None = None) -> None:
        """hop_length, latency: samples."""
        self._rise = np.arange(1, hop_length + 1, dtype=np.float32) / np.float32(hop_length)
        self._delay = Delay(latency)
        self.mode = "enhance"
        self.resting = False  # the delayed input is heard, whatever the mode but mute: no model runs
        self.output_gain_db = 0.0
        self.attenuation_limit_db = attenuation_limit_db
        self._dry, self._gain = self._targets()  # where the last ramps ended

    @property
    def mode(self) -> str:
        """enhance, bypass (the noisy input, delayed) or mute."""
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        if mode not in MODES:
            raise ValueError(f"mode {mode!r} is not one of {', '.join(MODES)}")
        self._mode = mode

    @property
    def attenuation_limit_db(self) -> float | None:
        """Most attenuation, dB >= 0; None or from 100 on there is no limit."""
        return self._limit_db

    @attenuation_limit_db.setter
    def attenuation_limit_db(self, db: float | None) -> None:
        if db is not None and not (_is_number(db) and db >= 0):
            raise ValueError(f"attenuation limit is {db!r}: it must be a number of dB from 0, or None")
        self._limit_db = db

    @property
    def output_gain_db(self) -> float:
        """dB, -100 ... 40."""
        return self._gain_db

    @output_gain_db.setter
    def output_gain_db(self, db: float) -> None:
        if not (_is_number(db) and LOWEST_GAIN_DB <= db <= HIGHEST_GAIN_DB):
            raise ValueError(
                f"output gain is {db!r}: it must lie in {LOWEST_GAIN_DB:g} ... {HIGHEST_GAIN_DB:g} dB"
            )
        self._gain_db = db

    def _targets(self) -> tuple[float, float]:
        """d and gain as the settings want them."""
        mode, limit_db = self._mode, self._limit_db  # read once: another thread may change them
        dry = 1.0 if mode == "bypass" or self.resting else 0.0
        if not dry and limit_db is not None and limit_db < NO_LIMIT_DB:
            dry = float(10 ** (-limit_db / 20))
        return dry, 0.0 if mode == "mute" else float(10 ** (self._gain_db / 20))

    @property
    def is_dry(self) -> bool:
        """Does nothing of the enhanced signal remain? Then the next hop needs none."""
        return self._dry == 1.0

    def _ramp(self, old: float, new: float) -> Samples | np.float32:
        return np.float32(new) if old == new else np.float32(old) + np.float32(new - old) * self._rise

    def process(self, enhanced: Samples | None, noisy: Samples) -> Samples:
        """One hop of each, [hop], finite, -> [hop]; noisy is the input of the very call that gave enhanced.

        enhanced None: the model failed; the delayed input alone is heard, and the next hop ramps back.
        """
        delayed = self._delay.process(noisy)
        dry, gain = self._targets()
        if enhanced is None:
            dry = self._dry = 1.0
            enhanced = delayed
        if dry == self._dry == 0.0:
            out = enhanced.copy()
        elif dry == self._dry == 1.0:
            out = delayed.copy()
        else:
            d = self._ramp(self._dry, dry)
            out = (1 - d) * enhanced + d * delayed
        if not gain == self._gain == 1.0:
            out *= self._ramp(self._gain, gain)
        self._dry, self._gain = dry, gain
        return limit(out)

    def reset(self) -> None:
        """Start of a stream: the delay is empty and settings take effect at once."""
        self._delay.reset()
        self._dry, self._gain = self._targets()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.floating | np.integer) and not isinstance(value, bool)
