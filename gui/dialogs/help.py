"""The menu Help: keyboard shortcuts, the examination of this computer, and what the program is."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Iterable

from PySide6.QtCore import QProcess, QProcessEnvironment, Qt, qVersion
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui import texts


class Shortcuts(QDialog):
    """Every action that has a key, as the menus have it."""

    def __init__(self, actions: Iterable[QAction], parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle(texts.SHORTCUTS)
        self.resize(460, 560)
        rows = [
            (a.shortcut().toString(a.shortcut().SequenceFormat.NativeText), a.text().replace("&", "")) for a in actions
            if not a.shortcut().isEmpty()
        ]  # fmt: skip
        self.table = QTableWidget(len(rows), 2)
        self.table.setAccessibleName(texts.SHORTCUTS)
        self.table.setHorizontalHeaderLabels([texts.KEY, texts.ACTION])
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for index, row in enumerate(rows):
            for column, text in enumerate(row):
                self.table.setItem(index, column, QTableWidgetItem(text))
        self.table.resizeColumnToContents(0)
        note = QLabel(texts.SHORTCUTS_NOTE, wordWrap=True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column_layout = QVBoxLayout(self)
        for widget in (self.table, note, buttons):
            column_layout.addWidget(widget)


class Troubleshooting(QDialog):
    """What `realtime-cli doctor` says, line by line. It runs in a process of its own, so that the window goes on."""

    def __init__(self, parent: QWidget | None = None, screen_trouble: str | None = None):
        """screen_trouble: what the window itself knows of Qt and the screen, None: all well."""
        super().__init__(parent)
        self.setWindowTitle(texts.TROUBLESHOOTING.rstrip("…"))
        self.resize(760, 420)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName(self.windowTitle())
        self.verdict = QLabel(texts.EXAMINING, wordWrap=True)
        platform = f"{QGuiApplication.platformName()}, Qt {qVersion()}"
        self.text.setPlainText(f"fail  {screen_trouble}" if screen_trouble else f"ok    window: {platform}")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = QPushButton(texts.COPY)
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (self.text, self.verdict, buttons):
            column.addWidget(widget)
        self.process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        self.process.setProcessEnvironment(environment)
        self.process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self.process.readyReadStandardOutput.connect(self._read)
        self.process.finished.connect(self._finished)
        self.process.errorOccurred.connect(
            lambda error: self.verdict.setText(texts.DOCTOR_FAILED.format(why=self.process.errorString()))
        )
        self.process.start(sys.executable, ["-m", "realtime", "doctor"])

    def _read(self) -> None:
        lines = bytes(self.process.readAllStandardOutput().data()).decode("utf-8", "replace")
        if lines.rstrip():
            self.text.appendPlainText(lines.rstrip())

    def _finished(self, code: int) -> None:
        self._read()
        self.verdict.setText(texts.DOCTOR_DONE if code == 0 else texts.DOCTOR_TROUBLE)

    def done(self, result: int) -> None:
        """The examination ends with its dialog."""
        self.process.blockSignals(True)
        self.process.kill()
        self.process.waitForFinished(500)
        super().done(result)


def about(model: str, parent: QWidget | None = None) -> QMessageBox:
    """The version, the model and the licences. model: its name and version."""
    try:
        version = importlib.metadata.version("klarstrom")
    except importlib.metadata.PackageNotFoundError:
        version = ""
    box = QMessageBox(parent)
    box.setWindowTitle(texts.ABOUT)
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setText(texts.ABOUT_TEXT.format(version=version, model=model or texts.NO_MODEL, qt=qVersion()))
    return box
