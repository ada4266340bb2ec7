"""Menus and keys: every control has a way without the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from gui import texts
from gui.plots.pictures import CLOSER

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow

_SEEK_S = 1.0


def add_to(window: MainWindow) -> dict[str, QAction]:
    """The menu bar of the window. -> its actions by name."""
    found: dict[str, QAction] = {}
    player = window.controller.player

    def add(menu: object, name: str, text: str, keys: object, do: object) -> None:
        action = QAction(text, window)
        action.setShortcut(keys if isinstance(keys, Qt.Key) else QKeySequence(keys))
        action.triggered.connect(lambda checked=False: do())
        menu.addAction(action)
        found[name] = action

    def escape() -> None:
        if window.controller.busy:
            window.controller.cancel()
        elif window.live_side.first_run is not None:
            window.live_side.first_run.later.click()
        else:
            window.message.hide()

    file = window.menuBar().addMenu(texts.MENU_FILE)
    add(file, "open", texts.OPEN, QKeySequence.StandardKey.Open, window.files.ask)
    add(file, "save_audio", texts.SAVE_AUDIO, QKeySequence.StandardKey.Save, window.files.ask_to_save_audio)
    add(file, "save_picture", texts.SAVE_PICTURE, "Ctrl+Shift+S", window.files.ask_to_save_picture)
    add(file, "cancel", texts.CANCEL, Qt.Key.Key_Escape, escape)
    file.addSeparator()
    add(file, "quit", texts.QUIT, "Ctrl+Q", window.quit)

    play = window.menuBar().addMenu(texts.MENU_PLAY)
    add(play, "switch", texts.SWITCH_NAME, Qt.Key.Key_Space, window.switch.toggle)
    add(play, "play", f"{texts.PLAY} / {texts.PAUSE}", Qt.Key.Key_P, window.play_or_pause)
    add(play, "mute", texts.MUTE, Qt.Key.Key_M, window.mute.toggle)
    add(play, "live", texts.LIVE, Qt.Key.Key_L, window.live_view.button.click)
    add(play, "record", texts.RECORD, Qt.Key.Key_R, window.live_view.record.click)
    add(play, "microphone", texts.FIRST_MENU, "Ctrl+M", window.live_side.find_microphone)
    add(play, "back", texts.BACK, "Alt+Left", lambda: player.seek(player.position_s - _SEEK_S))
    add(play, "forward", texts.FORWARD, "Alt+Right", lambda: player.seek(player.position_s + _SEEK_S))

    hold = QAction(texts.STOP_MOVING, window, checkable=True, shortcut=QKeySequence("H"))
    hold.toggled.connect(window.live_view.hold)
    found["hold"] = hold
    view = window.menuBar().addMenu(texts.MENU_VIEW)
    smooth = QAction(texts.SMOOTH, window, checkable=True, checked=window.settings.smooth)
    smooth.toggled.connect(lambda on: window.change("smooth", on))
    plots = QAction(texts.PLOTS, window, checkable=True, checked=window.settings.plots)
    plots.setShortcut(QKeySequence("W"))
    plots.toggled.connect(lambda on: window.change("plots", on))
    found["plots"] = plots
    view.addAction(smooth)
    view.addAction(plots)
    view.addAction(hold)
    found["smooth"] = smooth
    pictures = window.pictures
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
        add(view, name, texts.ZOOMS[name], keys, do)
    view.addSeparator()
    themes = view.addMenu(texts.THEME)
    group = QActionGroup(window)
    for name, text in texts.THEMES.items():
        action = QAction(text, group, checkable=True, checked=name == window.settings.theme)
        action.triggered.connect(lambda checked=False, name=name: window.change("theme", name))
        themes.addAction(action)
        found[f"theme_{name}"] = action
    _add_start(window, found)
    return found


def _add_start(window: MainWindow, found: dict[str, QAction]) -> None:
    menu = window.menuBar().addMenu(texts.MENU_START)
    menu.setToolTipsVisible(True)
    for field, text, tip in (
        ("start_live", texts.START_LIVE, texts.START_LIVE_TIP),
        ("start_in_tray", texts.START_IN_TRAY, texts.START_IN_TRAY_TIP),
        ("close_to_tray", texts.CLOSE_TO_TRAY, texts.CLOSE_TO_TRAY_TIP),
    ):
        action = QAction(text, window, checkable=True, checked=getattr(window.settings, field))
        action.setToolTip(tip)
        action.toggled.connect(lambda on, field=field: window.change(field, on))
        menu.addAction(action)
        found[field] = action

    def look_for_tray() -> None:
        for field, tip in (
            ("start_in_tray", texts.START_IN_TRAY_TIP),
            ("close_to_tray", texts.CLOSE_TO_TRAY_TIP),
        ):
            found[field].setToolTip(tip if window.has_tray else texts.NO_TRAY)
        found["close_to_tray"].setEnabled(window.has_tray)

    menu.aboutToShow.connect(look_for_tray)
