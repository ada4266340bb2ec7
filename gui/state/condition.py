"""What is true of the program now, as a light and one sentence: nothing is said to run that does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from gui import texts
from realtime.live.status import LiveStatus

OFF, GOOD, WARNING, BAD, BUSY = "off", "good", "warning", "bad", "busy"
SILENT_DBFS = -90.0
_SILENT_S = 3.0  # before silence is worth a word
_MEMORY_S = 5.0  # a dropout or clipping stays on the light that long
_SETTLING_S = 2.0  # the queues fill: what is missing then is no dropout


@dataclass(frozen=True)
class Condition:
    """light: off, good, warning, bad or busy."""

    light: str
    sentence: str


class StreamWatch:
    """Turns the statuses of one live stream into conditions; remembers what happened a moment ago."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._dropouts = self._clipped = 0
        self._dropped_at = self._clipped_at = float("-inf")
        self._heard_at = clock()

    def look(self, s: LiveStatus) -> Condition:
        """The condition that this status makes, the gravest first."""
        now = self._clock()
        dropouts = s.input_drops + s.output_fills + s.xruns_in + s.xruns_out
        if dropouts > self._dropouts and s.uptime_s > _SETTLING_S:
            self._dropped_at = now
        if s.clipped > self._clipped:
            self._clipped_at = now
        self._dropouts, self._clipped = dropouts, s.clipped
        if s.level_in_dbfs > SILENT_DBFS or s.state != "running":
            self._heard_at = now
        route = texts.ROUTE.format(input=s.input, output=s.output)
        if s.state == "starting":
            return Condition(BUSY, texts.STARTING)
        if s.state == "waiting":
            return Condition(BAD, texts.LIVE_WAITING.format(why=s.message or texts.A_DEVICE))
        if s.mode == "mute":
            return Condition(WARNING, texts.LIVE_MUTED.format(route=route))
        if s.mode == "bypass":
            return Condition(WARNING, texts.LIVE_BYPASSED.format(route=route))
        if s.steps == 0 and s.hops:
            return Condition(BAD, texts.LIVE_BUSY.format(route=route))
        if now - self._dropped_at < _MEMORY_S:
            return Condition(WARNING, texts.LIVE_DROPOUTS.format(route=route))
        if now - self._heard_at > _SILENT_S:
            return Condition(WARNING, texts.LIVE_SILENT.format(input=s.input))
        if now - self._clipped_at < _MEMORY_S:
            return Condition(WARNING, texts.LIVE_CLIPPING.format(input=s.input))
        delay = s.latency_ms.get("total", 0.0)
        return Condition(GOOD, texts.LIVE_NOW.format(route=route, delay=delay))
