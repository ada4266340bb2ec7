"""The menu Tools and Help: the test of five seconds, the dialogs, settings that go out and come back."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QSettings, QStandardPaths, Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from gui import texts
from gui.dialogs.help import Shortcuts, Troubleshooting
from gui.state.controller import Controller
from gui.state.live_session import LiveSession
from gui.state.player import Player
from gui.window.main_window import MainWindow
from tests.helpers.sound_card import SoundCard

LEFT = Qt.MouseButton.LeftButton


class Silent:
    """An output that takes nothing by itself."""

    def __call__(self, sample_rate, fill):
        self.fill = fill
        return self

    def close(self):
        pass


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda kind: str(tmp_path))
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    made = MainWindow(Controller(Player(Silent())), store, LiveSession(audio=SoundCard()))
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    made.live.follow_devices()
    qtbot.waitUntil(lambda: made.live_view.pickers["input"].count() > 2, timeout=30000)
    yield made
    made.close()


def test_the_test_of_five_seconds_plays_both_sides(qtbot, window, monkeypatch):
    from gui.window import five_seconds

    monkeypatch.setattr(five_seconds, "SECONDS", 1)
    player = window.controller.player
    qtbot.mouseClick(window.live_side.test, LEFT)
    sides = []
    for side in ("before", "after"):
        qtbot.waitUntil(lambda side=side: window.five_seconds.state == side and player.playing, timeout=60000)
        sides.append(player.side)
        player._finished = True
    qtbot.waitUntil(lambda: window.five_seconds.state == "idle", timeout=20000)
    assert sides == ["before", "after"] and window.live.stream is None and player.sample_rate == 16000


def test_the_dialogs_of_help_say_what_there_is(qtbot, window):
    window.show_shortcuts()
    dialog = window.dialog
    assert isinstance(dialog, Shortcuts) and dialog.table.rowCount() > 20
    window.troubleshoot()
    dialog = window.dialog
    assert isinstance(dialog, Troubleshooting)
    qtbot.waitUntil(lambda: "model" in dialog.text.toPlainText(), timeout=120000)
    dialog.reject()
    window.show_about()
    assert "MIT" in window.dialog.text() and QApplication.activeModalWidget() is window.dialog
    window.dialog.reject()


def test_settings_go_out_and_come_back(window, tmp_path, monkeypatch):
    path = str(tmp_path / "mine.ini")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (path, ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a: (path, ""))
    window.panel.limit_db.setValue(14)
    window.panel.scale.setCurrentIndex(window.panel.scale.findData("mel"))
    window.export_settings()
    window.reset_settings()
    assert window.settings.limit_db == 100 and window.pictures.before.scale.name == "linear"
    window.import_settings()
    assert window.settings.limit_db == 14 == window.panel.limit_db.value()
    assert (
        window.pictures.before.scale.name == "mel" and window.panel.scale.currentText() == texts.SCALES["mel"]
    )
