"""A thread that does one thing after another, for what may block."""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
from collections.abc import Callable


class Worker:
    """Begins with the first thing there is to do.

    What `expected` names is told, anything else is uncaught: heard of where all uncaught exceptions are,
    and no end of the thread, which has more to do.
    """

    def __init__(self, name: str, expected: tuple[type[Exception], ...], tell: Callable[[str], None]):
        """tell: gets one sentence, in the worker's thread."""
        self._name, self._expected, self._tell = name, expected, tell
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._ended = False

    def do(self, work: Callable[[], None]) -> None:
        """Returns at once; after `end` nothing is begun any more."""
        if self._ended:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        self._work.put(work)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            try:
                work()
            except self._expected as error:
                self._tell(str(error))
            except Exception:
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    def end(self, timeout_s: float, *last: Callable[[], None]) -> bool:
        """After what is being done comes `last`, and what waits is dropped -> has it ended in this time?"""
        with contextlib.suppress(queue.Empty):
            while True:
                self._work.get_nowait()
        for work in last:
            self.do(work)
        self._ended = True
        if self._thread is None:
            return True
        self._work.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()
