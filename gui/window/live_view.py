"""The live side of the window: its buttons and pickers, and what a tick shows of the stream."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QObject, QSignalBlocker, QStandardPaths
from PySide6.QtWidgets import QComboBox, QPushButton

from gui import texts
from gui.plots.meter import Meter
from gui.plots.pictures import Pictures
from gui.state.columns import FLOOR_DB, ColumnMaker
from gui.state.condition import BUSY, OFF, Condition, StreamWatch
from gui.state.device_names import default_name, default_text, entries
from gui.state.live_session import LiveSession
from gui.state.session_report import SessionReport
from gui.state.settings import CurrentSettings
from gui.widgets.panel import described
from gui.window.numbers import numbers
from realtime.audio.devices import Device
from realtime.engine.contract import ModelSpec
from realtime.live.stream import LiveStatus

SECONDS = 10  # of a live picture
CLIPPED = 0.999  # full scale
_STATUS_S = 0.2  # between two looks at the numbers: nobody reads faster


class LiveView(QObject):
    """Knows the session; the window places the widgets."""

    def __init__(
        self,
        session: LiveSession,
        pictures: Pictures,
        live: QPushButton,
        record: QPushButton,
        settings: CurrentSettings,
    ):
        super().__init__()
        self.session, self.pictures, self._settings = session, pictures, settings
        self.button, self.record = live, record
        self.pickers = {"input": self._picker("input"), "output": self._picker("output")}
        self._maker = ColumnMaker(16000, sides=(2,))
        self._plotted: ColumnMaker | None = None  # what the plots are configured for
        self._status: LiveStatus | None = None
        self._status_at = 0.0
        self._watch = StreamWatch()
        self.report = SessionReport()
        self.line = ""  # of numbers
        self._marks: list[str] = []  # of ticks without a column
        self._unshown = 0  # samples that nobody pulled in time, less than a column
        self._since: float | None = None  # when the recording began
        self.window_ms = 32.0
        self.paused = False
        self._showing = False  # the pictures are ours
        self._starting = False
        self.button.toggled.connect(self._toggled)
        self.record.toggled.connect(self._record)
        session.devices.connect(self.show_devices)
        session.running.connect(self._running)
        session.model_opened.connect(lambda spec, note: self.begin(spec))

    def _picker(self, kind: str) -> QComboBox:
        name, tip = (texts.INPUT, texts.INPUT_TIP) if kind == "input" else (texts.OUTPUT, texts.OUTPUT_TIP)
        box = described(QComboBox(), name, tip)
        box.addItem(texts.DEFAULT_DEVICE, None)
        box.setMinimumContentsLength(6)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.currentIndexChanged.connect(lambda index: self.session.configure(**{kind: box.itemData(index)}))
        return box

    def choose(self) -> None:
        """The devices of the settings, before it is known what there is; empty is the default."""
        for kind, box in self.pickers.items():
            name = getattr(self._settings.value, kind)
            if name:
                with QSignalBlocker(box):
                    box.addItem(self._label(kind, name), name)
                    box.setCurrentIndex(1)

    def _label(self, kind: str, name: str) -> str:
        """What a person knows this device by."""
        label: str = getattr(self._settings.value, f"{kind}_label")
        return label or name

    def show_devices(self, devices: list[Device]) -> None:
        """What there is now. A chosen device that went stays chosen: it may come back."""
        for kind, box in self.pickers.items():
            chosen = box.currentData()
            with QSignalBlocker(box):
                box.clear()
                box.addItem(default_text(devices, kind), None)
                for text, name in entries(devices, kind):
                    box.addItem(text, name)
                if chosen is not None and box.findData(chosen) < 0:
                    box.addItem(texts.GONE.format(name=self._label(kind, chosen)), chosen)
                box.setCurrentIndex(max(0, box.findData(chosen)))
                box.setToolTip(box.currentText())

    def device_name(self, kind: str) -> str:
        """The device that would be opened; empty if there is none."""
        box = self.pickers[kind]
        if box.currentData() is not None:
            return box.currentText()
        return default_name(self.session.found or [], kind)

    def _toggled(self, on: bool) -> None:
        self._showing = False  # until the stream's model is known; from now on if it ends
        self._starting = on
        if on:
            self.session.start()
        else:
            self.session.stop()

    def _running(self, running: bool) -> None:
        with QSignalBlocker(self.button):
            self.button.setChecked(running)
        self._starting = False
        self.record.setEnabled(running)
        self._showing = self._showing and running
        if running:
            self._watch, self.report = StreamWatch(), SessionReport()
        else:
            self._status, self.line = None, ""
            if self.pictures.before.scrolling and self.pictures.before.count:
                self.pictures.show_titles(texts.STOPPED_TITLE)
            with QSignalBlocker(self.record):
                self.record.setChecked(False)
            self._since = None

    def _record(self, on: bool) -> None:
        if on:
            music = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MusicLocation)
            self.session.start_recording(f"{music}/Klarstrom")
            self._since = time.monotonic()
        else:
            self.session.stop_recording()
            self._since = None

    @property
    def recorded_s(self) -> float | None:
        """How long the recording has run, s; None: there is none."""
        return None if self._since is None or not self.record.isChecked() else time.monotonic() - self._since

    def hold(self, on: bool) -> None:
        """The pictures stand still; the sound goes on."""
        self.paused = on
        if self._showing:
            self.pictures.show_titles(self._title)

    @property
    def _title(self) -> str:
        if self._status is not None and self._status.state == "waiting":
            return texts.WAITING_TITLE
        return texts.FROZEN if self.paused else "{title}"

    def begin(self, spec: ModelSpec) -> None:
        """Empty pictures of the last seconds."""
        self._maker = ColumnMaker(spec.sample_rate, self.window_ms, sides=(2,))
        count = round(SECONDS / self._maker.column_s)
        self._showing, self._status, self._unshown = True, None, 0
        self._marks = []
        self.pictures.show_live(
            self._maker.bins, count, self._maker.column_s, spec.sample_rate / 2, spec.max_steps
        )
        self.pictures.show_titles(self._title)

    def condition(self) -> Condition:
        """What is true now, with or without a stream."""
        if self._starting:
            return Condition(BUSY, texts.STARTING)
        if self.session.stream is not None and not self.button.isChecked():
            return Condition(BUSY, texts.STOPPING)
        if self.session.stream is None:
            name = self.device_name("input")
            return Condition(OFF, texts.OFF.format(input=name) if name else texts.OFF_NO_INPUT)
        return self._condition

    _condition = Condition(BUSY, texts.STARTING)

    def _show_lost(self, samples: int) -> None:
        """What nobody pulled in time: dark between two marks, as long as it lasted, so that the time axis is right."""
        hop = self._maker.hop_length
        self._unshown += samples
        count, self._unshown = divmod(self._unshown, hop)
        if count < 1 or self.paused:
            return
        both = np.full((2, min(count, self.pictures.before.capacity), self._maker.bins), FLOOR_DB, np.float32)
        self.pictures.append_live(both, marks=[(0.0, "lost"), (1.0, "lost")])

    def tick(self, meter_in: Meter, meter_out: Meter) -> bool:
        """Pulls and paints -> is there a stream that shows itself?"""
        block = self.session.pull()
        if block is None or not self._showing:
            return False
        if self._status is None:
            for meter in (meter_in, meter_out):
                meter.forget_clipped()
        else:  # before the pictures began nothing is missing in them
            self._show_lost(block.lost)
        now = time.monotonic()
        if (self._status is None or now - self._status_at >= _STATUS_S) and not self._look(now):
            return False
        status = self._status
        assert status is not None
        if status.state == "waiting":
            meter_in.show_nothing()
            meter_out.show_nothing()
        if not len(block.noisy):
            return True
        both = np.stack([block.noisy, block.enhanced])
        columns = self._maker.push(both)
        plots = self.pictures.plots
        if plots is not None and plots.isVisible() and not self.paused:
            if self._plotted is not self._maker:
                self._plotted = self._maker
                plots.configure(self._maker.bins, self._maker.column_s, self._maker.sample_rate)
            plots.push(both, columns)
        self._append(columns, block.marks, len(block.noisy), status)
        size = np.abs(both)
        peaks = 20 * np.log10(np.maximum(size.max(axis=1), 1e-6))
        clipped = np.count_nonzero(size >= CLIPPED, axis=1)
        for meter, peak, count in zip((meter_in, meter_out), peaks.tolist(), clipped.tolist(), strict=True):
            meter.show_level(peak, count)
        return True

    def _append(
        self, columns: np.ndarray, marks: list[tuple[int, str]], samples: int, status: LiveStatus
    ) -> None:
        if self.paused:
            self._marks = []
        elif columns.shape[1]:
            shown = [(0.0, kind) for kind in self._marks]
            shown += [(offset / samples, kind) for offset, kind in marks]
            self._marks = []
            reduces = self.session.options.settings.mode == "enhance" and status.steps > 0
            self.pictures.append_live(columns, status.load, status.steps, shown, reduces)
        else:
            self._marks += [kind for _, kind in marks]

    def _look(self, now: float) -> bool:
        """Brings status, condition and numbers up to date -> is there a stream?"""
        before = self._title
        self._status, self._status_at = self.session.status(), now
        if self._status is None:
            return False
        self.line = numbers(self._status)
        self._condition = self._watch.look(self._status)
        self.report.add(self._status)
        if self._title != before:
            self.pictures.show_titles(self._title)
        return True
