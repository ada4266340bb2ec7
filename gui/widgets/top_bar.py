"""The line of buttons over the pictures: the switch first, files last."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton

from gui import texts
from gui.widgets import icons


class TopBar(QHBoxLayout):
    """Buttons only; what they do is connected by the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(8)
        self.switch = labelled_button("", texts.SWITCH_TIP, "switch", checkable=True)
        self.switch.setObjectName("switch")
        self.switch.setChecked(True)
        self.live = labelled_button(texts.LIVE, texts.LIVE_TIP, "live", checkable=True)
        self.record = labelled_button(texts.RECORD, texts.RECORD_TIP, "record", checkable=True)
        self.record.setObjectName("record")
        self.record.setEnabled(False)
        self.mute = labelled_button(texts.MUTE, texts.MUTE_TIP, "mute", checkable=True)
        self.mute.setObjectName("mute")
        self.play = labelled_button(texts.PLAY, texts.PLAY_TIP, "play")
        self.open = labelled_button(texts.OPEN, texts.OPEN_TIP, "open")
        self.export = labelled_button(texts.EXPORT, texts.EXPORT_TIP, "export")
        self.export_menu = QMenu(self.export)
        self.export_menu.setToolTipsVisible(True)
        self.export.setMenu(self.export_menu)
        self.panel = labelled_button("", texts.PANEL_TIP, "panel", checkable=True)
        self.panel.setObjectName("quiet")
        self.panel.setAccessibleName(texts.PANEL)
        for button in (self.switch, self.live, self.mute, self.record, self.play):
            self.addWidget(button)
        self.addStretch(1)
        for button in (self.open, self.export, self.panel):
            self.addWidget(button)
        self.runs = True
        self.show_runs(False)

    def take_export(self, *actions: QAction) -> None:
        """What the export button offers: the same actions as in the menu."""
        for action in actions:
            self.export_menu.addAction(action)

    def show_switch(self) -> None:
        """Its text says which way it is."""
        self.switch.setText(texts.SWITCH_ON if self.switch.isChecked() else texts.SWITCH_OFF)
        self.mute.setText(texts.MUTED if self.mute.isChecked() else texts.MUTE)

    def show_runs(self, runs: bool) -> None:
        """Is there sound that the switch acts on? Without, it is not lit."""
        if runs == self.runs:
            return
        self.runs = runs
        self.switch.setProperty("runs", "true" if runs else "false")
        style = self.switch.style()
        style.unpolish(self.switch)
        style.polish(self.switch)
        icons.put(self.switch, "switch")

    def show_live(self, live: bool) -> None:
        """Says what a click would do."""
        self.live.setText(texts.STOP if live else texts.LIVE)

    def show_recording(self, seconds: float | None) -> None:
        """How long it has been recording, None: it does not."""
        text = texts.RECORD
        if seconds is not None:
            text = f"{texts.RECORD_STOP} {int(seconds) // 60}:{int(seconds) % 60:02d}"
        if self.record.text() != text:
            self.record.setText(text)

    def show_playing(self, playing: bool) -> None:
        """Says what a click would do."""
        text = texts.PAUSE if playing else texts.PLAY
        if self.play.text() != text:
            self.play.setText(text)
            self.play.setAccessibleName(text)

    def show_ready(self, ready: bool, playable: bool, picture: bool) -> None:
        """ready: a recording is open with both of its sides; playable: one could be; picture: there is one."""
        self.play.setEnabled(ready or playable)
        self.export.setEnabled(ready or picture)


def labelled_button(text: str, tip: str, icon: str = "", checkable: bool = False) -> QPushButton:
    """With what a mouse, a keyboard and a screen reader need. The name does not repeat the state of a switch."""
    button = QPushButton(text)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the space bar is the switch's as before
    button.setToolTip(tip)
    button.setAccessibleName(text.replace("&", "") or texts.SWITCH)
    button.setAccessibleDescription(tip)
    if icon:
        icons.put(button, icon)
    return button
