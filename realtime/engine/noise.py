"""Noise that depends on a seed and the number of the hop alone: block sizes and restarts cannot change it."""

from __future__ import annotations

from operator import index

import numpy as np
from numpy.typing import NDArray


class HopNoise:
    """Independent normal numbers of variance 1/2, one draw a hop: Re z and Im z with E|z|² = 1.

    Philox is counter-based: hop i starts its counter at i · 2^64, and is drawn without the hops before it
    (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC11). Equal wherever NumPy is the same;
    NumPy allows itself to change its normal numbers between versions.
    """

    def __init__(self, seed: int, shape: tuple[int, ...]) -> None:
        """seed: 0 ... 2^64 - 1; shape: of one hop's draw. Raises ValueError."""
        try:
            seed = index(seed)
        except TypeError:
            raise ValueError(f"seed is {seed!r}: it must be a whole number") from None
        if not 0 <= seed < 2**64:
            raise ValueError(f"seed is {seed}: it must lie in 0 ... 2^64 - 1")
        self.shape = shape
        self._bits = np.random.Philox(key=seed, counter=0)
        self._generator = np.random.Generator(self._bits)
        self._state = self._bits.state  # of a fresh generator: nothing buffered

    def draw(self, hop: int, out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """float32 of `shape` for hop number `hop` (0-based), into `out` if given."""
        if out is None:
            out = np.empty(self.shape, np.float32)
        # setting the state is several times cheaper than making a generator
        self._state["state"]["counter"][1] = hop
        self._bits.state = self._state
        self._generator.standard_normal(dtype=np.float32, out=out)
        out *= np.float32(0.5**0.5)
        return out
