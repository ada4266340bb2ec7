"""Undo and redo of changed settings."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

from gui import texts

NAMES = {  # of the fields, as the controls have them
    "model": texts.MODEL, "device": texts.DEVICE, "steps": texts.STEPS, "limit_db": texts.LIMIT, "gain_db": texts.GAIN,
    "darkest_db": texts.RANGE_LOW, "brightest_db": texts.RANGE_HIGH, "window_ms": texts.FFT, "colour_map": texts.COLORS,
    "frequency_scale": texts.SCALE, "theme": texts.THEME, "language": texts.LANGUAGE, "smooth": texts.SMOOTH,
    "plots": texts.PLOTS, "start_live": texts.START_LIVE, "start_in_tray": texts.START_IN_TRAY,
    "close_to_tray": texts.CLOSE_TO_TRAY,
}  # fmt: skip
_SAME_S = 1.5  # a value that is being dragged is one change


class Change(QUndoCommand):
    """One field of the settings from an old value to a new one."""

    def __init__(self, field: str, old: object, new: object, apply: Callable[[str, object], None]):
        super().__init__(NAMES.get(field, field))
        self.field, self.old, self.new, self._apply = field, old, new, apply
        self.at = time.monotonic()
        self._first = True  # it is done already when it is pushed

    def id(self) -> int:
        """The same for changes of one field, which may become one."""
        return hash(self.field) & 0x7FFFFFFF

    def mergeWith(self, other: QUndoCommand) -> bool:
        """A later change of the same field, soon after this one."""
        if not isinstance(other, Change) or other.field != self.field or other.at - self.at > _SAME_S:
            return False
        self.new, self.at = other.new, other.at
        return True

    def undo(self) -> None:
        """The old value."""
        self._apply(self.field, self.old)

    def redo(self) -> None:
        """The new value again."""
        if self._first:
            self._first = False
        else:
            self._apply(self.field, self.new)


class History:
    """What was changed, newest last. apply: makes a value hold, and shows it."""

    def __init__(self, apply: Callable[[str, object], None], parent: QObject):
        self.stack = QUndoStack(parent)
        self.stack.setUndoLimit(100)
        self._apply, self._at_work = apply, False

    def note(self, field: str, old: object, new: object) -> None:
        """A change that somebody made; those of undo and redo are none."""
        if old != new and not self._at_work:
            self.stack.push(Change(field, old, new, self._again))

    def _again(self, field: str, value: object) -> None:
        self._at_work = True
        try:
            self._apply(field, value)
        finally:
            self._at_work = False
