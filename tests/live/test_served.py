"""The pump before a simulated sound server, which holds the queue: late threads, starved sinks, wrong clocks."""

from itertools import pairwise

import numpy as np
import pytest

from realtime.live.counters import Counters
from realtime.live.queue_depth import DepthKeeper
from tests.helpers.simulated_devices import TICK_S, Server


def measured():
    keeper = DepthKeeper(0.02, TICK_S, measured=True)
    keeper.most_s = 0.1
    return keeper


def changes(lags):
    """The lags that lasted, in order: not those of a fade."""
    begins = np.append(np.flatnonzero(np.diff(lags, prepend=-1)), len(lags))
    return [int(lags[begin]) for begin, end in pairwise(begins) if end - begin > 100]


def test_a_server_s_queue_is_one_delay_to_the_sample(open_model):
    server = Server(open_model()).run(20)
    assert len(changes(server.lags)) == 1
    assert server.counters == Counters()
    held = server.pump.keeper.aim_s
    assert held == pytest.approx(0.04 + 2 * TICK_S, abs=TICK_S), "queue, and a block that each device has"


def test_a_late_thread_loses_nothing_while_the_server_has_sound(open_model):
    """Frozen for up to 35 ms, a third of the time: what the server holds is no surplus."""
    server = Server(open_model())

    def freeze():
        if server.now > 2 and server.random.random() < 0.1:
            server.frozen_until = server.now + server.random.uniform(0.005, 0.035)

    server.freeze = freeze
    server.run(60)
    assert len(changes(server.lags)) == 1
    assert server.counters == Counters()


def test_a_thread_too_late_costs_one_gap_and_no_sound_and_the_delay_returns(open_model):
    server = Server(open_model())
    server.run(5)
    server.frozen_until = server.now + 0.2
    server.run(5)
    c = server.counters
    assert c.gaps == c.xruns_out == 1 and c.splices_in == 0 and c.input_drops == 0, "it is played later"
    longer = server.pump.queue.extra_s
    assert longer == pytest.approx(0.2 - 0.05, abs=0.02), "by what the server could not cover"
    found = changes(server.lags)
    assert (found[0] - found[-1]) / 16000 == pytest.approx(longer, abs=0.02)
    server.run(40)  # without trouble
    found = changes(server.lags)
    assert (found[0] - found[-1]) / 16000 < 0.03 and c.input_drops == 0
    assert c.shortened_ms == pytest.approx(1000 * longer, abs=30)


def test_a_load_that_stays_costs_a_few_gaps_and_no_sound(open_model):
    """Frozen for up to 100 ms, again and again: with a queue of 40 ms each one would be heard."""
    server = Server(open_model())

    def freeze():
        if server.now > 5 and server.random.random() < 0.01:
            server.frozen_until = server.now + server.random.uniform(0.05, 0.1)

    server.freeze = freeze
    server.run(40)
    early, c = server.counters.gaps, server.counters
    server.run(40)
    assert c.input_drops == 0 and c.gaps <= 8 and c.gaps - early <= 2
    assert 0.03 <= server.pump.queue.extra_s <= 0.12


def test_blocks_of_a_hop_s_length_end_hops_whatever_the_first_one_has(open_model):
    """A server's resampler gives less at first: each hop would wait for the next block for the rest of the stream."""
    server = Server(open_model())
    capture = server.capture

    def short():
        capture()
        what, frames = server.told.pop()
        server.told.append((what, frames[8:]))
        server.capture = capture

    server.capture = short
    server.run(3)
    assert len(server.pump.inbox) == 0 and server.counters == Counters()


def test_a_source_that_is_silent_for_a_second_costs_no_delay(open_model):
    server = Server(open_model())
    server.run(5)
    capture, server.capture = server.capture, lambda: None
    server.run(1)
    server.capture = capture
    server.run(10)
    c = server.counters
    assert c.gaps == 1 and c.gap_ms == pytest.approx(1000, abs=70)
    median = server.pump.keeper.median_s
    assert median == pytest.approx(server.pump.keeper.aim_s, abs=0.011)


@pytest.mark.parametrize("ppm", [100, -100])
def test_drift_is_heard_by_the_server_s_measure_and_held_for_hours(ppm):
    """The keeper alone, before a server that measures 10 times a second somewhere in a sawtooth of 10 ms."""
    random, keeper = np.random.default_rng(1), measured()
    depth, depths, moved = 0.07, [], []
    for _ in range(2 * 36000):
        depth += 0.1 * ppm * 1e-6
        depths.append(depth)
        late = 0.03 * (random.random() < 0.05) * random.choice([-1, 1])  # an answer out of order
        keeper.note(depth + random.uniform(-0.5, 0.5) * TICK_S + late, 0.1)
        wanted = keeper.wanted()
        if wanted:
            moved.append(wanted)
            depth -= wanted
            keeper.changed()
    assert np.abs(np.array(depths) - 0.07).max() < 0.0085
    assert sum(moved) == pytest.approx(2 * 3600 * ppm * 1e-6, abs=0.008)
    assert (np.sign(moved) == np.sign(ppm)).all() and np.abs(moved).max() < 0.009


def test_equal_clocks_ask_for_nothing_in_hours():
    random, keeper = np.random.default_rng(2), measured()
    for _ in range(3 * 36000):
        late = 0.03 * (random.random() < 0.1) * random.choice([-1, 1])
        keeper.note(0.07 + random.uniform(-0.5, 0.5) * TICK_S + late, 0.1)
        assert keeper.wanted() == 0


def test_drift_through_the_whole_pump_is_a_splice_now_and_then(open_model):
    server = Server(open_model(), ppm=200).run(100)
    c = server.counters
    assert c.gaps == c.trims == c.splices_in == 0
    assert c.spliced_out_ms == pytest.approx(100 * 0.2, abs=9)
    assert server.pump.keeper.median_s == pytest.approx(server.pump.keeper.aim_s, abs=0.009)


def test_a_surplus_that_stays_goes(open_model):
    """A source that brings more than time has passed: what it had kept during a pause."""
    server = Server(open_model()).run(5)
    for _ in range(8):
        server.capture()
    server.run(10)
    assert server.counters.splices_out == 1 and server.counters.spliced_out_ms == pytest.approx(80, abs=12)
    assert server.counters.gaps == 0


def test_what_piles_up_before_a_sink_that_slept_is_not_taken_for_the_delay(open_model):
    server = Server(open_model())
    play, server.play = server.play, lambda: None
    server.run(0.8)
    server.play = play
    server.run(10)
    assert server.pump.keeper.aim_s < 0.04 + 0.05 + 2 * TICK_S
    assert server.pump.keeper.median_s == pytest.approx(server.pump.keeper.aim_s, abs=0.012)
    assert server.counters.gaps == 0 and server.counters.splices_out <= 2
