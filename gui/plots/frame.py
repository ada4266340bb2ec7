"""What stands around and over a spectrogram, painted once: axes with their texts, and the title."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from gui.plots.axes import LEFT, frequency_ticks, time_ticks


def _canvas(widget: QWidget, size: QSize, colour: QColor) -> QPixmap:
    ratio = widget.devicePixelRatio()
    canvas = QPixmap(size * ratio)
    canvas.setDevicePixelRatio(ratio)
    canvas.fill(colour)
    return canvas


def painted_frame(
    widget: QWidget, plot: QRect, seconds: tuple[float, float], hz: tuple[float, float]
) -> QPixmap:
    """The widget without its picture. seconds, hz: at the edges of `plot`."""
    canvas = _canvas(widget, widget.size(), widget.palette().window().color())
    painter = QPainter(canvas)
    painter.setFont(widget.font())
    painter.setPen(widget.palette().windowText().color())
    metrics = painter.fontMetrics()
    height = metrics.height()
    low, high = hz
    for tick, text in frequency_ticks(low, high, plot.height(), 1.4 * height):
        y = round(plot.bottom() - plot.height() * (tick - low) / (high - low))
        painter.drawLine(plot.left() - 4, y, plot.left() - 1, y)
        top = min(max(y - height // 2, 0), plot.bottom() - height + 4)
        painter.drawText(QRect(0, top, LEFT - 7, height), Qt.AlignmentFlag.AlignRight, text)
    left, right = seconds
    for tick, text in time_ticks(left, right, plot.width()):
        x = round(plot.left() + plot.width() * (tick - left) / (right - left))
        painter.drawLine(x, plot.bottom() + 1, x, plot.bottom() + 4)
        width = metrics.horizontalAdvance(text)
        start = min(max(x - width // 2, 0), widget.width() - width - 2)
        painter.drawText(start, plot.bottom() + 4 + metrics.ascent(), text)
    painter.end()
    return canvas


def painted_title(widget: QWidget, title: str) -> QPixmap:
    """White on a dark veil: legible on every colour of a picture."""
    metrics = widget.fontMetrics()
    size = QSize(metrics.horizontalAdvance(title) + 14, metrics.height() + 4)
    canvas = _canvas(widget, size, QColor(0, 0, 0, 170))
    painter = QPainter(canvas)
    painter.setFont(widget.font())
    painter.setPen(QColor("white"))
    painter.drawText(QRect(0, 0, size.width(), size.height()), Qt.AlignmentFlag.AlignCenter, title)
    painter.end()
    return canvas
