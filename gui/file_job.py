"""Opens a recording, enhances it and makes the columns of both pictures, away from the window's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from gui.columns import ColumnMaker, Columns
from realtime.channels import BankFactory, EnhancerOptions, troubles
from realtime.contract import ContractError
from realtime.files import Cancelled, FileError
from realtime.session import DeviceError

Samples = NDArray[np.float32]
LONGEST_S = 20 * 60  # both sides are held in memory; longer recordings are work for the command line
MOST_COLUMNS = 2000  # a picture needs no more
_BLOCK_S = 0.25  # audio between two looks at the cancel flag


@dataclass(frozen=True)
class Clip:
    """A recording, mixed to mono, and its picture."""

    path: Path
    sample_rate: int  # Hz
    samples: Samples  # float32 [n], full scale ±1
    columns: Columns  # dB [columns, bins]
    column_s: float

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True)
class Result:
    """What became of a clip."""

    clip: Clip
    enhanced: Samples  # float32 [n], aligned with the clip's
    columns: Columns  # dB, as the clip's
    steps: int  # diffusion steps a hop
    troubles: list[str]
    load: float  # what a hop cost, as a share of what it lasts
    hop_ms: float  # median cost of a hop, ms


def read_clip(path: Path, window_ms: float, check: Callable[[], None]) -> Clip:
    """Raises FileError in one sentence; `check` is called now and then and may raise to cancel."""
    if not path.is_file():
        raise FileError(f"{path.name} cannot be opened: there is no such file in {path.parent}")
    try:
        with soundfile.SoundFile(str(path)) as file:
            rate, total = file.samplerate, file.frames
            if not 0 < total <= LONGEST_S * rate:
                raise FileError(
                    f"{path.name} lasts {total / rate / 60:.0f} min; the window opens up to"
                    f" {LONGEST_S // 60} min: use `realtime-cli file` for it"
                    if total
                    else f"{path.name} holds no sound"
                )
            parts = []
            while len(frames := file.read(rate, dtype="float32", always_2d=True)):
                check()
                parts.append(frames.mean(axis=1))
    except (soundfile.SoundFileError, OSError) as error:
        reason = str(getattr(error, "error_string", None) or getattr(error, "strerror", None) or error)
        raise FileError(f"{path.name} cannot be opened: {reason.rstrip('.')}") from error
    samples = np.nan_to_num(np.concatenate(parts), posinf=0, neginf=0)
    plain = ColumnMaker(rate, window_ms)
    maker = ColumnMaker(rate, window_ms, -(-plain.count(len(samples)) // MOST_COLUMNS))
    columns = []
    for start in range(0, len(samples), rate):
        check()
        columns.append(maker.push(samples[start : start + rate]))
    return Clip(path, rate, samples, np.concatenate([*columns, maker.finish()]), maker.column_s)


class FileJob(QObject):
    """One run through one file in a thread of its own.

    `reported` carries the job, what happened, and with it: "model" (ModelSpec, device note); "clip" Clip;
    "advanced" (enhanced columns, share done); "done" Result; "failed" one sentence; "ended" None, last,
    whatever happened. Connected to a method of a QObject it arrives in that object's thread.
    """

    reported = Signal(object, str, object)

    def __init__(
        self,
        path: Path | None,  # None: only open the model
        options: EnhancerOptions,
        output_gain_db: float,
        window_ms: float,
        clip: Clip | None = None,  # if it was read before
        after: FileJob | None = None,  # is waited for; its open model is taken over if it is the wanted one
    ):
        super().__init__()
        self._path, self.options, self._gain_db, self._window_ms = path, options, output_gain_db, window_ms
        self._clip, self._after = clip, after
        self._factory: BankFactory | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="file", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Ends soon, with no result. The signals of a cancelled job mean nothing any more."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()

    def join(self, timeout_s: float) -> bool:
        """True if it has ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _report(self, what: str, payload: object) -> None:
        self.reported.emit(self, what, payload)

    def _check(self) -> None:
        if self._stop.is_set():
            raise Cancelled

    def _run(self) -> None:
        try:
            self._take_over()
            self._check()
            if self._factory is None:
                self._factory = BankFactory(self.options, mono=True, compensate_delay=True)
            enhancer = self._factory.enhancers[0]
            self._report("model", (enhancer.spec, enhancer.device_note))
            if self._path is not None:
                self._enhance(self._path, self._factory)
        except Cancelled:
            pass
        except (FileError, ContractError, DeviceError, ValueError, OSError) as error:
            self._report("failed", str(error))
        except MemoryError:
            self._report(
                "failed", "there is not enough memory for this recording: use `realtime-cli file` for it"
            )
        finally:
            self._report("ended", None)

    def _take_over(self) -> None:
        before, self._after = self._after, None
        if before is not None:
            before._thread.join()
            same = (before.options.model, before.options.device) == (self.options.model, self.options.device)
            self._factory, before._factory = (before._factory if same else None), None

    def _enhance(self, path: Path, factory: BankFactory) -> None:
        clip = self._clip or read_clip(path, self._window_ms, self._check)
        self._report("clip", clip)
        enhancer = factory.enhancers[0]
        spec, options = enhancer.spec, self.options
        enhancer.steps = spec.default_steps if options.steps is None else min(options.steps, spec.max_steps)
        enhancer.attenuation_limit_db = options.attenuation_limit_db
        enhancer.mixer.output_gain_db = self._gain_db
        bank = factory(clip.sample_rate, 1)
        pool = round(clip.column_s * clip.sample_rate / ColumnMaker(clip.sample_rate).hop_length)
        maker = ColumnMaker(clip.sample_rate, self._window_ms, pool)
        block = round(_BLOCK_S * clip.sample_rate)
        sound, columns = [], []
        for start in range(0, len(clip.samples), block):
            self._check()
            sound.append(bank.process(clip.samples[start : start + block, None])[:, 0])
            columns.append(maker.push(sound[-1]))
            self._report("advanced", (columns[-1], min(1.0, (start + block) / len(clip.samples))))
        sound.append(bank.flush()[:, 0])
        columns += [maker.push(sound[-1]), maker.finish()]
        self._report("advanced", (np.concatenate(columns[-2:]), 1.0))
        self._check()
        stats = enhancer.stats.snapshot()
        sound, columns = np.concatenate(sound), np.concatenate(columns)
        result = Result(
            clip, sound, columns, enhancer.steps, troubles([enhancer]), stats["load"], stats["p50_ms"]
        )
        self._report("done", result)
