"""What the window does about files: which to open, one or a pair, and where to save."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from gui import texts
from gui.dialogs import files as file_dialogs
from gui.plots.pictures import Pictures
from gui.state.clip import Take
from gui.state.controller import Controller
from gui.state.settings import CurrentSettings, with_recent
from gui.widgets.message_bar import MessageBar
from gui.widgets.panel import Panel
from gui.window.live_side import LiveSide


class FileSide:
    """Opens and saves by the controller, and tells in the message bar what came of it."""

    def __init__(
        self,
        parent: QWidget,  # of the dialogs
        settings: CurrentSettings,
        controller: Controller,
        live_side: LiveSide,  # steps back when a file is opened
        panel: Panel,
        pictures: Pictures,
        message: MessageBar,
        configure_live: Callable[[str], None],  # the name of a setting that the live stream is to take over
    ):
        self._parent, self._settings, self._controller, self._live_side = (
            parent,
            settings,
            controller,
            live_side,
        )
        self._panel, self._pictures, self._message = panel, pictures, message
        self._configure_live = configure_live

    def open(self, *paths: Path) -> None:
        """One recording is cleaned. Of two, the noisier stands above the other and nothing is cleaned."""
        if not 0 < len(paths) <= 2:
            self._message.show_trouble(texts.ONE_OR_TWO_FILES)
            return
        first = paths[0]
        self._settings.keep(folder=str(first.parent))
        self._live_side.step_back()
        self._message.show_notice(texts.OPENING.format(name=texts.AND.join(path.name for path in paths)))
        if len(paths) == 1:
            self._controller.open_file(first)
        else:
            self._controller.open_take(Take(first, paths[1], live=False))

    def ask(self) -> None:
        """File > Open."""
        paths = file_dialogs.ask_sounds(self._parent, self._settings.value.folder)
        if paths:
            self.open(*paths)

    def ask_for_model(self) -> None:
        """A model file, which becomes the model when it could be opened."""
        path = file_dialogs.ask_model(self._parent)
        if path is not None:
            self._controller.configure(model=str(path))
        self._show_model()

    def keep_model(self) -> None:
        """The open one becomes a setting, and live gets it: one that cannot be opened must not be there next time."""
        settings, model, box = self._settings, self._controller.model or "", self._panel.model
        if model not in ("", *self._controller.shipped(), *settings.value.recent_models):
            settings.keep(recent_models=with_recent(settings.value, model).recent_models)
        if model != settings.value.model:
            settings.keep(model=model)
            self._configure_live("model")
            self._show_model()
        elif box.findData(model) not in (-1, box.currentIndex()):  # another one was chosen and refused
            self._show_model()

    def _show_model(self) -> None:
        self._panel.show_settings(self._settings.value, self._controller.shipped())

    def ask_to_save_audio(self) -> None:
        """File > Export audio."""
        path = file_dialogs.ask_save_sound(self._parent, self._recording)
        if path is not None:
            self._controller.save_audio(path)

    def ask_to_save_picture(self) -> None:
        """File > Export spectrograms."""
        path = file_dialogs.ask_save_picture(self._parent, self._recording)
        if path is not None:
            self._save_picture(path)

    @property
    def _recording(self) -> Path | None:
        result = self._controller.result
        return result.clip.path if result is not None else None

    def _save_picture(self, path: Path) -> None:
        """The pair of pictures with their axes, as they are on the screen."""
        if self._pictures.grab().save(str(path)):
            self._message.show_notice(texts.SAVED.format(path=path))
        else:
            self._message.show_trouble(texts.SAVE_FAILED.format(path=path, reason=texts.SYSTEM_REFUSES))
