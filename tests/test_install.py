"""What is installed where: exactly one ONNX Runtime on every machine, the one with CUDA where there is a wheel of it."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
WITH_CUDA = [("linux", "x86_64"), ("win32", "AMD64")]
WITHOUT = [
    ("linux", "aarch64"),
    ("linux", "armv7l"),
    ("win32", "ARM64"),
    ("darwin", "arm64"),
    ("darwin", "x86_64"),
]


def wanted(lines, system, machine):
    environment = {"sys_platform": system, "platform_machine": machine, "extra": ""}
    found = [Requirement(line) for line in lines]
    return {r.name for r in found if r.marker is None or r.marker.evaluate(environment)}


@pytest.mark.parametrize(("system", "machine"), WITH_CUDA + WITHOUT)
def test_one_onnx_runtime_for_each_machine(system, machine):
    runtimes = {name for name in wanted(PROJECT["dependencies"], system, machine) if "onnxruntime" in name}
    cuda = (system, machine) in WITH_CUDA
    assert runtimes == {"onnxruntime-gpu" if cuda else "onnxruntime"}
    assert ("onnxruntime-gpu" in wanted(PROJECT["optional-dependencies"]["gpu"], system, machine)) == cuda
