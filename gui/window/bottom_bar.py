"""Under the pictures: levels, progress, what is under the mouse, and the numbers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout

from gui import texts
from gui.plots.meter import Meter
from gui.window.top_bar import labelled_button


class BottomBar(QVBoxLayout):
    def __init__(self) -> None:
        super().__init__()
        self.level_before, self.level_after = Meter(texts.LEVEL_BEFORE), Meter(texts.LEVEL_AFTER)
        self.progress = QProgressBar(minimum=0, maximum=1000)
        self.progress.setAccessibleName(texts.PROGRESS)
        self.progress.setFixedWidth(150)
        self.cancel = labelled_button(texts.CANCEL, texts.CANCEL_TIP)
        self.read_out = QLabel(texts.HINT)
        self.read_out.setAccessibleName(texts.READ_OUT_NAME)
        self.read_out.setMinimumWidth(190)
        self.read_out.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout()
        row.addWidget(self.level_before, 1)
        row.addWidget(self.level_after, 1)
        row.addWidget(self.progress)
        row.addWidget(self.cancel)
        row.addWidget(self.read_out, 1)
        self.numbers = QLabel(wordWrap=True)
        self.numbers.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )  # a long name is no width
        self.numbers.setToolTip(texts.NUMBERS_TIP)
        self.numbers.setAccessibleName(texts.NUMBERS_NAME)
        self.addLayout(row)
        self.addWidget(self.numbers)

    def show_working(self, working: bool) -> None:
        if working:
            self.progress.setValue(0)
        self.progress.setVisible(working)
        self.cancel.setVisible(working)

    def show_spot(self, spot: tuple[float, float, float] | None) -> None:
        """spot: seconds, Hz, dB; None outside of the pictures."""
        if spot is None:
            self.read_out.setText("")
        else:
            seconds, hz, db = spot
            self.read_out.setText(texts.READ_OUT.format(seconds=seconds, khz=hz / 1000, db=db))

    def show_played(self, levels_dbfs: tuple[float, float]) -> None:
        self.level_before.show_level(levels_dbfs[0])
        self.level_after.show_level(levels_dbfs[1])
