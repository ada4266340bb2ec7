"""How loud recordings are, and by how much enhancement changes that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FRAME_S = 0.05
_PAUSE_SHARE = 0.2
_FLOOR = 1e-5  # -100 dBFS: below that a level says nothing


def level_dbfs(samples: NDArray[np.float32]) -> float:
    """RMS of float32 [n], n > 0; a full-scale sine has -3 dBFS. Silence is -100 dBFS."""
    power = float(np.square(samples, dtype=np.float64).mean())
    return 20 * float(np.log10(max(power**0.5, _FLOOR)))


def level_changes_db(
    noisy: NDArray[np.float32], enhanced: NDArray[np.float32], sample_rate: int
) -> tuple[float, float]:
    """Level of enhanced over noisy in dB: in speech pauses, and overall. Both [n] and aligned.

    Pauses are the quietest fifth of the noisy recording's 50 ms frames, chosen without a look at the result.
    """
    frame = min(round(_FRAME_S * sample_rate), len(noisy))
    count = len(noisy) // frame
    powers = [
        np.square(x[: count * frame].astype(np.float64)).reshape(count, -1).mean(1) for x in (noisy, enhanced)
    ]
    quiet = np.argsort(powers[0], kind="stable")[: max(1, round(_PAUSE_SHARE * count))]

    def change(chosen: NDArray[np.int64] | slice) -> float:
        level_in, level_out = (max(float(p[chosen].mean()) ** 0.5, _FLOOR) for p in powers)
        return 20 * float(np.log10(level_out / level_in))

    return change(quiet), change(slice(None))
