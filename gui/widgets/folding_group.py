"""A group of settings that folds away under its title."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from gui import texts
from gui.widgets.bottom_bar import fold_button


class FoldingGroup(QWidget):
    """Rows of labels and controls under a button that shows and hides them."""

    folded = Signal(str, bool)  # its name, is it folded?

    def __init__(self, name: str, title: str):
        """name: by which the settings remember it."""
        super().__init__()
        self.name = name
        self.button = fold_button(title, texts.FOLD_TIP)
        self.content = QWidget()
        self.form = QFormLayout(self.content)
        self.form.setContentsMargins(8, 2, 4, 8)
        self.form.setVerticalSpacing(6)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.button)
        column.addWidget(self.content)
        self.button.setChecked(True)
        self.button.toggled.connect(self._toggled)

    def _toggled(self, open_: bool) -> None:
        self.content.setVisible(open_)
        self.folded.emit(self.name, not open_)

    def show_folded(self, folded: bool) -> None:
        """As the settings say."""
        self.button.setChecked(not folded)
