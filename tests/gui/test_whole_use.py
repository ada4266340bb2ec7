"""A whole use by keyboard alone, and one by mouse alone: live, switch, mute, record, settings, dialogs, recordings."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
import soundfile
from PySide6.QtCore import QEvent, QPoint, QSettings, QStandardPaths, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QLineEdit, QWidget

from gui import texts
from gui.plots.meter import Meter
from gui.plots.spectrogram_view import SpectrogramView
from gui.state.controller import Controller
from gui.state.live_session import LiveSession
from gui.state.player import Player
from gui.window.main_window import MainWindow
from realtime.demo import CLIP
from tests.helpers.sound_card import SoundCard

LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


class SilentDevice:
    """An output that takes nothing by itself."""

    def __call__(self, sample_rate, fill):
        return self

    def close(self):
        pass


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda kind: str(tmp_path))
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    made = MainWindow(Controller(Player(SilentDevice())), store, LiveSession(audio=SoundCard()))
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    made.live.follow_devices()
    qtbot.waitUntil(
        lambda: made.live.found is not None and made.live_view.pickers["input"].count() > 2, timeout=20000
    )
    yield made
    made.close()


@pytest.fixture
def recording(tmp_path):
    samples, rate = soundfile.read(str(CLIP), frames=16000)
    path = tmp_path / "short.wav"
    soundfile.write(str(path), samples, rate)
    return path


def name_files(monkeypatch, opened, saved):
    """The desktop's own file dialogs answer; they are not ours to test."""
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a, **k: ([str(opened)], ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(saved), ""))


def key(key, modifier=Qt.KeyboardModifier.NoModifier):
    """To whatever has the focus, as a keyboard does."""
    active = QApplication.activePopupWidget() or QApplication.activeModalWidget()
    target = active or QApplication.focusWidget() or QApplication.activeWindow()
    QTest.keyClick(target, key, modifier)


def tab_to(control):
    """Tab comes round to everything."""
    for _ in range(100):
        if QApplication.focusWidget() is control:
            return
        key(KEY.Key_Tab)
    raise AssertionError(f"Tab never reaches {control.accessibleName()}")


def is_live(qtbot, window):
    qtbot.waitUntil(
        lambda: window.live.stream is not None and window.pictures.after.count > 20, timeout=60000
    )


def is_off(qtbot, window):
    qtbot.waitUntil(
        lambda: window.live.stream is None and not window.live_view.button.isChecked(), timeout=20000
    )


def test_by_keyboard_alone(qtbot, window, recording, tmp_path, monkeypatch):
    name_files(monkeypatch, recording, tmp_path / "saved.wav")
    box = window.live_view.pickers["input"]
    key(KEY.Key_I, ALT)
    assert QApplication.focusWidget() is box
    key(KEY.Key_Down, ALT)
    assert box.view().isVisible()
    row = box.findText("Headset")
    while box.view().currentIndex().row() < row:
        QTest.keyClick(box.view(), KEY.Key_Down)
    QTest.keyClick(box.view(), KEY.Key_Return)
    assert box.currentText() == "Headset" and window.settings.input
    window.activateWindow()  # Qt's platform without a screen forgets it when a list closes
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window, timeout=20000)
    tab_to(window.switch)  # on a list Space opens it
    key(KEY.Key_L)
    is_live(qtbot, window)
    for _ in range(2):
        on = window.switch.isChecked()
        key(KEY.Key_Space)
        assert window.switch.isChecked() is not on
    key(KEY.Key_M)
    assert window.live.options.settings.mode == "mute"
    key(KEY.Key_M)
    key(KEY.Key_R)
    qtbot.waitUntil(
        lambda: window.live_view.recorded_s is not None and window.live_view.recorded_s > 0.5, timeout=20000
    )
    with qtbot.waitSignal(window.live.recorded, timeout=20000):
        key(KEY.Key_R)
    tab_to(window.live_view.button)
    key(KEY.Key_Return)
    is_off(qtbot, window)
    with qtbot.waitSignal(window.controller.done, timeout=60000):
        key(KEY.Key_O, CTRL)
    key(KEY.Key_P)
    qtbot.waitUntil(lambda: window.controller.player.playing, timeout=20000)
    key(KEY.Key_P)
    assert not window.controller.player.playing
    key(KEY.Key_S, CTRL)
    qtbot.waitUntil(lambda: (tmp_path / "saved.wav").exists(), timeout=20000)
    for number, shown in (
        (KEY.Key_F8, window.numbers),
        (KEY.Key_F9, window.panel),
        (KEY.Key_F11, window.pictures),
    ):
        before = shown.isVisible()
        key(number)
        assert shown.isVisible() is not before
        key(number)
        assert shown.isVisible() is before
    key(KEY.Key_A, ALT)
    assert QApplication.focusWidget() is window.panel.limit_db
    key(KEY.Key_Down)
    assert window.settings.limit_db == 99
    key(KEY.Key_Z, CTRL)
    qtbot.waitUntil(lambda: window.settings.limit_db == 100)
    key(KEY.Key_Comma, CTRL)
    dialog = window.dialog
    assert dialog is not None and dialog.isVisible()
    key(KEY.Key_Escape)
    assert not dialog.isVisible()


