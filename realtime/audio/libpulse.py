"""libpulse, as far as sound streams need it, and this process's connection to the server."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from realtime.audio.priority import DEVICE, raise_thread

PLAYBACK, RECORD, FLOAT32LE, DEFAULT = 1, 2, 5, 0xFFFFFFFF
NO_AUTOSPAWN = 1
READY, FAILED, TERMINATED = (4, 2), (5, 3), (6, 4)  # of a context, of a stream
DONT_MOVE, ADJUST_LATENCY, EARLY_REQUESTS = 0x0200, 0x2000, 0x4000
PATIENCE_S = 4.0  # that a server may take to answer
NOTIFY = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
LENGTH = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
SUCCESS = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
TOLD = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
LISTED = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
EVENT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)
OF_SINKS, OF_SOURCES, OF_SERVER = 0x01, 0x02, 0x80  # masks of events
SERVER, FACILITY, CHANGE, TYPE = 7, 0x0F, 0x10, 0x30  # parts of an event


class PulseError(RuntimeError):
    """What libpulse says."""


class SampleSpec(ctypes.Structure):
    """pa_sample_spec."""

    _fields_ = [("format", ctypes.c_int), ("rate", ctypes.c_uint32), ("channels", ctypes.c_uint8)]


class BufferAttributes(ctypes.Structure):
    """pa_buffer_attr, in bytes."""

    _fields_ = [(name, ctypes.c_uint32) for name in ("maxlength", "tlength", "prebuf", "minreq", "fragsize")]


class Timing(ctypes.Structure):
    """The head of pa_timing_info; indexes in bytes, times in µs."""

    _fields_ = [
        ("seconds", ctypes.c_long), ("microseconds", ctypes.c_long), ("synchronized", ctypes.c_int),
        ("sink", ctypes.c_uint64), ("source", ctypes.c_uint64), ("transport", ctypes.c_uint64),
        ("playing", ctypes.c_int), ("write_corrupt", ctypes.c_int), ("written", ctypes.c_int64),
        ("read_corrupt", ctypes.c_int), ("read", ctypes.c_int64),
    ]  # fmt: skip


class DeviceInfo(ctypes.Structure):
    """The head of pa_source_info and of pa_sink_info."""

    _fields_ = [
        ("name", ctypes.c_char_p), ("index", ctypes.c_uint32), ("description", ctypes.c_char_p),
        ("format", SampleSpec), ("map_channels", ctypes.c_uint8), ("map", ctypes.c_int * 32),
        ("owner", ctypes.c_uint32), ("volume_channels", ctypes.c_uint8), ("volumes", ctypes.c_uint32 * 32),
        ("mute", ctypes.c_int), ("monitor", ctypes.c_uint32),  # of which sink; of a sink: which source
    ]  # fmt: skip


class ServerInfo(ctypes.Structure):
    """The head of pa_server_info."""

    _fields_ = [
        ("user", ctypes.c_char_p), ("host", ctypes.c_char_p), ("version", ctypes.c_char_p), ("name", ctypes.c_char_p),
        ("format", SampleSpec), ("default_sink", ctypes.c_char_p), ("default_source", ctypes.c_char_p),
    ]  # fmt: skip


@functools.cache
def library() -> Any:
    """libpulse with its signatures; None where there is none."""
    try:
        lib = ctypes.CDLL("libpulse.so.0")
    except OSError as error:
        raise PulseError(f"{error}; on Debian and Ubuntu: apt install libpulse0") from error
    pointer, text, size, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "threaded_mainloop_new": (pointer, []),
        "threaded_mainloop_start": (number, [pointer]),
        "threaded_mainloop_stop": (None, [pointer]),
        "threaded_mainloop_free": (None, [pointer]),
        "threaded_mainloop_lock": (None, [pointer]),
        "threaded_mainloop_unlock": (None, [pointer]),
        "threaded_mainloop_get_api": (pointer, [pointer]),
        "context_new": (pointer, [pointer, text]),
        "context_connect": (number, [pointer, text, number, pointer]),
        "context_get_state": (number, [pointer]),
        "context_errno": (number, [pointer]),
        "context_disconnect": (None, [pointer]),
        "context_get_server_info": (pointer, [pointer, TOLD, pointer]),
        "context_get_source_info_list": (pointer, [pointer, LISTED, pointer]),
        "context_get_sink_info_list": (pointer, [pointer, LISTED, pointer]),
        "context_set_subscribe_callback": (None, [pointer, EVENT, pointer]),
        "context_subscribe": (pointer, [pointer, number, pointer, pointer]),
        "context_unref": (None, [pointer]),
        "stream_new": (pointer, [pointer, text, pointer, pointer]),
        "stream_connect_playback": (number, [pointer, text, pointer, number, pointer, pointer]),
        "stream_connect_record": (number, [pointer, text, pointer, number]),
        "stream_get_state": (number, [pointer]),
        "stream_get_buffer_attr": (ctypes.POINTER(BufferAttributes), [pointer]),
        "stream_get_timing_info": (ctypes.POINTER(Timing), [pointer]),
        "stream_update_timing_info": (pointer, [pointer, SUCCESS, pointer]),
        "stream_writable_size": (size, [pointer]),
        "stream_write": (number, [pointer, pointer, size, pointer, ctypes.c_int64, number]),
        "stream_peek": (number, [pointer, ctypes.POINTER(pointer), ctypes.POINTER(size)]),
        "stream_drop": (number, [pointer]),
        "stream_disconnect": (number, [pointer]),
        "stream_unref": (None, [pointer]),
        "operation_unref": (None, [pointer]),
        "strerror": (text, [number]),
    }
    for event, kind in (("state", NOTIFY), ("underflow", NOTIFY), ("read", LENGTH), ("write", LENGTH)):
        signatures[f"stream_set_{event}_callback"] = (None, [pointer, kind, pointer])
    for name, (result, arguments) in signatures.items():
        function = getattr(lib, f"pa_{name}")
        function.restype, function.argtypes = result, arguments
    return lib


def available() -> bool:
    """Can libpulse be loaded?"""
    try:
        library()
    except PulseError:
        return False
    return True


class Connection:
    """To the server, with a thread of libpulse's; shared by all streams that live."""

    _taking = threading.Lock()
    _shared: Connection | None = None

    def __init__(self) -> None:
        lib = self.lib = library()
        self.users, self.raised = 0, False
        self.kept: list[object] = []  # an answer to a stream that was closed may still come
        self._listeners: list[Callable[[], None]] = []
        self._event = EVENT(self._on_event)
        self.loop = lib.pa_threaded_mainloop_new()
        self.context = lib.pa_context_new(lib.pa_threaded_mainloop_get_api(self.loop), b"Klarstrom")
        connecting = lib.pa_context_connect(self.context, None, NO_AUTOSPAWN, None) >= 0
        lib.pa_threaded_mainloop_start(self.loop)
        if not connecting or not self.wait(lambda: lib.pa_context_get_state(self.context), 0):
            reason = self.error()
            self._close()
            raise PulseError(reason)

    @classmethod
    def take(cls) -> Connection:
        """Raises PulseError."""
        with cls._taking:
            if cls._shared is None or not cls._shared.alive():
                cls._shared = cls()
            cls._shared.users += 1
            return cls._shared

    def first_call(self) -> None:
        """From its thread."""
        if not self.raised:
            self.raised = True
            raise_thread(DEVICE)

    def release(self) -> None:
        """Gives it back; the last user closes it."""
        with self._taking:
            self.users -= 1
            if self.users:
                return
            if Connection._shared is self:
                Connection._shared = None
            self._close()

    def listen(self, changed: Callable[[], None]) -> None:
        """Calls it, from libpulse's thread, when sources, sinks or the defaults change."""
        with self.locked():
            self._listeners.append(changed)
            if len(self._listeners) == 1:
                self.lib.pa_context_set_subscribe_callback(self.context, self._event, None)
                mask = OF_SINKS | OF_SOURCES | OF_SERVER
                operation = self.lib.pa_context_subscribe(self.context, mask, None, None)
                if operation:
                    self.lib.pa_operation_unref(operation)

    def unlisten(self, changed: Callable[[], None]) -> None:
        """The opposite of `listen`; without effect where it was not called."""
        with self.locked(), contextlib.suppress(ValueError):
            self._listeners.remove(changed)

    def _on_event(self, context: Any, what: int, index: int, _: Any) -> None:
        # of a volume that is turned nobody needs to know, of another default one does
        if what & TYPE != CHANGE or what & FACILITY == SERVER:
            for changed in list(self._listeners):
                changed()

    def alive(self) -> bool:
        """Does the server still answer on it?"""
        with self.locked():
            return bool(self.lib.pa_context_get_state(self.context) == READY[0])

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """No callback runs meanwhile. Not for callbacks: they have the lock."""
        self.lib.pa_threaded_mainloop_lock(self.loop)
        try:
            yield
        finally:
            self.lib.pa_threaded_mainloop_unlock(self.loop)

    def wait(self, state: Callable[[], int], kind: int) -> bool:
        """Is it ready? False once it failed, or if the server does not answer."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with self.locked():
                now = state()
            if now == READY[kind]:
                return True
            if now in (FAILED[kind], TERMINATED[kind]):
                return False
            time.sleep(0.002)
        return False

    def error(self) -> str:
        """What went wrong last, as libpulse words it."""
        with self.locked():
            number = self.lib.pa_context_errno(self.context)
        return self.lib.pa_strerror(number).decode() if number else "the sound server does not answer"

    def _close(self) -> None:
        with self.locked():
            self.lib.pa_context_disconnect(self.context)
            self.lib.pa_context_unref(self.context)
        self.lib.pa_threaded_mainloop_stop(self.loop)
        self.lib.pa_threaded_mainloop_free(self.loop)
