"""The page of the first start: it finds the microphone and shows whether that one hears."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt

from gui import texts
from gui.state import settings
from gui.state.controller import Controller
from gui.state.live_session import LiveSession
from gui.state.player import Player
from gui.window.main_window import MainWindow
from tests.helpers.sound_card import SoundCard, device

SAYS = texts.FIRST_VERDICTS


@pytest.fixture
def card():
    return SoundCard()


@pytest.fixture
def store(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(qtbot, card, store):
    made = MainWindow(Controller(Player(None)), store, LiveSession(audio=card))
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()


def page_of(qtbot, window):
    window.live.follow_devices()
    window.live_side.find_microphone()
    return window.live_side.first_run


def shows(qtbot, page, verdict):
    qtbot.waitUntil(lambda: page.verdict.text() == SAYS[verdict], timeout=10000)


def test_it_hears_and_goes_live(qtbot, window, card, store):
    page = page_of(qtbot, window)
    shows(qtbot, page, "hears")
    assert (
        page.meter.level_dbfs > -45 and card.opened == ["Desk microphone"] and not window.pictures.isVisible()
    )
    with qtbot.waitSignal(window.live.running, timeout=60000):
        qtbot.mouseClick(page.live, Qt.MouseButton.LeftButton)
    assert window.pictures.isVisible() and window.live_side.first_run is None
    window.close()
    assert settings.load(store).welcomed


def test_silence_and_another_microphone(qtbot, window, card):
    card.speech = np.zeros_like(card.speech)
    page = page_of(qtbot, window)
    shows(qtbot, page, "silent")
    card.speech += 0.001
    shows(qtbot, page, "quiet")
    qtbot.keyClick(page.picker, Qt.Key.Key_Down)
    assert page.picker.currentText() == "Desk microphone"
    qtbot.keyClick(page.picker, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: card.opened[-1] == "Headset", timeout=10000)
    assert window.settings.input == "Headset" and window.live.options.input == "Headset"


def test_no_microphone_until_one_is_plugged_in(qtbot, window, card):
    card.found = card.found[2:]
    page = page_of(qtbot, window)
    shows(qtbot, page, "absent")
    card.found = [device(0, "Camera", inputs=1, default=True), *card.found]
    card.changed()
    shows(qtbot, page, "hears")
    assert texts.DEFAULT_NAMED.format(name="Camera") == page.picker.currentText()


def test_a_microphone_that_does_not_open_is_one_sentence(qtbot, window, card):
    card.found = [device(0, "Broken microphone", inputs=1, default=True)]
    page = page_of(qtbot, window)
    qtbot.waitUntil(lambda: "Broken microphone" in page.verdict.text(), timeout=10000)
    assert "choose another" in page.verdict.text() and not window.message.isVisible()


def test_by_key_it_comes_and_goes(qtbot, window, card):
    qtbot.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    page = window.live_side.first_run
    qtbot.waitUntil(lambda: card.opened == ["Desk microphone"], timeout=10000)
    for control in (page.picker, page.live, page.later):
        assert (
            control.toolTip() and control.accessibleName() and control.focusPolicy() & Qt.FocusPolicy.TabFocus
        )
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.live_side.first_run is None and window.settings.welcomed and window.live.stream is None


def test_closing_the_window_lets_the_microphone_go(qtbot, window, card, store):
    page = page_of(qtbot, window)
    shows(qtbot, page, "hears")
    window.close()
    assert page._check._handle is None and settings.load(store).welcomed  # once is enough
