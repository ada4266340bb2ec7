"""The latency of a route from an output device to an input device, measured with a chirp."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from realtime.audio.backend import AudioBackend
from realtime.audio.devices import AudioDeviceError
from realtime.audio.streams import OutputStream, Samples

CHIRP_S = 0.05
CLEAR = 8.0  # times the typical correlation: the least peak that counts as heard


@dataclass(frozen=True)
class Loopback:
    """One measurement: the delay of each chirp that was heard, s, and how many were played."""

    delays_s: tuple[float, ...]
    played: int

    @property
    def median_s(self) -> float:
        """Of the delays, s."""
        return float(np.median(self.delays_s))


def chirp(rate: int) -> Samples:
    """300 Hz ... 6 kHz, or 0.4 of a lower rate, under a Hann window; float32 [n], peak 0.5."""
    t = np.arange(int(CHIRP_S * rate)) / rate
    low, high = 300.0, min(6000.0, 0.4 * rate)
    sweep = np.sin(2 * np.pi * (low * t + (high - low) / (2 * CHIRP_S) * t**2))
    return (0.5 * sweep * np.hanning(len(t))).astype(np.float32)


def locate(heard: Samples, starts: list[int], rate: int, longest_s: float) -> list[float]:
    """Seconds after each start (index into heard) at which the chirp is found; one that is not is left out."""
    pattern, found = chirp(rate), []
    for start in starts:
        part = heard[start : start + int(longest_s * rate)]
        if len(part) <= len(pattern):
            continue
        size = len(part) + len(pattern)
        likeness = np.fft.irfft(np.fft.rfft(part, size) * np.conj(np.fft.rfft(pattern, size)), size)
        likeness = np.abs(likeness[: len(part) - len(pattern)])
        at = int(likeness.argmax())
        if likeness[at] > CLEAR * np.sqrt(np.mean(likeness**2)) / 2 and likeness[at] > 1e-4:
            found.append(at / rate)
    return found


class Pace:
    """When which sample of a stream passed, from the moments at which its blocks did.

    A block says no more than that its last sample has passed: told by the last block alone, a delay depends on how
    the blocks of input and output happen to lie to each other, and differs by up to a block from start to start.
    """

    def __init__(self, rate: int) -> None:
        """rate: Hz."""
        self.rate = rate
        self._times: list[float] = []  # s
        self._counts: list[int] = []

    def note(self, now_s: float, count: int) -> None:
        """count: samples that have passed."""
        self._times.append(now_s)
        self._counts.append(count)

    def seconds(self, count: int, reach_s: float) -> float:
        """When sample `count` passed; the median over blocks at most reach_s away, as a thread may be late. NaN: none."""
        counts, times = np.array(self._counts), np.array(self._times)
        near = np.abs(counts - count) <= reach_s * self.rate
        return float(np.median(times[near] - (counts[near] - count) / self.rate)) if near.any() else np.nan

    def count(self, now_s: float, reach_s: float) -> float:
        """The sample that passed then, likewise."""
        counts, times = np.array(self._counts), np.array(self._times)
        near = np.abs(times - now_s) <= reach_s
        return float(np.median(counts[near] - (times[near] - now_s) * self.rate)) if near.any() else np.nan


def measure(
    audio: AudioBackend,
    output: str | int | None,
    input: str | int | None,
    rate: int = 48000,
    count: int = 10,
    longest_s: float = 1.0,  # a chirp that takes longer is not heard
    clock: Callable[[], float] = time.perf_counter,  # s
) -> Loopback:
    """Plays count chirps into the output and listens to the input, both as they are. Raises AudioDeviceError.

    What this program itself keeps waiting in a sound server, above one block, is no part of the route and not counted.
    """
    out_device, in_device = audio.find(output, "output"), audio.find(input, "input")
    heard: list[Samples] = []
    sound, came, went = chirp(rate), [0], [0]  # the chirp, and samples that have passed
    pace_in, pace_out = Pace(rate), Pace(rate)
    period = int((longest_s + CHIRP_S) * rate)
    begins = [k * period + period // 10 for k in range(count)]  # of the chirps, in the output
    ready, done = threading.Event(), threading.Event()

    def listen(frames: Samples, xrun: bool) -> None:
        heard.append(np.nan_to_num(frames.mean(axis=1)))
        came[0] += len(frames)
        pace_in.note(clock(), came[0])
        ready.set()

    def play(frames: Samples, xrun: bool) -> None:
        frames.fill(0)
        if not ready.is_set():  # an idle server takes a second until it listens
            return
        first = went[0]
        pace_out.note(clock(), first)
        for begin in begins:
            low, high = max(begin - first, 0), min(begin - first + len(sound), len(frames))
            if low < high:
                frames[low:high] = sound[first + low - begin : first + high - begin, None]
        went[0] += len(frames)
        if went[0] > (count + 1) * period:
            done.set()

    handles: list[OutputStream] = []
    try:
        handles.append(audio.open(in_device, "input", [rate], listen, done.set))
        handles.append(audio.open(out_device, "output", [rate], play, done.set))
        done.wait(count * (longest_s + CHIRP_S) + 10)
        server = handles[1].queue_in_server
        ours_s = 0.0 if server is None else server.spare_s  # that waits in the server for our own sake
    finally:
        for handle in handles:
            handle.close()
    played = [begin for begin in begins if begin < went[0]]
    passed = [pace_in.count(pace_out.seconds(begin, longest_s), longest_s) for begin in played]
    starts = [max(0, round(at)) for at in passed if np.isfinite(at)]
    delays = locate(np.concatenate([np.zeros(0, np.float32), *heard]), starts, rate, longest_s)
    if not delays:
        raise AudioDeviceError(
            f"{in_device.name!r} heard no chirp of {count} from {out_device.name!r}: connect them, "
            "or turn the volume up"
        )
    return Loopback(tuple(delay - ours_s for delay in delays), len(played))
