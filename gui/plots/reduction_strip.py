"""Under the pictures, on their time axis: how much was taken off; live also load, steps, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLine, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy

from gui import texts
from gui.plots.axes import left, right
from gui.plots.painted_once import ZoomedPicture
from gui.plots.strip_ring import REDUCTION, StripRing

DEEPEST_DB = 40.0
_POINT_PX = 3
_UPPER, _GAP, _LOWER, _EDGE = 56, 5, 34, 4  # px
_MARKS = {"drop": "#e0503c", "fill": "#e0503c", "late": "#f0a030", "lost": "#9aa0a6"}
_LOAD, _STEPS = "#5a9e6f", "#c77ddb"


class ReductionStrip(ZoomedPicture):
    """Level of the input minus level of the output, dB, one value a column of the pictures.

    Of a zoom only the times count.
    """

    def __init__(self) -> None:
        super().__init__(QSizePolicy.Policy.Fixed)
        self.setAccessibleName(texts.REDUCTION_TITLE)
        self.configure(1)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(800, self.minimumHeight())

    def configure(self, capacity: int, scrolling: bool = False, most_steps: int = 1) -> None:
        """Empty, with room for `capacity` columns.

        scrolling: the newest is at the right edge, and a second lane shows load and steps.
        """
        capacity = max(1, capacity)
        self.scrolling, self.most_steps = scrolling, most_steps
        self.ring = StripRing(capacity)
        self._fixed: NDArray[np.float32] = np.zeros(capacity, np.float32)
        self.count = capacity if scrolling else 0
        self.setFixedHeight(2 * _EDGE + _UPPER + (_GAP + _LOWER if scrolling else 0))
        self._forget()

    @property
    def values(self) -> NDArray[np.float32]:
        """dB [capacity], oldest first."""
        return self.ring.shown()[REDUCTION] if self.scrolling else self._fixed

    def append(self, reduction_db: NDArray[np.float32]) -> None:
        """float32 [n]; what does not fit is left out."""
        fitting = reduction_db[: len(self._fixed) - self.count]
        self._fixed[self.count : self.count + len(fitting)] = fitting
        self.count += len(fitting)
        self._forget()

    def append_live(
        self,
        reduction_db: NDArray[np.float32],
        load: float,
        steps: int,
        marks: Sequence[tuple[float, str]] = (),
    ) -> None:
        """float32 [n], and what held meanwhile.

        load: 1 is all the time there is. marks: place in it, 0 ... 1, and drop, fill, late or lost.
        """
        n = len(reduction_db)
        values = np.empty((3, n), np.float32)
        values[REDUCTION], values[1], values[2] = reduction_db, load, steps
        self.ring.append(values, [(min(n - 1, int(place * n)), kind) for place, kind in marks])
        self.update(self._plot)

    @property
    def _plot(self) -> QRect:
        if self._place is None:
            self._place = self.rect().adjusted(left(self), _EDGE, -right(self), -_EDGE)
        return self._place

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame once, and live the ring and its marks."""
        painter, plot = QPainter(self), self._plot
        frame, label = self._kept()
        if not self.scrolling or not plot.contains(event.rect()):
            painter.drawPixmap(0, 0, frame)
        if self.scrolling:
            ring, z = self.ring, self._zoom
            start, width = ring.first + z.left * ring.capacity, (z.right - z.left) * ring.capacity
            painter.drawImage(QRectF(plot), ring.image, QRectF(start, 0, width, ring.image.height()))
            self._paint_marks(painter, plot)
            painter.drawPixmap(plot.topLeft(), label)

    def _paint_marks(self, painter: QPainter, plot: QRect) -> None:
        oldest = self.ring.count - self.ring.capacity
        lines: dict[str, list[QLine]] = {}
        for column, kind in self.ring.marks:
            share = (column - oldest) / self.ring.capacity
            if self._zoom.left <= share < self._zoom.right:
                share = (share - self._zoom.left) / (self._zoom.right - self._zoom.left)
                x = plot.left() + int(plot.width() * share)
                colour = _MARKS.get(kind, _MARKS["drop"])
                lines.setdefault(colour, []).append(QLine(x, plot.top(), x, plot.bottom()))
        for colour, all_of_it in lines.items():
            painter.setPen(QColor(colour))
            painter.drawLines(all_of_it)

    # what is painted when it changes

    def _dressed(self, ratio: float) -> tuple[QPixmap, QPixmap]:
        palette = self.palette()
        frame, label = QPixmap(self.size() * ratio), QPixmap(self._plot.size() * ratio)
        for canvas, colour in ((frame, palette.window().color()), (label, QColor(0, 0, 0, 0))):
            canvas.setDevicePixelRatio(ratio)
            canvas.fill(colour)
        painter = QPainter(frame)
        painter.setFont(self.font())
        plot = self._plot
        self._paint_axes(painter, plot)
        legend = painter
        if self.scrolling:
            legend = QPainter(label)
            legend.setFont(self.font())
            legend.translate(-plot.left(), -plot.top())
            heights = (round(_UPPER * ratio), round(_GAP * ratio), round(_LOWER * ratio))
            line, base = palette.link().color(), palette.base().color()
            colours = (palette.window().color(), base, _over(line, base), line,
                       _over(QColor(_LOAD), base, 0.6), QColor(_STEPS))  # fmt: skip
            self.ring.dress(heights, [c.rgb() for c in colours], (DEEPEST_DB, max(1, self.most_steps)))
        else:
            upper = QRect(plot.left(), plot.top(), plot.width(), _UPPER)
            painter.fillRect(upper, palette.base())
            painter.setClipRect(upper)
            self._paint_curve(painter, upper)
            painter.setClipping(False)
        self._paint_legend(legend, plot)
        for used in {id(legend): legend, id(painter): painter}.values():
            used.end()
        return frame, label

    def _paint_axes(self, painter: QPainter, plot: QRect) -> None:
        painter.setPen(self.palette().windowText().color())
        height = painter.fontMetrics().height()
        ticks = [(_UPPER * db / DEEPEST_DB, f"-{db}" if db else "0") for db in (0, 20, 40)]
        if self.scrolling:
            ticks += [(_UPPER + _GAP, "100 %"), (_UPPER + _GAP + _LOWER - 1, "")]
        for down, text in ticks:
            y = round(plot.top() + down)
            painter.drawLine(plot.left() - 4, y, plot.left() - 1, y)
            top = min(max(y - height // 2, 0), self.height() - height)
            if text == "100 %":
                top = y + 1  # below its tick: -40 stands above
            painter.drawText(QRect(0, top, left(self) - 7, height), Qt.AlignmentFlag.AlignRight, text)

    def _paint_legend(self, painter: QPainter, plot: QRect) -> None:
        metrics = painter.fontMetrics()
        height = metrics.height() + 2
        entries = [(texts.REDUCTION_TITLE, "white", 6, plot.top() + _UPPER - height - 2)]
        if self.scrolling:
            top = plot.top() + _UPPER + _GAP + 2
            entries.append((texts.LOAD_TITLE, "#9fe0b4", 6, top))
            after = 12 + metrics.horizontalAdvance(texts.LOAD_TITLE) + 14
            entries.append((texts.STEPS_TITLE.format(most=self.most_steps), "#eab8f5", after, top))
        for text, colour, across, top in entries:
            box = QRect(plot.left() + across, top, metrics.horizontalAdvance(text) + 14, height)
            painter.fillRect(box, QColor(0, 0, 0, 170))
            painter.setPen(QColor(colour))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_curve(self, painter: QPainter, plot: QRect) -> None:
        """A point every few pixels: each is the mean of its columns."""
        all_of_it = len(self._fixed)
        start = int(self._zoom.left * all_of_it)
        end = min(self.count, round(self._zoom.right * all_of_it))
        if end - start < 2:
            return
        px = plot.width() / ((self._zoom.right - self._zoom.left) * all_of_it)  # a column
        groups = min(end - start, max(2, int((end - start) * px / _POINT_PX)))
        edges = np.linspace(start, end, groups + 1).astype(int)
        sums = np.add.reduceat(self._fixed[:end].astype(np.float64), edges[:-1])
        means = np.clip(sums / np.diff(edges), 0, DEEPEST_DB)
        xs = plot.left() + px * ((edges[:-1] + edges[1:]) / 2 - self._zoom.left * all_of_it)
        ys = plot.top() + plot.height() * means / DEEPEST_DB
        points = [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
        line = self.palette().link().color()
        fill = QColor(line)
        fill.setAlpha(60)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        ends = [QPointF(points[-1].x(), plot.top()), QPointF(points[0].x(), plot.top())]
        painter.drawPolygon(QPolygonF([*points, *ends]))
        painter.setPen(QPen(line, 1.4))
        painter.drawPolyline(QPolygonF(points))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _over(colour: QColor, ground: QColor, share: float = 60 / 255) -> QColor:
    """`colour` laid thinly on `ground`."""

    def mixed(c: int, g: int) -> int:
        return round(share * c + (1 - share) * g)

    return QColor(
        mixed(colour.red(), ground.red()),
        mixed(colour.green(), ground.green()),
        mixed(colour.blue(), ground.blue()),
    )
