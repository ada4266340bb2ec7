"""What the window does about the live stream: devices, the virtual microphone, the first start, recordings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from gui import texts
from gui.state.clip import Take
from gui.state.controller import Controller
from gui.state.live_session import LiveSession
from gui.state.settings import CurrentSettings
from gui.widgets.folding_group import FoldingGroup
from gui.widgets.message_bar import MessageBar
from gui.widgets.panel import add_row
from gui.widgets.top_bar import labelled_button
from gui.widgets.virtual_mic_picker import VirtualMicPicker
from gui.window.first_run import FirstRun
from gui.window.live_view import LiveView
from realtime.audio.device import Exactly
from realtime.audio.devices import AudioDeviceError, find_device


class LiveSide(QObject):
    """Stands between the live session and its views; what concerns the whole window it tells by signals."""

    began = Signal()  # live takes the place of a recording
    page_opened = Signal(QWidget)  # to be shown in the place of the pictures
    page_closed = Signal()
    input_picked = Signal(str)  # by whomever; empty is the default
    take_changed = Signal()  # there is a recording of the stream to play, or another one

    def __init__(
        self,
        parent: QObject,
        settings: CurrentSettings,
        controller: Controller,
        session: LiveSession,
        view: LiveView,
        message: MessageBar,
        configure_live: Callable[[str], None],  # the name of a setting that the stream is to take over
        group: FoldingGroup,  # of the devices, in the panel
    ):
        super().__init__(parent)
        self._settings, self._controller, self._session = settings, controller, session
        self._view, self._message, self._configure_live = view, message, configure_live
        self.first_run: FirstRun | None = None
        self.take: Take | None = None  # recorded by the stream that runs or ran last, not listened to yet
        self._opens_take = False
        self._plays_take = False
        self.last_report = ""
        self.virtual_mic = VirtualMicPicker()
        self.calls = labelled_button(texts.CALLS, texts.CALLS_TIP, "calls")
        self.test = labelled_button(texts.TEST, texts.TEST_TIP, "test")
        for name, box in (
            (texts.INPUT, view.pickers["input"]), (texts.OUTPUT, view.pickers["output"]),
            (texts.VIRTUAL_MIC, self.virtual_mic),
        ):  # fmt: skip
            add_row(group, name, box)
        group.form.addRow(self.calls)
        group.form.addRow(self.test)
        self.calls.clicked.connect(self.use_in_calls)
        self._view.button.toggled.connect(self._toggled)
        for kind, box in self._view.pickers.items():
            box.currentIndexChanged.connect(lambda index, kind=kind: self._picked(kind))
        self._session.recorded.connect(self._recorded)
        self._session.running.connect(self._running)
        self._session.devices.connect(self.virtual_mic.show_devices)
        self._session.devices.connect(self._show_player)
        self._session.virtual_mic.connect(self._made)
        self.virtual_mic.named.connect(self._named)
        self.virtual_mic.cable_chosen.connect(lambda name: self.pick("output", name or None))
        self.virtual_mic.refused.connect(message.show_trouble)
        self._view.choose()
        self.virtual_mic.show_output(settings.value.output)
        self.show_virtual_mic()

    def _toggled(self, on: bool) -> None:
        if on:
            self.leave()
            self.take, self._opens_take = None, True
            self._controller.leave_file()
            self._message.hide()
            self.began.emit()

    # devices

    def _picked(self, kind: str) -> None:
        box = self._view.pickers[kind]
        name = box.currentData() or ""
        self._settings.keep(**{kind: name, f"{kind}_label": box.currentText() if name else ""})
        box.setToolTip(box.currentText())
        if kind == "input":
            self.input_picked.emit(name)
        if kind == "output":
            self.virtual_mic.show_output(name)
            self._show_player()

    def _show_player(self) -> None:
        """Recordings are played where the live sound goes, unless that is a virtual microphone."""
        name = Exactly(self._settings.value.output) or None
        with contextlib.suppress(AudioDeviceError):  # not there: the default
            self._controller.player.device = None
            self._controller.player.device = find_device(name, "output", self._session.found or [])

    def pick(self, kind: str, name: str | None) -> None:
        """As if a person had picked this device, None for the default."""
        box = self._view.pickers[kind]
        box.setCurrentIndex(max(0, box.findData(name)))

    # the virtual microphone

    def _named(self, name: str) -> None:
        self._settings.keep(virtual_mic=name)
        self.show_virtual_mic()
        self._configure_live("virtual_mic")

    def _made(self, name: str) -> None:
        """The stream runs, with or without one; with the former one if the new one was refused."""
        self._settings.keep(virtual_mic=name)
        self.show_virtual_mic()
        if name:
            text = texts.CALLS_HOW if self._calls_hint else texts.VIRTUAL_MIC_THERE
            self._message.show_notice(text.format(name=name))
        self._calls_hint = False

    def use_in_calls(self) -> None:
        """Makes the virtual microphone if there is none, goes live, and says what to choose in the other program."""
        picker = self.virtual_mic
        if picker.makes:
            if not self._settings.value.virtual_mic:
                self._named(texts.VIRTUAL_MIC_NAME)
            name = self._settings.value.virtual_mic
        else:
            cables = picker.cables()
            if not cables:
                self._message.show_trouble(picker.toolTip())
                return
            name = texts.cable_microphone(cables[0].name)
            self.pick("output", cables[0].server_name or cables[0].name)
        self._view.button.setChecked(True)
        self._message.show_notice(texts.CALLS_HOW.format(name=name))
        self._calls_hint = True

    _calls_hint = False  # the sentence about calls is shown: another one would only repeat it

    def show_virtual_mic(self) -> None:
        """As the settings say."""
        name, output = self._settings.value.virtual_mic, self._view.pickers["output"]
        self.virtual_mic.show_name(name)
        output.setEnabled(not name)
        output.setToolTip(texts.OUTPUT_TAKEN.format(name=name) if name else texts.OUTPUT_TIP)

    # the first start

    def find_microphone(self) -> None:
        """A page in the place of the pictures."""
        if self.first_run is not None:
            return
        page = self.first_run = FirstRun(self._session)
        page.chosen.connect(lambda name: self.pick("input", name))
        page.closed.connect(self.leave)
        self.page_opened.emit(page)
        page.begin(self._settings.value.input, self._settings.value.input_label)
        self._settings.keep(welcomed=True)

    def leave(self, go_live: bool = False) -> None:
        """The page goes, if it is there."""
        page, self.first_run = self.first_run, None
        if page is None:
            return
        page.end()
        page.hide()
        page.deleteLater()
        self.page_closed.emit()
        if go_live:
            self._view.button.setChecked(True)

    # recordings

    def _recorded(self, take: Take) -> None:
        with QSignalBlocker(self._view.record):
            self._view.record.setChecked(False)
        self.take = take
        self._message.show_notice(texts.RECORDED.format(input=take.before, output=take.after))
        self.take_changed.emit()
        if self._plays_when_recorded:
            self._plays_when_recorded = False
            self.play_take()

    def play_when_recorded(self) -> None:
        """What is being recorded ends the stream and plays, as soon as it is written."""
        self._plays_when_recorded = True

    _plays_when_recorded = False

    def play_take(self) -> bool:
        """Ends the stream and plays what it recorded -> False if there is nothing of that kind."""
        if self.take is None or not self._opens_take:
            return False
        self._plays_take = True
        self._view.button.setChecked(False)
        return True

    def _running(self, running: bool) -> None:
        if not running:
            self._tell_report()
        if running or self.take is None or not self._opens_take:
            return
        take, self.take, self._opens_take = self.take, None, False
        self._controller.open_take(take, self._plays_take)
        self._plays_take = False

    def _tell_report(self) -> None:
        """Once for each stream; a sentence about trouble is more important."""
        text = self._view.report.text()
        if text and text != self.last_report:
            self.last_report = text
            if not (self._message.isVisible() and self._message.trouble):
                self._message.show_notice(text)

    def step_back(self) -> None:
        """A file is opened: the stream, the page of the first start and what was recorded make way."""
        self.leave()
        self.forget_take()
        self._view.button.setChecked(False)

    def forget_take(self) -> None:
        """Something else is opened; the files stay."""
        self.take, self._opens_take = None, False

    def end(self, timeout_s: float) -> None:
        """The window closes; waits no longer than this."""
        self.forget_take()
        if self.first_run is not None:
            self.first_run.end(timeout_s)
