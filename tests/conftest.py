"""Fixtures around small exact models; tests/helpers/engine_models.py says what they compute."""

import numpy as np
import pytest

from realtime.engine.session import Session
from tests.helpers.engine_models import Recipe, build, save


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
