"""The card of a model, to be read: what it learned from, how good it is, what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from gui import texts
from realtime.engine.contract import ModelSpec


def card_text(spec: ModelSpec | None, model_file: Path | None) -> str:
    """Markdown: the card beside the model file, else what the file's contract tells."""
    card = model_file.with_suffix(".md") if model_file is not None else None
    if card is not None and card.is_file():
        return card.read_text("utf-8", errors="replace")
    if spec is None:
        return texts.NO_CARD
    fields = json.loads(spec.to_json())
    fields.pop("states", None)
    rows = [f"- **{name}**: {value}" for name, value in fields.items() if value not in ("", None, {}, [])]
    return "\n".join([f"# {spec.name}", "", texts.NO_CARD, "", *rows])


class ModelInfo(QDialog):
    """Shows the text; links open in the browser."""

    def __init__(self, spec: ModelSpec | None, model_file: Path | None, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle(texts.MODEL_INFO)
        self.resize(720, 520)
        self.text = QTextBrowser(openExternalLinks=True)
        self.text.setMarkdown(card_text(spec, model_file))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)
