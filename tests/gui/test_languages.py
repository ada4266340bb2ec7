"""German and Spanish: the files are complete and up to date, and the window that speaks them fits."""

import ast
import os
import re
import string
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator

from gui.desktop.language import FOLDER

LANGUAGES = ("de", "es")
TEXTS = Path(__file__).parents[2] / "gui/texts"
NARROW_PX, PANEL_PX = 1180, 330
FITS = """
import sys
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget
app = QApplication([])
from gui.desktop import language
language.install(app, sys.argv[1])
from gui import texts
from gui.state.controller import Controller
from gui.state.live_session import LiveSession
from gui.state.player import Player
from gui.widgets import theme
from gui.window.main_window import MainWindow
from tests.helpers.sound_card import SoundCard
theme.apply(app, "light")
store = QSettings(sys.argv[2], QSettings.Format.IniFormat)
window = MainWindow(Controller(Player(None)), store, LiveSession(audio=SoundCard()))
window.show()
app.processEvents()
print("says", texts.SWITCH)
print("width", window.minimumSizeHint().width())
print("panel", window.panel.minimumSizeHint().width())
for control in window.findChildren(QWidget):
    if not isinstance(control, QPushButton | QToolButton | QLabel) or not control.isVisible():
        continue
    free = isinstance(control, QLabel) and (control.wordWrap() or control is window.read_out)
    if control.text() and not free and control.width() < control.sizeHint().width():
        print("cut", control.text())
letters = [a.text() for a in window.menuBar().actions()]
letters += [label.text() for label in window.panel.findChildren(QLabel) if label.buddy()] + [window.panel.info.text()]
print("letters", "".join(QKeySequence.mnemonic(text).toString()[-1:] or "?" for text in letters))
window.close()
"""


def messages(language):
    """Source -> translation; None: unfinished."""
    tree = ElementTree.parse(FOLDER / f"klarstrom_{language}.ts")
    found = {}
    for message in tree.iter("message"):
        translation = message.find("translation")
        found[message.findtext("source")] = None if translation.get("type") else translation.text
    return found


def said():
    """Every text that is marked with tr()."""
    calls = [node for file in TEXTS.glob("*.py") for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    return {
        ast.literal_eval(node.args[0])
        for node in calls
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr"
    }


def fields(text):
    return sorted(f"{name}:{spec}" for _, name, spec, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_the_same_fields(language):
    found = messages(language)
    assert set(found) == said()
    for source, translation in found.items():
        assert translation and fields(source) == fields(translation), source
        assert ("&" in re.sub("&amp;", "", source)) == ("&" in translation), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_file_says_what_the_source_file_says(language):
    translator = QTranslator()
    assert translator.load(str(FOLDER / f"klarstrom_{language}.qm"))
    for source, translation in messages(language).items():
        assert translator.translate("", source) == translation, f"run pyside6-lrelease: {source}"


@pytest.mark.parametrize(
    ("language", "switch"), [("de", "Rauschunterdrückung"), ("es", "Supresión de ruido")]
)
def test_the_window_fits_and_no_letter_leads_to_two_places(language, switch, tmp_path):
    root = Path(__file__).parents[2]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", FITS, language, str(tmp_path / "settings.ini")],
        cwd=root, env=environment, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    told = {key: value for key, value in lines if key != "cut"}
    assert told["says"] == switch
    assert int(told["width"]) <= NARROW_PX and int(told["panel"]) <= PANEL_PX, told
    assert not [value for key, value in lines if key == "cut"]
    letters = told["letters"]
    assert "?" not in letters and len(set(letters)) == len(letters) >= 19, letters
