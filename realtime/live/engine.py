"""The model of a live stream, and the settings that hold for it whichever model it is."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from realtime.engine.contract import ModelSpec
from realtime.engine.enhancer import Enhancer
from realtime.engine.mix import Delay
from realtime.engine.stats import LevelMeter
from realtime.live.governor import Governor
from realtime.live.status import LiveOptions


class Engine:
    """A model with what surrounds it at its own rate; exchanged as a whole."""

    def __init__(self, enhancer: Enhancer, governor: Governor):
        self.enhancer, self.governor = enhancer, governor
        self.aligned = Delay(enhancer.latency_samples)  # the input, for displays
        self.level_in, self.level_out = LevelMeter(enhancer.sample_rate), LevelMeter(enhancer.sample_rate)
        self.compute_ms = 0.0  # smoothed


class EngineHolder:
    """One engine at a time. Settings may be changed at any time, from any thread, and outlive the engine."""

    def __init__(self, options: LiveOptions):
        self.options = options
        self.engine: Engine | None = None
        self._setting = threading.Lock()  # a setting and an exchange of engines never overtake each other
        self._steps: int | str = options.steps
        self._mode, self._limit_db = options.mode, options.attenuation_limit_db
        self._gain_db = options.output_gain_db

    def load(self, model: str | Path | None, device: str) -> Engine:
        """A model that has run: the first calls are the slow ones. It has its settings when it is adopted. Raises as
        Enhancer does.
        """
        steps = None if self._steps == "auto" else self._steps
        enhancer = Enhancer(model, steps, device, seed=self.options.seed)  # type: ignore[arg-type]
        kept = enhancer.steps
        for count in range(1, enhancer.spec.max_steps + 1):
            enhancer.steps = count
            for _ in range(3):
                enhancer.process(np.zeros(enhancer.hop_length, np.float32))
        enhancer.reset()
        enhancer.steps = kept
        return Engine(enhancer, self._governor(enhancer, kept))

    def adopt(self, engine: Engine) -> None:
        """From now on this one, with the settings of this moment: they may have changed while it was loaded.

        Raises ValueError for a setting that it does not allow; the former engine then stays.
        """
        with self._setting:
            enhancer = engine.enhancer
            if self._steps != "auto":
                enhancer.steps = self._steps  # type: ignore[assignment]
            enhancer.attenuation_limit_db = self._limit_db
            enhancer.mixer.mode, enhancer.mixer.output_gain_db = self._mode, self._gain_db
            engine.governor = self._governor(enhancer, enhancer.steps)
            self.engine = engine

    def _governor(self, enhancer: Enhancer, start: int) -> Governor:
        most, hop_s = enhancer.spec.max_steps, enhancer.hop_length / enhancer.sample_rate
        if self._steps == "auto":
            return Governor(hop_s, 1, most, min(max(start, 1), most))
        return Governor(hop_s, int(self._steps), int(self._steps), int(self._steps))

    @property
    def spec(self) -> ModelSpec:
        """Of the model; RuntimeError before the first start."""
        if self.engine is None:
            raise RuntimeError("the stream has no model before it is started")
        return self.engine.enhancer.spec

    @property
    def sample_rate(self) -> int:
        """The model's, Hz."""
        return self.spec.sample_rate

    # ---- settings

    @property
    def steps(self) -> int | str:
        """ "auto", or 1 ... the model's most. Fixed steps too are given up for the delayed input before audio is lost."""
        return self._steps

    @steps.setter
    def steps(self, steps: int | str) -> None:
        with self._setting:
            engine = self.engine
            if steps != "auto":
                if isinstance(steps, str):
                    raise ValueError(f"steps is {steps!r}: auto, or a whole number, is wanted")
                if engine is not None:
                    engine.enhancer.steps = steps  # refuses what the model does not allow
            self._steps = steps
            if engine is not None:
                engine.governor = self._governor(engine.enhancer, engine.governor.steps)

    @property
    def mode(self) -> str:
        """enhance, bypass or mute."""
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        with self._setting:
            if self.engine is not None:
                self.engine.enhancer.mixer.mode = mode
            self._mode = mode

    @property
    def attenuation_limit_db(self) -> float | None:
        """Most attenuation, dB >= 0; None = no limit."""
        return self._limit_db

    @attenuation_limit_db.setter
    def attenuation_limit_db(self, db: float | None) -> None:
        with self._setting:
            if self.engine is not None:
                self.engine.enhancer.attenuation_limit_db = db
            self._limit_db = db

    @property
    def output_gain_db(self) -> float:
        """dB, -100 ... 40."""
        return self._gain_db

    @output_gain_db.setter
    def output_gain_db(self, db: float) -> None:
        with self._setting:
            if self.engine is not None:
                self.engine.enhancer.mixer.output_gain_db = db
            self._gain_db = db
