"""What a person sees of work on many files: a bar while it lasts, and a table when it is done. All on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from realtime.cli.terminal import clock, say, shown

if TYPE_CHECKING:
    from realtime.files.batch import Outcome

MOST_ROWS = 40  # of a table
_UNBROKEN = 10_000  # columns where nothing wraps: in a file or a pipe


def console() -> Console:
    """Colours and a bar on a terminal, plain unbroken lines elsewhere (also with NO_COLOR)."""
    terminal = sys.stderr is not None and sys.stderr.isatty()
    return Console(stderr=True, width=None if terminal else _UNBROKEN, highlight=False)


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed or 0.0
        left = clock((task.total or 0.0) - task.completed if not speed else task.time_remaining or 0.0)
        return Text(f"{speed:.1f} x real time  {left} left" if speed else "")


class Bar:
    """Share done, speed and time left, where stderr is a terminal. What is said meanwhile stands above it."""

    def __init__(self, total_s: float) -> None:
        """total_s: seconds of audio; 0 shows nothing."""
        self.done = 0.0
        self._start = time.monotonic()
        shown_on = console()
        self.visible = total_s > 0 and shown_on.is_terminal
        self._progress = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(30), TaskProgressColumn(), _Speed(),
            console=shown_on, transient=True, disable=not self.visible,
            speed_estimate_period=20, redirect_stdout=False,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=total_s)

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    @property
    def elapsed(self) -> float:
        """s."""
        return time.monotonic() - self._start

    def show(self, done_s: float) -> None:
        """done_s: seconds of audio in all."""
        self.done = done_s
        self._progress.update(self._task, completed=done_s)

    def at(self, count: int, of: int) -> None:
        """So many of the files are done."""
        self._progress.update(self._task, description=f"{count} of {of} files" if of > 1 else "")


def table(outcomes: Sequence[Outcome], elapsed_s: float) -> None:
    """One row a file, at most MOST_ROWS, and a line that sums up. elapsed_s: of all, s."""
    rows = Table(box=None, pad_edge=False, header_style="bold")
    rows.add_column("written", overflow="fold")
    for name in ("length", "time", "speed"):
        rows.add_column(name, justify="right", no_wrap=True)
    rows.add_column("model", no_wrap=True)
    rows.add_column("result", no_wrap=True)
    for one in outcomes[:MOST_ROWS]:
        rows.add_row(
            Text(shown(str(one.task.target if one.error is None else one.task.source))), *_figures(one)
        )
    to = console()
    to.print(rows)
    if len(outcomes) > MOST_ROWS:
        say(f"... and {len(outcomes) - MOST_ROWS} more")
    done = [one for one in outcomes if one.error is None]
    seconds = sum(one.seconds for one in done)
    files = f"{len(done)} file{'s' * (len(done) != 1)}"
    speed = f" ({seconds / elapsed_s:.1f} x real time)" if elapsed_s > 0 else ""
    say(f"realtime-cli: {files}, {seconds:.1f} s of audio in {elapsed_s:.1f} s{speed}")


def _figures(one: Outcome) -> tuple[str, str, str, str, Text]:
    if one.error is not None:
        return "", "", "", "", Text("failed", "red")
    speed = f"{one.seconds / one.took_s:.1f} x" if one.took_s > 0 else ""
    result = Text("see above", "yellow") if one.troubles else Text("done", "green")
    return clock(one.seconds), f"{one.took_s:.1f} s", speed, shown(one.model), result
