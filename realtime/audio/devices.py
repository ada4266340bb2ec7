"""Sound devices: what a person would call them, and opening one for input or output.

On a Linux desktop PortAudio sees the whole sound server as one device called `pulse`. The sources and sinks
of PulseAudio or PipeWire behind it are listed through `pactl` and opened by realtime.audio.pulse; everything else is
PortAudio's, which is loaded when it is first needed.
"""

from __future__ import annotations

import contextlib
import difflib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realtime.audio import pulse
from realtime.audio.pactl import pactl, watch

Samples = NDArray[np.float32]
Callback = Callable[[Samples, bool], None]  # frames [n, channels], was there an xrun
SERVER_PCMS = ("pulse", "pipewire", "default")  # PortAudio's names of the sound server
COPIES = ("MME", "Windows DirectSound", "Windows WDM-KS")  # list what WASAPI lists, names cut or sound later
SERVER_LATENCY_MS = 30  # that the sound server is asked to keep: with less it starves on a busy machine
_lock = threading.Lock()  # PortAudio is opened, closed and listed by one thread at a time
_server_seen = threading.Event()  # a sound server has answered; without one, `default` is ALSA's own device
_open: set[int] = set()  # streams of this process that are open, by id


class AudioDeviceError(RuntimeError):
    """A device that is not there or cannot be opened; one sentence, with the nearest names."""


@dataclass(frozen=True)
class Device:
    """One input, output or both, as this machine has it now."""

    index: int  # in the list; changes when devices come and go
    name: str  # for people
    host_api: str
    inputs: int  # channels
    outputs: int
    default_rate: int  # Hz
    is_default_input: bool
    is_default_output: bool
    port: int = -1  # PortAudio's index
    server_name: str | None = None  # of a source or sink of a sound server

    @property
    def channels(self) -> dict[str, int]:
        return {"input": self.inputs, "output": self.outputs}


def _portaudio() -> Any:
    try:
        import sounddevice
    except OSError as error:
        raise AudioDeviceError(
            f"PortAudio cannot be loaded ({error}); on Debian and Ubuntu: apt install libportaudio2"
        ) from error
    except ImportError:
        raise
    except Exception as error:  # its PortAudioError, which nobody can name before the import is through
        raise AudioDeviceError(f"PortAudio cannot be started: {error}") from error
    return sounddevice


@contextlib.contextmanager
def _asking(sd: Any, what: str) -> Iterator[None]:
    """PortAudio, by one thread at a time; its error, which is no RuntimeError, as an AudioDeviceError."""
    try:
        with _lock:
            yield
    except sd.PortAudioError as error:
        reason = error.args[0] if error.args else "it does not say why"
        raise AudioDeviceError(f"PortAudio cannot {what}: {reason}") from error


def list_devices() -> list[Device]:
    """All devices: sources and sinks of the sound server first, then what PortAudio sees itself.

    Raises AudioDeviceError if there is no sound server and PortAudio cannot be loaded or asked.
    """
    found = list(_server_devices())
    if found:
        _server_seen.set()
    try:
        sd = _portaudio()
        with _asking(sd, "list the devices"):
            seen, apis = list(sd.query_devices()), list(sd.query_hostapis())
            chosen = [-1, -1] if found else list(sd.default.device)
    except AudioDeviceError:
        if found:
            return found
        raise
    wasapi = next((api for api in apis if api["name"] == "Windows WASAPI" and api["devices"]), None)
    if wasapi is not None:
        chosen = [wasapi["default_input_device"], wasapi["default_output_device"]]
    for port, d in enumerate(seen):
        api = apis[d["hostapi"]]["name"]
        if (d["name"] in SERVER_PCMS and _server_seen.is_set()) or (wasapi is not None and api in COPIES):
            continue  # in the list by name; or the server is away for now, and would hang whoever opens its PCM
        found.append(
            Device(
                len(found), d["name"], api, d["max_input_channels"], d["max_output_channels"],
                round(d["default_samplerate"]), port == chosen[0], port == chosen[1], port,
            )
        )  # fmt: skip
    return found


def _server_devices() -> Iterator[Device]:
    info = pactl("info") if pulse.available() else None
    if info is None:
        return
    name = info.get("server_name", "")
    api = "PipeWire" if "PipeWire" in name else "PulseAudio"
    sources, sinks = pactl("list", "sources") or [], pactl("list", "sinks") or []
    sources.sort(key=lambda s: s["name"].endswith(".monitor"))  # loop-backs of outputs come last
    rows = [(s, "default_source_name") for s in sources] + [(s, "default_sink_name") for s in sinks]
    for index, (row, default) in enumerate(rows):
        rate, channels = _format(row.get("sample_specification", ""))
        is_source, chosen = default == "default_source_name", row["name"] == info.get(default)
        yield Device(
            index, row.get("description") or row["name"], api, channels if is_source else 0,
            0 if is_source else channels, rate, is_source and chosen, not is_source and chosen, -1,
            row["name"],
        )  # fmt: skip


def _format(specification: str) -> tuple[int, int]:
    """'s16le 2ch 44100Hz' -> 44100, 2."""
    try:
        _, channels, rate = specification.split()
        return int(rate.removesuffix("Hz")), int(channels.removesuffix("ch"))
    except ValueError:
        return 48000, 2


