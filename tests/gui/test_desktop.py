"""The entry in the desktop's menu and the start at log-in: made whole, and taken away whole."""

import os
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from configparser import ConfigParser
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from gui.desktop import autostart, entry

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="menu entries are made on Linux")


def run(home, *arguments):
    environment = {**os.environ, "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}
    environment.pop("DISPLAY", None)
    return subprocess.run(
        [sys.executable, "-m", "gui", *arguments], cwd=Path(__file__).parents[2], env=environment,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_the_menu_entry_comes_whole_and_goes_whole(tmp_path):
    done = run(tmp_path, "--install-desktop")
    assert done.returncode == 0, done.stderr
    made = {path for path in (tmp_path / "data").rglob("*") if path.is_file()}
    assert {Path(line) for line in done.stdout.splitlines()} <= made
    sizes = {path.parts[-3]: QImage(str(path)).width() for path in made if path.suffix == ".png"}
    assert sizes == {f"{size}x{size}": size for size in entry.SIZES}
    meta = ElementTree.parse(tmp_path / "data/metainfo/klarstrom.metainfo.xml").getroot()
    assert meta.findtext("launchable") == "klarstrom.desktop" and meta.findtext("project_license") == "MIT"
    parsed = ConfigParser(interpolation=None)
    parsed.read(tmp_path / "data/applications/klarstrom.desktop")
    section = parsed["Desktop Entry"]
    assert section["icon"] == entry.ID and section["type"] == "Application"
    command = shlex.split(section["exec"])
    shown = subprocess.run(
        [*command, "--help"], cwd=Path(__file__).parents[2], capture_output=True, timeout=120, check=False
    )
    assert shown.returncode == 0 and b"--install-desktop" in shown.stdout
    done = run(tmp_path, "--remove-desktop")
    assert done.returncode == 0, done.stderr
    assert not [path for path in made if path.exists()]


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "data").write_text("a file in the folder's place")
    done = run(tmp_path, "--install-desktop")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "cannot be written" in done.stderr


def test_the_start_at_log_in_is_a_file_of_the_desktop(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = tmp_path / "autostart/klarstrom.desktop"
    assert not autostart.is_on()
    autostart.set_on(True)
    assert autostart.is_on() and "--minimised" in file.read_text("utf-8")
    autostart.set_on(False)
    assert not file.exists()


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/usr/bin/realtime-gui", "/usr/bin/realtime-gui"),
        ("/home/a b/gui", '"/home/a b/gui"'),
        ("50%", "50%%"),
        ("a$b", '"a\\\\$b"'),
        ("a\\b", '"a\\\\\\\\b"'),
    ],
)
def test_a_path_is_quoted_as_the_specification_of_desktop_entries_wants_it(monkeypatch, word, written):
    monkeypatch.setattr(entry, "command", lambda: [word])
    assert f"Exec={written}\n" in entry.desktop_entry()
