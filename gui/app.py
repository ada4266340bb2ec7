"""`realtime-gui`: starts the window, or paints it into a file. This file alone prints and exits."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from gui import screen

OK, FAILED, USAGE = 0, 1, 2
LARGEST_PX = 8192  # of a side; a picture of more takes gigabytes
_SHOT_TIMEOUT_MS = 300_000


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="realtime-gui", description="The window of Klarstrom.")
    p.add_argument("--open", type=Path, metavar="FILE", help="a recording to begin with")
    p.add_argument("--model", metavar="PATH|NAME", help="model file or shipped name (the one used last)")
    p.add_argument(
        "--screenshot", type=Path, metavar="PNG", help="clean --open FILE, paint the window into PNG, exit"
    )
    p.add_argument("--theme", choices=("system", "light", "dark"), help="(the one used last)")
    p.add_argument(
        "--minimised", "--minimized", action="store_true", help="start in the tray, without a window"
    )
    p.add_argument("--size", type=_size, metavar="WxH", help="of the window, px (1100x720)")
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
    raise SystemExit(_refusal(a) or run(a))


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


def run(a: argparse.Namespace) -> int:
    from PySide6.QtCore import QSettings, QTimer
    from PySide6.QtWidgets import QApplication

    from gui.state import settings
    from gui.state.controller import Controller
    from gui.window import theme
    from gui.window.main_window import MainWindow
    from gui.window.screenshot import Screenshot
    from gui.window.trouble import log_uncaught

    sys.setswitchinterval(0.001)  # the sound's thread must not wait for ours
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("Klarstrom")
    app.setOrganizationName("Klarstrom")
    # a picture must not depend on what somebody once chose, nor change it
    store = QSettings("", QSettings.Format.IniFormat) if a.screenshot else QSettings()
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
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # heard at the next tick; not what nohup has us ignore
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: QTimer.singleShot(0, window.quit))
    shot = Screenshot(window, a.screenshot, _SHOT_TIMEOUT_MS) if a.screenshot else None
    if shot is None:
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
