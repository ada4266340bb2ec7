"""The window itself: every control by mouse and by key, files dropped, settings kept, screenshots made."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QWidget,
)

from gui import texts
from gui.dialogs.model_info import ModelInfo, card_text
from gui.plots.meter import Meter
from gui.plots.spectrogram_view import colour_table
from gui.state import file_job, settings
from gui.state.controller import Controller
from gui.state.player import Player
from gui.state.trouble import Uncaught
from gui.widgets import theme
from gui.window.main_window import MainWindow
from realtime.demo import CLIP
from realtime.engine.enhancer import Enhancer

LEFT = Qt.MouseButton.LeftButton


class SilentDevice:
    """An output that takes nothing by itself: the position moves when the test says so."""

    def __call__(self, sample_rate, fill):
        self.fill = fill
        return self

    def close(self):
        pass


@pytest.fixture
def store(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(qtbot, store):
    made = MainWindow(Controller(Player(SilentDevice())), store)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, window, short):
    with qtbot.waitSignal(window.controller.done, timeout=60000):
        window.files.open(short)
    return window


@pytest.fixture
def short(tmp_path):
    samples, rate = soundfile.read(str(CLIP), frames=16000)
    path = tmp_path / "short.wav"
    soundfile.write(str(path), samples, rate)
    return path


def press(qtbot, window, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window, key, modifier)


def test_the_switch_turns_by_mouse_and_by_space(qtbot, opened):
    player = opened.controller.player
    assert opened.switch.text() == texts.SWITCH_ON and player.side == "after"
    qtbot.mouseClick(opened.switch, LEFT)
    assert opened.switch.text() == texts.SWITCH_OFF and player.side == "before"
    press(qtbot, opened, Qt.Key.Key_Space)
    assert opened.switch.text() == texts.SWITCH_ON and player.side == "after"
    qtbot.mouseClick(opened.mute, LEFT)  # a click moves no focus: the space bar is the switch's as before
    assert not opened.mute.hasFocus()
    press(qtbot, opened, Qt.Key.Key_Space)
    assert player.side == "before" and player.muted


def test_keys_belong_to_the_control_that_has_the_focus(qtbot, opened):
    player = opened.controller.player
    for key, muted in ((Qt.Key.Key_Space, True), (Qt.Key.Key_Return, False)):
        opened.mute.setFocus()
        press(qtbot, opened.mute, key)
        assert player.muted is muted and player.side == "after"
    zoom = opened.pictures.zoom
    for key, modifier in (
        (Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier),
    ):
        box = opened.panel.colour_map
        box.setFocus()
        press(qtbot, box, key, modifier)
        assert box.view().isVisible() and opened.pictures.zoom == zoom and player.side == "after"
        box.hidePopup()


def test_mute_and_play_by_mouse_and_by_key(qtbot, opened):
    player = opened.controller.player
    qtbot.mouseClick(opened.mute, LEFT)
    assert player.muted
    press(qtbot, opened, Qt.Key.Key_M)
    assert not player.muted
    qtbot.mouseClick(opened.play, LEFT)
    assert player.playing
    opened.tick()
    assert opened.play.text() == texts.PAUSE
    player._stream.fill(np.empty(1600, np.float32))
    opened.tick()
    assert opened.pictures.before.play_head == opened.pictures.after.play_head == pytest.approx(0.1)
    assert opened.level_before.level_dbfs > -60
    press(qtbot, opened, Qt.Key.Key_P)
    assert not player.playing


def test_seeking_by_mouse_and_by_key(qtbot, opened):
    opened.tick()
    view = opened.pictures.after
    qtbot.mouseClick(view, LEFT, pos=view.plot.center())
    assert opened.controller.player.position_s == pytest.approx(0.5, abs=0.01)
    press(qtbot, opened, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert opened.controller.player.position_s == pytest.approx(1.0, abs=0.01)
    press(qtbot, opened, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert opened.controller.player.position_s == pytest.approx(0.0, abs=0.01)


def test_both_pictures_are_whole_and_noise_is_gone_in_the_lower(opened):
    before, after = opened.pictures.views
    assert before.count == after.count == before.capacity == opened.pictures.strip.count
    assert before.span_s == after.span_s and before.range_db == after.range_db
    assert before.levels().mean() - after.levels().mean() > 10
    assert opened.pictures.strip.values.max() > 10


@pytest.mark.parametrize(("name", "value"), [("steps", 4), ("device", "cpu"), ("window_ms", 64)])
def test_choices_that_the_engine_hears(qtbot, opened, name, value):
    box = getattr(opened.panel, name)
    with qtbot.waitSignal(opened.controller.done, timeout=60000):
        box.setFocus()
        while box.currentData() != value:
            here = box.currentIndex()
            qtbot.keyClick(box, Qt.Key.Key_Down)
            assert box.currentIndex() == here + 1
    assert getattr(opened.settings, name) == value
    if name == "steps":
        assert opened.controller.result.steps == 4
    if name == "window_ms":
        assert opened.pictures.before.bins == opened.pictures.after.bins == 513


# how much louder it is at least: a limit lets back in what a model leaves out, so that depends on the model
@pytest.mark.parametrize(("name", "louder"), [("limit_db", 1.02), ("gain_db", 1.2)])
def test_numbers_that_the_engine_hears(qtbot, opened, name, louder):
    box = getattr(opened.panel, name)
    loud = np.square(opened.controller.result.enhanced).sum()
    with qtbot.waitSignal(opened.controller.done, timeout=60000):
        box.selectAll()
        qtbot.keyClicks(box, "6")
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert np.square(opened.controller.result.enhanced).sum() > louder * loud
    assert getattr(opened.settings, name) == 6


def test_the_look_of_the_pictures(qtbot, opened):
    qtbot.keyClick(opened.panel.darkest_db, Qt.Key.Key_Up)
    qtbot.keyClick(opened.panel.brightest_db, Qt.Key.Key_Down)
    assert opened.pictures.before.range_db == opened.pictures.after.range_db == (-85, -30)
    box, picture = opened.panel.colour_map, opened.pictures.after.grab().toImage()
    scale = box.itemIcon(box.currentIndex()).pixmap(box.iconSize()).toImage()
    table = colour_table(opened.settings.colour_map)
    assert scale.pixel(0, 0) in table[:8] and scale.pixel(scale.width() - 1, 0) in table[-8:]
    qtbot.keyClick(opened.panel.colour_map, Qt.Key.Key_Down)
    assert opened.pictures.after.grab().toImage() != picture
    opened.panel.darkest_db.setValue(0)  # can never pass the brightest
    low, high = opened.pictures.before.range_db
    assert low < high


def test_hovering_reads_out(qtbot, opened):
    view = opened.pictures.before
    spot, no_key = QPointF(view.plot.center()), Qt.KeyboardModifier.NoModifier

    def move(place):
        event = QMouseEvent(
            QEvent.Type.MouseMove, place, view.mapToGlobal(place), Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton, no_key,
        )  # fmt: skip
        QApplication.sendEvent(view, event)

    assert view.hasMouseTracking()  # without a button pressed
    move(spot)
    seconds, hz, db = view.at(spot.x(), spot.y())
    after = opened.pictures.after.read(view.shares(spot.x(), spot.y()))[2]
    opened.tick()
    assert opened.read_out.text() == texts.READ_OUT.format(
        seconds=seconds, khz=hz / 1000, before=db, after=after
    )
    assert opened.pictures.after.cursor_place == view.cursor_place  # the cross is in both
    assert seconds == pytest.approx(0.5, abs=0.01) and hz == pytest.approx(4000, abs=60)
    move(QPointF(2, 2))  # on the axis
    opened.tick()
    assert opened.read_out.text() == ""
    move(spot)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    opened.tick()
    assert opened.read_out.text() == ""


def test_cancel_by_mouse_and_by_key(qtbot, window, tmp_path, noise):
    path = tmp_path / "long.wav"
    soundfile.write(str(path), noise(16000 * 60), 16000)
    for how in ("mouse", "key"):
        with qtbot.waitSignal(window.controller.advanced, timeout=60000):
            window.files.open(path)
        assert window.cancel.isVisible() and window.progress.isVisible()
        if how == "mouse":
            qtbot.mouseClick(window.cancel, LEFT)
        else:
            press(qtbot, window, Qt.Key.Key_Escape)
        assert not window.controller.busy and not window.cancel.isVisible()


def drag(window, data):
    """Over the window -> is it welcome?"""
    action, no_key = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(5, 5), action, data, LEFT, no_key)
    event.ignore()
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def drop(window, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    assert drag(window, data)
    action, no_key = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDropEvent(QPointF(5, 5), action, data, LEFT, no_key))


def test_text_that_is_dragged_over_the_window_is_not_welcome(window):
    data = QMimeData()
    data.setText("no file")
    assert not drag(window, data)


def test_a_dropped_file_opens_and_three_are_refused(qtbot, window, short):
    drop(window, short, short, short)
    assert window.message.isVisible() and window.message.label.text() == texts.ONE_OR_TWO_FILES
    with qtbot.waitSignal(window.controller.done, timeout=60000):
        drop(window, short)
    qtbot.waitUntil(lambda: "short.wav" in window.windowTitle())
    assert not (window.message.isVisible() and window.message.trouble)


@pytest.fixture
def clean(tmp_path, short):
    """What belongs to `short`: louder, a little longer, with pauses."""
    path = tmp_path / "a-clean.wav"
    samples, rate = soundfile.read(str(short), dtype="float32")
    cleaned = np.clip(3 * Enhancer().enhance(samples), -1, 1)
    soundfile.write(str(path), np.append(cleaned, np.zeros(500, np.float32)), rate)
    return path


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_dropped_files_the_noisier_is_above_as_they_are(qtbot, window, short, clean, order):
    with qtbot.waitSignal(window.controller.done, timeout=60000) as done:
        drop(window, *(short, clean)[::order])
    result, (before, after) = done.args[0], window.pictures.views
    assert result.clip.path == short
    assert window.numbers.text().startswith("short.wav against a-clean.wav: 1.0 s")
    assert np.allclose(result.enhanced, soundfile.read(str(clean))[0][: len(result.enhanced)], atol=1e-6)
    assert before.count == after.count == before.capacity and window.play.isEnabled()
    assert before.levels().min(1).mean() > after.levels().min(1).mean()
    with qtbot.waitSignal(window.controller.done, timeout=60000) as done:  # a setting cleans the noisy one
        window.panel.limit_db.setValue(6)
    assert done.args[0].take is None and done.args[0].clip.path == short and done.args[0].steps > 0


def test_a_pair_that_does_not_go_together_is_one_sentence_and_the_old_one_stays(
    qtbot, window, short, clean, tmp_path
):
    other = tmp_path / "other.wav"
    soundfile.write(str(other), np.zeros(800), 8000)
    with qtbot.waitSignal(window.controller.done, timeout=60000):
        drop(window, short, clean)
    with qtbot.waitSignal(window.controller.failed, timeout=60000) as failed:
        drop(window, other, short)
    assert "8000 Hz" in failed.args[0] and "16000 Hz" in failed.args[0] and "\n" not in failed.args[0]
    with qtbot.waitSignal(window.controller.done, timeout=60000) as done:  # a new picture of the old pair
        window.panel.window_ms.setCurrentIndex(window.panel.window_ms.findData(64))
    assert done.args[0].take.after == clean and done.args[0].clip.path == short


def test_trouble_is_one_line_not_a_box(qtbot, window, tmp_path):
    for _ in range(3):
        with qtbot.waitSignal(window.controller.failed, timeout=60000):
            window.files.open(tmp_path / "missing.wav")
    message = window.message
    qtbot.waitUntil(lambda: message.isVisible() and message.trouble and "missing.wav" in message.label.text())
    assert QApplication.activeModalWidget() is None
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not window.message.isVisible()


def test_files_are_asked_for_and_saved_by_key(qtbot, opened, short, tmp_path, monkeypatch):
    control = Qt.KeyboardModifier.ControlModifier
    asked = iter([tmp_path / "clean.wav", tmp_path / "pair.png"])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(next(asked)), ""))
    press(qtbot, opened, Qt.Key.Key_S, control)
    press(qtbot, opened, Qt.Key.Key_S, control | Qt.KeyboardModifier.ShiftModifier)
    assert soundfile.info(str(tmp_path / "clean.wav")).frames == 16000
    assert QImage(str(tmp_path / "pair.png")).width() >= 300
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a: ([str(tmp_path / "clean.wav")], ""))
    with qtbot.waitSignal(opened.controller.done, timeout=60000):
        press(qtbot, opened, Qt.Key.Key_O, control)
    assert opened.controller.clip.path.name == "clean.wav"
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a: ([], ""))
    qtbot.mouseClick(opened.open, LEFT)  # dismissed: nothing changes
    assert opened.controller.clip.path.name == "clean.wav"
    pair = [str(tmp_path / "clean.wav"), str(short)]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a: (pair, ""))
    with qtbot.waitSignal(opened.controller.done, timeout=60000) as done:
        press(qtbot, opened, Qt.Key.Key_O, control)
    assert done.args[0].clip.path == short and done.args[0].take.after.name == "clean.wav"


def test_a_model_file_is_opened_and_remembered(qtbot, window, model, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a: (str(model), ""))
    with qtbot.waitSignal(window.controller.model_opened, timeout=60000):
        window.panel.model.setCurrentIndex(window.panel.model.count() - 1)
    assert window.settings.model == str(model) and window.panel.model.currentData() == str(model)
    assert window.controller.spec.name in window.numbers.text()
    assert f"# {window.controller.spec.name}" in card_text(window.controller.spec, Path(model))


@pytest.fixture
def broken(tmp_path):
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"no model")
    return path


def test_a_broken_model_is_one_sentence_and_not_remembered(qtbot, opened, broken, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a: (str(broken), ""))
    with qtbot.waitSignals([opened.controller.failed, opened.controller.done], timeout=60000):
        opened.panel.model.setCurrentIndex(opened.panel.model.count() - 1)
    assert opened.settings.model == "" and not opened.settings.recent_models
    assert opened.panel.model.currentData() == "" and opened.live.options.model is None
    assert opened.message.isVisible() and "broken.onnx" in opened.message.label.text()


def test_a_remembered_model_that_broke_gives_way_to_the_shipped_one(qtbot, store, broken, short):
    settings.save(store, settings.Settings(model=str(broken)))
    window = MainWindow(Controller(Player(SilentDevice())), store)
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignals([window.controller.failed, window.controller.done], timeout=60000):
        window.files.open(short)
    assert window.message.isVisible() and window.message.label.text().endswith(
        texts.OTHER_MODEL.format(why="", name=texts.DEFAULT_MODEL))  # fmt: skip
    window.close()
    assert settings.load(store).model == ""


def test_the_card_of_the_shipped_model_can_be_read(qtbot, opened):
    qtbot.mouseClick(opened.panel.info, LEFT)
    dialog = opened.findChild(ModelInfo)
    assert dialog.isVisible() and "klarstrom" in dialog.text.toPlainText().lower()
    dialog.reject()


def test_settings_and_place_are_kept(qtbot, store, short):
    first = MainWindow(Controller(Player(SilentDevice())), store)
    first.show()
    first.resize(930, 560)
    first.panel.limit_db.setValue(12)
    first.change("theme", "dark")
    first.close()
    second = MainWindow(Controller(Player(SilentDevice())), store)
    qtbot.addWidget(second)
    assert second.panel.limit_db.value() == 12 and second.settings.theme == "dark"
    assert second.height() == 560  # the screen of the tests is narrower than the window
    theme.apply(QApplication.instance(), "light")
    second.close()


def test_every_control_has_a_tooltip_a_name_a_way_by_key_and_room(window):
    window.resize(900, 600)
    kinds = (QAbstractButton, QComboBox, QAbstractSpinBox, Meter)
    found = [it for kind in kinds for it in window.findChildren(kind)]
    controls = {it for it in found if not it.objectName().startswith("qt_")}  # those are parts of others
    view, side, panel = window.live_view, window.live_side, window.panel
    buttons = [window.switch, window.mute, window.play, window.open, window.top.export, window.top.panel]
    assert controls >= {
        *buttons, view.button, view.record, *view.pickers.values(), side.virtual_mic, panel.model, panel.info,
        panel.steps, panel.limit_db, window.level_before, window.level_after, window.cancel,
    }  # fmt: skip
    assert any(it.accessibleName() == texts.CLOSE_MESSAGE for it in controls) and len(controls) >= 24
    for control in controls:
        assert control.toolTip() and control.accessibleName(), control
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control.accessibleName()
    for button in buttons:
        assert button.width() >= button.sizeHint().width()
    for view in window.pictures.views:
        assert view.plot.height() > 60 and view.plot.width() > 400


def test_letters_with_alt_lead_to_every_setting_and_none_is_there_twice(qtbot, window):
    labels = [label for label in window.findChildren(QLabel) if label.buddy() is not None]
    menus = [action.text() for action in window.menuBar().actions()]
    first_page = [texts.FIRST_PICKER, texts.FIRST_LIVE, texts.FIRST_LATER]  # the panel is hidden beside it
    for texts_there in (
        [label.text() for label in labels] + [window.panel.info.text(), *menus],
        first_page + menus,
    ):
        letters = [QKeySequence.mnemonic(text).toString() for text in texts_there]
        assert len(set(letters)) == len(letters) and all(letters), sorted(letters)
    assert len(labels) == len(texts.LABELS)
    letters = [QKeySequence.mnemonic(label.text()).toString() for label in labels]
    for label in labels:
        assert label.buddy().isEnabled() or label.buddy() is window.live_side.virtual_mic
        window.switch.setFocus()
        press(qtbot, window, Qt.Key(ord(letters[labels.index(label)][-1])), Qt.KeyboardModifier.AltModifier)
        if label.buddy().isEnabled():
            assert window.focusWidget() in (label.buddy(), label.buddy().focusProxy()), label.text()
    assert all("&" not in it.accessibleName() for it in window.findChildren(QWidget))


@pytest.mark.parametrize(("name", "dark"), [("dark", True), ("light", False)])
def test_themes(qapp, name, dark):
    theme.apply(qapp, name)
    assert (qapp.palette().window().color().lightness() < 100) is dark
    with pytest.raises(ValueError, match="'pink' is not one of system, light, dark"):
        theme.is_dark(qapp, "pink")


def test_made_as_small_as_it_gets_no_button_covers_another(window):
    window.resize(100, 100)
    buttons = [window.switch, window.live_view.button, window.live_view.record, window.play, window.mute,
               window.open, window.top.export, window.top.panel]  # fmt: skip
    places = sorted((button.geometry() for button in buttons), key=lambda place: place.left())
    assert all(a.right() < b.left() for a, b in pairwise(places)) and window.width() <= 900


def test_a_changed_theme_reaches_every_part_at_once(qtbot, window):
    parts = (window, window.panel, window.panel.steps, window.panel.devices, window.status, window.mute)
    for name, dark in (("dark", True), ("light", False), ("dark", True), ("light", False)):
        window.actions_by_name[f"theme_{name}"].trigger()
        assert [part.palette().window().color().lightness() < 100 for part in parts] == 6 * [dark]
        seen = window.panel.grab().toImage().pixelColor(2, window.panel.height() - 3)
        assert (seen.lightness() < 100) is dark


def test_closing_during_work_is_quick(qtbot, window, tmp_path, noise):
    path = tmp_path / "long.wav"
    soundfile.write(str(path), noise(16000 * 60), 16000)
    with qtbot.waitSignal(window.controller.advanced, timeout=60000):
        window.files.open(path)
    start = time.monotonic()
    window.close()
    assert time.monotonic() - start < 1.5


def test_closing_takes_less_than_a_second_when_everything_hangs(qtbot, window, short, monkeypatch):
    hangs, free = threading.Semaphore(0), threading.Event()

    def hang(*arguments):
        hangs.release()
        free.wait(20)
        raise OSError("it was busy")

    monkeypatch.setattr(window.live.audio, "devices", hang)
    monkeypatch.setattr(file_job, "read_clip", hang)
    window.files.open(short)
    window.live_side.find_microphone()
    window.live.follow_devices()
    for _ in range(3):
        assert hangs.acquire(timeout=60)
    start = time.monotonic()
    window.close()
    took = time.monotonic() - start
    free.set()
    assert took < 1.0


def test_uncaught_exceptions_are_logged_and_shown_once_for_each_place(tmp_path):
    shown = []
    uncaught = Uncaught(shown.append, tmp_path / "log" / "klarstrom.log")
    try:
        for name in ("lost", "gone"):
            try:
                raise KeyError(name)
            except KeyError:
                sys.excepthook(*sys.exc_info())
        try:
            raise KeyError("another")
        except KeyError:
            sys.excepthook(*sys.exc_info())
    finally:
        uncaught.remove()
    assert len(shown) == 2 and "KeyError: 'lost'" in shown[0] and "KeyError: 'another'" in shown[1]
    assert (tmp_path / "log" / "klarstrom.log").read_text("utf-8").count("Traceback") == 3


def gui(*arguments):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-m", "gui", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=200,
        env=environment,
    )


def test_a_screenshot_is_made_without_a_screen(tmp_path, short):
    done = gui(
        "--screenshot", tmp_path / "shot.png", "--open", short, "--size", "900x600", "--theme", "light"
    )
    assert done.returncode == 0, done.stderr
    picture = QImage(str(tmp_path / "shot.png"))
    assert (picture.width(), picture.height()) == (900, 600)
    lower, upper = (
        np.mean(
            [
                picture.pixelColor(x, y).lightness()
                for x in range(100, 500, 7)
                for y in range(top, top + 60, 5)
            ]
        )
        for top in (330, 130)
    )
    assert lower < upper  # less noise below


def test_screenshots_that_cannot_be(tmp_path):
    done = gui("--screenshot", tmp_path / "shot.png", "--open", tmp_path / "no.wav")
    assert (
        done.returncode == 1 and "no.wav cannot be opened" in done.stderr and "Traceback" not in done.stderr
    )
    assert gui("--screenshot", tmp_path / "shot.png").returncode == 2
    assert gui("--size", "big").returncode == 2
