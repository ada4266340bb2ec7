"""Starting at log-in, by the desktop's own folder of entries (Linux; XDG autostart)."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from gui.desktop.entry import desktop_entry

AVAILABLE = sys.platform.startswith("linux")


def _file() -> Path:
    config = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
    return Path(config) / "autostart" / "klarstrom.desktop"


def is_on() -> bool:
    """Is there an entry?"""
    return AVAILABLE and _file().is_file()


def set_on(on: bool) -> None:
    """Writes or removes the entry."""
    if not AVAILABLE:
        return
    file = _file()
    if on:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(desktop_entry("--minimised"), "utf-8")
    else:
        file.unlink(missing_ok=True)
