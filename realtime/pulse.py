"""Streams of PulseAudio and PipeWire through libpulse's simple interface.

PortAudio reaches them only through an ALSA plugin, whose output falls silent for ever after an underrun.
libpulse recovers by itself, takes the source or sink by its name, and is there wherever a sound server is.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
_PLAYBACK, _RECORD, _FLOAT32LE, _DEFAULT = 1, 2, 5, 0xFFFFFFFF


class PulseError(RuntimeError):
    """What libpulse says."""


class _SampleSpec(ctypes.Structure):
    _fields_ = [("format", ctypes.c_int), ("rate", ctypes.c_uint32), ("channels", ctypes.c_uint8)]


class _BufferAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("maxlength", "tlength", "prebuf", "minreq", "fragsize")]


def _library() -> Any:
    try:
        lib = ctypes.CDLL("libpulse-simple.so.0")
    except OSError as error:
        raise PulseError(f"{error}; on Debian and Ubuntu: apt install libpulse0") from error
    lib.pa_simple_new.restype = ctypes.c_void_p
    text, pointer = ctypes.c_char_p, ctypes.c_void_p
    lib.pa_simple_new.argtypes = [text, text, ctypes.c_int, text, text, pointer, pointer, pointer, pointer]
    for name in ("pa_simple_read", "pa_simple_write"):
        getattr(lib, name).argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
    lib.pa_simple_get_latency.restype = ctypes.c_uint64
    lib.pa_simple_get_latency.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    lib.pa_simple_free.argtypes = [ctypes.c_void_p]
    lib.pa_strerror.restype = ctypes.c_char_p
    return lib


def available() -> bool:
    """Can libpulse be loaded?"""
    try:
        _library()
    except PulseError:
        return False
    return True


class PulseStream:
    """One direction, mono float32; a thread of its own reads or writes block after block and calls `callback`."""

    channels = 1

    def __init__(
        self,
        name: str,  # of a source or sink
        kind: str,  # input or output
        rate: int,  # Hz; the server resamples where its device has another
        block: int,  # samples a callback
        latency_s: float,  # that the server is asked to keep, s
        callback: Callable[[Samples, bool], None],
        finished: Callable[[], None],  # the stream ended by itself
    ):
        """Raises PulseError."""
        self.rate, self._block, self._callback, self._finished = rate, block, callback, finished
        self.latency_s = latency_s
        self._lib, self._error = _library(), ctypes.c_int(0)
        spec = _SampleSpec(_FLOAT32LE, rate, 1)
        held = max(4 * block, 4 * round(latency_s * rate))
        attributes = _BufferAttributes(_DEFAULT, held, held // 2, 4 * block, 4 * block)
        direction = _RECORD if kind == "input" else _PLAYBACK
        self._stream = self._lib.pa_simple_new(
            None, b"Klarstrom", direction, name.encode(), b"live", ctypes.byref(spec), None,
            ctypes.byref(attributes), ctypes.byref(self._error),
        )  # fmt: skip
        if not self._stream:
            raise PulseError(self._lib.pa_strerror(self._error).decode())
        self._stopping = threading.Event()
        run = self._read if kind == "input" else self._write
        self._thread = threading.Thread(target=run, name=f"klarstrom-{kind}", daemon=True)
        self._thread.start()

    def _transfer(self, function: Any, block: Samples) -> bool:
        error = ctypes.c_int(0)
        if function(self._stream, block.ctypes.data, block.nbytes, ctypes.byref(error)) < 0:
            if not self._stopping.is_set():
                self._finished()
            return False
        return True

    def _read(self) -> None:
        block = np.zeros((self._block, 1), np.float32)
        count = 0
        while not self._stopping.is_set() and self._transfer(self._lib.pa_simple_read, block):
            self._callback(block, False)
            count += 1
            if count % 50 == 0:
                self._measure()
        self._free()

    def _write(self) -> None:
        block = np.zeros((self._block, 1), np.float32)
        count = 0
        while not self._stopping.is_set():
            self._callback(block, False)
            if not self._transfer(self._lib.pa_simple_write, block):
                break
            count += 1
            if count % 50 == 0:
                self._measure()
        self._free()

    def _measure(self) -> None:
        microseconds = self._lib.pa_simple_get_latency(self._stream, ctypes.byref(self._error))
        if microseconds < 10_000_000:
            self.latency_s += 0.2 * (microseconds / 1e6 - self.latency_s)

    def _free(self) -> None:
        self._lib.pa_simple_free(self._stream)

    def close(self) -> None:
        """Ends within a block; a server that answers no more is left to its thread."""
        self._stopping.set()
        if self._thread is not threading.current_thread():
            self._thread.join(0.5)
