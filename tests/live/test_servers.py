"""Live streams on real sound servers that the tests start themselves."""

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
import weakref

import numpy as np
import pytest
import soundfile

from realtime.audio.devices import SERVER_LATENCY_MS, AudioDeviceError, PortAudio, find_device, list_devices
from realtime.audio.virtual_mic import VirtualMicrophone, sweep
from realtime.engine.settings import EngineSettings
from realtime.live.loopback import measure
from realtime.live.pump import START_S
from realtime.live.stream import LiveOptions, LiveStream
from tests.helpers.audio_server import PipeWireServer, PulseServer, running, wait_until
from tests.helpers.cli_runner import call, run, start
from tests.helpers.engine_models import Recipe, build, save


@pytest.fixture(scope="module", params=[PulseServer, PipeWireServer], ids=["pulse", "pipewire"])
def server(request):
    with running(request.param) as it:
        it.sink("mic_in")
        it.sink("loud")
        it.source("virt_mic", "mic_in")
        wait_until(lambda: "virt_mic" in it.pactl("list", "short", "sources"), 10, "the source")
        yield it


@pytest.fixture
def pulse():
    with running(PulseServer) as it:
        it.sink("mic_in")
        it.sink("loud")
        it.source("virt_mic", "mic_in")
        yield it


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    return save(build(Recipe()), tmp_path_factory.mktemp("live") / "exact.onnx")


def options(model, **changes):
    usual = {
        "input": "virt_mic",
        "output": "loud",
        "settings": EngineSettings(mode="bypass"),
        "queue_ms": 100,
    }
    return LiveOptions(model, **usual | changes)


def hum(seconds, rate=16000):
    """Speech-band noise with a level that a listener of levels finds at once."""
    return (0.2 * np.random.default_rng(1).standard_normal(int(seconds * rate))).astype("<f4").tobytes()


