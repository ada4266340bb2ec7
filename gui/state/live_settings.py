"""The window's settings in the names and values that a live stream has for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gui.state.settings import Settings

_AS_LIVE: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "model": ("model", lambda v: v or None),
    "device": ("device", lambda v: v),
    "steps": ("steps", lambda v: v or "auto"),
    "limit_db": ("attenuation_limit_db", lambda v: None if v >= 100 else v),
    "gain_db": ("output_gain_db", lambda v: v),
    "input": ("input", lambda v: v or None),
    "output": ("output", lambda v: v or None),
    "virtual_mic": ("virtual_mic", lambda v: v or None),
}


def live_options(settings: Settings, *fields: str) -> dict[str, Any]:
    """Fields of Settings -> fields of LiveOptions; those that a stream does not have are left out."""
    found = {}
    for field in fields:
        if field in _AS_LIVE:
            name, value = _AS_LIVE[field]
            found[name] = value(getattr(settings, field))
    return found
