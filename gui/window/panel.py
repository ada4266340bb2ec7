"""The settings at the side of the window. Views only: values out by signals, in by methods."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui import texts
from gui.plots.spectrogram_view import COLOUR_MAPS, colour_table
from gui.state.columns import WINDOWS_MS
from gui.state.settings import Settings

_OTHER = "\0other"  # the entry that asks for a file


_SCALE = QSize(64, 12)


def _scale(name: str) -> QIcon:
    """A colour map from its darkest colour to its brightest: what stands for quiet and for loud."""
    table = colour_table(name)
    row = QImage(table.data, len(table), 1, 4 * len(table), QImage.Format.Format_RGB32)
    return QIcon(QPixmap.fromImage(row.scaled(_SCALE)))


class Panel(QWidget):
    """Every control has a label with a letter for Alt, a tooltip in plain words, and an accessible name."""

    changed = Signal(str, object)  # a field of Settings, its new value
    model_wanted = Signal()  # a file is to be asked for
    card_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(252)
        self.model = self._choice("model", texts.MODEL, texts.MODEL_TIP, {})
        self.card = QPushButton(texts.LABELS[texts.CARD])
        self.card.setToolTip(texts.CARD_TIP)
        self.card.setAccessibleName(texts.CARD_TIP)
        self.card.clicked.connect(self.card_wanted)
        self.device = self._choice("device", texts.DEVICE, texts.DEVICE_TIP, texts.DEVICES)
        self.steps = self._choice("steps", texts.STEPS, texts.STEPS_TIP, {0: texts.STEPS_AUTO})
        self.limit_db = self._number("limit_db", texts.LIMIT, texts.LIMIT_TIP, 0, 100)
        self.gain_db = self._number("gain_db", texts.GAIN, texts.GAIN_TIP, -40, 40)
        self.darkest_db = self._number("darkest_db", texts.DARKEST, texts.DARKEST_TIP, -120, -5, 5)
        self.brightest_db = self._number("brightest_db", texts.BRIGHTEST, texts.BRIGHTEST_TIP, -115, 0, 5)
        windows = {ms: f"{ms} ms" for ms in WINDOWS_MS}
        self.window_ms = self._choice("window_ms", texts.WINDOW, texts.WINDOW_TIP, windows)
        maps = {name: name.capitalize() for name in COLOUR_MAPS}
        self.colour_map = self._choice("colour_map", texts.COLOURS, texts.COLOURS_TIP, maps)
        self.colour_map.setIconSize(_SCALE)
        for index, name in enumerate(maps):
            self.colour_map.setItemIcon(index, _scale(name))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        model_row = QWidget()
        row = QHBoxLayout(model_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.model, 1)
        row.addWidget(self.card)
        self.card.setFixedWidth(46)
        for title, rows in (
            (
                texts.GROUP_MODEL,
                [(texts.MODEL, model_row), (texts.DEVICE, self.device), (texts.STEPS, self.steps)],
            ),
            (texts.GROUP_SOUND, [(texts.LIMIT, self.limit_db), (texts.GAIN, self.gain_db)]),
            (
                texts.GROUP_PICTURE,
                [
                    (texts.DARKEST, self.darkest_db),
                    (texts.BRIGHTEST, self.brightest_db),
                    (texts.WINDOW, self.window_ms),
                    (texts.COLOURS, self.colour_map),
                ],
            ),
        ):
            group = QGroupBox(title)
            form = QFormLayout(group)
            form.setContentsMargins(8, 6, 8, 6)
            form.setVerticalSpacing(5)
            for name, control in rows:
                label = QLabel(texts.LABELS[name])
                label.setBuddy(self.model if control is model_row else control)
                form.addRow(label, control)
            column.addWidget(group)
        column.addStretch(1)

    def _choice(self, field: str, name: str, tip: str, entries: dict[Any, str]) -> QComboBox:
        box = QComboBox()
        for value, text in entries.items():
            box.addItem(text, value)
        box.setToolTip(tip)
        box.setAccessibleName(name)
        box.setAccessibleDescription(tip)
        box.setMinimumContentsLength(6)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.currentIndexChanged.connect(lambda index: self._chosen(field, box.itemData(index)))
        return box

    def _number(
        self, field: str, name: str, tip: str, least: float, most: float, step: float = 1
    ) -> QDoubleSpinBox:
        box = QDoubleSpinBox(minimum=least, maximum=most, singleStep=step, decimals=0, suffix=" dB")
        box.setToolTip(tip)
        box.setAccessibleName(name)
        box.setAccessibleDescription(tip)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda value: self.changed.emit(field, value))
        return box

    def _chosen(self, field: str, value: Any) -> None:
        if value == _OTHER:
            self.model_wanted.emit()
        elif value is not None:
            self.changed.emit(field, value)

    def show_settings(self, settings: Settings, shipped: list[str]) -> None:
        """All controls as the settings say; nothing is emitted."""
        with QSignalBlocker(self.model):
            self.model.clear()
            self.model.addItem(shipped[0] if shipped else texts.MODEL, "")
            for name in (*shipped[1:], *settings.recent_models):
                self.model.addItem(name.replace("\\", "/").rsplit("/", 1)[-1], name)
                self.model.setItemData(self.model.count() - 1, name, 3)  # tooltip: the whole path
            self.model.addItem(texts.MODEL_OTHER, _OTHER)
        for field in ("model", "device", "steps", "window_ms", "colour_map"):
            box = getattr(self, field)
            with QSignalBlocker(box):
                box.setCurrentIndex(max(0, box.findData(getattr(settings, field))))
        for field in ("limit_db", "gain_db", "darkest_db", "brightest_db"):
            box = getattr(self, field)
            with QSignalBlocker(box):
                box.setValue(getattr(settings, field))

    def show_steps(self, chosen: int, most: int, default: int) -> None:
        """The numbers of steps that the open model can spend."""
        with QSignalBlocker(self.steps):
            self.steps.clear()
            self.steps.addItem(f"{texts.STEPS_AUTO} ({default})", 0)
            for count in range(1, most + 1):
                self.steps.addItem(str(count), count)
            self.steps.setCurrentIndex(max(0, self.steps.findData(min(chosen, most))))
