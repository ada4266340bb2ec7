"""Where the parts of the window stand.

Whole or compact, with or without the panel and the numbers; never larger than the screen.
"""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRect, Qt
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QScrollArea, QVBoxLayout, QWidget

from gui.plots.pictures import Pictures
from gui.state.settings import Settings
from gui.widgets.bottom_bar import BottomBar
from gui.widgets.panel import Panel
from gui.widgets.status_line import StatusLine
from gui.widgets.top_bar import TopBar

_SIZE = (1180, 760)  # px, where the screen has them
_LEAST_HEIGHT = 420
_EDGE = 8  # px; all distances are multiples of it


class Layout:
    """`show` arranges by the settings."""

    def __init__(
        self,
        window: QMainWindow,
        top: TopBar,
        status: StatusLine,
        pictures: Pictures,
        panel: Panel,
        bottom: BottomBar,
    ):
        self._window, self._top, self._status, self._pictures = window, top, status, pictures
        self._bottom = bottom
        self.side = side = QScrollArea(widgetResizable=True)
        side.setWidget(panel)
        side.setFrameShape(QScrollArea.Shape.NoFrame)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._panel = panel
        self.stage = QWidget()  # the pictures, or a page in their place
        self._on_stage = QVBoxLayout(self.stage)
        self._on_stage.setContentsMargins(0, 0, 0, 0)
        self._on_stage.addWidget(pictures)
        self._page: QWidget | None = None
        middle = QHBoxLayout()
        middle.setSpacing(_EDGE)
        middle.addWidget(self.stage, 1)
        middle.addWidget(side)
        self._body = body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        column.setSpacing(_EDGE)
        column.addLayout(top)
        column.addWidget(status)
        column.addLayout(middle, 1)
        column.addLayout(bottom)
        window.setCentralWidget(body)
        self._compact = False
        self._whole: QByteArray | None = None  # the geometry from before the compact mode

    def begin(self, now: Settings, geometry: QByteArray) -> None:
        """As it was when it was closed last."""
        names = self._panel.fontMetrics().horizontalAdvance("System default (Desk Microphone)") + 48
        side = (
            max(names, self._panel.minimumSizeHint().width())
            + self.side.verticalScrollBar().sizeHint().width()
            + 2
        )
        self.side.setFixedWidth(side)
        room = self._room()
        self._window.setMinimumHeight(min(_LEAST_HEIGHT, room.height()))
        self._window.resize(min(_SIZE[0], room.width()), min(_SIZE[1], room.height()))
        if not geometry.isEmpty():
            self._window.restoreGeometry(geometry)
            self._window.resize(self._window.size().boundedTo(room.size()))
        self.show(now)

    def _room(self) -> QRect:
        """What the screen leaves to a window and its frame."""
        screen = self._window.screen()
        return screen.availableGeometry().adjusted(0, 0, 0, -32)

    def show(self, now: Settings) -> None:
        """By the settings of now."""
        compact = now.compact
        for widget in (self.stage, self._top.open, self._top.export, self._top.play, self._top.panel, self._bottom.fold,
                       self._bottom.read_out):  # fmt: skip
            widget.setVisible(not compact)
        self.side.setVisible(now.panel and not compact and self._page is None)
        self._top.panel.setChecked(now.panel)
        self._bottom.fold.setChecked(now.performance)
        self._bottom.numbers.setVisible(now.performance and not compact)
        self._show_on_top(now.on_top)
        if compact != self._compact:
            self._compact = compact
            self._resize()

    def _resize(self) -> None:
        window = self._window
        if self._compact:
            self._whole = window.saveGeometry()
            window.setMinimumHeight(0)
            layout = self._body.layout()
            if layout is not None:
                layout.activate()
            window.resize(window.minimumSizeHint())
        else:
            window.setMinimumHeight(min(_LEAST_HEIGHT, self._room().height()))
            if self._whole is not None:
                window.restoreGeometry(self._whole)
                self._whole = None
            else:
                window.resize(min(_SIZE[0], self._room().width()), min(_SIZE[1], self._room().height()))

    def _show_on_top(self, on: bool) -> None:
        window, hint = self._window, Qt.WindowType.WindowStaysOnTopHint
        if bool(window.windowFlags() & hint) != on:
            visible = window.isVisible()
            window.setWindowFlag(hint, on)
            if visible:
                window.show()  # a changed flag hides it

    def geometry(self) -> QByteArray:
        """Of the whole window, to be remembered."""
        return self._window.saveGeometry() if self._whole is None else self._whole

    def open_page(self, page: QWidget) -> None:
        """In the place of the pictures; the panel makes way."""
        self._page = page
        self._pictures.hide()
        self.side.hide()
        self._on_stage.addWidget(page)

    def close_page(self) -> None:
        """The pictures again."""
        self._page = None
        self._pictures.show()
        self.side.setVisible(self._top.panel.isChecked())
