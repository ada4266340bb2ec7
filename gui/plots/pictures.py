"""Both spectrograms and the strip under them, with one time axis and one colour scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import texts
from gui.plots.live_plots import LivePlots
from gui.plots.reduction_strip import ReductionStrip
from gui.plots.spectrogram_view import SpectrogramView
from gui.plots.zoom import Zoom
from gui.state.clip import Clip
from gui.state.columns import Columns, level_db

CLOSER = 1.25  # a notch of the wheel, a press of a key
_MOVED = 0.1  # of what is shown


class Pictures(QWidget):
    """Before, after, and what was taken off."""

    seeked = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.before, self.after = SpectrogramView(texts.BEFORE, time_axis=False), SpectrogramView(texts.AFTER)
        self.before.setAccessibleName(texts.SPECTROGRAM_BEFORE)
        self.after.setAccessibleName(texts.SPECTROGRAM_AFTER)
        self.strip = ReductionStrip()
        self.plots: LivePlots | None = None  # made when first wanted
        self._level_before = np.zeros(0, np.float32)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for view in self.views:
            view.hovered.connect(self._hovered)
            view.dragged.connect(self._dragged)
            view.double_clicked.connect(self.show_all)
            view.seeked.connect(self.seeked)
            view.setAccessibleDescription(texts.ZOOM_TIP)
            view.turned.connect(lambda event, view=view: self._turned(view, event))
            column.addWidget(view, 1)
        column.addWidget(self.strip)

    def _hovered(self, place: tuple[float, float] | None) -> None:
        for view in self.views:
            view.cursor_place = place

    def spot(self) -> tuple[float, float, float, float] | None:
        """Under the mouse now: seconds, Hz, dB of the upper and of the lower picture; None: the mouse is elsewhere."""
        place = self.before.cursor_place
        if place is None or not self.before.count:
            return None
        seconds, hz, before = self.before.read(place)
        return seconds, hz, before, self.after.read(place)[2]

    def _dragged(self, across: float, up: float) -> None:
        self.zoom = self.zoom.moved(-across, -up)

    def set_plots(self, on: bool) -> None:
        """Spectrum and waveform under the strip, or not."""
        if on and self.plots is None:
            self.plots = LivePlots()
            self._column.addWidget(self.plots)
        if self.plots is not None:
            self.plots.setVisible(on)

    @property
    def views(self) -> tuple[SpectrogramView, SpectrogramView]:
        """Above and below."""
        return self.before, self.after

    @property
    def zoom(self) -> Zoom:
        """The part of the pictures that is shown, the same in all."""
        return self.before.zoom

    @zoom.setter
    def zoom(self, zoom: Zoom) -> None:
        for view in self.views:
            view.zoom = zoom
        self.strip.zoom = zoom

    def closer_in_time(self, factor: float, at: float | None = None) -> None:
        """at: share of the whole that stays where it is; live the newest, else the play head or the middle."""
        if self.before.scrolling:
            at = 1.0
        elif at is None:
            head, middle = self._head, (self.zoom.left + self.zoom.right) / 2
            at = head if head is not None and self.zoom.left <= head <= self.zoom.right else middle
        self.zoom = self.zoom.in_time(factor, at)

    def closer_in_frequency(self, factor: float, at: float | None = None) -> None:
        """at: share of the whole that stays where it is; otherwise the lowest, where speech is."""
        self.zoom = self.zoom.in_frequency(factor, self.zoom.low if at is None else at)

    def go(self, time: float = 0.0, frequency: float = 0.0) -> None:
        """By notches."""
        self.zoom = self.zoom.moved(_MOVED * time, _MOVED * frequency)

    def show_all(self) -> None:
        """Zoom to fit."""
        self.zoom = Zoom()

    def _turned(self, view: SpectrogramView, event: QWheelEvent) -> None:
        place = view.shares(event.position().x(), event.position().y())
        turn = event.angleDelta()
        notches = (turn.y() or turn.x()) / 120
        keys = event.modifiers()
        if place is None or not notches:
            return
        if keys & Qt.KeyboardModifier.ControlModifier:
            self.closer_in_time(CLOSER**notches, place[0])
        elif keys & Qt.KeyboardModifier.AltModifier:
            self.go(frequency=notches)
        elif keys & Qt.KeyboardModifier.ShiftModifier or not turn.y():
            self.go(time=-notches)
        else:
            self.closer_in_frequency(CLOSER**notches, place[1])

    @property
    def _head(self) -> float | None:
        """The play head, a share of the whole."""
        view = self.before
        if view.play_head is None:
            return None
        return (view.play_head - view.start_s) / (view.capacity * view.column_s)

    def _whole_time(self) -> None:
        self.zoom = Zoom(low=self.zoom.low, high=self.zoom.high)

    def show_titles(self, how: str = "{title}") -> None:
        """how: with {title}. Pictures that stand still say why: nobody is to take them for a stream that runs."""
        live = (texts.INPUT_SIDE, texts.OUTPUT_SIDE)
        for view, title in zip(
            self.views, live if self.before.scrolling else (texts.BEFORE, texts.AFTER), strict=True
        ):
            view.title = how.format(title=title)

    def show_clip(self, clip: Clip) -> None:
        """The whole upper picture; the lower one is empty."""
        count, bins = clip.columns.shape
        for view in self.views:
            view.configure(bins, count, clip.column_s, clip.sample_rate / 2, scrolling=False)
        self.show_titles()
        self.before.append(clip.columns)
        self._level_before = level_db(clip.columns)
        self.strip.configure(count)
        self._whole_time()

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
        if not self.before.scrolling:
            self._whole_time()
        for view in self.views:
            view.configure(bins, count, column_s, highest_hz, scrolling=True)
            view.play_head = None
        self.strip.configure(count, scrolling=True, most_steps=most_steps)
        self.show_titles()

    def append_live(
        self,
        both: Columns,
        load: float = 0.0,
        steps: int = 0,
        marks: Sequence[tuple[float, str]] = (),
        reduces: bool = True,
    ) -> None:
        """The next columns, [before and after, columns, bins].

        load: 1 is all the time there is; marks: where in them, 0 ... 1, audio was lost ("drop"), made
        up ("fill") or late, or not seen by the window ("lost"). reduces: False for what mute or
        bypass made: that is no noise reduction.
        """
        self.before.append(both[0])
        self.after.append(both[1])
        before, after = level_db(both)
        reduction = before - after if reduces else np.zeros_like(before)
        self.strip.append_live(reduction, load, steps, marks)

    def set_play_head(self, seconds: float | None) -> None:
        """A zoomed picture follows the head that leaves it, not one that was outside already."""
        was = self._head
        for view in self.views:
            view.play_head = seconds
        head, zoom = self._head, self.zoom
        if head is None or was is None or head == was:
            return
        if zoom.left <= was <= zoom.right and not zoom.left <= head <= zoom.right:
            self.zoom = zoom.moved(time=(head - zoom.left) / (zoom.right - zoom.left))

    def set_range(self, low_db: float, high_db: float) -> None:
        """Levels of the darkest and the brightest color, dB."""
        for view in self.views:
            view.range_db = (low_db, high_db)

    def set_colour_map(self, name: str) -> None:
        """One of COLOUR_MAPS, of both."""
        for view in self.views:
            view.set_colour_map(name)

    def set_frequency_scale(self, name: str) -> None:
        """linear, mel or log, of both."""
        for view in self.views:
            view.set_scale(name)

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between the pixels of pictures that stand still."""
        for view in self.views:
            view.smooth = smooth
            view.update()
