"""The window's settings in the names and values that a live stream has for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gui.state.settings import Settings

ENGINE = ("steps", "limit_db", "gain_db")  # fields of Settings that make up `Settings.engine`
_NAMED = ("model", "input", "output", "virtual_mic")  # empty means None


def live_options(settings: Settings, mode: str, *fields: str) -> dict[str, Any]:
    """Fields of Settings, and `mode` -> fields of LiveOptions; those that a stream does not have are left out."""
    found: dict[str, Any] = {name: getattr(settings, name) or None for name in _NAMED if name in fields}
    if "device" in fields:
        found["device"] = settings.device
    if {*ENGINE, "mode"} & set(fields):
        found["settings"] = replace(settings.engine, mode=mode)
    return found
