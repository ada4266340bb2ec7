"""Streams of PulseAudio and PipeWire through libpulse.

PortAudio reaches them only through an ALSA plugin, whose output falls silent for ever after an underrun.
libpulse recovers by itself, takes the source or sink by its name, and is there wherever a sound server is.
All streams of the process share one connection: what the server heard, played and missed then arrives in the
order in which it happened, however late the thread that reads it.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from realtime.audio.libpulse import (
    ADJUST_LATENCY,
    DEFAULT,
    DONT_MOVE,
    EARLY_REQUESTS,
    FAILED,
    FLOAT32LE,
    LENGTH,
    NOTIFY,
    PATIENCE_S,
    SUCCESS,
    TERMINATED,
    BufferAttributes,
    Connection,
    PulseError,
    SampleSpec,
    available,
)
from realtime.audio.names import bytes_of
from realtime.audio.streams import OutputStream, Samples, Supply

__all__ = ["PulseError", "PulseStream", "available"]
LONGEST_S = 15.0  # of sound that the server keeps for an input nobody takes
ROOM_S = 0.5  # of the server's buffer, above what shall wait in it


def _nobody(frames: Samples, xrun: bool) -> None:
    """The callback of a closed stream: it ignores the sound."""


class PulseStream:
    """One direction, mono float32. The server's thread brings input to `callback`, and asks it for output.

    With a `supply` an output takes what is there whenever it is there, so that a late thread finds the sound
    waiting in the server and not in this program.
    """

    channels = 1

    @property
    def queue_in_server(self) -> PulseStream | None:
        """Itself, if it is an output."""
        return None if self._is_input else self

    def __init__(
        self,
        name: str,  # of a source or sink
        kind: str,  # input or output
        rate: int,  # Hz; the server resamples where its device has another
        block: int,  # samples a callback
        latency_s: float,  # that the server is asked to keep, s
        callback: Callable[[Samples, bool], None],
        finished: Callable[[], None],  # the stream ended by itself
    ) -> None:
        """Raises PulseError."""
        self.rate, self._block, self._callback, self._finished = rate, block, callback, finished
        self._supply: Supply | None = None
        self._partner: PulseStream | None = None  # the input of this output, for `measure`
        self.latency_s = 0.0  # of the device itself, as the server says
        self.held_s = 0.0  # in the device and in the server
        self._kept = max(block, round(latency_s * rate))
        self.spare_s = self._kept / rate - block / rate  # of the latency, above one request
        self._connection = Connection.take()
        self._connection.kept.append(self)
        self._lib = self._connection.lib
        self._closed, self._closing = False, threading.Lock()  # the connection goes with its last stream
        self._asked = 0.0  # when `measure` asked what was not answered yet
        self._state, self._underflow = NOTIFY(self._on_state), NOTIFY(self._on_underflow)
        self._moved = LENGTH(self._on_read if kind == "input" else self._on_write)
        self._timed = SUCCESS(self._on_timing)
        self._is_input = kind == "input"
        self._open, self._stream = False, None
        try:
            with self._connection.locked():
                self._stream = self._connect(name)
            stream, lib = self._stream, self._lib
            if not stream or not self._connection.wait(lambda: lib.pa_stream_get_state(stream), 1):
                raise PulseError(self._connection.error())
        except BaseException:
            self.close()
            raise
        with self._connection.locked():
            self._open = True
            self._tlength = lib.pa_stream_get_buffer_attr(stream).contents.tlength
            if not self._is_input:
                self._feed()

    def _connect(self, name: str) -> Any:
        lib, size = self._lib, 4 * self._block
        spec = SampleSpec(FLOAT32LE, self.rate, 1)
        stream = lib.pa_stream_new(self._connection.context, b"live", ctypes.byref(spec), None)
        if not stream:
            return None
        lib.pa_stream_set_state_callback(stream, self._state, None)
        if self._is_input:
            lib.pa_stream_set_read_callback(stream, self._moved, None)
            longest = 4 * round(
                LONGEST_S * self.rate
            )  # else a minute would wait for a program that was stopped
            attributes = BufferAttributes(longest, DEFAULT, DEFAULT, DEFAULT, size)
            flags = ADJUST_LATENCY | DONT_MOVE
            lib.pa_stream_connect_record(stream, bytes_of(name), ctypes.byref(attributes), flags)
        else:
            lib.pa_stream_set_write_callback(stream, self._moved, None)
            lib.pa_stream_set_underflow_callback(stream, self._underflow, None)
            # early requests: the sink's latency is that of one request, however much the server may hold
            room = 4 * (self._kept + round(ROOM_S * self.rate))
            # and after an underrun it begins again with one sample: with none, what comes late would be thrown away
            attributes = BufferAttributes(DEFAULT, room, 4, size, DEFAULT)
            flags = EARLY_REQUESTS | DONT_MOVE
            lib.pa_stream_connect_playback(
                stream, bytes_of(name), ctypes.byref(attributes), flags, None, None
            )
        return stream

    # ---- callbacks, in libpulse's thread, with its lock

    def _on_state(self, stream: Any, _: Any) -> None:
        ended = self._lib.pa_stream_get_state(stream) in (FAILED[1], TERMINATED[1])
        if ended and self._open and not self._closed:
            self._finished()

    def _on_read(self, stream: Any, length: int, _: Any) -> None:
        self._connection.first_call()
        data, size = ctypes.c_void_p(), ctypes.c_size_t()
        while self._lib.pa_stream_peek(stream, ctypes.byref(data), ctypes.byref(size)) >= 0 and size.value:
            count = size.value // 4
            if data.value is None:  # a hole: the server lost it, its time has passed
                frames = np.zeros(count, np.float32)
            else:
                frames = np.ctypeslib.as_array((ctypes.c_float * count).from_address(data.value))
            if self._open and not self._closed:
                self._callback(frames[:, None], data.value is None)
            self._lib.pa_stream_drop(stream)

    def _on_write(self, stream: Any, length: int, _: Any) -> None:
        self._connection.first_call()
        if self._open and not self._closed:
            if self._supply is not None:
                self._supply.on_request()
            self._feed()

    def _on_underflow(self, stream: Any, _: Any) -> None:
        if self._supply is not None and not self._closed:
            self._supply.on_starved()

    def _on_timing(self, stream: Any, success: int, _: Any) -> None:
        timing = self._lib.pa_stream_get_timing_info(stream)
        self._asked = 0.0
        if not success or not timing or self._closed:
            return
        t = timing.contents
        if t.write_corrupt or t.read_corrupt:
            return
        self.latency_s = (t.source if self._is_input else t.sink) / 1e6
        self.held_s = self.latency_s + max(0, t.written - t.read) / 4 / self.rate
        if self._supply is not None:
            both = [self] if self._partner is None else [self, self._partner]
            self._supply.on_delay(sum(s.held_s for s in both), sum(s.latency_s for s in both))

    # ---- output

    def take_from(self, supply: Supply, source: OutputStream) -> None:
        """From now on the sound comes from `supply`. Only an input of the same server can be measured along."""
        self._partner = source if isinstance(source, PulseStream) else None
        self._supply = supply

    def feed(self) -> None:
        """There is something new to play. Any thread but libpulse's."""
        with self._closing:
            if self._closed:
                return
            with self._connection.locked():
                if self._open:
                    self._feed()

    def _feed(self) -> None:
        writable = self._lib.pa_stream_writable_size(self._stream)
        if writable > self._tlength:  # also -1: the stream has ended
            return
        held = (self._tlength - writable) // 4
        if self._supply is not None:
            self._write(self._supply.take(held / self.rate))
            return
        while held < self._kept:
            block = np.zeros((self._block, 1), np.float32)
            self._callback(block, False)
            self._write(block)
            held += self._block

    def _write(self, samples: Samples) -> None:
        if len(samples):
            samples = np.ascontiguousarray(samples, np.float32)
            self._lib.pa_stream_write(self._stream, samples.ctypes.data, samples.nbytes, None, 0, 0)

    # ---- any thread but libpulse's

    def measure(self) -> None:
        """Asks how much sound the server holds; `supply` is told when the answer comes."""
        with self._closing:
            if self._closed or time.monotonic() - self._asked < PATIENCE_S:
                return
            with self._connection.locked():
                # the answers follow each other: no sound can arrive in between and be counted twice
                for stream in (self._partner, self):
                    if stream is not None and stream._connection is self._connection and not stream._closed:
                        self._ask(stream)
                self._asked = time.monotonic()

    def _ask(self, stream: PulseStream) -> None:
        operation = self._lib.pa_stream_update_timing_info(stream._stream, stream._timed, None)
        if operation:
            self._lib.pa_operation_unref(operation)

    def close(self) -> None:
        """Never raises. No callback runs when it returns."""
        with self._closing:
            if self._closed:
                return
            with self._connection.locked():
                self._closed = True
                if self._stream:
                    self._disconnect(self._stream)
                # The connection keeps this object for answers that are still to come; it must not keep the pump too.
                self._callback, self._finished = _nobody, lambda: None
                self._supply = self._partner = None
            self._connection.release()

    def _disconnect(self, stream: Any) -> None:
        lib = self._lib
        lib.pa_stream_set_state_callback(stream, NOTIFY(), None)
        lib.pa_stream_set_underflow_callback(stream, NOTIFY(), None)
        lib.pa_stream_set_read_callback(stream, LENGTH(), None)
        lib.pa_stream_set_write_callback(stream, LENGTH(), None)
        lib.pa_stream_disconnect(stream)
        lib.pa_stream_unref(stream)
