"""Names, folders, pipes, links and permissions as the world has them."""

import multiprocessing
import os
import shutil
import stat
import subprocess
import sys
import time

import pytest
import soundfile

from realtime import atomic
from realtime.files import foreign
from tests.helpers.cli_runner import CLI, CLI_SHELL, call, need, run, shell, speechlike, start

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="names that are bytes, links and named pipes of POSIX"
)
ODD = "caf\udce9.wav"  # the byte E9, which is no UTF-8


def write(path, count=8000):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        soundfile.write(file, speechlike(count), 16000, format="WAV")
    return path


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_name_that_is_not_utf_8(model, tmp_path, jobs):
    for name in ("b.wav", ODD, "\u97f3.wav"):
        write(tmp_path / "in" / name)
    done = run("file", tmp_path / "in", "-o", tmp_path / "out", "--model", model, "--jobs", jobs)
    assert done.returncode == 0 and b"codec" not in done.stderr
    assert sorted(os.listdir(tmp_path / "out")) == sorted(os.listdir(tmp_path / "in"))


def test_a_model_in_a_folder_that_is_not_utf_8(model, tmp_path):
    (tmp_path / "mod\udce9l").mkdir()
    copy = shutil.copy(model, tmp_path / "mod\udce9l" / "m.onnx")
    assert run("info", copy).returncode == 0


@pytest.mark.parametrize("name", ["x" * 251 + ".wav", "ü" * 125 + ".wav"])
def test_a_name_as_long_as_they_may_be(model, tmp_path, name):
    write(tmp_path / "in" / name)
    done = run("file", tmp_path / "in", "-o", f"{tmp_path}/done/", "--model", model)
    assert done.returncode == 0 and os.listdir(tmp_path / "done") == [name], done.stderr


def test_one_file_into_a_folder_that_is_not_there_yet(model, tmp_path):
    done = run("file", write(tmp_path / "a.wav"), "-o", f"{tmp_path}/clean/", "--model", model)
    assert done.returncode == 0 and os.listdir(tmp_path / "clean") == ["a.wav"]


def test_endings_of_wav_and_files_without_one(model, tmp_path):
    for name in ("b.wave", "c.bwf", "recording"):
        write(tmp_path / "in" / name)
    assert call("file", tmp_path / "in", "-o", tmp_path / "out", "--model", model)[0] == 0
    assert sorted(os.listdir(tmp_path / "out")) == ["b.wave", "c.bwf", "recording.wav"]


def test_what_is_left_out_is_named_with_q_too(model, tmp_path):
    top = tmp_path / "in"
    for name in ("a.wav", ".secret/b.wav", ".c.wav", "._a.wav"):
        write(top / name)
    (top / "._a.wav").write_bytes(b"a shadow of macOS")
    (top / "notes.txt").write_text("words")
    (top / "gone.flac").symlink_to("nowhere")
    code, _, text = call("file", "-q", top, "-o", tmp_path / "out", "--model", model)
    assert code == 1 and os.listdir(tmp_path / "out") == ["a.wav"]
    for word in (".secret", ".c.wav", "notes.txt", "gone.flac: a link that leads nowhere"):
        assert word in text, text
    assert "._a.wav" not in text


def test_links_to_folders_are_followed_once(model, tmp_path):
    write(tmp_path / "in/a.wav")
    write(tmp_path / "other/b.wav")
    (tmp_path / "in/more").symlink_to("../other")
    (tmp_path / "in/round").symlink_to(".")
    code, _, text = call("file", tmp_path / "in", "-o", tmp_path / "out", "--model", model)
    assert code == 0 and "round is a link to a folder that is done" in text
    assert sorted(p.name for p in (tmp_path / "out").rglob("*.wav")) == ["a.wav", "b.wav"]
    assert (tmp_path / "out/more/b.wav").is_file()


@pytest.fixture
def no_ffmpeg(monkeypatch):
    monkeypatch.setattr(foreign.shutil, "which", lambda name: None)


@pytest.fixture
def phone(tmp_path):
    need("ffmpeg")
    write(tmp_path / "a.wav", 32000)
    for name in ("talk.m4a", "talk.webm", "talk.wma"):
        done = shell(
            f"mkdir -p '{tmp_path}/in'; ffmpeg -v error -i '{tmp_path}/a.wav' '{tmp_path}/in/{name}'"
        )
        assert done.returncode == 0, done.stderr
    return tmp_path / "in"


def check_phone(model, phone, out):
    code, _, text = call("file", phone, "-o", out, "--model", model)
    assert code == 0, text
    for name in ("talk.m4a.wav", "talk.webm.wav", "talk.wma.wav"):
        assert 1.9 < soundfile.info(out / name).duration < 2.2


def test_what_only_ffmpeg_reads(model, phone, tmp_path):
    check_phone(model, phone, tmp_path / "out")


def test_what_only_pyav_reads(model, phone, tmp_path, no_ffmpeg):
    pytest.importorskip("av")
    check_phone(model, phone, tmp_path / "out")


