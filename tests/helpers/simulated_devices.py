"""A pump between two sound cards, or before a sound server, that are simulated: their clocks belong to the test."""

import heapq
from collections import deque

import numpy as np

from realtime.engine.enhancer import Enhancer
from realtime.live.counters import Counters
from realtime.live.engine import Engine
from realtime.live.governor import Governor
from realtime.live.pump import Pump
from realtime.live.tap import Tap

HOP_S = 0.01
RATE, BLOCK = 16000, 160
TICK_S = BLOCK / RATE


class Bench:
    """Input and output devices with clocks that may be wrong, and a worker that may be late."""

    def __init__(self, session, rate_in=16000, rate_out=16000, ppm_in=0.0, ppm_out=0.0, queue_s=0.02,
                 block_in=160, block_out=160, channels=1, signal=None):  # fmt: skip
        enhancer = Enhancer(session)
        enhancer.mixer.mode = "bypass"
        enhancer.reset()
        self.now = 0.0
        self.counters, self.tap = Counters(), Tap()
        self.engine = Engine(enhancer, Governor(HOP_S, 1, 4, 2))
        self.pump = Pump(
            self.engine, rate_in, rate_out, queue_s, self.counters, self.tap, clock=lambda: self.now
        )
        self.rate_in, self.rate_out, self.channels = rate_in, rate_out, channels
        self.block_in, self.block_out = block_in, block_out
        self.period_in = block_in / rate_in / (1 + ppm_in * 1e-6)
        self.period_out = block_out / rate_out / (1 + ppm_out * 1e-6)
        self.signal = signal or (lambda n: np.sin(2 * np.pi * 200 / rate_in * n).astype(np.float32) * 0.5)
        self.sent, self.heard = 0, []
        self.events = [(0.0, 0, "in"), (0.0031, 1, "out")]
        self.number = 2
        self.asleep = lambda now: False  # the worker
        self.dead_in = lambda now: False
        self.depths, self.last_in = [], 0.0

    def run(self, seconds):
        end = self.now + seconds
        while self.events[0][0] < end:
            self.devices()
            while not self.asleep(self.now) and self.pump.step():
                pass
        self.now = max(self.now, end)
        return self

    def devices(self):
        """The next callback."""
        self.now, _, what = heapq.heappop(self.events)
        if what == "in":
            if not self.dead_in(self.now):
                frames = self.signal(np.arange(self.sent, self.sent + self.block_in))
                self.sent += self.block_in
                self.last_in = self.now
                self.pump.on_input(np.repeat(frames[:, None], self.channels, axis=1))
            self.again("in", self.period_in)
        else:
            out = np.full((self.block_out, self.channels), np.nan, np.float32)
            self.pump.on_output(out)
            assert np.isfinite(out).all(), "always filled"
            self.heard.append(out[:, 0].copy())
            waiting = min(self.now - self.last_in, self.period_in)  # in the input device
            self.depths.append(self.pump.depth_s + waiting)
            self.again("out", self.period_out)

    def again(self, what, period):
        heapq.heappush(self.events, (self.now + period, self.number, what))
        self.number += 1

    @property
    def out(self):
        return np.concatenate(self.heard)


class Server:
    """Source and sink move a block every 10 ms; what they have to tell waits until the client's thread wakes."""

    def __init__(self, session, ppm=0.0, queue_s=0.04, seed=0):
        enhancer = Enhancer(session)
        enhancer.mixer.mode = "bypass"
        enhancer.reset()
        self.now, self.counters = 0.0, Counters()
        engine = Engine(enhancer, Governor(TICK_S, 1, 4, 2))
        self.pump = Pump(engine, RATE, RATE, queue_s, self.counters, Tap(), clock=lambda: self.now)
        self.pump.serve(self.deliver, 0.0)
        self.random = np.random.default_rng(seed)
        self.period_in = TICK_S / (1 + ppm * 1e-6)
        self.told = deque()  # to the client, in order
        self.queue = np.zeros(0, np.float32)  # in the server, for the sink
        self.sent, self.heard, self.seen = 0, [], 0
        self.frozen_until = 0.0
        self.starved = True

    def deliver(self):
        samples = self.pump.take(self.seen / RATE)
        self.queue = np.concatenate([self.queue, samples])
        self.seen += len(samples)

    def capture(self):
        frames = (np.arange(self.sent, self.sent + BLOCK) % 65536).astype(np.float32) / 131072
        self.sent += BLOCK
        self.told.append(("input", frames))

    def play(self):
        block, self.queue = self.queue[:BLOCK], self.queue[BLOCK:]
        self.heard.append(np.concatenate([block, np.full(BLOCK - len(block), np.nan, np.float32)]))
        if len(block):
            self.told.append(("request", len(block)))
        if len(block) < BLOCK and not self.starved:
            self.told.append(("starved", 0))
        self.starved = len(block) < BLOCK

    def answer(self, since_in, since_out):
        """Its truth: the part of a block that the source has, the queue, the part that the sink has not played."""
        device = since_in + TICK_S - since_out
        self.told.append(("delay", (device + len(self.queue) / RATE, device)))

    def client(self):
        while self.told:
            what, value = self.told.popleft()
            if what == "input":
                self.pump.on_input(value[:, None])
                while self.pump.step():
                    pass
            elif what == "request":
                self.seen -= value
                self.pump.on_request()
                self.deliver()
            elif what == "starved":
                self.pump.on_starved()
            else:
                self.pump.on_delay(*value)

    def run(self, seconds):
        """Freezes of the client are set by `freeze`."""
        end = self.now + seconds
        last_in = last_out = self.now
        next_in, next_out, ask = self.now + self.period_in, self.now + 0.0037, self.now + 0.1
        while self.now < end:
            self.now = min(next_in, next_out, ask)
            if self.now == next_in:
                self.capture()
                last_in, next_in = self.now, next_in + self.period_in
            elif self.now == next_out:
                self.play()
                last_out, next_out = self.now, next_out + TICK_S
            else:
                self.answer(self.now - last_in, self.now - last_out)
                ask += 0.1 * self.random.uniform(0.8, 1.2)
            if self.now >= self.frozen_until:
                self.client()
                self.freeze()
        return self

    def freeze(self):
        pass

    @property
    def lags(self):
        """Input index - output index of every sample that was heard after the first second, in order."""
        out = np.concatenate(self.heard)[RATE:]
        there = np.isfinite(out) & (out != 0)
        return (np.rint(out[there] * 131072).astype(int) - np.flatnonzero(there) - RATE) % 65536
