"""The line under the buttons: a light and one sentence about what is true now."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from gui import texts
from gui.state.condition import OFF, Condition
from gui.widgets import icons


class StatusLine(QWidget):
    """`show_condition` may be called at every tick; only a change costs anything."""

    def __init__(self) -> None:
        super().__init__()
        self._light, self.sentence = QLabel(), QLabel(wordWrap=True)
        self.sentence.setAccessibleName(texts.STATE)
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(8)
        row.addWidget(self._light)
        row.addWidget(self.sentence, 1)
        self.condition = Condition(OFF, "")
        self._paint()

    def show_condition(self, condition: Condition) -> None:
        """The light, its name for those who do not see it, and the sentence."""
        if condition == self.condition:
            return
        relit = condition.light != self.condition.light
        self.condition = condition
        self.sentence.setText(condition.sentence)
        self.sentence.setToolTip(condition.sentence)
        self.sentence.setAccessibleDescription(condition.sentence)
        if relit:
            self._paint()
            QAccessible.updateAccessibility(QAccessibleEvent(self.sentence, QAccessible.Event.Alert))

    def _paint(self) -> None:
        side = self.fontMetrics().height() + 2
        icon = icons.light(self.condition.light, self.palette())
        self._light.setPixmap(icon.pixmap(QSize(side, side)))
        self._light.setAccessibleName(texts.LIGHTS[self.condition.light])
        self._light.setToolTip(texts.LIGHTS[self.condition.light])

    def changeEvent(self, event: QEvent) -> None:
        """Colours and size follow palette and font."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "condition"):
            self._paint()
        super().changeEvent(event)
