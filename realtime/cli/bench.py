"""What a hop costs: one thread, hop after hop, as in a live stream that is never late."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from realtime.engine.enhancer import Enhancer

WARM_UP_HOPS = 50


@dataclass(frozen=True)
class HopCost:
    """Milliseconds for one hop; `share` is p50 over the hop's length: below 1 is faster than real time."""

    steps: int
    hops: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    share: float

    def as_dict(self) -> dict[str, float]:
        """What --json prints."""
        return asdict(self)


def hop_cost(enhancer: Enhancer, seconds: float) -> HopCost:
    """Enhances `seconds` of noise with a syllable's rhythm, one hop a call. The stream is reset before and
    after.
    """
    rate, hop = enhancer.sample_rate, enhancer.hop_length
    count = max(1, round(seconds * rate / hop))
    samples = rhythmic_noise((count + WARM_UP_HOPS) * hop, rate)
    enhancer.reset()
    costs = np.empty(count + WARM_UP_HOPS)
    for k, block in enumerate(samples.reshape(-1, hop)):
        start = time.perf_counter()
        enhancer.process(block)
        costs[k] = time.perf_counter() - start
    enhancer.reset()
    return summary(costs[WARM_UP_HOPS:] * 1000, enhancer)


def summary(costs_ms: np.ndarray, enhancer: Enhancer) -> HopCost:
    """Per-hop milliseconds [hops] -> HopCost."""
    p50, p99 = np.percentile(costs_ms, [50, 99])
    hop_ms = 1000 * enhancer.hop_length / enhancer.sample_rate
    steps = enhancer.steps
    return HopCost(steps, len(costs_ms), float(p50), float(p99), float(costs_ms.max()), float(p50) / hop_ms)


def rhythmic_noise(count: int, sample_rate: int) -> np.ndarray:
    """float32 [count]: noise at -20 dBFS, swelling four times a second, so that no part of a graph rests on
    silence.
    """
    noise = np.random.default_rng(0).standard_normal(count)
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * np.arange(count) / sample_rate)
    return (0.1 * noise * swell).astype(np.float32)


def bench(model: str | None, device: str, steps: Sequence[int] | None, seconds: float) -> Iterator[HopCost]:
    """One HopCost for each number of steps; all that the model has if None. Raises as Enhancer does."""
    enhancer = Enhancer(model, device=device)
    for count in steps or range(1, enhancer.spec.max_steps + 1):
        enhancer.steps = count
        yield hop_cost(enhancer, seconds)
