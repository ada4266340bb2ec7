"""Menus and keys: every control has a way without the mouse."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from gui import texts
from gui.plots.pictures import CLOSER, Pictures
from gui.state.player import Player
from gui.state.settings import Settings
from gui.window.file_side import FileSide
from gui.window.live_side import LiveSide
from gui.window.live_view import LiveView
from gui.window.top_bar import TopBar
from gui.window.tray_window import TrayWindow

_SEEK_S = 1.0
Change = Callable[[str, object], None]  # a field of Settings and its new value


class Menus:
    """The menu bar of a window. `actions` has everything in it by name."""

    def __init__(self, window: TrayWindow):
        self._window = window
        self.actions: dict[str, QAction] = {}

    def _menu(self, title: str) -> QMenu:
        return self._window.menuBar().addMenu(title)

    def _add(
        self,
        menu: QMenu,
        name: str,
        text: str,
        keys: Qt.Key | QKeySequence.StandardKey | str,
        do: Callable[[], object],
    ) -> None:
        action = QAction(text, self._window)
        action.setShortcut(keys if isinstance(keys, Qt.Key) else QKeySequence(keys))
        action.triggered.connect(lambda checked=False: do())
        menu.addAction(action)
        self.actions[name] = action

    def _add_switch(self, menu: QMenu, name: str, text: str, on: bool, do: Callable[[bool], None]) -> QAction:
        action = QAction(text, self._window, checkable=True, checked=on)
        action.toggled.connect(do)
        menu.addAction(action)
        self.actions[name] = action
        return action

    def add_file(self, files: FileSide, escape: Callable[[], None]) -> None:
        """escape: what the key ends, whatever that is at the moment."""
        menu, keys = self._menu(texts.MENU_FILE), QKeySequence.StandardKey
        self._add(menu, "open", texts.OPEN, keys.Open, files.ask)
        self._add(menu, "save_audio", texts.SAVE_AUDIO, keys.Save, files.ask_to_save_audio)
        self._add(menu, "save_picture", texts.SAVE_PICTURE, "Ctrl+Shift+S", files.ask_to_save_picture)
        self._add(menu, "cancel", texts.CANCEL, Qt.Key.Key_Escape, escape)
        menu.addSeparator()
        self._add(menu, "quit", texts.QUIT, "Ctrl+Q", self._window.quit)

    def add_play(
        self,
        top: TopBar,
        view: LiveView,
        live_side: LiveSide,
        player: Player,
        play_or_pause: Callable[[], None],
    ) -> None:
        menu = self._menu(texts.MENU_PLAY)
        self._add(menu, "switch", texts.SWITCH_NAME, Qt.Key.Key_Space, top.switch.toggle)
        self._add(menu, "play", f"{texts.PLAY} / {texts.PAUSE}", Qt.Key.Key_P, play_or_pause)
        self._add(menu, "mute", texts.MUTE, Qt.Key.Key_M, top.mute.toggle)
        self._add(menu, "live", texts.LIVE, Qt.Key.Key_L, view.button.click)
        self._add(menu, "record", texts.RECORD, Qt.Key.Key_R, view.record.click)
        self._add(menu, "microphone", texts.FIRST_MENU, "Ctrl+M", live_side.find_microphone)
        self._add(menu, "back", texts.BACK, "Alt+Left", lambda: player.seek(player.position_s - _SEEK_S))
        self._add(
            menu, "forward", texts.FORWARD, "Alt+Right", lambda: player.seek(player.position_s + _SEEK_S)
        )

    def add_view(self, settings: Settings, change: Change, view: LiveView, pictures: Pictures) -> None:
        menu = self._menu(texts.MENU_VIEW)
        self._add_switch(menu, "smooth", texts.SMOOTH, settings.smooth, lambda on: change("smooth", on))
        plots = self._add_switch(menu, "plots", texts.PLOTS, settings.plots, lambda on: change("plots", on))
        plots.setShortcut(QKeySequence("W"))
        hold = self._add_switch(menu, "hold", texts.STOP_MOVING, False, view.hold)
        hold.setShortcut(QKeySequence("H"))
        for name, keys, do in (
            ("closer_frequency", "+", lambda: pictures.closer_in_frequency(CLOSER)),
            ("further_frequency", "-", lambda: pictures.closer_in_frequency(1 / CLOSER)),
            ("closer_time", "Ctrl++", lambda: pictures.closer_in_time(CLOSER)),
            ("further_time", "Ctrl+-", lambda: pictures.closer_in_time(1 / CLOSER)),
            ("higher", "Alt+Up", lambda: pictures.go(frequency=1)),
            ("lower", "Alt+Down", lambda: pictures.go(frequency=-1)),
            ("earlier", "Shift+Left", lambda: pictures.go(time=-1)),
            ("later", "Shift+Right", lambda: pictures.go(time=1)),
            ("whole", "Ctrl+0", pictures.show_all),
        ):
            self._add(menu, name, texts.ZOOMS[name], keys, do)
        menu.addSeparator()
        themes, group = menu.addMenu(texts.THEME), QActionGroup(self._window)
        for name, text in texts.THEMES.items():
            action = QAction(text, group, checkable=True, checked=name == settings.theme)
            action.triggered.connect(lambda checked=False, name=name: change("theme", name))
            themes.addAction(action)
            self.actions[f"theme_{name}"] = action

    def add_start(self, settings: Settings, change: Change) -> None:
        menu = self._menu(texts.MENU_START)
        menu.setToolTipsVisible(True)
        of_the_tray = (
            ("start_in_tray", texts.START_IN_TRAY, texts.START_IN_TRAY_TIP),
            ("close_to_tray", texts.CLOSE_TO_TRAY, texts.CLOSE_TO_TRAY_TIP),
        )
        for field, text, tip in (("start_live", texts.START_LIVE, texts.START_LIVE_TIP), *of_the_tray):
            on = getattr(settings, field)
            action = self._add_switch(menu, field, text, on, lambda on, field=field: change(field, on))
            action.setToolTip(tip)

        def look_for_tray() -> None:
            for field, _, tip in of_the_tray:
                self.actions[field].setToolTip(tip if self._window.has_tray else texts.NO_TRAY)
            self.actions["close_to_tray"].setEnabled(self._window.has_tray)

        menu.aboutToShow.connect(look_for_tray)
