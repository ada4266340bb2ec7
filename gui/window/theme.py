"""Dark and light, following the system where it tells."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

THEMES = ("system", "light", "dark")
_ROLES = QPalette.ColorRole
_DARK = {
    _ROLES.Window: "#1f2226", _ROLES.WindowText: "#e6e8ea", _ROLES.Base: "#17191c", _ROLES.AlternateBase: "#24282d",
    _ROLES.Text: "#e6e8ea", _ROLES.Button: "#2d3238", _ROLES.ButtonText: "#e6e8ea", _ROLES.BrightText: "#ff8a80",
    _ROLES.Highlight: "#2f7fd1", _ROLES.HighlightedText: "#ffffff", _ROLES.Link: "#6db3f2",
    _ROLES.ToolTipBase: "#2d3238", _ROLES.ToolTipText: "#e6e8ea", _ROLES.PlaceholderText: "#9aa1a8",
}  # fmt: skip
_LIGHT = {
    _ROLES.Window: "#f4f5f6", _ROLES.WindowText: "#1b1e21", _ROLES.Base: "#ffffff", _ROLES.AlternateBase: "#eceef0",
    _ROLES.Text: "#1b1e21", _ROLES.Button: "#e6e9ec", _ROLES.ButtonText: "#1b1e21", _ROLES.BrightText: "#b3261e",
    _ROLES.Highlight: "#1f6fc0", _ROLES.HighlightedText: "#ffffff", _ROLES.Link: "#1559a0",
    _ROLES.ToolTipBase: "#ffffff", _ROLES.ToolTipText: "#1b1e21", _ROLES.PlaceholderText: "#6b7278",
}  # fmt: skip
_CHECKED = "QPushButton:checked { background: palette(highlight); color: palette(highlighted-text); }"
_DISABLED = {True: "#7b8288", False: "#969ca2"}


def is_dark(app: QApplication, theme: str) -> bool:
    """Raises ValueError for a theme that is not system, light or dark."""
    if theme not in THEMES:
        raise ValueError(f"theme {theme!r} is not one of {', '.join(THEMES)}")
    return theme == "dark" or (theme == "system" and app.styleHints().colorScheme() == Qt.ColorScheme.Dark)


def palette(dark: bool) -> QPalette:
    """All roles are set: platform plugins without a theme of their own ignore the colour scheme."""
    colours = QPalette()
    for role, name in (_DARK if dark else _LIGHT).items():
        colours.setColor(role, QColor(name))
    for role in (_ROLES.WindowText, _ROLES.Text, _ROLES.ButtonText):
        colours.setColor(QPalette.ColorGroup.Disabled, role, QColor(_DISABLED[dark]))
    return colours


def apply(app: QApplication, theme: str) -> None:
    """In this order: a style sheet below the application keeps the colours from before."""
    app.setStyleSheet("")
    app.setStyle("Fusion")
    app.setPalette(palette(is_dark(app, theme)))
    app.setStyleSheet(_CHECKED)
