"""The page of the first start: which microphone is it, and does it hear?"""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui import texts
from gui.plots.meter import Meter
from gui.state.device_names import default_text, entries
from gui.state.live_session import LiveSession
from gui.state.microphone_check import MicrophoneCheck
from gui.widgets import icons
from gui.widgets.top_bar import labelled_button
from realtime.audio.devices import Device

_TICK_MS = 50


class FirstRun(QWidget):
    """A page over the pictures' place. It listens as long as it is shown."""

    chosen = Signal(object)  # name of the microphone, None for the default
    closed = Signal(bool)  # go live?

    def __init__(self, session: LiveSession) -> None:
        super().__init__()
        self._session, self._check = session, MicrophoneCheck(session.audio)
        self._trouble = ""
        title = QLabel(texts.FIRST_TITLE)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        title.setFont(font)
        intro = QLabel(texts.FIRST_INTRO, wordWrap=True)
        self.picker = QComboBox()
        self.picker.setToolTip(texts.FIRST_PICKER_TIP)
        self.picker.setAccessibleName(texts.INPUT)
        self.picker.setAccessibleDescription(texts.FIRST_PICKER_TIP)
        self.picker.currentIndexChanged.connect(self._picked)
        self.meter = Meter(texts.LEVEL_BEFORE)
        self.verdict = QLabel(wordWrap=True)
        self.verdict.setAccessibleName(texts.FIRST_VERDICT)
        self.verdict.setMinimumHeight(3 * self.verdict.fontMetrics().lineSpacing())
        label = QLabel(texts.FIRST_PICKER)
        label.setBuddy(self.picker)
        self.live = labelled_button(texts.FIRST_LIVE, texts.FIRST_LIVE_TIP, "live")
        self.later = labelled_button(texts.FIRST_LATER, texts.FIRST_LATER_TIP)
        self.live.setObjectName("primary")
        icons.put(self.live, "live")
        self.live.clicked.connect(lambda: self._close(True))
        self.later.clicked.connect(lambda: self._close(False))
        form = QFormLayout()
        form.addRow(label, self.picker)
        form.addRow("", self.meter)
        buttons = QHBoxLayout()
        buttons.addWidget(self.live)
        buttons.addWidget(self.later)
        buttons.addStretch(1)
        page = QWidget(maximumWidth=620)
        column = QVBoxLayout(page)
        column.setSpacing(12)
        for widget in (title, intro):
            column.addWidget(widget)
        column.addLayout(form)
        column.addWidget(self.verdict)
        column.addLayout(buttons)
        middle = QVBoxLayout(self)
        middle.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(page, 8)
        row.addStretch(1)
        middle.addLayout(row)
        middle.addStretch(2)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.tick)
        self._check.failed.connect(self._failed)
        session.devices.connect(self.show_devices)

    def begin(self, chosen: str, label: str = "") -> None:
        """chosen: the microphone of the settings; empty is the default. label: what a person knows it by."""
        self.picker.clear()
        self.picker.addItem(texts.DEFAULT_DEVICE, None)
        if chosen:
            self.picker.addItem(label or chosen, chosen)
            self.picker.setCurrentIndex(1)
        if self._session.found is not None:
            self.show_devices(self._session.found)
        self._listen()
        self._tick.start()
        self.picker.setFocus()

    def show_devices(self, devices: list[Device]) -> None:
        """What there is now; if the one that is listened to came or went, it is tried anew."""
        wanted = self.picker.currentData()
        with QSignalBlocker(self.picker):
            self.picker.clear()
            self.picker.addItem(default_text(devices, "input"), None)
            for text, name in entries(devices, "input"):
                self.picker.addItem(text, name)
            if wanted is not None and self.picker.findData(wanted) < 0:
                self.picker.addItem(texts.GONE.format(name=wanted), wanted)
            self.picker.setCurrentIndex(max(0, self.picker.findData(wanted)))
        if self._tick.isActive() and self._check.verdict in ("absent", "failed"):
            self._listen()

    def _picked(self, index: int) -> None:
        if self._tick.isActive():
            self._listen()
            self.chosen.emit(self.picker.itemData(index))

    def _listen(self) -> None:
        self._trouble = ""
        self._check.listen(self.picker.currentData())

    def _failed(self, why: str) -> None:
        self._trouble = why

    def tick(self) -> None:
        """The level and what it means."""
        self.meter.show_level(self._check.look())
        verdict = self._check.verdict
        text = texts.FIRST_VERDICTS[verdict].format(why=self._trouble)
        if self.verdict.text() != text:
            self.verdict.setText(text)

    def _close(self, live: bool) -> None:
        self.end()
        self.closed.emit(live)

    def end(self, timeout_s: float = 0.9) -> None:
        """The microphone is let go; waits no longer than this."""
        self._tick.stop()
        self._check.close(timeout_s)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The microphone is let go."""
        self.end()
        super().closeEvent(event)
