"""The window on a screen, Xvfb's, in a process of its own: one process has one kind of screen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.cli_runner import IN_CI, need


@pytest.fixture
def screen():
    """The number of a display that shows nothing to nobody."""
    need("Xvfb")
    read, write = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    try:
        with os.fdopen(read) as told:
            number = told.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        process.terminate()
        process.wait(10)


def test_the_window_on_a_screen_with_a_sound_server(screen):
    environment = {k: v for k, v in os.environ.items() if k not in ("WAYLAND_DISPLAY", "PYTEST_ADDOPTS")}
    environment |= {"DISPLAY": screen, "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "helpers/window_on_screen.py"],
        cwd=Path(__file__).parents[1], env=environment, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    if IN_CI:
        assert "skipped" not in done.stdout, done.stdout[-3000:]
