"""What devices are called in a list that a person picks from."""

from __future__ import annotations

import contextlib
from collections import Counter

from gui import texts
from realtime.audio.devices import AudioDeviceError, Device, find_device


def entries(devices: list[Device], kind: str) -> list[tuple[str, str]]:
    """kind: input or output -> (what is read, name to open it by). Two of one name are told apart."""
    fitting = [d for d in devices if d.channels[kind]]
    count = Counter(d.name for d in fitting)
    return [(_text(d, count[d.name] > 1), d.server_name or d.name) for d in fitting]


def _text(device: Device, ambiguous: bool) -> str:
    if not ambiguous:
        return device.name
    return f"{device.name} ({device.server_name or f'{device.host_api}, {device.index}'})"


def default_text(devices: list[Device], kind: str) -> str:
    """The entry of the default, with the name of the device that it is now."""
    name = default_name(devices, kind)
    return texts.DEFAULT_NAMED.format(name=name) if name else texts.DEFAULT_DEVICE


def default_name(devices: list[Device], kind: str) -> str:
    """The device that the default is now, empty if there is none."""
    with contextlib.suppress(AudioDeviceError):
        return find_device(None, kind, devices).name
    return ""
