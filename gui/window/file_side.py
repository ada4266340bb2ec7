"""What the window does about files: which to open, one or a pair, and where to save."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gui import texts
from gui.state import settings
from gui.state.clip import Take
from gui.window import file_dialogs

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow


class FileSide:
    def __init__(self, window: MainWindow):
        self._window = window

    def open(self, *paths: Path) -> None:
        """One recording is cleaned. Of two, the noisier stands above the other and nothing is cleaned."""
        if not 0 < len(paths) <= 2:
            self._window.message.show_trouble(texts.ONE_OR_TWO_FILES)
            return
        window, first = self._window, paths[0]
        window.settings = replace(window.settings, folder=str(first.parent))
        window.live_side.leave()
        window.live_side.forget_take()
        window.message.show_notice(texts.OPENING.format(name=texts.AND.join(path.name for path in paths)))
        window.live_view.button.setChecked(False)
        if len(paths) == 1:
            window.controller.open_file(first)
        else:
            window.controller.open_take(Take(*paths, live=False))

    def ask(self) -> None:
        paths = file_dialogs.ask_sounds(self._window, self._window.settings.folder)
        if paths:
            self.open(*paths)

    def ask_for_model(self) -> None:
        path = file_dialogs.ask_model(self._window)
        if path is not None:
            self._window.change("model", str(path))
        self._show_model()

    def keep_model(self) -> None:
        """The open one becomes a setting, and live gets it: one that cannot be opened must not be there next time."""
        window, model = self._window, self._window.controller.model or ""
        box = window.panel.model
        if model not in ("", *window.controller.shipped(), *window.settings.recent_models):
            window.settings = settings.with_recent(window.settings, model)
        if model != window.settings.model:
            window.settings = replace(window.settings, model=model)
            window.configure_live("model")
            self._show_model()
        elif box.findData(model) not in (-1, box.currentIndex()):  # another one was chosen and refused
            self._show_model()

    def _show_model(self) -> None:
        self._window.panel.show_settings(self._window.settings, self._window.controller.shipped())

    def ask_to_save_audio(self) -> None:
        path = file_dialogs.ask_save_sound(self._window, self._recording)
        if path is not None:
            self._window.controller.save_audio(path)

    def ask_to_save_picture(self) -> None:
        path = file_dialogs.ask_save_picture(self._window, self._recording)
        if path is not None:
            self._save_picture(path)

    @property
    def _recording(self) -> Path | None:
        result = self._window.controller.result
        return result.clip.path if result is not None else None

    def _save_picture(self, path: Path) -> None:
        """The pair of pictures with their axes, as they are on the screen."""
        message = self._window.message
        if self._window.pictures.grab().save(str(path)):
            message.show_notice(texts.SAVED.format(path=path))
        else:
            message.show_trouble(texts.SAVE_FAILED.format(path=path, reason=texts.SYSTEM_REFUSES))
