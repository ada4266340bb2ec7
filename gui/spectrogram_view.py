"""A spectrogram that grows at its right edge: columns in a ring of pixels, one picture drawn a repaint."""

from __future__ import annotations

import numpy as np
import pyqtgraph
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.axes import BOTTOM, LEFT, RIGHT, TOP, time_ticks
from gui.columns import FLOOR_DB, Columns

COLOUR_MAPS = ("inferno", "viridis", "magma", "cividis")


def colour_table(name: str) -> np.ndarray:
    """A colour map of pyqtgraph as 0xffRRGGBB, uint32 [256]. Raises ValueError for a name that is not ours."""
    if name not in COLOUR_MAPS:
        raise ValueError(f"colour map {name!r} is not one of {', '.join(COLOUR_MAPS)}")
    rgb = pyqtgraph.colormap.get(name).getLookupTable(nPts=256, alpha=False).astype(np.uint32)
    return np.uint32(0xFF000000) | rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]


class SpectrogramView(QWidget):
    """Levels are kept beside the pixels, so that a new range recolours what is there and the mouse can ask.

    Every column is written twice, `capacity` apart: the newest `capacity` of them always lie side by side in
    the double-width image, and a repaint is one drawImage with nothing moved.
    """

    hovered = Signal(object)  # (seconds, Hz, dB), or None when the mouse left
    seeked = Signal(float)  # seconds; only while there is a play head

    def __init__(self, title: str):
        super().__init__()
        self.title = title
        self._table = colour_table(COLOUR_MAPS[0])
        self._range = (-100.0, -20.0)
        self._play_head: float | None = None
        self.smooth = (
            False  # interpolate between pixels where nothing moves: better to look at, dearer to draw
        )
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(300, 90)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(title)
        self.configure(257, 1000, 0.01, 8000.0, scrolling=True)

    def configure(
        self,
        bins: int,
        capacity: int,
        column_s: float,
        highest_hz: float,
        scrolling: bool,
        start_s: float = 0,
    ) -> None:
        """An empty picture of `capacity` columns. scrolling: the newest column stays at the right edge, which
        is now; otherwise columns fill the picture from `start_s` on."""
        self.bins, self.capacity = bins, max(1, capacity)
        self.column_s, self.highest_hz = column_s, highest_hz
        self.scrolling, self.start_s = scrolling, start_s
        self.count = 0
        self._levels = np.full((bins, 2 * self.capacity), FLOOR_DB, np.float32)  # top row: highest frequency
        self._pixels = np.empty((bins, 2 * self.capacity), np.uint32)
        width = 2 * self.capacity
        self._image = QImage(self._pixels.data, width, bins, 4 * width, QImage.Format.Format_RGB32)
        self._recolour()

    def sizeHint(self) -> QSize:
        return QSize(800, 250)

    @property
    def range_db(self) -> tuple[float, float]:
        """Levels of the darkest and the brightest colour, dB."""
        return self._range

    @range_db.setter
    def range_db(self, low_high: tuple[float, float]) -> None:
        low, high = low_high
        if not low < high:
            raise ValueError(
                f"the range {low:g} ... {high:g} dB is empty: the first must be below the second"
            )
        self._range = (low, high)
        self._recolour()

    def set_colour_map(self, name: str) -> None:
        self._table = colour_table(name)
        self._recolour()

    def _coloured(self, levels: np.ndarray) -> np.ndarray:
        low, high = self._range
        index = (levels - low) * (255 / (high - low))
        return self._table[np.clip(index, 0, 255).astype(np.uint8)]

    def _recolour(self) -> None:
        self._pixels[:] = self._coloured(self._levels)
        self.update()

    def append(self, columns: Columns) -> None:
        """dB, float32 [n, bins]; the first bin is 0 Hz. With a fixed picture, what does not fit is left out."""
        skipped = len(columns) - self.capacity if self.scrolling else 0
        columns = columns[max(0, skipped) :] if self.scrolling else columns[: self.capacity - self.count]
        if self.scrolling and skipped > 0:
            self.count += skipped
        done = 0
        while done < len(columns):
            at = self.count % self.capacity
            part = columns[done : done + self.capacity - at]
            levels = part.T[::-1]
            pixels = self._coloured(levels)
            for left in (at, at + self.capacity):
                self._levels[:, left : left + len(part)] = levels
                self._pixels[:, left : left + len(part)] = pixels
            self.count += len(part)
            done += len(part)
        if done:
            self.update()

    @property
    def _first(self) -> int:
        """Column of the ring at the left edge."""
        return self.count % self.capacity if self.scrolling else 0

    def levels(self) -> Columns:
        """What is shown, dB [capacity, bins], oldest first."""
        return self._levels[::-1, self._first : self._first + self.capacity].T

    @property
    def play_head(self) -> float | None:
        """Seconds, or None."""
        return self._play_head

    @play_head.setter
    def play_head(self, seconds: float | None) -> None:
        if seconds != self._play_head:
            self._play_head = seconds
            self.update()

    @property
    def plot(self) -> QRect:
        """Where the picture lies in the widget."""
        return self.rect().adjusted(LEFT, TOP, -RIGHT, -BOTTOM)

    @property
    def span_s(self) -> tuple[float, float]:
        """Seconds at the left and the right edge."""
        length = self.capacity * self.column_s
        return (-length, 0.0) if self.scrolling else (self.start_s, self.start_s + length)

    def at(self, x: float, y: float) -> tuple[float, float, float] | None:
        """Widget coordinates -> (seconds, Hz, dB), None outside of the picture."""
        plot = self.plot
        across, up = (x - plot.left()) / plot.width(), 1 - (y - plot.top()) / plot.height()
        if not (0 <= across < 1 and 0 < up <= 1):
            return None
        left, right = self.span_s
        column = self._first + int(across * self.capacity)
        row = min(self.bins - 1, int((1 - up) * self.bins))
        return left + across * (right - left), up * self.highest_hz, float(self._levels[row, column])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hovered.emit(self.at(event.position().x(), event.position().y()))

    def leaveEvent(self, event: object) -> None:
        self.hovered.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self.at(event.position().x(), event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and self._play_head is not None and spot is not None:
            self.seeked.emit(spot[0])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().window())
        plot = self.plot
        if plot.width() < 1 or plot.height() < 1:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth and not self.scrolling)
        painter.drawImage(QRectF(plot), self._image, QRectF(self._first, 0, self.capacity, self.bins))
        self._paint_axes(painter, plot)
        self._paint_title(painter, plot)
        if self._play_head is not None:
            left, right = self.span_s
            x = plot.left() + plot.width() * (self._play_head - left) / (right - left)
            painter.setPen(QPen(QColor("white"), 1.5))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    def _paint_axes(self, painter: QPainter, plot: QRect) -> None:
        painter.setPen(self.palette().windowText().color())
        height = painter.fontMetrics().height()
        khz = self.highest_hz / 1000
        step = next(s for s in (1, 2, 4, 5, 10, 20, 50, 100) if s * plot.height() >= 1.4 * height * khz)
        for tick in range(0, int(khz) + 1, step):
            y = round(plot.bottom() - plot.height() * tick / khz)
            painter.drawLine(plot.left() - 4, y, plot.left() - 1, y)
            top = min(max(y - height // 2, 0), plot.bottom() - height + 4)
            text = f"{tick} kHz" if tick + step > khz else str(tick)
            painter.drawText(QRect(0, top, LEFT - 7, height), Qt.AlignmentFlag.AlignRight, text)
        left, right = self.span_s
        for tick, text in time_ticks(left, right, plot.width()):
            x = round(plot.left() + plot.width() * (tick - left) / (right - left))
            painter.drawLine(x, plot.bottom() + 1, x, plot.bottom() + 4)
            width = painter.fontMetrics().horizontalAdvance(text)
            start = min(max(x - width // 2, 0), self.width() - width - 2)
            painter.drawText(start, plot.bottom() + 4 + painter.fontMetrics().ascent(), text)

    def _paint_title(self, painter: QPainter, plot: QRect) -> None:
        metrics = painter.fontMetrics()
        box = QRect(
            plot.left() + 6, plot.top() + 6, metrics.horizontalAdvance(self.title) + 14, metrics.height() + 4
        )
        painter.fillRect(box, QColor(0, 0, 0, 170))
        painter.setPen(QColor("white"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.title)
