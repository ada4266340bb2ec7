"""The icon in the desktop's tray: the switch without the window. Where there is no tray, nothing changes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QMenu, QSystemTrayIcon

from gui import texts
from gui.plots.icon import CLEANING, PASSING, RESTING, SILENT, TROUBLE, icon
from gui.state.live_session import LiveSession
from gui.window.tray_window import TrayWindow

_NOTICE_MS = 5000


class Tray(QObject):
    """Click: the window comes or goes. Middle click: the switch. Its menu has everything by name."""

    def __init__(
        self,
        window: TrayWindow,
        switch: QAbstractButton,  # the window's own buttons, which the menu repeats
        mute: QAbstractButton,
        live: QAbstractButton,
        session: LiveSession,
        available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ):
        """available: does the desktop show icons now? It may begin to do so after us."""
        super().__init__(window)
        self._window, self._switch, self._mute, self._session = window, switch, mute, session
        self.available = available
        self._told = self._trouble = False
        self._icons = {state: icon(state) for state in (RESTING, CLEANING, PASSING, SILENT, TROUBLE)}
        self.sign = QSystemTrayIcon(self._icons[RESTING], self)
        self.menu = QMenu(window)
        self.show_window = self._action(texts.TRAY_SHOW, window.come_or_go)
        self.menu.addSeparator()
        self.live = self._action(texts.LIVE, live.click, checkable=True)
        self.switch = self._action(texts.SWITCH, switch.toggle, checkable=True)
        self.mute = self._action(texts.MUTE, mute.toggle, checkable=True)
        self.menu.addSeparator()
        self.quit = self._action(texts.QUIT, window.quit)
        self.menu.setDefaultAction(self.show_window)
        self.menu.aboutToShow.connect(self.follow)
        self.sign.setContextMenu(self.menu)
        self.sign.activated.connect(self._activated)
        switch.toggled.connect(self.follow)
        mute.toggled.connect(self.follow)
        session.running.connect(self.follow)
        self.follow()
        self.sign.show()

    def _action(self, text: str, do: Callable[[], object], checkable: bool = False) -> QAction:
        action = QAction(text, self, checkable=checkable)
        action.triggered.connect(lambda checked=False: do())
        self.menu.addAction(action)
        return action

    def follow(self) -> None:
        """Icon and menu as the window is."""
        live, on, muted = self._session.stream is not None, self._switch.isChecked(), self._mute.isChecked()
        self.live.setChecked(live)
        self.switch.setChecked(on)
        self.mute.setChecked(muted)
        self.show_window.setText(texts.TRAY_HIDE if self._window.seen else texts.TRAY_SHOW)
        self.state = RESTING if not live else SILENT if muted else CLEANING if on else PASSING
        if live and self._trouble:
            self.state = TROUBLE
        self.sign.setIcon(self._icons[self.state])
        self.sign.setToolTip(f"{texts.APP}: {texts.TRAY_STATES[self.state]}")

    def show_trouble(self, trouble: bool) -> None:
        """The stream waits, or lets sound pass unprocessed. For every tick."""
        if trouble != self._trouble:
            self._trouble = trouble
            self.follow()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self._window.come_or_go()
        elif reason == QSystemTrayIcon.ActivationReason.MiddleClick:
            self._switch.toggle()

    def hide(self) -> None:
        """Takes the icon away."""
        self.sign.hide()

    def tell_where(self) -> None:
        """Once: the window went, the sound goes on."""
        if not self._told and self.sign.supportsMessages():
            self._told = True
            self.sign.showMessage(texts.APP, texts.TRAY_HERE, self._icons[self.state], _NOTICE_MS)
