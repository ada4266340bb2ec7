"""Under the pictures: levels, progress, what is under the cursor, and the numbers behind a fold."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QToolButton, QVBoxLayout

from gui import texts
from gui.plots.meter import Meter
from gui.widgets.top_bar import labelled_button


class BottomBar(QVBoxLayout):
    """Meters over a line with the fold, the progress and the cursor's read-out."""

    folded = Signal(bool)  # are the numbers shown?

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(4)
        self.level_before, self.level_after = Meter(texts.LEVEL_BEFORE), Meter(texts.LEVEL_AFTER)
        meters = QHBoxLayout()
        meters.setSpacing(16)
        meters.addWidget(self.level_before, 1)
        meters.addWidget(self.level_after, 1)
        self.fold = fold_button(texts.PERFORMANCE, texts.PERFORMANCE_TIP)
        self.fold.toggled.connect(self._folded)
        self.progress = QProgressBar(minimum=0, maximum=1000)
        self.progress.setAccessibleName(texts.PROGRESS)
        self.progress.setMaximumWidth(220)
        self.cancel = labelled_button(texts.CANCEL, texts.CANCEL_TIP, "cancel")
        self.read_out = QLabel(texts.HINT)
        self.read_out.setAccessibleName(texts.READ_OUT_NAME)
        self.read_out.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.read_out.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.row = QHBoxLayout()
        self.row.addWidget(self.fold)
        self.row.addWidget(self.progress, 1)
        self.row.addWidget(self.cancel)
        self.row.addWidget(self.read_out, 1)
        self.numbers = QLabel(wordWrap=True)
        self.numbers.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )  # a long name is no width
        self.numbers.setToolTip(texts.NUMBERS_TIP)
        self.numbers.setAccessibleName(texts.NUMBERS_NAME)
        self.numbers.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.numbers.hide()
        self.addLayout(meters)
        self.addLayout(self.row)
        self.addWidget(self.numbers)
        self._spot: tuple[float, float, float, float] | None = None

    def _folded(self, shown: bool) -> None:
        self.numbers.setVisible(shown)
        self.folded.emit(shown)

    def show_working(self, working: bool) -> None:
        """Progress and its end are there while there is work."""
        if working:
            self.progress.setValue(0)
        self.progress.setVisible(working)
        self.cancel.setVisible(working)

    def show_spot(self, spot: tuple[float, float, float, float] | None, live: bool) -> None:
        """spot: seconds, Hz, dB above and below; None outside of the pictures. For every tick: levels move on."""
        if spot == self._spot:
            return
        self._spot = spot
        if spot is None:
            self.read_out.setText("")
        else:
            seconds, hz, before, after = spot
            text = texts.READ_OUT_LIVE if live else texts.READ_OUT
            self.read_out.setText(text.format(seconds=seconds, khz=hz / 1000, before=before, after=after))

    def show_played(self, levels_dbfs: tuple[float, float] | None) -> None:
        """The levels of what is played, None: nothing is."""
        if levels_dbfs is None:
            self.level_before.show_nothing()
            self.level_after.show_nothing()
        else:
            self.level_before.show_level(levels_dbfs[0])
            self.level_after.show_level(levels_dbfs[1])

    def describe_levels(self) -> None:
        """What a screen reader says of the meters, now and then."""
        for meter in (self.level_before, self.level_after):
            meter.setAccessibleDescription(meter.text)


def fold_button(title: str, tip: str) -> QToolButton:
    """A title with an arrow that shows and hides what stands below it."""
    button = QToolButton()
    button.setText(title)
    button.setCheckable(True)
    button.setAutoRaise(True)
    button.setObjectName("fold")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setToolTip(tip)
    button.setAccessibleName(title)
    button.setAccessibleDescription(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setArrowType(Qt.ArrowType.RightArrow)
    button.toggled.connect(
        lambda on: button.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
    )
    return button
