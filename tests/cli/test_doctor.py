"""`realtime-cli doctor`: every trouble is a real one, made here, and its line says what to do about it."""

import re
import shutil
import subprocess
import sys

import pytest

from realtime.cli import doctor, doctor_packages, doctor_sound, doctor_window, finding
from realtime.engine.session import missing_cuda
from tests.helpers.audio_server import PulseServer, running
from tests.helpers.cli_runner import call, run


def distribution(folder, name, top_level):
    """An installed distribution as pip leaves it."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "top_level.txt").write_text(f"{top_level}\n")


@pytest.fixture
def path_first(tmp_path, monkeypatch):
    """A folder that this process and those that it starts look into first."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_every_check_has_its_lines_and_the_main_job_is_code_0(model):
    code, text, errors = call("doctor", "--model", model)
    assert code == 0, text + errors
    for words in (
        "packages realtime, trainer, export, gui",
        "one ONNX Runtime",
        "model instrument",
        "CUDA",
        "PortAudio",
    ):
        assert words in text
    assert re.findall(r"^\w+ +CPU, (\d) steps? a hop: p50 [\d.]+ ms", text, re.MULTILINE) == [
        "1",
        "2",
        "3",
        "4",
    ]
    rows = text.splitlines()
    for row, following in zip(rows, [*rows[1:], ""], strict=True):
        assert row.startswith(("ok   ", "note ", "     "))
        assert row.startswith("note ") == following.startswith("      -> "), (
            "trouble, and only that, has an advice"
        )


def test_a_bad_model_is_code_1_and_said_once(tmp_path):
    code, text, _ = call("doctor", "--model", tmp_path / "nothing.onnx")
    assert code == 1 and re.search(r"^fail +no model file", text, re.MULTILINE)
    assert "a check broke" not in text and "CPU," not in text and "PortAudio" in text


def test_a_model_too_slow_for_live_fails_and_is_not_measured_for_minutes(model, monkeypatch):
    monkeypatch.setattr(doctor, "HOPELESS", 0)
    (found,) = doctor.cpu_cost(model)
    assert found.status == "fail" and "too slow to be live" in found.advice


def test_a_check_that_breaks_is_a_finding():
    def breaks():
        raise OSError("no such thing")
        yield

    (found,) = doctor._run(breaks)
    assert found.status == "fail" and "no such thing" in found.what


def test_onnxruntimes_that_overwrite_each_other(path_first):
    distribution(
        path_first, "onnxruntime-extensions", "onnxruntime_extensions"
    )  # a neighbour that is welcome
    (found,) = doctor_packages.onnxruntime_variants()
    assert found.status == "ok" and "one ONNX Runtime: onnxruntime" in found.what
    distribution(path_first, "onnxruntime-directml", "onnxruntime")
    (found,) = doctor_packages.onnxruntime_variants()
    assert found.status == "fail" and "onnxruntime-directml 1.0" in found.what
    assert re.search(
        r"pip uninstall onnxruntime\S* onnxruntime\S*, install the one that you want", found.advice
    )


def test_an_onnxruntime_that_another_one_left_damaged(path_first):
    (path_first / "onnxruntime").mkdir()
    module = path_first / "onnxruntime/__init__.py"
    module.write_text("__version__ = '0.1'\nInferenceSession = get_available_providers = list\n")
    (found,) = doctor_packages.onnxruntime_variants()
    assert found.status == "fail" and "damaged: its folder holds 0.1" in found.what
    module.write_text("")
    done = run("doctor")
    text = done.stdout.decode()
    assert done.returncode == 1 and "damaged: it cannot be imported" in text and "--force-reinstall" in text
    assert "a check broke" not in text and "klarstrom-16k" not in text and "PortAudio" in text


