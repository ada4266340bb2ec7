"""Fixtures around small exact models; tests/helpers/engine_models.py says what they compute."""

import os
from pathlib import Path

if "PYTEST_XDIST_WORKER" in os.environ:  # each worker has a core: before torch is imported
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest

from realtime.engine.session import Session
from tests.helpers.engine_models import Recipe, build, save

HERE = Path(__file__).parent
# What takes long, or wants more than Python: `pytest -m "not slow"` is the fast lane. All of the others are slow too.
LANES = {
    "audio": ("audio/test_virtual_mic.py", "live/test_long.py", "live/test_servers.py", "live/test_served.py"),
    "screen": ("gui/test_screen.py", "gui/test_tray.py"),
    "ray": ("files/test_ray.py",),
    "slow": (
        "export/test_blockwise.py", "export/test_export.py", "train/evaluation/test_experiments.py",
        "train/evaluation/test_evaluate.py", "train/evaluation/test_metrics.py", "train/networks/test_full_band.py",
        "train/training/test_bridge_models.py", "train/training/test_campaign.py", "train/training/test_fit.py",
        "train/training/test_moved.py", "train/training/test_paper_configs.py", "train/training/test_processes.py",
        "train/training/test_upper_band_module.py",
    ),
}  # fmt: skip


# Of these, one runs at a time: they use sound servers and screens, or watch processes and clocks.
ALONE = ("audio", "gui", "live", "files/test_ray.py", "cli/test_ending.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Marks the tests of the files in LANES, and what one worker of `pytest -n` keeps together."""
    alone = [HERE / name for name in ALONE]
    of = {HERE / name: lane for lane, names in LANES.items() for name in names}
    for item in items:
        together = any(place == item.path or place in item.path.parents for place in alone)
        item.add_marker(pytest.mark.xdist_group("alone" if together else str(item.path)))
        lane = of.get(item.path)
        if lane is not None:
            item.add_marker(lane)
            item.add_marker("slow")


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A model file in which everything counts: both states with sound, the number of steps, every step's noise."""
    recipe = Recipe(gain=0.8, echo=0.3, step_gain=0.9, noise_gain=0.1)
    return save(build(recipe), tmp_path_factory.mktemp("models") / "instrument.onnx")


@pytest.fixture
def open_model():
    """Recipe -> a fresh Session on the CPU."""
    return lambda **recipe: Session(build(Recipe(**recipe)).SerializeToString(), "cpu")


@pytest.fixture
def noise():
    """float32 [n], -20 dBFS."""

    def make(count, seed=0, level=0.1):
        return (level * np.random.default_rng(seed).standard_normal(count)).astype(np.float32)

    return make
