"""What the window does about the live stream: devices, the microphone for calls, the first start, recordings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QFormLayout, QWidget

from gui import texts
from gui.state.clip import Take
from gui.state.controller import Controller
from gui.state.live_session import LiveSession
from gui.state.settings import CurrentSettings
from gui.window.first_run import FirstRun
from gui.window.live_view import LiveView
from gui.window.message_bar import MessageBar
from gui.window.virtual_mic_picker import VirtualMicPicker
from realtime.audio.device import Exactly
from realtime.audio.devices import AudioDeviceError, find_device


class LiveSide(QObject):
    """Stands between the live session and its views; what concerns the whole window it tells by signals."""

    began = Signal()  # live takes the place of a recording
    page_opened = Signal(QWidget)  # to be shown in the place of the pictures
    page_closed = Signal()
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
    ):
        super().__init__(parent)
        self._settings, self._controller, self._session = settings, controller, session
        self._view, self._message, self._configure_live = view, message, configure_live
        self.first_run: FirstRun | None = None
        self.take: Take | None = None  # recorded by the stream that runs or ran last, not listened to yet
        self._opens_take = False
        self._plays_take = False
        self.virtual_mic = VirtualMicPicker()
        form = self._view.group.layout()
        assert isinstance(form, QFormLayout)
        form.addRow(texts.LABELS[texts.VIRTUAL_MIC], self.virtual_mic)
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
        self._view.choose(settings.value.input, settings.value.output)
        self.virtual_mic.show_output(settings.value.output)
        self._show_virtual_mic()

    def _toggled(self, on: bool) -> None:
        if on:
            self.leave()
            self.take, self._opens_take = None, True
            self._controller.leave_file()
            self._message.hide()
            self.began.emit()

    # devices

    def _picked(self, kind: str) -> None:
        name = self._view.pickers[kind].currentData() or ""
        self._settings.keep(**{kind: name})
        if kind == "output":
            self.virtual_mic.show_output(name)
            self._show_player()

    def _show_player(self) -> None:
        """Recordings are played where the live sound goes, unless that is a microphone for calls."""
        name = Exactly(self._settings.value.output) or None
        with contextlib.suppress(AudioDeviceError):  # not there: the default
            self._controller.player.device = None
            self._controller.player.device = find_device(name, "output", self._session.found or [])

    def pick(self, kind: str, name: str | None) -> None:
        """As if a person had picked this device, None for the default."""
        box = self._view.pickers[kind]
        box.setCurrentIndex(max(0, box.findData(name)))

    # the microphone for calls

    def _named(self, name: str) -> None:
        self._settings.keep(virtual_mic=name)
        self._show_virtual_mic()
        self._configure_live("virtual_mic")

    def _made(self, name: str) -> None:
        """The stream runs, with or without one; with the former one if the new one was refused."""
        self._settings.keep(virtual_mic=name)
        self._show_virtual_mic()
        if name:
            self._message.show_notice(texts.VIRTUAL_MIC_THERE.format(name=name))

    def _show_virtual_mic(self) -> None:
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
        page.begin(self._settings.value.input)
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

    def play_take(self) -> bool:
        """Ends the stream and plays what it recorded -> False if there is nothing of that kind."""
        if self.take is None or not self._opens_take:
            return False
        self._plays_take = True
        self._view.button.setChecked(False)
        return True

    def _running(self, running: bool) -> None:
        if running or self.take is None or not self._opens_take:
            return
        take, self.take, self._opens_take = self.take, None, False
        self._controller.open_take(take, self._plays_take)
        self._plays_take = False

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
