"""The line of buttons over the pictures: the switch first, files last."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton

from gui import texts


class TopBar(QHBoxLayout):
    def __init__(self, *live: QPushButton) -> None:
        """live: buttons that stand beside the switch."""
        super().__init__()
        self.switch = labelled_button("", texts.SWITCH_TIP, checkable=True)
        self.switch.setMinimumSize(210, 44)
        font = self.switch.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        self.switch.setFont(font)
        self.switch.setChecked(True)
        self.mute = labelled_button(texts.MUTE, texts.MUTE_TIP, checkable=True)
        self.play = labelled_button(texts.PLAY, texts.PLAY_TIP)
        self.open = labelled_button(texts.OPEN, texts.OPEN_TIP)
        self.save_audio = labelled_button(texts.SAVE_AUDIO, texts.SAVE_AUDIO_TIP)
        self.save_picture = labelled_button(texts.SAVE_PICTURE, texts.SAVE_PICTURE_TIP)
        for button in (self.switch, *live, self.play, self.mute):
            self.addWidget(button)
        self.addStretch(1)
        for button in (self.open, self.save_audio, self.save_picture):
            self.addWidget(button)

    def show_switch(self) -> None:
        """Its text says which way it is."""
        self.switch.setText(texts.SWITCH_ON if self.switch.isChecked() else texts.SWITCH_OFF)
        self.switch.setAccessibleName(self.switch.text())

    def show_playing(self, playing: bool) -> None:
        text = texts.PAUSE if playing else texts.PLAY
        if self.play.text() != text:
            self.play.setText(text)

    def show_ready(self, ready: bool, playable: bool, picture: bool) -> None:
        """ready: a recording is open with both of its sides; playable: one could be; picture: there is one."""
        self.play.setEnabled(ready or playable)
        self.save_audio.setEnabled(ready)
        self.save_picture.setEnabled(picture)


def labelled_button(text: str, tip: str, checkable: bool = False) -> QPushButton:
    """With what a mouse, a keyboard and a screen reader need."""
    button = QPushButton(text, checkable=checkable)
    button.setToolTip(tip)
    button.setAccessibleName(text or texts.SWITCH_ON)
    button.setAccessibleDescription(tip)
    button.setMinimumHeight(30)
    return button
