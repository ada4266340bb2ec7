"""What a sound server has: its sources and sinks, by libpulse itself, and word of those that come and go.

`pactl` would tell the same, but its JSON gives "(null)" for names that are not ASCII (Debian 12), and its plain listing
is translated, follows the locale's encoding, and can be broken by a line feed in a name.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from realtime.audio.libpulse import (
    LISTED,
    PATIENCE_S,
    TOLD,
    Connection,
    DeviceInfo,
    PulseError,
    ServerInfo,
    available,
)
from realtime.audio.names import name_of, readable

RETRY_S = 0.5  # between two looks for a server that is not there
LOOK_S = 0.25  # between two looks whether it is there still
NO_SINK = 0xFFFFFFFF  # what a microphone is the monitor of


@dataclass(frozen=True)
class Endpoint:
    """A source or a sink."""

    name: str  # the server's own; bytes that are not UTF-8 are kept as surrogates
    description: str  # for people: always printable
    is_source: bool
    is_monitor: bool  # a source that hears what a sink plays
    is_default: bool
    channels: int
    rate: int  # Hz


@dataclass
class SoundServer:
    """One that answered."""

    name: str = ""
    version: str = ""
    endpoints: list[Endpoint] = field(default_factory=list)  # microphones, monitors, sinks


def ask() -> SoundServer | None:
    """None where there is no server, or none that answers."""
    if not available():
        return None
    try:
        connection = Connection.take()
    except PulseError:
        return None
    try:
        return _Question(connection).answer()
    finally:
        connection.release()


class _Question:
    """The three answers that make up a SoundServer, which come in a thread of libpulse's."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._lib = connection, connection.lib
        self._server, self._defaults = SoundServer(), ("", "")
        self._rows: list[Endpoint] = []
        self._left, self._failed = 3, False
        self._done = threading.Event()
        self._callbacks = (TOLD(self._on_server), LISTED(self._on_source), LISTED(self._on_sink))

    def answer(self) -> SoundServer | None:
        lib, context = self._lib, self._connection.context
        asks = (
            lib.pa_context_get_server_info,
            lib.pa_context_get_source_info_list,
            lib.pa_context_get_sink_info_list,
        )
        self._connection.kept.append(self)  # an answer may come after we gave up
        with self._connection.locked():
            for ask, callback in zip(asks, self._callbacks, strict=True):
                operation = ask(context, callback, None)
                if not operation:
                    return None
                lib.pa_operation_unref(operation)
        end = time.monotonic() + PATIENCE_S
        while not self._done.wait(0.1):
            if time.monotonic() > end or not self._connection.alive():
                return None
        with contextlib.suppress(ValueError):
            self._connection.kept.remove(self)
        return None if self._failed else self._sorted()

    def _sorted(self) -> SoundServer:
        found = sorted(self._rows, key=lambda e: (not e.is_source, e.is_monitor))
        source, sink = self._defaults
        self._server.endpoints = [
            replace(e, is_default=e.name == (source if e.is_source else sink)) for e in found
        ]
        return self._server

    def _one_done(self, failed: bool = False) -> None:
        self._failed |= failed
        self._left -= 1
        if not self._left:
            self._done.set()

    def _on_server(self, context: Any, info: int | None, _: Any) -> None:
        if info:
            server = ServerInfo.from_address(info)
            self._server.name, self._server.version = (
                readable(name_of(server.name)),
                readable(name_of(server.version)),
            )
            self._defaults = name_of(server.default_source), name_of(server.default_sink)
        self._one_done(failed=not info)

    def _on_source(self, context: Any, info: int | None, last: int, _: Any) -> None:
        self._listed(info, last, True)

    def _on_sink(self, context: Any, info: int | None, last: int, _: Any) -> None:
        self._listed(info, last, False)

    def _listed(self, info: int | None, last: int, is_source: bool) -> None:
        if last or not info:
            self._one_done(failed=last < 0)
            return
        row = DeviceInfo.from_address(info)
        name = name_of(row.name)
        self._rows.append(Endpoint(
            name, readable(name_of(row.description)) or readable(name), is_source,
            is_source and row.monitor != NO_SINK, False, row.format.channels, row.format.rate,
        ))  # fmt: skip


def watch(changed: Callable[[], None]) -> Callable[[], None]:
    """Calls `changed`, from a thread of its own, on every source, sink or server that comes or goes, and when another
    one becomes the default; returns what ends the watching.
    """
    if not available():
        return lambda: None
    stopped = threading.Event()

    def follow() -> None:
        connection: Connection | None = None
        there: bool | None = None  # was there a server at the last look?
        while not stopped.is_set():
            try:
                connection = Connection.take()
            except PulseError:
                there = False
                stopped.wait(RETRY_S)
                continue
            try:
                connection.listen(changed)
                if there is False:
                    changed()
                there = True
                while connection.alive() and not stopped.wait(LOOK_S):
                    pass
            finally:
                connection.unlisten(changed)
                connection.release()
            if not stopped.is_set():
                there = False
                changed()

    thread = threading.Thread(target=follow, name="klarstrom-devices", daemon=True)
    thread.start()

    def stop() -> None:
        stopped.set()
        thread.join(2)

    return stop
