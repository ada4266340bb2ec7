"""What the pictures have in common: still parts that are painted once, and the part of the whole that is shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.zoom import Zoom


class PaintedOnce(QWidget):
    """Keeps its frame and its label until size, zoom, palette, font or the screen's scale change: a repaint that
    only moves the picture costs nothing else."""

    def __init__(self, vertical: QSizePolicy.Policy):
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        self._zoom = Zoom()
        self._forget()

    @property
    def zoom(self) -> Zoom:
        """The part that is shown."""
        return self._zoom

    @zoom.setter
    def zoom(self, zoom: Zoom) -> None:
        if zoom != self._zoom:
            self._zoom = zoom
            self._forget()

    def _forget(self) -> None:
        """Everything is to be painted anew."""
        self._frame: QPixmap | None = None  # all around the picture
        self._label: QPixmap | None = None  # over it
        self.update()

    def _kept(self) -> tuple[QPixmap, QPixmap]:
        """Frame and label, painted now if they are not of this state."""
        ratio = self.devicePixelRatio()
        if self._frame is None or self._label is None or self._frame.devicePixelRatio() != ratio:
            self._frame, self._label = self._dressed(ratio)
        return self._frame, self._label

    def _dressed(self, ratio: float) -> tuple[QPixmap, QPixmap]:
        """Frame and label. ratio: pixels of the screen in one of the window."""
        raise NotImplementedError

    def resizeEvent(self, event: object) -> None:
        self._forget()

    def changeEvent(self, event: QEvent) -> None:
        self._forget()  # palette or font
        super().changeEvent(event)
