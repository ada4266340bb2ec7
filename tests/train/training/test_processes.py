"""One run on one process or on two: the same losses, through the real command (gloo, CPU)."""

import os
import shutil
import signal
import subprocess

import numpy as np
import pytest

from tests.helpers.training_runs import fit_command, make_audio

pytestmark = pytest.mark.timeout(1500)  # three starts of Lightning, one of them twofold
ONE = ("--data.batch_size", "4")
TWO = ("--data.batch_size", "2", "--trainer.devices", "2", "--trainer.strategy", "ddp")


@pytest.fixture(scope="module")
def audio(tmp_path_factory):
    return make_audio(tmp_path_factory.mktemp("audio"))


def train(audio, folder, steps, *options):
    """Six batches of four are an epoch and a half: both losses, both epochs and two validations are in it."""
    line = fit_command(
        audio, folder, "--trainer.max_steps", str(steps), "--trainer.val_check_interval", "3",
        "--data.examples_per_epoch", "16", "--data.valid_count", "2", "--model.warmup", "1", "--model.decay_steps", "6",
        *options,
    )  # fmt: skip
    # a group of its own: the second process must not outlive a first one that is ended
    process = subprocess.Popen(
        line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        _, errors = process.communicate(timeout=600)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    assert process.returncode == 0, errors[-3000:]


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
def alone(audio, tmp_path_factory):
    folder = tmp_path_factory.mktemp("one")
    train(audio, folder, 6, *ONE)
    return curves(folder)


@pytest.fixture(scope="module")
def together(audio, tmp_path_factory):
    """The folder of the same run on two processes, with a checkpoint in the middle of its second epoch."""
    folder = tmp_path_factory.mktemp("two")
    keep = ("--checkpoint.train_time_interval", "null", "--checkpoint.every_n_train_steps", "5")
    train(audio, folder, 6, *TWO, *keep, "--checkpoint.save_top_k", "-1")
    return folder


def same(whole, part):
    """What `part` logged is what `whole` logged at the same steps."""
    for tag in ("train/loss", "train/gradient_norm", "valid/error_1", "valid/error_4", "valid/si_sdr_4"):
        expected = dict(whole[tag])
        assert np.allclose([expected[step] for step, _ in part[tag]], [v for _, v in part[tag]], rtol=2e-4), (
            tag
        )


def test_two_processes_learn_what_one_learns(alone, together):
    two = curves(together)
    assert len(two["train/loss"]) == 6 and len(two["valid/error_1"]) == 2
    assert np.ptp([value for _, value in two["train/loss"]]) > 0.1
    same(alone, two)


def test_a_run_goes_on_with_another_number_of_processes(audio, alone, together, tmp_path):
    """Two processes stop within an epoch and one goes on: as if there had been one process, and no stop."""
    (checkpoint,) = together.glob("*step=5.ckpt")
    shutil.copy(checkpoint, tmp_path / "last.ckpt")
    train(audio, tmp_path, 6, *ONE)
    one = curves(tmp_path)
    assert len(one["train/loss"]) == len(one["valid/error_1"]) == 1
    same(alone, one)
