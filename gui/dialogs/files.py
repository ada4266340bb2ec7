"""Asking for files: each returns a path, or None if the question was dismissed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from gui import texts

_SOUNDS = "*.wav *.flac *.ogg *.oga *.opus *.mp3 *.aiff *.aif *.au"


def ask_sounds(parent: QWidget, folder: str) -> list[Path]:
    """One recording or several, none if the question was dismissed."""
    kinds = f"{texts.SOUND_FILES} ({_SOUNDS});;{texts.ALL_FILES} (*)"
    return [Path(name) for name in QFileDialog.getOpenFileNames(parent, texts.OPEN, folder, kinds)[0]]


def ask_model(parent: QWidget) -> Path | None:
    """A model file."""
    return _path(QFileDialog.getOpenFileName(parent, texts.MODEL_OTHER, "", f"{texts.MODEL_FILES} (*.onnx)"))


def ask_save_sound(parent: QWidget, of: Path | None) -> Path | None:
    """of: the recording that it came from, for a name to propose."""
    proposed = _beside(of, "-processed.wav")
    kinds = f"{texts.SOUND_FILES} ({_SOUNDS})"
    return _path(QFileDialog.getSaveFileName(parent, texts.SAVE_AUDIO, proposed, kinds))


def ask_save_picture(parent: QWidget, of: Path | None) -> Path | None:
    """of: as above; without an ending it becomes a PNG."""
    proposed = _beside(of, "-spectrograms.png")
    path = _path(
        QFileDialog.getSaveFileName(parent, texts.SAVE_PICTURE, proposed, f"{texts.PICTURE_FILES} (*.png)")
    )
    return path if path is None or path.suffix else path.with_suffix(".png")


def _beside(of: Path | None, ending: str) -> str:
    return "" if of is None else str(of.with_name(of.stem + ending))


def _path(answer: tuple[str, str]) -> Path | None:
    return Path(answer[0]) if answer[0] else None


def ask_settings(parent: QWidget) -> Path | None:
    """A file of settings to read."""
    kinds = f"{texts.SETTINGS_FILES} (*.ini)"
    return _path(QFileDialog.getOpenFileName(parent, texts.SETTINGS_IMPORT, "", kinds))


def ask_save_settings(parent: QWidget) -> Path | None:
    """Where to write them."""
    kinds = f"{texts.SETTINGS_FILES} (*.ini)"
    return _path(QFileDialog.getSaveFileName(parent, texts.SETTINGS_EXPORT, "klarstrom.ini", kinds))
