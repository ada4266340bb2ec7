"""The ring between callback and worker: nothing lost, nothing twice, whatever the sizes."""

import threading

import numpy as np
import pytest

from realtime.live.ring import Ring


def test_any_cut_gives_the_same_samples_in_order():
    random, ring = np.random.default_rng(0), Ring(97)
    sent, got, value = [], [], 0
    for _ in range(3000):
        block = np.arange(value, value + random.integers(0, 60), dtype=np.float32)
        taken = ring.write(block)
        sent.append(block[:taken])
        value += taken
        out = np.empty(random.integers(0, 60), np.float32)
        got.append(out[: ring.read(out)].copy())
    got.append(ring.peek(97))
    assert np.array_equal(np.concatenate(sent), np.concatenate(got))


def test_what_finds_no_room_is_dropped_and_counted():
    ring = Ring(10)
    assert ring.write(np.ones(7, np.float32)) == 7 and ring.write(np.full(7, 2, np.float32)) == 3
    assert ring.overflowed == 4 and len(ring) == 10
    assert ring.peek(20).tolist() == [1] * 7 + [2] * 3


def test_peek_leaves_and_skip_takes_the_oldest():
    ring = Ring(8)
    ring.write(np.arange(6, dtype=np.float32))
    assert ring.peek(3).tolist() == [0, 1, 2] and len(ring) == 6
    assert ring.skip(4) == 4 and ring.skip(9) == 2 and len(ring) == 0
    out = np.full(2, 5, np.float32)
    assert ring.read(out) == 0 and out.tolist() == [5, 5]


def test_two_threads_at_once():
    ring, total = Ring(1000), 200_000

    def produce():
        at = 0
        while at < total:
            at += ring.write(np.arange(at, min(total, at + 161), dtype=np.float32))

    thread = threading.Thread(target=produce)
    thread.start()
    got, count = [], 0
    while count < total:
        out = np.empty(190, np.float32)
        n = ring.read(out)
        got.append(out[:n])
        count += n
    thread.join()
    assert np.array_equal(np.concatenate(got), np.arange(total, dtype=np.float32))


def test_a_ring_without_room_is_refused():
    with pytest.raises(ValueError, match="0 samples"):
        Ring(0)
