"""Training runs as a user starts them, on audio made here, so small that they take seconds."""

import json
import sys
from pathlib import Path

import numpy as np
import soundfile

from trainer import cli

CONFIGS = Path("trainer/configs")
ROWS = {"sgmse-baseline": 0.0, "fixed-weight": 0.5, "time-dependent-weight": "linear", "supervised": 1.0}


def make_audio(folder):
    """Folders speech/ and noise/ of short synthetic files."""
    rng = np.random.default_rng(0)
    t = np.arange(3 * 16000) / 16000
    for kind in ("speech", "noise"):
        (folder / kind).mkdir()
        for i in range(4):
            x = 0.1 * rng.standard_normal(len(t))
            if kind == "speech":
                gate = np.sin(2 * np.pi * 2 * t) > 0
                x = 0.02 * x + 0.1 * gate * sum(
                    np.sin(2 * np.pi * (110 + 20 * i) * k * t) / k for k in range(1, 9)
                )
            soundfile.write(folder / kind / f"{i}.wav", x.astype(np.float32), 16000)
    return folder


def fit_command(audio, folder, *options):
    return [
        sys.executable, "-m", "trainer.cli", "fit", "--config", "trainer/configs/stream.yaml",
        "--data.speech", json.dumps([str(audio / "speech")]), "--data.noise", json.dumps([str(audio / "noise")]),
        "--data.valid_count", "1", "--data.valid_seconds", "1", "--data.batch_size", "2", "--data.workers", "0",
        "--data.examples_per_epoch", "8", "--data.rooms", "2", "--data.seconds", "0.5", "--data.cache_dir", "null",
        "--model.network.channels", "16", "--model.network.blocks", "1", "--model.network.bands", "8",
        "--model.path_from", "2", "--trainer.log_every_n_steps", "1", "--trainer.accelerator", "cpu",
        "--folder", str(folder), *options,
    ]  # fmt: skip


def make_audio_with_pairs(folder):
    """Folders speech/ and noise/ of short synthetic files, and pairs/ with clean/ and noisy/, as a development set has."""
    rng = np.random.default_rng(0)
    t = np.arange(2 * 16000) / 16000
    for kind in ("speech", "noise"):
        (folder / kind).mkdir()
        for i in range(3):
            x = 0.1 * rng.standard_normal(len(t))
            if kind == "speech":
                x = 0.02 * x + 0.2 * np.sin(2 * np.pi * (200 + 50 * i) * t) * (np.sin(8 * t) > 0)
            soundfile.write(folder / kind / f"{i}.wav", x.astype(np.float32), 16000)
    for kind in ("clean", "noisy"):
        (folder / "pairs" / kind).mkdir(parents=True)
        for i in range(3):
            x, _ = soundfile.read(folder / "speech" / f"{i}.wav")
            noise, _ = soundfile.read(folder / "noise" / f"{i}.wav")
            soundfile.write(
                folder / "pairs" / kind / f"{i}_5dB.wav", x + 0.5 * noise * (kind == "noisy"), 16000
            )
    return folder


def fit_row(audio, folder, row, *options):
    """The command in this process, which is quicker: tests/train/training/test_fit.py runs it in one of its own.

    Reduced in width, depth and frames; everything else is the row's own. The paper's rows train on pairs, as the paper
    does; one of them, and the others, on mixtures.
    """
    places = [f"--data.{kind}={json.dumps([str(audio / kind)])}" for kind in ("speech", "noise")]
    if row in ROWS and row != "fixed-weight":
        places = ["--data.pairs", str(audio / "pairs")]
    command = [
        "fit", "--config", str(CONFIGS / f"{row}.yaml"),
        "--config", str(CONFIGS / "ncsnpp-small.yaml"),
        *places, "--model.network.nf", "16", "--model.network.ch_mult", "[1, 2]", "--data.seconds", "0.248",
        "--data.valid_count", "1", "--data.valid_seconds", "0.5", "--data.batch_size", "3", "--data.workers", "0",
        "--data.examples_per_epoch", "6", "--data.cache_dir", "null", "--trainer.max_steps", "2",
        "--trainer.val_check_interval", "2", "--trainer.accelerator", "cpu", "--trainer.log_every_n_steps", "1",
        "--model.validation_steps", "[1]", "--folder", str(folder), *options,
    ]  # fmt: skip
    cli.main(command)
