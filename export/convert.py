"""A checkpoint or snapshot -> one self-contained ONNX file with its contract inside."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import onnx
import onnx_ir as ir
import torch
from onnx_ir.passes.common import (
    DeduplicateHashedInitializersPass,
    LiftSubgraphInitializersToMainGraphPass,
)
from torch import Tensor, nn

from export.graph import StepsError, StreamingGraph
from realtime.engine.contract import METADATA_KEY, ModelSpec
from trainer.atomic import atomic_path
from trainer.networks.score_model import ScoreModel

OPSET = 20


def trace(graph: StreamingGraph) -> torch.onnx.ONNXProgram:
    """The graph as ONNX, with the contract's tensor names. No weights are left outside."""
    states = graph.states()
    example = (
        torch.randn(graph.streams, graph.model.spectrogram.hop_length) * 0.1,
        torch.randn(graph.noise_shape()) * 0.5**0.5,
        torch.tensor(graph.max_steps),
        *(torch.zeros(shape) for shape in states.values()),
    )
    return quiet_export(graph, example, list(states))


def quiet_export(graph: nn.Module, example: tuple[Tensor, ...], states: list[str]) -> torch.onnx.ONNXProgram:
    """The exporter, without its remarks. example: audio, noise, steps and the states, of the shapes of the contract."""
    log = logging.getLogger("torch.onnx")
    before = log.level
    log.setLevel(logging.ERROR)  # it warns of an absent torchvision that nobody asked for
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                graph,
                example,
                dynamo=True,
                opset_version=OPSET,
                verbose=False,
                input_names=["audio", "noise", "steps", *states],
                output_names=["enhanced", *(f"new_{name}" for name in states)],
            )
    finally:
        log.setLevel(before)
    assert program is not None  # it is for dynamo=False alone that torch returns nothing
    return program


def strip(graph: onnx.GraphProto) -> None:
    """Takes out what the exporter notes about every node: stack traces, with the machine's paths, are most of the file."""
    for item in (*graph.node, *graph.value_info, *graph.initializer, *graph.input, *graph.output):
        del item.metadata_props[:]
        item.doc_string = ""
    del graph.value_info[:], graph.metadata_props[:]
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                strip(attribute.g)


def share_weights(proto: onnx.ModelProto) -> onnx.ModelProto:
    """The same model with each weight once: a branch of a step that may be skipped brings its own copies of them."""
    model = ir.from_proto(proto)
    ir.passes.Sequential(LiftSubgraphInitializersToMainGraphPass(), DeduplicateHashedInitializersPass())(
        model
    )
    return ir.to_proto(model)


def convert(
    model: ScoreModel,
    output: Path,
    max_steps: int,
    default_steps: int,
    card: dict[str, Any],
    streams: int = 1,
) -> ModelSpec:
    """Writes `output`, whole or not at all. card: name, version, license and what else the contract may hold.

    streams: independent streams that one call of the file enhances.
    """
    check_default(default_steps, max_steps)
    graph = StreamingGraph(model, max_steps, streams)
    s = model.spectrogram
    spec = ModelSpec(
        sample_rate=s.sample_rate,
        hop_length=s.hop_length,
        window_length=s.window_length,
        latency=s.latency,
        max_steps=max_steps,
        default_steps=default_steps,
        kind="streaming",
        noise_shape=graph.noise_shape(),
        states=graph.states(),
        streams=streams,
        **card,
    )
    write(trace(graph).model_proto, spec, output)
    return spec


def check_default(default_steps: int, max_steps: int) -> None:
    """Raises StepsError."""
    if not 1 <= default_steps <= max_steps:
        raise StepsError(
            f"default steps {default_steps} must lie in 1 ... {max_steps}, the most steps of this file"
        )


def write(proto: onnx.ModelProto, spec: ModelSpec, output: Path) -> None:
    """An exported graph, each weight once, without traces of this machine and with its contract, whole or not at all."""
    strip(proto.graph)
    proto = share_weights(proto)
    del proto.metadata_props[:], proto.functions[:]
    onnx.helper.set_model_props(proto, {METADATA_KEY: spec.to_json()})
    onnx.checker.check_model(proto)
    save(proto, output)


def read_spec(path: Path) -> ModelSpec:
    """The contract of a file. Raises FileNotFoundError or ValueError in one sentence."""
    if not path.is_file():
        raise FileNotFoundError(f"no model file at {path}")
    try:
        proto = onnx.load(path)
    except Exception as error:
        raise ValueError(f"{path} is not an ONNX model: {error}") from None
    return ModelSpec.from_metadata({p.key: p.value for p in proto.metadata_props})


def rewrite_spec(path: Path, spec: ModelSpec) -> None:
    """Puts another contract into a file: measured scores, say, which are only known after it was made."""
    proto = onnx.load(path)
    onnx.helper.set_model_props(proto, {METADATA_KEY: spec.to_json()})
    save(proto, path)


def save(proto: onnx.ModelProto, path: Path) -> None:
    """The file appears whole or not at all."""
    with atomic_path(path) as temporary:
        onnx.save(proto, temporary)
