"""Edit > Preferences: how the program starts, ends and looks. Every change holds at once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGroupBox,
    QVBoxLayout,
    QWidget,
)

from gui import texts
from gui.desktop import autostart
from gui.state.settings import Settings

LANGUAGES = {"": texts.LANGUAGE_SYSTEM, "en": "English", "de": "Deutsch", "es": "Español"}


class Preferences(QDialog):
    """change: gets a field of Settings and its new value."""

    def __init__(
        self,
        settings: Settings,
        change: Callable[[str, object], None],
        has_tray: bool,
        parent: QWidget | None,
    ):
        super().__init__(parent)
        self.setWindowTitle(texts.PREFERENCES_TITLE)
        self._change = change
        self.boxes: dict[str, QCheckBox] = {}
        column = QVBoxLayout(self)
        start, look = QGroupBox(texts.GROUP_START), QGroupBox(texts.GROUP_LOOK)
        rows = QVBoxLayout(start)
        for field, text, tip in (
            ("start_live", texts.START_LIVE, texts.START_LIVE_TIP),
            ("start_in_tray", texts.START_IN_TRAY, texts.START_IN_TRAY_TIP if has_tray else texts.NO_TRAY),
            ("close_to_tray", texts.CLOSE_TO_TRAY, texts.CLOSE_TO_TRAY_TIP if has_tray else texts.NO_TRAY),
        ):
            rows.addWidget(self._check(field, text, tip, getattr(settings, field)))
        self.boxes["close_to_tray"].setEnabled(has_tray)
        self.autostart = _described(QCheckBox(texts.AUTOSTART), texts.AUTOSTART, texts.AUTOSTART_TIP)
        self.autostart.setChecked(autostart.is_on())
        self.autostart.setEnabled(autostart.AVAILABLE)
        if not autostart.AVAILABLE:
            self.autostart.setToolTip(texts.AUTOSTART_ELSEWHERE)
        self.autostart.toggled.connect(autostart.set_on)
        rows.addWidget(self.autostart)
        form = QFormLayout(look)
        self.theme = self._list("theme", texts.THEME_LABEL, texts.THEME_TIP, texts.THEMES, settings.theme)
        self.language = self._list(
            "language", texts.LANGUAGE, texts.LANGUAGE_TIP, LANGUAGES, settings.language
        )
        form.addRow(texts.THEME_LABEL, self.theme)
        form.addRow(texts.LANGUAGE, self.language)
        form.addRow("", self._check("on_top", texts.ON_TOP, texts.ON_TOP_TIP, settings.on_top))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        for widget in (start, look, buttons):
            column.addWidget(widget)

    def _check(self, field: str, text: str, tip: str, on: bool) -> QCheckBox:
        box = _described(QCheckBox(text), text, tip)
        box.setChecked(on)
        box.toggled.connect(lambda checked: self._change(field, checked))
        self.boxes[field] = box
        return box

    def _list(self, field: str, name: str, tip: str, entries: dict[str, str], now: str) -> QComboBox:
        box = QComboBox()
        box.setToolTip(tip)
        box.setAccessibleName(name)
        box.setAccessibleDescription(tip)
        for value, text in entries.items():
            box.addItem(text, value)
        box.setCurrentIndex(max(0, box.findData(now)))
        box.currentIndexChanged.connect(lambda index: self._change(field, box.itemData(index)))
        return box


def _described(box: QCheckBox, name: str, tip: str) -> QCheckBox:
    box.setToolTip(tip)
    box.setAccessibleName(name)
    box.setAccessibleDescription(tip)
    return box
