"""Icons beside the texts of buttons: glyphs of Material Design Icons, in the colours of the palette."""

from __future__ import annotations

import os

os.environ.setdefault("QT_API", "pyside6")  # qtawesome takes the first binding that it finds

import qtawesome
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QAbstractButton, QWidget

from gui.widgets import theme

_GLYPH, _ON = "glyph", "glyph_on"  # properties of a button
GLYPHS = {
    "switch": ("mdi6.toggle-switch-off-outline", "mdi6.toggle-switch"), "live": ("mdi6.microphone", "mdi6.stop"),
    "mute": ("mdi6.volume-high", "mdi6.volume-off"), "record": ("mdi6.record-circle-outline", "mdi6.stop-circle-outline"),
    "play": ("mdi6.play", "mdi6.pause"), "open": ("mdi6.folder-open-outline", ""), "export": ("mdi6.export-variant", ""),
    "panel": ("mdi6.tune-variant", ""), "cancel": ("mdi6.close-circle-outline", ""),
    "info": ("mdi6.information-outline", ""),
    "calls": ("mdi6.headset", ""), "test": ("mdi6.account-voice", ""),
    "compact": ("mdi6.arrow-collapse", "mdi6.arrow-expand"),
}  # fmt: skip
_LIGHTS = {
    "off": "mdi6.circle-outline", "good": "mdi6.check-circle", "warning": "mdi6.alert", "bad": "mdi6.alert-octagon",
    "busy": "mdi6.timer-sand",
}  # fmt: skip
_CHECKED_INK = {"mute": theme.WARNING_FILL[1]}


def put(button: QAbstractButton, name: str) -> None:
    """Gives the button the icon of this name, in the colours of its palette; `refresh` does it again."""
    button.setProperty("icon_name", name)
    _dress(button, name)


def _dress(button: QAbstractButton, name: str) -> None:
    colours = button.palette()
    off, on = GLYPHS[name]
    ink = colours.color(QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText)
    checked: str | QColor = _CHECKED_INK.get(name, colours.highlightedText().color())
    if name == "panel" or (name == "switch" and button.property("runs") != "true"):
        checked = ink
    if button.objectName() == "primary":  # on the accent colour at all times
        ink = colours.highlightedText().color()
    disabled = colours.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    button.setIcon(
        qtawesome.icon(
            off, on=on or off, on_active=on or off, off=off, color=ink, color_active=ink, color_disabled=disabled,
            color_on=checked, color_on_active=checked, color_on_disabled=disabled,
        )
    )  # fmt: skip


def refresh(parent: QWidget) -> None:
    """All icons below this widget, after its palette changed."""
    for button in parent.findChildren(QAbstractButton):
        name = button.property("icon_name")
        if name:
            _dress(button, name)


def light(state: str, colours: QPalette) -> QIcon:
    """A sign of a state, told apart by shape and by colour."""
    found: QIcon = qtawesome.icon(_LIGHTS[state], color=theme.light_colour(state, colours))
    return found
