"""What stands around and over a spectrogram, painted once: axes with their texts, the colour bar, and the title."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from gui.plots.axes import BAR_PX, frequency_ticks, left, level_ticks, time_ticks, warped_ticks
from gui.plots.frequency_scale import FrequencyScale


def _canvas(widget: QWidget, size: QSize, colour: QColor) -> QPixmap:
    ratio = widget.devicePixelRatio()
    canvas = QPixmap(size * ratio)
    canvas.setDevicePixelRatio(ratio)
    canvas.fill(colour)
    return canvas


def painted_frame(
    widget: QWidget,
    plot: QRect,
    seconds: tuple[float, float] | None,
    scale: FrequencyScale,
    shares: tuple[float, float],
    levels: tuple[float, float],
    table: Sequence[int],
) -> QPixmap:
    """The widget without its picture.

    seconds: at the edges of `plot`, None: no time axis; shares: of the frequency axis at its edges;
    levels: dB of the colours at the ends of `table`.
    """
    canvas = _canvas(widget, widget.size(), widget.palette().window().color())
    painter = QPainter(canvas)
    painter.setFont(widget.font())
    painter.setPen(widget.palette().windowText().color())
    _paint_frequencies(painter, widget, plot, scale, shares)
    if seconds is not None:
        _paint_times(painter, widget, plot, seconds)
    _paint_bar(painter, widget, plot, levels, table)
    painter.end()
    return canvas


def _paint_frequencies(
    painter: QPainter, widget: QWidget, plot: QRect, scale: FrequencyScale, shares: tuple[float, float]
) -> None:
    height = painter.fontMetrics().height()
    low, high = shares
    if scale.name == "linear":
        ticks = frequency_ticks(scale.hz(low), scale.hz(high), plot.height(), 1.4 * height)
    else:
        ticks = warped_ticks(scale, low, high, plot.height(), 1.4 * height)
    margin = left(widget)
    for tick, text in ticks:
        y = round(plot.bottom() - plot.height() * (scale.share(tick) - low) / (high - low))
        painter.drawLine(plot.left() - 4, y, plot.left() - 1, y)
        top = min(max(y - height // 2, 0), max(0, widget.height() - height))
        painter.drawText(QRect(0, top, margin - 7, height), Qt.AlignmentFlag.AlignRight, text)


def _paint_times(painter: QPainter, widget: QWidget, plot: QRect, seconds: tuple[float, float]) -> None:
    metrics = painter.fontMetrics()
    first, last = seconds
    for tick, text in time_ticks(first, last, plot.width()):
        x = round(plot.left() + plot.width() * (tick - first) / (last - first))
        painter.drawLine(x, plot.bottom() + 1, x, plot.bottom() + 4)
        width = metrics.horizontalAdvance(text)
        start = min(max(x - width // 2, 0), widget.width() - width - 2)
        painter.drawText(start, plot.bottom() + 4 + metrics.ascent(), text)


def _paint_bar(
    painter: QPainter, widget: QWidget, plot: QRect, levels: tuple[float, float], table: Sequence[int]
) -> None:
    """The colours from the lowest level, below, to the highest."""
    low, high = levels
    column = np.ascontiguousarray(np.asarray(table, np.uint32)[::-1, None])
    bar = QRect(plot.right() + 8, plot.top(), BAR_PX, plot.height())
    painter.drawImage(bar, QImage(column.data, 1, len(column), 4, QImage.Format.Format_RGB32))
    metrics = painter.fontMetrics()
    height = metrics.height()
    ticks = level_ticks(low, high, plot.height(), 1.6 * height)
    for level in ticks:
        y = round(bar.bottom() - bar.height() * (level - low) / (high - low))
        painter.drawLine(bar.right() + 1, y, bar.right() + 3, y)
        top = min(max(y - height // 2, plot.top() - 2), plot.bottom() - height + 4)
        text = f"{level:.0f} dB" if level == ticks[-1] else f"{level:.0f}"
        painter.drawText(bar.right() + 6, top + metrics.ascent(), text)


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
