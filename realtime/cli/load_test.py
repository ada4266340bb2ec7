"""How many live streams one core carries: files of one stream and files of many, the same streams through each."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from realtime.cli.bench import WARM_UP_HOPS, rhythmic_noise
from realtime.engine.enhancer_batch import EnhancerBatch


@dataclass(frozen=True)
class Load:
    """One file under load. A tick is one hop of all streams, one session after another on one thread."""

    model: str
    streams: int  # live ones
    streams_per_call: int
    sessions: int  # streams / streams_per_call
    steps: int
    p50_ms: float  # of a tick
    p99_ms: float
    capacity: float  # streams in real time: streams · hop / p50
    ratio: float  # capacity over that of the first file

    def as_dict(self) -> dict[str, float | str]:
        """What --json prints."""
        return asdict(self)


def load(
    models: Sequence[str], streams: int | None, steps: int | None, device: str, seconds: float
) -> Iterator[Load]:
    """One Load a file, in their order. streams: live ones, rounded up to whole sessions; None = the largest batch of
    the files. steps: None = each file's default; seconds: of every stream. Raises as EnhancerBatch does.
    """
    if streams is not None and streams < 1:
        raise ValueError(f"{streams} streams: there must be at least one")
    first = [EnhancerBatch(model, steps, device) for model in models]
    wanted = streams or max(batch.streams for batch in first)
    base = None
    for model, batch in zip(models, first, strict=True):
        more = -(-wanted // batch.streams) - 1
        sessions = [batch, *(EnhancerBatch(model, steps, device) for _ in range(more))]
        ticks = tick_costs(sessions, seconds)
        p50, p99 = np.percentile(ticks, [50, 99])
        count = len(sessions) * batch.streams
        capacity = float(count * 1000 * batch.hop_length / batch.sample_rate / p50)
        base = base or capacity
        yield Load(
            batch.spec.name, count, batch.streams, len(sessions), batch.steps, float(p50), float(p99), capacity,
            capacity / base,
        )  # fmt: skip


def tick_costs(sessions: Sequence[EnhancerBatch], seconds: float) -> np.ndarray:
    """Milliseconds [ticks] for one hop of all streams; every stream hears a noise of its own."""
    one = sessions[0]
    ticks = WARM_UP_HOPS + max(1, round(seconds * one.sample_rate / one.hop_length))
    noise = rhythmic_noise(ticks * one.hop_length, one.sample_rate)
    audio = np.stack([np.roll(noise, stream * one.hop_length) for stream in range(one.streams)])
    costs = np.empty(ticks)
    for k in range(ticks):
        hop = audio[:, k * one.hop_length : (k + 1) * one.hop_length]
        start = time.perf_counter()
        for session in sessions:
            session.process(hop)
        costs[k] = time.perf_counter() - start
    return costs[WARM_UP_HOPS:] * 1000
