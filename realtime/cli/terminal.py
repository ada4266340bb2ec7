"""What the commands have in common with a terminal: exit codes and remarks on stderr."""

from __future__ import annotations

import os
import sys

OK, FAILED, USAGE, BAD_MODEL, NO_AUDIO, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 4, 130, 143


def shown(text: str) -> str:
    """Text of strangers (names of files, of devices, what a model says of itself) without power over the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def say(text: str) -> None:
    """A line on stderr, where there is one."""
    text = shown(text)
    if sys.stderr is None:  # it was closed; print would turn to stdout, where the audio goes
        return
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:  # whoever read our remarks went away; the work goes on
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def steps_text(count: int) -> str:
    """`1 step`, `2 steps`."""
    return f"{count} step{'s' * (count != 1)}"


def clock(seconds: float) -> str:
    """Seconds -> m:ss."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes}:{rest:02d}"
