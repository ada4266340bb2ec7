"""What pictures and meters have in common: still parts that are painted once, and what the pictures show of a whole."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.plots.zoom import Zoom


class PaintedOnce(QWidget):
    """Keeps its ground and what lies over it until size, palette, font or the screen's scale change.

    A repaint that only moves something costs nothing else.
    """

    def __init__(self, vertical: QSizePolicy.Policy):
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._forget()

    def _forget(self) -> None:
        """Everything is to be painted anew."""
        self._ground: QPixmap | None = None
        self._over: QPixmap | None = None
        self._place: QRect | None = None  # of what moves, which depends on size and font alone
        self.update()

    def _kept(self) -> tuple[QPixmap, QPixmap]:
        """Both, painted now if they are not of this state."""
        ratio = self.devicePixelRatio()
        if self._ground is None or self._over is None or self._ground.devicePixelRatio() != ratio:
            self._ground, self._over = self._dressed(ratio)
        return self._ground, self._over

    def _dressed(self, ratio: float) -> tuple[QPixmap, QPixmap]:
        """The ground and what lies over it. ratio: pixels of the screen in one of the window."""
        raise NotImplementedError

    def resizeEvent(self, event: object) -> None:
        """Another size is painted anew."""
        self._forget()

    def changeEvent(self, event: QEvent) -> None:
        """So is another palette or font."""
        self._forget()  # palette or font
        super().changeEvent(event)


class ZoomedPicture(PaintedOnce):
    """Its ground is all around the picture, its title or legend lies over it."""

    def __init__(self, vertical: QSizePolicy.Policy):
        self._zoom = Zoom()
        super().__init__(vertical)

    @property
    def zoom(self) -> Zoom:
        """The part that is shown."""
        return self._zoom

    @zoom.setter
    def zoom(self, zoom: Zoom) -> None:
        if zoom != self._zoom:
            self._zoom = zoom
            self._forget()
