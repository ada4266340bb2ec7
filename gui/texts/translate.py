"""Marks what the window says, so that `pyside6-lupdate` finds it and a translation takes its place."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def tr(text: str) -> str:
    """The text in the language that is installed when the module is loaded; otherwise as it stands, in English."""
    return QCoreApplication.translate("", text)
