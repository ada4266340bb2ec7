"""The live session without a window: what goes wrong in its thread, and how it goes on."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from sound_card import SoundCard

from gui.live_session import LiveSession
from gui.trouble import Uncaught
from realtime.audio import AudioDeviceError


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
