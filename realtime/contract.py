"""ModelSpec: all that a host must know of a model file, kept as JSON in the file's own metadata.

A file without a valid contract is refused with one sentence. DESIGN section 2 is the specification.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

METADATA_KEY = "klarstrom"
FORMAT = 1
KINDS = ("streaming", "block")


class ContractError(ValueError):
    """A model file does not keep the contract; the message is one sentence for the user."""


@dataclass(frozen=True)
class Tensor:
    """What ONNX Runtime says of one input or output."""

    name: str
    type: str  # "tensor(float)", "tensor(int64)"
    shape: tuple[int | str | None, ...]


@dataclass(frozen=True)
class ModelSpec:
    """The contract of one model file."""

    name: str
    version: str
    license: str
    sample_rate: int  # Hz
    hop_length: int  # samples in and out of each call
    latency: int  # samples the output stream lags the input stream
    max_steps: int  # most diffusion steps a hop
    default_steps: int  # when the user names none
    noise_shape: tuple[int, ...]  # (1, max_steps, 2, bins)
    states: Mapping[str, tuple[int, ...]]  # name -> shape; zeros at the start of a stream
    kind: str = "streaming"  # causal hop by hop, or "block": a sliding block of past audio
    window_length: int = 0  # samples of the analysis window, 0 if not told
    description: str = ""
    trained_on: str = ""
    scores: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    def __post_init__(self) -> None:
        object.__setattr__(self, "noise_shape", tuple(self.noise_shape))
        object.__setattr__(self, "states", {name: tuple(shape) for name, shape in dict(self.states).items()})
        if not 1 <= self.default_steps <= self.max_steps:
            raise ContractError(f"default_steps is {self.default_steps}: it must lie in 1 ... max_steps ({self.max_steps})")
        if self.kind not in KINDS:
            raise ContractError(f"kind is {self.kind!r}: it must be one of {', '.join(KINDS)}")
        if self.latency < 0:
            raise ContractError(f"latency is {self.latency} samples: it must not be negative")
        if len(self.noise_shape) != 4 or self.noise_shape[:3] != (1, self.max_steps, 2):
            raise ContractError(
                f"noise_shape is {list(self.noise_shape)}: it must be [1, max_steps ({self.max_steps}), 2, bins]"
            )

    def to_json(self) -> str:
        """The text that stands under METADATA_KEY."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> ModelSpec:
        """Reads the contract of a file. metadata: ONNX metadata_props. Raises ContractError."""
        if METADATA_KEY not in metadata:
            raise ContractError(
                f"it has no metadata entry {METADATA_KEY!r}: it was not made by export-onnx"
                + (f" (entries: {', '.join(sorted(metadata))})" if metadata else "")
            )
        try:
            values = json.loads(metadata[METADATA_KEY])
        except json.JSONDecodeError as error:
            raise ContractError(f"its contract is not JSON: {error}") from None
        if not isinstance(values, dict):
            raise ContractError(f"its contract is a JSON {type(values).__name__}: it must be an object")
        if values.get("format") != FORMAT:
            raise ContractError(
                f"its contract has format {values.get('format')!r}: this version reads format {FORMAT}; update Klarstrom"
            )
        required = {
            "name": str, "version": str, "license": str, "sample_rate": int, "hop_length": int, "latency": int,
            "max_steps": int, "default_steps": int, "noise_shape": list, "states": dict,
        }  # fmt: skip
        optional = {"kind": str, "window_length": int, "description": str, "trained_on": str, "scores": dict}
        for key, kind in required.items():
            if key not in values:
                raise ContractError(f"its contract lacks {key!r}: required are {', '.join(required)}")
        for key, kind in {**required, **optional}.items():
            if key in values and (not isinstance(values[key], kind) or isinstance(values[key], bool)):
                raise ContractError(f"its contract has {key} = {values[key]!r}: it must be of type {kind.__name__}")
        for key in ("sample_rate", "hop_length", "max_steps"):
            if values[key] < 1:
                raise ContractError(f"its contract has {key} = {values[key]}: it must be at least 1")
        for name, shape in [("noise_shape", values["noise_shape"]), *values["states"].items()]:
            if not isinstance(shape, list) or not all(type(n) is int and n > 0 for n in shape):
                raise ContractError(f"its contract gives {name} the shape {shape!r}: it must be a list of positive integers")
        known = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in values.items() if key in known})


def validate(spec: ModelSpec, inputs: list[Tensor], outputs: list[Tensor]) -> None:
    """Holds the graph against its contract. Raises ContractError with the first difference."""
    wanted_in = {
        "audio": ("tensor(float)", (1, spec.hop_length)),
        "noise": ("tensor(float)", spec.noise_shape),
        "steps": ("tensor(int64)", ()),
        **{name: ("tensor(float)", shape) for name, shape in spec.states.items()},
    }
    wanted_out = {
        "enhanced": ("tensor(float)", (1, spec.hop_length)),
        **{f"new_{name}": ("tensor(float)", shape) for name, shape in spec.states.items()},
    }
    for side, wanted, got in (("input", wanted_in, inputs), ("output", wanted_out, outputs)):
        tensors = {t.name: t for t in got}
        for name, (kind, shape) in wanted.items():
            if name not in tensors:
                raise ContractError(f"its graph has no {side} {name!r}, which its contract promises")
            t = tensors[name]
            if t.type != kind:
                raise ContractError(f"its {side} {name!r} is a {t.type}: the contract says {kind}")
            if tuple(t.shape) != tuple(shape):
                raise ContractError(f"its {side} {name!r} has shape {list(t.shape)}: the contract says {list(shape)}")
        strangers = [t.name for t in got if t.name not in wanted]
        if strangers and side == "input":
            raise ContractError(f"its graph wants the input {strangers[0]!r}, of which its contract says nothing")
