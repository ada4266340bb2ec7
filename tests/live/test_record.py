"""Recordings of a live stream: whole at any moment, never over another one."""

import os
import signal
import subprocess
import sys
import time
import wave

import numpy as np
import pytest
import soundfile

from realtime.live import record
from realtime.live.record import FLUSH_S, Recorder
from tests.helpers.audio_server import PulseServer, running, wait_until
from tests.helpers.live_command import LOUD, live, playing

RATE = 16000


def sides(folder):
    """What another program reads: side -> float32 [n]."""
    found = {}
    for path in sorted(folder.iterdir()):
        samples, rate = soundfile.read(path, dtype="float32")
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
            assert file.getnframes() == len(samples) and rate == RATE
        assert 0 <= path.stat().st_size - 44 - 2 * len(samples) <= 2 * RATE, (
            "the header tells of nearly all of it"
        )
        found[path.stem.rpartition("-")[2]] = samples
    return found


def test_a_recording_can_be_read_while_it_is_made(tmp_path, noise):
    x = noise(4 * RATE)
    recorder = Recorder(tmp_path / "new/folder", RATE)
    assert {side: len(y) for side, y in sides(tmp_path / "new/folder").items()} == {"in": 0, "out": 0}
    for block in x.reshape(-1, 160):
        recorder.add(block, -block)
    wait_until(lambda: len(sides(tmp_path / "new/folder")["out"]) == len(x), 10, "all of it, before the end")
    recorder.add(x[:7], x[:7])
    paths = recorder.close()
    assert [path.stem.rpartition("-")[2] for path in paths] == ["in", "out"]
    y = sides(tmp_path / "new/folder")
    np.testing.assert_allclose(y["in"], np.append(x, x[:7]), atol=2**-16)
    np.testing.assert_allclose(y["out"], np.append(-x, x[:7]), atol=2**-16)


@pytest.mark.skipif(os.name == "nt", reason="no modes")
def test_a_recording_is_of_its_user_alone(tmp_path):
    for path in Recorder(tmp_path, 16000).close():
        assert path.stat().st_mode & 0o077 == 0


def test_recordings_of_the_same_second_have_names_of_their_own(tmp_path):
    paths = [path for _ in range(3) for path in Recorder(tmp_path, RATE).close()]
    assert len(set(paths)) == len(list(tmp_path.iterdir())) == 6


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        Recorder(tmp_path / "file", RATE)


def test_a_full_disk_ends_the_recording_and_what_was_written_stays(tmp_path):
    """The limit of a file's size stands for the disk."""
    code = (
        "import resource, sys, time; from pathlib import Path; import numpy as np\n"
        "from realtime.live.record import Recorder\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "r = Recorder(Path(sys.argv[1]), 16000)\n"
        "for _ in range(30):\n"
        "    r.add(np.full(1600, 0.5, np.float32), np.full(1600, 0.5, np.float32)); time.sleep(0.05)\n"
        "r.close(); print(type(r.error).__name__, r.error.strerror)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, timeout=60)
    assert done.stdout == "OSError File too large\n", done
    for side, samples in sides(tmp_path).items():
        assert 0 < len(samples) < 25_000 and (samples == 0.5).all(), side


def test_a_wav_that_is_full_ends_the_recording(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "_LONGEST", 2000)
    told = []
    recorder = Recorder(tmp_path, RATE, told.append)
    recorder.add(np.zeros(900, np.float32), np.zeros(900, np.float32))
    wait_until(lambda: len(sides(tmp_path)["out"]) == 900, 10, "the first block")
    recorder.add(np.zeros(200, np.float32), np.zeros(200, np.float32))
    wait_until(lambda: recorder.error is not None, 10, "the end of the recording")
    recorder.add(np.zeros(50, np.float32), np.zeros(50, np.float32))
    recorder.close()
    assert "as long as a WAV file can be" in str(recorder.error)
    assert told == [recorder.error], "once"
    assert {side: len(samples) for side, samples in sides(tmp_path).items()} == {"in": 900, "out": 900}


@pytest.fixture(scope="module")
def server():
    with running(PulseServer) as it:
        it.sink("mic_in")
        it.sink("loud")
        it.source("virt_mic", "mic_in")
        yield it


@pytest.mark.parametrize(("end", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_a_killed_program_leaves_whole_recordings(server, model, tmp_path, end, code):
    takes = tmp_path / "takes"
    arguments = ("--model", model, "-i", "virt_mic", "-o", "loud", "--record", takes)
    with playing("mic_in", tmp_path), live(tmp_path / "log", *arguments) as process:
        wait_until(lambda: np.abs(sides(takes)["out"]).max(initial=0) > LOUD, 20, "sound in the file")
        recorded = len(sides(takes)["in"])
        time.sleep(2 * FLUSH_S)
        process.send_signal(end)
        assert process.wait(10) == code
    y = sides(takes)
    assert set(y) == {"in", "out"} and len(y["in"]) > recorded + 0.5 * FLUSH_S * RATE
    assert np.abs(y["in"][-1600:]).max() > LOUD and np.abs(y["out"][-1600:]).max() > LOUD, (
        "sound up to the end"
    )
