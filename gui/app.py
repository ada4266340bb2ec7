"""`realtime-gui`: starts the window, or paints it into a file. This file alone prints and exits."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from gui import screen

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

OK, FAILED, USAGE = 0, 1, 2
LARGEST_PX = 8192  # of a side; a picture of more takes gigabytes
_SHOT_TIMEOUT_MS = 300_000


def parser() -> argparse.ArgumentParser:
    """The options of `realtime-gui`."""
    p = argparse.ArgumentParser(prog="realtime-gui", description="The window of Klarstrom.")
    p.add_argument("--open", type=Path, metavar="FILE", help="a recording to begin with")
    p.add_argument("--model", metavar="PATH|NAME", help="model file or shipped name (the one used last)")
    p.add_argument(
        "--screenshot", type=Path, metavar="PNG", help="clean --open FILE, paint the window into PNG, exit"
    )
    p.add_argument("--theme", choices=("system", "light", "dark"), help="(the one used last)")
    p.add_argument("--language", choices=("en", "de", "es"), help="(as in Preferences, or the system's)")
    p.add_argument(
        "--minimised", "--minimized", action="store_true", help="start in the tray, without a window"
    )
    p.add_argument("--size", type=_size, metavar="WxH", help="of the window, px (1180x760)")
    p.add_argument(
        "--install-desktop", action="store_true", help="add menu entry and icons for this user, exit (Linux)"
    )
    p.add_argument("--remove-desktop", action="store_true", help="remove them and the autostart, exit")
    return p


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and len(text) < 20 and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"{text!r} is no size: write WIDTHxHEIGHT, as in 1100x720")
    size = int(width), int(height)
    if max(size) > LARGEST_PX:
        raise argparse.ArgumentTypeError(f"{text!r} is too large: {LARGEST_PX}x{LARGEST_PX} at most")
    return size


def main(argv: list[str] | None = None) -> None:
    """Exit codes: 0 done, 1 failed, 2 wrong usage."""
    p = parser()
    a = p.parse_args(argv)
    if a.screenshot is not None and a.minimised:
        p.error("--screenshot needs a window: leave --minimised away")
    if a.screenshot is not None and a.open is None:
        p.error("--screenshot needs --open FILE")
    if a.install_desktop or a.remove_desktop:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    code = _refusal(a)
    if code == OK:
        code = install(a) if a.install_desktop or a.remove_desktop else run(a)
    if threading.active_count() > 1:  # one that still loads a model would be torn down with an abort
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(code)
    raise SystemExit(code)


def _refusal(a: argparse.Namespace) -> int:
    """Says in one sentence why there can be no window -> FAILED; else OK."""
    if a.screenshot is not None and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY"))):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # a picture wants no screen
    try:
        import PySide6.QtWidgets  # noqa: F401

        why = screen.trouble()
    except ImportError as error:
        why = screen.without_library(error)
    if why is None:
        return OK
    if sys.stderr is not None:
        print(f"realtime-gui: {why}", file=sys.stderr)
    return FAILED


def install(a: argparse.Namespace) -> int:
    """The entry in the desktop's menu comes or goes."""
    from gui.desktop import autostart, entry

    if not autostart.AVAILABLE:
        print("realtime-gui: menu entries are made on Linux only", file=sys.stderr)
        return FAILED
    try:
        done = entry.install() if a.install_desktop else entry.remove()
        if a.remove_desktop:
            autostart.set_on(False)
    except OSError as error:
        print(f"realtime-gui: {error.filename} cannot be written: {error.strerror}", file=sys.stderr)
        return FAILED
    for path in done:
        print(path)
    return OK


def run(a: argparse.Namespace) -> int:
    """Shows the window until it is closed -> exit code."""
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from gui.desktop import language, single
    from gui.state import settings

    sys.setswitchinterval(0.001)  # the sound's thread must not wait for ours
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Klarstrom")
    app.setOrganizationName("Klarstrom")
    app.setDesktopFileName("klarstrom")
    # a picture must not depend on what somebody once chose, nor change it
    store = QSettings("", QSettings.Format.IniFormat) if a.screenshot else QSettings()
    # texts are translated when they are imported, so this comes before everything that says something
    language.install(app, a.language or ("en" if a.screenshot else settings.load(store).language))
    if a.screenshot is None:
        name = single.name_for(store.fileName())
        if single.ask_running(name, str(a.open.resolve()) if a.open else ""):
            from gui import texts

            print(f"realtime-gui: {texts.ALREADY_RUNS}", file=sys.stderr)
            return OK
    else:
        name = ""
    return _show(app, store, a, name)


def _show(app: QApplication, store: QSettings, a: argparse.Namespace, name: str) -> int:
    """name: under which later starts find this one; empty: they do not."""
    from PySide6.QtCore import QTimer

    from gui.desktop.single import Single
    from gui.state import settings
    from gui.state.controller import Controller
    from gui.state.trouble import log_uncaught
    from gui.widgets import theme
    from gui.window.main_window import MainWindow
    from gui.window.screenshot import Screenshot

    theme.apply(app, a.theme or settings.load(store).theme)
    window = MainWindow(Controller(), store)
    log_uncaught(window.message.show_trouble)
    app.styleHints().colorSchemeChanged.connect(lambda: theme.apply(app, window.settings.theme))
    if a.theme:
        window.change("theme", a.theme)
    if a.size:
        window.resize(*a.size)
    if a.model:
        window.change("model", a.model)
    app.setQuitOnLastWindowClosed(False)  # a hidden window is in the tray
    window.ended.connect(app.quit)
    app.commitDataRequest.connect(lambda manager: window.quit())  # a log-out is not held up by the tray
    for signal_name in (
        "SIGINT",
        "SIGTERM",
        "SIGHUP",
    ):  # heard at the next tick; not what nohup has us ignore
        number = getattr(signal, signal_name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: QTimer.singleShot(0, window.quit))
    shot = Screenshot(window, a.screenshot, _SHOT_TIMEOUT_MS) if a.screenshot else None
    if shot is None:
        single = Single(name, window)
        single.wished.connect(window.wish)
        window.ended.connect(single.close)
        window.live.follow_devices()
    if a.open is not None:
        window.files.open(a.open)
    else:
        window.controller.open_model()
    window.start(None if shot else window.make_tray(), a.minimised)
    if shot is None and a.open is None and window.seen and not window.settings.welcomed:
        window.live_side.find_microphone()
    code = app.exec()
    if shot is None:
        return code
    if shot.trouble:
        print(f"realtime-gui: {shot.trouble}", file=sys.stderr)
        return FAILED
    return OK
