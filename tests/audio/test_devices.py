"""Which device a name, a part of it or an index means; what a stream does when the one it chose goes away."""

import dataclasses

import numpy as np
import pytest

from realtime.audio import devices as audio
from realtime.audio.device import Exactly
from realtime.audio.devices import AudioDeviceError, Device, find_device, list_devices
from realtime.engine.settings import EngineSettings
from realtime.live import supervisor
from realtime.live.stream import LiveOptions, LiveStream
from tests.helpers.audio_server import PulseServer, running, wait_until
from tests.helpers.engine_models import Recipe, build, save


def device(index, name, inputs=1, outputs=0, **more):
    return Device(index, name, "PulseAudio", inputs, outputs, 48000, False, False, **more)


DEVICES = [
    device(0, "USB"),
    device(1, "USB Headset", server_name="alsa_input.usb-headset"),
    dataclasses.replace(device(2, "Built-in Analog", server_name="alsa_input.pci"), is_default_input=True),
    device(3, "Built-in Analog", 0, 2, server_name="alsa_output.pci"),
    device(4, "HDMI", 0, 2),
    device(5, "Webcam", server_name="cam.left"),
    device(6, "Webcam", server_name="cam.right"),
    device(12, "Mixer", 2, 2),
]


@pytest.mark.parametrize(
    ("which", "kind", "index"),
    [
        (None, "input", 2),  # the default
        (None, "output", 3),  # no default is known: the first
        (1, "input", 1),
        ("12", "input", 12),
        ("12", "output", 12),
        ("USB", "input", 0),  # a whole name, though it is a part of another
        ("usb h", "input", 1),
        ("alsa_input.usb-headset", "input", 1),  # the server's name, whole and in part
        ("usb-head", "input", 1),
        ("Built-in Analog", "output", 3),  # the other of this name is an input
        ("analog", "input", 2),
        ("cam.left", "input", 5),
    ],
)
def test_what_is_meant(which, kind, index):
    assert find_device(which, kind, DEVICES).index == index


