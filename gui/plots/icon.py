"""The program's sign, painted: a voice in a disc, whose colour says what is done to it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPen, QPixmap

RESTING, CLEANING, PASSING, SILENT, TROUBLE = "resting", "cleaning", "passing", "silent", "trouble"
_COLOURS = {
    RESTING: "#6b7278", CLEANING: "#2f9e5f", PASSING: "#d9822b", SILENT: "#d9822b", TROUBLE: "#c0392b",
}  # fmt: skip
_BARS = (0.25, 0.55, 0.85, 0.45, 0.7, 0.3)  # heights, share of the disc
_SIZES = (16, 22, 32, 48, 64, 128)  # px


def icon(state: str = CLEANING) -> QIcon:
    """state: resting (not live), cleaning, passing (live, switched off), silent (muted) or trouble."""
    found = QIcon()
    for size in _SIZES:
        found.addPixmap(QPixmap.fromImage(painted(size, state)))
    return found


def painted(size: int, state: str = CLEANING) -> QImage:
    """The sign as a square of this many pixels."""
    canvas = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
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
    if state == SILENT:
        painter.drawLine(QPointF(0.8 * size, 0.2 * size), QPointF(0.2 * size, 0.8 * size))
    if state == TROUBLE:  # a mark of exclamation in a corner
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("white"))
        painter.drawEllipse(QRectF(0.5 * size, 0.5 * size, 0.5 * size, 0.5 * size))
        painter.setPen(
            QPen(QColor(_COLOURS[TROUBLE]), size / 10, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        )
        painter.drawLine(QPointF(0.75 * size, 0.58 * size), QPointF(0.75 * size, 0.76 * size))
        painter.drawPoint(QPointF(0.75 * size, 0.9 * size))
    painter.end()
    return canvas
