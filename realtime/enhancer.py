"""Enhancer: blocks of samples in, enhanced samples out. The main path of the engine."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realtime.contract import ModelSpec
from realtime.mix import Mixer
from realtime.noise import HopNoise
from realtime.session import ModelError, Session
from realtime.stats import HopStats

Samples = NDArray[np.float32]
MODELS = Path(__file__).parent / "models"
DEFAULT_MODEL = "klarstrom-16k.onnx"
WILDEST = 4.0  # full scales; a sample beyond is a fault, not sound, and would stay in the model's level for seconds


def shipped_models() -> dict[str, Path]:
    """Models that come with the package: name -> file."""
    return {path.stem: path for path in sorted(MODELS.glob("*.onnx"))}


def find_model(model: str | Path | None) -> Path:
    """A path, the name of a shipped model, or None for the default. Raises ModelError with what there is."""
    if model is None:
        return MODELS / DEFAULT_MODEL
    shipped = shipped_models()
    if str(model) in shipped:
        return shipped[str(model)]
    if not Path(model).is_file():
        raise ModelError(f"no model file at {model}; shipped models are {', '.join(shipped) or 'none'}")
    return Path(model)


class Enhancer:
    """A stream of mono audio at the model's rate through one model.

    `process` and `flush` are the live stream: the output lags the input by `latency_samples`, and after `flush` as
    many samples have come out as went in. The result does not depend on how the input is cut into blocks, bit for
    bit. One Enhancer serves one thread.
    """

    def __init__(
        self,
        model: str | Path | Session | None = None,  # path, shipped name, open session; None = the default model
        steps: int | None = None,  # diffusion steps a hop, 1 ... max_steps; None = the model's default
        device: str = "auto",  # auto, cpu or cuda
        attenuation_limit_db: float | None = None,  # most attenuation, dB >= 0; None = no limit
        seed: int = 0,  # of the diffusion's noise
    ):
        self._session = model if isinstance(model, Session) else Session(find_model(model), device)
        self.spec: ModelSpec = self._session.spec
        self.steps = self.spec.default_steps if steps is None else steps
        self._mixer = Mixer(self.spec.hop_length, self.spec.latency, attenuation_limit_db)
        self._noise = HopNoise(seed, self.spec.noise_shape)
        self._drawn = np.zeros(self.spec.noise_shape, np.float32)
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
    def mixer(self) -> Mixer:
        """Mode, attenuation limit and output gain, settable while running."""
        return self._mixer

    @property
    def attenuation_limit_db(self) -> float | None:
        """Most attenuation in dB, None for no limit; settable while running."""
        return self._mixer.attenuation_limit_db

    @attenuation_limit_db.setter
    def attenuation_limit_db(self, db: float | None) -> None:
        self._mixer.attenuation_limit_db = db

    @property
    def steps(self) -> int:
        """Diffusion steps a hop; settable while running, from the next hop on."""
        return self._steps

    @steps.setter
    def steps(self, steps: int) -> None:
        if not isinstance(steps, int) or isinstance(steps, bool) or not 1 <= steps <= self.spec.max_steps:
            raise ValueError(f"steps is {steps!r}: this model allows 1 ... {self.spec.max_steps}")
        self._steps = steps

    def reset(self) -> None:
        """Back to the start of a stream, counters included."""
        self._session.reset()
        self._mixer.reset()
        self._pending = np.zeros(0, np.float32)
        self._hop = 0
        self.stats = HopStats(self.hop_length / self.sample_rate)

    def process(self, samples: Samples) -> Samples:
        """Any number of samples [n], full scale ±1 -> the whole hops that are ready [m], m a multiple of the hop."""
        samples = self._checked(samples)
        pending = np.concatenate([self._pending, samples]) if len(self._pending) else samples
        hop = self.hop_length
        whole = len(pending) // hop * hop
        out = np.empty(whole, np.float32)
        for start in range(0, whole, hop):
            out[start : start + hop] = self._enhance_hop(pending[start : start + hop])
        self._pending = pending[whole:].copy()
        return out

    def flush(self) -> Samples:
        """The rest, so that as many samples came out as went in; the stream then starts anew. Counters stay."""
        owed = len(self._pending)
        rest = np.zeros(0, np.float32)
        if owed:
            rest = self.process(np.zeros(self.hop_length - owed, np.float32))[:owed]
        stats = self.stats
        self.reset()
        self.stats = stats
        return rest

    def enhance(self, samples: Samples) -> Samples:
        """A whole signal [n] -> the same length, delay removed. Begins and ends with a fresh stream."""
        self.reset()
        out = self.process(samples)
        tail = self.process(np.zeros(self.latency_samples, np.float32))
        last = self.flush()
        return np.concatenate([out, tail, last])[self.latency_samples :]

    def _checked(self, samples: Samples) -> Samples:
        samples = np.asarray(samples)
        if samples.ndim != 1:
            raise ValueError(f"samples have shape {list(samples.shape)}: mono audio is [n]")
        if not np.issubdtype(samples.dtype, np.floating):
            raise ValueError(f"samples are {samples.dtype}: floating point is wanted, full scale ±1")
        samples = samples.astype(np.float32, copy=False)
        # the largest is NaN if any is: one pass over good audio, and it is only ever repaired when it is not
        if len(samples) and not np.abs(samples).max() <= WILDEST:
            finite = np.isfinite(samples)
            self.stats.non_finite_samples += int(len(samples) - finite.sum())
            samples = np.where(finite, samples, np.float32(0))
            self.stats.wild_samples += int((np.abs(samples) > WILDEST).sum())
            samples = np.clip(samples, -WILDEST, WILDEST)
        return samples

    def _enhance_hop(self, noisy: Samples) -> Samples:
        start = time.perf_counter()
        self._noise.draw(self._hop, self._drawn)
        self._hop += 1
        enhanced = self._session.run(noisy, self._drawn, self._steps)
        if not np.isfinite(enhanced).all():
            # a broken model must not be heard, nor break what follows: play the input and start it afresh
            self._session.reset()
            self.stats.failed_hops += 1
            limit_db, self._mixer.attenuation_limit_db = self._mixer.attenuation_limit_db, 0.0
            out = self._mixer.process(np.zeros_like(noisy), noisy)
            self._mixer.attenuation_limit_db = limit_db
        else:
            out = self._mixer.process(enhanced, noisy)
        self.stats.add(time.perf_counter() - start)
        return out
