"""The settings at the side of the window. Views only: values out by signals, in by methods."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap, QValidator
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from gui import texts
from gui.plots.spectrogram_view import COLOUR_MAPS, colour_table
from gui.state.columns import WINDOWS_MS
from gui.state.presets import PRESETS, preset_of
from gui.state.settings import Settings
from gui.widgets.folding_group import FoldingGroup
from gui.widgets.top_bar import labelled_button

_OTHER = "\0other"  # the entry that asks for a file
_SCALE = QSize(64, 12)
NO_LIMIT_DB = 100
Control = TypeVar("Control", bound=QWidget)


def _scale(name: str) -> QIcon:
    """A colour map from its lowest level to its highest."""
    table = colour_table(name)
    row = QImage(table.data, len(table), 1, 4 * len(table), QImage.Format.Format_RGB32)
    return QIcon(QPixmap.fromImage(row.scaled(_SCALE)))


class Panel(QWidget):
    """Every control has a label with a letter for Alt, a tooltip in plain words, and an accessible name."""

    changed = Signal(str, object)  # a field of Settings, its new value
    preset_chosen = Signal(str)
    model_wanted = Signal()  # a file is to be asked for
    info_wanted = Signal()
    folded = Signal(str, bool)  # a group, is it folded?

    def __init__(self) -> None:
        super().__init__()
        self.model = self._choice("model", texts.MODEL, texts.MODEL_TIP, {})
        self.info = labelled_button(texts.MODEL_INFO_BUTTON, texts.MODEL_INFO_TIP, "info")
        self.info.clicked.connect(self.info_wanted)
        self.device = self._choice("device", texts.DEVICE, texts.DEVICE_TIP, texts.DEVICES)
        self.steps = self._choice("steps", texts.STEPS, texts.STEPS_TIP, {0: texts.STEPS_AUTO})
        self.preset = described(_box(), texts.PRESET, texts.PRESET_TIP)
        for name in PRESETS:
            self.preset.addItem(texts.PRESETS[name], name)
        self.preset.addItem(texts.PRESET_CUSTOM, None)
        self.preset.activated.connect(self._preset_activated)
        self.limit_db = self._connected("limit_db", LimitBox(), texts.LIMIT, texts.LIMIT_TIP)
        self.gain_db = self._number("gain_db", texts.GAIN, texts.GAIN_TIP, -40, 40)
        self.darkest_db = self._number("darkest_db", texts.RANGE_LOW, texts.RANGE_LOW_TIP, -120, -5, 5)
        self.brightest_db = self._number("brightest_db", texts.RANGE_HIGH, texts.RANGE_HIGH_TIP, -115, 0, 5)
        self.scale = self._choice("frequency_scale", texts.SCALE, texts.SCALE_TIP, texts.SCALES)
        windows = {ms: f"{ms} ms" for ms in WINDOWS_MS}
        self.window_ms = self._choice("window_ms", texts.FFT, texts.FFT_TIP, windows)
        maps = {name: name.capitalize() for name in COLOUR_MAPS}
        self.colour_map = self._choice("colour_map", texts.COLORS, texts.COLORS_TIP, maps)
        self.colour_map.setIconSize(_SCALE)
        for index, name in enumerate(maps):
            self.colour_map.setItemIcon(index, _scale(name))
        range_row = QWidget()
        row = QHBoxLayout(range_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.darkest_db, 1)
        row.addWidget(QLabel(texts.TO))
        row.addWidget(self.brightest_db, 1)
        self.devices = FoldingGroup("devices", texts.GROUP_LIVE)  # filled by whoever knows the devices
        self.devices.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)  # names are long
        self.groups = [
            self.devices,
            self._group("sound", texts.GROUP_SOUND, [
                (texts.PRESET, self.preset), (texts.STEPS, self.steps), (texts.LIMIT, self.limit_db),
                (texts.GAIN, self.gain_db),
            ]),
            self._group("model", texts.GROUP_MODEL, [(texts.MODEL, self.model), (texts.DEVICE, self.device)]),
            self._group("picture", texts.GROUP_PICTURE, [
                (texts.SCALE, self.scale), (texts.RANGE, range_row), (texts.FFT, self.window_ms),
                (texts.COLORS, self.colour_map),
            ]),
        ]  # fmt: skip
        self.groups[2].form.addRow(self.info)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for group in self.groups:
            group.folded.connect(self.folded)
            column.addWidget(group)
        column.addStretch(1)

    def _group(self, name: str, title: str, rows: list[tuple[str, QWidget]]) -> FoldingGroup:
        group = FoldingGroup(name, title)
        for text, control in rows:
            add_row(group, text, control)
        return group

    def _choice(self, field: str, name: str, tip: str, entries: dict[Any, str]) -> QComboBox:
        box = described(_box(), name, tip)
        for value, text in entries.items():
            box.addItem(text, value)
        box.currentIndexChanged.connect(lambda index: self._chosen(field, box.itemData(index)))
        return box

    def _number(
        self, field: str, name: str, tip: str, least: float, most: float, step: float = 1
    ) -> QDoubleSpinBox:
        box = QDoubleSpinBox(minimum=least, maximum=most, singleStep=step, decimals=0, suffix=" dB")
        return self._connected(field, box, name, tip)

    def _connected(self, field: str, box: QDoubleSpinBox, name: str, tip: str) -> QDoubleSpinBox:
        described(box, name, tip)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda value: self.changed.emit(field, value))
        return box

    def _chosen(self, field: str, value: Any) -> None:
        if value == _OTHER:
            self.model_wanted.emit()
        elif value is not None:
            self.changed.emit(field, value)

    def _preset_activated(self, index: int) -> None:
        name = self.preset.itemData(index)
        if name is not None:
            self.preset_chosen.emit(name)

    def show_settings(self, settings: Settings, shipped: list[str]) -> None:
        """All controls as the settings say; nothing is emitted."""
        with QSignalBlocker(self.model):
            self.model.clear()
            self.model.addItem(shipped[0] if shipped else texts.MODEL, "")
            for name in (*shipped[1:], *settings.recent_models):
                self.model.addItem(name.replace("\\", "/").rsplit("/", 1)[-1], name)
                self.model.setItemData(self.model.count() - 1, name, 3)  # tooltip: the whole path
            self.model.addItem(texts.MODEL_OTHER, _OTHER)
        for field, box in self._boxes().items():
            with QSignalBlocker(box):
                box.setCurrentIndex(max(0, box.findData(getattr(settings, field))))
        for field in ("limit_db", "gain_db", "darkest_db", "brightest_db"):
            number = getattr(self, field)
            with QSignalBlocker(number):
                number.setValue(getattr(settings, field))
        for group in self.groups:
            group.show_folded(group.name in settings.folded)
        self.show_preset(settings)

    def _boxes(self) -> dict[str, QComboBox]:
        return {
            "model": self.model, "device": self.device, "steps": self.steps, "window_ms": self.window_ms,
            "colour_map": self.colour_map, "frequency_scale": self.scale,
        }  # fmt: skip

    def show_preset(self, settings: Settings) -> None:
        """Which one the settings are."""
        self.preset.setCurrentIndex(self.preset.findData(preset_of(settings)))

    def show_steps(self, chosen: int, most: int, default: int) -> None:
        """The numbers of steps that the open model can spend."""
        with QSignalBlocker(self.steps):
            self.steps.clear()
            self.steps.addItem(f"{texts.STEPS_AUTO} ({default})", 0)
            for count in range(1, most + 1):
                self.steps.addItem(str(count), count)
            self.steps.setCurrentIndex(max(0, self.steps.findData(min(chosen, most))))


class LimitBox(QDoubleSpinBox):
    """0 ... 100 dB; the highest value reads as what it means, no limit."""

    def __init__(self) -> None:
        super().__init__(minimum=0, maximum=NO_LIMIT_DB, singleStep=1, decimals=0)

    def textFromValue(self, value: float) -> str:
        """With its unit."""
        return texts.NO_LIMIT if value >= self.maximum() else f"{value:.0f} dB"

    def valueFromText(self, text: str) -> float:
        """A number with or without the unit; anything else is no limit."""
        found = re.search(r"\d+", text)
        return float(found[0]) if found else self.maximum()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Whole numbers up to 100, or the words."""
        number = re.fullmatch(r"\s*(\d{1,3})\s*(dB)?\s*", text)
        good = text == texts.NO_LIMIT or (number is not None and int(number[1]) <= self.maximum())
        return (QValidator.State.Acceptable if good else QValidator.State.Intermediate), text, position


def _box() -> QComboBox:
    box = QComboBox()
    box.setMinimumContentsLength(6)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box


def described(control: Control, name: str, tip: str) -> Control:
    """The same control, with what a screen reader and a mouse that rests tell of it."""
    control.setToolTip(tip)
    control.setAccessibleName(name)
    control.setAccessibleDescription(tip)
    return control


def add_row(group: FoldingGroup, text: str, control: QWidget) -> None:
    """A label with its letter, which leads to the control, or to the first one in it."""
    label = QLabel(texts.LABELS[text])
    inner = control.findChild(QDoubleSpinBox) if type(control) is QWidget else None
    label.setBuddy(inner or control)
    group.form.addRow(label, control)
