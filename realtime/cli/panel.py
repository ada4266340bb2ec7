"""The status of a live stream as a few lines of text, kept in place on a terminal."""

from __future__ import annotations

import os
import shutil
import sys
import threading

from realtime.cli.terminal import clock, say, steps_text
from realtime.live.status import LiveStatus

WIDTH = 80  # columns that every terminal has


def _bar(dbfs: float, width: int = 14) -> str:
    """-60 dBFS ... 0 dBFS."""
    filled = round(width * min(max((dbfs + 60) / 60, 0.0), 1.0))
    return "#" * filled + "." * (width - filled)


def panel_lines(s: LiveStatus) -> list[str]:
    """What a person wants to see at a glance, the most important line first; rare troubles only if there were any."""
    if s.state != "running":
        return [f"{s.state}: {s.message}"]
    spent = steps_text(s.steps) if s.steps else "model resting"
    load = f"load {s.load:4.0%} of a hop, p99 {s.hop_ms_p99:.1f} ms"
    counts = [(s.input_drops, "drops"), (s.output_fills, "fills"), (s.xruns_in + s.xruns_out, "xruns")]
    rare = [
        (s.late_hops, "late"),
        (s.failed_hops, "failed"),
        (s.restarts, "restarts"),
        (s.clipped, "clipped"),
    ]
    return [
        f"in {_bar(s.level_in_dbfs)} {s.level_in_dbfs:4.0f} dB  out {_bar(s.level_out_dbfs)} "
        f"{s.level_out_dbfs:4.0f} dB  reduction {s.reduction_db:4.1f} dB",
        f"{s.mode}  {spent}{' (auto)' * (s.steps_setting == 'auto')}  {load}  {clock(s.uptime_s)}",
        _latency(s.latency_ms),
        "  ".join(f"{count} {name}" for count, name in [*counts, *(one for one in rare if one[0])]),
    ]


def _latency(ms: dict[str, float]) -> str:
    names = {"device_in": "in", "queue_in": "queue", "resample": "rate", "algorithmic": "model",
             "compute": "calc", "queue_out": "queue", "device_out": "out"}  # fmt: skip
    stages = [f"{short} {ms[name]:.0f}" for name, short in names.items() if name != "resample" or ms[name]]
    return f"latency {ms['total']:.0f} ms: {', '.join(stages)}"


class Panel:
    """On stderr, to be shown only where that is a terminal. Remarks go above it; any thread may call."""

    def __init__(self, wanted: bool = True) -> None:
        self.visible = wanted and sys.stderr is not None and sys.stderr.isatty()
        # without these the terminal may not know how to go up a line: it gets the first one alone
        known = os.environ.get("TERM", "") not in ("", "dumb") or "WT_SESSION" in os.environ
        self._most = 4 if known else 1
        self._shown = 0
        self._lock = threading.Lock()

    def show(self, status: LiveStatus) -> None:
        """Draws it in the place of what was drawn before."""
        width = min(WIDTH, shutil.get_terminal_size().columns) - 1  # in the last column some terminals wrap
        lines = [line[:width] for line in panel_lines(status)][: self._most]
        with self._lock:  # erased and drawn in one write: no flicker
            print(self._erase() + "\n".join(lines), end="", file=sys.stderr, flush=True)
            self._shown = len(lines)

    def remark(self, text: str) -> None:
        """A line above the panel."""
        with self._lock:
            if self._shown:
                print(self._erase(), end="", file=sys.stderr, flush=True)
            say(text)

    def _erase(self) -> str:
        up, self._shown = self._shown - 1, 0
        if up < 0:
            return ""
        if self._most == 1:
            return "\r" + (WIDTH - 1) * " " + "\r"
        return "\r" + f"\x1b[{up}A" * (up > 0) + "\x1b[J"