class Speaking:
    """Plays into a sink from a process of its own."""

    def __init__(self, sink, seconds=30.0):
        self.process = subprocess.Popen(
            # with its default latency PulseAudio 16.1 aborts now and then when pacat is killed
            ["pacat", "--latency-msec=60", "--raw", "--format=float32le", "--rate=16000", "--channels=1", "-d", sink],
            stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        threading.Thread(target=self._feed, args=(hum(seconds),), daemon=True).start()

    def _feed(self, data):
        try:
            self.process.stdin.write(data)
        except (BrokenPipeError, OSError, ValueError):
            return

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            self.process.stdin.close()


def record(source, seconds, rate=16000):
    """float32 [n] as another program hears it."""
    count = int(seconds * rate)
    process = subprocess.Popen(
        ["parec", "--raw", "--format=float32le", f"--rate={rate}", "--channels=1", "-d", source],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    timer = threading.Timer(seconds + 20, process.kill)
    timer.start()
    try:
        return np.frombuffer(process.stdout.read(4 * count), "<f4")
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def test_names_in_any_script_are_listed_as_people_read_them(server):
    names = "Audio interne Stéréo", "Микрофон", "麦克风 – 左"
    modules = [
        server.pactl("load-module", "module-null-sink", f"sink_name=script_{k}",
                     f"sink_properties='device.description=\"{name}\"'")
        for k, name in enumerate(names)
    ]  # fmt: skip
    try:
        wait_until(lambda: set(names) <= {d.name for d in list_devices()}, 10, "the names")
        for k, name in enumerate(names):
            found = find_device(name, "output")
            assert (found.server_name, found.is_monitor) == (f"script_{k}", False)
            monitor = next(d for d in list_devices() if d.server_name == f"script_{k}.monitor")
            assert monitor.is_monitor and name in monitor.name
        done = run("devices", env={**os.environ, "PYTHONIOENCODING": "ascii"})
        assert done.returncode == 0 and b"\\u9ea6" in done.stdout, (
            "a terminal without the letters gets escapes"
        )
    finally:
        for module in modules:
            server.pactl("unload-module", module)


def test_sources_and_sinks_are_listed_and_found_by_name(server):
    names = {d.server_name for d in list_devices()}
    assert {"virt_mic", "mic_in", "loud"} <= names
    assert find_device("virt_mic", "input").inputs == 1
    with pytest.raises(AudioDeviceError, match=r"no output device 'nothing'; nearest: '"):
        find_device("nothing", "output")


def test_sound_goes_through_and_stop_leaves_nothing(server, exact):
    before = threading.active_count()
    with Speaking("mic_in"), LiveStream(options(exact)) as stream:
        wait_until(lambda: stream.status().level_out_dbfs > -20, 20, "sound at the output")
        heard = record("loud.monitor", 1.0)
        status = stream.status()
    assert np.abs(heard).max() > 0.05
    assert status.state == "running" and status.hops > 0 and status.latency_ms["algorithmic"] == 20
    wait_until(lambda: threading.active_count() <= before, 5, "the end of all threads")
    assert stream.status().state == "stopped"


def test_another_program_records_from_the_virtual_microphone(server, exact):
    with Speaking("mic_in"), LiveStream(options(exact, output=None, virtual_mic="Clear voice")) as stream:
        wait_until(lambda: stream.status().level_out_dbfs > -20, 20, "sound at the output")
        assert np.abs(record("Clear_voice", 1.0)).max() > 0.05
        assert any(d.name == "Clear voice" for d in list_devices())
        with pytest.raises(AudioDeviceError, match="already"):
            VirtualMicrophone("Clear voice", 16000).create()
    assert "Clear_voice" not in server.pactl("list", "short", "sources")
    assert "Clear_voice" not in server.pactl("list", "short", "sinks")


def test_a_crashed_run_s_microphone_is_removed_by_the_next(server):
    code = (
        "import os; from realtime.audio.virtual_mic import VirtualMicrophone as V; V('Left over', 16000).create();"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], timeout=60)
    assert "Left_over" in server.pactl("list", "short", "sources")
    assert sweep() == 2
    assert "Left_over" not in server.pactl("list", "short", "sinks")


def heard_again(stream, hops):
    """Sound plays at its old level, and a fifth of a second of it is new."""
    status = stream.status()
    return stream.pump.playing and status.level_out_dbfs > -20 and status.hops > hops + 20


def test_a_source_that_vanishes_is_heard_two_seconds_after_its_return(pulse, exact):
    events, before = [], threading.active_count()
    index = pulse.source("usb_mic", "mic_in")
    with (
        Speaking("mic_in"),
        LiveStream(options(exact, input="usb_mic"), lambda e: events.append(e.kind)) as stream,
    ):
        wait_until(lambda: heard_again(stream, 0), 20, "sound")
        pulse.pactl("unload-module", index)
        wait_until(lambda: stream.status().state == "waiting", 1.5, "the loss")
        hops = stream.status().hops
        pulse.source("usb_mic", "mic_in")
        wait_until(lambda: heard_again(stream, hops), 2, "sound again")
    events = [kind for kind in events if kind != "governor"]  # a busy machine has its say
    assert events[:3] == ["started", "device_lost", "device_back"] and stream.counters.restarts >= 1
    wait_until(
        lambda: threading.active_count() <= before + 1, 2, "the end of all threads"
    )  # one is Speaking's


def test_a_server_that_is_killed_is_heard_two_seconds_after_its_return(pulse, exact):
    before = threading.active_count()
    with contextlib.ExitStack() as speaking, LiveStream(options(exact)) as stream:
        speaking.enter_context(Speaking("mic_in"))
        wait_until(lambda: heard_again(stream, 0), 20, "sound")
        pulse.kill()
        wait_until(lambda: stream.status().state == "waiting", 1.5, "the loss")
        hops = stream.status().hops
        pulse.start()
        pulse.sink("mic_in")
        pulse.sink("loud")
        speaking.enter_context(Speaking("mic_in"))
        pulse.source("virt_mic", "mic_in")
        wait_until(lambda: heard_again(stream, hops), 2, "sound again")
        begin = time.monotonic()
    assert time.monotonic() - begin < 3
    wait_until(
        lambda: threading.active_count() <= before + 2, 2, "the end of all threads"
    )  # two are Speaking's


def test_a_server_that_stops_answering_hangs_nothing(pulse, exact):
    before = threading.active_count()
    with LiveStream(options(exact)) as stream:
        wait_until(lambda: stream.status().hops > 20, 20, "hops")
        pulse.processes[0].send_signal(signal.SIGSTOP)
        wait_until(lambda: stream.status().state == "waiting", 2, "the loss")
        begin = time.monotonic()
        try:
            stream.stop()
        finally:
            pulse.processes[0].send_signal(signal.SIGCONT)
        assert time.monotonic() - begin < 15, "questions that wait for an answer, at most"
    wait_until(lambda: threading.active_count() <= before, 5, "the end of all threads")


def test_a_failed_switch_keeps_the_old_devices(pulse, exact):
    with LiveStream(options(exact)) as stream:
        with pytest.raises(AudioDeviceError, match="nearest"):
            stream.switch(input="no such thing")
        hops = stream.status().hops
        wait_until(lambda: stream.status().hops > hops + 20, 20, "more hops")
        assert stream.counters.restarts == 0
        stream.switch(input="loud.monitor", output="mic_in")
        assert stream.devices["output"].server_name == "mic_in"


def test_a_missing_device_is_one_sentence_and_code_4(pulse, exact):
    code, _, text = call("live", "--model", exact, "--input", "no such thing", "--seconds", "1")
    assert code == 4 and text.count("\n") == 1 and "nearest" in text


def test_devices_and_status_are_json_for_programs(pulse, exact):
    code, out, _ = call("devices", "--json")
    assert code == 0 and {"virt_mic", "loud"} <= {d["server_name"] for d in json.loads(out)}
    code, out, text = call(
        "live", "--model", exact, "-i", "virt_mic", "-o", "loud", "--json", "--seconds", "2.5"
    )
    objects = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and objects and objects[-1]["state"] == "running"
    assert "started" in text and "stopped" in text


def test_a_recording_is_what_came_in_and_what_went_out(pulse, exact, tmp_path):
    with Speaking("mic_in"), LiveStream(options(exact, record=tmp_path)) as stream:
        wait_until(lambda: stream.status().level_out_dbfs > -20, 20, "sound at the output")
        time.sleep(0.5)
    sides = {
        path.stem.rpartition("-")[2]: soundfile.read(path, dtype="float32")[0] for path in tmp_path.iterdir()
    }
    assert set(sides) == {"in", "out"} and len(sides["in"]) == len(sides["out"])
    assert np.abs(sides["in"]).max() > 0.05
    assert np.abs(sides["in"][:-160] - sides["out"][160:]).max() < 2e-3, "bypass: the same, a hop later"


class Owner:
    """Of a stream, as a pump is, with its megabytes."""

    def heard(self, frames, xrun):
        pass

    def ended(self):
        pass


@pytest.mark.parametrize(("device", "kind"), [("virt_mic", "input"), ("loud", "output")])
def test_a_closed_stream_keeps_nothing_alive(pulse, device, kind):
    """A device that comes and goes for hours costs no memory: another stream has the connection open all the while."""
    audio, owner = PortAudio(), Owner()
    other = audio.open(
        audio.find("loud", "output"), "output", [16000], lambda frames, xrun: None, lambda: None
    )
    stream = audio.open(audio.find(device, kind), kind, [16000], owner.heard, owner.ended)
    known = weakref.ref(owner)
    stream.close()
    del owner
    gc.collect()
    assert known() is None
    other.close()


def test_after_a_suspension_old_sound_is_dropped_and_counted(pulse, exact, tmp_path):
    """The program stands still for six seconds while the server goes on, as on a machine that was paused."""
    with Speaking("mic_in"), (tmp_path / "status").open("wb") as out:
        live = start("live", "--model", exact, "-i", "virt_mic", "-o", "loud", "--json", stdout=out)

        def status():
            lines = (tmp_path / "status").read_text().rpartition("\n")[0].splitlines()
            return json.loads(lines[-1]) if lines else {"state": "", "hops": 0}

        try:
            wait_until(lambda: status()["hops"] > 100, 30, "sound")
            before = status()
            live.send_signal(signal.SIGSTOP)
            time.sleep(6)
            live.send_signal(signal.SIGCONT)
            wait_until(lambda: status().get("dropped_ms", 0) > before["dropped_ms"] + 4500, 10, "the drop")
            wait_until(lambda: status()["latency_ms"]["total"] < 300, 4, "being up to date again")
            assert status()["state"] == "running" and status()["level_out_dbfs"] > -40
        finally:
            live.kill()
            live.communicate()


def test_at_most_25_ms_are_added_to_the_same_route_without_us(pulse, exact):
    """The server's own way from the source to the sink, with as much in its queue as we ask for, and ours."""
    pulse.sink("near", sleeps=True)  # as PulseAudio has them, asleep or not
    pulse.sink("far", sleeps=True)

    def median_ms():
        return 1000 * measure(PortAudio(), "near", "far.monitor", 16000, 5, 0.2).median_s

    index = pulse.pactl(
        "load-module", "module-loopback", "source=near.monitor", "sink=far",
        f"latency_msec={1000 * START_S + SERVER_LATENCY_MS:g}",
    )  # fmt: skip
    time.sleep(1)  # until it has found its latency
    without = median_ms()
    pulse.pactl("unload-module", index)
    route = options(exact, input="near.monitor", output="far", queue_ms=None)
    with LiveStream(route) as stream:
        wait_until(lambda: stream.status().latency_ms.get("queue_out", 0) > 0, 20, "the first measure")
        ours = median_ms()
    assert ours - without <= 25, f"{without:.1f} ms without us, {ours:.1f} ms with us"


def test_the_latency_of_a_route_is_measured(pulse):
    code, out, text = call(
        "latency", "-o", "mic_in", "-i", "virt_mic", "--rate", "16000", "--count", "2", "--json"
    )
    assert code == 0, text
    result = json.loads(out)
    assert result["heard"] == 2 and 0 < result["median_ms"] < 900
    code, out, text = call("latency", "--live", "--rate", "16000", "--count", "3", "--json")
    assert code == 0, text
    found = json.loads(out)
    parts = found["parts_ms"]
    assert parts["algorithmic"] == 20 and parts["queue_out"] > 0
    assert parts["total"] == pytest.approx(
        sum(v for k, v in parts.items() if k != "total"), abs=15
    )  # medians
    assert 0 < found["alone_ms"] < found["median_ms"] < 900
    assert "Klarstrom latency" not in pulse.pactl("list", "sinks"), "what was made for the while is gone"
    code, _, text = call("latency", "-o", "loud", "-i", "virt_mic", "--rate", "16000", "--count", "1")
    assert code == 4 and "no chirp of 1" in text
