"""The menus of the main window: File, Edit, View, Playback, Tools, Help."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence

from gui import texts
from gui.state.trouble import log_file
from gui.window.actions import Menus

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow

_SEEK_S = 1.0


def menus_of(window: MainWindow) -> Menus:
    """Adds them to its bar."""
    menus = Menus(window)
    for add in (_file, _edit, _view, _playback, _tools, _help):
        add(menus, window)
    return menus


def _file(menus: Menus, window: MainWindow) -> None:
    menu, keys, files = menus.menu(texts.MENU_FILE), QKeySequence.StandardKey, window.files
    menus.add(menu, "open", texts.OPEN, files.ask, keys.Open)
    menus.add(menu, "save_audio", texts.SAVE_AUDIO, files.ask_to_save_audio, keys.Save)
    menus.add(menu, "save_picture", texts.SAVE_PICTURE, files.ask_to_save_picture, "Ctrl+Shift+S")
    menus.actions["save_audio"].setToolTip(texts.SAVE_AUDIO_TIP)
    menus.actions["save_picture"].setToolTip(texts.SAVE_PICTURE_TIP)
    menus.add(menu, "cancel", texts.CANCEL, window.escape, Qt.Key.Key_Escape)
    menu.addSeparator()
    menus.add(menu, "settings_export", texts.SETTINGS_EXPORT, window.export_settings)
    menus.add(menu, "settings_import", texts.SETTINGS_IMPORT, window.import_settings)
    menu.addSeparator()
    menus.add(menu, "quit", texts.QUIT, window.quit, "Ctrl+Q")


def _edit(menus: Menus, window: MainWindow) -> None:
    menu, stack = menus.menu(texts.MENU_EDIT), window.history.stack
    undo = menus.add(menu, "undo", "", stack.undo, QKeySequence.StandardKey.Undo)
    redo = menus.add(menu, "redo", "", stack.redo, QKeySequence.StandardKey.Redo)

    for action, text, enabled, named in (
        (undo, texts.UNDO, stack.canUndoChanged, stack.undoTextChanged),
        (redo, texts.REDO, stack.canRedoChanged, stack.redoTextChanged),
    ):
        action.setText(text.format(name="–"))
        action.setEnabled(False)
        enabled.connect(action.setEnabled)
        named.connect(lambda name, action=action, text=text: action.setText(text.format(name=name or "–")))
    menu.addSeparator()
    menus.add(menu, "reset", texts.RESET, window.reset_settings)
    menus.add(menu, "preferences", texts.PREFERENCES, window.open_preferences, "Ctrl+,")


def _view(menus: Menus, window: MainWindow) -> None:
    menu, now = menus.menu(texts.MENU_VIEW), window.settings
    for field, text, keys in (
        ("compact", texts.COMPACT, "F11"), ("on_top", texts.ALWAYS_ON_TOP, "Ctrl+T"), ("panel", texts.PANEL, "F9"),
        ("performance", texts.PERFORMANCE, "F8"), ("plots", texts.PLOTS, "W"), ("smooth", texts.SMOOTH, ""),
    ):  # fmt: skip
        menus.add_switch(menu, field, text, getattr(now, field), partial(window.change, field), keys)
    menus.add_switch(menu, "hold", texts.FREEZE, False, window.live_view.hold, "H")
    menu.addSeparator()
    menus.add_zooms(menu, window.pictures)
    menu.addSeparator()
    menus.add_choice(
        menu, "theme", texts.THEME, texts.THEMES, now.theme, lambda value: window.change("theme", value)
    )


def _playback(menus: Menus, window: MainWindow) -> None:
    menu, top, player = menus.menu(texts.MENU_PLAYBACK), window.top, window.controller.player
    menus.add_button(menu, "live", texts.LIVE, top.live, Qt.Key.Key_L)
    menus.add_button(menu, "switch", texts.SWITCH, top.switch, Qt.Key.Key_Space)
    menus.add_button(menu, "mute", texts.MUTE, top.mute, Qt.Key.Key_M)
    menus.add_button(menu, "record", texts.RECORD, top.record, Qt.Key.Key_R)
    menu.addSeparator()
    menus.add_button(menu, "play", texts.PLAY_PAUSE, top.play, Qt.Key.Key_P)
    menus.add(menu, "back", texts.BACK, lambda: player.seek(player.position_s - _SEEK_S), "Alt+Left")
    menus.add(menu, "forward", texts.FORWARD, lambda: player.seek(player.position_s + _SEEK_S), "Alt+Right")


def _tools(menus: Menus, window: MainWindow) -> None:
    menu, side = menus.menu(texts.MENU_TOOLS), window.live_side
    menus.add(menu, "microphone", texts.FIRST_MENU, side.find_microphone, "Ctrl+M")
    menus.add(menu, "test", texts.TEST, window.five_seconds.begin, "Ctrl+Shift+T")
    menus.add(menu, "calls", texts.CALLS, side.use_in_calls, "Ctrl+Shift+C")
    menu.addSeparator()
    menus.add(menu, "report", texts.REPORT_TITLE, window.show_report)
    menus.add(menu, "info", texts.MODEL_INFO, window.show_model_info)


def _help(menus: Menus, window: MainWindow) -> None:
    menu = menus.menu(texts.MENU_HELP)
    menus.add(menu, "shortcuts", texts.SHORTCUTS, window.show_shortcuts, "F1")
    menus.add(menu, "troubleshooting", texts.TROUBLESHOOTING, window.troubleshoot)
    menus.add(menu, "log", texts.LOG_FOLDER, _open_log)
    menu.addSeparator()
    menus.add(menu, "about", texts.ABOUT, window.show_about)


def _open_log() -> None:
    folder = log_file().parent
    folder.mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
