"""Python, made to keep time: the lock changes hands often, and the collector leaves old objects alone."""

from __future__ import annotations

import gc
import sys
import threading

SWITCH_INTERVAL_S = 0.0005  # with Python's 5 ms, other threads at work made a 10 ms thread 300 ms late

_lock = threading.Lock()
_users = 0
_before = 0.0


def hold() -> None:
    """Until as many calls of `release`. What exists now is never collected meanwhile: it was needed."""
    global _users, _before
    with _lock:
        _users += 1
        if _users == 1:
            _before = sys.getswitchinterval()
            sys.setswitchinterval(SWITCH_INTERVAL_S)
            gc.collect()
            gc.freeze()


def release() -> None:
    """Everything as it was before the first `hold`."""
    global _users
    with _lock:
        _users -= 1
        if _users == 0:
            sys.setswitchinterval(_before)
            gc.unfreeze()
