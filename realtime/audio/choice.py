"""Which device is meant by a name, a part of a name, an index, or nothing at all."""

from __future__ import annotations

import difflib
import unicodedata

from realtime.audio.device import AudioDeviceError, Device, Exactly
from realtime.audio.names import readable


def choose(which: str | int | Device | None, kind: str, devices: list[Device]) -> Device:
    """kind: input or output; which: an index, a whole name (of people or of the server), a part of a name that
    only one device has, `Exactly` a whole one, None for the default, or a device that was found before: itself.

    What an output plays is no microphone: a monitor is found by its whole name and by its index, and never as the
    default or by a part of its name. Raises AudioDeviceError.
    """
    devices = [d for d in devices if d.channels[kind] > 0]
    if isinstance(which, Device):
        return _same(which, kind, devices)
    if not devices:
        raise AudioDeviceError(f"there is no {kind} device on this machine")
    if which is None:
        return _default(kind, devices)
    exactly = isinstance(which, Exactly)
    if isinstance(which, int) or (which.isdecimal() and not exactly):
        by_index = [d for d in devices if d.index == int(which)]
        if by_index:
            return by_index[0]
        allowed = ", ".join(str(d.index) for d in devices)
        raise AudioDeviceError(f"no {kind} device has the index {which}: there are {allowed}")
    names = [(d, name) for d in devices for name in (d.server_name, d.name) if name]
    wanted = _folded(which)
    whole = list(dict.fromkeys(d for d, name in names if _normal(name) == _normal(which)))
    part = [] if exactly else [d for d, name in names if not d.is_monitor and wanted in _folded(name)]
    for found in (whole, list(dict.fromkeys(part))):
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(f"{d.index}: {d.name!r}" for d in found)
            raise AudioDeviceError(f"several {kind} devices are called {which!r}; take an index: {listed}")
    known = {_folded(name): readable(name) for _, name in reversed(names)}
    near = [known[name] for name in difflib.get_close_matches(wanted, known, 3, 0.4)]
    near = near or list(dict.fromkeys(d.name for d in devices))[:3]
    raise AudioDeviceError(f"no {kind} device {readable(which)!r}; nearest: {', '.join(map(repr, near))}")


def _normal(name: str) -> str:
    """To compare names: é may be one character or two."""
    return unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    """Likewise, for parts of names: letters may be capital."""
    return _normal(readable(name)).casefold()


def _default(kind: str, devices: list[Device]) -> Device:
    flag = "is_default_input" if kind == "input" else "is_default_output"
    real = [d for d in devices if not d.is_monitor]
    if not real:
        raise AudioDeviceError(
            f"there is no microphone, only what outputs play ({devices[0].name!r}): name one to hear that"
        )
    return next((d for d in real if getattr(d, flag)), real[0])


def same_device(one: Device, other: Device) -> bool:
    """By what outlives a device that goes and returns: its index and its description may be others then."""
    if one.server_name is not None or other.server_name is not None:
        return one.server_name == other.server_name
    return (one.host_api, one.name) == (other.host_api, other.name)


def _same(device: Device, kind: str, devices: list[Device]) -> Device:
    found = [d for d in devices if same_device(d, device)]
    found.sort(key=lambda d: d.port != device.port)  # of two of one name: the one at its place
    if not found:
        raise AudioDeviceError(f"{kind} {device.name!r} is not there")
    return found[0]
