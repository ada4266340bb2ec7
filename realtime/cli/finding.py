"""What a check of `realtime-cli doctor` says, and asking in a process that may die."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]  # of our packages


@dataclass(frozen=True)
class Finding:
    """status: ok | note | fail. A note costs comfort or live streams, a fail the enhancement itself."""

    status: str
    what: str
    advice: str = ""


def ask(code: str, *arguments: str) -> str:
    """The last line that a fresh interpreter prints; empty if it dies or takes longer than a minute."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, cwd=HOME
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stdout.strip().splitlines() or [""])[-1]
