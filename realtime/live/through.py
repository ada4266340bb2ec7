"""The delay of a live stream from end to end: between two null sinks of a sound server, made for the while."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from realtime.audio.backend import AudioBackend
from realtime.audio.virtual_mic import VirtualMicrophone
from realtime.live.loopback import Loopback, measure
from realtime.live.stream import LiveOptions, LiveStream

BEFORE, BEHIND = "Klarstrom latency test in", "Klarstrom latency test out"
SETTLE_S = 4.0  # until the queue has found its length
LOOK_S = 0.25  # between two looks at the parts


@dataclass(frozen=True)
class Through:
    """measured: from end to end; alone: the same without us, from one null sink to who listens to it; parts: median ms
    of each stage of the stream, as `LiveStatus.latency_ms`, while it was measured.
    """

    measured: Loopback
    alone: Loopback
    parts: dict[str, float]


def measure_live(audio: AudioBackend, options: LiveOptions, rate: int, count: int) -> Through:
    """Chirps go into a null sink, whose sound the stream enhances into another one, where they are listened for.

    options: of the stream; its devices are replaced. rate: Hz, of chirps. Raises AudioDeviceError, and what LiveStream
    raises.
    """
    before, behind = VirtualMicrophone(BEFORE, rate), VirtualMicrophone(BEHIND, rate)
    try:
        before.create()
        behind.create()
        alone = measure(audio, before.sink, before.source, rate, count)
        between = replace(options, input=before.source, output=behind.sink, virtual_mic=None)
        with LiveStream(between) as stream:
            stream.stopping.wait(SETTLE_S)
            with _watched(stream) as seen:
                measured = measure(audio, before.sink, behind.source, rate, count)
    finally:
        before.remove()
        behind.remove()
    parts = {k: float(np.median([one[k] for one in seen])) for k in seen[0]} if seen else {}
    return Through(measured, alone, parts)


@contextmanager
def _watched(stream: LiveStream) -> Iterator[list[dict[str, float]]]:
    """The parts of the delay, gathered by a thread of its own while the block runs."""
    seen: list[dict[str, float]] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_S):
            if parts := stream.status().latency_ms:
                seen.append(parts)

    thread = threading.Thread(target=look, name="klarstrom-parts", daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()
