"""How much was taken off, over time: a curve under the pictures, on their time axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import texts
from gui.axes import LEFT, RIGHT

DEEPEST_DB = 40.0
_POINT_PX = 3
_MARK = "#e0503c"


class ReductionStrip(QWidget):
    """Level of the input minus level of the output, dB, one value a column of the pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(64)
        self.setAccessibleName(texts.REDUCTION_TITLE)
        self.configure(1)

    def sizeHint(self) -> QSize:
        return QSize(800, 64)

    def configure(self, capacity: int, scrolling: bool = False) -> None:
        """Empty, with room for `capacity` columns; scrolling: the newest is at the right edge."""
        self.values: NDArray[np.float32] = np.zeros(max(1, capacity), np.float32)
        self.marked = np.zeros(len(self.values), bool)
        self.scrolling = scrolling
        self.count = len(self.values) if scrolling else 0
        self.update()

    def append(self, reduction_db: NDArray[np.float32], marks: Sequence[float] = ()) -> None:
        """float32 [n]; what does not fit is left out. marks: places in it, 0 ... 1, that get a red line."""
        if self.scrolling:
            marked = np.zeros(len(reduction_db), bool)
            marked[[min(len(marked) - 1, int(place * len(marked))) for place in marks]] = True
            self.values = np.concatenate([self.values, reduction_db])[-len(self.values) :]
            self.marked = np.concatenate([self.marked, marked])[-len(self.marked) :]
            self.update()
            return
        fitting = reduction_db[: len(self.values) - self.count]
        self.values[self.count : self.count + len(fitting)] = fitting
        self.count += len(fitting)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().window())
        plot = self.rect().adjusted(LEFT, 4, -RIGHT, -4)
        painter.fillRect(plot, self.palette().base())
        painter.setPen(self.palette().windowText().color())
        height = painter.fontMetrics().height()
        for db in (0, 20, 40):
            y = round(plot.top() + plot.height() * db / DEEPEST_DB)
            painter.drawLine(plot.left() - 4, y, plot.left() - 1, y)
            top = min(max(y - height // 2, 0), self.height() - height)
            painter.drawText(
                QRect(0, top, LEFT - 7, height), Qt.AlignmentFlag.AlignRight, f"-{db}" if db else "0"
            )
        self._paint_curve(painter, plot)
        painter.setPen(QColor(_MARK))
        for place in np.flatnonzero(self.marked).tolist():
            x = plot.left() + plot.width() * place // len(self.marked)
            painter.drawLine(x, plot.top(), x, plot.bottom())
        box = QRect(plot.left() + 6, plot.bottom() - height - 4, 0, height + 2)
        box.setWidth(painter.fontMetrics().horizontalAdvance(texts.REDUCTION_TITLE) + 14)
        painter.fillRect(box, QColor(0, 0, 0, 170))
        painter.setPen(QColor("white"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, texts.REDUCTION_TITLE)

    def _paint_curve(self, painter: QPainter, plot: QRect) -> None:
        """A point every few pixels: each is the mean of its columns."""
        if self.count < 2:
            return
        groups = min(self.count, max(2, plot.width() * self.count // len(self.values) // _POINT_PX))
        edges = np.linspace(0, self.count, groups + 1).astype(int)
        sums = np.add.reduceat(self.values[: self.count].astype(np.float64), edges[:-1])
        means = np.clip(sums / np.diff(edges), 0, DEEPEST_DB)
        xs = plot.left() + plot.width() * (edges[:-1] + edges[1:]) / 2 / len(self.values)
        ys = plot.top() + plot.height() * means / DEEPEST_DB
        points = [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
        line = self.palette().link().color()
        fill = QColor(line)
        fill.setAlpha(60)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not self.scrolling)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        ends = [QPointF(points[-1].x(), plot.top()), QPointF(points[0].x(), plot.top())]
        painter.drawPolygon(QPolygonF([*points, *ends]))
        painter.setPen(QPen(line, 1.4))
        painter.drawPolyline(QPolygonF(points))
