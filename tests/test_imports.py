"""What is loaded when the engine is imported, and who may import whom (the contracts in pyproject.toml)."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = "torch lightning onnx sounddevice PySide6 pyqtgraph scipy trainer export gui".split()
IMPORT_ALL = """
import importlib, pkgutil, sys
import realtime
for module in pkgutil.walk_packages(realtime.__path__, "realtime."):
    if module.name != "realtime.__main__":
        importlib.import_module(module.name)
assert "realtime.live.stream" in sys.modules
print(*sorted(set(sys.argv[1:]) & set(sys.modules)))
"""


def loaded(*names):
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *names], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_all_of_the_engine_loads_no_torch_no_qt_and_no_sound_library():
    """In a fresh interpreter. numpy is loaded, which shows that the check can fail."""
    assert loaded(*HEAVY, "numpy") == ["numpy"]


def test_the_contracts_between_packages_and_rooms_hold():
    pytest.importorskip("importlinter")
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
