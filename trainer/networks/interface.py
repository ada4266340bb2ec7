"""What a streaming network must offer, and how a snapshot names its class.

A new network is one file: a subclass of `StreamingNetwork` in a module that Python can import. The configuration of
`trainer fit` takes it by its class path, the snapshot holds that path, and the exporter calls nothing but the methods
below.
"""

from __future__ import annotations

import copy
import importlib
import importlib.util
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from torch import Tensor, nn


class Film(NamedTuple):
    """What the time t says to a network: one scale and one shift for each of its film layers, each [B, channels]."""

    scales: tuple[Tensor, ...]
    shifts: tuple[Tensor, ...]


class StreamingNetwork(nn.Module, ABC):
    """G(x_t, y, t) -> x̂₀ for one hop or many, causal, with explicit state.

    `prepare` looks at the noisy frame and is run once a hop; `forward` is run once a diffusion step. A file at once and
    a hop at a time must be the same function, and a missing state must mean zeros: training relies on both.
    """

    bins: int  # F of the spectra, at least 2
    config: dict[str, Any]  # arguments of the constructor that build this network again, as plain JSON values

    def __init_subclass__(cls, **options: Any) -> None:
        """Every subclass can be named in a configuration from the moment its module is imported."""
        super().__init_subclass__(**options)
        _IMPORTED.setdefault(cls.__name__, {})[class_path(cls)] = cls

    @property
    @abstractmethod
    def film_layers(self) -> int:
        """Number of scales, and of shifts, that `film` returns; at least 0."""

    @abstractmethod
    def shared_state(self) -> dict[str, tuple[int, ...]]:
        """State of `prepare`, one for all steps: name -> shape of one stream, its first axis 1."""

    @abstractmethod
    def step_state(self) -> dict[str, tuple[int, ...]]:
        """State of `forward`, one for each step: name -> shape of one stream, its first axis 1."""

    @abstractmethod
    def film(self, t: Tensor) -> Film:
        """The modulation that `forward` wants. t: [B] in 0 ... 1."""

    @abstractmethod
    def prepare(
        self, y: Tensor, state: dict[str, Tensor] | None = None
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """What every step needs of the noisy spectrum, by name, and the new state. y: compressed [B, 2, T, F]."""

    @abstractmethod
    def forward(
        self,
        x_t: Tensor,
        noisy: dict[str, Tensor],
        film: Film,
        state: dict[str, Tensor] | None = None,
        active: Tensor | None = None,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """x̂₀ [B, 2, T, F] and the new state, with the names of `step_state` in their order.

        x_t: state of the diffusion [B, 2, T, F]; noisy: from `prepare`; film: from `film(t)`; active: bool [B, T], False
        for frames in which this step is skipped: its state then passes through untouched.
        """

    def for_export(self) -> StreamingNetwork:
        """A copy that computes the same, up to rounding, with fewer operations where that is possible."""
        return copy.deepcopy(self)

    def can_grow(self, held: dict[str, Any]) -> bool:
        """Can this network begin as a smaller one of its class, of config `held`, and compute what that one did?"""
        return False

    def grow(self, weights: dict[str, Tensor], held: dict[str, Any]) -> dict[str, Tensor]:
        """Weights for this network from those of a smaller one, of config `held`, if `can_grow` says so."""
        raise NotImplementedError(f"a {type(self).__name__} cannot begin as a smaller one")

    def matrices(self) -> list[nn.Parameter]:
        """The weights [rows, columns] that Muon trains where it is asked for; all others are left to AdamW."""
        return [p for p in self.parameters() if p.ndim == 2]


# class name -> class path -> class: all subclasses of StreamingNetwork in modules that were imported
_IMPORTED: dict[str, dict[str, type[StreamingNetwork]]] = {}

# These names stand in snapshots since before there were other networks, and do not depend on where the class is.
SHORT_NAMES = {"StreamingNet": "trainer.networks.streaming.StreamingNet"}


def class_path(cls: type) -> str:
    """Module and name of a class, with a dot between."""
    return f"{cls.__module__}.{cls.__qualname__}"


def network_name(cls: type) -> str:
    """The name by which a snapshot finds a network's class again: a short one, or the class path.

    Raises ValueError in one sentence for a class that another process could not import by its path.
    """
    path = class_path(cls)
    for short, known in SHORT_NAMES.items():
        if path == known:
            return short
    if cls.__module__ == "__main__" or _find(path) is not cls:
        raise ValueError(
            f"a snapshot of the network {path} could not be loaded again: the class must stand at the top level of a "
            "module that can be imported"
        )
    if not issubclass(cls, StreamingNetwork):
        raise ValueError(
            f"a snapshot of the network {path} could not be loaded again: it is no StreamingNetwork"
        )
    return path


def network_class(name: str) -> type[StreamingNetwork]:
    """The class that `network_name` named, or the one imported class of this name.

    The module of a class path is imported, as Python finds it; nothing comes out of the snapshot but its name. Raises
    ValueError in one sentence.
    """
    if not isinstance(name, str):
        raise ValueError(f"the model's network is of the class {name!r}, which is no name of a class")
    name = SHORT_NAMES.get(name, name)
    if "." in name:
        found = _find(name)
    else:
        named = list(_IMPORTED.get(name, {}).values())
        found = named[0] if len(named) == 1 else None
    if found is None:
        raise ValueError(
            f"the model's network is of the class {name}, which cannot be imported here: install the package that has "
            f"it, or put its folder on PYTHONPATH (networks known without: {', '.join(SHORT_NAMES)})"
        )
    if not (isinstance(found, type) and issubclass(found, StreamingNetwork)):
        raise ValueError(f"the model's network is of the class {name}, which is no StreamingNetwork")
    return found


def _find(path: str) -> Any:
    """What stands at the top level of an importable module; None if there is no such thing."""
    module, _, name = path.rpartition(".")
    try:
        if importlib.util.find_spec(module) is None:
            return None
        return getattr(importlib.import_module(module), name, None)
    except (ImportError, ValueError):  # ValueError: a module that was made by hand and has no file
        return None
