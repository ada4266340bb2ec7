"""What is done with the enhanced hop before it is heard: attenuation limit, bypass, mute, gain, limiter.

Everything is aligned with the model's delay and moves in ramps, so that no switch clicks and no mix combs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
MODES = ("enhance", "bypass", "mute")
KNEE = 10 ** (-1 / 20)  # -1 dBFS: below it the limiter is the identity


def limit(samples: Samples) -> Samples:
    """Soft limiter, in place: identity below -1 dBFS, above it a smooth bend that never reaches full scale."""
    loud = np.abs(samples) > KNEE
    if loud.any():
        over = (np.abs(samples[loud]) - KNEE) / (1 - KNEE)
        samples[loud] = np.sign(samples[loud]) * (KNEE + (1 - KNEE) * np.tanh(over))
    return samples


class Delay:
    """A line of `length` samples."""

    def __init__(self, length: int):
        self.length = length
        self._held = np.zeros(length, np.float32)

    def process(self, samples: Samples) -> Samples:
        """The samples that went in `length` samples ago."""
        if not self.length:
            return samples.copy()
        joined = np.concatenate([self._held, samples])
        self._held = joined[len(samples) :]
        return joined[: len(samples)]

    def reset(self) -> None:
        self._held = np.zeros(self.length, np.float32)


class Mixer:
    """out = gain · ((1 − d) · enhanced + d · noisy delayed by the latency), d and gain moving in ramps of one hop.

    d is the dry share: 10^(−limit/20) with an attenuation limit in dB (0 dB leaves everything as it was, None or 100
    and more sets no limit), 1 in bypass; gain is the output gain, 0 in mute.
    """

    def __init__(self, hop_length: int, latency: int, attenuation_limit_db: float | None = None):
        self._rise = (np.arange(1, hop_length + 1) / hop_length).astype(np.float32)
        self.delay = Delay(latency)
        self.mode = "enhance"
        self.output_gain_db = 0.0
        self.attenuation_limit_db = attenuation_limit_db
        self._dry, self._gain = self._targets()

    @property
    def mode(self) -> str:
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        if mode not in MODES:
            raise ValueError(f"mode {mode!r} is not one of {', '.join(MODES)}")
        self._mode = mode

    @property
    def attenuation_limit_db(self) -> float | None:
        return self._limit_db

    @attenuation_limit_db.setter
    def attenuation_limit_db(self, db: float | None) -> None:
        if db is not None and not db >= 0:
            raise ValueError(f"attenuation limit {db} dB must not be negative")
        self._limit_db = db

    def _targets(self) -> tuple[float, float]:
        limited = self._limit_db is not None and self._limit_db < 100
        dry = 10 ** (-self._limit_db / 20) if limited and self._limit_db is not None else 0.0
        if self.mode == "bypass":
            dry = 1.0
        return dry, 0.0 if self.mode == "mute" else 10 ** (self.output_gain_db / 20)

    def _ramp(self, old: float, new: float) -> Samples | np.float32:
        return np.float32(new) if old == new else np.float32(old) + np.float32(new - old) * self._rise

    def process(self, enhanced: Samples, noisy: Samples) -> Samples:
        """One hop of each, [hop]; noisy is the input of the model's same call. Returns [hop], within full scale."""
        delayed = self.delay.process(noisy)
        dry, gain = self._targets()
        if dry == self._dry == 0.0:
            out = enhanced.copy()
        elif dry == self._dry == 1.0:
            out = delayed.copy()
        else:
            d = self._ramp(self._dry, dry)
            out = (1 - d) * enhanced + d * delayed
        if not gain == self._gain == 1.0:
            out = out * self._ramp(self._gain, gain)
        self._dry, self._gain = dry, gain
        return limit(np.asarray(out, np.float32))

    def reset(self) -> None:
        """Start of a stream: the delay is empty and settings take effect at once."""
        self.delay.reset()
        self._dry, self._gain = self._targets()
