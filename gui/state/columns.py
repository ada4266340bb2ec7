"""Audio as it comes -> columns of a spectrogram in dB, as they are ready."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Columns = NDArray[np.float32]
FLOOR_DB = -120.0  # dB; nothing quieter is told apart
COLUMN_S = 0.01  # s between two columns before pooling
WINDOWS_MS = (16, 32, 64)  # lengths of the analysis window to choose from


class ColumnMaker:
    """Short-time spectra, Hann window, a full-scale sine is 0 dB; column k is centred on sample k · hop.

    `pool` columns become one, each bin the loudest of them, so that a long recording fits and no onset is
    lost. The result does not depend on how the audio is cut into blocks.
    """

    def __init__(self, sample_rate: int, window_ms: float = 32, pool: int = 1, sides: tuple[int, ...] = ()):
        """Nothing was pushed yet.

        sample_rate: Hz; window_ms: length of the window, rounded to an even number of samples; sides: leading axes
        of what is pushed and of the columns: (2,) makes those of both sides in one go.
        """
        self.sample_rate, self.pool, self.sides = sample_rate, pool, sides
        self.hop_length = max(1, round(COLUMN_S * sample_rate))
        self.window_length = 2 * max(2, round(window_ms * sample_rate / 2000))
        window = np.hanning(self.window_length + 1)[:-1]
        self._window = (window * (2 / window.sum())).astype(np.float32)
        self._samples = np.zeros((*sides, self.window_length // 2), np.float32)
        self._unpooled = np.zeros((*sides, 0, self.bins), np.float32)

    @property
    def bins(self) -> int:
        """Frequencies in a column, 0 ... sample_rate / 2."""
        return self.window_length // 2 + 1

    @property
    def column_s(self) -> float:
        """Seconds from one column to the next."""
        return self.pool * self.hop_length / self.sample_rate

    def count(self, samples: int) -> int:
        """Columns that `samples` samples become, `finish` included."""
        return -(-(samples // self.hop_length + 1) // self.pool)

    def push(self, samples: Samples) -> Columns:
        """float32 [..., n], any n -> dB, float32 [..., columns that are ready, bins]."""
        self._samples = np.concatenate([self._samples, samples], axis=-1)
        ready = (self._samples.shape[-1] - self.window_length) // self.hop_length + 1
        if ready < 1:
            return np.zeros((*self.sides, 0, self.bins), np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(self._samples, self.window_length, axis=-1)
        spectrum = np.fft.rfft(frames[..., : ready * self.hop_length : self.hop_length, :] * self._window)
        self._samples = self._samples[..., ready * self.hop_length :]
        power = spectrum.real**2 + spectrum.imag**2
        with np.errstate(divide="ignore"):  # silence: the floor takes it
            levels = 10 * np.log10(power)
        return self._pooled(np.maximum(levels, FLOOR_DB).astype(np.float32))

    def _pooled(self, columns: Columns) -> Columns:
        if self.pool == 1:
            return columns
        joined = np.concatenate([self._unpooled, columns], axis=-2)
        whole = joined.shape[-2] // self.pool * self.pool
        self._unpooled = joined[..., whole:, :]
        groups = joined[..., :whole, :].reshape(*self.sides, -1, self.pool, self.bins)
        return np.asarray(groups.max(axis=-2))

    def finish(self) -> Columns:
        """The columns still owed, silence assumed after the end. float32 [..., columns, bins]."""
        owed = self.window_length - self.window_length // 2
        rest = self.push(np.zeros((*self.sides, owed), np.float32))
        if not self._unpooled.shape[-2]:
            return rest
        last = self._unpooled.max(axis=-2, keepdims=True)
        self._unpooled = self._unpooled[..., :0, :]
        return np.concatenate([rest, last], axis=-2)


def level_db(columns: Columns) -> NDArray[np.float32]:
    """Level of each column, all bins together, dB. float32 [..., columns, bins] -> [..., columns]."""
    power = np.power(np.float32(10), columns / 10).sum(axis=-1)
    return np.asarray(10 * np.log10(np.maximum(power, np.float32(10 ** (FLOOR_DB / 10)))))
