"""What lists and opens sound devices. `devices.PortAudio` is the real one; a new one needs no more than this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from realtime.audio.devices import Device
from realtime.audio.streams import Callback, OutputStream


class AudioBackend(Protocol):
    """Live streams, the loop-back measurement and the window use devices through this alone. Its errors are
    AudioDeviceError, in one sentence.
    """

    def devices(self) -> list[Device]:
        """All devices that there are now. Raises AudioDeviceError."""

    def find(self, which: str | int | None, kind: str) -> Device:
        """As `devices.find_device` does. Raises AudioDeviceError."""

    def rescan(self) -> None:
        """Looks for devices again, if `devices` does not do so by itself. Raises AudioDeviceError."""

    def open(
        self, device: Device, kind: str, rates: list[int], callback: Callback, finished: Callable[[], None]
    ) -> OutputStream:
        """Opens and starts a stream at the first of the rates, Hz, that the device takes. kind: input or output.

        callback gets the frames [n, channels] of an input and fills those of an output, in a thread of the backend;
        finished is called when the stream ends by itself. Raises AudioDeviceError.
        """

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Calls `changed` when devices come or go, where that can be known. The result stops it."""
