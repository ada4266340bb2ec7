"""Threads that carry audio go before all others, where the system allows it."""

from __future__ import annotations

import contextlib
import os
import threading

WORKER, DEVICE = 3, 4  # below a sound server's own threads, which have 5
_NICE = -11  # what sound servers take where they may not have more


def raise_thread(level: int) -> bool:
    """The calling thread, on Linux. level: WORKER or DEVICE; is it real-time now?

    root may, and who has a limit `rtprio`. Threads that are created later do not inherit it.
    """
    if not hasattr(os, "sched_setscheduler"):
        return False
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(level))
        return True
    except (OSError, AttributeError):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        return False
