"""`realtime-cli file --ray local`: a Ray cluster of two workers, started for real."""

import os
import signal
import time
import uuid
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.helpers.cli_runner import IN_CI, call, start

if not IN_CI:  # there it is not optional
    pytest.importorskip("ray")

FILES = 200
pytestmark = [
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="workers are found through /proc"),
    pytest.mark.timeout(700),
]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Short files in two folders, and one that is no sound."""
    folder, rng = tmp_path_factory.mktemp("recordings"), np.random.default_rng(0)
    for k in range(FILES):
        path = folder / "ab"[k % 2] / f"{k:03d}.wav"
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, 0.1 * rng.standard_normal(3200 + 16 * k), 16000)
    (folder / "a" / "broken.wav").write_text("no sound at all")
    return folder


def workers(mark):
    """Process ids of the actors that a command of ours began."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            name, around = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
        except OSError:
            continue
        if name.startswith(b"ray::") and b"Enhancer" in name and mark.encode() in around:
            found.append(int(entry.name))
    return found


def finished(folder):
    return sorted(p.relative_to(folder) for p in folder.rglob("*.wav") if not p.name.startswith("."))


def test_a_killed_worker_loses_nothing(recordings, model, tmp_path):
    """Failures are listed with their reasons, all other files come out whole, and the same as without Ray."""
    mark, out = uuid.uuid4().hex, tmp_path / "out"
    process = start(
        "file",
        recordings,
        "-o",
        out,
        "--model",
        model,
        "--ray",
        "local",
        "--jobs",
        2,
        env=os.environ | {"MARK": mark},
    )
    deadline = time.monotonic() + 240
    running = []
    while (len(running) < 2 or len(finished(out)) < 5) and time.monotonic() < deadline:
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.05)
        running = workers(mark)
    assert len(running) == 2
    os.kill(running[0], signal.SIGKILL)
    _, errors = process.communicate(timeout=280)
    text = errors.decode()
    assert process.returncode == 1, text
    assert f"1 of {FILES + 1} files failed:" in text and "broken.wav: cannot be read" in text
    assert len(finished(out)) == FILES
    assert not [p for p in out.rglob("*") if p.name.startswith(".")]
    deadline = time.monotonic() + 30
    while workers(mark) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not workers(mark)

    plain = tmp_path / "plain"
    assert call("file", recordings / "b", "-o", plain, "--model", model, "-q")[0] == 0
    for path in finished(plain):
        assert (plain / path).read_bytes() == (out / "b" / path).read_bytes()

    # what is done is skipped, so nothing but the failure is tried again, and Ray is not even wanted for that
    done = {path: (out / path).stat().st_mtime_ns for path in finished(out)}
    code, _, errors = call("file", recordings, "-o", out, "--model", model)
    assert code == 1 and f"{FILES} of {FILES + 1} exist already" in errors
    assert done == {path: (out / path).stat().st_mtime_ns for path in finished(out)}


def test_a_cluster_that_is_not_there_is_one_sentence(recordings, model, tmp_path):
    code, _, errors = call(
        "file",
        recordings / "a" / "000.wav",
        "-o",
        tmp_path / "o.wav",
        "--model",
        model,
        "--ray",
        "127.0.0.1:1",
    )
    assert code == 1 and "127.0.0.1:1" in errors and len(errors.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())