def test_by_mouse_alone(qtbot, window, recording, tmp_path, monkeypatch):
    name_files(monkeypatch, recording, tmp_path / "saved.png")
    box = window.live_view.pickers["input"]
    qtbot.mouseClick(box, LEFT)
    view = box.view()
    qtbot.wait(QApplication.doubleClickInterval() + 50)  # what comes too soon is taken for the opening click
    place = view.visualRect(box.model().index(box.findText("Headset"), 0)).center()
    qtbot.mouseMove(view.viewport(), place)
    qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    assert box.currentText() == "Headset"
    qtbot.mouseClick(window.live_view.button, LEFT)
    is_live(qtbot, window)
    qtbot.mouseClick(window.switch, LEFT)
    assert window.live.options.settings.mode == "bypass"
    qtbot.mouseClick(window.mute, LEFT)
    assert window.live.options.settings.mode == "mute"
    view = window.pictures.after
    QTest.mouseMove(view, view.plot.center())
    qtbot.waitUntil(lambda: "kHz" in window.read_out.text(), timeout=20000)
    fold = window.bottom.fold
    qtbot.mouseClick(fold, LEFT)
    assert window.numbers.isVisible()
    qtbot.mouseClick(window.live_view.button, LEFT)
    is_off(qtbot, window)
    with qtbot.waitSignal(window.controller.done, timeout=60000):
        qtbot.mouseClick(window.open, LEFT)
    qtbot.mouseClick(window.play, LEFT)
    assert window.controller.player.playing
    qtbot.waitUntil(lambda: view.play_head is not None, timeout=20000)
    plot = view.plot
    place = QPoint(plot.left() + plot.width() // 2, plot.center().y())
    qtbot.mouseClick(view, LEFT, pos=place)
    assert window.controller.player.position_s == pytest.approx(0.5, abs=0.02)
    menu = menu_of(window, texts.MENU_FILE)
    action = window.actions_by_name["save_picture"]
    qtbot.mouseClick(window.menuBar(), LEFT, pos=window.menuBar().actionGeometry(menu.menuAction()).center())
    qtbot.waitUntil(menu.isVisible)
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    qtbot.waitUntil(lambda: (tmp_path / "saved.png").exists(), timeout=20000)


def menu_of(window, title):
    return next(a.menu() for a in window.menuBar().actions() if a.text() == title)


def test_a_screen_reader_is_told_a_name_for_everything_that_can_be_used_or_read(qtbot, window):
    QAccessible.setActive(True)
    found = 0
    for control in window.findChildren(QWidget):
        kinds = (QAbstractButton, QComboBox, QLineEdit, Meter, SpectrogramView)
        inside = isinstance(control.parentWidget(), QComboBox) or control.objectName().startswith("qt_")
        if not isinstance(control, kinds) or inside or not control.isVisible():
            continue
        told = QAccessible.queryAccessibleInterface(control)
        assert told is not None and told.text(QAccessible.Text.Name), control
        found += 1
    assert found >= 20
    QApplication.sendEvent(window, QEvent(QEvent.Type.Polish))
    window.status.sentence.setFocus()
    told = QAccessible.queryAccessibleInterface(window.status.sentence)
    qtbot.waitUntil(lambda: "Desk microphone" in told.text(QAccessible.Text.Description))
