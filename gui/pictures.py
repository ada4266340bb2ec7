"""Both spectrograms and the strip under them, with one time axis and one colour scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import texts
from gui.columns import Columns, level_db
from gui.file_job import Clip
from gui.reduction_strip import ReductionStrip
from gui.spectrogram_view import SpectrogramView


class Pictures(QWidget):
    """Before, after, and what was taken off."""

    hovered = Signal(object)
    seeked = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.before, self.after = SpectrogramView(texts.BEFORE), SpectrogramView(texts.AFTER)
        self.before.setAccessibleName(texts.SPECTROGRAM_BEFORE)
        self.after.setAccessibleName(texts.SPECTROGRAM_AFTER)
        self.strip = ReductionStrip()
        self._level_before = np.zeros(0, np.float32)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for view in self.views:
            view.hovered.connect(self.hovered)
            view.seeked.connect(self.seeked)
            column.addWidget(view, 1)
        column.addWidget(self.strip)

    @property
    def views(self) -> tuple[SpectrogramView, SpectrogramView]:
        return self.before, self.after

    def show_clip(self, clip: Clip) -> None:
        """The whole upper picture; the lower one is empty."""
        count, bins = clip.columns.shape
        for view in self.views:
            view.configure(bins, count, clip.column_s, clip.sample_rate / 2, scrolling=False)
        self.before.append(clip.columns)
        self._level_before = level_db(clip.columns)
        self.strip.configure(count)

    def restart(self) -> None:
        """The lower picture begins anew."""
        view = self.before
        self.after.configure(view.bins, view.capacity, view.column_s, view.highest_hz, scrolling=False)
        self.strip.configure(view.capacity)

    def append(self, columns: Columns) -> None:
        """The next columns of the lower picture."""
        start = self.strip.count
        self.after.append(columns)
        before = self._level_before[start : start + len(columns)]
        self.strip.append(before - level_db(columns[: len(before)]))

    def show_live(
        self, bins: int, count: int, column_s: float, highest_hz: float, most_steps: int = 1
    ) -> None:
        """Empty pictures of the last `count` columns, which move to the left."""
        for view in self.views:
            view.configure(bins, count, column_s, highest_hz, scrolling=True)
            view.play_head = None
        self.strip.configure(count, scrolling=True, most_steps=most_steps)

    def append_live(
        self, both: Columns, load: float = 0.0, steps: int = 0, marks: Sequence[tuple[float, str]] = ()
    ) -> None:
        """The next columns, [before and after, columns, bins]; load, 1 is all the time there is; marks: where in
        them, 0 ... 1, audio was lost ("drop"), made up ("fill") or late."""
        self.before.append(both[0])
        self.after.append(both[1])
        before, after = level_db(both)
        self.strip.append_live(before - after, load, steps, marks)

    def set_play_head(self, seconds: float | None) -> None:
        for view in self.views:
            view.play_head = seconds

    def set_range(self, low_db: float, high_db: float) -> None:
        for view in self.views:
            view.range_db = (low_db, high_db)

    def set_colour_map(self, name: str) -> None:
        for view in self.views:
            view.set_colour_map(name)

    def set_smooth(self, smooth: bool) -> None:
        for view in self.views:
            view.smooth = smooth
            view.update()