def test_a_machine_without_a_screen(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    (found,) = doctor_window.window()
    assert found.status == "note" and "neither DISPLAY nor WAYLAND_DISPLAY is set" in found.what
    assert "ssh -X" in found.advice
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    (found,) = doctor_window.window()
    assert found.status == "ok" and re.match(r"Qt 6\.\d+\.\d+ and a screen", found.what)


def test_a_qt_without_one_of_its_libraries(path_first, monkeypatch):
    (path_first / "PySide6.py").write_text(
        "raise ImportError('libEGL.so.1: cannot open shared object file')\n"
    )
    (found,) = doctor_window.window()
    assert found.status == "note" and "Qt cannot be loaded without libEGL.so.1" in found.what
    assert found.advice == "apt install libegl1"


def test_a_strangers_package(tmp_path):
    """Found before ours, or mixed into the same name."""
    (tmp_path / "trainer").mkdir()
    (tmp_path / "trainer/__init__.py").write_text("")
    distribution(tmp_path, "stranger", "realtime")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from realtime.cli.doctor_packages import shadowed_packages\n"
        "for f in shadowed_packages(): print(f.status, f.what)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=finding.HOME)
    assert f"fail package trainer comes from {tmp_path}" in done.stdout, done
    assert "fail stranger also installs a package called realtime" in done.stdout


def test_a_local_folder_of_our_name(tmp_path, monkeypatch):
    (tmp_path / "gui").mkdir()
    monkeypatch.chdir(tmp_path)
    assert [f.status for f in doctor_packages.shadowed_packages()] == ["ok"]  # a folder is no package yet
    (tmp_path / "gui/__init__.py").write_text("")
    (found,) = doctor_packages.shadowed_packages()
    assert (
        found.status == "note" and str(tmp_path / "gui") in found.what and "start elsewhere" in found.advice
    )


def test_a_driver_alone_is_no_cuda(model, tmp_path, monkeypatch):
    """ONNX Runtime lists CUDA as available wherever it was compiled in; libcuda here is another library."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the libraries of Linux")
    library = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True).stdout
    shutil.copy(re.search(r"libm\.so\.6.* => (\S+)", library)[1], tmp_path / "libcuda.so.1")
    expected = missing_cuda()
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    (found,) = doctor.cuda(str(model))
    assert (
        found.status == "note" and "CUDA cannot be used: " in found.what and "klarstrom[gpu]" in found.advice
    )
    assert expected is None or expected not in found.what, "the driver was found"


def test_portaudio_that_does_not_load(path_first):
    (path_first / "sounddevice.py").write_text("raise OSError(\"cannot load library 'libportaudio.so.2'\")\n")
    (found,) = doctor_sound.portaudio()
    assert found.status == "note" and "cannot load library 'libportaudio.so.2'" in found.what
    if sys.platform.startswith("linux"):
        assert "apt install libportaudio2" in found.advice


def test_the_sound_server_and_its_default_devices(monkeypatch, tmp_path):
    with running(PulseServer) as server:
        server.sink("loud", 44100)
        (found,) = doctor_sound.sound_server()
        assert found.status == "ok" and found.what.startswith("sound server: pulseaudio")
        hears_itself, speaker = doctor_sound.default_devices()
        assert hears_itself.status == "note" and "no microphone, only what outputs play" in hears_itself.what
        assert speaker.status == "ok" and re.search(r"default output: .*, 44100 Hz, PulseAudio", speaker.what)
        server.source("usb_mic", "loud", 48000)
        server.pactl("set-default-source", "usb_mic")
        microphone, _ = doctor_sound.default_devices()
        assert microphone.status == "ok" and ", 48000 Hz, PulseAudio" in microphone.what
        with monkeypatch.context() as changed:
            changed.setenv("PATH", str(tmp_path))
            (found,) = doctor_sound.sound_server()
            assert found.status == "note" and "apt install pulseaudio-utils" in found.advice
        server.kill()
        (found,) = doctor_sound.sound_server()
        assert found.status == "note" and "no sound server answers" in found.what
        (server.folder / "pipewire-0").touch()
        (found,) = doctor_sound.sound_server()
        assert found.status == "note" and "pipewire-pulse" in found.advice
        assert [f.status for f in doctor_sound.default_devices()] == ["note", "note"]
