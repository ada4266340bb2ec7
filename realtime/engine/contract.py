"""ModelSpec: all that a host must know of a model file, kept as JSON in the file's own metadata.

A file without a valid contract is refused with one sentence. CONTRACT.md in this package is the specification.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any

METADATA_KEY = "klarstrom"
FORMAT = 1
KINDS = ("streaming", "block")
INPUTS = ("audio", "noise", "steps")  # besides the states

_JSON_NAMES = {int: "a whole number", str: "a text", list: "a list", dict: "an object"}


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
    """The contract of one model file. Raises ContractError for values that no file may hold."""

    name: str
    version: str
    license: str
    sample_rate: int  # Hz
    hop_length: int  # samples in and out of each call
    latency: int  # samples the output stream lags the input stream
    max_steps: int  # most diffusion steps a hop
    default_steps: int  # when the user names none
    noise_shape: tuple[int, ...]  # (streams, max_steps, 2, bins)
    states: Mapping[str, tuple[int, ...]]  # name -> shape; zeros at the start of a stream
    kind: str = "streaming"  # causal hop by hop, or "block": a sliding block of past audio
    window_length: int = 0  # samples of the analysis window, 0 if not told
    streams: int = 1  # independent streams in one call: the first axis of audio, noise and every state
    description: str = ""
    trained_on: str = ""
    scores: Mapping[str, Any] = field(default_factory=dict)  # what was measured, under names of its own
    extra: Mapping[str, Any] = field(default_factory=dict)  # whatever else a maker wants to tell
    format: int = FORMAT

    def __post_init__(self) -> None:
        for key in ("name", "version", "license", "kind", "description", "trained_on"):
            _check_type(key, getattr(self, key), str)
            _check_text(key, getattr(self, key))
        for key, least in _LEAST.items():
            _check_type(key, getattr(self, key), int)
            if getattr(self, key) < least:
                raise ContractError(f"its {key} is {getattr(self, key)}: it must be at least {least}")
            if getattr(self, key) > _MOST[key]:
                raise ContractError(
                    f"its {key} is {_short(getattr(self, key))}: it may be at most {_MOST[key]}"
                )
        for key in ("states", "scores", "extra"):
            if not isinstance(getattr(self, key), Mapping):
                _check_type(key, getattr(self, key), dict)
        _check_shape("noise", self.noise_shape)
        for name, shape in self.states.items():
            _check_shape(f"state {_short(name)}", shape)
            if not _is_text(name):
                raise ContractError(f"its state {_short(name)} has a name that is no valid text")
            if name in INPUTS or not name:
                raise ContractError(f"its state {name!r} needs another name: {', '.join(INPUTS)} are taken")
        object.__setattr__(self, "noise_shape", tuple(self.noise_shape))
        object.__setattr__(self, "states", {name: tuple(shape) for name, shape in self.states.items()})
        self._check_laws()

    def _check_laws(self) -> None:
        if self.latency > LONGEST_S * self.sample_rate or self.hop_length > LONGEST_S * self.sample_rate:
            raise ContractError(
                f"its hop of {self.hop_length} and latency of {self.latency} samples at {self.sample_rate} Hz are no"
                f" stream: each may last {LONGEST_S} s at most"
            )
        numbers = sum(math.prod(shape) for shape in (self.noise_shape, *self.states.values()))
        if numbers > MOST_NUMBERS or len(self.states) > MOST_STATES:
            raise ContractError(
                f"its noise and {len(self.states)} states hold {_short(numbers)} numbers: at most {MOST_NUMBERS} in"
                f" {MOST_STATES} states are allowed"
            )
        if not self.name:
            raise ContractError("its name is empty: a model needs one")
        if self.format > FORMAT:
            raise ContractError(
                f"its contract has format {_short(self.format)}, this version reads {FORMAT}: update klarstrom"
            )
        if self.kind not in KINDS:
            raise ContractError(f"its kind is {_short(self.kind)}: it must be one of {', '.join(KINDS)}")
        if self.default_steps > self.max_steps:
            raise ContractError(
                f"its default_steps is {self.default_steps}: it may be at most max_steps ({self.max_steps})"
            )
        if len(self.noise_shape) != 4 or self.noise_shape[:3] != (self.streams, self.max_steps, 2):
            raise ContractError(
                f"its noise_shape is {list(self.noise_shape)}: it must be [{self.streams}, {self.max_steps}, 2,"
                " bins] with max_steps in the second place"
            )
        for name, shape in self.states.items():
            if self.streams > 1 and shape[:1] != (self.streams,):
                raise ContractError(
                    f"its state {name!r} has the shape {list(shape)}: the first axis must be that of its"
                    f" {self.streams} streams"
                )

    def to_json(self) -> str:
        """The text that stands under METADATA_KEY. Raises ContractError for what JSON cannot hold."""
        try:
            return json.dumps(asdict(self), indent=1)
        except (TypeError, ValueError) as error:
            raise ContractError(f"its scores or extra cannot be written as JSON: {error}") from None

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> ModelSpec:
        """Reads the contract of a file. metadata: ONNX metadata_props. Raises ContractError.

        Keys that this version does not know are passed over: a newer one may say more in the same format.
        """
        if METADATA_KEY not in metadata:
            found = f" (entries: {', '.join(sorted(metadata))})" if metadata else ""
            raise ContractError(f"it has no metadata entry {METADATA_KEY!r}, which export-onnx writes{found}")
        try:
            values = json.loads(metadata[METADATA_KEY])
        except (ValueError, RecursionError) as error:
            raise ContractError(f"its contract is not JSON: {error}") from None
        _check_type("contract", values, dict)
        # the format first: nothing else is known of a newer one
        if "format" in values and type(values["format"]) is int and values["format"] > FORMAT:
            raise ContractError(
                f"its contract has format {_short(values['format'])}, this version reads {FORMAT}: update klarstrom"
            )
        own = {f.name: f for f in fields(cls)}
        required = [name for name, f in own.items() if f.default is f.default_factory is MISSING] + ["format"]
        missing = [name for name in required if name not in values]
        if missing:
            raise ContractError(f"its contract lacks {missing[0]!r}: required are {', '.join(required)}")
        return cls(**{key: value for key, value in values.items() if key in own})


LONGEST_S = 30  # of a hop, and of the latency: what is later is no live stream
MOST_NUMBERS = 1 << 28  # float32 in noise and states: 1 GiB, and states are kept twice
MOST_STATES = 10_000
_LONGEST_TEXT = 100_000  # characters
_MOST_AXES = 16
_MOST = {
    "format": 1_000_000, "sample_rate": 768_000, "hop_length": 1 << 20, "latency": 1 << 24, "max_steps": 256,
    "default_steps": 256, "window_length": 1 << 24, "streams": 65_536,
}  # fmt: skip
_LEAST = {
    "format": 1, "sample_rate": 1, "hop_length": 1, "latency": 0, "max_steps": 1, "default_steps": 1,
    "window_length": 0, "streams": 1,
}  # fmt: skip


def _check_type(key: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ContractError(f"its {key} is {_short(value)}: it must be {_JSON_NAMES[kind]}")


def _check_text(key: str, text: str) -> None:
    if len(text) > _LONGEST_TEXT:
        raise ContractError(f"its {key} has {len(text)} characters: at most {_LONGEST_TEXT} are allowed")
    if not _is_text(text):
        raise ContractError(f"its {key} is no valid text: {_short(text)}")


def _is_text(text: str) -> bool:
    """JSON can write halves of characters, which nothing can print."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _short(value: object) -> str:
    """For a message: a file may hold numbers and texts of any length."""
    try:
        text = ascii(value)
    except ValueError:  # Python refuses to write numbers of more than 4300 digits
        return "a number of thousands of digits"
    return text if len(text) <= 80 else f"{text[:60]}... ({len(text)} characters)"


