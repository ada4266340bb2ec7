"""What a live stream is doing now and what it tells: written by the stream and by its supervisor, read by its status."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from realtime.live.counters import Counters
from realtime.live.status import LiveEvent


class StreamState:
    """The phase, the last message and the counters of one stream."""

    def __init__(self, on_event: Callable[[LiveEvent], None] | None = None) -> None:
        """on_event is called from the threads of the stream and must return quickly."""
        self._on_event = on_event
        self.phase, self.message = "stopped", ""  # phase: stopped, starting, running or waiting
        self.counters = Counters()  # new ones at every start

    def tell(self, kind: str, message: str) -> None:
        """Reports an event to whoever listens. A listener that fails does not stop the audio."""
        self.message = message
        if self._on_event is not None:
            with contextlib.suppress(Exception):
                self._on_event(LiveEvent(kind, message))
