"""The running window as a picture: waits for a recording to be cleaned, paints, ends the application."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from gui.main_window import MainWindow


class Screenshot(QObject):
    """`trouble` is one sentence if there is no picture in the end."""

    def __init__(self, window: MainWindow, path: Path, timeout_ms: int):
        super().__init__(window)
        self._window, self._path = window, path
        self.trouble = ""
        window.controller.failed.connect(self._end)
        window.controller.done.connect(lambda result: QTimer.singleShot(100, self._paint))
        QTimer.singleShot(timeout_ms, self, lambda: self._end("the recording took too long"))

    def _paint(self) -> None:
        self._window.controller.player.seek(0)
        self._window.message.hide()
        saved = self._window.grab().save(str(self._path), "PNG")
        self._end("" if saved else f"{self._path} cannot be written")

    def _end(self, trouble: str) -> None:
        self.trouble = trouble
        self._window.close()
        QApplication.quit()
