"""The running window as a picture: waits for a recording to be cleaned, paints, ends the application."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from gui import texts
from gui.plots.spectrogram_view import colour_table
from gui.window.main_window import MainWindow


def few_colours(picture: QImage, colour_map: str, noisy: QRect) -> QImage:
    """The same in 256 colours, those of the color map and the most frequent others.

    Noise does not compress, and this takes a sixth of the bytes. noisy: where the spectrograms are, whose
    colours are not counted.
    """
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(picture.constBits(), np.uint32).reshape(picture.height(), -1)
    outside = np.ones(rows.shape, bool)
    outside[noisy.top() : noisy.bottom() + 1, noisy.left() : noisy.right() + 1] = False
    colours, counts = np.unique(rows[outside] | np.uint32(0xFF000000), return_counts=True)
    table = [*colours[np.argsort(-counts)][:128].tolist(), *colour_table(colour_map)[::2].tolist()]
    plain = Qt.ImageConversionFlag.AvoidDither | Qt.ImageConversionFlag.ThresholdDither
    return picture.convertToFormat(QImage.Format.Format_Indexed8, table, plain)


class Screenshot(QObject):
    """`trouble` is one sentence if there is no picture in the end."""

    def __init__(self, window: MainWindow, path: Path, timeout_ms: int):
        super().__init__(window)
        self._window, self._path = window, path
        self.trouble = ""
        window.controller.failed.connect(self._end)
        window.controller.done.connect(lambda result: QTimer.singleShot(100, self._paint))
        QTimer.singleShot(timeout_ms, self, lambda: self._end(texts.SHOT_TOO_LONG))

    def _paint(self) -> None:
        self._window.controller.player.seek(0)
        self._window.message.hide()
        window = self._window
        window.status.show_condition(window.condition())
        shown, place = window.grab().toImage(), window.pictures.mapTo(window, QPoint(0, 0))
        ratio = shown.devicePixelRatio()
        noisy = QRect((place * ratio), window.pictures.size() * ratio)
        picture = few_colours(shown, window.settings.colour_map, noisy)
        saved = picture.save(str(self._path), "PNG", 0)  # type: ignore[call-overload]  # 0: smallest
        self._end("" if saved else texts.SHOT_NOT_WRITTEN.format(path=self._path))

    def _end(self, trouble: str) -> None:
        self.trouble = trouble
        self._window.close()
        QApplication.quit()
