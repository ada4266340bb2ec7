"""A level meter: a bar in dB below full scale, a line that holds the peak for a while, a count of what clipped."""

from __future__ import annotations

import time

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy

from gui import texts
from gui.plots.painted_once import PaintedOnce

LOWEST_DBFS = -60.0
_HOLD_S = 1.5
_FALL_DB_S = 20.0
_TIP = "#e0503c"


class Meter(PaintedOnce):
    """`show_level` is for every tick; the bar falls slowly, so that a short sound is seen."""

    def __init__(self, name: str):
        self.name = self._text = name
        self.clipped = 0  # samples at full scale
        super().__init__(QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.setAccessibleDescription(texts.LEVEL_TIP)
        self.setToolTip(texts.LEVEL_TIP)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.level_dbfs = self.peak_dbfs = LOWEST_DBFS
        self._shown_at = self._peak_at = time.monotonic()

    def sizeHint(self) -> QSize:
        return QSize(160, 22)

    def show_level(self, dbfs: float, clipped: int = 0) -> None:
        """clipped: samples at full scale since the last call."""
        now = time.monotonic()
        old = self.level_dbfs, self.peak_dbfs
        self.clipped += clipped
        fallen = self.level_dbfs - _FALL_DB_S * (now - self._shown_at)
        self.level_dbfs = min(0.0, max(dbfs, fallen, LOWEST_DBFS))
        if self.level_dbfs >= self.peak_dbfs or now - self._peak_at > _HOLD_S:
            self.peak_dbfs, self._peak_at = self.level_dbfs, now
        self._shown_at = now
        text = f"{self.name}  {self.peak_dbfs:.0f} dB" if self.peak_dbfs > LOWEST_DBFS else self.name
        if clipped or text != self._text:
            self._text = text
            self._forget()
        elif old != (self.level_dbfs, self.peak_dbfs):
            self.update()

    def forget_clipped(self) -> None:
        self.clipped = 0
        self._forget()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.forget_clipped()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # the space bar is the switch's everywhere
            self.forget_clipped()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        empty, full = self._kept()
        painter.drawPixmap(0, 0, empty)
        filled = QRect(0, 0, self._x(self.level_dbfs), self.height())
        ratio = full.devicePixelRatio()
        painter.drawPixmap(filled, full, QRect(0, 0, round(ratio * filled.width()), full.height()))
        if self.peak_dbfs > LOWEST_DBFS:
            x = self._x(self.peak_dbfs)
            painter.setPen(QColor(_TIP) if self.peak_dbfs > -1 else self.palette().windowText().color())
            painter.drawLine(x, 1, x, self.height() - 2)
        if self.hasFocus():
            painter.setPen(self.palette().highlight().color())
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _x(self, dbfs: float) -> int:
        return round(self.width() * (dbfs - LOWEST_DBFS) / -LOWEST_DBFS)

    def _dressed(self, ratio: float) -> tuple[QPixmap, QPixmap]:
        """The empty meter and the full one, each with its text in a colour that can be read on it."""
        colours = self.palette()
        return (
            self._with_text(ratio, colours.base().color(), colours.windowText().color()),
            self._with_text(ratio, colours.highlight().color(), colours.highlightedText().color()),
        )

    def _with_text(self, ratio: float, ground: QColor, ink: QColor) -> QPixmap:
        canvas = QPixmap(self.size() * ratio)
        canvas.setDevicePixelRatio(ratio)
        canvas.fill(ground)
        painter, box = QPainter(canvas), self.rect()
        painter.setFont(self.font())
        painter.setPen(ink)
        painter.drawText(box.adjusted(6, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, self._text)
        if self.clipped:
            text = texts.CLIPPED.format(count=self.clipped)
            box.setLeft(box.right() - painter.fontMetrics().horizontalAdvance(text) - 12)
            painter.fillRect(box, QColor(_TIP))
            painter.setPen(QColor("white"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
        return canvas
