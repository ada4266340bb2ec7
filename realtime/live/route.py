"""The way from an input device to an output device: both open, and a pump between them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from realtime.audio.backend import AudioBackend
from realtime.audio.devices import AudioDeviceError, Device
from realtime.audio.streams import OutputStream, Samples
from realtime.live.pump import Pump


class Route:
    """Open when it is made; sound flows from `begin` to `close`."""

    def __init__(
        self,
        audio: AudioBackend,
        find: Callable[[Any, str], Device],  # what is wanted, input or output -> the device
        wanted: dict[str, Any],  # input and output: name, part of a name, index or None
        rates: Callable[[Device], list[int]],  # that a device is to try, Hz
        make_pump: Callable[[int, int], Pump],  # for the rates of both, Hz
        heard: Callable[[], None],  # there is input; from the device's thread
    ) -> None:
        """Raises AudioDeviceError, and nothing is left open."""
        self.devices: dict[str, Device] = {k: find(wanted[k], k) for k in ("input", "output")}
        self.ended = threading.Event()  # a device's stream ended by itself
        self._handles: list[OutputStream] = []
        self._heard, self._flows = heard, False
        try:
            for kind, callback in (("output", self._on_output), ("input", self._on_input)):
                device = self.devices[kind]
                self._handles.append(audio.open(device, kind, rates(device), callback, self.ended.set))
            self.output, self.input = self._handles
            self.pump = make_pump(self.input.rate, self.output.rate)
        except BaseException as error:
            self.close()
            if isinstance(error, ValueError):  # a rate that cannot be converted
                raise AudioDeviceError(str(error)) from error
            raise
        self._queue = self.output.queue_in_server
        if self._queue is not None:
            self.pump.serve(self._queue.feed, self._queue.spare_s)
            self._queue.take_from(self.pump, self.input)

    def _on_input(self, frames: Samples, xrun: bool) -> None:
        if self._flows:
            self.pump.on_input(frames, xrun)
            self._heard()

    def _on_output(self, frames: Samples, xrun: bool) -> None:
        if self._flows:
            self.pump.on_output(frames, xrun)
        else:
            frames.fill(0)

    def begin(self) -> None:
        """Lets sound through."""
        self._flows = True

    def measure_delay(self) -> None:
        """Has a sound server tell the pump what it holds; nothing where there is none."""
        if self._queue is not None:
            self._queue.measure()

    def close(self) -> None:
        """Idempotent."""
        handles, self._handles = self._handles, []
        for handle in handles:
            handle.close()
