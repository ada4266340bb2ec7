"""What a display sees of a live stream: the last moments of both signals, aligned."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class TapBlock:
    """float32 [n] each at the model's rate, full scale ±1; sample k of one belongs to sample k of the other."""

    noisy: Samples
    enhanced: Samples
    marks: list[tuple[int, str]] = field(default_factory=list)  # sample offset, "drop" | "fill" | "late"
    lost: int = 0  # samples that nobody pulled in time, just before this block


class Tap:
    """Bounded: what is not pulled within about `hops` hops goes, oldest first, and is counted."""

    def __init__(self, hops: int = 200) -> None:
        self._hops: deque[tuple[Samples, Samples, list[str]]] = deque()
        self._most = hops
        self._pending: deque[str] = deque(maxlen=hops)  # marks of the next hop
        self._lost = 0  # the stream's side counts up ...
        self._told = 0  # ... the reader remembers what it was told

    def mark(self, event: str) -> None:
        """A "drop" or "fill", just now: the next hop bears it. Any thread."""
        self._pending.append(event)

    def push(self, noisy: Samples, enhanced: Samples, marks: list[str]) -> None:
        """The stream's thread."""
        marks = list(marks)
        while self._pending:
            marks.append(self._pending.popleft())
        while len(self._hops) >= self._most:
            try:
                self._lost += len(self._hops.popleft()[0])
            except IndexError:  # the reader was quicker
                break
        self._hops.append((noisy, enhanced, marks))

    def pull(self) -> TapBlock:
        """All that came since the last call; empty arrays if nothing did. One reader."""
        noisy, enhanced, marks, count = [], [], [], 0
        lost = self._lost
        lost, self._told = lost - self._told, lost
        for _ in range(len(self._hops)):
            try:
                x, y, events = self._hops.popleft()
            except IndexError:
                break
            marks += [(count, event) for event in events]
            noisy.append(x)
            enhanced.append(y)
            count += len(x)
        nothing = np.zeros(0, np.float32)
        return TapBlock(np.concatenate([nothing, *noisy]), np.concatenate([nothing, *enhanced]), marks, lost)
