"""The devices of a live stream: opened together around a pump, exchanged together, closed together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from realtime.audio.backend import AudioBackend
from realtime.audio.choice import same_device
from realtime.audio.devices import AudioDeviceError, Device, find_device
from realtime.audio.virtual_mic import VirtualMicrophone
from realtime.live.pump import Pump
from realtime.live.route import Route


class DeviceLink:
    """Which devices are wanted, which ones are open, and the virtual microphone that the stream made."""

    def __init__(
        self,
        audio: AudioBackend,
        wanted: dict[str, Any],  # input and output: name, part of a name, index or None
        rates: Callable[[Device], list[int]],  # that a device is to try, Hz
        make_pump: Callable[[int, int], Pump],  # for the rates of both devices, Hz
        heard: Callable[[], None],  # there is input; called from the device's thread
    ) -> None:
        """Opens nothing."""
        self.audio = audio
        self.wanted = wanted  # once it was opened, a Device: another one of a like name is not meant
        # what the system's default was when it was first opened, by kind: it is awaited when it goes
        self.defaults: dict[str, Device] = {}
        self.former: dict[str, Any] = {}  # what `switch` left, to fall back to
        self.devices: dict[str, Device] = {}
        self.route: Route | None = None
        self.pump: Pump | None = None
        self.lock = threading.RLock()  # held by whoever opens, closes or exchanges
        self.ended = threading.Event()  # a device's stream ended by itself
        self._rates, self._make_pump, self._heard = rates, make_pump, heard
        self._microphone: VirtualMicrophone | None = None

    def open(self, wanted: dict[str, Any] | None = None) -> None:
        """Opens both directions around a pump of their own, then closes the former ones. Raises AudioDeviceError; the
        former ones then stay open.
        """
        with self.lock:
            chosen = self.wanted if wanted is None else wanted
            route = Route(self.audio, self.find, chosen, self._rates, self._make_pump, self._heard)
            former, self.route = self.route, route
            self.devices, self.pump, self.ended = route.devices, route.pump, route.ended
            for kind, device in self.devices.items():
                if chosen[kind] is None:
                    self.defaults.setdefault(kind, device)
            if chosen is self.wanted:
                self._keep(self.wanted)
            route.begin()
            if former is not None:
                former.close()

    def close(self) -> None:
        """Idempotent."""
        with self.lock:
            route, self.route = self.route, None
            if route is not None:
                route.close()

    def switch(self, changes: dict[str, Any], now: bool) -> None:
        """Other devices from here on, opened at once if `now`. Raises AudioDeviceError; the old ones then go on."""
        with self.lock:
            new = {**self.wanted, **changes}
            if now:
                self.open(new)
                self.former.update({k: self.wanted[k] for k in new if new[k] != self.wanted[k]})
                self._keep(new)
            for kind in changes:
                self.defaults.pop(kind, None)
            for kind in changes if now else ():
                if new[kind] is None:
                    self.defaults[kind] = self.devices[kind]
            self.wanted = new

    def _keep(self, wanted: dict[str, Any]) -> None:
        """From now on these very devices are meant, whatever else may come to have such a name or index."""
        wanted.update({kind: device for kind, device in self.devices.items() if wanted[kind] is not None})

    def stand_ins(self) -> dict[str, str]:
        """What is open in the place of what is wanted, by kind -> the name of what is awaited."""
        awaited = {kind: self.wanted[kind] or self.defaults.get(kind) for kind in self.devices}
        return {
            kind: device.name for kind, device in awaited.items()
            if isinstance(device, Device) and not same_device(device, self.devices[kind])
        }  # fmt: skip

    def could_return(self) -> bool:
        """Is what is wanted there again, while something else is open? Raises AudioDeviceError."""
        found = {}
        for kind in self.devices:
            try:
                found[kind] = self.find(self.wanted[kind], kind)
            except AudioDeviceError:
                return False
        return any(not same_device(found[kind], self.devices[kind]) for kind in self.stand_ins())

    def find(self, which: str | int | Device | None, kind: str) -> Device:
        """The device. Never our own microphone as the input, although it may be the system's default: the stream would
        hear nothing but itself.
        """
        device: Device = (
            find_device(which, kind, self.audio.devices())
            if isinstance(which, Device)
            else self.audio.find(which, kind)
        )
        own = set() if self._microphone is None else self._microphone.ends
        if kind == "input" and device.server_name in own:
            return find_device(which, kind, [d for d in self.audio.devices() if d.server_name not in own])
        return device

    # ---- the virtual microphone

    def create_microphone(self, name: str, sample_rate: int) -> None:
        """Makes a microphone that other programs can pick, and plays into it. Raises AudioDeviceError."""
        self._microphone = VirtualMicrophone(name, sample_rate)
        self.wanted["output"] = self._microphone.create()

    def restore_microphone(self) -> None:
        """Makes it again, if there is to be one: a sound server that ended took it along. Raises AudioDeviceError."""
        with self.lock:
            if self._microphone is not None:
                self._microphone.restore()

    def remove_microphone(self) -> None:
        """Idempotent."""
        microphone, self._microphone = self._microphone, None
        if microphone is not None:
            microphone.remove()
