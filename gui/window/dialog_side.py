"""The dialogs that the menus of the main window open."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QMessageBox

from gui import screen, texts
from gui.dialogs import files as file_dialogs
from gui.dialogs.help import Shortcuts, Troubleshooting, about
from gui.dialogs.model_info import ModelInfo
from gui.dialogs.preferences import Preferences
from gui.state import settings
from gui.state.controller import Controller
from gui.state.settings import Settings
from gui.widgets.message_bar import MessageBar
from gui.window.live_side import LiveSide
from gui.window.live_view import LiveView
from gui.window.tray_window import TrayWindow


class DialogWindow(TrayWindow):
    """Opens dialogs, none of which stops the sound; the newest one of a kind takes the place of the one before."""

    controller: Controller
    live_view: LiveView
    live_side: LiveSide
    message: MessageBar
    actions_by_name: dict[str, QAction]

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        raise NotImplementedError

    def change(self, field: str, value: Any) -> None:
        """One setting, from wherever it was made."""
        raise NotImplementedError

    def take_settings(self, new: Settings) -> None:
        """All of them at once."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.dialog: QDialog | None = None  # the one that was opened last

    def _show(self, dialog: QDialog) -> None:
        if self.dialog is not None:
            self.dialog.close()
        self.dialog = dialog
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(lambda result: self._forget(dialog))
        dialog.open()

    def _forget(self, dialog: QDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None

    def open_preferences(self) -> None:
        """Edit > Preferences."""
        self._show(Preferences(self.settings, self.change, self.has_tray, self))

    def show_model_info(self) -> None:
        """The model that runs or would run."""
        controller = self.controller
        self._show(ModelInfo(controller.spec, controller.model_file(), self))

    def show_shortcuts(self) -> None:
        """Help > Keyboard shortcuts."""
        self._show(Shortcuts(self.actions_by_name.values(), self))

    def troubleshoot(self) -> None:
        """Help > Troubleshooting."""
        self._show(Troubleshooting(self, screen.trouble()))

    def show_about(self) -> None:
        """Help > About."""
        spec = self.controller.spec
        self._show(about("" if spec is None else f"{spec.name} {spec.version}", self))

    def show_report(self) -> None:
        """Of the live stream that runs, or of the last one."""
        text = self.live_view.report.text() or self.live_side.last_report or texts.NO_REPORT
        box = QMessageBox(
            QMessageBox.Icon.NoIcon, texts.REPORT_TITLE, f"{text}\n\n{texts.REPORT_PRIVACY}", parent=self
        )
        self._show(box)

    def export_settings(self) -> None:
        """All of them into a file."""
        path = file_dialogs.ask_save_settings(self)
        if path is None:
            return
        store = QSettings(str(path), QSettings.Format.IniFormat)
        settings.save(store, self.settings)
        if store.status() == QSettings.Status.NoError:
            self.message.show_notice(texts.SAVED.format(path=path))
        else:
            self.message.show_trouble(texts.SAVE_FAILED.format(path=path, reason=texts.SYSTEM_REFUSES))

    def import_settings(self) -> None:
        """From such a file; what it does not name becomes the default."""
        path = file_dialogs.ask_settings(self)
        if path is None:
            return
        store = QSettings(str(path), QSettings.Format.IniFormat)
        if not store.contains("version"):
            self.message.show_trouble(texts.SETTINGS_UNREADABLE.format(path=path))
            return
        self.take_settings(settings.load(store))
        self.message.show_notice(texts.SETTINGS_READ.format(path=path))

    def reset_settings(self) -> None:
        """The defaults; devices, the virtual microphone and the model stay."""
        now = self.settings
        kept = (
            "input",
            "output",
            "input_label",
            "output_label",
            "virtual_mic",
            "model",
            "welcomed",
            "recent_models",
            "folder",
        )
        self.take_settings(Settings(**{name: getattr(now, name) for name in kept}))
