"""Where a frequency stands on the axis of a spectrogram: linear, mel or logarithmic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SCALES = ("linear", "mel", "log")
_LOWEST_HZ = 50.0  # of the logarithmic axis; what is lower lies on its edge
_MEL_HZ = 700.0  # mel = 2595 log10(1 + f / 700 Hz), O'Shaughnessy 1987


@dataclass(frozen=True)
class FrequencyScale:
    """Shares of the axis, 0 ... 1, to Hz and back. Raises ValueError for a name that is not linear, mel or log."""

    name: str
    highest_hz: float

    def __post_init__(self) -> None:
        if self.name not in SCALES:
            raise ValueError(f"frequency scale {self.name!r} is not one of {', '.join(SCALES)}")

    def share(self, hz: float) -> float:
        """Where on the axis, from below."""
        if self.name == "mel":
            return float(np.log1p(hz / _MEL_HZ) / np.log1p(self.highest_hz / _MEL_HZ))
        if self.name == "log":
            return float(np.log(max(hz, _LOWEST_HZ) / _LOWEST_HZ) / np.log(self.highest_hz / _LOWEST_HZ))
        return hz / self.highest_hz

    def hz(self, share: float) -> float:
        """The frequency at this place of the axis."""
        if self.name == "mel":
            return float(_MEL_HZ * np.expm1(share * np.log1p(self.highest_hz / _MEL_HZ)))
        if self.name == "log":
            return float(_LOWEST_HZ * (self.highest_hz / _LOWEST_HZ) ** share)
        return share * self.highest_hz

    def rows(self, bins: int) -> NDArray[np.intp] | None:
        """For each row of a picture with as many rows as bins, highest frequency first, the bin that it shows.

        None: row and bin are the same, in reverse order.
        """
        if self.name == "linear":
            return None
        shares = 1 - (np.arange(bins) + 0.5) / bins
        hz = np.array([self.hz(float(share)) for share in shares])
        return np.minimum(bins - 1, np.round(hz / self.highest_hz * (bins - 1))).astype(np.intp)
