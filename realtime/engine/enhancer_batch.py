"""EnhancerBatch: many live streams through one call of one graph, for servers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realtime.engine.contract import ModelSpec
from realtime.engine.enhancer import WILDEST, checked_steps, find_model
from realtime.engine.mix import Mixer
from realtime.engine.noise import HopNoise
from realtime.engine.session import Session
from realtime.engine.stats import HopStats

Samples = NDArray[np.float32]


class EnhancerBatch:
    """B independent streams of mono audio at the model's rate, in step with each other, a whole hop at a time.

    Stream b gives what an Enhancer of its own with `seeds[b]` gives, up to the rounding of larger matrix products; no
    stream hears another. A stream without audio in this hop is fed zeros; one that ends is followed by `restart`. B is
    a property of the file: `export-onnx convert --batch B`. One thread at a time.
    """

    def __init__(
        self,
        model: str | Path | Session,  # path of a file of any number of streams, or a session of its own
        steps: int | None = None,  # diffusion steps a hop, the same for all; None = the model's default
        device: str = "auto",  # auto, cpu or cuda; not looked at if model is a session
        attenuation_limit_db: float | None = None,  # at the start, of every stream: see `mixers`
        seeds: int | Sequence[int] = 0,  # of the diffusion's noise: one for all, or one a stream
    ) -> None:
        """Raises ModelError or ContractError for the model, DeviceError for CUDA, ValueError for the rest."""
        self._session = model if isinstance(model, Session) else Session(find_model(model), device)
        self.spec: ModelSpec = self._session.spec
        spec = self.spec
        seeds = [seeds] * spec.streams if isinstance(seeds, int) else list(seeds)
        if len(seeds) != spec.streams:
            raise ValueError(f"{len(seeds)} seeds for {spec.streams} streams: one each is wanted")
        self.steps = spec.default_steps if steps is None else steps
        self.mixers = [
            Mixer(spec.hop_length, spec.latency, attenuation_limit_db) for _ in range(spec.streams)
        ]
        self.stats = [HopStats(spec.hop_length / spec.sample_rate) for _ in range(spec.streams)]
        self._noises = [HopNoise(seed, spec.noise_shape[1:]) for seed in seeds]
        self._drawn = np.zeros(spec.noise_shape, np.float32)
        self._counts = [0] * spec.streams  # hops since the start of each stream: its noise's counter

    @property
    def streams(self) -> int:
        """B."""
        return self.spec.streams

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
        """Samples that every output stream lags its input stream."""
        return self.spec.latency

    @property
    def device_note(self) -> str:
        """cpu or cuda: what was really got, with the reason where there is one."""
        return self._session.device_note

    @property
    def steps(self) -> int:
        """Diffusion steps a hop; settable while running, from the next hop on."""
        return self._steps

    @steps.setter
    def steps(self, steps: int) -> None:
        self._steps = checked_steps(steps, self.spec.max_steps)

    def reset(self) -> None:
        """All streams back to their start, counters included. Settings stay."""
        self._session.reset()
        for stream in range(self.streams):
            self._begin(stream)

    def restart(self, stream: int) -> None:
        """One stream back to its start, for the next caller; the others do not notice. Raises ValueError."""
        if not 0 <= stream < self.streams:
            raise ValueError(f"stream {stream} is none of 0 ... {self.streams - 1}")
        self._session.reset(stream)
        self._begin(stream)

    def _begin(self, stream: int) -> None:
        self.mixers[stream].reset()
        self.stats[stream].clear()
        self._counts[stream] = 0

    def process(self, samples: Samples) -> Samples:
        """Samples [B, n hop], full scale ±1 -> float32 [B, n hop], late by `latency_samples`.

        Samples that are not finite become 0, samples beyond ±4 are clamped; both are counted in the stream's `stats`.
        The output is finite and within ±1. Raises ValueError for another shape or type.
        """
        samples = self._checked(samples)
        out = np.empty(samples.shape, np.float32)
        for start in range(0, samples.shape[1], self.hop_length):
            hop = slice(start, start + self.hop_length)
            self._enhance_hop(samples[:, hop], out[:, hop])
        return out

    def _checked(self, samples: Samples) -> Samples:
        samples = np.asarray(samples)
        if samples.ndim != 2 or samples.shape[0] != self.streams or samples.shape[1] % self.hop_length:
            raise ValueError(
                f"samples have the shape {list(samples.shape)}: [{self.streams}, n · {self.hop_length}] is wanted,"
                " whole hops of every stream"
            )
        if not np.issubdtype(samples.dtype, np.floating):
            raise ValueError(f"samples are {samples.dtype}: floating point is wanted, full scale ±1")
        # the largest is NaN if any is: one pass over good audio, and it is only repaired when it is not
        if samples.size and not np.abs(samples).max() <= WILDEST:
            finite = np.isfinite(samples)
            samples = np.where(finite, samples, 0)
            wild = np.abs(samples) > WILDEST
            for stats, good, beyond in zip(self.stats, finite, wild, strict=True):
                stats.non_finite_samples += int((~good).sum())
                stats.wild_samples += int(beyond.sum())
            samples = np.clip(samples, -WILDEST, WILDEST)
        return samples.astype(np.float32, copy=False)

    def _enhance_hop(self, noisy: Samples, out: Samples) -> None:
        start = time.perf_counter()
        for stream, noise in enumerate(self._noises):
            noise.draw(self._counts[stream], self._drawn[stream])
            self._counts[stream] += 1
        # a file of one stream takes and gives [hop]
        enhanced = self._session.run(noisy, self._drawn, self._steps).reshape(noisy.shape)
        most = np.abs(enhanced).max(axis=1)
        for stream, (mixer, stats) in enumerate(zip(self.mixers, self.stats, strict=True)):
            if most[stream] < np.inf:
                given = enhanced[stream]
                given = given if most[stream] <= WILDEST else np.clip(given, -WILDEST, WILDEST)
                out[stream] = mixer.process(given, noisy[stream])
            else:
                # its input is played and its states start afresh: neither it nor the others are spoiled
                self._session.reset(stream)
                stats.failed_hops += 1
                out[stream] = mixer.process(None, noisy[stream])
        seconds = time.perf_counter() - start
        for stats in self.stats:
            stats.add(seconds)
