"""A level meter: a bar over a scale in dBFS, a line that holds the peak for a while, a light that tells of clipping."""

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
_BAR_PX, _LIGHT_PX, _GAP_PX = 10, 14, 3
_TICKS = (-60, -48, -36, -24, -18, -12, -6, -3, 0)
_ZONES = ((LOWEST_DBFS, "#2f9e5f"), (-12.0, "#d9a321"), (-3.0, "#d9453a"))  # from which level on, dBFS
_CLIPPED = "#d9453a"


class Meter(PaintedOnce):
    """`show_level` is for every tick; the bar falls slowly, so that a short sound is seen."""

    def __init__(self, name: str):
        self.name = name
        self.clipped = 0  # samples at full scale
        super().__init__(QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.setAccessibleDescription(texts.NO_SIGNAL)
        self.setToolTip(texts.LEVEL_TIP)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.level_dbfs = self.peak_dbfs = LOWEST_DBFS
        self._shown_at = self._peak_at = time.monotonic()

    def sizeHint(self) -> QSize:
        """Name, bar and scale under one another."""
        return QSize(180, 2 * self.fontMetrics().height() + _BAR_PX + 2 * _GAP_PX)

    def minimumSizeHint(self) -> QSize:
        """The name and a level beside it."""
        return QSize(
            self.fontMetrics().horizontalAdvance(f"{self.name}  -60 dBFS  "), self.sizeHint().height()
        )

    def show_level(self, dbfs: float, clipped: int = 0) -> None:
        """clipped: samples at full scale since the last call."""
        now = time.monotonic()
        old = self.level_dbfs, self.peak_dbfs
        fallen = self.level_dbfs - _FALL_DB_S * (now - self._shown_at)
        self.level_dbfs = min(0.0, max(dbfs, fallen, LOWEST_DBFS))
        if self.level_dbfs >= self.peak_dbfs or now - self._peak_at > _HOLD_S:
            self.peak_dbfs, self._peak_at = self.level_dbfs, now
        self._shown_at = now
        if clipped:
            self.clipped += clipped
            self._forget()
        elif old != (self.level_dbfs, self.peak_dbfs):
            self.update()

    def show_nothing(self) -> None:
        """Nothing is measured: the bar is empty at once."""
        if self.level_dbfs > LOWEST_DBFS or self.peak_dbfs > LOWEST_DBFS:
            self.level_dbfs = self.peak_dbfs = LOWEST_DBFS
            self.update()

    @property
    def text(self) -> str:
        """The held peak in words."""
        return f"{self.peak_dbfs:.0f} dBFS" if self.peak_dbfs > LOWEST_DBFS else texts.NO_SIGNAL

    def forget_clipped(self) -> None:
        """The light goes out."""
        self.clipped = 0
        self._forget()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click puts the light out."""
        self.forget_clipped()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So do the keys that press buttons."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.forget_clipped()
        else:
            super().keyPressEvent(event)

    @property
    def bar(self) -> QRect:
        """Where the bar lies in the widget."""
        if self._place is None:
            top = self.fontMetrics().height() + _GAP_PX
            self._place = QRect(2, top, max(1, self.width() - _LIGHT_PX - 3 * _GAP_PX), _BAR_PX)
        return self._place

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, as much of the full bar as the level has, the peak, and its number."""
        painter, bar = QPainter(self), self.bar
        ground, full = self._kept()
        painter.drawPixmap(0, 0, ground)
        filled = QRect(bar.topLeft(), QSize(self._x(self.level_dbfs) - bar.left(), bar.height()))
        ratio = full.devicePixelRatio()
        painter.drawPixmap(filled, full, QRect(0, 0, round(ratio * filled.width()), full.height()))
        painter.setPen(self.palette().windowText().color())
        if self.peak_dbfs > LOWEST_DBFS:
            x = self._x(self.peak_dbfs)
            painter.fillRect(QRect(x - 1, bar.top(), 2, bar.height()), self.palette().windowText())
        box = QRect(0, 0, bar.right() + 1, bar.top())
        painter.drawText(box, Qt.AlignmentFlag.AlignRight, self.text)
        if self.hasFocus():
            painter.setPen(self.palette().link().color())
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _x(self, dbfs: float) -> int:
        return self.bar.left() + round(self.bar.width() * (dbfs - LOWEST_DBFS) / -LOWEST_DBFS)

    def _dressed(self, ratio: float) -> tuple[QPixmap, QPixmap]:
        """The meter without a level, and the full bar."""
        ground, full = QPixmap(self.size() * ratio), QPixmap(self.bar.size() * ratio)
        for canvas in (ground, full):
            canvas.setDevicePixelRatio(ratio)
            canvas.fill(self.palette().window().color())
        self._paint_ground(ground)
        painter, bar = QPainter(full), self.bar
        for start, colour in _ZONES:
            left = self._x(start) - bar.left()
            painter.fillRect(QRect(left, 0, bar.width() - left, bar.height()), QColor(colour))
        painter.end()
        return ground, full

    def _paint_ground(self, canvas: QPixmap) -> None:
        painter, bar, colours = QPainter(canvas), self.bar, self.palette()
        painter.setFont(self.font())
        painter.setPen(colours.windowText().color())
        metrics = painter.fontMetrics()
        name = f"{self.name}  {texts.CLIPPED.format(count=self.clipped)}" if self.clipped else self.name
        painter.drawText(2, metrics.ascent(), name)
        painter.fillRect(bar, colours.alternateBase())
        light = QRect(bar.right() + 2 * _GAP_PX, bar.top(), _LIGHT_PX, bar.height())
        painter.fillRect(light, QColor(_CLIPPED) if self.clipped else colours.alternateBase().color())
        painter.setPen(colours.placeholderText().color())
        painter.drawRect(light.adjusted(0, 0, -1, -1))
        small = self.font()
        small.setPointSizeF(max(6.0, 0.85 * small.pointSizeF()))
        painter.setFont(small)
        metrics, free = painter.fontMetrics(), self.width() + 1
        for tick in reversed(_TICKS):  # the loudest first; those without room are left out
            x, text = self._x(tick), f"{tick}"
            width = metrics.horizontalAdvance(text)
            start = min(max(x - width // 2, 0), bar.right() - width + 8)
            if start + width + 6 <= free or tick == 0:
                painter.drawLine(x, bar.bottom() + 1, x, bar.bottom() + 2)
                painter.drawText(start, bar.bottom() + 2 + metrics.ascent(), text)
                free = start
        painter.end()
