"""Watches the devices of a live stream: notices one that vanished, waits for it, brings the stream back."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable
from typing import Any

from realtime.audio.devices import AudioDeviceError
from realtime.audio.priority import WORKER, raise_thread
from realtime.live.engine import Engine
from realtime.live.link import DeviceLink
from realtime.live.state import StreamState

LOOK_S = 0.1
SLEPT_S = 0.5  # between two looks: so long does no look take
SILENT_S = 0.7  # without a callback a device is lost ...
FIRST_S = 4.0  # ... but the first one may take this long on a sound server that slept
FIRST_RETRY_S, LAST_RETRY_S = 0.2, 0.5
PATIENCE_S = 3.0  # before what was used before the last switch is good enough


class Supervisor:
    """`run` is a thread of the stream's."""

    def __init__(
        self,
        link: DeviceLink,
        state: StreamState,
        stopping: threading.Event,  # set when the stream ends
        engine: Callable[[], Engine | None],  # the one that runs now
    ) -> None:
        self._link, self._state, self._stopping, self._engine = link, state, stopping, engine
        self._changed = threading.Event()  # a device came or went
        self._steps: int | None = None
        self._failure = ""  # that was told of
        self._looked = (
            self._awake
        ) = -math.inf  # by the pump's clock: the last look; the first one after a sleep

    def run(self) -> None:
        """The thread's work, until the stream stops."""
        raise_thread(WORKER)
        stop_watching: Callable[[], None] = self._link.audio.watch(self._changed.set)
        try:
            # at moments of no rhythm, as sound moves in blocks: else each look would see the same part of a block
            while not self._stopping.wait(LOOK_S * random.uniform(0.8, 1.2)):
                route = self._link.route
                if route is not None:
                    route.measure_delay()
                self._guarded(self._look)
        finally:
            stop_watching()

    def _guarded(self, look: Callable[[], None]) -> None:
        """An error that nobody thought of must not end the watch: the next look may find all well."""
        try:
            look()
            self._failure = ""
        except Exception as error:
            failure = f"watching the devices failed: {error or type(error).__name__}"
            if failure != self._failure:
                self._state.tell("error", failure)
            self._failure = failure

    def _look(self) -> None:
        self._tell_steps()
        reason = self._trouble()
        if reason is None and self._changed.is_set():
            self._changed.clear()
            reason = self._missing()
            lent = reason is None and self._link.stand_ins() and self._link.could_return()
            if lent and self._reopen(self._link.wanted):
                self._tell_back()
        if reason is not None:
            self._wait_for_devices(reason)

    def _tell_steps(self) -> None:
        engine = self._engine()
        if engine is None:
            return
        steps, before = engine.governor.steps, self._steps
        self._steps = steps
        if before is not None and steps != before:
            what = f"{steps} step{'s' * (steps != 1)} a hop" if steps else "no model: the input is passed on"
            self._state.tell("governor", f"{what}, {'more' if steps > before else 'less'} than before")

    def _trouble(self) -> str | None:
        """Why the devices must be opened anew."""
        pump = self._link.pump
        if pump is None:
            return None
        if self._link.ended.is_set():
            return "a device ended the stream"
        now = pump.clock()
        if now - self._looked > SLEPT_S:  # we stood still, with the whole program: the devices may be well
            self._awake = now
        self._looked = now
        for kind, last, heard in (
            ("input", pump.last_input, pump.heard_input),
            ("output", pump.last_output, pump.heard_output),
        ):
            if now - max(last, self._awake) > (SILENT_S if heard else FIRST_S):
                return f"{kind} {self._link.devices[kind].name!r} gives no sign of life"
        return None

    def _missing(self) -> str | None:
        """A sound server moves a stream to another device without a word: is ours still there?"""
        try:
            there = {d.server_name for d in self._link.audio.devices()}
        except AudioDeviceError as error:
            return str(error)
        for kind, device in self._link.devices.items():
            if device.server_name is not None and device.server_name not in there:
                return f"{kind} {device.name!r} is gone"
        return None

    def _wait_for_devices(self, reason: str) -> None:
        with self._link.lock:
            if self._stopping.is_set():
                return
            self._link.close()
            self._state.phase = "waiting"
            # PortAudio knows no devices of a sound server, and looking again is slow: minutes where it hangs
            look_again = any(device.server_name is None for device in self._link.devices.values())
        self._state.tell("device_lost", f"{reason}; nothing is heard while it is waited for")
        since, pause = time.monotonic(), FIRST_RETRY_S
        while not self._stopping.is_set():
            self._changed.clear()
            if look_again:
                try:
                    self._link.audio.rescan()
                except Exception as error:
                    self._state.message = str(error)
            if self._reopen(self._link.wanted):
                self._tell_back()
                return
            late = time.monotonic() - since > PATIENCE_S
            if late and any(self._reopen({**self._link.wanted, **former}) for former in self._formers()):
                self._tell_back()
                return
            self._pause(pause)
            pause = min(1.5 * pause, LAST_RETRY_S)

    def _tell_back(self) -> None:
        """What is used now, and in whose place."""
        used = " -> ".join(device.name for device in self._link.devices.values())
        instead = [
            f"{self._link.devices[kind].name!r} is used until {name!r} returns"
            for kind, name in self._link.stand_ins().items()
        ]
        if instead:
            self._state.tell("fallback", "; ".join(instead))
        else:
            self._state.tell("device_back", used)

    def _formers(self) -> list[dict[str, Any]]:
        """What to go back to, the least change first."""
        former = self._link.former
        single = [{kind: device} for kind, device in former.items()]
        return single if len(single) < 2 else [*single, former]

    def _pause(self, seconds: float) -> None:
        """Until then, or until devices change."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._stopping.is_set() and not self._changed.is_set():
            self._stopping.wait(0.05)

    def _reopen(self, wanted: dict[str, Any]) -> bool:
        with self._link.lock:
            if self._stopping.is_set():
                return False
            try:
                self._link.restore_microphone()
                self._link.open(wanted)
            except AudioDeviceError as error:
                self._state.message = str(error)
                return False
            self._state.counters.restarts += 1
            self._state.phase = "running"
            return True
