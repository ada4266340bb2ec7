"""Run by tests/gui/test_screen.py: the window as a person has it, on X11, live on PulseAudio, fed with noisy speech."""

import subprocess
import threading
import time

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QSettings, QStandardPaths, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QStyle, QStyleOptionComboBox, QStyleOptionSpinBox

from gui import texts
from gui.state.controller import Controller
from gui.state.live_session import LiveSession
from gui.window.main_window import MainWindow
from realtime.demo import CLIP
from tests.helpers.audio_server import PulseServer, running, wait_until

LEFT = Qt.MouseButton.LeftButton
RATE = 16000


@pytest.fixture(scope="module")
def server():
    with running(PulseServer) as it:
        for sink in ("mic_in", "loud", "nothing"):
            it.sink(sink)
        it.source("desk_mic", "mic_in")
        it.source("dead_mic", "nothing")
        it.pactl("set-default-source", "desk_mic")
        it.pactl("set-default-sink", "loud")
        speech, _ = soundfile.read(str(CLIP), dtype="float32")
        pacat = subprocess.Popen(
            ["pacat", "--raw", "--format=float32le", f"--rate={RATE}", "--channels=1", "-d", "mic_in"],
            stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        feeder = threading.Thread(target=feed, args=(pacat, speech.tobytes()), daemon=True)
        feeder.start()
        yield it
        pacat.kill()
        pacat.wait()
        feeder.join()


def feed(pacat, data):
    try:
        while pacat.poll() is None:
            pacat.stdin.write(data)
    except OSError:
        return


def hear(source, seconds=1.5):
    """What another program gets from it, float32 [n]."""
    parec = subprocess.Popen(
        ["parec", "--raw", "--format=float32le", f"--rate={RATE}", "--channels=1", "-d", source, "--latency-msec=20"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        parec.stdout.read(4 * RATE // 10)  # its beginning may be from before
        return np.frombuffer(parec.stdout.read(4 * round(seconds * RATE)), np.float32)
    finally:
        parec.kill()
        parec.wait()


def pauses_db(samples):
    """Level where nobody speaks: of the quietest tenth of its frames."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    return 10 * np.log10(np.quantile(np.square(frames).mean(1), 0.1) + 1e-12)


def make_window(store):
    made = MainWindow(Controller(), store, LiveSession())
    made.show()
    made.activateWindow()
    made.live.follow_devices()
    return made


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return QSettings(str(tmp_path_factory.mktemp("store") / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture(scope="module")
def window(qapp, server, store):
    made = make_window(store)
    yield made
    made.quit()


@pytest.fixture
def live(qtbot, window):
    """The window while its stream runs; begun once, by mouse."""
    qtbot.waitUntil(window.isActiveWindow, timeout=10000)
    if window.live.stream is None:
        with qtbot.waitSignal(window.live.running, timeout=60000):
            qtbot.mouseClick(window.live_view.button, LEFT)
        qtbot.waitUntil(lambda: window.pictures.after.count > 30, timeout=30000)
    return window


def stream_is(qtbot, window, law):
    qtbot.waitUntil(lambda: window.live.stream is not None and law(window.live.stream), timeout=20000)


def in_background(qtbot, work):
    """Its result; the window goes on meanwhile."""
    found = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
    thread.start()
    qtbot.waitUntil(lambda: not thread.is_alive(), timeout=30000)
    return found[0]


def choose_by_mouse(qtbot, box, text):
    """Opens the list and clicks an entry, as a person does."""
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    arrow = box.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxArrow, box
    )
    qtbot.mouseClick(box, LEFT, pos=arrow.center())
    view = box.view()
    qtbot.waitUntil(view.isVisible)
    qtbot.wait(QApplication.doubleClickInterval() + 50)  # what comes too soon is taken for the opening click
    place = view.visualRect(box.model().index(box.findText(text), 0)).center()
    qtbot.mouseMove(view.viewport(), place)
    qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    qtbot.waitUntil(lambda: not view.isVisible())
    assert box.currentText() == text


def choose_by_key(qtbot, box, text):
    box.setFocus()
    while box.currentText() != text:
        here = box.currentIndex()
        qtbot.keyClick(box, Qt.Key.Key_Down if here < box.findText(text) else Qt.Key.Key_Up)
        assert box.currentIndex() != here


def click_up(qtbot, box):
    option = QStyleOptionSpinBox()
    box.initStyleOption(option)
    arrow = box.style().subControlRect(
        QStyle.ComplexControl.CC_SpinBox, option, QStyle.SubControl.SC_SpinBoxUp, box
    )
    qtbot.mouseClick(box, LEFT, pos=arrow.center())


def test_this_is_a_screen(qapp, window):
    assert qapp.platformName() == "xcb" and window.windowHandle().isExposed()


def test_the_first_page_hears_the_speech_and_tells_a_dead_microphone(qtbot, window):
    qtbot.waitUntil(window.isActiveWindow, timeout=10000)
    qtbot.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    page = window.live_side.first_run
    qtbot.waitUntil(lambda: page.verdict.text() == texts.FIRST_VERDICTS["hears"], timeout=10000)
    qtbot.waitUntil(lambda: page.picker.findData("dead_mic") > 0, timeout=10000)
    choose_by_mouse(qtbot, page.picker, page.picker.itemText(page.picker.findData("dead_mic")))
    qtbot.waitUntil(lambda: page.verdict.text() == texts.FIRST_VERDICTS["silent"], timeout=10000)
    choose_by_key(qtbot, page.picker, page.picker.itemText(0))
    qtbot.waitUntil(lambda: page.verdict.text() == texts.FIRST_VERDICTS["hears"], timeout=10000)
    qtbot.mouseClick(page.later, LEFT)
    assert window.live_side.first_run is None and window.settings.input == ""


def test_the_switch_takes_the_noise_away_for_whoever_listens(qtbot, live):
    levels = {}
    for side, turn in (
        ("on", lambda: None),
        ("off", lambda: qtbot.keyClick(live, Qt.Key.Key_Space)),
        ("on again", lambda: qtbot.mouseClick(live.switch, LEFT)),
    ):
        turn()
        levels[side] = pauses_db(in_background(qtbot, lambda: hear("loud.monitor", 2.5)))
    assert levels["off"] - levels["on"] > 6 and levels["off"] - levels["on again"] > 6, levels
    qtbot.keyClick(live, Qt.Key.Key_M)
    stream_is(qtbot, live, lambda s: s.settings.mode == "mute")
    assert np.abs(in_background(qtbot, lambda: hear("loud.monitor", 0.6))[-1600:]).max() < 1e-4
    qtbot.mouseClick(live.mute, LEFT)
    stream_is(qtbot, live, lambda s: s.settings.mode == "enhance")


def test_every_setting_by_mouse_and_by_key(qtbot, live):
    panel = live.panel
    choose_by_mouse(qtbot, panel.steps, "1")
    stream_is(qtbot, live, lambda s: s.settings.steps == 1)
    choose_by_key(qtbot, panel.steps, panel.steps.itemText(0))
    stream_is(qtbot, live, lambda s: s.settings.steps is None)
    for box, field in ((panel.limit_db, "attenuation_limit_db"), (panel.gain_db, "output_gain_db")):
        box.setFocus()
        box.selectAll()
        qtbot.keyClicks(box, "6")
        qtbot.keyClick(box, Qt.Key.Key_Return)
        stream_is(qtbot, live, lambda s, field=field: getattr(s.settings, field) == 6)
        click_up(qtbot, box)
        stream_is(qtbot, live, lambda s, field=field: getattr(s.settings, field) == 7)
        box.setValue(100 if box is panel.limit_db else 0)
    engine = live.live.stream.engine
    choose_by_mouse(qtbot, panel.device, texts.DEVICES["cpu"])
    stream_is(qtbot, live, lambda s: s.engine is not engine)
    choose_by_key(qtbot, panel.device, texts.DEVICES["auto"])
    choose_by_mouse(qtbot, panel.window_ms, "64 ms")
    assert live.pictures.after.bins == 513
    choose_by_key(qtbot, panel.window_ms, "32 ms")
    choose_by_mouse(qtbot, panel.colour_map, "Viridis")
    choose_by_key(qtbot, panel.colour_map, "Inferno")
    for box in (panel.darkest_db, panel.brightest_db):
        was = box.value()
        click_up(qtbot, box)
        assert box.value() == was + 5 and was + 5 in live.pictures.after.range_db
        qtbot.keyClick(box, Qt.Key.Key_Down)
        assert box.value() == was and was in live.pictures.after.range_db


def test_what_is_plugged_in_is_picked_and_what_is_pulled_is_told(qtbot, live, server):
    box = live.live_view.pickers["input"]
    module = server.source("late_mic", "mic_in")
    qtbot.waitUntil(lambda: box.findData("late_mic") > 0, timeout=10000)
    name = box.itemText(box.findData("late_mic"))
    choose_by_mouse(qtbot, box, name)
    stream_is(qtbot, live, lambda s: s.devices["input"].server_name == "late_mic")
    server.pactl("unload-module", module)
    gone = texts.GONE.format(name=name)
    qtbot.waitUntil(lambda: box.currentText() == gone and live.message.isVisible(), timeout=10000)
    choose_by_key(qtbot, box, box.itemText(0))
    stream_is(qtbot, live, lambda s: s.state == "running" and s.devices["input"].server_name == "desk_mic")
    heard = live.pictures.before.count
    qtbot.waitUntil(lambda: live.pictures.before.count > heard + 20, timeout=20000)


def test_a_microphone_for_calls_comes_and_goes_by_name(qtbot, live, server):
    picker = live.live_side.virtual_mic
    qtbot.waitUntil(picker.isEditable, timeout=10000)
    choose_by_mouse(qtbot, picker, texts.VIRTUAL_MIC_NAME)
    stream_is(qtbot, live, lambda s: s.options.virtual_mic == texts.VIRTUAL_MIC_NAME and s.state == "running")
    assert "Clear_voice" in server.pactl("list", "short", "sources")
    assert not live.live_view.pickers["output"].isEnabled()
    assert np.abs(in_background(qtbot, lambda: hear("Clear_voice"))).max() > 0.01
    picker.lineEdit().selectAll()
    qtbot.keyClicks(picker.lineEdit(), "My voice")
    qtbot.keyClick(picker.lineEdit(), Qt.Key.Key_Return)
    stream_is(qtbot, live, lambda s: s.options.virtual_mic == "My voice" and s.state == "running")
    sources = server.pactl("list", "short", "sources")
    assert "My_voice" in sources and "Clear_voice" not in sources
    picker.lineEdit().selectAll()
    qtbot.keyClicks(picker.lineEdit(), "desk/mic")  # somebody else's: it stays as it was
    with qtbot.waitSignal(live.live.failed, timeout=20000) as failed:
        qtbot.keyClick(picker.lineEdit(), Qt.Key.Key_Return)
    assert "desk_mic" in failed.args[0]
    stream_is(qtbot, live, lambda s: s.options.virtual_mic == "My voice")
    qtbot.waitUntil(lambda: picker.currentText() == "My voice", timeout=10000)
    choose_by_key(qtbot, picker, texts.NO_VIRTUAL_MIC)
    stream_is(qtbot, live, lambda s: s.options.virtual_mic is None and s.state == "running")
    assert "voice" not in server.pactl("list", "short", "sources")
    assert live.live_view.pickers["output"].isEnabled()


def test_a_broken_model_is_one_sentence_and_the_sound_goes_on(qtbot, live, tmp_path, monkeypatch):
    (tmp_path / "broken.onnx").write_bytes(b"not a model")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a: (str(tmp_path / "broken.onnx"), ""))
    box = live.panel.model
    with qtbot.waitSignal(live.controller.failed, timeout=20000):
        choose_box_entry(qtbot, box, texts.MODEL_OTHER)
    assert "broken.onnx" in live.message.label.text() and QApplication.activeModalWidget() is None
    heard = live.pictures.before.count
    qtbot.waitUntil(lambda: live.pictures.before.count > heard + 20, timeout=20000)
    assert box.currentIndex() == 0 and live.settings.model == ""


def choose_box_entry(qtbot, box, text):
    """By key, although another entry is shown in the end."""
    box.setFocus()
    for _ in range(box.findText(text) - box.currentIndex()):
        qtbot.keyClick(box, Qt.Key.Key_Down)


def test_what_was_recorded_plays_on_the_loudspeaker_both_sides(qtbot, live, tmp_path, monkeypatch):
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda kind: str(tmp_path))
    qtbot.mouseClick(live.live_view.record, LEFT)
    qtbot.waitUntil(lambda: live.live.recording, timeout=10000)
    qtbot.wait(3000)
    with qtbot.waitSignal(live.live.recorded, timeout=10000) as recorded:
        qtbot.keyClick(live, Qt.Key.Key_R)
    with qtbot.waitSignal(live.controller.done, timeout=20000) as done:
        qtbot.mouseClick(live.play, LEFT)
    player, result = live.controller.player, done.args[0]
    qtbot.waitUntil(lambda: player.playing, timeout=5000)
    after = in_background(qtbot, lambda: hear("loud.monitor", 0.8))
    player.seek(0.4)
    qtbot.keyClick(live, Qt.Key.Key_Space)
    before = in_background(qtbot, lambda: hear("loud.monitor", 0.8))
    assert player.side == "before" and pauses_db(before) - pauses_db(after) > 6
    qtbot.keyClick(live, Qt.Key.Key_Space)
    player.pause()
    assert live.live.stream is None and result.clip.seconds > 2
    with qtbot.waitSignal(live.controller.done, timeout=60000) as done:  # and opened again, from its file
        live.files.open(recorded.args[0].before)
    again = done.args[0]
    assert np.array_equal(again.clip.samples, result.clip.samples) and again.take is None


def test_a_file_is_cleaned_and_cancelled(qtbot, window, tmp_path):
    speech, rate = soundfile.read(str(CLIP), dtype="float32")
    soundfile.write(str(tmp_path / "long.wav"), np.tile(speech, 12), rate)
    with qtbot.waitSignal(window.controller.advanced, timeout=60000):
        window.files.open(tmp_path / "long.wav")
    qtbot.mouseClick(window.cancel, LEFT)
    assert not window.controller.busy and not window.progress.isVisible()


def ours():
    names = ("live", "file", "klarstrom", "microphone")
    return [t.name for t in threading.enumerate() if t.name.startswith(names)]


@pytest.mark.parametrize("during", ["live", "file"])
def test_closing_during_work_ends_every_thread_within_a_second(qtbot, server, tmp_path, during):
    before = len(ours())
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = make_window(store)
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.live.found is not None, timeout=10000)
    if during == "live":
        with qtbot.waitSignal(window.live.running, timeout=60000):
            qtbot.keyClick(window, Qt.Key.Key_L)
        qtbot.waitUntil(lambda: window.pictures.after.count > 10, timeout=30000)
    else:
        speech, rate = soundfile.read(str(CLIP), dtype="float32")
        soundfile.write(str(tmp_path / "long.wav"), np.tile(speech, 12), rate)
        with qtbot.waitSignal(window.controller.advanced, timeout=60000):
            window.files.open(tmp_path / "long.wav")
    start = time.monotonic()
    window.quit()
    wait_until(lambda: len(ours()) <= before, 1.0 - (time.monotonic() - start), f"the end of {ours()}")
