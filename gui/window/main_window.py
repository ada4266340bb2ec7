"""The window: one big switch, two pictures, the settings at the side. It knows the controller's signals."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QSettings, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from gui import texts
from gui.plots.icon import icon
from gui.plots.pictures import Pictures
from gui.state import presets, settings
from gui.state.clip import Clip, Result
from gui.state.condition import BUSY, GOOD, OFF, Condition
from gui.state.controller import Controller
from gui.state.live_session import LiveSession
from gui.state.live_settings import ENGINE, live_options
from gui.state.settings import Settings
from gui.widgets import icons, theme
from gui.widgets.bottom_bar import BottomBar
from gui.widgets.keys import FocusKeys
from gui.widgets.message_bar import MessageBar
from gui.widgets.panel import Panel
from gui.widgets.status_line import StatusLine
from gui.widgets.top_bar import TopBar
from gui.window.dialog_side import DialogWindow
from gui.window.file_side import FileSide
from gui.window.five_seconds import FiveSeconds
from gui.window.history import History
from gui.window.layout import Layout
from gui.window.live_side import LiveSide
from gui.window.live_view import LiveView
from gui.window.main_menus import menus_of
from gui.window.numbers import opened
from gui.window.tray import Tray
from realtime.engine.contract import ModelSpec

_TICK_MS, _UNSEEN_MS = 34, 200
_ENDING_S = 0.8  # that all that runs has for its end, together, when the window closes
_DESCRIBE_MS = 1000
_ENGINE = (
    "model",
    "device",
    *ENGINE,
    "window_ms",
)  # settings that start the enhancement of a recording again
_LAYOUT = ("panel", "performance", "compact", "on_top", "folded")


class MainWindow(DialogWindow):
    """Takes over `controller`: closing the window closes it, unless it goes on in the tray."""

    def __init__(self, controller: Controller, store: QSettings, live: LiveSession | None = None):
        super().__init__()
        self.controller, self.store = controller, store
        self.live = LiveSession() if live is None else live
        self._settings = settings.CurrentSettings(settings.load(store), lambda now: settings.save(store, now))
        self.history = History(self._change_back, self)
        self.setWindowTitle(texts.APP)
        self.setWindowIcon(icon())
        self.setAcceptDrops(True)
        self._build()
        self.live_side = LiveSide(
            self, self._settings, controller, self.live, self.live_view, self.message, self.configure_live,
            self.panel.devices,
        )  # fmt: skip
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
        self.five_seconds = FiveSeconds(
            self, self.top, self.live, self.live_side, self.live_view, controller, self.message
        )
        self.menus = menus_of(self)
        self.actions_by_name = self.menus.actions
        self.save_audio, self.save_picture = (
            self.actions_by_name[name] for name in ("save_audio", "save_picture")
        )
        self.top.take_export(self.save_audio, self.save_picture)
        self.keys = FocusKeys(self)
        self.keys.watch(self)
        self._connect()
        self.panel.show_settings(self.settings, controller.shipped())
        self._show_picture_settings()
        self._show_switch()
        self._working(False)
        self._configure_files(*_ENGINE)
        self.configure_live(*_ENGINE, "input", "output", "virtual_mic")
        self.layout_.begin(self.settings, settings.geometry(store))
        # a coarse timer of 33 ms came 31 times a second
        self._tick = QTimer(self, interval=_TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self.tick)
        self._tick.start()
        self._describe = QTimer(self, interval=_DESCRIBE_MS)
        self._describe.timeout.connect(self.bottom.describe_levels)
        self._describe.start()
        self.closes_to_tray = self.settings.close_to_tray
        self.seen_changed.connect(self._seen)

    def _build(self) -> None:
        self.pictures = Pictures()
        self.top = top = TopBar()
        self.live_view = LiveView(self.live, self.pictures, top.live, top.record, self._settings)
        self.switch, self.mute, self.play, self.open = top.switch, top.mute, top.play, top.open
        self.status = StatusLine()
        self.panel = Panel()
        self.bottom = bottom = BottomBar()
        self.layout_ = Layout(self, top, self.status, self.pictures, self.panel, bottom)
        self.message = MessageBar(self.layout_.stage)
        self.level_before, self.level_after = bottom.level_before, bottom.level_after
        self.progress, self.cancel = bottom.progress, bottom.cancel
        self.read_out, self.numbers = bottom.read_out, bottom.numbers

    def make_tray(self, available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable) -> Tray:
        """The icon of this window. available: does the desktop show icons now?"""
        return Tray(self, self.switch, self.mute, self.live_view.button, self.live, available)

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return self._settings.value

    def _connect(self) -> None:
        c = self.controller
        self.switch.toggled.connect(self._show_switch)
        self.mute.toggled.connect(self._show_switch)
        self.play.clicked.connect(self.play_or_pause)
        self.open.clicked.connect(self.files.ask)
        self.cancel.clicked.connect(c.cancel)
        self.panel.changed.connect(self.change)
        self.panel.preset_chosen.connect(self.choose_preset)
        self.panel.model_wanted.connect(self.files.ask_for_model)
        self.panel.info_wanted.connect(self.show_model_info)
        self.panel.folded.connect(self._folded)
        self.bottom.folded.connect(lambda shown: self.change("performance", shown))
        self.top.panel.toggled.connect(lambda shown: self.change("panel", shown))
        self.pictures.seeked.connect(c.player.seek)
        self.live_side.began.connect(self._live_began)
        self.live_side.test.clicked.connect(self.five_seconds.begin)
        self.live_side.page_opened.connect(self._show_page)
        self.live_side.page_closed.connect(self.layout_.close_page)
        self.live_side.take_changed.connect(self.show_ready)
        self.live_side.input_picked.connect(self._recall)
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

    def change(self, field: str, value: Any) -> None:
        """One setting, from wherever it was made. A model becomes one when it is open."""
        if field == "model":
            self.controller.configure(model=value)
            return
        old = getattr(self.settings, field)
        if value == old:
            return
        self._settings.keep(**{field: value})
        if field not in _LAYOUT:
            self.history.note(field, old, value)
        if field in presets.FIELDS:
            self._settings.keep(profiles=presets.remembered(self.settings).profiles)
            self.panel.show_preset(self.settings)
        if field in _ENGINE:
            self._configure_files(field)
            self.configure_live(field)
        elif field == "close_to_tray":
            self.closes_to_tray = value
        elif field == "theme":
            theme.apply_here(value)
        elif field in _LAYOUT:
            self.layout_.show(self.settings)
        else:
            self._show_picture_settings()
        if field in self.actions_by_name:
            self.menus.show(field, bool(value))

    def _change_back(self, field: str, value: object) -> None:
        """Undo and redo: the controls follow."""
        self.change(field, value)
        self._show_settings()

    def _show_settings(self) -> None:
        self.panel.show_settings(self.settings, self.controller.shipped())
        spec = self.controller.spec
        if spec is not None:
            self._show_model(spec)

    def choose_preset(self, name: str) -> None:
        """Steps and attenuation limit for a purpose."""
        preset = presets.PRESETS[name]
        self.change("steps", preset.steps)
        self.change("limit_db", preset.limit_db)
        self._show_settings()

    def _recall(self, input: str) -> None:
        """What was last used with this microphone."""
        for field, value in presets.recalled(self.settings, input).items():
            self.change(field, value)
        self._show_settings()

    def take_settings(self, new: Settings) -> None:
        """All of them at once, from a file or the defaults."""
        for field in settings.names():
            if field not in ("model", "input", "output", "input_label", "output_label"):
                self.change(field, getattr(new, field))
        for kind in ("input", "output"):
            name = getattr(new, kind)
            if name != getattr(self.settings, kind):
                self.live_side.pick(kind, name or None)
        if new.model != self.settings.model:
            self.change("model", new.model)
        self.live_side.show_virtual_mic()
        self.configure_live("virtual_mic")
        self._show_settings()

    def _folded(self, group: str, folded: bool) -> None:
        others = tuple(name for name in self.settings.folded if name != group)
        self._settings.keep(folded=(*others, group) if folded else others)

    def _show_picture_settings(self) -> None:
        now = self.settings
        self.panel.darkest_db.setMaximum(now.brightest_db - 5)
        self.panel.brightest_db.setMinimum(now.darkest_db + 5)
        self.pictures.set_range(now.darkest_db, now.brightest_db)
        self.pictures.set_colour_map(now.colour_map)
        self.pictures.set_frequency_scale(now.frequency_scale)
        self.pictures.set_smooth(now.smooth)
        self.pictures.set_plots(now.plots)

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
        """A stream that runs, and the next one, take these settings over."""
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
        self._line = f"{spec.name} {spec.version}, {texts.steps(self.controller.steps)}, {note}"
        self.numbers.setText(self._line)

    _line = ""  # of numbers, when nothing is live

    def _show_model(self, spec: ModelSpec) -> None:
        self.panel.show_steps(self.settings.steps, spec.max_steps, spec.default_steps)

    def _clip_opened(self, clip: Clip) -> None:
        self.setWindowTitle(f"{clip.path.name} – {texts.APP}")
        self.pictures.show_clip(clip)
        self.message.hide()
        self.read_out.setText("")

    def _advanced(self, columns: Any, share: float) -> None:
        self.pictures.append(columns)
        self.progress.setValue(round(1000 * share))

    def _done(self, result: Result) -> None:
        self._line = opened(result, self.controller.device_note)
        self.numbers.setText(self._line)
        self._working(False)
        if result.troubles:
            self.message.show_trouble("; ".join(result.troubles))

    def _working(self, working: bool) -> None:
        self.bottom.show_working(working and self.controller.opens_file)
        self.show_ready()

    def show_ready(self) -> None:
        """What can be done with what there is."""
        result, take = self.controller.result, self.live_side.take
        picture = self.live.stream is not None or self.pictures.before.count > 0
        self.top.show_ready(result is not None, take is not None, picture)
        self.top.show_live(self.live_view.button.isChecked())
        self.save_audio.setEnabled(result is not None)
        self.save_picture.setEnabled(picture)
        for name, button in (("play", self.play), ("record", self.live_view.record)):
            self.actions_by_name[name].setEnabled(button.isEnabled())

    def _live_began(self) -> None:
        self.setWindowTitle(texts.APP)
        self._line = ""
        self.read_out.setText("")
        self.top.show_live(True)

    def _show_page(self, page: QWidget) -> None:
        self.layout_.open_page(page)
        self.keys.watch(page)

    def escape(self) -> None:
        """Ends whatever there is to end: the page of the first start, work, a message."""
        if self.live_side.first_run is not None:
            self.live_side.first_run.later.click()
        elif self.controller.busy:
            self.controller.cancel()
        else:
            self.message.hide()

    def condition(self) -> Condition:
        """What is true now."""
        if self.live.stream is not None or self.live_view.button.isChecked():
            return self.live_view.condition()
        clip, result = self.controller.clip, self.controller.result
        if self.controller.busy and clip is not None:
            share = self.progress.value() / 1000
            return Condition(BUSY, texts.PROCESSING.format(name=clip.path.name, share=share))
        if result is not None:
            state = texts.READY if result.take is None else texts.READY_TAKE
            return Condition(GOOD, state.format(name=result.clip.path.name, seconds=result.clip.seconds))
        return self.live_view.condition()

    def tick(self) -> None:
        """At most 30 times a second: what the player has come to."""
        live = self.live_view.tick(self.level_before, self.level_after)
        condition = self.condition()
        self.status.show_condition(condition)
        self.top.show_runs(condition.light not in (OFF, BUSY))
        self.bottom.show_spot(self.pictures.spot(), self.pictures.before.scrolling)
        self.top.show_recording(self.live_view.recorded_s)
        if self.tray is not None:
            self.tray.show_trouble(condition.light == "bad")
        if live:
            if self.numbers.text() != self.live_view.line:
                self.numbers.setText(self.live_view.line)
            return
        if self.numbers.text() != self._line:
            self.numbers.setText(self._line)
        player = self.controller.player
        self.bottom.show_played(player.levels_dbfs if player.playing else None)
        self.pictures.set_play_head(player.position_s if self.controller.result is not None else None)
        self.top.show_playing(player.playing)

    def play_or_pause(self) -> None:
        """What is open; while live, what was just recorded."""
        if not self.live_side.play_take():
            self.controller.toggle_playing()

    # the system

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """They are opened."""
        self.files.open(*(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()))

    def changeEvent(self, event: QEvent) -> None:
        """Icons follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "keys"):
            icons.refresh(self)

    def wish(self, path: str) -> None:
        """Of a second start: come to the front, and open this recording if there is one."""
        if not self.seen:
            self.come_or_go()
        self.raise_()
        self.activateWindow()
        if path:
            self.files.open(Path(path))

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
        """The place of the window; everything else was written when it changed."""
        settings.save(self.store, self.settings, self.layout_.geometry())

    def end(self) -> None:
        """Everything that runs is ended."""
        self._tick.stop()
        self._describe.stop()
        self.five_seconds.end()
        self.controller.close(0)  # told first, waited for last
        by = time.monotonic() + _ENDING_S
        for end in (self.live_side.end, self.live.close, self.controller.close):
            end(max(0.0, by - time.monotonic()))
