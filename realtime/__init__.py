"""The streaming engine. `from realtime import Enhancer, EnhancerBatch, ModelSpec` is its public door.

Nothing is loaded before a name is asked for, so that `import realtime` costs nothing.
"""

from typing import TYPE_CHECKING

from realtime.telemetry import switch_off

if TYPE_CHECKING:
    from realtime.engine.contract import ModelSpec
    from realtime.engine.enhancer import Enhancer
    from realtime.engine.enhancer_batch import EnhancerBatch

switch_off()

__all__ = ["Enhancer", "EnhancerBatch", "ModelSpec"]

_HOMES = {
    "Enhancer": "realtime.engine.enhancer",
    "EnhancerBatch": "realtime.engine.enhancer_batch",
    "ModelSpec": "realtime.engine.contract",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'realtime' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
