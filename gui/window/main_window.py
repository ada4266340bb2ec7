"""The window: one big switch, two pictures, the settings at the side. It knows the controller's signals."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QSystemTrayIcon, QVBoxLayout, QWidget

from gui import texts
from gui.plots.icon import icon
from gui.plots.pictures import Pictures
from gui.state import settings
from gui.state.clip import Clip, Result
from gui.state.controller import Controller
from gui.state.live_session import LiveSession
from gui.state.live_settings import ENGINE, live_options
from gui.window import theme
from gui.window.actions import Menus
from gui.window.bottom_bar import BottomBar
from gui.window.card import CardDialog
from gui.window.file_side import FileSide
from gui.window.live_side import LiveSide
from gui.window.live_view import LiveView
from gui.window.message_bar import MessageBar
from gui.window.numbers import opened
from gui.window.panel import Panel
from gui.window.top_bar import TopBar
from gui.window.tray import Tray
from gui.window.tray_window import TrayWindow
from realtime.engine.contract import ModelSpec

_TICK_MS, _UNSEEN_MS = 34, 200
_ENDING_S = 0.8  # that all that runs has for its end, together, when the window closes
_ENGINE = (
    "model",
    "device",
    *ENGINE,
    "window_ms",
)  # settings that start the enhancement of a recording again


class MainWindow(TrayWindow):
    """Takes over `controller`: closing the window closes it, unless it goes on in the tray."""

    def __init__(self, controller: Controller, store: QSettings, live: LiveSession | None = None):
        super().__init__()
        self.controller, self.store = controller, store
        self.live = LiveSession() if live is None else live
        self._settings = settings.CurrentSettings(settings.load(store))
        self.setWindowTitle(texts.APP)
        self.setWindowIcon(icon())
        self.setAcceptDrops(True)
        self.setMinimumHeight(480)  # the width is that of the buttons
        self.resize(1100, 720)
        self._build()
        self.live_side = LiveSide(
            self, self._settings, controller, self.live, self.live_view, self.message, self.configure_live
        )
        self.files = FileSide(
            self,
            self._settings,
            controller,
            self.live_side,
            self.panel,
            self.pictures,
            self.message,
            self.configure_live,
        )
        self.actions_by_name = self._menus()
        self._connect()
        self.panel.show_settings(self.settings, controller.shipped())
        self._show_picture_settings()
        self._show_switch()
        self._working(False)
        self._configure_files(*_ENGINE)
        self.configure_live(*_ENGINE, "input", "output", "virtual_mic")
        self.restoreGeometry(settings.geometry(store))
        # a coarse timer of 33 ms came 31 times a second
        self._tick = QTimer(self, interval=_TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self.tick)
        self._tick.start()
        self.closes_to_tray = self.settings.close_to_tray
        self.seen_changed.connect(self._seen)

    def _build(self) -> None:
        self.pictures = Pictures()
        self.live_view = LiveView(self.live, self.pictures)
        self.top = top = TopBar(self.live_view.button, self.live_view.record)
        self.switch, self.mute, self.play = top.switch, top.mute, top.play
        self.open, self.save_audio, self.save_picture = top.open, top.save_audio, top.save_picture
        self.message = MessageBar()
        self.panel = Panel()
        self.panel.layout().insertWidget(0, self.live_view.group)
        side = QScrollArea(widgetResizable=True)
        side.setWidget(self.panel)
        side.setFrameShape(QScrollArea.Shape.NoFrame)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setFixedWidth(self.panel.width() + 16)
        self._middle = middle = QHBoxLayout()
        middle.addWidget(self.pictures, 1)
        middle.addWidget(side)
        self.bottom = bottom = BottomBar()
        self.level_before, self.level_after = bottom.level_before, bottom.level_after
        self.progress, self.cancel = bottom.progress, bottom.cancel
        self.read_out, self.numbers = bottom.read_out, bottom.numbers

        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(10, 8, 10, 8)
        column.addLayout(top)
        column.addWidget(self.message)
        column.addLayout(middle, 1)
        column.addLayout(bottom)
        self.setCentralWidget(body)

    def _menus(self) -> dict[str, QAction]:
        menus, player = Menus(self), self.controller.player
        menus.add_file(self.files, self._escape)
        menus.add_play(self.top, self.live_view, self.live_side, player, self.play_or_pause)
        menus.add_view(self.settings, self.change, self.live_view, self.pictures)
        menus.add_start(self.settings, self.change)
        return menus.actions

    def make_tray(self, available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable) -> Tray:
        """The icon of this window. available: does the desktop show icons now?"""
        return Tray(self, self.switch, self.mute, self.live_view.button, self.live, available)

    @property
    def settings(self) -> settings.Settings:
        """The settings as they are now."""
        return self._settings.value

    def _connect(self) -> None:
        c = self.controller
        self.switch.toggled.connect(self._show_switch)
        self.mute.toggled.connect(self._show_switch)
        self.play.clicked.connect(self.play_or_pause)
        self.open.clicked.connect(self.files.ask)
        self.save_audio.clicked.connect(self.files.ask_to_save_audio)
        self.save_picture.clicked.connect(self.files.ask_to_save_picture)
        self.cancel.clicked.connect(c.cancel)
        self.panel.changed.connect(self.change)
        self.panel.model_wanted.connect(self.files.ask_for_model)
        self.panel.card_wanted.connect(lambda: CardDialog(c.spec, c.model_file(), self).open())
        self.pictures.hovered.connect(self.bottom.show_spot)
        self.pictures.seeked.connect(c.player.seek)
        self.live_side.began.connect(self._live_began)
        self.live_side.page_opened.connect(self._show_page)
        self.live_side.page_closed.connect(self.pictures.show)
        self.live_side.take_changed.connect(self.show_ready)
        self.live.running.connect(lambda running: self.show_ready())
        self.live.failed.connect(self.message.show_trouble)
        self.live.noticed.connect(self.message.show_notice)
        self.live.model_opened.connect(lambda spec, note: self._show_model(spec))
        c.model_opened.connect(self._model_opened)
        c.clip_opened.connect(self._clip_opened)
        c.restarted.connect(self.pictures.restart)
        c.advanced.connect(self._advanced)
        c.done.connect(self._done)
        c.working.connect(self._working)
        c.failed.connect(self.message.show_trouble)
        c.noticed.connect(self.message.show_notice)

    # settings

    def change(self, field: str, value: object) -> None:
        """One setting, from wherever it was made. A model becomes one when it is open."""
        if field == "model":
            self.controller.configure(model=value)
            return
        self._settings.keep(**{field: value})
        if field in _ENGINE:
            self._configure_files(field)
            self.configure_live(field)
        elif field == "close_to_tray":
            self.closes_to_tray = value
        elif field == "theme":
            theme.apply(QApplication.instance(), value)
        else:
            self._show_picture_settings()

    def _show_picture_settings(self) -> None:
        low, high = self.settings.darkest_db, self.settings.brightest_db
        self.panel.darkest_db.setMaximum(high - 5)
        self.panel.brightest_db.setMinimum(low + 5)
        self.pictures.set_range(low, high)
        self.pictures.set_colour_map(self.settings.colour_map)
        self.pictures.set_smooth(self.settings.smooth)
        self.pictures.set_plots(self.settings.plots)

    def _show_switch(self) -> None:
        on, muted = self.switch.isChecked(), self.mute.isChecked()
        self.top.show_switch()
        self.controller.player.side = "after" if on else "before"
        self.controller.player.muted = muted
        self.configure_live("mode")

    @property
    def _mode(self) -> str:
        return "mute" if self.mute.isChecked() else "enhance" if self.switch.isChecked() else "bypass"

    def _configure_files(self, *fields: str) -> None:
        changes = {name: getattr(self.settings, name) for name in fields if name not in ENGINE}
        if set(ENGINE) & set(fields):
            changes["settings"] = self.settings.engine
        self.controller.configure(**changes)

    def configure_live(self, *fields: str) -> None:
        self.live_view.window_ms = self.settings.window_ms
        changes = live_options(self.settings, self._mode, *fields)
        if changes:
            self.live.configure(**changes)
        if "window_ms" in fields and self.live.stream is not None:
            self.live_view.begin(self.live.stream.spec)

    # what the controller tells

    def _model_opened(self, spec: ModelSpec, note: str) -> None:
        self.files.keep_model()
        self._show_model(spec)
        self.numbers.setText(f"{spec.name} {spec.version}, {texts.steps(self.controller.steps)}, {note}")

    def _show_model(self, spec: ModelSpec) -> None:
        self.panel.show_steps(self.settings.steps, spec.max_steps, spec.default_steps)

    def _clip_opened(self, clip: Clip) -> None:
        self.setWindowTitle(f"{clip.path.name} – {texts.APP}")
        self.pictures.show_clip(clip)
        self.message.hide()
        self.read_out.setText("")

    def _advanced(self, columns: object, share: float) -> None:
        self.pictures.append(columns)
        self.progress.setValue(round(1000 * share))

    def _done(self, result: Result) -> None:
        self.numbers.setText(opened(result, self.controller.device_note))
        self._working(False)
        if result.troubles:
            self.message.show_trouble("; ".join(result.troubles))

    def _working(self, working: bool) -> None:
        self.bottom.show_working(working)
        self.show_ready()

    def show_ready(self) -> None:
        """What can be done with what there is."""
        result, take = self.controller.result, self.live_side.take
        picture = self.live.stream is not None or self.pictures.before.count > 0
        self.top.show_ready(result is not None, take is not None, picture)

    def _live_began(self) -> None:
        self.setWindowTitle(texts.APP)
        self.bottom.show_spot(None)

    def _show_page(self, page: QWidget) -> None:
        self.pictures.hide()
        self._middle.insertWidget(0, page, 1)

    def _escape(self) -> None:
        if self.controller.busy:
            self.controller.cancel()
        elif self.live_side.first_run is not None:
            self.live_side.first_run.later.click()
        else:
            self.message.hide()

    def tick(self) -> None:
        """At most 30 times a second: what the player has come to."""
        line = self.live_view.tick(self.level_before, self.level_after)
        if line is not None:
            self.numbers.setText(line)
            return
        player = self.controller.player
        self.bottom.show_played(player.levels_dbfs if player.playing else (-120, -120))
        self.pictures.set_play_head(player.position_s if self.controller.result is not None else None)
        self.top.show_playing(player.playing)

    def play_or_pause(self) -> None:
        """What is open; while live, what was just recorded."""
        if not self.live_side.play_take():
            self.controller.toggle_playing()

    # the system

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.files.open(*(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()))

    # the window comes and goes

    def start(self, tray: Tray | None = None, minimised: bool = False) -> None:
        """As the settings say; `minimised` means the tray this time. Without `tray` nothing starts by itself."""
        self.begin(tray, minimised or (tray is not None and self.settings.start_in_tray))
        if tray is not None and self.settings.start_live:
            self.live_view.button.setChecked(True)

    def _seen(self, seen: bool) -> None:
        """Unseen, the stream is looked at as often as its tap needs: the picture has no hole when it comes back."""
        self._tick.setInterval(_TICK_MS if seen else _UNSEEN_MS)

    def keep(self) -> None:
        settings.save(self.store, self.settings, self.saveGeometry())

    def end(self) -> None:
        self._tick.stop()
        self.controller.close(0)  # told first, waited for last
        by = time.monotonic() + _ENDING_S
        for end in (self.live_side.end, self.live.close, self.controller.close):
            end(max(0.0, by - time.monotonic()))