def find_device(which: str | int | None, kind: str, devices: list[Device] | None = None) -> Device:
    """kind: input or output; which: an index, a whole name (of people or of the server), a part of a name that
    only one device has, or None for the default. Raises AudioDeviceError.
    """
    devices = [d for d in (list_devices() if devices is None else devices) if d.channels[kind] > 0]
    if not devices:
        raise AudioDeviceError(f"there is no {kind} device on this machine")
    if which is None:
        flag = "is_default_input" if kind == "input" else "is_default_output"
        return next((d for d in devices if getattr(d, flag)), devices[0])
    if isinstance(which, int) or which.isdecimal():
        by_index = [d for d in devices if d.index == int(which)]
        if by_index:
            return by_index[0]
        allowed = ", ".join(str(d.index) for d in devices)
        raise AudioDeviceError(f"no {kind} device has the index {which}: there are {allowed}")
    names = [(d, name) for d in devices for name in (d.server_name, d.name) if name]
    whole = list(dict.fromkeys(d for d, name in names if name == which))
    part = list(dict.fromkeys(d for d, name in names if which.casefold() in name.casefold()))
    for found in (whole, part):
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(f"{d.index}: {d.name!r}" for d in found)
            raise AudioDeviceError(f"several {kind} devices are called {which!r}; take an index: {listed}")
    known = {name.casefold(): name for _, name in reversed(names)}
    near = [known[name] for name in difflib.get_close_matches(which.casefold(), known, 3, 0.4)]
    near = near or list(dict.fromkeys(d.name for d in devices))[:3]
    raise AudioDeviceError(f"no {kind} device {which!r}; nearest: {', '.join(map(repr, near))}")


class OpenDevice:
    """A running stream of one direction."""

    def __init__(self, device: Device, stream: Any):
        self.device, self._stream = device, stream
        self.rate, self.channels = round(stream.samplerate), int(stream.channels)
        self.latency_s = float(stream.latency)
        _open.add(id(self))

    def close(self) -> None:
        """Never raises, does not wait for what is still in the device."""
        with _lock, contextlib.suppress(Exception):
            self._stream.abort(ignore_errors=True)
        with _lock, contextlib.suppress(Exception):
            self._stream.close(ignore_errors=True)
        _open.discard(id(self))


class PortAudio:
    """The real devices, as LiveStream wants them; a test gives it others with these methods."""

    def __init__(self, block_s: float = 0.01, server_latency_ms: float = SERVER_LATENCY_MS):
        """block_s: length of a callback's block, s."""
        self.block_s, self.server_latency_ms = block_s, server_latency_ms

    def devices(self) -> list[Device]:
        return list_devices()

    def find(self, which: str | int | None, kind: str) -> Device:
        return find_device(which, kind)

    def rescan(self) -> None:
        """PortAudio lists devices once; it is made to look again, unless a stream of this process is open.

        Raises AudioDeviceError if it does not come up again; another call may bring it up.
        """
        sd = _portaudio()
        with _asking(sd, "look for devices"):
            if _open:
                return
            with contextlib.suppress(sd.PortAudioError):  # it says so where an earlier start had failed
                sd._terminate()
            sd._initialize()

    def open(
        self, device: Device, kind: str, rates: list[int], callback: Callback, finished: Callable[[], None]
    ) -> OpenDevice | pulse.PulseStream:
        """Opens and starts it at the first of the rates, and with the fewest channels, that it takes.

        finished is called when the stream ends by itself. Raises AudioDeviceError.
        """
        if device.server_name is not None:
            try:
                block, latency_s = round(rates[0] * self.block_s), self.server_latency_ms / 1000
                return pulse.PulseStream(
                    device.server_name, kind, rates[0], block, latency_s, callback, finished
                )
            except pulse.PulseError as failure:
                raise AudioDeviceError(f"{kind} {device.name!r} cannot be opened: {failure}") from failure
        sd = _portaudio()
        channels = device.channels[kind]
        counts = (
            sorted({1, min(2, channels), channels}) if kind == "input" else [min(2, channels), 1, channels]
        )
        error: Exception | None = None
        for rate in rates:
            for count in counts:
                try:
                    return OpenDevice(device, self._start(sd, device, kind, rate, count, callback, finished))
                except (sd.PortAudioError, ValueError) as failure:
                    error = failure
        tried = ", ".join(str(rate) for rate in rates)
        raise AudioDeviceError(f"{kind} {device.name!r} cannot be opened at {tried} Hz: {error}")

    def _start(
        self, sd: Any, device: Device, kind: str, rate: int, channels: int, callback: Callback,
        finished: Callable[[], None],
    ) -> Any:  # fmt: skip
        def fed(frames: Samples, count: int, when: Any, status: Any) -> None:
            callback(frames, bool(status.input_overflow or status.output_underflow))

        make = sd.InputStream if kind == "input" else sd.OutputStream
        with _lock:
            stream = make(
                device=device.port, samplerate=rate, channels=channels, dtype="float32", latency="low",
                blocksize=round(rate * self.block_s), callback=fed, finished_callback=finished,
            )  # fmt: skip
            try:
                stream.start()
            except BaseException:
                stream.close(ignore_errors=True)
                raise
        return stream

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Calls `changed` (from a thread of its own) when devices of the sound server come or go -> a stop."""
        return watch(changed)
