"""A ring of samples between two threads, one of which writes while the other one reads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


class Ring:
    """First in, first out, without locks: one thread may call `write`, one other `read`, `peek` and `skip`.

    Each side moves a counter of its own, after it has copied; Python makes that step whole. A writer that
    finds no room keeps what is there, drops the rest of what it brings, and counts it in `overflowed`.
    """

    def __init__(self, capacity: int) -> None:
        """capacity: samples, 1 or more. Raises ValueError."""
        if capacity < 1:
            raise ValueError(f"a ring of {capacity} samples holds nothing: 1 or more are wanted")
        self._data = np.zeros(capacity, np.float32)
        self._written = 0  # samples ever written; the writer's
        self._taken = 0  # samples ever read or skipped; the reader's
        self.overflowed = 0  # samples that found no room; the writer's

    def __len__(self) -> int:
        """Samples that wait."""
        return self._written - self._taken

    @property
    def capacity(self) -> int:
        """Samples that it holds at most."""
        return len(self._data)

    def write(self, samples: Samples) -> int:
        """[n] -> how many of them found room."""
        count = min(len(samples), len(self._data) - len(self))
        at = self._written % len(self._data)
        first = min(count, len(self._data) - at)
        self._data[at : at + first] = samples[:first]
        self._data[: count - first] = samples[first:count]
        self._written += count
        self.overflowed += len(samples) - count
        return count

    def peek(self, count: int) -> Samples:
        """The oldest samples [n], n = min(count, len), as a copy; they stay."""
        count = min(count, len(self))
        at = self._taken % len(self._data)
        first = min(count, len(self._data) - at)
        return np.concatenate([self._data[at : at + first], self._data[: count - first]])

    def skip(self, count: int) -> int:
        """Lets the oldest go -> how many went."""
        count = min(count, len(self))
        self._taken += count
        return count

    def read(self, out: Samples) -> int:
        """Fills the head of out with the oldest samples -> how many."""
        samples = self.peek(len(out))
        out[: len(samples)] = samples
        return self.skip(len(samples))
