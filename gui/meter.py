"""A level meter: a bar in dB below full scale, a line that holds the peak for a while, a count of what clipped."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import texts

LOWEST_DBFS = -60.0
_HOLD_S = 1.5
_FALL_DB_S = 20.0
_TIP = "#e0503c"


class Meter(QWidget):
    """`show_level` is for every tick; the bar falls slowly, so that a short sound is seen."""

    def __init__(self, name: str):
        super().__init__()
        self.name = name
        self.setAccessibleName(name)
        self.setToolTip(texts.LEVEL_TIP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.level_dbfs = self.peak_dbfs = LOWEST_DBFS
        self.clipped = 0  # samples at full scale
        self._shown_at = self._peak_at = time.monotonic()

    def sizeHint(self) -> QSize:
        return QSize(160, 22)

    def show_level(self, dbfs: float, clipped: int = 0) -> None:
        """clipped: samples at full scale since the last call."""
        now = time.monotonic()
        old = self.level_dbfs, self.peak_dbfs, self.clipped
        self.clipped += clipped
        fallen = self.level_dbfs - _FALL_DB_S * (now - self._shown_at)
        self.level_dbfs = min(0.0, max(dbfs, fallen, LOWEST_DBFS))
        if self.level_dbfs >= self.peak_dbfs or now - self._peak_at > _HOLD_S:
            self.peak_dbfs, self._peak_at = self.level_dbfs, now
        self._shown_at = now
        if old != (self.level_dbfs, self.peak_dbfs, self.clipped):
            self.update()

    def forget_clipped(self) -> None:
        self.clipped = 0
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.forget_clipped()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRectF(self.rect())
        painter.fillRect(box, self.palette().base())

        def x(dbfs: float) -> float:
            return box.left() + box.width() * (dbfs - LOWEST_DBFS) / -LOWEST_DBFS

        filled = QRectF(box)
        filled.setRight(x(self.level_dbfs))
        painter.fillRect(filled, self.palette().highlight())
        if self.peak_dbfs > LOWEST_DBFS:
            painter.setPen(QColor(_TIP) if self.peak_dbfs > -1 else self.palette().windowText().color())
            painter.drawLine(round(x(self.peak_dbfs)), 1, round(x(self.peak_dbfs)), self.height() - 2)
        painter.setPen(self.palette().windowText().color())
        text = self.name
        if self.peak_dbfs > LOWEST_DBFS:
            text += f"  {self.peak_dbfs:.0f} dB"
        painter.drawText(box.adjusted(6, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, text)
        if self.clipped:
            text = texts.CLIPPED.format(count=self.clipped)
            sign = QRectF(box)
            sign.setLeft(box.right() - painter.fontMetrics().horizontalAdvance(text) - 12)
            painter.fillRect(sign, QColor(_TIP))
            painter.setPen(QColor("white"))
            painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, text)
