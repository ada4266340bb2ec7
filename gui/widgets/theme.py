"""Dark and light, following the system where it tells: one palette and one style sheet, with a single accent colour."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

THEMES = ("system", "light", "dark")
_ROLES = QPalette.ColorRole
_DARK = {
    _ROLES.Window: "#1b1d21", _ROLES.WindowText: "#e8eaed", _ROLES.Base: "#121417", _ROLES.AlternateBase: "#2a2e34",
    _ROLES.Text: "#e8eaed", _ROLES.Button: "#2a2e34", _ROLES.ButtonText: "#e8eaed", _ROLES.BrightText: "#ff9d94",
    _ROLES.Highlight: "#1f6fc9", _ROLES.HighlightedText: "#ffffff", _ROLES.Link: "#74b4ff",
    _ROLES.ToolTipBase: "#2a2e34", _ROLES.ToolTipText: "#e8eaed", _ROLES.PlaceholderText: "#a2a9b0",
    _ROLES.Mid: "#434951", _ROLES.Midlight: "#353a41",
}  # fmt: skip
_LIGHT = {
    _ROLES.Window: "#f5f6f7", _ROLES.WindowText: "#1a1d20", _ROLES.Base: "#ffffff", _ROLES.AlternateBase: "#e7eaed",
    _ROLES.Text: "#1a1d20", _ROLES.Button: "#ffffff", _ROLES.ButtonText: "#1a1d20", _ROLES.BrightText: "#b3261e",
    _ROLES.Highlight: "#1463b8", _ROLES.HighlightedText: "#ffffff", _ROLES.Link: "#1463b8",
    _ROLES.ToolTipBase: "#ffffff", _ROLES.ToolTipText: "#1a1d20", _ROLES.PlaceholderText: "#5f666d",
    _ROLES.Mid: "#c3c9cf", _ROLES.Midlight: "#e9edf1",
}  # fmt: skip
_DISABLED = {True: "#7f868d", False: "#8a9097"}
# of the light and of what must not be overlooked: dark theme, light theme; each at least 4.5 on the window
LIGHTS = {
    "off": ("#a2a9b0", "#5f666d"), "good": ("#4cc38a", "#157347"), "warning": ("#f2b33d", "#8a5a00"),
    "bad": ("#ff8a80", "#b3261e"), "busy": ("#74b4ff", "#1463b8"),
}  # fmt: skip
WARNING_FILL, DANGER_FILL = ("#f2b33d", "#1a1d20"), ("#b3261e", "#ffffff")  # ground and ink, on both themes

_CHECK = Path(__file__).with_name(
    "check.svg"
)  # Fusion draws the boxes of a dark palette almost without an edge

_SHEET = """
QPushButton, QToolButton#plain {{ border: 1px solid {mid}; border-radius: 6px; padding: 5px 11px; background: {button}; }}
QPushButton:hover, QToolButton#plain:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {mid}; }}
QPushButton:disabled, QToolButton#plain:disabled {{ color: {disabled}; background: transparent; }}
QPushButton:focus, QToolButton:focus {{ border: 2px solid {link}; padding: 4px 10px; }}
QPushButton:checked {{ background: {accent}; color: {ink}; border-color: {accent}; }}
QPushButton:checked:focus {{ border-color: {text}; }}
QPushButton#switch {{ font-weight: bold; padding: 9px 14px; border-radius: 8px; }}
QPushButton#switch:focus {{ padding: 8px 13px; }}
QPushButton#switch[runs="false"]:checked {{ background: {button}; color: {text}; border: 1px solid {link}; }}
QPushButton#switch[runs="false"]:checked:focus {{ border: 2px solid {link}; }}
QPushButton#primary {{ background: {accent}; color: {ink}; border-color: {accent}; }}
QPushButton#primary:focus {{ border-color: {text}; }}
QPushButton#quiet:checked {{ background: {hover}; color: {text}; border-color: {mid}; }}
QPushButton#quiet:checked:focus {{ border-color: {link}; }}
QPushButton#mute:checked {{ background: {warning}; color: {warning_ink}; border-color: {warning}; }}
QPushButton#record:checked {{ background: {danger}; color: {danger_ink}; border-color: {danger}; }}
QPushButton#mute:checked:focus, QPushButton#record:checked:focus {{ border-color: {text}; }}
QToolButton#fold {{ border: 1px solid transparent; border-radius: 4px; padding: 3px; background: transparent; }}
QToolButton#fold {{ font-weight: bold; }}
QToolButton#fold:hover {{ background: {hover}; }}
QToolButton#fold:focus {{ border: 1px solid {link}; padding: 3px; }}
QFrame#message {{ border: 1px solid {mid}; border-radius: 8px; background: {raised}; }}
QFrame#message[trouble="true"] {{ border: 2px solid {bright}; }}
QMenu::item:disabled {{ color: {disabled}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {quiet}; border-radius: 3px; background: {base}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url("{check}"); }}
QCheckBox::indicator:disabled {{ border-color: {mid}; }}
QCheckBox::indicator:focus {{ border: 2px solid {link}; }}
"""


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


def sheet(dark: bool) -> str:
    """The style sheet of this theme."""
    colours = _DARK if dark else _LIGHT
    return _SHEET.format(
        mid=colours[_ROLES.Mid], button=colours[_ROLES.Button], hover=colours[_ROLES.Midlight],
        disabled=_DISABLED[dark], link=colours[_ROLES.Link], accent=colours[_ROLES.Highlight],
        ink=colours[_ROLES.HighlightedText], text=colours[_ROLES.WindowText], raised=colours[_ROLES.AlternateBase],
        bright=colours[_ROLES.BrightText], warning=WARNING_FILL[0], warning_ink=WARNING_FILL[1],
        danger=DANGER_FILL[0], danger_ink=DANGER_FILL[1], quiet=colours[_ROLES.PlaceholderText],
        base=colours[_ROLES.Base], check=_CHECK.as_posix(),
    )  # fmt: skip


def light_colour(light: str, palette: QPalette) -> QColor:
    """The colour of a state on this palette's window."""
    dark = palette.window().color().lightness() < 128
    return QColor(LIGHTS[light][0 if dark else 1])


def apply(app: QApplication, theme: str) -> None:
    """In this order: a style sheet below the application keeps the colours from before."""
    dark = is_dark(app, theme)
    app.setStyleSheet("")
    app.setStyle("Fusion")
    app.setPalette(palette(dark))
    app.setStyleSheet(sheet(dark))


def apply_here(theme: str) -> None:
    """To the application that runs."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply(app, theme)
