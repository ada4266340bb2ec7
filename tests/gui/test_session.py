"""The live session without a window: what goes wrong in its thread, and how it goes on."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from gui import texts
from gui.state.live_session import LiveSession
from gui.state.trouble import Uncaught
from realtime.audio.devices import AudioDeviceError
from realtime.audio.virtual_mic import VirtualMicrophone
from realtime.engine.settings import EngineSettings
from tests.helpers.engine_models import Recipe, build, save
from tests.helpers.sound_card import SoundCard


@pytest.fixture
def card():
    return SoundCard()


@pytest.fixture
def session(qapp, card):
    made = LiveSession(audio=card)
    yield made
    made.close(10)


def test_without_portaudio_the_devices_of_the_sound_server_are_listed(qtbot, session, card, monkeypatch):
    def missing():
        raise AudioDeviceError("PortAudio cannot be loaded")

    monkeypatch.setattr(card, "rescan", missing)
    with qtbot.assertNotEmitted(session.failed), qtbot.waitSignal(session.devices) as devices:
        session.follow_devices()
    assert devices.args == [card.found]


def test_what_nobody_expected_is_told_once_and_the_session_goes_on(
    qtbot, session, card, monkeypatch, tmp_path
):
    class Unheard(Exception):
        pass

    def broken():
        raise Unheard("of")

    shown = []
    uncaught = Uncaught(shown.append, tmp_path / "klarstrom.log")
    try:
        with monkeypatch.context() as patched:
            patched.setattr(card, "devices", broken)
            for _ in range(2):
                session.follow_devices()
                qtbot.waitUntil(lambda: not session._looks)
            qtbot.waitUntil(lambda: bool(shown))
        with qtbot.waitSignal(session.devices):
            session.follow_devices()
    finally:
        uncaught.remove()
    assert len(shown) == 1 and "Unheard: of" in shown[0]


def start(qtbot, session):
    with qtbot.waitSignal(session.running, timeout=20000) as running:
        session.start()
    assert running.args == [True]


def test_steps_that_were_chosen_for_another_model_are_as_many_as_this_one_has(
    qtbot, session, model, tmp_path
):
    small = save(build(Recipe(max_steps=2, default_steps=1)), tmp_path / "small.onnx")
    session.configure(model=str(small), settings=EngineSettings(steps=4))
    start(qtbot, session)
    assert session.stream.settings.steps == 2
    for path, steps in ((model, 4), (small, 2)):
        with qtbot.waitSignal(session.model_opened, timeout=20000):
            session.configure(model=str(path))
        assert session.stream.settings.steps == steps
    session.configure(settings=EngineSettings(steps=3, mode="mute"))
    qtbot.waitUntil(lambda: session.stream.settings.mode == "mute")
    assert session.stream.settings.steps == 2


def test_a_refused_microphone_for_calls_does_not_end_live(qtbot, session, model, monkeypatch, tmp_path):
    def refuse(microphone):
        raise AudioDeviceError("it is somebody else's")

    monkeypatch.setattr(VirtualMicrophone, "create", refuse)
    session.configure(model=str(model))
    start(qtbot, session)
    first, states = session.stream, []
    session.running.connect(states.append)
    session.start_recording(str(tmp_path))
    with qtbot.waitSignals([session.recorded, session.failed], timeout=20000):
        session.configure(virtual_mic="desk_mic", settings=EngineSettings(output_gain_db=3.0))
    assert states == [True] and session.stream not in (None, first)
    assert session.options.virtual_mic is None and session.stream.settings.output_gain_db == 3


def test_a_chosen_model_that_broke_does_not_keep_anyone_from_going_live(qtbot, session, tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    session.configure(model=str(tmp_path / "broken.onnx"))
    with qtbot.waitSignal(session.failed, timeout=20000) as failed:
        start(qtbot, session)
    assert "broken.onnx" in failed.args[0] and texts.DEFAULT_MODEL in failed.args[0]
    assert session.options.model is None
