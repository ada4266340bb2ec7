"""Asking and following the sound server through `pactl`, where there is one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from typing import Any


def pactl(*arguments: str) -> Any:
    """What `pactl` answers, from its JSON; None where there is no server, or no pactl."""
    binary = shutil.which("pactl")
    if binary is None:
        return None
    try:
        done = subprocess.run(
            [binary, "-f", "json", *arguments], capture_output=True, timeout=5, env=_plain_environment()
        )
        return json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None


def _plain_environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def watch(changed: Callable[[], None]) -> Callable[[], None]:
    """Calls `changed` on every source, sink or server that comes or goes; returns what ends the watching."""
    binary, stopped = shutil.which("pactl"), threading.Event()
    if binary is None:
        return lambda: None
    running: list[subprocess.Popen[str]] = []

    def follow() -> None:
        while not stopped.is_set():
            process = subprocess.Popen(
                [binary, "subscribe"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                env=_plain_environment(),
            )  # fmt: skip
            running[:] = [process]
            if stopped.is_set():
                process.terminate()
            assert process.stdout is not None
            for line in process.stdout:
                if ("'new'" in line or "'remove'" in line) and ("source #" in line or "sink #" in line):
                    changed()
            process.stdout.close()
            process.wait()
            changed()  # the server went, or came and went
            stopped.wait(0.5)

    thread = threading.Thread(target=follow, name="klarstrom-devices", daemon=True)
    thread.start()

    def stop() -> None:
        stopped.set()
        for process in running:
            process.terminate()
        thread.join(2)

    return stop
