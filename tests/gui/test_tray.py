"""The tray's icon: its menu, starting in it, closing into it, and desktops without one."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QSystemTrayIcon

from gui import texts
from gui.plots.icon import CLEANING, PASSING, RESTING, SILENT, TROUBLE, icon
from gui.state.controller import Controller
from gui.state.player import Player
from gui.window.main_window import MainWindow
from tests.helpers.audio_server import wait_until

CLICKED = QSystemTrayIcon.ActivationReason


@pytest.fixture
def window(qtbot, tmp_path):
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    made = MainWindow(Controller(Player(None)), store)
    qtbot.addWidget(made)
    yield made
    made.quit()


@pytest.fixture
def tray(window):
    return window.make_tray(available=lambda: True)


def test_the_switch_is_in_the_tray(window, tray):
    window.start(tray)
    tray.switch.trigger()
    assert not window.switch.isChecked() and not tray.switch.isChecked()
    tray.sign.activated.emit(CLICKED.MiddleClick)
    assert window.switch.isChecked() and tray.switch.isChecked()
    tray.mute.trigger()
    assert window.mute.isChecked() and tray.mute.isChecked()


def test_the_icon_tells_what_is_done(window, tray):
    pictures = {
        state: icon(state).pixmap(32, 32).toImage() for state in (RESTING, CLEANING, PASSING, SILENT, TROUBLE)
    }
    assert len({bytes(p.constBits()) for p in pictures.values()}) == 5
    assert tray.state == RESTING and texts.TRAY_STATES[RESTING] in tray.sign.toolTip()
    window.live._stream = SimpleNamespace(mode="enhance", stop=lambda: None)
    for clicked, state in ((None, CLEANING), (window.switch, PASSING), (window.mute, SILENT)):
        if clicked is not None:
            clicked.click()
        tray.follow()
        assert tray.state == state
        assert tray.sign.icon().pixmap(32, 32).toImage() == pictures[state]
    window.live._stream = None


def test_started_in_the_tray_a_click_opens_it_and_closing_goes_back(qtbot, window, tray):
    window.start(tray, minimised=True)
    assert not window.isVisible() and window._tick.interval() > 100
    tray.sign.activated.emit(CLICKED.Trigger)
    assert window.isVisible() and window._tick.interval() < 50
    tray.follow()
    assert tray.show_window.text() == texts.TRAY_HIDE
    with qtbot.assertNotEmitted(window.ended):
        window.close()
    assert not window.isVisible() and window._tick.isActive()
    with qtbot.waitSignal(window.ended):
        tray.quit.trigger()
    assert not window._tick.isActive() and not tray.sign.isVisible()


def test_closing_ends_unless_the_setting_says_otherwise(qtbot, window, tray):
    window.start(tray)
    window.change("close_to_tray", True)
    window.close()
    assert not window.isVisible() and window._tick.isActive()
    tray.sign.activated.emit(CLICKED.Trigger)
    window.change("close_to_tray", False)
    with qtbot.waitSignal(window.ended):
        window.close()


def test_the_key_quits_although_closing_would_not(qtbot, window, tray):
    window.start(tray)
    window.change("close_to_tray", True)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    with qtbot.waitSignal(window.ended):
        qtbot.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)


def test_without_a_tray_it_starts_minimised_and_closing_ends(qtbot, window):
    window.change("close_to_tray", True)
    window.start(window.make_tray(available=lambda: False), minimised=True)
    assert window.isVisible() and window.isMinimized()
    window.come_or_go()
    assert window.seen
    window.come_or_go()  # nowhere to go
    assert window.seen
    with qtbot.waitSignal(window.ended):
        window.close()


def test_settings_of_the_start_are_kept(qtbot, window, tray, tmp_path):
    window.begin(tray, False)
    window.open_preferences()
    for field in ("start_live", "start_in_tray"):
        window.dialog.boxes[field].click()
    window.quit()
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    again = MainWindow(Controller(Player(None)), store)
    qtbot.addWidget(again)
    asked = []
    again.live.start = lambda: asked.append("live")
    again.start(again.make_tray(available=lambda: True))
    assert not again.isVisible() and asked == ["live"] and again.settings.start_live
    again.quit()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc tells when the command listens")
def test_the_real_command_minimised_ends_by_signal(tmp_path):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path),
                   "PULSE_SERVER": f"unix:{tmp_path}/none"}  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "gui", "--minimised"], env=environment)
    status = Path(f"/proc/{process.pid}/status")
    try:
        wait_until(lambda: caught(status.read_text()) >> (signal.SIGTERM - 1) & 1, 60, "a handler")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()


def caught(status):
    """The signals that a process has handlers for, a bit each."""
    return int(next(row for row in status.splitlines() if row.startswith("SigCgt")).split()[1], 16)
