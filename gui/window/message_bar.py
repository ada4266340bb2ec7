"""One line for what went wrong or was done: it never covers anything and never piles up."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from gui import texts

_NOTICE_MS = 6000


class MessageBar(QFrame):
    """The newest message wins. Troubles stay until they are closed or followed; notices go by themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.label = QLabel(wordWrap=True)
        self.label.setAccessibleName(texts.MESSAGE)
        close = QToolButton(text="✕", autoRaise=True)
        close.setToolTip(texts.CLOSE_MESSAGE_TIP)
        close.setAccessibleName(texts.CLOSE_MESSAGE)
        close.setAccessibleDescription(texts.CLOSE_MESSAGE_TIP)
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 4, 4)
        row.addWidget(self.label, 1)
        row.addWidget(close)
        self._timer = QTimer(self, singleShot=True, interval=_NOTICE_MS)
        self._timer.timeout.connect(self.hide)
        self.trouble = False
        self.hide()

    def show_trouble(self, sentence: str) -> None:
        self._show(sentence, trouble=True)

    def show_notice(self, sentence: str) -> None:
        self._show(sentence, trouble=False)
        self._timer.start()

    def _show(self, text: str, trouble: bool) -> None:
        self._timer.stop()
        self.trouble = trouble
        self.label.setText(text)
        role = QPalette.ColorRole.BrightText if trouble else QPalette.ColorRole.WindowText
        self.label.setForegroundRole(role)
        self.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        self.show()
