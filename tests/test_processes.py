"""One run on one process or on two: the same losses, through the real command (gloo, CPU)."""

import numpy as np
import pytest
from test_fit import audio, fit  # noqa: F401 - the fixture

ONE = ("--data.batch_size", "4")
TWO = ("--data.batch_size", "2", "--trainer.devices", "2", "--trainer.strategy", "ddp")


def train(audio, folder, steps, *options):  # noqa: F811
    """Six batches of four are an epoch and a half: both losses, both epochs and two validations are in it."""
    fit(
        audio, folder, "--trainer.max_steps", str(steps), "--trainer.val_check_interval", "3",
        "--data.examples_per_epoch", "16", "--data.valid_count", "2", "--model.warmup", "1",
        "--model.decay_steps", "6", *options,
    )  # fmt: skip


def curves(folder):
    """tag -> [(step, value)] of what was logged, in order."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = {}
    for file in sorted(folder.glob("events*")):
        events = EventAccumulator(str(file)).Reload()
        for tag in events.Tags()["scalars"]:
            found.setdefault(tag, {}).update({e.step: e.value for e in events.Scalars(tag)})
    return {tag: sorted(values.items()) for tag, values in found.items()}


@pytest.fixture(scope="module")
def alone(audio, tmp_path_factory):  # noqa: F811
    folder = tmp_path_factory.mktemp("one")
    train(audio, folder, 6, *ONE)
    return curves(folder)


@pytest.fixture(scope="module")
def together(audio, tmp_path_factory):  # noqa: F811
    """The folder of a run on two processes that stops in the middle of its second epoch."""
    folder = tmp_path_factory.mktemp("two")
    train(audio, folder, 5, *TWO)
    return folder


def same(whole, part, steps):
    """The first `steps` losses of two runs, and what they validated until then."""
    assert len(part["train/loss"]) == steps
    for tag in ("train/loss", "train/gradient_norm", "valid/error_1", "valid/error_4", "valid/si_sdr_4"):
        (at, values), (other, found) = (zip(*run[tag], strict=True) for run in (whole, part))
        assert at[: len(other)] == other
        assert np.allclose(values[: len(other)], found, rtol=2e-4), (tag, values, found)
    assert np.ptp([value for _, value in part["train/loss"]]) > 0.1


def test_two_processes_learn_what_one_learns(alone, together):
    same(alone, curves(together), 5)


def test_a_run_goes_on_with_another_number_of_processes(audio, alone, together):  # noqa: F811
    train(audio, together, 6, *ONE)
    same(alone, curves(together), 6)
    assert len(curves(together)["valid/error_1"]) == 2