def test_without_either_the_file_is_named_and_the_cure(model, tmp_path, no_ffmpeg, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    write(tmp_path / "in/a.wav")
    (tmp_path / "in/talk.m4a").write_bytes(b"\0\0\0\x1cftypM4A \0\0\2\0M4A isomiso2" + bytes(4000))
    code, _, text = call("file", "-q", tmp_path / "in", "-o", tmp_path / "out", "--model", model)
    assert code == 1 and "talk.m4a: cannot be read" in text and "klarstrom[av]" in text
    assert (tmp_path / "out/a.wav").is_file()


def test_process_substitution_and_standard_input(model, tmp_path):
    source = write(tmp_path / "a.wav")
    line = f"{CLI_SHELL} file <(cat '{source}') -o '{tmp_path}/out.wav' --model '{model}'"
    done = shell(line)
    assert done.returncode == 0 and soundfile.info(tmp_path / "out.wav").frames == 8000, done.stderr


def test_a_named_pipe_without_a_writer_is_not_waited_for_for_ever(model, tmp_path, monkeypatch):
    from realtime.files import sources

    monkeypatch.setattr(sources, "_PIPE_WAIT_S", 0.2)
    os.mkfifo(tmp_path / "p.wav")
    code, _, text = call("file", tmp_path / "p.wav", "-o", tmp_path / "out.wav", "--model", model)
    assert code == 1 and "a pipe into which no program wrote" in text


@pytest.mark.parametrize("place", ["/dev/stdout", "/dev/null", "/dev/fd/1"])
def test_outputs_that_are_no_files_are_refused(model, tmp_path, place):
    done = run("file", write(tmp_path / "a.wav"), "-o", place, "--model", model)
    assert done.returncode == 2 and done.stdout == b"" and b"is no file" in done.stderr


def test_an_output_that_is_a_link_is_written_through(model, tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "link.wav").symlink_to("far/real.wav")
    source = write(tmp_path / "a.wav")
    assert call("file", source, "-o", tmp_path / "link.wav", "--model", model)[0] == 0
    assert (tmp_path / "link.wav").is_symlink() and soundfile.info(tmp_path / "far/real.wav").frames == 8000


def test_no_permission_is_called_so(model, tmp_path):
    source = write(tmp_path / "a.wav")
    source.chmod(0)
    if os.access(source, os.R_OK):
        pytest.skip("this user may read everything")
    code, _, text = call("file", source, "-o", tmp_path / "out.wav", "--model", model)
    assert code == 1 and "Permission denied" in text


def test_what_is_private_stays_private(model, tmp_path):
    source = write(tmp_path / "a.wav")
    source.chmod(0o600)
    assert call("file", source, "-o", tmp_path / "out.wav", "--model", model)[0] == 0
    assert stat.S_IMODE((tmp_path / "out.wav").stat().st_mode) == 0o600


def test_modules_beside_the_recordings_are_not_run(model, tmp_path):
    for name in ("a.wav", "b.wav"):
        write(tmp_path / name)
    for name in ("signal", "selectors", "numpy"):
        (tmp_path / f"{name}.py").write_text(
            "import traceback; open('EXECUTED', 'a').write(''.join(traceback.format_stack()))"
        )
    line = "from realtime.cli.main import main\nif __name__ == '__main__': main()"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/cli.py").write_text(
        line
    )  # as the installed command: its folder comes first, not the current one
    command = [
        sys.executable,
        tmp_path / "bin/cli.py",
        "file",
        "a.wav",
        "b.wav",
        "-o",
        "out",
        "--jobs",
        "2",
        "--model",
        model,
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    executed = tmp_path / "EXECUTED"
    assert not executed.exists(), executed.read_text()
    assert sorted(os.listdir(tmp_path / "out")) == ["a.wav", "b.wav"]


def hold(target, ready):
    with atomic.atomic_path(target):
        ready.set()
        time.sleep(60)


def test_leftovers_of_a_killed_run_go_and_those_of_a_living_one_stay(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    target = tmp_path / "a.wav"
    process = context.Process(target=hold, args=(target, ready))
    process.start()
    assert ready.wait(30)
    atomic.clear_leftovers([target])
    assert len(list(tmp_path.iterdir())) == 1
    process.kill()
    process.join()
    (tmp_path / ".b.wav.abcdefgh.part").write_bytes(b"of another target")
    atomic.clear_leftovers([target])
    assert [path.name for path in tmp_path.iterdir()] == [".b.wav.abcdefgh.part"]


def test_a_closed_terminal_leaves_no_half_file(model, tmp_path):
    import signal

    source = write(tmp_path / "a.wav", 16000 * 200)
    process = start("file", source, "-o", tmp_path / "out/b.wav", "--model", model)
    deadline = time.monotonic() + 30
    while not list((tmp_path / "out").glob(".*.part")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=30)
    assert process.returncode == 129 and os.listdir(tmp_path / "out") == [], CLI
