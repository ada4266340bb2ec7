"""From the input callback to the output callback: rings, hops, resamplers, and a delay that does not grow.

Knows no device and no thread: it is called. So a test can drive it with clocks of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from realtime.engine.enhancer import WILDEST
from realtime.engine.resample import StreamingResampler
from realtime.live.adaptive_queue import AdaptiveQueue
from realtime.live.counters import Counters, Overflow
from realtime.live.engine import Engine
from realtime.live.queue_depth import SEARCH_S, DepthKeeper, splice_point
from realtime.live.ring import Ring
from realtime.live.tap import Tap

Samples = NDArray[np.float32]
# a machine that slept, or a program that was stopped, finds all of what was heard meanwhile in the sound server
INBOX_S, OUTBOX_S = 20.0, 2.0
QUEUE_S = 0.02  # the output queue where a device asks for every block
START_S = 0.015  # the same at the start where the queue adapts
STALE_S = 0.25  # above the queue: what waits longer for the model is not caught up with, but dropped at once
LONGEST_SPLICE_S = 1.0  # at a time
ROOM_S = 0.015  # that a hop and the phase of a sound server's blocks may take, above the queue
MEASURE_S = 0.1  # between two answers of a sound server about its queues
GIVE_UP_S = 0.25  # a gap of this length is no hiccup: the queue is filled afresh


class Pump:
    """`on_input` and `on_output` are the devices' callbacks, `step` is the worker's.

    The callbacks copy and count. `step` takes one hop from the input ring, cross-fading over what the
    DepthKeeper wants gone or filled in, and puts the enhanced hop into the output ring.

    A sound server keeps the queue itself: with `serve` the pump is its Supply in place of `on_output`, what is
    enhanced goes there at once, and the depth that is held is the whole way from the source to the sink.
    """

    def __init__(
        self,
        engine: Engine,
        rate_in: int,  # Hz, of the input device
        rate_out: int,  # Hz, of the output device
        # audio that waits for the output device, s: against jitter; None: QUEUE_S, or START_S
        queue_s: float | None,
        counters: Counters,
        tap: Tap,
        # input and output, [hop], full scale ±1, and their rate, Hz
        on_hop: Callable[[Samples, Samples, int], None] | None = None,
        clock: Callable[[], float] = time.perf_counter,
        work_clock: Callable[[], float] = time.thread_time,  # s that the worker's thread was running
    ) -> None:
        """Raises ValueError for rates that cannot be converted."""
        self.rate_in, self.rate_out = rate_in, rate_out
        self.counters, self.tap, self.on_hop = counters, tap, on_hop
        self.clock, self.work_clock = clock, work_clock
        self.inbox, self.outbox = Ring(int(INBOX_S * rate_in)), Ring(int(OUTBOX_S * rate_out))
        self._wanted_s = queue_s
        self.queue = AdaptiveQueue(QUEUE_S if queue_s is None else queue_s)
        self.last_input = self.last_output = clock()
        self._block_in_s = 0.0
        self.heard_input = self.heard_output = False  # has it called yet?
        self.ages = np.zeros(16384)  # s, between the last input callbacks
        self._calls = 0
        self.playing = False
        self._last_sample = 0.0
        self._gap = 0  # samples of silence so far in the gap that lasts
        fade = max(16, rate_out // 500)
        self._fade_in = np.linspace(0, 1, fade, dtype=np.float32)
        self._decay = (1 - self._fade_in) ** 2
        self._deliver: Callable[[], None] | None = None  # to a sound server
        self._starved = 0.0  # since when
        self._shrink_s = 0.0  # by which the queue is to become shorter
        self._requested = clock()  # when the server last told that it had played
        self._settled = False  # what the devices hold was measured once
        self._gap_ended = False  # what is taken now ends a gap
        self._server_s = 0.0  # of audio that a sound server has, as far as is known
        self._working_s = 0.0  # of audio that the worker has in hand
        self._next: Engine | None = None
        self._fresh = False  # the next hop is the first of an engine
        self._take(engine)
        self.keeper = DepthKeeper(self.queue_s, self.hop_s)

    def _take(self, engine: Engine) -> None:
        enhancer = engine.enhancer
        self.engine, self.hop_s = engine, enhancer.hop_length / enhancer.sample_rate
        self.chunk = max(1, round(self.rate_in * self.hop_s))
        rate = enhancer.sample_rate
        self.down = StreamingResampler(self.rate_in, rate) if rate != self.rate_in else None
        self.up = StreamingResampler(rate, self.rate_out) if rate != self.rate_out else None
        self._past = np.zeros(2 * self.chunk, np.float32)
        self._held = np.zeros(0, np.float32)
        self._skip, self._shrinking = 0, False
        self._broken_off: Samples | None = None  # how the sound would have gone on where much was dropped

    def exchange(self, engine: Engine) -> None:
        """The next hop but one comes from this engine; the old one fades out. Any thread."""
        self._next = engine

    def serve(self, deliver: Callable[[], None], server_s: float) -> None:
        """deliver: has the sound server `take` what is there; server_s: queue that the server needs at least, s. Before
        the first step.
        """
        self._deliver = deliver
        self.queue = AdaptiveQueue(max(START_S if self._wanted_s is None else self._wanted_s, server_s))
        self.keeper = DepthKeeper(self.queue_s, self.hop_s, measured=True)

    @property
    def queue_s(self) -> float:
        """Audio that shall wait, s: what was asked for, and what a load made of it."""
        return self.queue.length_s

    @property
    def served(self) -> bool:
        """Is the queue in a sound server?"""
        return self._deliver is not None

    # ---- callbacks

    def on_input(self, frames: Samples, overflowed: bool = False) -> None:
        """float32 [n, channels]."""
        now, first = self.clock(), not self.heard_input
        if not first:
            self.ages[self._calls % len(self.ages)] = now - self.last_input
            self._calls += 1
        self.last_input, self.heard_input = now, True
        self._block_in_s = len(frames) / self.rate_in
        samples = frames[:, 0] if frames.shape[1] == 1 else frames.mean(axis=1)
        if first:
            # Silence before the first block lets it, and every later block of a hop's length, end a hop.
            samples = np.concatenate([np.zeros(-len(samples) % self.chunk, np.float32), samples])
        self._put(self.inbox, self._repaired(samples), self.rate_in, self.counters.overflow_in)
        self.counters.xruns_in += overflowed

    def _repaired(self, samples: Samples) -> Samples:
        """A driver's NaN would stay in resamplers, meters and pictures, and not only in what the model hears."""
        if not len(samples) or np.abs(samples).max() <= WILDEST:
            return samples
        sound = np.abs(samples) <= WILDEST
        self.counters.repaired += int(len(samples) - sound.sum())
        finite = np.where(np.isfinite(samples), samples, np.float32(0))
        return np.clip(finite, -WILDEST, WILDEST).astype(np.float32, copy=False)

    def _put(self, ring: Ring, samples: Samples, rate: int, overflow: Overflow) -> None:
        lost = len(samples) - ring.write(samples)
        if lost and not overflow.lasts:
            overflow.times += 1
            self.tap.mark("drop")
        overflow.ms += 1000 * lost / rate
        overflow.lasts = lost > 0

    def on_output(self, out: Samples, underflowed: bool = False) -> None:
        """Fills float32 [n, channels], always."""
        self.last_output, self.heard_output = self.clock(), True
        count = len(out)
        depth = self.depth_s
        if not self.playing and not self._prime(depth, count):
            out.fill(0)
            return
        # what the input device has heard and not yet brought counts too: the depth then moves smoothly
        depth += min(max(self.last_output - self.last_input, 0.0), self._block_in_s)
        self.keeper.note(depth, count / self.rate_out)
        self.counters.xruns_out += underflowed
        block = np.zeros(count, np.float32)
        got = self._read(block)
        if got < count:
            self._fill(block, got)
        out[:] = block[:, None]

    def _read(self, block: Samples) -> int:
        """What is there, faded in after a gap -> how many samples."""
        got = self.outbox.read(block)
        if got:
            if self._gap:
                length = min(got, len(self._fade_in))
                block[:length] *= self._fade_in[:length]
                self._gap = 0
            self._last_sample = float(block[got - 1])
        return got

    # ---- callbacks of a sound server, one at a time: see pulse.Supply

    def take(self, held_s: float) -> Samples:
        """What is enhanced and not yet taken; held_s: audio that the server has, s. See Supply."""
        self._server_s = held_s
        if not self.playing:
            count = round(self.hop_s * self.rate_out)
            # what a late thread finds waiting comes first: all that is too much then goes at once
            if self.clock() - self._starved < self.hop_s or not self._prime(held_s + self.depth_s, count):
                return np.zeros(0, np.float32)
            if self._starved:
                self.counters.gap_ms += 1000 * (self.clock() - self._starved)
                self._starved = 0.0
        block = np.zeros(len(self.outbox), np.float32)
        block = block[: self._read(block)]
        if len(block) and not self._gap_ended:
            self._adapt(held_s)
        self._gap_ended = False
        self._server_s += len(block) / self.rate_out
        return block

    def _adapt(self, held_s: float) -> None:
        """The queue's length, by what the server has left. It played on since it asked last: a thread that comes late
        learns of the requests only after that, one by one.
        """
        if self.playing and self.keeper.aim_s is not None:
            now = self.clock()
            step = self.queue.note(held_s - (now - self._requested), now)
            self.keeper.shift(-step)
            self._shrink_s += step

    def on_request(self) -> None:
        """The server played something. See Supply."""
        self._adapt(self._server_s)
        self.last_output, self.heard_output = self.clock(), True
        self._requested = self.last_output

    def on_starved(self) -> None:
        """The server ran dry. See Supply."""
        self._server_s = 0.0
        if self.playing:
            self.playing, self._gap, self._starved = False, 1, self.clock()
            self.counters.gaps += 1
            self.counters.xruns_out += 1
            self.tap.mark("fill")

    def on_delay(self, held_s: float, device_s: float) -> None:
        """The answer to a measurement, s. See Supply."""
        self.last_output, self.heard_output = self.clock(), True
        if self.playing:
            self.keeper.most_s = self.queue_s + device_s + ROOM_S
            self.keeper.note(held_s + self.depth_s, MEASURE_S)

    @property
    def depth_s(self) -> float:
        """Seconds of audio between the two callbacks."""
        return len(self.inbox) / self.rate_in + self._working_s + len(self.outbox) / self.rate_out

    def _prime(self, depth: float, count: int) -> bool:
        """Begins when the queue is full enough, with just what it wants."""
        wanted = self.queue_s + count / self.rate_out
        if depth < wanted or len(self.outbox) < count:
            if self._gap and not self.served:
                self.counters.gap_ms += 1000 * count / self.rate_out
            return False
        settling = self.served and not self._settled and self.keeper.aim_s is None
        self._settled = not settling
        if self._gap and self.served and not settling:  # what is too late now may be again
            if depth < wanted + self.queue.wish():
                return False
            grown = self.queue.late(depth - wanted, self.clock())
            self.keeper.shift(grown)
            self.keeper.aim_s = None  # the blocks lie to each other in another way now: it is measured anew
            wanted += grown
        surplus = int((depth - wanted) * self.rate_out)
        surplus = self.outbox.skip(min(surplus, len(self.outbox) - count))
        if settling:
            self.counters.shortened_ms += 1000 * surplus / self.rate_out
        elif self._gap and surplus:
            self.counters.trims += 1
            self.counters.trimmed_ms += 1000 * surplus / self.rate_out
            self.tap.mark("drop")
        self.keeper.restarted()
        self.playing, self._gap, self._gap_ended = True, 1, True
        return True

    def _fill(self, block: Samples, got: int) -> None:
        """Silence, and the last sample runs out rather than breaking off."""
        missing = len(block) - got
        if self._gap == 0:
            self.counters.gaps += 1
            self.tap.mark("fill")
            length = min(missing, len(self._decay))
            block[got : got + length] = self._last_sample * self._decay[:length]
        self._gap += missing
        self.counters.gap_ms += 1000 * missing / self.rate_out
        if self._gap > GIVE_UP_S * self.rate_out:
            self.playing = False

    def age_s(self, share: float) -> float:
        """The time between input callbacks that this share of the last ones kept, s."""
        ages = self.ages[: min(self._calls, len(self.ages))]
        at = min(int(share * len(ages)), len(ages) - 1)
        return float(np.partition(ages, at)[at]) if len(ages) else 0.0

    # ---- worker

    @property
    def backlog(self) -> float:
        """Hops that wait for the model."""
        return len(self.inbox) / self.chunk

    def step(self) -> bool:
        """One hop, if one is there."""
        try:
            done = self._step()
        finally:
            self._working_s = 0.0
        if done and self._deliver is not None:
            self._deliver()
        return done

    def _step(self) -> bool:
        chunk, marks = self._next_chunk()
        if chunk is None:
            return False
        following, self._next = self._next, None
        noisy = chunk if self.down is None else self.down.process(chunk)
        self._held = np.concatenate([self._held, noisy])
        hop = self.engine.enhancer.hop_length
        while len(self._held) >= hop:
            x, self._held = self._held[:hop], self._held[hop:]
            y = self._enhance(x, marks)
            if following is not None:
                y = y * np.linspace(1, 0, hop, dtype=np.float32)
            y = y if self.up is None else self.up.process(y)
            self._put(self.outbox, y, self.rate_out, self.counters.overflow_out)
            marks = []
        if following is not None:
            following.enhancer.stats.clear()
            self._take(following)
            self._fresh = True
        return True

    def _next_chunk(self) -> tuple[Samples | None, list[str]]:
        count = self.chunk
        if not self._skip:
            self._skip = round(self._change() * self.rate_in)
        if self._drop_stale(count):
            return None, []
        if len(self.inbox) < count + max(self._skip, 0):
            return None, []
        self._working_s = self.hop_s
        marks: list[str] = []
        if self._broken_off is not None:
            rise = np.linspace(0, 1, count, dtype=np.float32)
            chunk = (1 - rise) * self._broken_off + rise * self.inbox.peek(count)
            self.inbox.skip(count)
            self._broken_off, marks = None, ["drop"]
        elif not self._skip:
            chunk = self.inbox.peek(count)
            self.inbox.skip(count)
        else:
            chunk, marks = self._splice(count)
        self._past = np.concatenate([self._past, chunk])[-2 * count :]
        return chunk, marks

    def _change(self) -> float:
        """Seconds to take out or to fill in. Until it is known what the devices hold, and when the queue shrinks, that
        is no loss but a shorter queue.
        """
        step, self._shrink_s = self._shrink_s, 0.0
        self._shrinking = step > 0 or (self.served and self.keeper.aim_s is None)
        return step or min(max(self.keeper.wanted(), -self.hop_s), LONGEST_SPLICE_S)

    def _drop_stale(self, count: int) -> bool:
        """Lets all go that waits longer than the queue shall, if that is much: the machine slept, or the program was
        stopped. What comes next is cross-faded into what came before. -> Was there anything?
        """
        surplus = self._server_s + self.depth_s - self.queue_s - self.hop_s
        lost = round(surplus * self.rate_in)
        # whole hops stay, so that blocks end hops again: see on_input
        lost = min(lost + (len(self.inbox) - lost) % count, len(self.inbox))
        if surplus <= STALE_S or lost < count:
            return False
        if self._broken_off is None:
            self._broken_off = self.inbox.peek(count)
            self.counters.splices_out += 1
        self.inbox.skip(lost)
        self.counters.spliced_out_ms += 1000 * lost / self.rate_in
        self._skip = 0
        self.keeper.changed()
        return True

    def _splice(self, count: int) -> tuple[Samples, list[str]]:
        """A chunk that fades from where the signal stands to `shift` samples later, or earlier."""
        search = int(SEARCH_S * self.rate_in)
        coming = self.inbox.peek(count + max(self._skip, 0) + search)
        shift = splice_point(self._past, coming, count, self._skip, search)
        signal, at = np.concatenate([self._past, coming]), len(self._past)
        rise = np.linspace(0, 1, count, dtype=np.float32)
        chunk = (1 - rise) * signal[at : at + count] + rise * signal[at + shift : at + shift + count]
        self.inbox.skip(count + shift)
        self._skip = 0
        self.keeper.changed()
        ms = 1000 * abs(shift) / self.rate_in
        if shift > 0 and self._shrinking:
            self.counters.shortened_ms += ms
            return chunk.astype(np.float32, copy=False), []
        if shift > 0:
            self.counters.splices_out += 1
            self.counters.spliced_out_ms += ms
        else:
            self.counters.splices_in += 1
            self.counters.spliced_in_ms += ms
        return chunk.astype(np.float32, copy=False), ["drop" if shift > 0 else "fill"]

    def _enhance(self, x: Samples, marks: list[str]) -> Samples:
        engine = self.engine
        enhancer, governor = engine.enhancer, engine.governor
        enhancer.resting = governor.steps == 0
        enhancer.steps = max(1, governor.steps)
        start, begun = self.clock(), self.work_clock()
        y = enhancer.process(x)
        seconds, worked = self.clock() - start, self.work_clock() - begun
        if seconds > self.hop_s:
            marks = [*marks, "late"]
        engine.compute_ms += (1000 * seconds - engine.compute_ms) * 0.05
        governor.update(seconds, self.backlog, worked if enhancer.on_caller else None)
        if self._fresh:
            y = y * np.linspace(0, 1, len(y), dtype=np.float32)
            self._fresh = False
        engine.level_in.add(x)
        engine.level_out.add(y)
        self.tap.push(engine.aligned.process(x), y, marks)
        if self.on_hop is not None:
            self.on_hop(x, y, enhancer.sample_rate)
        return y
