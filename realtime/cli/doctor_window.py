"""What the window needs: Qt, and a screen that it can paint on."""

from __future__ import annotations

from collections.abc import Iterator

from realtime.cli.finding import Finding, ask

# in a process of its own, as Qt's libraries may end it, and because the engine does not import the window
_CODE = """
from gui import screen
try:
    from PySide6 import QtWidgets, __version__
except ImportError as error:
    print("no:", screen.without_library(error))
else:
    print(screen.trouble() or f"yes: {__version__}")
"""


def window() -> Iterator[Finding]:
    """Can `realtime-gui` be shown here?"""
    answer = ask(_CODE)
    if answer.startswith("yes: "):
        yield Finding("ok", f"Qt {answer[5:]} and a screen for realtime-gui")
        return
    reason = answer.removeprefix("no: ") or "Qt died when it was loaded"
    sentence, _, advice = reason.partition("; on Debian and Ubuntu: ")
    if not advice:
        sentence, _, advice = reason.partition(": ")
    yield Finding(
        "note", f"no window: {sentence}", advice or "files, pipes and `realtime-cli live` need none"
    )
