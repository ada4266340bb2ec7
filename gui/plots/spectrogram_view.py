"""A spectrogram that grows at its right edge: columns in a ring of pixels, one picture drawn a repaint."""

from __future__ import annotations

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication, QSizePolicy

from gui.plots.axes import plot_of
from gui.plots.frame import painted_frame, painted_title
from gui.plots.frequency_scale import FrequencyScale
from gui.plots.painted_once import ZoomedPicture
from gui.state.columns import FLOOR_DB, Columns

COLOUR_MAPS = ("inferno", "viridis", "magma", "cividis")


Place = tuple[float, float]


def colour_table(name: str) -> NDArray[np.uint32]:
    """A colour map of pyqtgraph as 0xffRRGGBB, uint32 [256]. Raises ValueError for a name that is not ours."""
    if name not in COLOUR_MAPS:
        raise ValueError(f"colour map {name!r} is not one of {', '.join(COLOUR_MAPS)}")
    rgb = pyqtgraph.colormap.get(name).getLookupTable(nPts=256, alpha=False).astype(np.uint32)
    return np.asarray(np.uint32(0xFF000000) | rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2])


class SpectrogramView(ZoomedPicture):
    """Levels are kept beside the pixels, so that a new range recolours what is there and the mouse can ask.

    Every column is written twice, `capacity` apart: the newest `capacity` of them always lie side by side in
    the double-width image, and a repaint is one drawImage with nothing moved. Axes and title are painted when
    they change; a picture that does not scroll is scaled once.
    """

    hovered = Signal(
        object
    )  # place in the picture, shares from the left and from below; None when the mouse left
    seeked = Signal(float)  # seconds; only while there is a play head
    turned = Signal(object)  # QWheelEvent over the picture
    dragged = Signal(float, float)  # by shares of what is shown, to the right and upwards
    double_clicked = Signal()

    def __init__(self, title: str, time_axis: bool = True):
        """time_axis: paints it below; of pictures under one another the last one does."""
        self.time_axis = time_axis
        self._still: QPixmap | None = None  # the picture itself, as long as nothing changes
        super().__init__(QSizePolicy.Policy.Expanding)
        self._title = title
        self._scale_name = "linear"
        self._cursor: Place | None = None
        self._pressed: QPointF | None = None  # where the button went down
        self._drags = False
        self._table = colour_table(COLOUR_MAPS[0])
        self._range = (-100.0, -20.0)
        self._play_head: float | None = None
        self._smooth = False
        self.setMouseTracking(True)
        self.setMinimumSize(300, 90)
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
        """An empty picture of `capacity` columns.

        scrolling: the newest column stays at the right edge, which is now; otherwise columns fill the
        picture from `start_s` on.
        """
        self.bins, self.capacity = bins, max(1, capacity)
        self.column_s, self.highest_hz = column_s, highest_hz
        self._set_scale()
        self.scrolling, self.start_s = scrolling, start_s
        self.count = 0
        self._levels = np.full((bins, 2 * self.capacity), FLOOR_DB, np.float32)  # top row: highest frequency
        self._pixels = np.empty((bins, 2 * self.capacity), np.uint32)
        width = 2 * self.capacity
        self._image = QImage(self._pixels.data, width, bins, 4 * width, QImage.Format.Format_RGB32)
        self._forget()
        self._recolour()

    def _set_scale(self) -> None:
        self.scale = FrequencyScale(self._scale_name, self.highest_hz)
        self._rows = self.scale.rows(self.bins)

    def set_scale(self, name: str) -> None:
        """linear, mel or log. Raises ValueError for others."""
        if name != self._scale_name:
            FrequencyScale(name, self.highest_hz)
            self._scale_name = name
            self._set_scale()
            self._forget()
            self._recolour()

    def sizeHint(self) -> QSize:
        """As far as there is room."""
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
        self._forget()
        self._recolour()

    def set_colour_map(self, name: str) -> None:
        """One of COLOUR_MAPS. Raises ValueError for others."""
        self._table = colour_table(name)
        self._forget()
        self._recolour()

    def _coloured(self, levels: NDArray[np.float32]) -> NDArray[np.uint32]:
        """Rows of levels, highest frequency first, as they stand on the axis."""
        low, high = self._range
        if self._rows is not None:
            levels = levels[::-1][self._rows]
        index = (levels - low) * (255 / (high - low))
        return np.asarray(self._table[np.clip(index, 0, 255).astype(np.uint8)])

    def _recolour(self) -> None:
        self._pixels[:] = self._coloured(self._levels)
        self._still = None
        self.update()

    @property
    def smooth(self) -> bool:
        """Interpolate between pixels where nothing moves: better to look at, dearer to draw."""
        return self._smooth

    @smooth.setter
    def smooth(self, smooth: bool) -> None:
        self._smooth, self._still = smooth, None
        self.update(self.plot)

    @property
    def title(self) -> str:
        """What stands in the corner."""
        return self._title

    @title.setter
    def title(self, title: str) -> None:
        if title != self._title:
            self._title = title
            self._forget()

    def _forget(self) -> None:
        self._still = None
        super()._forget()

    def _dressed(self, ratio: float) -> tuple[QPixmap, QPixmap]:
        self._still = None
        seconds = self.span_s if self.time_axis else None
        shares = (self._zoom.low, self._zoom.high)
        frame = painted_frame(self, self.plot, seconds, self.scale, shares, self._range, self._table.tolist())
        return frame, painted_title(self, self._title)

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
            self._still = None
            self.update(self.plot)

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
            self.update(self.plot)

    @property
    def plot(self) -> QRect:
        """Where the picture lies in the widget."""
        if self._place is None:
            self._place = plot_of(self, self.time_axis)
        return self._place

    @property
    def span_s(self) -> tuple[float, float]:
        """Seconds at the left and the right edge."""
        length = self.capacity * self.column_s
        start = -length if self.scrolling else self.start_s
        return start + length * self._zoom.left, start + length * self._zoom.right

    @property
    def span_hz(self) -> tuple[float, float]:
        """Frequencies at the lower and the upper edge."""
        return self.scale.hz(self._zoom.low), self.scale.hz(self._zoom.high)

    def shares(self, x: float, y: float) -> tuple[float, float] | None:
        """Widget coordinates -> shares of the whole in time and in frequency, None outside of the picture."""
        plot, zoom = self.plot, self._zoom
        across, up = (x - plot.left()) / plot.width(), 1 - (y - plot.top()) / plot.height()
        if not (0 <= across < 1 and 0 < up <= 1):
            return None
        return zoom.left + across * (zoom.right - zoom.left), zoom.low + up * (zoom.high - zoom.low)

    def at(self, x: float, y: float) -> tuple[float, float, float] | None:
        """Widget coordinates -> (seconds, Hz, dB), None outside of the picture."""
        place = self.shares(x, y)
        return None if place is None else self.read(place)

    def read(self, place: Place) -> tuple[float, float, float]:
        """Shares of the whole in time and in frequency -> (seconds, Hz, dB) of what is shown there now."""
        time, share = place
        hz = self.scale.hz(share)
        column = self._first + min(self.capacity - 1, int(time * self.capacity))
        row = min(self.bins - 1, int((1 - hz / self.highest_hz) * self.bins))
        length = self.capacity * self.column_s
        start = -length if self.scrolling else self.start_s
        return start + time * length, hz, float(self._levels[row, column])

    @property
    def cursor_place(self) -> Place | None:
        """Where the cross of the mouse stands, in this picture or in its neighbour; shares of the whole."""
        return self._cursor

    @cursor_place.setter
    def cursor_place(self, place: Place | None) -> None:
        if place != self._cursor:
            self._cursor = place
            self.update(self.plot)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves the cross; with the button down it moves the pictures."""
        at = event.position()
        if self._pressed is not None:
            moved = at - self._pressed
            if self._drags or moved.manhattanLength() >= QApplication.startDragDistance():
                self._drags, self._pressed = True, at
                self.dragged.emit(
                    moved.x() / max(1, self.plot.width()), -moved.y() / max(1, self.plot.height())
                )
                return
        self.hovered.emit(self.shares(at.x(), at.y()))

    def leaveEvent(self, event: QEvent) -> None:
        """The cross goes with the mouse."""
        self.hovered.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Whoever has both pictures decides what a turn means."""
        if self.shares(event.position().x(), event.position().y()) is not None:
            self.turned.emit(event)
            event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The beginning of a click or of a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._drags = event.position(), False

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click moves the play head."""
        pressed, drags = self._pressed, self._drags
        self._pressed, self._drags = None, False
        spot = self.at(event.position().x(), event.position().y())
        if pressed is not None and not drags and self._play_head is not None and spot is not None:
            self.seeked.emit(spot[0])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """All of the picture again."""
        self.double_clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame once, the picture, its title, the play head and the cross."""
        painter = QPainter(self)
        plot = self.plot
        if plot.width() < 1 or plot.height() < 1:
            painter.fillRect(self.rect(), self.palette().window())
            return
        frame, label = self._kept()
        if not plot.contains(event.rect()):
            painter.drawPixmap(0, 0, frame)
        if self.scrolling:
            self._paint_picture(painter, QRectF(plot))
        else:
            if self._still is None:
                self._still = QPixmap(plot.size() * self.devicePixelRatio())
                self._still.setDevicePixelRatio(self.devicePixelRatio())
                still = QPainter(self._still)
                still.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
                self._paint_picture(still, QRectF(0, 0, plot.width(), plot.height()))
                still.end()
            painter.drawPixmap(plot.topLeft(), self._still)
        painter.drawPixmap(plot.left() + 6, plot.top() + 6, label)
        left, right = self.span_s
        if self._play_head is not None and left <= self._play_head <= right:
            x = plot.left() + plot.width() * (self._play_head - left) / (right - left)
            painter.setPen(QPen(QColor("white"), 1.5))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        if self._cursor is not None:
            self._paint_cross(painter, plot, self._cursor)

    def _paint_cross(self, painter: QPainter, plot: QRect, place: Place) -> None:
        z = self._zoom
        across, up = (place[0] - z.left) / (z.right - z.left), (place[1] - z.low) / (z.high - z.low)
        painter.setPen(QPen(QColor(255, 255, 255, 190), 1, Qt.PenStyle.DotLine))
        x, y = plot.left() + round(across * plot.width()), plot.top() + round((1 - up) * plot.height())
        if 0 <= across <= 1:
            painter.drawLine(x, plot.top(), x, plot.bottom())
        if 0 <= up <= 1:
            painter.drawLine(plot.left(), y, plot.right(), y)

    def _paint_picture(self, painter: QPainter, where: QRectF) -> None:
        z = self._zoom
        left, width = self._first + z.left * self.capacity, (z.right - z.left) * self.capacity
        top, height = (1 - z.high) * self.bins, (z.high - z.low) * self.bins
        painter.drawImage(where, self._image, QRectF(left, top, width, height))
