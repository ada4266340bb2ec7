"""What the window says is so: the state, the devices that are open, nothing of what ended, settings at once."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor

from gui import texts
from gui.desktop import single
from gui.plots.meter import LOWEST_DBFS
from gui.state import presets, settings
from gui.state.condition import BAD, GOOD, OFF, WARNING, StreamWatch
from gui.state.controller import Controller
from gui.state.live_session import LiveSession
from gui.state.player import Player
from gui.state.session_report import SessionReport
from gui.state.settings import Settings
from gui.widgets import theme
from gui.window.main_window import MainWindow
from gui.window.numbers import numbers
from realtime.live.stream import LiveStatus
from tests.helpers.sound_card import SoundCard

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def card():
    return SoundCard()


@pytest.fixture
def store(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(qtbot, store, card):
    made = MainWindow(Controller(Player(None)), store, LiveSession(audio=card))
    qtbot.addWidget(made)
    made.show()
    made.live.follow_devices()
    qtbot.waitUntil(
        lambda: made.live.found is not None and made.live_view.pickers["input"].count() > 1, timeout=20000
    )
    yield made
    made.close()


def go_live(qtbot, window):
    with qtbot.waitSignal(window.live.running, timeout=60000):
        qtbot.mouseClick(window.live_view.button, LEFT)
    qtbot.waitUntil(lambda: window.pictures.after.count > 30, timeout=60000)


def is_so(qtbot, window, light, words):
    qtbot.waitUntil(
        lambda: window.status.condition.light == light and words in window.status.sentence.text(),
        timeout=20000,
    )


def test_the_state_is_said_as_it_is_from_off_to_off(qtbot, window):
    assert window.live_view.pickers["input"].currentText() == "System default (Desk microphone)"
    is_so(qtbot, window, OFF, "Desk microphone")
    assert not window.top.runs
    go_live(qtbot, window)
    qtbot.waitUntil(lambda: "Desk microphone → Headphones" in window.status.sentence.text(), timeout=20000)
    qtbot.waitUntil(lambda: window.top.runs)
    qtbot.mouseClick(window.switch, LEFT)
    is_so(qtbot, window, WARNING, texts.LIVE_BYPASSED.split(":")[0])
    qtbot.mouseClick(window.mute, LEFT)
    is_so(qtbot, window, WARNING, texts.LIVE_MUTED.split(":")[0])
    qtbot.waitUntil(lambda: texts.NO_REDUCTION in window.numbers.text(), timeout=20000)
    with qtbot.waitSignal(window.live.running, timeout=20000):
        qtbot.mouseClick(window.live_view.button, LEFT)
    is_so(qtbot, window, OFF, "Desk microphone")
    assert window.numbers.text() == "" and not window.top.runs
    assert window.level_before.level_dbfs == window.level_after.peak_dbfs == LOWEST_DBFS
    assert window.pictures.before.title == texts.STOPPED_TITLE.format(title=texts.INPUT_SIDE)


def test_a_device_that_went_is_a_problem_and_the_meters_are_empty(qtbot, window, monkeypatch):
    go_live(qtbot, window)
    status = window.live.stream.status
    monkeypatch.setattr(
        window.live,
        "status",
        lambda: LiveStatus(**{**status().as_dict(), "state": "waiting", "message": "it is gone"}),
    )
    is_so(qtbot, window, BAD, "it is gone")
    assert window.pictures.after.title == texts.WAITING_TITLE.format(title=texts.OUTPUT_SIDE)


def test_mute_and_bypass_reduce_no_noise(qtbot, window):
    go_live(qtbot, window)
    qtbot.mouseClick(window.mute, LEFT)
    qtbot.waitUntil(lambda: window.live.stream.settings.mode == "mute", timeout=20000)
    count = window.pictures.after.count
    qtbot.waitUntil(lambda: window.pictures.after.count > count + 40, timeout=20000)
    assert not np.any(window.pictures.strip.values[-20:])
    muted = LiveStatus("running", mode="mute", steps=2, reduction_db=90.0)
    assert "90 dB" not in numbers(muted) and texts.NO_REDUCTION in numbers(muted)


def test_what_happened_a_moment_ago_stays_on_the_light_and_then_goes():
    now = [100.0]
    watch = StreamWatch(lambda: now[0])
    base = {"input": "Mic", "output": "Out", "steps": 2, "hops": 9, "uptime_s": 60.0, "level_in_dbfs": -30.0}
    assert watch.look(LiveStatus("running", **base)).light == GOOD
    assert watch.look(LiveStatus("running", **base, output_fills=1)).sentence == texts.LIVE_DROPOUTS.format(
        route="Mic → Out"
    )
    now[0] += 6
    assert watch.look(LiveStatus("running", **base, output_fills=1)).light == GOOD
    assert watch.look(LiveStatus("running", **base | {"steps": 0}, output_fills=1)).light == BAD
    now[0] += 6
    silent = base | {"level_in_dbfs": -120.0}
    assert watch.look(LiveStatus("running", **silent, output_fills=1)).sentence == texts.LIVE_SILENT.format(
        input="Mic"
    )


def test_a_changed_setting_is_in_the_store_at_once_and_can_be_undone(window, store):
    window.panel.limit_db.setValue(12)
    assert settings.load(store).limit_db == 12
    undo = window.actions_by_name["undo"]
    assert undo.isEnabled() and undo.text() == texts.UNDO.format(name=texts.LIMIT)
    undo.trigger()
    assert not undo.isEnabled()
    assert window.settings.limit_db == settings.load(store).limit_db == 100 == window.panel.limit_db.value()
    window.actions_by_name["redo"].trigger()
    assert window.settings.limit_db == 12 and window.panel.limit_db.text() == "12 dB"


def test_presets_and_what_was_last_used_with_each_microphone(qtbot, window):
    window.choose_preset("gentle")
    assert window.settings.limit_db == 9 and window.panel.preset.currentText() == texts.PRESETS["gentle"]
    window.panel.gain_db.setValue(5)
    box = window.live_view.pickers["input"]
    box.setCurrentIndex(box.findText("Headset"))
    window.choose_preset("aggressive")
    window.panel.gain_db.setValue(-3)
    box.setCurrentIndex(0)
    assert (window.settings.limit_db, window.settings.gain_db) == (9, 5)
    box.setCurrentIndex(box.findText("Headset"))
    assert (window.settings.limit_db, window.settings.gain_db, window.settings.steps) == (100, -3, 4)
    assert presets.recalled(Settings(profiles="{broken"), "") == {}


def test_a_disconnected_device_is_named_as_the_person_knows_it(qtbot, store, card):
    settings.save(store, Settings(input="usb-77", input_label="Studio microphone"))
    window = MainWindow(Controller(Player(None)), store, LiveSession(audio=card))
    qtbot.addWidget(window)
    window.live.follow_devices()
    box = window.live_view.pickers["input"]
    qtbot.waitUntil(lambda: box.count() > 2, timeout=20000)
    assert box.currentText() == texts.GONE.format(name="Studio microphone") and box.currentData() == "usb-77"
    window.close()


def test_a_second_start_hands_its_file_to_the_first(qtbot, tmp_path):
    name = single.name_for(str(tmp_path))
    assert not single.ask_running(name, "nobody hears")
    first = single.Single(name)
    code = "import sys\nfrom gui.desktop import single\nsys.exit(not single.ask_running(*sys.argv[1:]))"
    with qtbot.waitSignal(first.wished, timeout=60000) as wished:
        second = subprocess.Popen([sys.executable, "-c", code, name, "/a b.wav"])
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=20000)
    assert wished.args == ["/a b.wav"] and second.returncode == 0
    first.close()


def contrast(one, other):
    """WCAG 2: of two colours."""

    def luminance(colour):
        parts = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(colour).getRgbF()[:3]
        ]
        return np.dot(parts, (0.2126, 0.7152, 0.0722))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_has_a_contrast_of_at_least_4_5(dark):
    colours, grounds = theme.palette(dark), ("window", "base", "button", "alternateBase")
    for ink in ("windowText", "text", "buttonText", "placeholderText", "link", "brightText"):
        for ground in grounds:
            assert contrast(getattr(colours, ink)().color(), getattr(colours, ground)().color()) >= 4.5, (
                ink,
                ground,
            )
    assert contrast(colours.highlightedText().color(), colours.highlight().color()) >= 4.5
    assert contrast(*theme.WARNING_FILL) >= 4.5 and contrast(*theme.DANGER_FILL) >= 4.5
    for light in theme.LIGHTS:
        assert contrast(theme.light_colour(light, colours), colours.window().color()) >= 4.5, light


def test_the_window_is_never_larger_than_the_screen(window):
    room = window.screen().availableGeometry().size().expandedTo(window.minimumSizeHint())
    assert window.width() <= room.width() and window.height() <= room.height()


def test_with_letters_of_150_percent_it_fits_a_screen_of_1600_by_1000(window, qapp):
    small = qapp.font()
    large = qapp.font()
    large.setPointSizeF(1.5 * small.pointSizeF())
    qapp.setFont(large)
    try:
        window.centralWidget().layout().activate()
        least = window.minimumSizeHint()
        assert least.width() <= 1500 and least.height() <= 900
    finally:
        qapp.setFont(small)


def test_a_report_tells_of_a_stream_that_was_long_enough():
    report = SessionReport()
    report.add(LiveStatus("running", uptime_s=2.0, steps=2, reduction_db=20.0))
    assert report.text() == ""
    for second in range(60):
        report.add(LiveStatus("running", uptime_s=65.0 + second, steps=2, reduction_db=20.0 if second % 2 else 2.0,
                              output_fills=3, input="Mic", output="Out"))  # fmt: skip
    assert "2:04 min" in report.text() and "20 dB" in report.text() and "3 dropouts" in report.text()


def test_compact_mode_leaves_switch_meters_and_state_and_gives_the_size_back(qtbot, window):
    size = window.size()
    window.actions_by_name["compact"].trigger()
    assert not window.pictures.isVisible() and window.switch.isVisible() and window.level_before.isVisible()
    assert window.status.isVisible() and window.height() < size.height() / 2
    window.actions_by_name["compact"].trigger()
    assert window.pictures.isVisible() and window.height() == size.height()
