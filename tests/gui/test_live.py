"""Live in the window: a real stream with a real model; only the sound card is one of ours, fed with noisy speech."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import re
import time
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QSettings, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog

from gui import texts
from gui.state.controller import Controller
from gui.state.live_session import LiveSession
from gui.state.player import Player
from gui.window.main_window import MainWindow
from gui.window.numbers import numbers
from realtime.demo import CLIP
from realtime.live.stream import LiveStatus
from tests.helpers.sound_card import SoundCard, device

LEFT = Qt.MouseButton.LeftButton


class SpeakerOfTheTest:
    """An output that takes what the test asks it to take."""

    def __call__(self, sample_rate, fill):
        self.fill = fill
        return self

    def take(self, count):
        out = np.empty(count, np.float32)
        self.fill(out)
        return out

    def close(self):
        pass


@pytest.fixture
def card():
    return SoundCard()


@pytest.fixture
def window(qtbot, tmp_path, card):
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    made = MainWindow(Controller(Player(None)), store, LiveSession(audio=card))
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


@pytest.fixture
def live(qtbot, window):
    with qtbot.waitSignal(window.live.running, timeout=60000):
        qtbot.mouseClick(window.live_view.button, LEFT)
    qtbot.waitUntil(lambda: window.pictures.after.count > 0, timeout=60000)
    return window


def stream_is(qtbot, window, law):
    qtbot.waitUntil(lambda: law(window.live.stream), timeout=30000)


def test_live_begins_and_ends_by_key(qtbot, window):
    with qtbot.waitSignal(window.live.running, timeout=60000) as running:
        qtbot.keyClick(window, Qt.Key.Key_L)
    assert running.args == [True] and window.live_view.button.isChecked()
    qtbot.waitUntil(lambda: window.pictures.before.count > 5, timeout=60000)
    with qtbot.waitSignal(window.live.running, timeout=10000) as running:
        qtbot.keyClick(window, Qt.Key.Key_L)
    assert running.args == [False] and window.live.stream is None and not window.live_view.button.isChecked()


def test_both_pictures_move_and_numbers_are_shown(qtbot, live):
    before, after = live.pictures.views
    assert before.count == after.count and before.span_s == pytest.approx((-10, 0))
    assert before.levels()[-20:].max() > -70  # noisy speech is being heard
    qtbot.waitUntil(
        lambda: "latency" in live.numbers.text() and live.level_before.level_dbfs > -60, timeout=10000
    )
    assert live.live.status().model and "(auto)" in live.numbers.text()


def test_it_looks_at_most_30_times_a_second(qtbot, live):
    ticks = []
    live._tick.timeout.connect(lambda: ticks.append(time.monotonic()))
    qtbot.waitUntil(lambda: len(ticks) > 1 and ticks[-1] - ticks[0] > 1.5, timeout=5000)
    assert (len(ticks) - 1) / (ticks[-1] - ticks[0]) <= 30


def test_the_picture_of_a_stream_can_be_saved_while_it_runs_and_after(qtbot, window, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(tmp_path / "pair.png"), ""))
    assert not window.save_picture.isEnabled()
    with qtbot.waitSignal(window.live.running, timeout=60000):
        qtbot.keyClick(window, Qt.Key.Key_L)
    qtbot.waitUntil(window.save_picture.isEnabled, timeout=5000)
    qtbot.waitUntil(lambda: window.pictures.before.count > 5, timeout=30000)
    window.save_picture.trigger()
    assert (tmp_path / "pair.png").stat().st_size > 1000 and not window.save_audio.isEnabled()
    with qtbot.waitSignal(window.live.running, timeout=10000):
        qtbot.keyClick(window, Qt.Key.Key_L)
    assert window.save_picture.isEnabled()


def test_held_pictures_stand_still_while_the_sound_goes_on(qtbot, live):
    qtbot.keyClick(live, Qt.Key.Key_H)
    assert [view.title for view in live.pictures.views] == [
        texts.FROZEN.format(title=title) for title in (texts.INPUT_SIDE, texts.OUTPUT_SIDE)]  # fmt: skip
    live.tick()
    stood, hops = live.pictures.before.count, live.live.status().hops
    qtbot.waitUntil(lambda: live.live.status().hops > hops + 20, timeout=30000)
    live.tick()
    assert live.pictures.before.count == live.pictures.after.count == stood
    qtbot.keyClick(live, Qt.Key.Key_H)
    qtbot.waitUntil(lambda: live.pictures.before.count > stood, timeout=30000)
    assert live.pictures.after.title == texts.OUTPUT_SIDE


def test_keys_zoom_and_a_longer_window_keeps_the_zoom(qtbot, live):
    qtbot.keyClick(live, Qt.Key.Key_Plus)
    qtbot.keyClick(live, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    view = live.pictures.after
    assert view.span_hz == pytest.approx((0, 6400)) and view.span_s == pytest.approx((-8, 0))
    live.panel.window_ms.setCurrentIndex(live.panel.window_ms.findData(64))
    assert view.bins == 513 and view.span_hz == pytest.approx((0, 6400))
    qtbot.waitUntil(lambda: view.count > 5, timeout=30000)
    qtbot.keyClick(live, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert view.span_hz == pytest.approx((640, 7040))
    qtbot.keyClick(live, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert view.span_hz == (0, 8000)


def test_spectrum_and_waveform_are_there_when_asked_for(qtbot, live):
    assert live.pictures.plots is None
    qtbot.keyClick(live, Qt.Key.Key_W)
    plots = live.pictures.plots
    qtbot.waitUntil(lambda: plots.isVisible() and plots.waves[0].yData is not None, timeout=30000)
    qtbot.waitUntil(
        lambda: len(plots.spectra[1].yData) == 257 and np.ptp(plots.waves[0].yData) > 0.01, timeout=30000
    )
    assert plots.spectra[0].xData[-1] == 8 and np.abs(plots.waves[0].yData).max() <= 1
    before, after = (curve.yData.mean() for curve in plots.spectra)
    assert after < before  # noise is taken off
    qtbot.keyClick(live, Qt.Key.Key_W)
    assert not plots.isVisible() and not live.settings.plots


@pytest.mark.parametrize("steps", [0, 4])
def test_the_numbers_fit_the_smallest_window(window, steps):
    stages = {"device_in": 112.3, "queue_in": 10.1, "resample": 2.2, "algorithmic": 20.0, "compute": 1.1,
              "queue_out": 108.2, "device_out": 130.0}  # fmt: skip
    status = LiveStatus("running", steps=steps, hop_ms_p50=12.34, load=1.25, reduction_db=-10, late_hops=1234,
                        input_drops=123, output_fills=123, xruns_in=123, clipped=1234,
                        latency_ms={**stages, "total": 383.9})  # fmt: skip
    counters, latency = lines = numbers(status).splitlines()
    assert counters.endswith("xruns 123   clipped 1234")
    assert latency.startswith("latency 384 ms =   input device 112.3   input queue 10.1   resampling 2.2")
    for line in lines:
        assert window.numbers.fontMetrics().horizontalAdvance(line) < 1000 - 20  # margins
    assert "resampling" not in numbers(replace(status, latency_ms={**status.latency_ms, "resample": 0.0}))


def test_the_stages_of_the_latency_and_clipped_samples_are_seen(qtbot, live, card):
    card.speech = card.speech * 40
    qtbot.waitUntil(lambda: "clipped 0" not in live.numbers.text(), timeout=30000)
    stages = re.findall(r"(\d+\.\d)(?: |$)", live.numbers.text().splitlines()[1])
    total = float(re.search(r"latency (\d+) ms", live.numbers.text())[1])
    assert sum(map(float, stages)) == pytest.approx(total, abs=1) and total > 20


def test_too_loud_a_microphone_is_counted_as_clipped(qtbot, live, card):
    card.speech = card.speech * 40
    qtbot.waitUntil(lambda: live.level_before.clipped > 10, timeout=30000)
    assert live.level_before.clipped <= live.live.status().clipped


def test_switch_and_mute_reach_the_stream(qtbot, live):
    stream_is(qtbot, live, lambda s: s.settings.mode == "enhance")
    qtbot.keyClick(live, Qt.Key.Key_Space)
    stream_is(qtbot, live, lambda s: s.settings.mode == "bypass")
    qtbot.mouseClick(live.mute, LEFT)
    stream_is(qtbot, live, lambda s: s.settings.mode == "mute")
    qtbot.keyClick(live, Qt.Key.Key_M)
    qtbot.mouseClick(live.switch, LEFT)
    stream_is(qtbot, live, lambda s: s.settings.mode == "enhance")


def test_settings_reach_the_stream(qtbot, live):
    panel = live.panel
    panel.steps.setCurrentIndex(panel.steps.findData(1))
    stream_is(qtbot, live, lambda s: s.settings.steps == 1)
    panel.steps.setCurrentIndex(panel.steps.findData(0))
    stream_is(qtbot, live, lambda s: s.settings.steps is None)
    panel.limit_db.setValue(12)
    panel.gain_db.setValue(3)
    stream_is(qtbot, live, lambda s: s.settings.attenuation_limit_db == 12 and s.settings.output_gain_db == 3)


def test_another_device_is_picked_and_a_broken_one_is_one_sentence(qtbot, live, card):
    live.live.follow_devices()
    box = live.live_view.pickers["input"]
    qtbot.waitUntil(lambda: box.findText("Headset") > 0, timeout=10000)
    box.setCurrentIndex(box.findText("Headset"))
    qtbot.waitUntil(lambda: "Headset" in card.opened, timeout=10000)
    assert live.settings.input == "Headset"
    out = live.live_view.pickers["output"]
    with qtbot.waitSignal(live.live.failed, timeout=10000):
        out.setCurrentIndex(out.findText("Broken cable"))
    assert live.message.isVisible() and "Broken cable" in live.message.label.text()
    heard = live.pictures.before.count
    qtbot.waitUntil(lambda: live.pictures.before.count > heard + 20, timeout=30000)  # the old one goes on


def test_pickers_follow_what_is_plugged_in_and_out(qtbot, window, card):
    window.live.follow_devices()
    box = window.live_view.pickers["input"]
    qtbot.waitUntil(lambda: card.changed is not None and box.count() == 3, timeout=10000)
    box.setCurrentIndex(2)
    card.found = card.found[:1] + card.found[2:] + [device(4, "Camera", inputs=1)]
    card.changed()
    qtbot.waitUntil(lambda: box.findText("Camera") > 0, timeout=10000)
    assert box.currentText() == texts.GONE.format(name="Headset") and box.currentData() == "Headset"


@pytest.fixture
def music(tmp_path, monkeypatch):
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda kind: str(tmp_path))
    return tmp_path


def record(qtbot, live, columns=60):
    """By key and by mouse -> Take."""
    qtbot.keyClick(live, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: live.live.recording, timeout=10000)
    heard = live.pictures.before.count
    qtbot.waitUntil(lambda: live.pictures.before.count > heard + columns, timeout=30000)
    with qtbot.waitSignal(live.live.recorded, timeout=10000) as recorded:
        qtbot.mouseClick(live.live_view.record, LEFT)
    return recorded.args[0]


def test_two_devices_of_one_name_are_told_apart(qtbot, window, card):
    window.live.follow_devices()
    box = window.live_view.pickers["input"]
    qtbot.waitUntil(lambda: card.changed is not None and box.count() == 3, timeout=10000)
    twins = [replace(device(k, "Twin", inputs=1), server_name=f"usb-{k}") for k in (5, 6)]
    card.found = [*card.found, *twins]
    card.changed()
    qtbot.waitUntil(lambda: box.count() == 5, timeout=10000)
    assert [box.itemText(k) for k in range(1, 5)] == [
        "Desk microphone", "Headset", "Twin (usb-5)", "Twin (usb-6)"]  # fmt: skip
    assert box.itemData(4) == "usb-6"


def test_recording_leaves_both_sides_and_live_goes_on(qtbot, live, music):
    take = record(qtbot, live)
    assert soundfile.info(str(take.before)).frames == soundfile.info(str(take.after)).frames > 2000
    assert str(music) in live.message.label.text() and live.play.isEnabled() and live.live.stream is not None


def test_a_recording_plays_right_after_and_the_switch_changes_sides(qtbot, live, music):
    live.controller.player = Player(SpeakerOfTheTest())
    take = record(qtbot, live)
    with qtbot.waitSignal(live.controller.done, timeout=10000) as done:
        qtbot.keyClick(live, Qt.Key.Key_P)
    result, player = done.args[0], live.controller.player
    qtbot.waitUntil(lambda: player.playing, timeout=5000)
    assert live.live.stream is None and result.take == take and take.before.name in live.numbers.text()
    late, _ = soundfile.read(str(take.after), dtype="float32")
    assert np.array_equal(result.enhanced[: -take.delay], late[take.delay :]) and take.delay > 0
    n = len(result.enhanced)
    lags = range(2 * take.delay)  # before and after are at the same place
    alike = [np.dot(result.clip.samples[: n - lags[-1]], late[lag : n - lags[-1] + lag]) for lag in lags]
    assert abs(int(np.argmax(alike)) - take.delay) <= 4
    heard = player._stream.take(800)
    assert np.array_equal(heard, result.enhanced[:800])
    qtbot.keyClick(live, Qt.Key.Key_Space)
    heard = player._stream.take(800)
    assert np.array_equal(heard[200:], result.clip.samples[1000:1600])
    live.tick()
    assert live.pictures.before.play_head == pytest.approx(0.1) and live.save_audio.isEnabled()


def test_a_recording_opens_when_live_ends_and_a_setting_cleans_it_anew(qtbot, live, music):
    record(qtbot, live)
    with qtbot.waitSignal(live.controller.done, timeout=10000) as done:
        qtbot.keyClick(live, Qt.Key.Key_L)
    assert done.args[0].take is not None and not live.controller.player.playing
    with qtbot.waitSignal(live.controller.done, timeout=60000) as done:
        live.panel.limit_db.setValue(6)
    assert done.args[0].take is None and done.args[0].steps > 0


def test_a_file_that_is_opened_while_recording_stays_open(qtbot, live, music, tmp_path):
    qtbot.keyClick(live, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: live.live.recording, timeout=10000)
    samples, rate = soundfile.read(str(CLIP), frames=8000)
    soundfile.write(str(tmp_path / "a.wav"), samples, rate)
    with qtbot.waitSignals([live.live.recorded, live.controller.done], timeout=60000):
        live.files.open(tmp_path / "a.wav")
    qtbot.wait(300)
    assert live.controller.result.clip.path.name == "a.wav"


def test_a_cable_is_a_microphone_for_calls_and_follows_its_plug(qtbot, window, card):
    picker, out = window.live_side.virtual_mic, window.live_view.pickers["output"]
    window.live.follow_devices()
    qtbot.waitUntil(lambda: card.changed is not None and out.count() == 3, timeout=10000)
    assert not picker.isEnabled() and not picker.isEditable()
    cable = device(7, "CABLE Input (VB-Audio Virtual Cable)", outputs=2)
    card.found = [*card.found, cable]
    card.changed()
    qtbot.waitUntil(picker.isEnabled, timeout=10000)
    qtbot.keyClick(picker, Qt.Key.Key_Down)
    assert out.currentText() == window.settings.output == window.live.options.output == cable.name
    out.setCurrentIndex(0)
    assert picker.currentText() == texts.NO_VIRTUAL_MIC
    card.found = card.found[:-1]
    card.changed()
    qtbot.waitUntil(lambda: not picker.isEnabled(), timeout=10000)


def test_no_microphone_is_one_sentence(qtbot, window, card):
    card.found = card.found[2:]
    with qtbot.waitSignal(window.live.failed, timeout=60000) as failed:
        qtbot.mouseClick(window.live_view.button, LEFT)
    assert failed.args == ["there is no input device on this machine"]
    qtbot.waitUntil(lambda: not window.live_view.button.isChecked(), timeout=10000)
    assert window.message.trouble


def test_opening_a_recording_ends_live(qtbot, live, tmp_path):
    samples, rate = soundfile.read(str(CLIP), frames=8000)
    soundfile.write(str(tmp_path / "a.wav"), samples, rate)
    with qtbot.waitSignal(live.controller.done, timeout=60000):
        live.files.open(tmp_path / "a.wav")
    qtbot.waitUntil(lambda: live.live.stream is None, timeout=10000)
    live.tick()
    assert live.pictures.before.count == live.pictures.before.capacity == 51
    assert live.pictures.before.play_head == 0


def test_closing_while_live_is_quick(qtbot, live):
    start = time.monotonic()
    live.close()
    assert time.monotonic() - start < 2.0
    assert live.live.stream is None
