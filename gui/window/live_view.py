"""The live side of the window: its buttons and pickers, and what a tick shows of the stream."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QObject, QSignalBlocker, QStandardPaths
from PySide6.QtWidgets import QComboBox, QFormLayout, QGroupBox, QPushButton

from gui import texts
from gui.plots.meter import Meter
from gui.plots.pictures import Pictures
from gui.state.columns import FLOOR_DB, ColumnMaker
from gui.state.device_names import entries
from gui.state.live_session import LiveSession
from gui.window.numbers import numbers
from realtime.audio.devices import Device
from realtime.engine.contract import ModelSpec
from realtime.live.stream import LiveStatus

SECONDS = 10  # of a live picture
CLIPPED = 0.999  # full scale
_NUMBERS_S = 0.2  # between two states of the numbers: nobody reads faster


class LiveView(QObject):
    """Knows the session; the window places the widgets."""

    def __init__(self, session: LiveSession, pictures: Pictures):
        super().__init__()
        self.session, self.pictures = session, pictures
        self.button = self._button(texts.LIVE, texts.LIVE_TIP)
        self.record = self._button(texts.RECORD, texts.RECORD_TIP)
        self.record.setEnabled(False)
        self.pickers = {"input": self._picker("input"), "output": self._picker("output")}
        self.group = QGroupBox(texts.GROUP_LIVE)
        form = QFormLayout(self.group)
        form.setContentsMargins(8, 6, 8, 6)
        form.setVerticalSpacing(5)
        form.addRow(texts.LABELS[texts.INPUT], self.pickers["input"])
        form.addRow(texts.LABELS[texts.OUTPUT], self.pickers["output"])
        self._maker = ColumnMaker(16000, sides=(2,))
        self._plotted: ColumnMaker | None = None  # what the plots are configured for
        self._status: LiveStatus | None = None
        self._status_at = 0.0
        self._line = ""
        self._marks: list[str] = []  # of ticks without a column
        self._unshown = 0  # samples that nobody pulled in time, less than a column
        self.window_ms = 32.0
        self.paused = False
        self._showing = False  # the pictures are ours
        self.button.toggled.connect(self._toggled)
        self.record.toggled.connect(self._record)
        session.devices.connect(self.show_devices)
        session.running.connect(self._running)
        session.model_opened.connect(lambda spec, note: self.begin(spec))

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, checkable=True)
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setAccessibleDescription(tip)
        button.setMinimumHeight(30)
        return button

    def _picker(self, kind: str) -> QComboBox:
        name, tip = (texts.INPUT, texts.INPUT_TIP) if kind == "input" else (texts.OUTPUT, texts.OUTPUT_TIP)
        box = QComboBox()
        box.addItem(texts.DEFAULT_DEVICE, None)
        box.setToolTip(tip)
        box.setAccessibleName(name)
        box.setAccessibleDescription(tip)
        box.setMinimumContentsLength(6)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.currentIndexChanged.connect(lambda index: self.session.configure(**{kind: box.itemData(index)}))
        return box

    def choose(self, input: str, output: str) -> None:
        """The devices of the settings, before it is known what there is; empty is the default."""
        for kind, name in (("input", input), ("output", output)):
            if name:
                with QSignalBlocker(self.pickers[kind]):
                    self.pickers[kind].addItem(name, name)
                    self.pickers[kind].setCurrentIndex(1)

    def show_devices(self, devices: list[Device]) -> None:
        """What there is now. A chosen device that went stays chosen: it may come back."""
        for kind, box in self.pickers.items():
            chosen = box.currentData()
            with QSignalBlocker(box):
                box.clear()
                box.addItem(texts.DEFAULT_DEVICE, None)
                for text, name in entries(devices, kind):
                    box.addItem(text, name)
                if chosen is not None and box.findData(chosen) < 0:
                    box.addItem(texts.GONE.format(name=chosen), chosen)
                box.setCurrentIndex(max(0, box.findData(chosen)))

    def _toggled(self, on: bool) -> None:
        self._showing = False  # until the stream's model is known; from now on if it ends
        if on:
            self.session.start()
        else:
            self.session.stop()

    def _running(self, running: bool) -> None:
        with QSignalBlocker(self.button):
            self.button.setChecked(running)
        self.record.setEnabled(running)
        self._showing = self._showing and running
        if not running:
            with QSignalBlocker(self.record):
                self.record.setChecked(False)

    def _record(self, on: bool) -> None:
        if on:
            music = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MusicLocation)
            self.session.start_recording(f"{music}/Klarstrom")
        else:
            self.session.stop_recording()

    def hold(self, on: bool) -> None:
        """The pictures stand still; the sound goes on."""
        self.paused = on
        self.pictures.show_held(on and self._showing)

    def begin(self, spec: ModelSpec) -> None:
        """Empty pictures of the last seconds."""
        self._maker = ColumnMaker(spec.sample_rate, self.window_ms, sides=(2,))
        count = round(SECONDS / self._maker.column_s)
        self._showing, self._status, self._unshown = True, None, 0
        self._marks = []
        self.pictures.show_live(
            self._maker.bins, count, self._maker.column_s, spec.sample_rate / 2, spec.max_steps
        )
        self.pictures.show_held(self.paused)

    def _show_lost(self, samples: int) -> None:
        """What nobody pulled in time: dark between two marks, as long as it lasted, so that the time axis is right."""
        hop = self._maker.hop_length
        self._unshown += samples
        count, self._unshown = divmod(self._unshown, hop)
        if count < 1 or self.paused:
            return
        both = np.full((2, min(count, self.pictures.before.capacity), self._maker.bins), FLOOR_DB, np.float32)
        self.pictures.append_live(both, marks=[(0.0, "lost"), (1.0, "lost")])

    def tick(self, meter_in: Meter, meter_out: Meter) -> str | None:
        """Pulls and paints. -> the lines of numbers, None without a stream."""
        block = self.session.pull()
        if block is None or not self._showing:
            return None
        if self._status is None:
            for meter in (meter_in, meter_out):
                meter.forget_clipped()
        else:  # before the pictures began nothing is missing in them
            self._show_lost(block.lost)
        now = time.monotonic()
        if self._status is None or now - self._status_at >= _NUMBERS_S:
            self._status, self._status_at = self.session.status(), now
            if self._status is None:
                return None
            self._line = numbers(self._status)
        if not len(block.noisy):
            return self._line
        both = np.stack([block.noisy, block.enhanced])
        columns = self._maker.push(both)
        plots = self.pictures.plots
        if plots is not None and plots.isVisible() and not self.paused:
            if self._plotted is not self._maker:
                self._plotted = self._maker
                plots.configure(self._maker.bins, self._maker.column_s, self._maker.sample_rate)
            plots.push(both, columns)
        if self.paused:
            self._marks = []
        elif columns.shape[1]:
            marks = [(0.0, kind) for kind in self._marks]
            marks += [(offset / len(block.noisy), kind) for offset, kind in block.marks]
            self._marks = []
            self.pictures.append_live(columns, self._status.load, self._status.steps, marks)
        else:
            self._marks += [kind for _, kind in block.marks]
        size = np.abs(both)
        peaks = 20 * np.log10(np.maximum(size.max(axis=1), 1e-6))
        clipped = np.count_nonzero(size >= CLIPPED, axis=1)
        for meter, peak, count in zip((meter_in, meter_out), peaks.tolist(), clipped.tolist(), strict=True):
            meter.show_level(peak, count)
        return self._line
