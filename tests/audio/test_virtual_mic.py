"""The virtual microphone of the real command: other programs pick it, and it goes with whoever made it."""

import contextlib
import signal
import subprocess
import sys

import numpy as np
import pytest

from realtime.audio import virtual_mic
from realtime.audio.devices import AudioDeviceError, find_device, list_devices
from realtime.audio.virtual_mic import VirtualMicrophone
from tests.helpers.audio_server import PipeWireServer, PulseServer, running, wait_until
from tests.helpers.cli_runner import need
from tests.helpers.live_command import LOUD, heard, live, playing


@pytest.fixture(scope="module", params=[PulseServer, PipeWireServer], ids=["pulse", "pipewire"])
def server(request):
    need("ffmpeg")
    with running(request.param) as it:
        it.sink("mic_in")
        it.source("virt_mic", "mic_in")
        wait_until(lambda: "virt_mic" in it.pactl("list", "short", "sources"), 10, "the source")
        yield it


def ours(server):
    """Names of the sources and sinks, the monitors left out, that are not the test's own."""
    rows = server.pactl("list", "short", "sources") + "\n" + server.pactl("list", "short", "sinks")
    names = {row.split("\t")[1] for row in rows.splitlines() if row}
    return {n for n in names if not n.endswith(".monitor") and n not in ("mic_in", "virt_mic", "auto_null")}


def test_two_programs_record_and_every_end_cleans_up(server, model, tmp_path):
    arguments = ("--model", model, "-i", "virt_mic", "--virtual-mic")
    assert ours(server) == set()
    with playing("mic_in", tmp_path):
        with live(tmp_path / "log1", *arguments, "Clear voice") as process:
            pulse = [
                "ffmpeg",
                "-loglevel",
                "error",
                "-f",
                "pulse",
                "-i",
                "Clear_voice",
                "-ar",
                "16000",
                "-ac",
                "1",
            ]
            for command in (
                [*pulse, "-f", "f32le", "-"],
                ["parec", "--raw", "--format=float32le", "--rate=16000", "--channels=1", "-d", "Clear_voice"],
            ):
                assert np.abs(heard(command, 1.5)).max(initial=0) > LOUD, command[0]
            assert 'device.description = "Clear voice"' in server.pactl("list", "sources"), "what people read"
            with live(tmp_path / "log2", *arguments, "Second") as second:
                assert ours(server) == {"Clear_voice", "Clear_voice_sink", "Second", "Second_sink"}
                second.send_signal(signal.SIGINT)
                assert second.wait(10) == 130
            assert ours(server) == {"Clear_voice", "Clear_voice_sink"}
            process.kill()
            process.wait()
        assert ours(server) == {"Clear_voice", "Clear_voice_sink"}, "nobody was left to remove them"
        with live(tmp_path / "log3", *arguments, "Other") as process:
            assert ours(server) == {"Other", "Other_sink"}, "the next start removed them"
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 143
        assert ours(server) == set()


def test_a_stream_that_cannot_start_leaves_no_microphone(server, model, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "realtime", "live", "--model", model, "-i", "no such", "--virtual-mic", "Voice"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 4 and "no input device 'no such'" in done.stderr
    assert ours(server) == set()


@pytest.mark.parametrize(
    "name", ["", " ", "x" * 61, 'a "b"', "it's", "a=b", "a{b}", "a\\b", "a\nb", "lat\udce9n", "a\u2028b"]
)
def test_names_that_a_server_would_misread_are_refused(name):
    with pytest.raises(ValueError, match="cannot name a microphone"):
        VirtualMicrophone(name, 16000)


@pytest.mark.parametrize(
    ("name", "source"), [("Klare Stimme (2)", "Klare_Stimme_2"), ("-a-", "a"), ("声", "klarstrom_39eb63")]
)
def test_programs_get_a_plain_name(name, source):
    microphone = VirtualMicrophone(name, 16000)
    assert (microphone.source, microphone.sink) == (source, f"{source}_sink")


def test_names_of_the_world_do_not_collide(server):
    names = (
        "\u041c\u0438\u043a\u0440\u043e\u0444\u043e\u043d",
        "\u9ea6\u514b\u98ce",
        "Micr\u00f3fono",
        "Micr\u00f2fono",
    )
    made = [VirtualMicrophone(name, 16000) for name in names]
    try:
        for microphone in made:
            microphone.create()
        wait_until(lambda: set(names) <= {d.name for d in list_devices()}, 10, "all four by their names")
        assert {m.source for m in made} <= ours(server)
        assert all(
            find_device(name, "input").server_name == m.source for name, m in zip(names, made, strict=True)
        )
    finally:
        for microphone in made:
            microphone.remove()
    assert ours(server) == set()


def test_the_microphone_of_another_container_is_left_alone(server, monkeypatch):
    """A number of a process means nothing elsewhere: a living run in a container looks like one that is gone."""
    theirs = VirtualMicrophone("Theirs", 16000)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(virtual_mic, "_owner", lambda: "klarstrom.owner=4194000-1-4026531999.another-boot")
        theirs.create()
        present = len(theirs._present())
    assert present == 2 and virtual_mic.sweep() == 0
    gone = VirtualMicrophone("Gone", 16000)
    with monkeypatch.context() as here:
        here.setattr(virtual_mic, "_owner", lambda: f"klarstrom.owner=4194000-1-{virtual_mic._home()}")
        gone.create()
    assert virtual_mic.sweep() == 2, "of this machine it is known"
    assert ours(server) == {"Theirs", "Theirs_sink"}
    for row in server.pactl("list", "short", "modules").splitlines():
        if "Theirs" in row:
            with contextlib.suppress(AssertionError):  # the second goes with the first
                server.pactl("unload-module", row.split("\t")[0])


def test_a_closed_terminal_takes_the_microphone_along(server, model, tmp_path):
    with live(tmp_path / "log", "--model", model, "-i", "virt_mic", "--virtual-mic", "Voice") as process:
        assert ours(server) == {"Voice", "Voice_sink"}
        process.send_signal(signal.SIGHUP)
        assert process.wait(10) == 129
    assert ours(server) == set()


def test_without_pactl_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AudioDeviceError, match="apt install pulseaudio-utils.*VB-Cable or BlackHole"):
        VirtualMicrophone("Voice", 16000).create()
