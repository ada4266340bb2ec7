"""Values of the noise suppression for a purpose, and what was last used with each input device."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from gui.state.settings import Settings

FIELDS = ("steps", "limit_db", "gain_db")
_MOST_DEVICES = 32


@dataclass(frozen=True)
class Preset:
    """steps: 0 is automatic; limit_db: 100 is no limit. The gain stays: it belongs to the device."""

    steps: int
    limit_db: float


PRESETS = {
    "automatic": Preset(0, 100),
    "call": Preset(2, 30),  # what is left of the noise covers nothing, and pauses are no dead line
    "podcast": Preset(4, 18),  # some of the room stays, at full quality
    "aggressive": Preset(4, 100),
    "gentle": Preset(2, 9),
}


def preset_of(settings: Settings) -> str | None:
    """The name of the preset that these settings are, None if they are none."""
    now = Preset(settings.steps, settings.limit_db)
    return next((name for name, preset in PRESETS.items() if preset == now), None)


def remembered(settings: Settings) -> Settings:
    """With the values of now noted for the input device of now; the oldest devices are forgotten."""
    found = _profiles(settings)
    found.pop(settings.input, None)
    found[settings.input] = {name: getattr(settings, name) for name in FIELDS}
    kept = dict(list(found.items())[-_MOST_DEVICES:])
    return replace(settings, profiles=json.dumps(kept))


def recalled(settings: Settings, input: str) -> dict[str, float]:
    """The fields that were noted for this input device, none if there were none."""
    found = _profiles(settings).get(input, {})
    return {name: found[name] for name in FIELDS if isinstance(found.get(name), int | float)}


def _profiles(settings: Settings) -> dict[str, dict[str, float]]:
    """Input device -> fields; a damaged note is none."""
    try:
        found = json.loads(settings.profiles or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: fields for name, fields in found.items() if isinstance(fields, dict)}
