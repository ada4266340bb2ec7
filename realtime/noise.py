"""Noise that depends on a seed and the number of the hop alone: block sizes and restarts cannot change the result."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class HopNoise:
    """Independent normal numbers of variance 1/2 (real and imaginary parts of z with E|z|² = 1), one draw a hop.

    Philox is counter-based: hop i starts its counter at i · 2^64, so any hop can be drawn without those before.
    """

    def __init__(self, seed: int, shape: tuple[int, ...]):
        if not 0 <= seed < 2**64:
            raise ValueError(f"seed {seed} must lie in 0 ... 2^64 - 1")
        self.shape = shape
        self._bits = np.random.Philox(key=seed, counter=0)
        self._generator = np.random.Generator(self._bits)
        self._state = self._bits.state

    def draw(self, hop: int, out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """float32 of `shape` for hop number `hop` (0-based)."""
        state = self._state
        state["state"]["counter"][:] = (0, hop, 0, 0)
        state["buffer_pos"] = 4
        state["has_uint32"] = 0
        self._bits.state = state
        if out is None:
            out = np.empty(self.shape, np.float32)
        self._generator.standard_normal(dtype=np.float32, out=out)
        out *= np.float32(0.5**0.5)
        return out
