"""What devices are called in a list that a person picks from."""

from __future__ import annotations

from collections import Counter

from realtime.audio.devices import Device


def entries(devices: list[Device], kind: str) -> list[tuple[str, str]]:
    """kind: input or output -> (what is read, name to open it by). Two of one name are told apart."""
    fitting = [d for d in devices if d.channels[kind]]
    count = Counter(d.name for d in fitting)
    return [(_text(d, count[d.name] > 1), d.server_name or d.name) for d in fitting]


def _text(device: Device, ambiguous: bool) -> str:
    if not ambiguous:
        return device.name
    return f"{device.name} ({device.server_name or f'{device.host_api}, {device.index}'})"
