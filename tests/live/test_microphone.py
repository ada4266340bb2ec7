"""The virtual microphone of a stream whose sound server ends and comes back, before a server that only keeps books."""

import dataclasses
import itertools

import pytest

from realtime.audio import virtual_mic
from realtime.audio.devices import AudioDeviceError
from realtime.audio.virtual_mic import VirtualMicrophone
from realtime.live.stream import LiveOptions, LiveStream
from tests.helpers.audio_server import wait_until
from tests.helpers.engine_models import Recipe, build, save
from tests.helpers.sound_card import SoundCard, device


class Books:
    """What pactl would say. Modules are counted from the beginning after each start."""

    def __init__(self):
        self.up = False
        self.start()

    def start(self):
        self.up, self.modules, self.numbers = True, {}, itertools.count(1)

    def __call__(self, *arguments):
        if not self.up:
            raise AudioDeviceError(f"pactl {arguments[0]}: Connection refused")
        match arguments:
            case ("list", "short", "modules"):
                return "".join(f"{n}\t{' '.join(a)}\t\n" for n, a in self.modules.items())
            case ("list", "short", "sources"):
                return "".join(f"{n}\t{name}\tmodule\n" for n, name in enumerate(self.names("source_name=")))
            case ("load-module", *module):
                number = str(next(self.numbers))
                module[0] += "\t" + module.pop(1)
                self.modules[number] = module
                return f"{number}\n"
            case ("unload-module", number):
                del self.modules[number]
                return ""
        raise AssertionError(arguments)

    def names(self, key):
        words = [word for module in self.modules.values() for word in " ".join(module).split()]
        return [word.removeprefix(key) for word in words if word.startswith(key)]


@pytest.fixture
def books(monkeypatch):
    it = Books()
    monkeypatch.setattr(virtual_mic, "_run", it)
    return it


class Card(SoundCard):
    """Its speakers are the sinks in the books."""

    def __init__(self, books):
        super().__init__()
        self.books = books

    def find(self, which, kind):
        names = self.books.names("sink_name=") if self.books.up else []
        self.found = [d for d in self.found if d.inputs] + [
            device(10 + k, name, outputs=1) for k, name in enumerate(names)
        ]
        return super().find(which, kind)


def test_it_is_made_again_when_the_server_is_back_and_removed_at_the_end(books, tmp_path):
    model, events = save(build(Recipe()), tmp_path / "exact.onnx"), []
    options = LiveOptions(model, virtual_mic="Clear voice")
    with LiveStream(options, lambda e: events.append(e.kind), Card(books)) as stream:
        made = dict(books.modules)
        assert books.names("source_name=") == ["Clear_voice"]
        books.up = False
        stream.link.ended.set()
        wait_until(lambda: "refused" in stream.message, 10, "an attempt without a server")
        books.start()
        books("load-module", "module-of-another-program", "name=x")
        wait_until(lambda: "device_back" in events, 10, "the return")
        assert books.names("sink_name=") == ["Clear_voice_sink"] == [stream.devices["output"].name]
        assert books.names("source_name=") == ["Clear_voice"]
        assert len(books.modules) == len(made) + 1
    assert [" ".join(module) for module in books.modules.values()] == ["module-of-another-program\tname=x"]


def test_what_has_its_numbers_after_a_restart_is_not_taken_away(books):
    microphone, other = VirtualMicrophone("One", 16000), VirtualMicrophone("Two", 16000)
    microphone.create()
    books.start()
    other.create()  # of this very process, with the numbers that the first one had
    before = dict(books.modules)
    microphone.remove()
    assert books.modules == before
    microphone.restore()
    assert sorted(books.names("source_name=")) == ["One", "Two"]


def test_one_half_that_somebody_unloaded_is_made_again(books):
    microphone = VirtualMicrophone("One", 16000)
    microphone.create()
    books("unload-module", "2")
    microphone.restore()
    assert books.names("sink_name=") == ["One_sink"] and books.names("source_name=") == ["One"]
    numbers = set(books.modules)
    microphone.restore()
    assert set(books.modules) == numbers, "what is whole stays"


def test_a_name_that_is_taken_is_not_taken_from_its_owner(books):
    owner, late = VirtualMicrophone("One", 16000), VirtualMicrophone("One", 16000)
    owner.create()
    with pytest.raises(AudioDeviceError, match="already"):
        late.create()
    late.remove()
    assert books.names("source_name=") == ["One"]


def test_a_stream_does_not_hear_its_own_microphone_though_it_is_the_default(books, tmp_path):
    """A person who wants every program to pick it makes it the default; a server that starts may have no other."""
    model, card = save(build(Recipe()), tmp_path / "exact.onnx"), Card(books)
    own = dataclasses.replace(device(7, "Clear voice", inputs=1, default=True), server_name="Clear_voice")
    desk, headset = (dataclasses.replace(d, is_default_input=False) for d in card.found[:2])
    card.found = [own, desk, headset]
    find = card.find
    card.find = lambda which, kind: own if (which, kind) == (None, "input") else find(which, kind)
    with LiveStream(LiveOptions(model, virtual_mic="Clear voice"), audio=card) as stream:
        assert stream.devices["input"].name == "Desk microphone"
        card.found = [own]
        with pytest.raises(AudioDeviceError, match="no input device"):
            stream.link.find(None, "input")
