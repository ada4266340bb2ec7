"""`--install-desktop` and `--remove-desktop`: an entry in the desktop's menu, icons and metadata, for this user (Linux)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from PySide6.QtCore import QStandardPaths

ID = "klarstrom"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)  # px
_SUMMARY = "Noise suppression for your microphone, live on one CPU core"
_DESCRIPTION = (
    "Klarstrom suppresses noise in speech while it is being spoken, with a diffusion model on this computer; nothing is"
    " sent anywhere. It makes a virtual microphone and processes recordings."
)


def command() -> list[str]:
    """What starts the window again: the installed command, or this Python with the module."""
    beside = Path(sys.executable).with_name("realtime-gui")
    found = str(beside) if beside.is_file() else shutil.which("realtime-gui")
    return [found] if found else [sys.executable, "-m", "gui"]


def _quoted(word: str) -> str:
    """As the Desktop Entry Specification wants arguments of Exec: in double quotes, % doubled."""
    escaped = re.sub(r'(["`$])', r"\\\\\1", word.replace("\\", 4 * "\\")).replace("%", "%%")
    return f'"{escaped}"' if re.search(r"[^\w./+=:@,%-]", word) else escaped


def desktop_entry(*arguments: str) -> str:
    """The text of a .desktop file."""
    run = " ".join(map(_quoted, [*command(), *arguments]))
    lines = [
        "[Desktop Entry]", "Type=Application", "Version=1.5", "Name=Klarstrom", f"Comment={_SUMMARY}",
        "Comment[de]=Rauschunterdrückung für das Mikrofon, live auf einem CPU-Kern",
        "Comment[es]=Supresión de ruido para el micrófono, en directo en un núcleo de CPU",
        f"Exec={run}", f"Icon={ID}", "Terminal=false", "Categories=AudioVideo;Audio;",
        "Keywords=noise;suppression;microphone;speech;denoise;call;",
        "StartupNotify=true", f"StartupWMClass={ID}", "",
    ]  # fmt: skip
    return "\n".join(lines)


def metainfo() -> str:
    """AppStream metadata, so that software centres know the program."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>{ID}</id>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>MIT</project_license>
  <name>Klarstrom</name>
  <summary>{escape(_SUMMARY)}</summary>
  <description><p>{escape(_DESCRIPTION)}</p></description>
  <launchable type="desktop-id">{ID}.desktop</launchable>
  <provides><binary>realtime-gui</binary></provides>
</component>
"""


def _data() -> Path:
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation))


def _icons() -> Iterator[tuple[int, Path]]:
    for size in SIZES:
        yield size, _data() / f"icons/hicolor/{size}x{size}/apps/{ID}.png"


def files() -> list[Path]:
    """Everything that an installation writes."""
    texts = [_data() / f"applications/{ID}.desktop", _data() / f"metainfo/{ID}.metainfo.xml"]
    return texts + [path for _, path in _icons()]


def install() -> list[Path]:
    """Writes them -> the files. Raises OSError."""
    from gui.plots.icon import painted

    entry, meta = files()[:2]
    for path, text in ((entry, desktop_entry()), (meta, metainfo())):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for size, path in _icons():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not painted(size).save(str(path)):
            raise OSError(None, "the picture cannot be written", str(path))
    _tell_desktop()
    return files()


def remove() -> list[Path]:
    """Takes them away again -> what was there. Raises OSError."""
    there = [path for path in files() if path.exists()]
    for path in there:
        path.unlink()
    _tell_desktop()
    return there


def _tell_desktop() -> None:
    """Some desktops keep a list of the entries; where the tool is missing they look by themselves."""
    tool = shutil.which("update-desktop-database")
    if tool is not None:
        subprocess.run([tool, str(_data() / "applications")], check=False, capture_output=True, timeout=20)
