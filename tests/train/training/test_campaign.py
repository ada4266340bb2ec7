"""A campaign goes on where it was stopped, counts what was heard, and scores itself."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from trainer.cli import main
from trainer.evaluation.metrics import NAMES
from trainer.networks.checkpoint import hours_heard
from trainer.training.campaign import SCORES, read_scores

RATE = 16000
TINY = [
    "--model.network.channels", "16", "--model.network.heads", "1", "--model.network.blocks", "1",
    "--data.seconds", "0.5", "--data.batch_size", "2", "--data.examples_per_epoch", "40", "--data.rooms", "0",
    "--data.workers", "0", "--data.valid_count", "2", "--data.valid_seconds", "0.5", "--model.operators", "plain",
    "--trainer.val_check_interval", "20",
]  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    for name, count in (("speech", 3), ("noise", 3), ("clean", 2), ("noisy", 2)):
        (folder / name).mkdir()
        for k in range(count):
            time_ = np.arange(2 * RATE) / RATE
            voice = 0.1 * np.sin(2 * np.pi * 150 * time_) * (np.sin(6 * time_ + k) > 0)
            hiss = 0.02 * rng.standard_normal(len(time_))
            made = {"speech": voice, "clean": voice, "noise": hiss, "noisy": voice + hiss}[name]
            soundfile.write(folder / name / f"{k}.wav", made, RATE)
    return folder


def command(data, state, *fit, score_hours="2", nice="0"):
    return [
        sys.executable, "-m", "trainer.cli", "campaign", str(state), "--speech", str(data / "speech"),
        "--noise", str(data / "noise"), "--clean", str(data / "clean"), "--noisy", str(data / "noisy"),
        "--score-hours", score_hours, "--threads", "1", "--nice", nice, "--fit", *TINY, *fit,
    ]  # fmt: skip


def test_a_campaign_goes_on_counts_hours_and_scores_itself(data, tmp_path):
    state = tmp_path / "state"
    first = subprocess.run(
        command(data, state, "--trainer.max_steps", "10"), capture_output=True, text=True, timeout=240
    )
    assert first.returncode == 0, first.stderr
    assert "the training is complete" in first.stdout
    assert hours_heard(state / "run" / "ema.safetensors") == pytest.approx(10 * 2 * 0.5 / 3600, abs=1e-3)

    # the state folder knows the rest: more steps, scores at once, stopped as a session would stop it
    kept = json.loads((state / "campaign.json").read_text())
    kept["score_hours"], kept["fit"] = 1e-4, [*TINY, "--trainer.max_steps", "100000"]
    (state / "campaign.json").write_text(json.dumps(kept))
    second = subprocess.Popen(
        [sys.executable, "-m", "trainer.cli", "campaign", str(state)], stdout=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 200
        while len(read_scores(state)) < 2 and time.monotonic() < deadline:
            assert second.poll() is None, (state / "training.log").read_text()[-2000:]
            time.sleep(0.5)
    finally:
        second.send_signal(signal.SIGTERM)
        out, _ = second.communicate(timeout=120)
    assert second.returncode == 0
    assert "stopped; the same command goes on" in out
    rows = read_scores(state)
    assert len(rows) >= 2 and rows[0]["files"] == "2"
    assert set(SCORES) <= set(NAMES)  # what `trainer test` calls them
    assert all(np.isfinite(float(rows[0][name])) for name in SCORES if rows[0][name])
    assert float(rows[0]["si_sdr"]) != 0
    assert (state / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert "Restor" in (state / "training.log").read_text()  # it went on from the checkpoint of the first


def test_a_campaign_runs_at_the_lowest_priority(data, tmp_path):
    state = tmp_path / "state"
    running = subprocess.Popen(
        command(data, state, "--trainer.max_steps", "100000", nice="19"), stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not (child := children(running.pid)):
            time.sleep(0.2)
        time.sleep(0.5)
        assert os.getpriority(os.PRIO_PROCESS, child[0]) == 19
        group = Path(f"/proc/{child[0]}/autogroup")
        if group.is_file() and group.read_text().strip():
            assert group.read_text().strip().endswith("nice 19")
    finally:
        running.terminate()
        running.wait(120)


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def test_what_is_missing_is_named(tmp_path, capsys):
    for arguments, sentence in (
        ([str(tmp_path / "none")], "holds no campaign yet: --speech and --noise must be given"),
        (
            [str(tmp_path / "none"), "--speech", "a", "--noise", "b", "--clean", "c"],
            "scores need both --clean and --noisy",
        ),
        (
            [str(tmp_path / "none"), "--speech", "a", "--noise", "b", "--score-hours", "0"],
            "--score-hours 0.0: it must be above 0",
        ),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(["campaign", *arguments])
        assert stopped.value.code == 1
        assert sentence in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_report_without_scores_says_so(tmp_path, capsys):
    main(["campaign", str(tmp_path), "--report"])
    assert "holds no scores yet" in capsys.readouterr().out
