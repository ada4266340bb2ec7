"""Which microphone other programs shall see: one made by name, or a cable that is installed."""

from __future__ import annotations

import shutil
import sys

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox

from gui import texts
from realtime.audio.devices import Device
from realtime.audio.virtual_mic import VirtualMicrophone

_CABLES = ("cable input", "blackhole", "vb-audio", "loopback audio")  # in names of outputs, lower case


class VirtualMicPicker(QComboBox):
    """With a sound server a name is chosen or typed; elsewhere the cables among the outputs are listed."""

    named = Signal(str)  # to be made; empty: none
    cable_chosen = Signal(str)  # an output; empty: the system's default again
    refused = Signal(str)  # one sentence

    def __init__(self) -> None:
        super().__init__(insertPolicy=QComboBox.InsertPolicy.NoInsert)
        self.name = ""  # that is wanted
        self.output = ""  # that is picked; a cable is shown here too
        self.makes = sys.platform.startswith("linux") and shutil.which("pactl") is not None
        self._devices: list[Device] = []
        self._seen = False  # devices were listed
        self.setAccessibleName(texts.VIRTUAL_MIC)
        self.setMinimumContentsLength(6)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(self._activated)
        self._show()

    def show_name(self, name: str) -> None:
        """What is wanted now; nothing is emitted."""
        self.name = name
        self._show()

    def show_output(self, name: str) -> None:
        """The output that is picked now, by whomever."""
        self.output = name
        self._show()

    def show_devices(self, devices: list[Device]) -> None:
        """What there is now: a sound server that came or went changes what can be done here."""
        if self.hasFocus() and self.isEditable() and self.currentText() != self._text():
            return  # a name is being typed
        self._devices, self._seen = devices, True
        served = any(d.server_name for d in devices)
        self.makes = served and sys.platform.startswith("linux") and shutil.which("pactl") is not None
        self._show()

    def cables(self) -> list[Device]:
        """Outputs that are another program's microphone."""
        return [d for d in self._devices if d.outputs and any(c in d.name.lower() for c in _CABLES)]

    def _text(self) -> str:
        return self.name or texts.NO_VIRTUAL_MIC

    def _show(self) -> None:
        with QSignalBlocker(self):
            if self.isEditable() != self.makes:
                self.setEditable(self.makes)
                line = self.lineEdit()
                if line is not None:
                    line.editingFinished.connect(self._typed)
                    line.setAccessibleName(texts.VIRTUAL_MIC)
            self.clear()
            self.addItem(texts.NO_VIRTUAL_MIC, "")
            if self.makes:
                for name in dict.fromkeys([texts.VIRTUAL_MIC_NAME, self.name]):
                    if name:
                        self.addItem(name, name)
            else:
                for cable in self.cables():
                    self.addItem(cable.name, cable.server_name or cable.name)
            self.setCurrentIndex(max(0, self.findData(self.name if self.makes else self.output)))
        tip = self._tip()
        self.setToolTip(tip)
        self.setAccessibleDescription(tip)
        self.setEnabled(self.makes or not self._seen or self.count() > 1)

    def _tip(self) -> str:
        if self.makes:
            there = any(d.inputs and d.name == self.name for d in self._devices)
            return texts.VIRTUAL_MIC_THERE.format(name=self.name) if there else texts.VIRTUAL_MIC_TIP
        return texts.CABLE_TIPS.get(sys.platform, texts.CABLE_TIP_SERVER)

    def _activated(self, index: int) -> None:
        if self.makes:
            self._typed()
        else:
            self.cable_chosen.emit(self.itemData(index))

    def _typed(self) -> None:
        text = self.currentText().strip()
        name = "" if text == texts.NO_VIRTUAL_MIC else text
        if name == self.name:
            self._show()
            return
        try:
            if name:
                VirtualMicrophone(name, 16000)
        except ValueError as error:
            self._show()
            self.refused.emit(str(error))
            return
        self.show_name(name)
        self.named.emit(name)
