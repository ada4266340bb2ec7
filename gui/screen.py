"""Is there a screen that Qt can paint on? Asked before Qt is: it would abort the program, with lines for its authors."""

from __future__ import annotations

import ctypes
import os
import re
import socket
import sys
from pathlib import Path

# what libraries are called in Debian and Ubuntu, where that does not follow from their file's name
_PACKAGES = {
    "libEGL": "libegl1", "libGL": "libgl1", "libGLX": "libglx0", "libX11-xcb": "libx11-xcb1", "libX11": "libx11-6",
    "libglib-2.0": "libglib2.0-0", "libgthread-2.0": "libglib2.0-0", "libdbus-1": "libdbus-1-3",
    "libfontconfig": "libfontconfig1", "libfreetype": "libfreetype6", "libxcb-util": "libxcb-util1",
}  # fmt: skip
_HOW = "start it on a desktop, through ssh -X, or use `realtime-cli live`"


def without_library(error: BaseException) -> str:
    """A library that cannot be loaded, as one sentence with what to install."""
    found = re.search(r"(lib[\w.+-]+?)\.so\.?(\d*)", str(error))
    if found is None:
        return f"Qt cannot be loaded: {error}"
    name, version = found.groups()
    dash = "-" if name[-1].isdigit() else ""
    package = _PACKAGES.get(name) or f"{name.replace('_', '-')}{dash}{version}".lower()
    return f"Qt cannot be loaded without {found[0]}; on Debian and Ubuntu: apt install {package}"


def trouble() -> str | None:
    """One sentence on why no window can be shown here, or None. Other systems than Linux have a screen."""
    if not sys.platform.startswith("linux"):
        return None
    wanted = os.environ.get("QT_QPA_PLATFORM", "")
    names = [name.split(":")[0].strip() for name in wanted.split(";")] if wanted else _by_itself()
    if not names:
        return f"there is no screen here, as neither DISPLAY nor WAYLAND_DISPLAY is set: {_HOW}"
    reasons = []
    for name in names:
        reason = _why_not(name)
        if reason is None:
            return None
        reasons.append(reason)
    return reasons[0]


def _by_itself() -> list[str]:
    """The platforms that Qt would try, with a screen to be expected."""
    found = [("WAYLAND_DISPLAY", "wayland"), ("DISPLAY", "xcb")]
    return [name for variable, name in found if os.environ.get(variable)]


def _why_not(name: str) -> str | None:
    import PySide6

    folder = Path(PySide6.__file__).parent / "Qt/plugins/platforms"
    if not folder.is_dir():  # a build of the system's: it knows where its own are
        return None
    plugin = folder / f"libq{name.removesuffix('-egl')}.so"
    if not plugin.is_file():
        there = ", ".join(sorted(file.stem.removeprefix("libq") for file in folder.glob("libq*.so")))
        return f"QT_QPA_PLATFORM names {name!r}: there are {there}"
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return without_library(error)
    if name == "xcb":
        return _without_x()
    return _without_wayland() if name.startswith("wayland") else None


def _without_x() -> str | None:
    display = os.environ.get("DISPLAY", "")
    if not display:
        return f"there is no screen here, as DISPLAY is not set: {_HOW}"
    xcb = ctypes.CDLL("libxcb.so.1")  # the plugin has loaded it
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if failed:
        return f"the screen {display!r} (DISPLAY) does not answer or does not let us in: {_HOW}"
    return None


def _without_wayland() -> str | None:
    name = os.environ.get("WAYLAND_DISPLAY") or "wayland-0"
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError as error:
            return (
                f"the screen {name!r} (WAYLAND_DISPLAY) does not answer ({error.strerror or error}): {_HOW}"
            )
    return None
