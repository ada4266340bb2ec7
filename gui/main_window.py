"""The window: one big switch, two pictures, the settings at the side. It knows the controller's signals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui import actions, settings, texts, theme
from gui.card import CardDialog
from gui.controller import Controller
from gui.file_job import Clip, Result
from gui.live_session import LiveSession
from gui.live_view import LiveView
from gui.message_bar import MessageBar
from gui.meter import Meter
from gui.panel import Panel
from gui.pictures import Pictures
from realtime.contract import ModelSpec

_TICK_MS = 33
_SOUNDS = "*.wav *.flac *.ogg *.oga *.opus *.mp3 *.aiff *.aif *.au"
_ENGINE = (
    "model",
    "device",
    "steps",
    "limit_db",
    "gain_db",
    "window_ms",
)  # settings that the controller has too


class MainWindow(QMainWindow):
    """Takes over `controller`: closing the window closes it."""

    def __init__(self, controller: Controller, store: QSettings, live: LiveSession | None = None):
        super().__init__()
        self.controller, self.store = controller, store
        self.live = LiveSession() if live is None else live
        self.settings = settings.load(store)
        self.setWindowTitle(texts.APP)
        self.setAcceptDrops(True)
        self.setMinimumSize(760, 480)
        self.resize(1100, 720)
        self._build()
        self.actions_by_name = actions.add_to(self)
        self._connect()
        self.panel.show_settings(self.settings, controller.shipped())
        self._show_picture_settings()
        self._show_switch()
        self._working(False)
        controller.configure(**{name: getattr(self.settings, name) for name in _ENGINE})
        self._configure_live(*_ENGINE, "input", "output")
        self.live_view.choose(self.settings.input, self.settings.output)
        if store.contains("geometry"):
            self.restoreGeometry(store.value("geometry"))
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.tick)
        self._tick.start()

    def _build(self) -> None:
        self.switch = self._button("", texts.SWITCH_TIP, checkable=True)
        self.switch.setMinimumSize(210, 44)
        font = self.switch.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        self.switch.setFont(font)
        self.switch.setChecked(True)
        self.mute = self._button(texts.MUTE, texts.MUTE_TIP, checkable=True)
        self.play = self._button(texts.PLAY, texts.PLAY_TIP)
        self.open = self._button(texts.OPEN, texts.OPEN_TIP)
        self.save_audio = self._button(texts.SAVE_AUDIO, texts.SAVE_AUDIO_TIP)
        self.save_picture = self._button(texts.SAVE_PICTURE, texts.SAVE_PICTURE_TIP)
        top = QHBoxLayout()
        self.pictures = Pictures()
        self.live_view = LiveView(self.live, self.pictures)
        for button in (self.switch, self.live_view.button, self.live_view.record, self.play, self.mute):
            top.addWidget(button)
        top.addStretch(1)
        for button in (self.open, self.save_audio, self.save_picture):
            top.addWidget(button)

        self.message = MessageBar()
        self.panel = Panel()
        self.panel.layout().insertWidget(0, self.live_view.group)
        side = QScrollArea(widgetResizable=True)
        side.setWidget(self.panel)
        side.setFrameShape(QScrollArea.Shape.NoFrame)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setFixedWidth(self.panel.width() + 16)
        middle = QHBoxLayout()
        middle.addWidget(self.pictures, 1)
        middle.addWidget(side)

        self.level_before, self.level_after = Meter(texts.LEVEL_BEFORE), Meter(texts.LEVEL_AFTER)
        self.progress = QProgressBar(minimum=0, maximum=1000)
        self.progress.setAccessibleName("Progress")
        self.progress.setFixedWidth(150)
        self.cancel = self._button(texts.CANCEL, texts.CANCEL_TIP)
        self.read_out = QLabel(texts.HINT)
        self.read_out.setAccessibleName("Read-out")
        self.read_out.setMinimumWidth(190)
        self.read_out.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        bottom = QHBoxLayout()
        bottom.addWidget(self.level_before, 1)
        bottom.addWidget(self.level_after, 1)
        bottom.addWidget(self.progress)
        bottom.addWidget(self.cancel)
        bottom.addWidget(self.read_out, 1)
        self.numbers = QLabel()
        self.numbers.setAccessibleName("Numbers of the last run")

        column = QVBoxLayout()
        column.setContentsMargins(10, 8, 10, 8)
        column.addLayout(top)
        column.addWidget(self.message)
        column.addLayout(middle, 1)
        column.addLayout(bottom)
        column.addWidget(self.numbers)
        body = QWidget()
        body.setLayout(column)
        body.setStyleSheet(
            "QPushButton:checked { background: palette(highlight); color: palette(highlighted-text); }"
        )
        self.setCentralWidget(body)

    def _button(self, text: str, tip: str, checkable: bool = False) -> QPushButton:
        button = QPushButton(text, checkable=checkable)
        button.setToolTip(tip)
        button.setAccessibleName(text or texts.SWITCH_ON)
        button.setAccessibleDescription(tip)
        button.setMinimumHeight(30)
        return button

    def _connect(self) -> None:
        c = self.controller
        self.switch.toggled.connect(self._show_switch)
        self.mute.toggled.connect(self._show_switch)
        self.play.clicked.connect(c.toggle_playing)
        self.open.clicked.connect(self.ask_for_file)
        self.save_audio.clicked.connect(self.ask_to_save_audio)
        self.save_picture.clicked.connect(self.ask_to_save_picture)
        self.cancel.clicked.connect(c.cancel)
        self.panel.changed.connect(self.change)
        self.panel.model_wanted.connect(self.ask_for_model)
        self.panel.card_wanted.connect(lambda: CardDialog(c.spec, c.model_file(), self).open())
        self.pictures.hovered.connect(self._hover)
        self.pictures.seeked.connect(c.player.seek)
        self.live_view.button.toggled.connect(self._live_toggled)
        for kind, box in self.live_view.pickers.items():
            box.currentIndexChanged.connect(lambda index, kind=kind: self._picked(kind))
        self.live.failed.connect(self.message.show_trouble)
        self.live.noticed.connect(self.message.show_notice)
        self.live.recorded.connect(self._recorded)
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
        """One setting, from wherever it was made."""
        self.settings = replace(self.settings, **{field: value})
        if field in _ENGINE:
            self.controller.configure(**{field: value})
            self._configure_live(field)
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

    def _show_switch(self) -> None:
        on = self.switch.isChecked()
        self.switch.setText(texts.SWITCH_ON if on else texts.SWITCH_OFF)
        self.switch.setAccessibleName(self.switch.text())
        self.controller.player.side = "after" if on else "before"
        self.controller.player.muted = self.mute.isChecked()
        self.live.configure(mode="mute" if self.mute.isChecked() else "enhance" if on else "bypass")

    def _configure_live(self, *fields: str) -> None:
        """The settings' names and values as the live stream has them."""
        s = self.settings
        as_live = {
            "model": {"model": s.model or None},
            "device": {"device": s.device},
            "steps": {"steps": s.steps or "auto"},
            "limit_db": {"attenuation_limit_db": None if s.limit_db >= 100 else s.limit_db},
            "gain_db": {"output_gain_db": s.gain_db},
            "input": {"input": s.input or None},
            "output": {"output": s.output or None},
        }
        changes = {key: value for f in fields for key, value in as_live.get(f, {}).items()}
        self.live_view.window_ms = s.window_ms
        if changes:
            self.live.configure(**changes)
        if "window_ms" in fields and self.live.stream is not None:
            self.live_view.begin(self.live.stream.spec)

    def _picked(self, kind: str) -> None:
        chosen = self.live_view.pickers[kind].currentData() or ""
        self.settings = replace(self.settings, **{kind: chosen})

    def _live_toggled(self, on: bool) -> None:
        if on:
            self.controller.leave_file()
            self.setWindowTitle(texts.APP)
            self.message.hide()

    def _recorded(self, paths: tuple[Path, Path]) -> None:
        self.message.show_notice(texts.RECORDED.format(input=paths[0], output=paths[1]))

    # what the controller tells

    def _model_opened(self, spec: ModelSpec, note: str) -> None:
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
        what = texts.DONE.format(
            name=result.clip.path.name,
            seconds=result.clip.seconds,
            steps=texts.steps(result.steps),
            device=self.controller.device_note,
            hop_ms=result.hop_ms,
            load=result.load,
        )
        self.numbers.setText(what)
        self._working(False)
        if result.troubles:
            self.message.show_trouble("; ".join(result.troubles))

    def _working(self, working: bool) -> None:
        if working:
            self.progress.setValue(0)
        self.progress.setVisible(working)
        self.cancel.setVisible(working)
        ready = self.controller.result is not None
        for button in (self.play, self.save_audio, self.save_picture):
            button.setEnabled(ready)

    def _hover(self, spot: tuple[float, float, float] | None) -> None:
        if spot is None:
            self.read_out.setText("")
        else:
            seconds, hz, db = spot
            self.read_out.setText(texts.READ_OUT.format(seconds=seconds, khz=hz / 1000, db=db))

    def tick(self) -> None:
        """At most 30 times a second: what the player has come to."""
        line = self.live_view.tick(self.level_before, self.level_after)
        if line is not None:
            self.numbers.setText(line)
            return
        player = self.controller.player
        self.level_before.show_level(player.levels_dbfs[0] if player.playing else -120)
        self.level_after.show_level(player.levels_dbfs[1] if player.playing else -120)
        self.pictures.set_play_head(player.position_s if self.controller.result is not None else None)
        text = texts.PAUSE if player.playing else texts.PLAY
        if self.play.text() != text:
            self.play.setText(text)

    # files

    def ask_for_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, texts.OPEN, self.settings.folder, f"Sound ({_SOUNDS});;All (*)"
        )
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        self.settings = replace(self.settings, folder=str(path.parent))
        self.message.show_notice(texts.OPENING.format(name=path.name))
        self.live_view.button.setChecked(False)
        self.controller.open_file(path)

    def ask_for_model(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, texts.MODEL_OTHER, "", "Models (*.onnx)")
        if name:
            self.settings = settings.with_recent(self.settings, name)
            self.change("model", name)
        self.panel.show_settings(self.settings, self.controller.shipped())

    def ask_to_save_audio(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, texts.SAVE_AUDIO, self._proposed("-clean.wav"), f"Sound ({_SOUNDS})"
        )
        if name:
            self.controller.save_audio(Path(name))

    def ask_to_save_picture(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, texts.SAVE_PICTURE, self._proposed(".png"), "PNG (*.png)")
        if name:
            self.save_picture_to(Path(name))

    def _proposed(self, ending: str) -> str:
        result = self.controller.result
        return str(result.clip.path.with_name(result.clip.path.stem + ending)) if result else ""

    def save_picture_to(self, path: Path) -> bool:
        """The pair of pictures with their axes, as they are on the screen."""
        path = path if path.suffix else path.with_suffix(".png")
        if self.pictures.grab().save(str(path)):
            self.message.show_notice(texts.SAVED.format(path=path))
            return True
        self.message.show_trouble(texts.SAVE_FAILED.format(path=path, reason="the system refuses"))
        return False

    # the system

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if len(paths) == 1:
            self.open_file(paths[0])
        else:
            self.message.show_trouble(texts.ONE_FILE)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._tick.stop()
        settings.save(self.store, self.settings, self.saveGeometry())
        self.live.close()
        self.controller.close()
        event.accept()
