"""What the window can do, without a window: it knows the engine, the views know only its signals."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui import texts
from gui.state.clip import Clip, Result, Take
from gui.state.file_job import FileJob
from gui.state.player import PlaybackError, Player
from realtime.atomic import atomic_path
from realtime.audio.pcm import quantise
from realtime.engine.channels import EnhancerOptions
from realtime.engine.contract import ModelSpec
from realtime.engine.enhancer import find_model, shipped_models
from realtime.engine.settings import EngineSettings
from realtime.files.sources import name_for_libsndfile

_SETTLE_MS = 300  # a setting that is being dragged starts one run, not fifty


class Controller(QObject):
    """A recording, its enhanced side, and the settings of the engine.

    All methods are for the window's thread, return at once, and report trouble as one sentence through
    `failed`.
    """

    model_opened = Signal(object, str)  # ModelSpec, device note
    clip_opened = Signal(object)  # Clip: its picture is complete, the other side's comes
    restarted = Signal()  # the enhanced side begins anew
    advanced = Signal(object, float)  # columns of the enhanced side, share done
    done = Signal(object)  # Result
    working = Signal(bool)
    failed = Signal(str)
    noticed = Signal(str)  # something worth a line

    def __init__(self, player: Player | None = None, parent: QObject | None = None):
        super().__init__(parent)
        self.player = player or Player()
        self.spec: ModelSpec | None = None
        self.device_note = ""
        self.clip: Clip | None = None
        self.result: Result | None = None
        self._model, self._device = "", "auto"  # that are wanted
        self.model: str | None = None  # that was opened last
        self._regret = ""  # why it is not the wanted one, not told yet
        self._settings, self._window_ms = EngineSettings(), 32
        self._path: Path | None = None
        self._take: Take | None = None  # what is open was recorded with both of its sides
        self._plays_when_done = False
        self._job: FileJob | None = None
        self._working = False
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._run)

    # the engine's settings; each starts the enhancement of an open recording again

    def configure(self, **changes: Any) -> None:
        """model, device, settings (EngineSettings) and window_ms, together."""
        for name, value in changes.items():
            if not hasattr(self, f"_{name}"):
                raise ValueError(f"there is no setting {name!r}")
            setattr(self, f"_{name}", value)
        if set(changes) - {"window_ms"}:
            self._take = None  # its input is enhanced anew
        if "window_ms" in changes:
            self.clip = None  # its picture is of the old window
        if self._path is not None or {"model", "device"} & set(changes):
            self._settle.start()

    @property
    def steps(self) -> int:
        """Steps that a hop is given; 0 as long as no model is open."""
        if self.spec is None:
            return 0
        return self._settings.within(self.spec.max_steps).steps or self.spec.default_steps

    def model_file(self) -> Path | None:
        """The file of the chosen model, None if there is none."""
        try:
            return find_model(self._model or None)
        except ValueError:
            return None

    @staticmethod
    def shipped() -> list[str]:
        """Names of the models that come with the program, the default first."""
        return list(shipped_models())

    # recordings

    def open_file(self, path: Path) -> None:
        """Shows and enhances a recording; what was open goes when the new one could be read."""
        self._path = Path(path)
        self.clip = self._take = None
        self._plays_when_done = False
        self._run()

    def open_take(self, take: Take, play: bool = False) -> None:
        """Shows both sides of a recording as they are; a changed setting enhances the first anew."""
        self._path, self._take = take.before, take
        self.clip = None
        self._plays_when_done = play
        self._run()

    def leave_file(self) -> None:
        """Nothing is open any more."""
        self.player.pause()
        self.cancel()
        self._path = self._take = self.clip = self.result = None
        self.working.emit(False)

    def open_model(self) -> None:
        """Loads the chosen model if nothing else does."""
        self._run()

    @property
    def opens_file(self) -> bool:
        """Is there a recording that is open or being opened?"""
        return self._path is not None

    @property
    def busy(self) -> bool:
        """Is a recording or a model being worked on?"""
        return self._working

    def cancel(self) -> None:
        """Stops the work on the recording; what was finished before stays."""
        self._settle.stop()
        if self.busy and self._job is not None:
            self._job.cancel()
            self._set_working(False)
            self.noticed.emit(texts.CANCELLED)

    def _run(self) -> None:
        self._settle.stop()
        before = self._job
        if before is not None:
            before.cancel()
        options = EnhancerOptions(self._model or None, self._device, settings=self._settings)
        job = FileJob(self._path, options, self._window_ms, self.clip, self._take, before)
        self._job = job
        job.reported.connect(self._on_report)
        self._set_working(True)
        job.start()

    @Slot(object, str, object)
    def _on_report(self, job: FileJob, what: str, payload: Any) -> None:
        if job is not self._job or job.cancelled:
            return  # what a cancelled job had on its way
        if what == "model":
            self.model = job.options.model or ""
            self.spec, self.device_note = payload
            self.model_opened.emit(*payload)
        elif what == "clip":
            self._clip_opened(payload)
        elif what == "unusable":
            self._go_back(job.options.model or "", payload)
        elif what == "advanced":
            self.advanced.emit(*payload)
        elif what == "done":
            self._done(payload)
        elif what == "failed":
            self._failed(payload)
        elif what == "ended":
            self._set_working(False)
        if self._regret and (what in ("clip", "ended") or self._path is None):
            why, self._regret = self._regret, ""  # not before: a recording that opens takes the message away
            self.failed.emit(why)

    def _go_back(self, wanted: str, why: str) -> None:
        """To the model that was open before, or to the default one."""
        former = "" if self.model is None or self.model == wanted else self.model
        if former == wanted or wanted != self._model:  # nowhere to go, or another one was chosen meanwhile
            self._regret = ""
            self._failed(why)
            return
        self._model = former
        self._regret = texts.OTHER_MODEL.format(why=why, name=Path(self._model).name or texts.DEFAULT_MODEL)
        self._run()

    def _set_working(self, working: bool) -> None:
        self._working = working
        self.working.emit(working)

    def _clip_opened(self, clip: Clip) -> None:
        if clip is not self.clip:
            if self.result is None or self.result.clip.path != clip.path:
                self.player.pause()
                self.result = None
            self.clip = clip
            self._path = clip.path  # of a pair, whichever is the noisier
            self.clip_opened.emit(clip)
        self.restarted.emit()

    def _done(self, result: Result) -> None:
        again = self.result is not None
        self.result = result
        self.player.load(result.clip.samples, result.enhanced, result.clip.sample_rate, keep_position=again)
        self.done.emit(result)
        if self._plays_when_done:
            self._plays_when_done = False
            self.toggle_playing()

    def _failed(self, why: str) -> None:
        if self.clip is None and self.result is not None:  # what was open before stays open
            self._path, self._take = self.result.clip.path, self.result.take
            self.clip = self.result.clip
        elif self.clip is None:
            self._path = self._take = None
        self.failed.emit(why)

    # listening

    def toggle_playing(self) -> None:
        """Plays or pauses; says why it cannot."""
        if self.player.playing:
            self.player.pause()
            return
        try:
            self.player.play()
        except PlaybackError as error:
            self.failed.emit(str(error))

    # saving

    def save_audio(self, path: Path) -> bool:
        """The enhanced side as 16-bit PCM, in the format of the ending; whole or not at all."""
        if self.result is None:
            self.failed.emit(texts.NOTHING_TO_SAVE)
            return False
        path = path if path.suffix else path.with_suffix(".wav")
        sound = quantise(self.result.enhanced, 16).astype(np.int16)
        try:
            if self.result.clip.path.exists() and path.exists() and path.samefile(self.result.clip.path):
                raise OSError(None, "it is the recording itself")
            # where it is a link, what it leads to is written; libsndfile takes the format from the ending
            with atomic_path(Path(os.path.realpath(path)), f".part{path.suffix}") as temporary:
                soundfile.write(name_for_libsndfile(temporary), sound, self.result.clip.sample_rate)
        except (soundfile.SoundFileError, OSError, ValueError, TypeError) as error:
            reason = getattr(error, "strerror", None) or getattr(error, "error_string", None) or str(error)
            self.failed.emit(texts.SAVE_FAILED.format(path=path, reason=reason.rstrip(".")))
            return False
        self.noticed.emit(texts.SAVED.format(path=path))
        return True

    def close(self, timeout_s: float = 0.9) -> None:
        """Ends sound and work; waits for the work no longer than this."""
        self._settle.stop()
        self.player.pause()
        if self._job is not None:
            self._job.cancel()
            self._job.join(timeout_s)
