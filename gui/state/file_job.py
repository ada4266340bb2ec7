"""Opens a recording, enhances it and makes the columns of both pictures, away from the window's thread."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from gui import texts
from gui.state.clip import Clip, Result, Take, read_clip, read_take
from gui.state.columns import ColumnMaker
from realtime.engine.channels import BankFactory, EnhancerOptions, troubles
from realtime.engine.contract import ContractError
from realtime.engine.session import DeviceError
from realtime.engine.settings import EngineSettings
from realtime.files.files import Cancelled, FileError

_BLOCK_S = 0.25  # audio between two looks at the cancel flag


class FileJob(QObject):
    """One run through one file in a thread of its own.

    `reported` carries the job, what happened, and with it: "model" (ModelSpec, device note); "clip" Clip;
    "advanced" (enhanced columns, share done); "done" Result; "failed" one sentence; "unusable" one sentence about
    the model; "ended" None, last, whatever happened. Connected to a method of a QObject it arrives in that object's thread.
    """

    reported = Signal(object, str, object)

    def __init__(
        self,
        path: Path | None,  # None: only open the model
        options: EnhancerOptions,
        window_ms: float,
        clip: Clip | None = None,  # if it was read before
        take: Take | None = None,  # both sides are there already: nothing is enhanced
        after: FileJob | None = None,  # is waited for; its open model is taken over if it is the wanted one
    ):
        super().__init__()
        self._path, self.options, self._window_ms = path, options, window_ms
        self._clip, self._take, self._after = clip, take, after
        self._factory: BankFactory | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="file", daemon=True)

    def start(self) -> None:
        """Begins, in a thread of its own."""
        self._thread.start()

    def cancel(self) -> None:
        """Ends soon, with no result. The signals of a cancelled job mean nothing any more."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Was it told to end?"""
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
            if self._take is not None:
                self._show_take(self._take)
                return
            if self._factory is None and not self._open_model():
                return
            assert self._factory is not None
            enhancer = self._factory.enhancers[0]
            self._report("model", (enhancer.spec, enhancer.device_note))
            if self._path is not None:
                self._enhance(self._path, self._factory)
        except Cancelled:
            pass
        except (FileError, ContractError, DeviceError, ValueError, OSError) as error:
            self._report("failed", str(error))
        except MemoryError:
            self._report("failed", texts.NO_MEMORY)
        finally:
            self._report("ended", None)

    def _open_model(self) -> bool:
        """False if it cannot be used, whatever the recording and the device."""
        options = replace(
            self.options, settings=EngineSettings()
        )  # how many steps it has is known when it is open
        try:
            rate = None if self._clip is None else self._clip.sample_rate
            self._factory = BankFactory(options, mono=True, compensate_delay=True, sample_rate=rate)
        except ContractError as error:
            self._report("unusable", str(error))
        return self._factory is not None

    def _take_over(self) -> None:
        before, self._after = self._after, None
        if before is not None:
            before._thread.join()
            same = (before.options.model, before.options.device) == (self.options.model, self.options.device)
            self._factory, before._factory = (before._factory if same else None), None

    def _show_take(self, take: Take) -> None:
        result = read_take(take, self._window_ms, self._check)
        self._report("clip", result.clip)
        self._report("advanced", (result.columns, 1.0))
        self._report("done", result)

    def _enhance(self, path: Path, factory: BankFactory) -> None:
        clip = self._clip or read_clip(path, self._window_ms, self._check)
        self._report("clip", clip)
        known = factory.enhancers[0]
        bank = factory(clip.sample_rate, 1)
        enhancer = factory.enhancers[0]
        enhancer.apply(self.options.settings.within(enhancer.spec.max_steps))
        enhancer.reset()  # so that the settings hold from the first sample on, without a ramp
        if enhancer is not known:  # the recording's rate asks for another one
            self._report("model", (enhancer.spec, enhancer.device_note))
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
        result = Result(
            clip,
            np.concatenate(sound),
            np.concatenate(columns),
            enhancer.steps,
            troubles([enhancer]),
            stats["load"],
            stats["p50_ms"],
        )
        self._report("done", result)
