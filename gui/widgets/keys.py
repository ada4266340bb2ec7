"""Keys belong to the control that has the focus before they are shortcuts of the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QWidget

from gui.plots.meter import Meter

_KEYS, _NO = Qt.Key, Qt.KeyboardModifier.NoModifier
_OF_LISTS = {
    (_KEYS.Key_Space, _NO), (_KEYS.Key_Down, Qt.KeyboardModifier.AltModifier), (_KEYS.Key_F4, _NO),
    (_KEYS.Key_Up, Qt.KeyboardModifier.AltModifier),
}  # fmt: skip
_HISTORY = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
_ENTER = (_KEYS.Key_Return, _KEYS.Key_Enter)


class FocusKeys(QObject):
    """Space and Return press the button with the focus; Space and Alt+Down open the list with the focus."""

    def watch(self, parent: QWidget) -> None:
        """All buttons, lists, numbers and meters below it that are there now."""
        for kind in (QAbstractButton, QComboBox, QAbstractSpinBox, Meter):
            for control in parent.findChildren(kind):
                control.removeEventFilter(self)
                control.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claims a key before the window's shortcuts see it."""
        if not isinstance(event, QKeyEvent):
            return False
        pressed = (Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier)
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(watched, QAbstractSpinBox):
            event.setAccepted(False)  # undo and redo are those of the settings, not of the text in the field
            return any(event.matches(keys) for keys in _HISTORY)
        if event.type() == QEvent.Type.ShortcutOverride:
            of_list = isinstance(watched, QComboBox) and not watched.isEditable() and pressed in _OF_LISTS
            opens = isinstance(watched, QComboBox) and pressed in _OF_LISTS - {(_KEYS.Key_Space, _NO)}
            if of_list or opens or (not isinstance(watched, QComboBox) and pressed == (_KEYS.Key_Space, _NO)):
                event.accept()
                return True
        elif (
            event.type() == QEvent.Type.KeyPress
            and isinstance(watched, QAbstractButton)
            and pressed[0] in _ENTER
        ):
            watched.click()
            return True
        return False
