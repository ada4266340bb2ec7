"""The public names of the engine: there, of the right kind, and free until they are asked for."""

import subprocess
import sys

import pytest

import realtime


def test_the_names_are_those_of_the_engine():
    from realtime import Enhancer, EnhancerBatch, ModelSpec
    from realtime.engine import contract, enhancer, enhancer_batch

    assert Enhancer is enhancer.Enhancer and EnhancerBatch is enhancer_batch.EnhancerBatch
    assert ModelSpec is contract.ModelSpec
    assert {"Enhancer", "EnhancerBatch", "ModelSpec"} <= set(dir(realtime)) & set(realtime.__all__)


def test_an_unknown_name_is_missing_as_in_any_module():
    with pytest.raises(AttributeError, match="module 'realtime' has no attribute 'Enhancr'"):
        realtime.Enhancr  # noqa: B018


def test_importing_the_package_loads_nothing_heavy():
    code = "import realtime, sys; print(sorted({'numpy', 'onnxruntime'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
