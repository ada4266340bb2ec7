"""PortAudio as Linux without a sound server shows it, and when it fails."""

import sys
from types import SimpleNamespace

import pytest

from realtime.audio import devices as audio
from realtime.audio import permission
from realtime.audio.devices import AudioDeviceError, PortAudio, find_device, list_devices
from realtime.audio.server import Endpoint, SoundServer
from realtime.live.stream import LiveOptions, LiveStream
from tests.helpers.audio_server import wait_until
from tests.helpers.cli_runner import call
from tests.helpers.engine_models import Recipe, build, save
from tests.helpers.sound_card import SoundCard


class PortAudioError(Exception):
    """As sounddevice has it: no RuntimeError."""


class Alsa:
    """A card and the PCMs beside it; `broken` says which calls fail."""

    PortAudioError = PortAudioError
    NAMES = ("HDA Intel PCH: ALC257 Analog (hw:0,0)", "pulse", "default")

    def __init__(self):
        self.default = SimpleNamespace(device=(2, 2))
        self.broken, self.up = set(), True

    def _ask(self, question):
        if question in self.broken or not self.up:
            raise PortAudioError(f"Error in {question}: Unanticipated host error", -9999)

    def query_hostapis(self):
        self._ask("query_hostapis")
        return [{"name": "ALSA", "devices": [0, 1, 2], "default_input_device": 2, "default_output_device": 2}]

    def query_devices(self):
        self._ask("query_devices")
        return [
            {"name": name, "hostapi": 0, "max_input_channels": 2, "max_output_channels": 2,
             "default_samplerate": 48000.0} for name in self.NAMES
        ]  # fmt: skip

    def _terminate(self):
        self._ask("terminate")
        self.up = False

    def _initialize(self):
        if "initialize" in self.broken:
            raise PortAudioError("Error initializing PortAudio: Unanticipated host error", -9999)
        self.up = True


@pytest.fixture
def alsa(monkeypatch):
    """PortAudio; no sound server has ever answered."""
    it = Alsa()
    monkeypatch.setattr(audio, "_portaudio", lambda: it)
    monkeypatch.setattr(audio, "ask", lambda: None)
    audio._server_seen.clear()
    return it


def test_without_a_server_the_default_of_alsa_is_the_default(alsa, monkeypatch):
    assert [d.name for d in list_devices()] == list(Alsa.NAMES)
    assert find_device(None, "input").name == find_device(None, "output").name == "default"
    server = SoundServer("pulseaudio", "16.1", [
        Endpoint("mic", "mic", True, False, True, 1, 48000), Endpoint("loud", "loud", False, False, True, 2, 48000)
    ])  # fmt: skip
    monkeypatch.setattr(audio, "ask", lambda: server)
    assert [d.name for d in list_devices()] == ["mic", "loud", Alsa.NAMES[0]], "the server's own, by name"
    assert find_device(None, "output").name == "loud"
    monkeypatch.setattr(audio, "ask", lambda: None)
    assert [d.name for d in list_devices()] == [Alsa.NAMES[0]], "the server is away: its PCM might hang"
    audio._server_seen.clear()


@pytest.mark.parametrize("failing", ["query_devices", "query_hostapis"])
def test_a_list_that_fails_is_one_sentence(alsa, failing):
    alsa.broken = {failing}
    with pytest.raises(
        AudioDeviceError, match=rf"^PortAudio cannot list the devices: Error in {failing}: .* error$"
    ):
        list_devices()
    code, _, text = call("devices")
    assert code == 4 and text.count("\n") == 1 and "PortAudio cannot list" in text


def test_a_portaudio_that_does_not_come_up_again_is_brought_up_later(alsa):
    alsa.broken = {"initialize"}
    for _ in range(2):
        with pytest.raises(AudioDeviceError, match="^PortAudio cannot look for devices: Error initializing"):
            PortAudio().rescan()
        with pytest.raises(AudioDeviceError, match="cannot list"):
            list_devices()
    alsa.broken = set()
    PortAudio().rescan()
    assert len(list_devices()) == 3


def test_a_portaudio_that_fails_when_it_is_loaded_is_one_sentence(monkeypatch, tmp_path):
    (tmp_path / "sounddevice.py").write_text("raise type('PortAudioError', (Exception,), {})('no host API')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    with pytest.raises(AudioDeviceError, match="^PortAudio cannot be started: no host API$"):
        audio._portaudio()


def test_a_stream_outlives_a_portaudio_that_fails_and_comes_back(alsa, tmp_path):
    class Card(SoundCard):
        """Opens as a SoundCard does; lists through PortAudio."""

        def find(self, which, kind):
            list_devices()
            return super().find(which, kind)

        def rescan(self):
            PortAudio().rescan()

    model, events = save(build(Recipe()), tmp_path / "exact.onnx"), []
    with LiveStream(LiveOptions(model), lambda e: events.append(e.kind), Card()) as stream:
        alsa.broken = {"initialize"}
        stream.link.ended.set()
        wait_until(lambda: "PortAudio cannot" in stream.message, 10, "the failure")
        assert stream.status().state == "waiting"
        alsa.broken = set()
        wait_until(lambda: stream.status().state == "running", 10, "the return")
        hops = stream.status().hops
        wait_until(lambda: stream.status().hops > hops, 10, "a hop")
    assert [k for k in events if k != "governor"] == ["started", "device_lost", "device_back", "stopped"]


def test_a_card_whose_name_is_not_utf_8_hides_none_of_the_others(alsa, monkeypatch):
    """sounddevice refuses the whole list then."""
    rows, bad = alsa.query_devices(), b"Carte St\xe9r\xe9o (hw:1,0)"

    def query(port=None):
        if port in (None, 3):
            bad.decode("utf-8")
        return rows[port]

    info = SimpleNamespace(hostApi=0, maxInputChannels=2, maxOutputChannels=0, defaultSampleRate=44100.0)
    monkeypatch.setattr(alsa, "query_devices", query)
    alsa._lib = SimpleNamespace(Pa_GetDeviceCount=lambda: 4, Pa_GetDeviceInfo=lambda port: info)
    *others, last = list_devices()
    assert [d.name for d in others] == list(Alsa.NAMES)
    assert (last.name, last.inputs, last.default_rate) == ("Carte St\ufffdr\ufffdo (hw:1,0)", 2, 44100)


def test_cards_that_this_account_may_not_open_are_told_of_with_what_to_do(alsa, monkeypatch, tmp_path):
    monkeypatch.setattr(alsa, "query_devices", lambda: [])
    monkeypatch.setattr(alsa, "query_hostapis", lambda: [])
    monkeypatch.setattr(permission, "CARDS", tmp_path)
    monkeypatch.setattr(permission, "_of_the_server", lambda: None)
    with pytest.raises(AudioDeviceError, match="^there is no input device on this machine$"):
        find_device(None, "input")
    (tmp_path / "pcmC0D0c").touch()
    monkeypatch.setattr(permission.os, "access", lambda *_: False)
    with pytest.raises(AudioDeviceError, match="may not open the sound cards .* usermod -aG audio NAME"):
        find_device(None, "input")
    code, _, text = call("devices")
    assert code == 4 and "usermod -aG audio" in text and text.count("\n") == 1
