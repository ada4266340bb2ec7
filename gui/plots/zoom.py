"""Which part of the pictures is shown: shares of the whole, in time and in frequency."""

from __future__ import annotations

from dataclasses import dataclass, replace

NARROWEST = 1 / 64  # share of the whole that may fill a picture


@dataclass(frozen=True)
class Zoom:
    """Times from the left, frequencies from below; 0 ... 1 is all there is."""

    left: float = 0.0
    right: float = 1.0
    low: float = 0.0
    high: float = 1.0

    def in_time(self, factor: float, at: float) -> Zoom:
        """`factor` times closer, 1 / factor further away; the place `at` stays where it is."""
        left, right = _closer(self.left, self.right, factor, at)
        return replace(self, left=left, right=right)

    def in_frequency(self, factor: float, at: float) -> Zoom:
        """As `in_time`."""
        low, high = _closer(self.low, self.high, factor, at)
        return replace(self, low=low, high=high)

    def moved(self, time: float = 0.0, frequency: float = 0.0) -> Zoom:
        """By shares of what is shown, as far as there is something."""
        left, right = _moved(self.left, self.right, time)
        low, high = _moved(self.low, self.high, frequency)
        return Zoom(left, right, low, high)


def _closer(first: float, last: float, factor: float, at: float) -> tuple[float, float]:
    width = min(1.0, max(NARROWEST, (last - first) / factor))
    first = at - (at - first) * width / (last - first)
    first = min(max(first, 0.0), 1.0 - width)
    return first, first + width


def _moved(first: float, last: float, share: float) -> tuple[float, float]:
    width = last - first
    first = min(max(first + share * width, 0.0), 1.0 - width)
    return first, first + width
