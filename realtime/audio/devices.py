"""Sound devices: what a person would call them, and opening one for input or output.

On a Linux desktop PortAudio sees the whole sound server as one device called `pulse`. The sources and sinks
of PulseAudio or PipeWire behind it are listed and opened through libpulse; everything else is PortAudio's, which is loaded
when it is first needed.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from realtime.audio import pulse
from realtime.audio.choice import choose
from realtime.audio.device import AudioDeviceError, Device
from realtime.audio.names import name_of, readable
from realtime.audio.permission import refusal
from realtime.audio.server import ask, watch
from realtime.audio.streams import Callback, OutputStream, Samples

__all__ = ["AudioDeviceError", "Device", "OpenDevice", "PortAudio", "find_device", "list_devices"]
SERVER_PCMS = ("pulse", "pipewire", "default")  # PortAudio's names of the sound server
COPIES = ("MME", "Windows DirectSound", "Windows WDM-KS")  # list what WASAPI lists, names cut or sound later
SERVER_LATENCY_MS = 20  # that the sound server is asked to keep: two blocks; a queue that adapts holds more
_lock = threading.Lock()  # PortAudio is opened, closed and listed by one thread at a time
_server_seen = threading.Event()  # a sound server has answered; without one, `default` is ALSA's own device
_open: set[int] = set()  # streams of this process that are open, by id


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


def _described(sd: Any) -> list[Any]:
    """What sounddevice tells of every device. It refuses the whole list where one name is not UTF-8."""
    try:
        return list(sd.query_devices())
    except UnicodeDecodeError:
        pass
    rows = []
    for port in range(sd._lib.Pa_GetDeviceCount()):
        try:
            rows.append(sd.query_devices(port))
        except UnicodeDecodeError as error:
            info = sd._lib.Pa_GetDeviceInfo(port)
            rows.append({
                "name": readable(name_of(error.object)), "hostapi": info.hostApi,
                "max_input_channels": info.maxInputChannels, "max_output_channels": info.maxOutputChannels,
                "default_samplerate": info.defaultSampleRate,
            })  # fmt: skip
    return rows


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
            seen, apis = _described(sd), list(sd.query_hostapis())
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
    server = ask()
    if server is None:
        return
    api = "PipeWire" if "PipeWire" in server.name else "PulseAudio"
    for index, e in enumerate(server.endpoints):
        yield Device(
            index, e.description, api, e.channels if e.is_source else 0, 0 if e.is_source else e.channels, e.rate,
            e.is_source and e.is_default, not e.is_source and e.is_default, -1, e.name, e.is_monitor,
        )  # fmt: skip


def find_device(which: str | int | Device | None, kind: str, devices: list[Device] | None = None) -> Device:
    """See `choice.choose`; devices: None = those that are there now. Raises AudioDeviceError."""
    if devices is None:
        devices = list_devices()
        why = None if devices else refusal()
        if why is not None:
            raise AudioDeviceError(why)
    return choose(which, kind, devices)


class OpenDevice:
    """A running stream of one direction."""

    queue_in_server = None

    def __init__(self, device: Device, stream: Any) -> None:
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
    """The real devices: PortAudio's, and those of a sound server by way of libpulse. An AudioBackend."""

    def __init__(self, block_s: float = 0.01, server_latency_ms: float = SERVER_LATENCY_MS) -> None:
        """block_s: length of a callback's block, s."""
        self.block_s, self.server_latency_ms = block_s, server_latency_ms

    def devices(self) -> list[Device]:
        """All of this machine."""
        return list_devices()

    def find(self, which: str | int | Device | None, kind: str) -> Device:
        """The device that is meant; raises AudioDeviceError where none is, or several."""
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
    ) -> OutputStream:
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
