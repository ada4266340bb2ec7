"""Exceptions that nobody caught: all into a log, the first of a kind and place onto the screen, the window goes on."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QStandardPaths, Signal

from gui import texts

_log = logging.getLogger("klarstrom")


def log_file() -> Path:
    """Where the log lies on this system."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)
    return Path(folder) / "klarstrom.log"


class Uncaught(QObject):
    """Hears of exceptions in any thread; shows in the thread it lives in."""

    _happened = Signal(str, str)  # what; where

    def __init__(self, show: Callable[[str], None], log: Path):
        super().__init__()
        self._show, self._log = show, log
        self._shown: set[tuple[str, str]] = set()  # kind, place
        self._happened.connect(self._tell)
        handler: logging.Handler
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            handler = logging.FileHandler(log, encoding="utf-8", delay=True)
        except OSError:
            handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        _log.addHandler(handler)
        self._handler = handler
        self._old = sys.excepthook, threading.excepthook
        sys.excepthook = self._in_main
        threading.excepthook = lambda args: self._in_main(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def _in_main(self, kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._old[0](kind, value, trace)
            return
        _log.error("uncaught", exc_info=(kind, value, trace))
        self._happened.emit(f"{kind.__name__}: {value}", _place(trace))

    def _tell(self, what: str, where: str) -> None:
        kind = what.split(":")[0], where
        if kind not in self._shown:
            self._shown.add(kind)
            self._show(texts.UNEXPECTED.format(what=what, log=self._log))

    def remove(self) -> None:
        """As it was before."""
        sys.excepthook, threading.excepthook = self._old
        _log.removeHandler(self._handler)
        self._handler.close()


def _place(trace: TracebackType | None) -> str:
    """Where it was raised: the message may hold what differs every time, the place does not."""
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


def log_uncaught(show: Callable[[str], None]) -> Uncaught:
    """From now on; `show` gets one sentence, once for each kind of exception and place."""
    return Uncaught(show, log_file())
