"""The measured delay against devices whose delay, blocks and clock are known."""

import heapq
from types import SimpleNamespace

import numpy as np
import pytest

from realtime.audio.devices import AudioDeviceError
from realtime.live.loopback import measure

RATE, BLOCK = 16000, 160
BLOCK_S = BLOCK / RATE


class Cable:
    """From an output to an input with a delay between them; both move in blocks, at moments of their own."""

    def __init__(self, delay_s, phase_in=0.0, phase_out=0.0, late_s=0.0, gain=1.0):
        """phase: of a block; late_s: that a thread comes too late at most, now and then."""
        self.delay, self.late_s, self.gain = round(delay_s * RATE), late_s, gain
        self.phase_in, self.phase_out = phase_in, phase_out
        self.random, self.now = np.random.default_rng(1), 0.0

    def find(self, which, kind):
        return SimpleNamespace(name=which)

    def open(self, device, kind, rates, callback, finished):
        if kind == "input":
            self.listen = callback
        else:
            self.run(callback, finished)
        return SimpleNamespace(close=lambda: None, queue_in_server=None)

    def run(self, play, ended):
        air = np.zeros(
            60 * RATE, np.float32
        )  # what there is to hear at every moment, from a block before the first
        events = [(self.phase_in * BLOCK_S, "in"), (self.phase_out * BLOCK_S, "out")]
        for _ in range(3000):
            due, kind = heapq.heappop(events)
            self.now = due + (self.late_s * self.random.random() if self.random.random() < 0.2 else 0.0)
            frames = np.zeros((BLOCK, 1), np.float32)
            at = round(due * RATE) + BLOCK
            if kind == "in":  # what was in the air since the last block
                frames[:, 0] = air[at - BLOCK : at]
                self.listen(frames, False)
            else:  # goes from now on
                play(frames, False)
                air[at + self.delay : at + self.delay + BLOCK] = self.gain * frames[:, 0]
            heapq.heappush(events, (due + BLOCK_S, kind))
        ended()


@pytest.mark.parametrize("phases", [(0.0, 0.05), (0.05, 0.0), (0.0, 0.5), (0.3, 0.9), (0.9, 0.3)])
@pytest.mark.parametrize("late_s", [0.0, 0.008])
def test_a_delay_is_the_same_however_the_blocks_lie_to_each_other(phases, late_s):
    cable = Cable(0.0735, *phases, late_s)
    found = measure(cable, "out", "in", RATE, 10, 0.5, clock=lambda: cable.now)
    assert found.played == len(found.delays_s) == 10
    assert found.median_s == pytest.approx(0.0735, abs=0.0005)


def test_what_is_not_heard_is_said():
    cable = Cable(0.05, gain=0.0)
    with pytest.raises(AudioDeviceError, match="heard no chirp of 3"):
        measure(cable, "out", "in", RATE, 3, 0.5, clock=lambda: cable.now)
