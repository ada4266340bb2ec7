"""Where Qt would abort the program: one sentence of ours, and what to install."""

import os
import subprocess
import sys

import pytest

from gui import screen
from gui.state import settings

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is a screen")
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_SESSION_TYPE")


def start(**screens):
    environment = {name: value for name, value in os.environ.items() if name not in SCREENS}
    return subprocess.run(
        [sys.executable, "-m", "gui"], env=environment | screens, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("screens", "says"),
    [
        ({}, "there is no screen here, as neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"QT_QPA_PLATFORM": "xcb"}, "there is no screen here, as DISPLAY is not set"),
        ({"DISPLAY": ":7431"}, "the screen ':7431' (DISPLAY) does not answer or does not let us in"),
        ({"QT_QPA_PLATFORM": "wayland"}, "the screen 'wayland-0' (WAYLAND_DISPLAY) does not answer"),
        ({"QT_QPA_PLATFORM": "xbc"}, "QT_QPA_PLATFORM names 'xbc': there are "),
    ],
)
def test_no_screen_is_one_sentence(screens, says):
    done = start(**screens)
    lines = done.stderr.strip().split("\n")
    assert done.returncode == 1 and len(lines) == 1, done.stderr
    assert lines[0].startswith(f"realtime-gui: {says}")


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libEGL.so.1", "libegl1"),
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
    ],
)
def test_a_missing_library_comes_with_its_package(library, package, monkeypatch):
    def missing(name):
        raise OSError(f"{library}: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(screen.ctypes, "CDLL", missing)
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    assert (
        screen.trouble()
        == f"Qt cannot be loaded without {library}; on Debian and Ubuntu: apt install {package}"
    )


def test_a_list_of_platforms_is_tried_in_turn(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "nothing;offscreen")
    assert screen.trouble() is None


def test_a_qt_that_does_not_load_is_one_sentence(tmp_path):
    (tmp_path / "PySide6.py").write_text(
        "raise ImportError('libGL.so.1: cannot open shared object file: No such file or directory')\n"
    )
    done = start(PYTHONPATH=os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    assert done.returncode == 1
    assert (
        done.stderr
        == "realtime-gui: Qt cannot be loaded without libGL.so.1; on Debian and Ubuntu: apt install libgl1\n"
    )


class Damaged:
    """A store in which some values cannot be read: what Qt raises for a @Variant that Python does not know."""

    values = {"version": 1, "steps": 3, "theme": "dark", "geometry": "x"}  # noqa: RUF012

    def __init__(self, *damaged):
        self.damaged = damaged

    def allKeys(self):  # noqa: N802
        return list(self.values)

    def value(self, name, default=None):
        if name in self.damaged:
            raise RuntimeError("Can't find converter for 'qfloat16'.")
        return self.values.get(name, default)


def test_damaged_settings_become_the_default_and_the_others_stay():
    found = settings.load(Damaged("steps", "geometry"))
    assert (found.steps, found.theme) == (settings.Settings.steps, "dark")
    assert settings.load(Damaged("version")).steps == 3
    assert settings.geometry(Damaged()).isEmpty() and settings.geometry(Damaged("geometry")).isEmpty()