def _check_shape(what: str, shape: Any) -> None:
    if not isinstance(shape, list | tuple) or not all(type(n) is int and n > 0 for n in shape):
        raise ContractError(
            f"its {what} has the shape {_short(shape)}: it must be a list of whole numbers above 0"
        )
    if len(shape) > _MOST_AXES:
        raise ContractError(f"its {what} has {len(shape)} axes: at most {_MOST_AXES} are allowed")


def validate(spec: ModelSpec, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> None:
    """Holds the graph against its contract. Raises ContractError with the first difference.

    Inputs must be those of the contract and no other, since nobody would feed another; outputs beyond it are
    left alone.
    """
    audio, states = ("tensor(float)", (spec.streams, spec.hop_length)), spec.states.items()
    fed = {"audio": audio, "noise": ("tensor(float)", spec.noise_shape), "steps": ("tensor(int64)", ())}
    wanted_in = fed | {name: ("tensor(float)", shape) for name, shape in states}
    wanted_out = {"enhanced": audio} | {f"new_{name}": ("tensor(float)", shape) for name, shape in states}
    for side, wanted, found in (("input", wanted_in, inputs), ("output", wanted_out, outputs)):
        tensors = {tensor.name: tensor for tensor in found}
        for name, (kind, shape) in wanted.items():
            if name not in tensors:
                raise ContractError(f"its graph has no {side} {name!r}, which its contract promises")
            tensor = tensors[name]
            if tensor.type != kind:
                raise ContractError(f"its {side} {name!r} is a {tensor.type}: it must be a {kind}")
            if tuple(tensor.shape) != tuple(shape):
                raise ContractError(
                    f"its {side} {name!r} has the shape {list(tensor.shape)}: it must be {list(shape)}"
                )
        strangers = sorted(set(tensors) - set(wanted))
        if strangers and side == "input":
            raise ContractError(
                f"its graph wants the input {strangers[0]!r}, of which its contract says nothing"
            )
