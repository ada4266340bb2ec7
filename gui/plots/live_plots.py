"""Spectrum and waveform of what is heard now, before over after, for those who want them."""

from __future__ import annotations

import time

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui import texts
from gui.state.columns import Columns, Samples

_PLOT_S = 0.1  # between two paintings: plots cost ten times what a spectrogram does
_AVERAGE_S = 0.3  # of the spectrum
_WAVE_S = 1.0
_POINTS = 300  # of a waveform, each with its least and its most
_HEIGHTS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # of the waveform's axis, full scale 1
_BEFORE, _AFTER = "#e08a3c", "#3f9be0"


class LivePlots(QWidget):
    """Fed at every tick as long as it is visible."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(150)
        self.spectrum, self.wave = (self._plot(title) for title in (texts.SPECTRUM, texts.WAVEFORM))
        self.spectrum.setYRange(-110, 0)
        self.wave.setXRange(-_WAVE_S, 0, padding=0.02)
        pens = [pyqtgraph.mkPen(colour, width=1) for colour in (_BEFORE, _AFTER)]
        self.spectra = [self.spectrum.plot(pen=pen) for pen in pens]
        self.waves = [self.wave.plot(pen=pen) for pen in pens]
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 10, 0)
        row.setSpacing(4)
        row.addWidget(self.spectrum, 1)
        row.addWidget(self.wave, 1)
        self.configure(257, 0.01, 16000)
        self._dress()

    def _plot(self, title: str) -> pyqtgraph.PlotWidget:
        plot = pyqtgraph.PlotWidget(title=title)
        plot.setAccessibleName(title)
        plot.setMouseEnabled(False, False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.disableAutoRange()
        return plot

    def configure(self, bins: int, column_s: float, sample_rate: int) -> None:
        """Empty. column_s: seconds from a column to the next; sample_rate: Hz."""
        self._khz = np.linspace(0, sample_rate / 2000, bins)
        self._keep = column_s
        self._power: NDArray[np.float64] | None = None
        size = max(1, round(_WAVE_S * sample_rate / _POINTS))
        self._samples = np.zeros((2, _POINTS * size), np.float32)
        self._seconds = np.repeat((np.arange(_POINTS) - _POINTS + 0.5) / _POINTS * _WAVE_S, 2)
        self._painted_at = 0.0
        self._height = 0.0
        self.spectrum.setXRange(0, sample_rate / 2000, padding=0)
        for curve in (*self.spectra, *self.waves):
            curve.setData([], [])

    def push(self, samples: Samples, columns: Columns) -> None:
        """float32 [2, n], full scale ±1, and the columns that they completed, dB [2, m, bins]."""
        self._samples = np.concatenate([self._samples, samples], axis=1)[:, -self._samples.shape[1] :]
        if columns.shape[1]:
            power = np.power(10.0, columns / 10).mean(axis=1)
            old = np.exp(-columns.shape[1] * self._keep / _AVERAGE_S)
            self._power = power if self._power is None else old * self._power + (1 - old) * power
        now = time.monotonic()
        if self._power is not None and now - self._painted_at >= _PLOT_S:
            self._painted_at = now
            self._paint(self._power)

    def _paint(self, power: NDArray[np.float64]) -> None:
        for curve, levels in zip(self.spectra, 10 * np.log10(np.maximum(power, 1e-12)), strict=True):
            curve.setData(self._khz, levels)
        groups = self._samples.reshape(2, _POINTS, -1)
        ends = np.stack([groups.min(axis=2), groups.max(axis=2)], axis=2).reshape(2, -1)
        for curve, values in zip(self.waves, ends, strict=True):
            curve.setData(self._seconds, values)
        most = float(np.abs(ends).max())
        height = next((h for h in _HEIGHTS if h >= most), most)
        if height > self._height or 3 * height < self._height:  # not to and fro with every word
            self._height = height
            self.wave.setYRange(-height, height, padding=0)

    def changeEvent(self, event: QEvent) -> None:
        """Colours follow the palette."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "waves"):
            self._dress()
        super().changeEvent(event)

    def _dress(self) -> None:
        text, ground = self.palette().windowText().color(), self.palette().window().color()
        grid = QColor(text)
        for plot in (self.spectrum, self.wave):
            plot.setBackground(ground)
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(grid)
                axis.setTextPen(text)
            plot.setTitle(
                f'{plot.accessibleName()}: <span style="color: {_BEFORE}">{texts.INPUT_SIDE}</span>, '
                f'<span style="color: {_AFTER}">{texts.OUTPUT_SIDE}</span>',
                color=text, size="9pt",
            )  # fmt: skip
