"""How a run ends at a signal, also where Python cannot hear one: inside a long call of ONNX Runtime."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from types import FrameType
from typing import NoReturn

from realtime.atomic import abandon

_PATIENCE_S = 2.0  # for Python to hear a signal; a hop takes milliseconds


def end_at_signals() -> None:
    """SIGTERM, and SIGHUP of a terminal that is closed, unwind the program, so that nothing half is left behind.

    Python hears a signal between two of its own instructions. Where it does not come to any for a while, a thread ends
    the process. What is ignored, as by nohup, stays ignored. For the main thread.
    """
    numbers = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)
    if os.name != "nt":
        _watch(numbers)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)  # a second one ends us at once
    raise SystemExit(128 + number)  # so that `finally` blocks run: temporary files and workers end with us


def _watch(numbers: list[signal.Signals]) -> None:
    """The C half of Python's signals writes the number into a socket at once, whatever the program is doing."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    # the writer goes along so that it stays open
    threading.Thread(target=_wait, args=(reader, writer, numbers), name="signals", daemon=True).start()


def _wait(reader: socket.socket, writer: socket.socket, numbers: list[signal.Signals]) -> None:
    while data := reader.recv(1):
        if data[0] in numbers:
            deadline = time.monotonic() + _PATIENCE_S
            while not (heard := _was_heard(data[0])) and time.monotonic() < deadline:
                time.sleep(0.05)
            if not heard:
                abandon()
                os._exit(128 + data[0])


def _was_heard(number: int) -> bool:
    """All our handlers, also those of a pipe, give their signal back to the system when they hear it."""
    return signal.getsignal(number) in (signal.SIG_DFL, signal.SIG_IGN)
