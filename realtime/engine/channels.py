"""Any sample rate and any number of channels around an Enhancer, which knows one of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realtime.engine.band import model_for
from realtime.engine.enhancer import Enhancer
from realtime.engine.resample import StreamingResampler
from realtime.engine.settings import EngineSettings

Samples = NDArray[np.float32]
MOST_CHANNELS = 64  # each is a model of its own


class _Lane:
    """One channel: caller's rate -> model's rate -> enhanced -> caller's rate.

    With `aligned`, output sample n belongs to input sample n. The delay is taken off where it is a whole
    number: the model's and the second resampler's in samples of the model's rate, the first resampler's in
    the caller's.
    """

    def __init__(self, enhancer: Enhancer, sample_rate: int, aligned: bool) -> None:
        self.enhancer, self.sample_rate, self.aligned = enhancer, sample_rate, aligned
        inside = enhancer.sample_rate
        resample = sample_rate != inside
        self.down = StreamingResampler(sample_rate, inside) if resample else None
        self.up = StreamingResampler(inside, sample_rate) if resample else None
        self.delay_outside = 0 if self.down is None else round(self.down.delay * sample_rate)
        self.delay_inside = enhancer.latency_samples + (
            0 if self.up is None else round(self.up.delay * inside)
        )
        self._start()

    def _start(self) -> None:
        self._skip_inside = self.delay_inside if self.aligned else 0
        self._skip_outside = self.delay_outside if self.aligned else 0

    def process(self, samples: Samples) -> Samples:
        samples = samples if self.down is None else self.down.process(samples)
        samples = self.enhancer.process(samples)
        skipped = min(self._skip_inside, len(samples))
        self._skip_inside -= skipped
        samples = samples[skipped:]
        samples = samples if self.up is None else self.up.process(samples)
        skipped = min(self._skip_outside, len(samples))
        self._skip_outside -= skipped
        return samples[skipped:]

    def restart(self) -> None:
        """The enhancer's counters stay."""
        self.enhancer.flush()
        for part in (self.down, self.up):
            if part is not None:
                part.reset()
        self._start()


class ChannelBank:
    """float32 [frames, channels] in and out (out: one channel with `mono`), full scale ±1, any rate and
    channels.

    One enhancer a channel, all with the same seed, so that equal channels stay equal. After `flush`, total
    frames out == total frames in. With compensate_delay, output frame n belongs to input frame n; without,
    the output lags the input by `delay_frames`, and as many last frames never come out, as with the Enhancer
    itself.
    """

    def __init__(
        self, enhancers: list[Enhancer], sample_rate: int, mono: bool = False, compensate_delay: bool = False
    ) -> None:
        self.lanes = [_Lane(e, sample_rate, compensate_delay) for e in enhancers]
        self.sample_rate, self.mono = sample_rate, mono
        self._start()

    def _start(self) -> None:
        self._owed = 0
        self._held = np.zeros((0, len(self.lanes)), np.float32)

    @property
    def delay_s(self) -> float:
        """Seconds that the sound in the output lags the sound in the input, were nothing taken off."""
        lane = self.lanes[0]
        return lane.delay_outside / self.sample_rate + lane.delay_inside / lane.enhancer.sample_rate

    def process(self, frames: Samples) -> Samples:
        """Takes all frames; gives those that are ready."""
        self._owed += len(frames)
        return self._give(self._run(frames))

    def _run(self, frames: Samples) -> Samples:
        if self.mono:
            frames = frames.mean(axis=1, keepdims=True)
        columns = [lane.process(np.ascontiguousarray(frames[:, c])) for c, lane in enumerate(self.lanes)]
        return np.stack(columns, axis=1)

    def _give(self, ready: Samples) -> Samples:
        ready = np.concatenate([self._held, ready])
        count = min(len(ready), self._owed)
        self._held = ready[count:]
        self._owed -= count
        return ready[:count]

    def flush(self) -> Samples:
        """The frames still owed; what they need of a future is silence. The stream then starts anew."""
        silence = np.zeros((max(1, self.sample_rate // 100), len(self.lanes)), np.float32)
        parts = [np.zeros((0, len(self.lanes)), np.float32)]
        while self._owed:
            parts.append(self._give(self._run(silence)))
        for lane in self.lanes:
            lane.restart()
        self._start()
        return np.concatenate(parts)


def troubles(enhancers: Sequence[Enhancer]) -> list[str]:
    """What went wrong in their streams without stopping them, a phrase each; empty if nothing did."""
    counters = {
        "non_finite_samples": "samples that were not finite were silenced",
        "wild_samples": "samples far beyond full scale were clipped",
        "failed_hops": "hops failed in the model and were passed on as they came",
    }
    counts = {what: sum(getattr(e.stats, name) for e in enhancers) for name, what in counters.items()}
    return [f"{count} {what}" for what, count in counts.items() if count]


@dataclass(frozen=True)
class EnhancerOptions:
    """All that makes an Enhancer what it is, to be sent to where it is opened."""

    model: str | None = None  # path or shipped name; None = a shipped one, by `band`
    device: str = "auto"  # auto, cpu or cuda
    seed: int = 0
    settings: EngineSettings = field(default_factory=EngineSettings)
    band: str = "auto"  # auto, wide or full: see `model_for`

    def model_at(self, sample_rate: int | None) -> str | Path | None:
        """The model for sound of this rate, Hz, or None where it is not known. Raises ValueError."""
        return model_for(self.model, self.band, sample_rate)

    def open(self, sample_rate: int | None = None) -> Enhancer:
        """For sound of this rate, Hz. Raises as Enhancer does."""
        enhancer = Enhancer(self.model_at(sample_rate), device=self.device, seed=self.seed)
        enhancer.apply(self.settings)
        enhancer.reset()  # so that the settings hold from the first sample on, without a ramp
        return enhancer


class BankFactory:
    """Opens banks one after another, and uses its enhancers again: a model is loaded once a channel, not once
    a file. The rate of the sound decides the model, if the options name none.
    """

    def __init__(
        self,
        options: EnhancerOptions,
        mono: bool = False,
        compensate_delay: bool = False,
        sample_rate: int | None = None,  # of the first sound, Hz, if that is known
    ) -> None:
        """Opens the model for `sample_rate`. Raises as Enhancer does."""
        self.options, self.mono, self.compensate_delay = options, mono, compensate_delay
        self._opened: dict[str | Path | None, list[Enhancer]] = {}
        self.enhancers = self._for(sample_rate)  # of the bank that was made last

    def _for(self, sample_rate: int | None) -> list[Enhancer]:
        model = self.options.model_at(sample_rate)
        if model not in self._opened:
            self._opened[model] = [self.options.open(sample_rate)]
        return self._opened[model]

    def __call__(self, sample_rate: int, channels: int) -> ChannelBank:
        """A bank at the start of its stream. It takes the enhancers of the bank before it."""
        count = 1 if self.mono else channels
        if count > MOST_CHANNELS:
            raise ValueError(
                f"{count} channels: 1 ... {MOST_CHANNELS} can be enhanced; --mono mixes them to one"
            )
        self.enhancers = self._for(sample_rate)
        while len(self.enhancers) < count:
            self.enhancers.append(self.options.open(sample_rate))
        for enhancer in self.enhancers:
            enhancer.reset()
        return ChannelBank(self.enhancers[:count], sample_rate, self.mono, self.compensate_delay)
