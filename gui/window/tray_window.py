"""A window that can live in the desktop's tray: how it starts, comes, goes and ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow


class TrayIcon(Protocol):
    """What the window needs of its icon in the tray."""

    available: Callable[[], bool]

    def follow(self) -> None:
        """Shows the state of the window."""

    def show_trouble(self, trouble: bool) -> None:
        """Something is wrong with the stream, or not."""

    def tell_where(self) -> None:
        """Says that the window has gone into the tray."""

    def hide(self) -> None:
        """Takes the icon away."""


class TrayWindow(QMainWindow):
    """Closing it ends it, unless it is to go on in the tray and there is one."""

    ended = Signal()  # closed for good
    seen_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.tray: TrayIcon | None = None
        self.closes_to_tray = False  # a setting
        self._from_tray = self._quitting = False

    @property
    def has_tray(self) -> bool:
        """Does the desktop show our icon now?"""
        return self.tray is not None and self.tray.available()

    @property
    def seen(self) -> bool:
        """Is the window on the screen?"""
        return self.isVisible() and not self.isMinimized()

    def begin(self, tray: TrayIcon | None, minimised: bool) -> None:
        """Shows the window; with `minimised` only the icon in the tray, or in the task bar where there is none."""
        self.tray = tray
        if not minimised:
            self.show()
        elif self.has_tray:
            self._from_tray = True
        else:
            self.showMinimized()
        self._seen_or_not()

    def come_or_go(self) -> None:
        """Hides a window that is seen, if there is a tray; shows it otherwise."""
        if self.seen and self.has_tray:
            self.hide()
        else:
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
            self.show()
            self.raise_()
            self.activateWindow()

    def quit(self) -> None:
        """Ends the program, wherever the window is."""
        self._quitting = True
        self.close()

    def keep(self) -> None:
        """What is to be remembered is written: the window goes, for now or for good."""

    def end(self) -> None:
        """Everything that runs is ended."""

    def _seen_or_not(self) -> None:
        self.seen_changed.emit(self.seen)
        if self.tray is not None:
            self.tray.follow()

    def showEvent(self, event: QShowEvent) -> None:
        """Told to whoever paints."""
        self._seen_or_not()

    def hideEvent(self, event: QHideEvent) -> None:
        """Likewise."""
        self._seen_or_not()

    def changeEvent(self, event: QEvent) -> None:
        """A minimised window is not seen."""
        if event.type() == QEvent.Type.WindowStateChange:
            self._seen_or_not()
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Into the tray, or the end."""
        self.keep()
        stays = (self.closes_to_tray or self._from_tray) and not self._quitting
        if self.tray is not None and self.tray.available() and stays:
            event.ignore()
            self.hide()
            self.tray.tell_where()
            return
        self.end()
        if self.tray is not None:
            self.tray.hide()
        event.accept()
        self.ended.emit()
