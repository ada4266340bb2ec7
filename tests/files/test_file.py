"""`realtime-cli file`: aligned, of equal length, whole or not at all."""

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest
import soundfile

from realtime.engine.channels import BankFactory, EnhancerOptions
from realtime.engine.enhancer import Enhancer
from realtime.files import batch
from realtime.files.search import Task, plan
from tests.helpers.cli_runner import CLI, CLI_SHELL, call, from_s16, need, run, s16, shell, speechlike, start


def write(path, samples, rate=16000, subtype=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate, subtype)
    return path


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_enhanced_and_aligned(model, tmp_path):
    x = from_s16(s16(speechlike(20011)))
    source, target = write(tmp_path / "a.wav", x), tmp_path / "out" / "b.wav"
    done = run("file", source, "-o", target, "--model", model, "--steps", 3, "--seed", 7)
    assert done.returncode == 0 and done.stdout == b""
    y, rate = soundfile.read(target, dtype="float32")
    expected = Enhancer(model, steps=3, seed=7).enhance(x)
    assert rate == 16000
    np.testing.assert_array_equal(y, from_s16(s16(expected)))
    assert names(tmp_path) == ["a.wav", "out/b.wav"]


def test_any_rate_and_length_comes_back_sample_by_sample(model, tmp_path):
    """With an attenuation limit of 0 dB the engine passes its input, so a tenth of a sample of shift would
    show.
    """
    signals = {}
    for rate in (8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000):
        for count in (rate + 7, rate // 300, 1):
            x = signals[rate, count] = np.stack([speechlike(count, rate), speechlike(count, rate, 1)], 1)
            write(tmp_path / f"in/{rate}-{count}.wav", x, rate, "FLOAT")
    out = tmp_path / "out"
    done = run("file", tmp_path / "in", "-o", out, "--model", model, "--attenuation-limit", 0, "-q")
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    for (rate, count), x in signals.items():
        y, found = soundfile.read(out / f"{rate}-{count}.wav", dtype="float32")
        assert found == rate and y.shape == x.shape
        assert soundfile.info(out / f"{rate}-{count}.wav").subtype == "FLOAT"
        if count > rate:
            inner = slice(rate // 20, -rate // 20)
            error = np.abs(y - x)[inner].max()
            shift = error / np.abs(np.diff(x, axis=0))[inner].max()
            assert error < 1e-3 and shift < 0.1, f"{rate} Hz: error {error}, as a shift of {shift} samples"


def test_an_empty_file_stays_empty(model, tmp_path):
    source = write(tmp_path / "a.wav", np.zeros(0))
    assert call("file", source, "-o", tmp_path / "b.wav", "--model", model)[0] == 0
    assert soundfile.info(tmp_path / "b.wav").frames == 0


@pytest.mark.parametrize(
    ("source", "subtype", "target", "expected"),
    [
        ("a.wav", "PCM_24", "b.wav", "PCM_24"),
        ("a.wav", "PCM_U8", "b.wav", "PCM_16"),
        ("a.wav", "FLOAT", "b.flac", "PCM_24"),
        ("a.flac", "PCM_24", "b.wav", "PCM_24"),
        ("a.ogg", "VORBIS", "b.wav", "PCM_16"),
        ("a.ogg", "VORBIS", "b.ogg", "VORBIS"),
        ("a.wav", "PCM_16", "b.ogg", "VORBIS"),
        ("a.wav", "PCM_16", "b.opus", "OPUS"),
        ("a.wav", "PCM_16", "b.mp3", "MPEG_LAYER_III"),
        ("a.wav", "DOUBLE", "b.aif", "DOUBLE"),
    ],
)
def test_the_ending_says_what_is_written(model, tmp_path, source, subtype, target, expected):
    write(tmp_path / source, speechlike(4800, 48000), 48000, subtype)
    code, _, text = call("file", tmp_path / source, "-o", tmp_path / target, "--model", model)
    assert code == 0, text
    info = soundfile.info(tmp_path / target)
    assert (info.subtype, info.samplerate, info.channels) == (expected, 48000, 1)
    if expected != "MPEG_LAYER_III":  # a decoder pads that
        assert info.frames == soundfile.info(tmp_path / source).frames


def test_faults_of_the_input_are_repaired_and_told(model, tmp_path):
    x = speechlike(8000)
    x[1000], x[2000], x[3000] = np.nan, np.inf, 50
    source = write(tmp_path / "a.wav", x, subtype="FLOAT")
    code, _, text = call("file", source, "-o", tmp_path / "b.wav", "--model", model)
    assert code == 0 and "a.wav: 2 samples that were not finite" in text and "1 samples far beyond" in text
    y, _ = soundfile.read(tmp_path / "b.wav")
    assert np.isfinite(y).all() and np.abs(y).max() <= 1


def test_tags_are_kept(model, tmp_path):
    with soundfile.SoundFile(tmp_path / "a.flac", "w", 16000, 1) as file:
        file.title, file.artist = "A talk", "Somebody"
        file.write(speechlike(1600))
    assert call("file", tmp_path / "a.flac", "-o", tmp_path / "b.flac", "--model", model)[0] == 0
    with soundfile.SoundFile(tmp_path / "b.flac") as file:
        assert (file.title, file.artist) == ("A talk", "Somebody")


def folder_of_recordings(root):
    for name, seed in (("one.wav", 1), ("deep/er/two.flac", 2), ("deep/three.wav", 3)):
        write(root / name, speechlike(8000, seed=seed))
    (root / "notes.txt").write_text("not sound")
    (root / ".hidden.wav").write_text("not ours")
    return root


@pytest.mark.parametrize("jobs", [1, 2])
def test_folder_to_folder(model, tmp_path, jobs):
    source = folder_of_recordings(tmp_path / "in")
    done = run("file", source, "-o", tmp_path / "out", "--model", model, "--jobs", jobs)
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "out") == ["deep/er/two.flac", "deep/three.wav", "one.wav"]
    assert b"1 files in the folders are no recordings and are left out: notes.txt" in done.stderr
    x, _ = soundfile.read(source / "deep/three.wav", dtype="float32")
    y, _ = soundfile.read(tmp_path / "out/deep/three.wav", dtype="float32")
    np.testing.assert_array_equal(y, from_s16(s16(Enhancer(model).enhance(x))))


def test_another_ending_for_all(model, tmp_path):
    source = folder_of_recordings(tmp_path / "in")
    assert call("file", source, "-o", tmp_path / "out", "--ext", "flac", "--model", model)[0] == 0
    assert names(tmp_path / "out") == ["deep/er/two.flac", "deep/three.flac", "one.flac"]


def test_what_is_done_is_skipped_and_what_is_missing_is_made(model, tmp_path):
    source, target = folder_of_recordings(tmp_path / "in"), tmp_path / "out"
    call("file", source, "-o", target, "--model", model)
    (target / "deep/three.wav").unlink()
    (target / "one.wav").write_bytes(b"done by hand")
    done = run("file", source, "-o", target, "--model", model)
    assert done.returncode == 0 and b"2 of 3 exist already" in done.stderr
    assert soundfile.info(target / "deep/three.wav").frames == 8000
    assert (target / "one.wav").read_bytes() == b"done by hand"
    done = run("file", source, "-o", target, "--model", model, "--overwrite")
    assert done.returncode == 0 and soundfile.info(target / "one.wav").frames == 8000


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failure_does_not_stop_the_others(model, tmp_path, jobs):
    source, target = folder_of_recordings(tmp_path / "in"), tmp_path / "out"
    (source / "broken.wav").write_bytes(b"RIFF no more")
    write(source / "slow.wav", speechlike(400, 4000), 4000)  # a rate that is out of range
    done = run("file", source, "-o", target, "--model", model, "--jobs", jobs)
    assert done.returncode == 1
    assert names(target) == ["deep/er/two.flac", "deep/three.wav", "one.wav"]
    text = done.stderr.decode()
    assert "2 of 5 files failed" in text and "Traceback" not in text
    last = text.split("files failed:")[1].splitlines()
    assert len(last) == 3 and any("broken.wav" in line for line in last)
    assert any("slow.wav" in line and "4000" in line for line in last)


def test_a_failed_redo_leaves_the_old_output(model, tmp_path):
    source, target = tmp_path / "a.flac", write(tmp_path / "b.wav", speechlike(1600))
    write(source, speechlike(160000))
    data = source.read_bytes()
    source.write_bytes(data[: len(data) // 2] + os.urandom(2000))  # breaks off while it is read
    before = target.read_bytes()
    done = run("file", source, "-o", target, "--model", model, "--overwrite")
    assert done.returncode == 1 and target.read_bytes() == before
    assert names(tmp_path) == ["a.flac", "b.wav"]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_what_is_stopped_in_the_middle_leaves_no_half_file(model, tmp_path, sign, jobs):
    for name in "ab":
        write(tmp_path / f"in/{name}.wav", np.tile(speechlike(16000), 1200))  # 20 minutes
    out = tmp_path / "out"
    process = start(
        "file", tmp_path / "in", "-o", out, "--model", model, "--jobs", jobs, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while len(list(out.glob(".*.part"))) < jobs:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, sign)  # as the terminal does, or the system when memory is short
    _, text = process.communicate(timeout=60)
    assert not list(out.glob("*.wav"))
    if sign == signal.SIGINT:
        assert process.returncode == 130 and names(out) == []
        assert b"Traceback" not in text, text


def processes_of(path):
    """Processes whose command line or environment names the path."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(path).encode() in (folder / "environ").read_bytes() and folder.name != str(os.getpid()):
                found.append(int(folder.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found through /proc")
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_the_command_that_started_them(model, tmp_path, sign):
    for name in "ab":
        write(tmp_path / f"in/{name}.wav", np.tile(speechlike(16000), 1200))
    out = tmp_path / "out"
    process = start(
        "file", tmp_path / "in", "-o", out, "--model", model, "--jobs", 2,
        env=os.environ | {"KLARSTROM_TEST": str(tmp_path)},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(list(out.glob(".*.part"))) < 2:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(sign)  # to the command alone, as systemd and `kill` do
    process.wait(60)
    while processes_of(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not processes_of(tmp_path)
    assert names(out) == [], "workers take their temporary files with them"
    if sign == signal.SIGTERM:
        assert process.returncode == 143 and b"Traceback" not in process.stderr.read()
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()


def test_remarks_that_nobody_reads_do_not_stop_the_work(model, tmp_path):
    for k in range(3):
        write(tmp_path / f"in/{k}.wav", speechlike(1600))
    shell(f"{CLI_SHELL} file '{tmp_path}/in' -o '{tmp_path}/out' --model '{model}' 2>&1 >&- | true")
    assert names(tmp_path / "out") == ["0.wav", "1.wav", "2.wav"]


def test_places_that_cannot_be_written_to_are_named(model, tmp_path):
    write(tmp_path / "a.wav", speechlike(1600))
    code, _, text = call("file", tmp_path / "a.wav", "-o", tmp_path / "a.wav" / "b.wav", "--model", model)
    assert code == 1 and "a.wav is a file, not a folder" in text


def test_a_flac_without_a_length_is_refused_with_the_cure(model, tmp_path):
    need("ffmpeg")
    write(tmp_path / "a.flac", speechlike(16000))
    assert shell(f"ffmpeg -v error -i '{tmp_path}/a.flac' -f flac - > '{tmp_path}/b.flac'").returncode == 0
    code, _, text = call("file", tmp_path / "b.flac", "-o", tmp_path / "c.flac", "--model", model)
    assert code == 1 and "does not say how long it is" in text and "ffmpeg -i b.flac" in text


def test_too_many_channels_are_refused(model, tmp_path):
    write(tmp_path / "a.wav", np.zeros((160, 65), np.float32))
    code, _, text = call("file", tmp_path / "a.wav", "-o", tmp_path / "b.wav", "--model", model)
    assert code == 1 and "65 channels: 1 ... 64 can be enhanced" in text
    assert call("file", tmp_path / "a.wav", "-o", tmp_path / "b.wav", "--model", model, "--mono")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.wav", "-o", "out.wav"], "nowhere.wav does not exist"),
        (["a.wav", "-o", "a.wav"], "a.wav is an input"),
        (["a.wav", "-o", "link.wav"], "link.wav is an input"),
        (["a.wav", "-o", "."], "a.wav is an input"),
        (["folder", "-o", "folder"], "is the input folder"),
        (["folder", "-o", "a.wav"], "is a file; several files or a folder need a folder"),
        (["a.wav", "folder/b.wav", "-o", "a.wav"], "need a folder"),
        (["a.wav", "folder/a.wav", "-o", "out/"], "would both become"),
        (["empty", "-o", "out"], "no sound files in empty"),
        (["a.wav", "-o", "out.wav", "--jobs", "0"], "--jobs 0 must be 1 or more"),
        (["a.wav", "-o", "out.wav", "--steps", "0"], "steps is 0"),
        (["a.wav"], "-o/--output"),
    ],
)
def test_usage_errors_are_code_2_and_write_nothing(model, tmp_path, monkeypatch, arguments, words):
    write(tmp_path / "a.wav", speechlike(1600))
    write(tmp_path / "folder/a.wav", speechlike(1600))
    write(tmp_path / "folder/b.wav", speechlike(1600))
    (tmp_path / "empty").mkdir()
    (tmp_path / "link.wav").symlink_to("a.wav")
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    monkeypatch.chdir(tmp_path)
    code, _, text = call("file", *arguments, "--model", model)
    assert code == 2 and words in text, text
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


@pytest.mark.parametrize(
    ("target", "words"),
    [("b", "no ending"), ("b.m4a", "'.m4a' is not known"), ("folder/a.wav/b.wav", "folder/a.wav/b.wav: ")],
)
def test_targets_that_cannot_be_written_are_code_1(model, tmp_path, monkeypatch, target, words):
    write(tmp_path / "a.wav", speechlike(1600))
    write(tmp_path / "folder/a.wav", speechlike(1600))
    monkeypatch.chdir(tmp_path)
    code, _, text = call("file", "a.wav", "-o", target, "--model", model)
    assert code == 1 and words in text
    assert names(tmp_path) == ["a.wav", "folder/a.wav"]


def test_a_missing_model_is_code_3(tmp_path):
    write(tmp_path / "a.wav", speechlike(1600))
    done = run("file", tmp_path / "a.wav", "-o", tmp_path / "b.wav", "--model", tmp_path / "no.onnx")
    assert done.returncode == 3 and b"no.onnx" in done.stderr


def test_an_output_folder_inside_the_input_is_not_searched(tmp_path):
    write(tmp_path / "a.wav", speechlike(160))
    write(tmp_path / "clean/a.wav", speechlike(160))
    tasks, _ = plan([tmp_path], tmp_path / "clean")
    assert [task.source for task in tasks] == [tmp_path / "a.wav"]


def test_memory_does_not_grow_with_length(model, tmp_path):
    peaks = []
    for minutes in (1, 6):
        source = tmp_path / f"{minutes}.wav"
        with soundfile.SoundFile(source, "w", 16000, 1) as file:
            for _ in range(minutes):
                file.write(np.tile(speechlike(16000), 60))
        code = (
            "import resource, sys\nfrom realtime.cli.main import run\n"
            "assert run(['file', *sys.argv[1:], '--overwrite', '-q', '--steps', '1']) == 0\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        )
        command = [sys.executable, "-c", code, source, "-o", tmp_path / "o.wav", "--model", model]
        done = subprocess.run(command, capture_output=True, timeout=200, check=True)
        peaks.append(int(done.stdout))
    assert peaks[1] - peaks[0] < 8 * 1024, f"{peaks} KiB; 5 minutes more are 19 MiB as float32"


def test_progress_is_for_terminals_only(model, tmp_path):
    import pty

    source = write(tmp_path / "a.wav", np.tile(speechlike(16000), 300))  # progress wants a second of work
    done = run("file", source, "-o", tmp_path / "b.wav", "--model", model)
    assert b"\r" not in done.stderr and b"\x1b" not in done.stderr
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*CLI, "file", str(source), "-o", str(tmp_path / "c.wav"), "--model", str(model)], stderr=slave
    )
    os.close(slave)
    text = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # Linux says so when the other end is closed
            break
        if not part:
            break
        text += part
    os.close(master)
    assert process.wait(60) == 0
    assert b"x real time" in text and b" left" in text and b"\x1b[" in text and b"c.wav" in text


def test_a_table_of_what_was_done_stands_at_the_end(model, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    name = "[red]" + 120 * "a"  # no markup, and whole where nothing needs to wrap
    write(source / f"{name}.wav", speechlike(24000))
    write(source / "b.wav", speechlike(16000))
    write(source / "slow.wav", speechlike(400, 4000), 4000)  # a rate that is out of range
    done = run("file", source, "-o", tmp_path / "out", "--model", model)
    lines = done.stderr.decode().splitlines()
    at = next(
        k
        for k, line in enumerate(lines)
        if line.split() == ["written", "length", "time", "speed", "model", "result"]
    )
    rows = [line.split() for line in lines[at + 1 : at + 4]]
    assert [(row[0], row[-1]) for row in rows] == [
        (str(tmp_path / f"out/{name}.wav"), "done"),
        (str(tmp_path / "out/b.wav"), "done"),
        (str(source / "slow.wav"), "failed"),
    ]
    assert [row[1] for row in rows[:2]] == ["0:02", "0:01"]
    assert lines[at + 4].startswith("realtime-cli: 2 files, 2.5 s of audio in ") and done.returncode == 1
    quiet = run("file", source, "-o", tmp_path / "quiet", "--model", model, "-q").stderr.decode()
    assert "written" not in quiet and "slow.wav" in quiet


class Ended(BaseException):
    """In place of a signal that ends a worker."""


class SamePool:
    """An executor in this process that breaks, as the real one does, when one of its workers is ended."""

    made: list

    def __init__(self, jobs, context, open_worker, arguments):
        self.made.append(jobs)
        self.broken = False
        open_worker(*arguments)

    def submit(self, work, *arguments):
        if self.broken:
            raise BrokenProcessPool
        future = Future()
        try:
            future.set_result(work(*arguments))
        except Ended:
            self.broken = True
            future.set_exception(BrokenProcessPool())
        return future

    def shutdown(self, **how):
        pass


@pytest.fixture
def pools(monkeypatch):
    monkeypatch.setattr(batch, "ProcessPoolExecutor", SamePool)
    monkeypatch.setattr(batch, "_end_with", lambda parent: None)
    SamePool.made = []
    return SamePool.made


def enhanced(tasks, model, jobs=2, **more):
    found = batch.enhance_all(tasks, BankFactory(EnhancerOptions(model), False, True), jobs, **more)
    return {outcome.task.source.stem: outcome.error for outcome in found}


def test_a_file_that_ends_its_workers_is_tried_twice_and_costs_the_others_nothing(
    pools, model, tmp_path, monkeypatch
):
    ends, tried = {"unlucky": 1, "poison": 9}, []
    tasks = [Task(tmp_path / f"{name}.wav", tmp_path / "out.wav")
             for name in ("first", "unlucky", "poison", "never", "last")]  # fmt: skip

    def attempt(task, factory, on_block):
        name = task.source.stem
        tried.append(name)
        if tried.count(name) <= ends.get(name, 0):
            raise Ended
        on_block(1.0)
        return batch.Outcome(task)

    monkeypatch.setattr(batch, "attempt", attempt)
    seconds = []
    errors = enhanced(tasks, model, on_progress=seconds.append)
    assert errors.pop("poison").endswith(
        "poison.wav: the process that worked on it was ended from outside, 2 times"
    )
    assert errors == dict.fromkeys(("first", "unlucky", "never", "last"))
    assert tried == ["first", "unlucky", "unlucky", "poison", "poison", "never", "last"]
    assert pools == [2, 1, 2, 1, 2] and seconds[-1] == 4.0


def test_workers_that_never_begin_are_not_started_for_ever(pools, model, tmp_path, monkeypatch):
    def submit(*_):
        raise BrokenProcessPool

    monkeypatch.setattr(SamePool, "submit", submit)
    errors = enhanced([Task(tmp_path / f"{name}.wav", tmp_path / "out.wav") for name in "ab"], model)
    assert len(pools) == 1 and set(errors) == {"a", "b"}
    assert all("before they began" in error for error in errors.values())


def writer_of(path):
    """The worker that has this file open."""
    for child in multiprocessing.active_children():
        if any(
            Path(f"/proc/{child.pid}/fd/{fd}").resolve() == path for fd in os.listdir(f"/proc/{child.pid}/fd")
        ):
            return child.pid
    raise AssertionError(f"nobody writes {path}")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc tells who writes a file")
def test_a_killed_worker_loses_no_file(model, tmp_path):
    for name in "ab":
        write(tmp_path / f"in/{name}.wav", np.tile(speechlike(16000), 90))
    tasks, _ = plan([tmp_path / "in"], tmp_path / "out")
    killed = []

    def kill(seconds):
        if seconds and not killed:
            for part in (tmp_path / "out").glob(".*.part"):
                killed.append(writer_of(part))
                os.kill(killed[0], signal.SIGKILL)
                return

    assert enhanced(tasks, model, on_progress=kill) == dict.fromkeys("ab")
    assert killed and names(tmp_path / "out") == ["a.wav", "b.wav"]
    assert {soundfile.info(tmp_path / f"out/{name}.wav").frames for name in "ab"} == {90 * 16000}
