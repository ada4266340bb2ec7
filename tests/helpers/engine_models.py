"""Small ONNX files that keep the contract (or break it), made by hand: instruments to measure the engine with.

What they compute is known exactly, which no trained network offers.
"""

import json
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from realtime.engine.session import Session

RATE, HOP = 16000, 160
FLOAT = TensorProto.FLOAT


@dataclass(frozen=True)
class Recipe:
    """enhanced = gain · (d + echo · p) · Π over the steps k taken of (1 + noise_gain · z_k) · step_gain^(steps − 1).

    d is the input `delay` samples ago, p what d was a hop before, z_k the first `hop` of the real parts of the noise
    of step k. States: `tail` (gives d), `past` (gives p; of the shape of `tail` if delay = hop) and `calls`, the number of
    denoiser calls so far. Silence in is silence out, and for one seed the output is linear in the input.
    """

    delay: int = HOP
    gain: float = 1.0
    echo: float = 0.0
    step_gain: float = 1.0  # of every step after the first
    noise_gain: float = 0.0
    max_steps: int = 4
    default_steps: int = 2
    fails_above: float | None = None  # a hop with more in it gives NaN, now and in the states
    hop: int = HOP
    rate: int = RATE
    streams: int = 1  # in one call; none hears another


def build(recipe: Recipe = Recipe()) -> onnx.ModelProto:
    """The graph with its contract in it."""
    r, bins = recipe, recipe.hop + 1
    noise_shape = [r.streams, r.max_steps, 2, bins]
    states = {"tail": [r.streams, r.delay], "past": [r.streams, r.hop], "calls": [r.streams, 1]}
    constants: dict[str, np.ndarray] = {
        "none": np.array([0]),
        "hop": np.array([r.hop]),
        "end": np.array([r.delay + r.hop]),
        "one": np.array([1]),
        "row": np.array([r.streams, r.hop]),
        "f1": np.array(1, np.float32),
        "gain": np.array(r.gain, np.float32),
        "echo": np.array(r.echo, np.float32),
        "step_gain": np.array(r.step_gain, np.float32),
        "noise_gain": np.array(r.noise_gain, np.float32),
    }
    node = helper.make_node
    nodes = []
    heard = "audio"
    if r.fails_above is not None:
        constants |= {"worst": np.array(r.fails_above, np.float32), "nan": np.array(np.nan, np.float32)}
        nodes += [
            node("Abs", ["audio"], ["size"]),
            node("ReduceMax", ["size"], ["peak"], axes=[1], keepdims=1),
            node("Greater", ["peak", "worst"], ["bad"]),
            node("Where", ["bad", "nan", "audio"], ["poisoned"]),
        ]
        heard = "poisoned"
    nodes += [
        node("Concat", ["tail", heard], ["joined"], axis=1),
        node("Slice", ["joined", "none", "hop", "one"], ["d"]),
        node("Slice", ["joined", "hop", "end", "one"], ["new_tail"]),
        node("Identity", ["d"], ["new_past"]),
        node("Mul", ["past", "echo"], ["scaled_past"]),
        node("Add", ["d", "scaled_past"], ["direct"]),
        node("Mul", ["direct", "gain"], ["x_in"]),
        *([node("Where", ["bad", "nan", "x_in"], ["x_or_nan"])] if heard == "poisoned" else []),
        *_step(0, constants, "x_or_nan" if heard == "poisoned" else "x_in", "x_0"),
        node("Add", ["calls", "f1"], ["calls_0"]),
    ]
    for k in range(1, r.max_steps):
        constants[f"k_{k}"] = np.array(k)
        taken = helper.make_graph(
            [
                *_step(k, constants, f"x_{k - 1}", f"noisy_{k}"),
                node("Mul", [f"noisy_{k}", "step_gain"], [f"then_x_{k}"]),
                node("Add", [f"calls_{k - 1}", "f1"], [f"then_calls_{k}"]),
            ],
            f"step {k}", [],
            [_float(f"then_x_{k}", [r.streams, r.hop]), _float(f"then_calls_{k}", [r.streams, 1])],
        )  # fmt: skip
        skipped = helper.make_graph(
            [
                node("Identity", [f"x_{k - 1}"], [f"else_x_{k}"]),
                node("Identity", [f"calls_{k - 1}"], [f"else_calls_{k}"]),
            ],
            f"no step {k}", [],
            [_float(f"else_x_{k}", [r.streams, r.hop]), _float(f"else_calls_{k}", [r.streams, 1])],
        )  # fmt: skip
        nodes += [
            node("Greater", ["steps", f"k_{k}"], [f"wanted_{k}"]),
            node("If", [f"wanted_{k}"], [f"x_{k}", f"calls_{k}"], then_branch=taken, else_branch=skipped),
        ]
    nodes += [
        node("Identity", [f"x_{r.max_steps - 1}"], ["enhanced"]),
        node("Identity", [f"calls_{r.max_steps - 1}"], ["new_calls"]),
    ]
    graph = helper.make_graph(
        nodes,
        "instrument",
        [
            _float("audio", [r.streams, r.hop]),
            _float("noise", noise_shape),
            helper.make_tensor_value_info("steps", TensorProto.INT64, []),
            *(_float(name, shape) for name, shape in states.items()),
        ],
        [
            _float("enhanced", [r.streams, r.hop]),
            *(_float(f"new_{name}", shape) for name, shape in states.items()),
        ],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    contract = dict(
        format=1, name="instrument", version="1", license="MIT", sample_rate=r.rate, hop_length=r.hop, latency=r.delay,
        max_steps=r.max_steps, default_steps=r.default_steps, kind="streaming", noise_shape=noise_shape, states=states,
        streams=r.streams,
    )  # fmt: skip
    return with_contract(model, contract)


def _step(k: int, constants: dict[str, np.ndarray], x: str, out: str) -> list[onnx.NodeProto]:
    """out = x · (1 + noise_gain · z_k)."""
    constants[f"at_{k}"] = np.array([0, k, 0, 0])
    streams, hop = constants["row"]
    constants[f"to_{k}"] = np.array([streams, k + 1, 1, hop])
    node = helper.make_node
    return [
        node("Slice", ["noise", f"at_{k}", f"to_{k}"], [f"cut_{k}"]),
        node("Reshape", [f"cut_{k}", "row"], [f"z_{k}"]),
        node("Mul", [f"z_{k}", "noise_gain"], [f"scaled_{k}"]),
        node("Add", [f"scaled_{k}", "f1"], [f"factor_{k}"]),
        node("Mul", [x, f"factor_{k}"], [out]),
    ]


def _float(name: str, shape: list[int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, FLOAT, shape)


def contract_of(model: onnx.ModelProto) -> dict:
    return json.loads({p.key: p.value for p in model.metadata_props}["klarstrom"])


def with_contract(model: onnx.ModelProto, contract: dict | str | None) -> onnx.ModelProto:
    """A copy with another contract: an object, any text, or none at all."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.metadata_props[:]
    if contract is not None:
        text = contract if isinstance(contract, str) else json.dumps(contract)
        helper.set_model_props(copy, {"klarstrom": text})
    return copy


def save(model: onnx.ModelProto, path) -> str:
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return str(path)


class Damaged(Session):
    """A session whose states go wrong between hops, as a host's or an exporter's mistake would have it."""

    def __init__(self, model: onnx.ModelProto, damage: str, name: str):
        """damage: sound | zeroed | stale | swapped | turned; name: of the state that suffers."""
        super().__init__(model.SerializeToString(), "cpu")
        self.damage, self.name = damage, name

    def run(self, audio, noise, steps):
        before = self.states()
        out = super().run(audio, noise, steps).copy()
        after = self.states()
        if self.damage == "zeroed":
            self.set_states({self.name: np.zeros_like(after[self.name])})
        elif self.damage == "stale":  # never written back
            self.set_states({self.name: before[self.name]})
        elif self.damage == "swapped":
            other = "past" if self.name == "tail" else "tail"
            self.set_states({self.name: after[other], other: after[self.name]})
        elif self.damage == "turned":  # the buffers do not take turns
            self._turn = 0
        return out


DAMAGES = [(damage, name) for damage in ("zeroed", "stale", "swapped") for name in ("tail", "past")] + [
    ("turned", "tail")
]
