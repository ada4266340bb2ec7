"""The model of a live stream, and the settings that hold for it whichever model it is."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np

from realtime.engine.contract import ModelSpec
from realtime.engine.enhancer import Enhancer
from realtime.engine.mix import Delay
from realtime.engine.settings import EngineSettings
from realtime.engine.stats import LevelMeter
from realtime.live.governor import Governor
from realtime.live.status import LiveOptions


class Engine:
    """A model with what surrounds it at its own rate; exchanged as a whole."""

    def __init__(self, enhancer: Enhancer, governor: Governor) -> None:
        self.enhancer, self.governor = enhancer, governor
        self.aligned = Delay(enhancer.latency_samples)  # the input, for displays
        self.level_in, self.level_out = LevelMeter(enhancer.sample_rate), LevelMeter(enhancer.sample_rate)
        self.compute_ms = 0.0  # smoothed


class EngineHolder:
    """One engine at a time. Settings may be changed at any time, from any thread, and outlive the engine."""

    def __init__(self, options: LiveOptions) -> None:
        self.options = options
        self.engine: Engine | None = None
        self._setting = threading.Lock()  # a setting and an exchange of engines never overtake each other
        self._settings = options.settings

    def load(self, model: str | Path | None, device: str) -> Engine:
        """A model that has run: the first calls are the slow ones. It has its settings when it is adopted. Raises as
        Enhancer does.
        """
        enhancer = Enhancer(model, self._settings.steps, device, seed=self.options.seed)
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
            self._give(enhancer, self._settings)
            engine.governor = self._governor(enhancer, enhancer.steps)
            self.engine = engine

    def _governor(self, enhancer: Enhancer, start: int) -> Governor:
        most, hop_s = enhancer.spec.default_steps, enhancer.hop_length / enhancer.sample_rate
        fixed = self._settings.steps
        if fixed is None:
            # at most the model's own number, which its scores chose: more steps cost more and may gain nothing
            return Governor(hop_s, 1, most, min(max(start, 1), most))
        return Governor(hop_s, fixed, fixed, fixed)

    @staticmethod
    def _give(enhancer: Enhancer, settings: EngineSettings) -> None:
        """Automatic steps are the governor's: they stay as they are."""
        enhancer.apply(replace(settings, steps=enhancer.steps if settings.steps is None else settings.steps))

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
    def settings(self) -> EngineSettings:
        """Those that hold. Fixed steps too are given up for the delayed input before audio is lost."""
        return self._settings

    def apply(self, settings: EngineSettings) -> None:
        """Takes them over between two hops. Raises ValueError for one that the model does not allow, and the former ones
        then hold.
        """
        with self._setting:
            engine, former, self._settings = self.engine, self._settings, settings
            if engine is None:
                return
            try:
                self._give(engine.enhancer, settings)
            except ValueError:
                self._settings = former
                raise
            if settings.steps != former.steps:
                engine.governor = self._governor(engine.enhancer, engine.governor.steps)
