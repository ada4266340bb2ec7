"""The live strip as pixels: each column of the pictures is one column here, painted once, in a ring."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

SMOOTH = 5  # columns that a point of the reduction is the mean of
REDUCTION, LOAD, STEPS = range(3)  # rows of the values


class StripRing:
    """Reduction hangs from the upper edge of its lane.

    Under it load stands on the lower edge, with the steps as a line. Everything is written twice,
    `capacity` apart, as in the spectrograms.
    """

    def __init__(self, capacity: int):
        self.capacity, self.count = capacity, 0
        self.values: NDArray[np.float32] = np.zeros((3, 2 * capacity), np.float32)
        self.marks: deque[tuple[int, str]] = deque()  # column counted from the beginning, kind
        self.image = QImage()
        self._pixels = np.zeros((0, 0), np.uint32)

    @property
    def first(self) -> int:
        """Column of the ring at the left edge."""
        return self.count % self.capacity

    def shown(self) -> NDArray[np.float32]:
        """float32 [3, capacity], oldest first."""
        return self.values[:, self.first : self.first + self.capacity]

    def dress(self, heights: tuple[int, int, int], colours: Sequence[int], full: tuple[float, float]) -> None:
        """Size and colours.

        heights: of the upper lane, the gap and the lower lane, pixels; colours, 0xffRRGGBB: window, base, area
        and line of the reduction, area of the load, line of the steps; full: dB and steps that fill a
        lane.
        """
        self._heights, self._colours, self._full = heights, np.asarray(colours, np.uint32), full
        self._pixels = np.empty((sum(heights), 2 * self.capacity), np.uint32)
        width, height = 2 * self.capacity, sum(heights)
        self.image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        self._pixels[:, self.capacity :] = self._columns(self.shown())
        first = self.first  # the newest stand left of `first` in the first half
        both = np.roll(self._pixels[:, self.capacity :], first, axis=1)
        self._pixels[:, : self.capacity] = self._pixels[:, self.capacity :] = both

    def append(self, values: NDArray[np.float32], marks: Sequence[tuple[int, str]] = ()) -> None:
        """float32 [3, n]; marks: column in it, kind."""
        self.marks.extend((self.count + column, kind) for column, kind in marks)
        done, n = 0, values.shape[1]
        while done < n:
            at = self.count % self.capacity
            part = values[:, done : done + self.capacity - at]
            size = part.shape[1]
            for left in (at, at + self.capacity):
                self.values[:, left : left + size] = part
            self.count += size
            done += size
            if self._pixels.size:
                shown = self.shown()[:, -(size + SMOOTH) :]
                pixels = self._columns(shown)[:, -size:]
                for left in (at, at + self.capacity):
                    self._pixels[:, left : left + size] = pixels
        while self.marks and self.marks[0][0] < self.count - self.capacity:
            self.marks.popleft()

    def _columns(self, values: NDArray[np.float32]) -> NDArray[np.uint32]:
        """float32 [3, n] -> pixels [height, n]; lines join a column to the one before it."""
        upper, gap, lower = self._heights
        most_db, most_steps = self._full
        window, base, area, line, load_area, steps_line = self._colours
        n = values.shape[1]
        sums = np.cumsum(np.concatenate([np.zeros(SMOOTH), values[REDUCTION]]), dtype=np.float64)
        mean = (sums[SMOOTH:] - sums[:-SMOOTH]) / np.minimum(np.arange(1, n + 1), SMOOTH)
        thick = max(1, upper // 40)
        pixels = np.full((upper + gap + lower, n), window, np.uint32)

        rows = np.arange(upper)[:, None]
        y = np.clip(mean / most_db, 0, 1) * (upper - thick)
        pixels[:upper] = np.where(rows < y, area, base)
        pixels[:upper][_line(rows, y, thick)] = line

        rows = np.arange(lower)[:, None]
        y = (1 - np.clip(values[LOAD], 0, 1)) * lower
        pixels[upper + gap :] = np.where(rows >= y, load_area, base)
        y = (1 - np.clip(values[STEPS] / most_steps, 0, 1)) * (lower - thick)
        pixels[upper + gap :][_line(rows, y, thick)] = steps_line
        return pixels


def _line(rows: NDArray[np.int_], y: NDArray[np.float64], thick: int) -> NDArray[np.bool_]:
    before = np.concatenate([y[:1], y[:-1]])
    top, bottom = np.floor(np.minimum(y, before)), np.floor(np.maximum(y, before))
    on: NDArray[np.bool_] = (rows >= top) & (rows < bottom + thick)
    return on
