"""The test: five seconds are recorded live, then played before and after."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from gui import texts
from gui.state.controller import Controller
from gui.state.live_session import LiveSession
from gui.widgets.message_bar import MessageBar
from gui.widgets.top_bar import TopBar
from gui.window.live_side import LiveSide
from gui.window.live_view import LiveView

SECONDS = 5
_LOOK_MS = 100


class FiveSeconds(QObject):
    """`begin` again while it runs begins anew. Whatever else is started ends the test."""

    def __init__(
        self,
        parent: QObject,
        top: TopBar,
        session: LiveSession,
        side: LiveSide,
        view: LiveView,
        controller: Controller,
        message: MessageBar,
    ):
        super().__init__(parent)
        self._top, self._session, self._side, self._view = top, session, side, view
        self._controller, self._message = controller, message
        self.state = "idle"  # idle, starting, recording, opening, before or after
        self._left = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._count)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._listen)
        session.running.connect(self._running)
        controller.done.connect(lambda result: self._play())
        session.failed.connect(lambda why: self.end())

    def begin(self) -> None:
        """Goes live if nothing is, and records."""
        self.end()
        self.state = "starting"
        self._top.switch.setChecked(True)
        self._top.mute.setChecked(False)
        if self._session.stream is None:
            self._view.button.setChecked(True)
        else:
            self._record()

    def end(self) -> None:
        """Nothing is tested any more."""
        self.state = "idle"
        self._second.stop()
        self._look.stop()

    def _running(self, running: bool) -> None:
        if running and self.state == "starting":
            QTimer.singleShot(500, self, self._record)  # the queues fill first
        elif not running and self.state == "recording":
            self.end()

    def _record(self) -> None:
        if self.state != "starting":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="klarstrom-test-")
        self.state, self._left = "recording", SECONDS
        self._session.start_recording(str(Path(self._folder.name)))
        self._message.show_notice(texts.TEST_SPEAK.format(seconds=self._left))
        self._second.start()

    def _count(self) -> None:
        self._left -= 1
        if self._left > 0:
            self._message.show_notice(texts.TEST_SPEAK.format(seconds=self._left))
            return
        self._second.stop()
        self.state = "opening"
        self._session.stop_recording()
        self._side.play_when_recorded()

    def _play(self) -> None:
        if self.state != "opening":
            return
        self.state = "before"
        self._top.switch.setChecked(False)
        self._message.show_notice(texts.TEST_BEFORE)
        self._look.start()

    def _listen(self) -> None:
        if self._controller.player.playing:
            return
        self._look.stop()
        if self.state == "before":
            self.state = "after"
            self._top.switch.setChecked(True)
            self._message.show_notice(texts.TEST_AFTER)
            self._controller.toggle_playing()
            self._look.start()
        else:
            self.end()
