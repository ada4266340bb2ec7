"""Enhancer: blocks of samples in, enhanced samples out. The main path of the engine."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realtime.engine.contract import ModelSpec
from realtime.engine.mix import Mixer
from realtime.engine.noise import HopNoise
from realtime.engine.session import ModelError, Session
from realtime.engine.settings import EngineSettings
from realtime.engine.stats import HopStats

Samples = NDArray[np.float32]
MODELS = Path(__file__).parents[1] / "models"
DEFAULT_MODEL = "klarstrom-16k.onnx"
WILDEST = (
    4.0  # full scales; a sample beyond is no sound but a fault, and a model would remember it for seconds
)

WARM_HOPS = 30  # that a model hears after a rest before it is heard

_NOTHING = np.zeros(0, np.float32)


def shipped_models() -> dict[str, Path]:
    """Models that come with the package: name -> file, the default first."""
    found = sorted(MODELS.glob("*.onnx"), key=lambda path: (path.name != DEFAULT_MODEL, path.stem))
    return {path.stem: path for path in found}


def find_model(model: str | Path | None) -> Path:
    """A path, the name of a shipped model, or None for the default. Raises ModelError with what there is."""
    shipped = shipped_models()
    if model is None:
        model = MODELS / DEFAULT_MODEL
    if str(model) in shipped:
        return shipped[str(model)]
    if not Path(model).is_file():
        raise ModelError(f"no model file at {model}; shipped models are {', '.join(shipped) or 'none'}")
    return Path(model)


def checked_steps(steps: int, most: int) -> int:
    """Diffusion steps that a model of `most` allows. Raises ValueError."""
    if not isinstance(steps, int | np.integer) or isinstance(steps, bool) or not 1 <= steps <= most:
        raise ValueError(f"steps is {steps!r}: this model allows whole numbers from 1 to {most}")
    return int(steps)


class Enhancer:
    """A stream of mono audio at the model's rate through one model.

    `process` and `flush` are the live stream: the output lags the input by `latency_samples`, and after
    `flush` as many samples have come out as went in. `enhance` does a whole signal and takes the delay off.
    The result does not depend on how the input is cut into blocks, bit for bit.

    One thread at a time; only `steps`, `resting`, `attenuation_limit_db`, the settings of `mixer` and the reading of
    `stats` may come from another.
    """

    def __init__(
        self,
        model: str
        | Path
        | Session
        | None = None,  # path, shipped name, or a session of its own; None = default
        steps: int | None = None,  # diffusion steps a hop, 1 ... max_steps; None = the model's default
        device: str = "auto",  # auto, cpu or cuda; not looked at if model is a session
        attenuation_limit_db: float | None = None,  # most attenuation, dB >= 0; None = no limit
        seed: int = 0,  # of the diffusion's noise, 0 ... 2^64 - 1
    ) -> None:
        """Raises ModelError or ContractError for the model, DeviceError for CUDA, ValueError for the rest."""
        self._session = model if isinstance(model, Session) else Session(find_model(model), device)
        self.spec: ModelSpec = self._session.spec
        if self.spec.streams != 1:
            raise ModelError(
                f"model {self.spec.name!r} runs {self.spec.streams} streams in one call: one stream wants a file"
                " that was converted without --batch, many want EnhancerBatch"
            )
        self.steps = self.spec.default_steps if steps is None else steps
        self.mixer = Mixer(self.spec.hop_length, self.spec.latency, attenuation_limit_db)
        self.stats = HopStats(self.spec.hop_length / self.spec.sample_rate)
        self.resting = False  # True: no model runs, the delayed input is heard; ramped both ways
        self._noise = HopNoise(seed, self.spec.noise_shape)
        self._drawn = np.zeros(self.spec.noise_shape, np.float32)
        self._hop = np.zeros(self.spec.hop_length, np.float32)  # the hop that is being filled
        self.reset()

    @property
    def sample_rate(self) -> int:
        """Hz."""
        return self.spec.sample_rate

    @property
    def hop_length(self) -> int:
        """Samples."""
        return self.spec.hop_length

    @property
    def latency_samples(self) -> int:
        """Samples that the output stream lags the input stream."""
        return self.spec.latency

    @property
    def device(self) -> str:
        """cpu or cuda: what was really got."""
        return self._session.device

    @property
    def device_note(self) -> str:
        """The same with the reason, where there is one."""
        return self._session.device_note

    @property
    def on_caller(self) -> bool:
        """Does the thread that calls `process` do all the work, so that its processor time is what a hop costs?"""
        return self._session.on_caller

    @property
    def attenuation_limit_db(self) -> float | None:
        """Most attenuation in dB, None for no limit; settable while running, it moves over one hop."""
        return self.mixer.attenuation_limit_db

    @attenuation_limit_db.setter
    def attenuation_limit_db(self, db: float | None) -> None:
        self.mixer.attenuation_limit_db = db

    @property
    def steps(self) -> int:
        """Diffusion steps a hop; settable while running, from the next hop on."""
        return self._steps

    @steps.setter
    def steps(self, steps: int) -> None:
        self._steps = checked_steps(steps, self.spec.max_steps)

    @property
    def settings(self) -> EngineSettings:
        """Those that hold now."""
        mixer = self.mixer
        return EngineSettings(self.steps, mixer.attenuation_limit_db, mixer.output_gain_db, mixer.mode)

    def apply(self, settings: EngineSettings) -> None:
        """Takes over all settings from the next hop on; `steps` None is the model's default. Raises ValueError for one
        that is not allowed, and the former ones then hold.
        """
        former = self.settings
        try:
            self._take_over(settings)
        except ValueError:
            self._take_over(former)
            raise

    def _take_over(self, settings: EngineSettings) -> None:
        self.steps = self.spec.default_steps if settings.steps is None else settings.steps
        self.mixer.attenuation_limit_db = settings.attenuation_limit_db
        self.mixer.output_gain_db = settings.output_gain_db
        self.mixer.mode = settings.mode

    def reset(self) -> None:
        """Back to the start of a stream, counters included. Settings stay."""
        self._restart()
        self.stats.clear()

    def _restart(self) -> None:
        self._session.reset()
        self._warming = 0  # hops until a model that rested may be heard
        self.mixer.resting = self.resting
        self.mixer.reset()
        self._filled = 0  # samples of self._hop that wait for the rest of their hop
        self._count = 0  # hops since the start of the stream: the noise's counter

    def process(self, samples: Samples) -> Samples:
        """Samples [n], any n, full scale ±1 -> float32 [m]: the hops that are ready, m a multiple of the hop.

        Samples that are not finite become 0, samples beyond ±4 are clamped; both are counted in `stats`. The
        output is finite and within ±1. Raises ValueError for what is no mono floating-point audio.
        """
        samples = self._checked(samples)
        hop = self.hop_length
        out = np.empty((self._filled + len(samples)) // hop * hop, np.float32)
        taken = 0
        for done in range(0, len(out), hop):
            wanted = hop - self._filled
            self._hop[self._filled :] = samples[taken : taken + wanted]
            self._filled = 0
            taken += wanted
            out[done : done + hop] = self._enhance_hop(self._hop)
        rest = samples[taken:]
        self._hop[self._filled : self._filled + len(rest)] = rest
        self._filled += len(rest)
        return out

    def flush(self) -> Samples:
        """The rest, so that as many samples came out as went in; a new stream then begins. Counters stay.

        The last `latency_samples` of sound stay inside: whoever wants them pushes as many zeros before.
        """
        owed = self._filled
        rest = self.process(np.zeros(self.hop_length - owed, np.float32))[:owed] if owed else _NOTHING.copy()
        self._restart()
        return rest

    def enhance(self, samples: Samples) -> Samples:
        """A whole signal [n] -> float32 [n], delay removed. Begins with `reset`, ends with a fresh stream."""
        self.reset()
        parts = [
            self.process(samples),
            self.process(np.zeros(self.latency_samples, np.float32)),
            self.flush(),
        ]
        return np.concatenate(parts)[self.latency_samples :]

    def _checked(self, samples: Samples) -> Samples:
        samples = np.asarray(samples)
        if samples.ndim != 1:
            raise ValueError(f"samples have the shape {list(samples.shape)}: mono audio [n] is wanted")
        if not np.issubdtype(samples.dtype, np.floating):
            raise ValueError(f"samples are {samples.dtype}: floating point is wanted, full scale ±1")
        # the largest is NaN if any is: one pass over good audio, and it is only repaired when it is not
        if len(samples) and not np.abs(samples).max() <= WILDEST:
            finite = np.isfinite(samples)
            self.stats.non_finite_samples += int(len(samples) - finite.sum())
            samples = np.where(finite, samples, 0)
            self.stats.wild_samples += int((np.abs(samples) > WILDEST).sum())
            samples = np.clip(samples, -WILDEST, WILDEST)
        return samples.astype(np.float32, copy=False)

    def _enhance_hop(self, noisy: Samples) -> Samples:
        start = time.perf_counter()
        self._noise.draw(self._count, self._drawn)
        self._count += 1
        if self._rests():
            out = self.mixer.process(None, noisy)
            self.stats.add(time.perf_counter() - start)
            return out
        enhanced = self._session.run(noisy, self._drawn, self._steps)
        most = np.abs(enhanced).max()
        if most <= WILDEST:
            out = self.mixer.process(enhanced, noisy)
        elif most < np.inf:
            out = self.mixer.process(np.clip(enhanced, -WILDEST, WILDEST), noisy)
        else:
            # a model that fails must not be heard, nor spoil what follows: play the input and start it afresh
            self._session.reset()
            self.stats.failed_hops += 1
            out = self.mixer.process(None, noisy)
        self.stats.add(time.perf_counter() - start)
        return out

    def _rests(self) -> bool:
        """Is this hop spared? Going to rest takes one hop of ramp, coming back a while of listening unheard."""
        if self.resting:
            self.mixer.resting = True
            if self.mixer.is_dry:
                self._warming = WARM_HOPS
                return True
        elif self._warming:
            if self._warming == WARM_HOPS:
                self._session.reset()  # what it knew is long past
            self._warming -= 1
            self.mixer.resting = self._warming > 0
        else:
            self.mixer.resting = False
        return False
