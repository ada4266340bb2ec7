"""Signals end a run wherever it is; numbers beyond all measure are usage errors."""

import os
import signal
import time

import numpy as np
import onnx
import pytest
import soundfile
from onnx import TensorProto, helper, numpy_helper

from tests.helpers.cli_runner import call, speechlike, start
from tests.helpers.engine_models import build

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.fixture
def endless(tmp_path):
    """A model whose first hop takes years: ONNX Runtime does not come back from it."""
    model = build()
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        [helper.make_node("Identity", ["on"], ["on_again"]), helper.make_node("Sin", ["x"], ["y"])],
        "body",
        [
            value("i", TensorProto.INT64, []),
            value("on", TensorProto.BOOL, []),
            value("x", TensorProto.FLOAT, [1, 160]),
        ],
        [value("on_again", TensorProto.BOOL, []), value("y", TensorProto.FLOAT, [1, 160])],
    )
    model.graph.initializer.append(numpy_helper.from_array(np.array(10**15), "count"))
    model.graph.initializer.append(numpy_helper.from_array(np.array(True), "yes"))
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            if name == "audio":
                node.input[place] = "looped"
    model.graph.node.insert(0, helper.make_node("Loop", ["count", "yes", "audio"], ["looped"], body=body))
    onnx.save(model, tmp_path / "endless.onnx")
    return tmp_path / "endless.onnx"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_run_inside_onnx_runtime(endless, tmp_path, number):
    soundfile.write(tmp_path / "a.wav", speechlike(1600), 16000)
    process = start("file", tmp_path / "a.wav", "-o", tmp_path / "out/b.wav", "--model", endless)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "out").glob(".*.part")) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(number)
    process.communicate(timeout=10)
    assert process.returncode == 128 + number and os.listdir(tmp_path / "out") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["bench", "--seconds", "inf"],
        ["bench", "--seconds", "nan"],
        ["bench", "--seconds", "1e12"],
        ["load", "klarstrom-16k-lite", "--seconds", "inf"],
        ["live", "--seconds", "nan"],
        ["live", "--seconds", "inf"],
        ["live", "--gain", "nan"],
        ["live", "--queue", "inf"],
    ],
)
def test_numbers_that_are_none_are_usage_errors(arguments):
    code, _, text = call(*arguments)
    assert code == 2 and text.startswith("realtime-cli: ") and text.count("\n") == 1
