"""What the commands have in common with a terminal: exit codes, remarks on stderr, progress."""

from __future__ import annotations

import os
import sys
import time

OK, FAILED, USAGE, BAD_MODEL, NO_AUDIO, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 4, 130, 143


def shown(text: str) -> str:
    """Text of strangers (names of files, of devices, what a model says of itself) without power over the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def say(text: str) -> None:
    text = shown(text)
    if sys.stderr is None:  # it was closed; print would turn to stdout, where the audio goes
        return
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:  # whoever read our remarks went away; the work goes on
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def steps_text(count: int) -> str:
    return f"{count} step{'s' * (count != 1)}"


class Bar:
    """One line on stderr, where that is a terminal: share done, speed, time left."""

    def __init__(self, total_s: float):
        self.total_s, self.done = total_s, 0.0
        self._start = self._shown = time.monotonic()
        self._visible = total_s > 0 and sys.stderr is not None and sys.stderr.isatty()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._start

    def show(self, done_s: float) -> None:
        self.done = done_s
        now = time.monotonic()
        if not self._visible or now - self._shown < 0.1:
            return
        self._shown = now
        share = min(1.0, done_s / self.total_s)
        speed = done_s / self.elapsed
        left = (self.total_s - done_s) / speed if speed > 0 else 0
        filled = round(24 * share)
        bar = "#" * filled + "." * (24 - filled)
        line = f"[{bar}] {share:4.0%}  {speed:.1f} x real time  {clock(left)} left"
        print("\r" + line.ljust(70), end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._visible:
            print("\r" + " " * 70 + "\r", end="", file=sys.stderr, flush=True)


def clock(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes}:{rest:02d}"