@pytest.mark.parametrize(
    ("which", "kind", "says"),
    [
        ("usb", "input", "several input devices are called 'usb'; take an index: 0: 'USB', 1: 'USB Headset'"),
        ("Webcam", "input", "several input devices are called 'Webcam'; take an index: 5: 'Webcam', 6: 'Webcam'"),
        (3, "input", "no input device has the index 3: there are 0, 1, 2, 5, 6, 12"),
        ("7", "output", "no output device has the index 7: there are 3, 4, 12"),
        (-1, "output", "no output device has the index -1: there are 3, 4, 12"),
        ("HDMI", "input", "no input device 'HDMI'; nearest: "),
        ("Hedset", "input", "no input device 'Hedset'; nearest: 'USB Headset'"),
        ("wabcam", "input", "no input device 'wabcam'; nearest: 'Webcam'"),  # once, though there are two
        ("cam.lift", "input", "no input device 'cam.lift'; nearest: 'cam.left'"),
        ("Mixr", "output", "no output device 'Mixr'; nearest: 'Mixer'"),
        ("qqqq", "output", "no output device 'qqqq'; nearest: 'Built-in Analog', 'HDMI', 'Mixer'"),
        ("", "output", "several output devices"),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_one_sentence_with_what_there_is(which, kind, says):
    with pytest.raises(AudioDeviceError) as caught:
        find_device(which, kind, DEVICES)
    assert str(caught.value).startswith(says) and "\n" not in str(caught.value)


def test_a_machine_without_microphones():
    with pytest.raises(AudioDeviceError, match=r"^there is no input device on this machine$"):
        find_device(None, "input", DEVICES[3:5])


STUDIO = [
    device(0, "Micro St\u00e9r\u00e9o", server_name="st"),
    device(1, "\u041c\u0438\u043a\u0440\u043e\u0444\u043e\u043d", server_name="ru"),
    device(2, "\u9ea6\u514b\u98ce", server_name="zh"),
    device(3, "Lat\ufffdn", server_name="lat\udce9n"),
    dataclasses.replace(
        device(4, "Monitor of USB_Microphone_feed", server_name="feed.monitor"), is_monitor=True
    ),
    dataclasses.replace(
        device(5, "Monitor of Headphones", server_name="phones.monitor"),
        is_monitor=True,
        is_default_input=True,
    ),
]


@pytest.mark.parametrize(
    ("which", "index"),
    [
        ("Micro Ste\u0301re\u0301o", 0),  # as macOS writes \u00e9
        ("STE\u0301R", 0),
        ("\u043c\u0438\u043a\u0440\u043e", 1),
        ("\u9ea6\u514b", 2),
        ("lat\udce9n", 3),  # as an argument that is not UTF-8 comes from a shell
        ("Monitor of Headphones", 5),  # whoever names a monitor wholly may have it
        ("feed.monitor", 4),
        (5, 5),
        (None, 0),  # never a monitor by itself, though it is the server's default
    ],
)
def test_names_of_the_world(which, index):
    assert find_device(which, "input", STUDIO).index == index


def test_no_monitor_is_taken_by_a_part_of_its_name_or_where_there_is_no_microphone():
    with pytest.raises(AudioDeviceError, match="^no input device 'usb_mic'"):
        find_device("usb_mic", "input", STUDIO)
    with pytest.raises(AudioDeviceError, match="^there is no microphone, only what outputs play"):
        find_device(None, "input", STUDIO[4:])


def test_what_was_picked_from_a_list_is_no_part_of_a_name_and_no_index():
    twins = [device(0, "usb_mic_2", server_name="usb_mic_2"), device(1, "2", server_name="two")]
    assert find_device(Exactly("2"), "input", twins).index == 1
    with pytest.raises(AudioDeviceError, match="^no input device 'usb_mic'; nearest: 'usb_mic_2'$"):
        find_device(Exactly("usb_mic"), "input", twins)


def test_a_device_found_before_is_known_by_what_outlives_its_return():
    before = device(3, "USB mic", server_name="usb.1")
    again = device(7, "Micro USB", server_name="usb.1")
    other = device(3, "USB mic", server_name="usb.10")
    assert find_device(before, "input", [other, again]) is again
    with pytest.raises(AudioDeviceError, match="^input 'USB mic' is not there$"):
        find_device(before, "input", [other])


class Windows:
    """PortAudio as it lists one microphone, one speaker and VB-Cable there: four times, MME with cut names."""

    APIS = ("MME", "Windows DirectSound", "Windows WASAPI", "Windows WDM-KS")
    NAMES = (("Microphone (USB Audio Device)", 1, 0), ("CABLE Output (VB-Audio Virtual Cable)", 2, 0),
             ("Speakers (Realtek(R) Audio)", 0, 2), ("CABLE Input (VB-Audio Virtual Cable)", 0, 2))  # fmt: skip

    class default:  # noqa: N801 - PortAudio's name
        device = (0, 2)  # of MME

    def __init__(self, apis=APIS):
        self.apis = apis

    def query_hostapis(self):
        return [
            {"name": name, "devices": list(range(4 * k, 4 * k + 4)), "default_input_device": 4 * k + 1,
             "default_output_device": 4 * k + 2} for k, name in enumerate(self.apis)
        ]  # fmt: skip

    def query_devices(self):
        return [
            {"name": name[:31] if api == "MME" else name, "hostapi": k, "max_input_channels": inputs,
             "max_output_channels": outputs, "default_samplerate": 48000.0}
            for k, api in enumerate(self.apis) for name, inputs, outputs in self.NAMES
        ]  # fmt: skip


@pytest.fixture
def windows(monkeypatch):
    monkeypatch.setattr(audio, "ask", lambda: None)
    return lambda *apis: monkeypatch.setattr(audio, "_portaudio", lambda: Windows(apis or Windows.APIS))


def test_on_windows_every_device_is_listed_once(windows):
    windows()
    found = list_devices()
    assert [(d.name, d.host_api) for d in found] == [(n, "Windows WASAPI") for n, _, _ in Windows.NAMES]
    assert find_device("CABLE Input", "output").port == 11 and find_device("CABLE Output", "input").port == 9
    assert find_device(None, "input").port == 9 and find_device(None, "output").port == 10, (
        "WASAPI's defaults"
    )
    windows("MME")
    assert [d.host_api for d in list_devices()] == ["MME"] * 4
    assert find_device("CABLE Input", "output").name == "CABLE Input (VB-Audio Virtual C"


class Simulated:
    """An AudioBackend whose callbacks the test calls; one name cannot be opened."""

    class Handle:
        def __init__(self, name, rate, callback):
            self.name, self.rate, self.callback = name, rate, callback
            self.channels, self.latency_s, self.queue_in_server, self.closed = 1, 0.01, None, False

        def close(self):
            self.closed = True

    def __init__(self, found=None):
        self.opened, self.found, self.changed = [], found or DEVICES, None

    def devices(self):
        return self.found

    def find(self, which, kind):
        return find_device(which, kind, self.found)

    def rescan(self):
        pass

    def watch(self, changed):
        self.changed = changed
        return lambda: None

    def open(self, device, kind, rates, callback, finished):
        if device.name == "HDMI":
            raise AudioDeviceError("output 'HDMI' cannot be opened: busy")
        self.opened.append(self.Handle(device.name, rates[0], callback))
        return self.opened[-1]


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    return save(build(Recipe()), tmp_path_factory.mktemp("devices") / "exact.onnx")


def test_a_switch_to_a_device_that_does_not_open_changes_nothing(exact):
    simulated = Simulated()
    with LiveStream(LiveOptions(exact, input="USB", output="Mixer"), audio=simulated) as stream:
        before, pump, wanted = list(simulated.opened), stream.pump, dict(stream.link.wanted)
        for bad in ({"output": "HDMI"}, {"input": "cam.left", "output": "HDMI"}, {"input": "no such"}):
            with pytest.raises(AudioDeviceError):
                stream.switch(**bad)
            assert stream.pump is pump and stream.link.wanted == wanted and stream.state == "running"
            assert not any(handle.closed for handle in before)
        assert all(handle.closed for handle in simulated.opened if handle not in before), (
            "nothing is left open"
        )
        frames = np.zeros((160, 1), np.float32)
        hops = stream.status().hops
        before[1].callback(frames, False)
        wait_until(lambda: stream.status().hops > hops, 10, "a hop from the old input")
    assert all(handle.closed for handle in simulated.opened)


def test_a_device_that_vanishes_falls_back_to_the_one_before_and_is_taken_again(exact, monkeypatch):
    monkeypatch.setattr(supervisor, "PATIENCE_S", 0.3)
    events = []
    with running(PulseServer) as server:
        server.sink("mic_in")
        server.sink("loud")
        server.source("virt_mic", "mic_in")
        index = server.source("usb_mic", "mic_in")
        options = LiveOptions(
            exact, input="virt_mic", output="loud", settings=EngineSettings(mode="bypass"), queue_ms=100
        )
        with LiveStream(options, lambda e: events.append(e.kind)) as stream:

            def used(name, event):
                wait_until(lambda: event in events and stream.status().state == "running", 15, event)
                assert stream.devices["input"].server_name == name
                hops = stream.status().hops
                wait_until(lambda: stream.status().hops > hops + 20, 20, f"hops from {name}")

            used("virt_mic", "started")
            stream.switch(input="usb_mic")
            used("usb_mic", "switched")
            server.pactl("unload-module", index)
            used("virt_mic", "fallback")
            server.source("usb_mic", "mic_in")
            used("usb_mic", "device_back")
            assert stream.devices["output"].server_name == "loud"
    kinds = [kind for kind in events if kind != "governor"]
    assert kinds == ["started", "switched", "device_lost", "fallback", "device_back", "stopped"]


def test_every_switch_is_remembered_and_a_borrowed_device_is_watched_too(exact, monkeypatch):
    monkeypatch.setattr(supervisor, "PATIENCE_S", 0.2)
    monkeypatch.setattr(supervisor, "FIRST_S", 60.0)  # nobody calls the callbacks here
    mics = [device(i, name, server_name=name) for i, name in enumerate(("desk", "usb"))]
    speakers = [device(2 + i, name, 0, 1, server_name=name) for i, name in enumerate(("loud", "phones"))]
    audio, events = Simulated(mics + speakers), []

    def there(*names):
        audio.found = [d for d in mics + speakers if d.name in names]
        audio.changed()

    def uses(*names):
        wait_until(
            lambda: (
                stream.state == "running" and tuple(d.name for d in stream.devices.values()) == names
            ),
            10, f"{names} after {events}",
        )  # fmt: skip

    options = LiveOptions(exact, input="desk", output="loud")
    with LiveStream(options, lambda e: events.append(e.kind), audio=audio) as stream:
        wait_until(lambda: audio.changed is not None, 5, "the supervisor")
        stream.switch(input="usb")
        stream.switch(output="phones")
        there("desk", "loud", "phones")
        uses("desk", "phones")  # the lost one falls back, the other stays
        there("loud", "phones")
        wait_until(lambda: stream.state == "waiting", 5, "the loss of the borrowed one")
        there("desk", "usb", "loud", "phones")
        uses("usb", "phones")


def test_a_lost_default_is_told_of_replaced_by_no_monitor_and_taken_again(exact, monkeypatch):
    monkeypatch.setattr(supervisor, "FIRST_S", 60.0)  # nobody calls the callbacks here
    desk = dataclasses.replace(device(0, "Desk", server_name="desk"), is_default_input=True)
    other = device(1, "Webcam", server_name="cam")
    monitor = dataclasses.replace(device(2, "Monitor of Loud", server_name="loud.monitor"), is_monitor=True)
    loud = device(3, "Loud", 0, 2, server_name="loud")
    audio, events = Simulated([desk, other, monitor, loud]), []

    def there(*found):
        audio.found = list(found)
        audio.changed()

    def told(kind, message):
        wait_until(lambda: (kind, message) in events, 10, f"{kind} {message} after {events}")

    with LiveStream(LiveOptions(exact), lambda e: events.append((e.kind, e.message)), audio=audio) as stream:
        wait_until(lambda: audio.changed is not None, 5, "the supervisor")
        there(dataclasses.replace(monitor, is_default_input=True), loud)
        told("device_lost", "input 'Desk' is gone; nothing is heard while it is waited for")
        wait_until(lambda: "no microphone" in stream.message, 10, "why it waits")
        assert stream.state == "waiting"
        there(other, monitor, loud)
        told("fallback", "'Webcam' is used until 'Desk' returns")
        assert stream.devices["input"] == other
        opened = len(audio.opened)
        there(other, monitor, loud, device(9, "Another", 0, 1, server_name="another"))
        wait_until(lambda: not audio_pending(stream), 5, "the look")
        assert len(audio.opened) == opened, "nothing is opened anew for a device that is not awaited"
        there(other, desk, monitor, loud)
        told("device_back", "Desk -> Loud")


def audio_pending(stream):
    """Has the supervisor looked at the last change?"""
    return stream.supervisor._changed.is_set()


def test_a_chosen_device_is_not_replaced_by_one_whose_name_holds_its_name(exact, monkeypatch):
    monkeypatch.setattr(supervisor, "FIRST_S", 60.0)
    usb = device(0, "usb_mic", server_name="usb_mic")
    twin, loud = device(0, "usb_mic_2", server_name="usb_mic_2"), device(3, "Loud", 0, 2, server_name="loud")
    for chosen in ("usb_m", "0"):  # a part of its name, and its index
        audio, events = Simulated([usb, loud]), []
        with LiveStream(
            LiveOptions(exact, input=chosen), lambda e, events=events: events.append(e.kind), audio=audio
        ) as s:
            wait_until(lambda audio=audio: audio.changed is not None, 5, "the supervisor")
            audio.found = [twin, loud]
            audio.changed()
            wait_until(lambda s=s: s.message == "input 'usb_mic' is not there", 10, "an attempt")
            assert s.state == "waiting"
            audio.found = [twin, dataclasses.replace(usb, index=5, name="USB"), loud]
            audio.changed()
            wait_until(lambda events=events: "device_back" in events, 10, "its return")
            assert s.devices["input"].server_name == "usb_mic"
