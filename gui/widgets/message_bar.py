"""One line for what went wrong or was done. It lies over the lower edge of the pictures: no control moves for it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from gui import texts

_NOTICE_MS = 6000
_MARGIN, _WIDEST = 12, 720  # px


class MessageBar(QFrame):
    """The newest message wins. Troubles stay until they are closed or followed; notices go by themselves."""

    def __init__(self, stage: QWidget) -> None:
        """stage: what it lies over."""
        super().__init__(stage)
        self.setObjectName("message")
        self.label = QLabel(wordWrap=True)
        self.label.setAccessibleName(texts.MESSAGE)
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setToolTip(texts.CLOSE_MESSAGE_TIP)
        close.setAccessibleName(texts.CLOSE_MESSAGE)
        close.setAccessibleDescription(texts.CLOSE_MESSAGE_TIP)
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.addWidget(self.label, 1)
        row.addWidget(close)
        self._timer = QTimer(self, singleShot=True, interval=_NOTICE_MS)
        self._timer.timeout.connect(self.hide)
        self.trouble = False
        stage.installEventFilter(self)
        self.hide()

    def show_trouble(self, sentence: str) -> None:
        """Stays until it is closed or another message follows."""
        self._show(sentence, trouble=True)

    def show_notice(self, sentence: str) -> None:
        """Goes by itself."""
        self._show(sentence, trouble=False)
        self._timer.start()

    def _show(self, text: str, trouble: bool) -> None:
        self._timer.stop()
        self.trouble = trouble
        self.label.setText(text)
        self.label.setAccessibleDescription(text)
        role = QPalette.ColorRole.BrightText if trouble else QPalette.ColorRole.WindowText
        self.label.setForegroundRole(role)
        self.setProperty("trouble", "true" if trouble else "false")
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()
        self._place()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self.label, QAccessible.Event.Alert))

    def _place(self) -> None:
        stage = self.parentWidget()
        if stage is None:
            return
        width = min(_WIDEST, stage.width() - 2 * _MARGIN)
        height = max(self.heightForWidth(width), self.minimumSizeHint().height())
        self.setGeometry((stage.width() - width) // 2, stage.height() - height - _MARGIN, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keeps its place when the stage changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False
