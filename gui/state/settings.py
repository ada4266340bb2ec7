"""What the window remembers between two runs. A value that is not allowed (any more) becomes the default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from realtime.engine.settings import EngineSettings

VERSION = 1
# version -> what makes its values those of the next one. VERSION grows where a field changes its name or its meaning;
# for a new field it does not: older stores lack it, and it has its default
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
_MOST_RECENT = 8


@dataclass(frozen=True)
class Settings:
    """Levels in dB; what is empty or 0 is the default."""

    model: str = ""  # shipped name or path; empty is the default model
    device: str = "auto"  # auto, cpu, cuda
    steps: int = 0  # 0 is auto
    limit_db: float = 100.0  # 100 is no limit
    gain_db: float = 0.0
    darkest_db: float = -90.0
    brightest_db: float = -25.0
    window_ms: int = 32
    colour_map: str = "inferno"
    frequency_scale: str = "linear"
    theme: str = "system"
    language: str = ""  # de, en, es; empty: the system's
    on_top: bool = False
    compact: bool = False
    smooth: bool = True
    plots: bool = False  # live spectrum and waveform
    folder: str = ""  # where the last file was opened
    input: str = ""  # name of the device; empty is the default
    output: str = ""
    input_label: str = ""  # what a person knows it by, for when it is not there
    output_label: str = ""
    virtual_mic: str = ""  # name of the microphone to make; empty is none
    welcomed: bool = False  # the page of the first start was seen
    start_live: bool = False
    start_in_tray: bool = False
    close_to_tray: bool = False
    panel: bool = True  # the settings at the side are shown
    performance: bool = False  # the numbers are shown
    folded: tuple[str, ...] = ()  # groups of the panel
    profiles: str = ""  # JSON: input device -> what was last used with it
    recent_models: tuple[str, ...] = ()

    @property
    def engine(self) -> EngineSettings:
        """What an engine is told; the mode is not remembered."""
        return EngineSettings(
            self.steps or None, None if self.limit_db >= 100 else self.limit_db, self.gain_db
        )


_ALLOWED: dict[str, Any] = {
    "device": lambda v: v in ("auto", "cpu", "cuda"),
    "steps": lambda v: 0 <= v <= 64,
    "limit_db": lambda v: 0 <= v <= 100,
    "gain_db": lambda v: -40 <= v <= 40,
    "darkest_db": lambda v: -120 <= v <= 0,
    "brightest_db": lambda v: -120 <= v <= 0,
    "window_ms": lambda v: v in (16, 32, 64),
    "colour_map": lambda v: v in ("inferno", "viridis", "magma", "cividis"),
    "frequency_scale": lambda v: v in ("linear", "mel", "log"),
    "theme": lambda v: v in ("system", "light", "dark"),
}


def names() -> tuple[str, ...]:
    """Of all fields."""
    return tuple(field.name for field in fields(Settings))


class CurrentSettings:
    """The settings of a window that runs, shared by its parts. Reading them gives the newest value."""

    def __init__(self, value: Settings, write: Callable[[Settings], None] = lambda value: None):
        """write: keeps them beyond this run, at every change: a program that is killed forgets nothing."""
        self.value, self._write = value, write

    def keep(self, **changes: Any) -> None:
        """Replaces these fields, and writes them."""
        changed = replace(self.value, **changes)
        if changed != self.value:
            self.value = changed
            self._write(changed)


def load(store: QSettings) -> Settings:
    """A store of a newer version is not understood: its window gets the defaults, and it is left as it is."""
    version = _version(store)
    if version > VERSION:
        return Settings()
    values = {name: value for name in store.allKeys() if (value := stored(store, name)) is not None}
    for older in range(version, VERSION):
        values = MIGRATIONS[older](values)
    found = {}
    for field in fields(Settings):
        if field.name in values:
            value = _typed(values[field.name], field.default)
            if value is not None and _ALLOWED.get(field.name, lambda v: True)(value):
                found[field.name] = value
    settings = Settings(**found)
    if settings.darkest_db >= settings.brightest_db:
        settings = replace(settings, darkest_db=Settings.darkest_db, brightest_db=Settings.brightest_db)
    return settings


def save(store: QSettings, settings: Settings, geometry: QByteArray | None = None) -> None:
    """Nothing is written over a newer version's store."""
    if _version(store) > VERSION:
        return
    store.setValue("version", VERSION)
    for field in fields(Settings):
        value = getattr(settings, field.name)
        store.setValue(field.name, list(value) if isinstance(value, tuple) else value)
    if geometry is not None:
        store.setValue("geometry", geometry)
    store.sync()


def with_recent(settings: Settings, model: str) -> Settings:
    """`model` becomes the most recent one."""
    others = tuple(m for m in settings.recent_models if m != model)
    return replace(settings, recent_models=(model, *others)[:_MOST_RECENT])


def _version(store: QSettings) -> int:
    """The first one had the number 1: a store without a number is empty, or somebody wrote it."""
    return int(max(1, _number(stored(store, "version"), int, 1)))


def geometry(store: QSettings) -> QByteArray:
    """Of the window, as it closed last; empty if there is none, or none that is one."""
    found = stored(store, "geometry")
    return found if isinstance(found, QByteArray) else QByteArray()


def stored(store: QSettings, name: str) -> Any:
    """None if there is nothing, or if it is damaged: Qt raises for a @Variant of a type that Python has not."""
    try:
        return store.value(name)
    except Exception:
        return None


def _number(value: Any, kind: type, fallback: Any) -> Any:
    try:
        return kind(value)
    except (TypeError, ValueError):
        return fallback


def _typed(value: Any, like: Any) -> Any:
    """What an INI file holds is text; None if it cannot be what `like` is."""
    if isinstance(like, bool):
        return {"true": True, "false": False}.get(str(value).lower())
    if isinstance(like, int | float):
        return _number(value, type(like), None)
    if isinstance(like, tuple):
        if isinstance(value, str):
            value = [value] if value else []
        return tuple(map(str, value)) if isinstance(value, list | tuple) else None
    return value if isinstance(value, str) else None
