"""The program's sign, painted: a voice in a disc, whose colour says what is done to it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

RESTING, CLEANING, PASSING, SILENT = "resting", "cleaning", "passing", "silent"
_COLOURS = {RESTING: "#6b7278", CLEANING: "#2f9e5f", PASSING: "#d9822b", SILENT: "#c0392b"}
_BARS = (0.25, 0.55, 0.85, 0.45, 0.7, 0.3)  # heights, share of the disc
_SIZES = (16, 22, 32, 48, 64, 128)  # px


def icon(state: str = CLEANING) -> QIcon:
    """state: resting (not live), cleaning, passing (live, switched off) or silent (muted)."""
    found = QIcon()
    for size in _SIZES:
        found.addPixmap(_painted(size, state))
    return found


def _painted(size: int, state: str) -> QPixmap:
    canvas = QPixmap(size, size)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(_COLOURS[state]))
    painter.drawEllipse(QRectF(0, 0, size, size))
    pen = QPen(QColor("white"), size / 13, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    step = 0.62 * size / (len(_BARS) - 1)
    for k, height in enumerate(_BARS):
        x, half = 0.19 * size + k * step, 0.3 * size * height
        painter.drawLine(QPointF(x, size / 2 - half), QPointF(x, size / 2 + half))
    if state in (PASSING, SILENT):  # told by shape too, not by colour alone
        painter.drawLine(QPointF(0.2 * size, 0.2 * size), QPointF(0.8 * size, 0.8 * size))
    painter.end()
    return canvas
