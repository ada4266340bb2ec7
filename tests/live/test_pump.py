"""The pump between two simulated devices: their clocks are ours, so every sample can be accounted for."""

import numpy as np
import pytest

from realtime.engine.enhancer import Enhancer
from realtime.live.counters import Counters
from realtime.live.engine import Engine
from realtime.live.governor import Governor
from tests.helpers.simulated_devices import HOP_S, Bench


def counting(n):
    """Sample n is n itself, scaled to be exact in float32 and far from the limiter."""
    return (n % 65536).astype(np.float32) / 131072


class Loaded(Bench):
    """A hop takes the worker time, and the devices go on meanwhile."""

    def __init__(self, session, **options):
        super().__init__(session, signal=counting, **options)
        self.engine.governor = Governor(HOP_S, 1, 4, 4)
        self.step_cost = 0.1  # work of a step, in hops
        self.away = 0.0  # at most, what other programs take of the core in the middle of a hop, in hops
        self.worked, self.random = 0.0, np.random.default_rng(1)
        self.pump.work_clock = lambda: self.worked
        self.steps = []  # of every hop
        self.process, self.engine.enhancer.process = self.engine.enhancer.process, self.costly

    def costly(self, samples):
        steps = self.engine.governor.steps
        self.steps.append(steps)
        work = self.step_cost * steps * HOP_S
        self.worked += work
        end = self.now + work + self.away * self.random.random() * HOP_S
        while self.events[0][0] < end:
            self.devices()
        self.now = end
        return self.process(samples)


def lags(out, first):
    """Of every output sample that carries `counting`: input index - output index."""
    values = np.rint(out[first:] * 131072).astype(int)
    return np.unique((values - np.arange(first, len(out))) % 65536)


def test_equal_clocks_lose_and_repeat_nothing(open_model):
    bench = Bench(open_model(), signal=counting).run(30)
    assert len(lags(bench.out, 4000)) == 1
    assert bench.counters == Counters()


@pytest.mark.parametrize("blocks", [(64, 441), (512, 160), (37, 1024)])
def test_no_block_sizes_matter(open_model, blocks):
    bench = Bench(open_model(), signal=counting, block_in=blocks[0], block_out=blocks[1], queue_s=0.05).run(
        20
    )
    assert len(lags(bench.out, 6000)) == 1
    assert bench.counters == Counters()


@pytest.mark.parametrize("rates", [(48000, 48000), (44100, 16000), (16000, 48000), (22050, 44100)])
def test_other_rates_carry_a_tone_without_a_break(open_model, rates):
    rate_in, rate_out = rates
    bench = Bench(open_model(), *rates, channels=2, block_in=rate_in // 100, block_out=rate_out // 100).run(
        10
    )
    out = bench.out[rate_out:].astype(float)
    t = np.arange(len(out)) / rate_out
    basis = np.stack([np.sin(2 * np.pi * 200 * t), np.cos(2 * np.pi * 200 * t)], axis=1)
    rest = out - basis @ np.linalg.lstsq(basis, out, rcond=None)[0]
    assert np.abs(rest).max() < 0.005, "one sine of one phase from the first second to the last"
    assert bench.counters == Counters()


@pytest.mark.parametrize("ppm", [400, -400, 15])
def test_drift_is_absorbed_without_a_click_and_the_delay_stays(open_model, ppm):
    bench = Bench(open_model(), ppm_in=ppm).run(60)
    depths = np.array(bench.depths)
    start, later = np.median(depths[300:500]), depths[500:]
    middle = [np.median(part) for part in np.array_split(later, 30)]
    assert np.abs(np.array(middle) - start).max() < 0.0065
    seconds = 60 * abs(ppm) * 1e-6
    moved = (bench.counters.dropped_ms if ppm > 0 else bench.counters.filled_ms) / 1000
    assert moved == pytest.approx(seconds, abs=0.0085)
    assert bench.counters.output_fills == 0 if ppm > 0 else bench.counters.input_drops == 0
    steepest = 0.5 * 2 * np.pi * 200 / 16000
    assert np.abs(np.diff(bench.out[16000:])).max() < 1.6 * steepest, "no click"


def test_a_late_worker_costs_what_is_counted_and_the_delay_returns(open_model):
    bench = Bench(open_model()).run(10)
    before = np.median(bench.depths[-100:])
    late = bench.now + 0.3
    bench.asleep = lambda now: now < late
    bench.run(10)
    c = bench.counters
    assert c.output_fills == 1 and c.filled_ms == pytest.approx(300, abs=50)
    assert c.input_drops >= 1 and c.dropped_ms == pytest.approx(c.filled_ms, abs=15)
    assert np.median(bench.depths[-100:]) == pytest.approx(before, abs=0.011)


def test_a_silent_input_gives_silence_then_sound_with_the_old_delay(open_model):
    bench = Bench(open_model()).run(8)
    before, dead = np.median(bench.depths[-100:]), bench.now
    bench.dead_in = lambda now: dead < now < dead + 1
    bench.run(8)
    assert bench.counters.output_fills == 1 and bench.counters.input_drops == 0
    assert bench.counters.filled_ms == pytest.approx(1000, abs=60)
    assert np.median(bench.depths[-100:]) == pytest.approx(before, abs=0.011)
    assert np.abs(bench.out[-8000:]).max() == pytest.approx(0.5, abs=0.01)


def test_a_worker_that_stops_for_seconds_drops_and_tells(open_model):
    bench = Bench(open_model()).run(3)
    stop = bench.now + 4
    bench.asleep = lambda now: now < stop
    bench.run(10)
    assert bench.counters.spliced_out_ms == pytest.approx(4000, abs=60) and bench.counters.splices_out == 1
    assert np.median(bench.depths[-100:]) < 0.06


def test_marks_of_the_tap_say_where(open_model):
    bench = Bench(open_model(), ppm_in=3000)
    marks, lost, pulled = [], 0, 0
    for _ in range(40):
        bench.run(0.5)
        block = bench.tap.pull()
        assert len(block.noisy) == len(block.enhanced)
        marks += [(pulled + offset, what) for offset, what in block.marks]
        lost, pulled = lost + block.lost, pulled + len(block.noisy)
        assert np.array_equal(block.noisy[1000:], block.enhanced[1000:]), "bypass: the same, aligned"
    assert lost == 0 and len(marks) == bench.counters.input_drops >= 2
    assert {what for _, what in marks} == {"drop"}


def test_a_tap_that_nobody_pulls_is_bounded(open_model):
    bench = Bench(open_model()).run(10)
    block = bench.tap.pull()
    assert len(block.noisy) == 2 * 16000 and len(block.noisy) + block.lost == pytest.approx(160000, abs=400)
    assert bench.tap.pull().lost == 0


def test_models_are_exchanged_between_hops_without_a_click(open_model):
    bench = Bench(open_model()).run(3)
    other = Enhancer(open_model(gain=0.5))
    other.reset()
    bench.pump.exchange(Engine(other, Governor(HOP_S, 1, 4, 2)))
    bench.run(3)
    assert bench.pump.engine.enhancer is other and bench.counters == Counters()
    steepest = 0.5 * 2 * np.pi * 200 / 16000
    assert np.abs(np.diff(bench.out[16000:])).max() < 1.6 * steepest
    assert np.abs(bench.out[-1600:]).max() == pytest.approx(0.25, abs=0.01)


def test_a_governor_at_rest_passes_the_input_on_and_comes_back(open_model):
    bench = Bench(open_model(gain=0.5))
    bench.engine.enhancer.mixer.mode = "enhance"
    bench.run(2)
    bench.engine.governor.steps = 0
    bench.run(1)
    assert np.abs(bench.out[-1600:]).max() == pytest.approx(0.5, abs=0.01)
    bench.engine.governor.steps = 1
    bench.run(2)
    assert np.abs(bench.out[-1600:]).max() == pytest.approx(0.25, abs=0.01)
    assert bench.counters == Counters()
    assert np.abs(np.diff(bench.out[16000:])).max() < 1.6 * 0.5 * 2 * np.pi * 200 / 16000, "no click"


@pytest.mark.parametrize(("cost", "left", "queue_s"), [(0.3, 2, 0.02), (0.35, 2, 0.04), (0.6, 1, 0.1)])
def test_a_slower_machine_costs_steps_and_not_a_sample_and_they_return(open_model, cost, left, queue_s):
    """cost: of a step, in hops, so that four of them take up to 2.4; left: steps that there is room for."""
    bench = Loaded(open_model(), queue_s=queue_s).run(5)
    assert set(bench.steps) == {4}
    slow, bench.step_cost = len(bench.steps), cost
    bench.run(20)
    fallen = bench.steps[slow:]
    assert sorted(fallen, reverse=True) == fallen and fallen[-1] == left, "down, and no swing"
    assert fallen.index(left) * HOP_S < 1
    back, bench.step_cost = len(bench.steps), 0.1
    bench.run(40)
    risen = bench.steps[back:]
    assert sorted(risen) == risen and risen[-1] == 4
    assert len(lags(bench.out, 4000)) == 1 and bench.counters == Counters()


def test_other_programs_on_the_core_cost_a_cheap_model_steps_and_neither_rest_nor_a_sample(open_model):
    bench = Loaded(open_model(), queue_s=0.15)
    bench.step_cost = 0.02
    bench.run(5)
    busy, bench.away = len(bench.steps), 1.7
    bench.run(30)
    calm, bench.away = len(bench.steps), 0.0
    assert min(bench.steps[busy:calm]) == 1 and set(bench.steps[calm - 500 :]) == {1}
    bench.run(40)
    assert bench.steps[-1] == 4
    assert len(lags(bench.out, 4000)) == 1 and bench.counters == Counters()


def test_a_model_that_is_too_slow_for_the_machine_rests_and_comes_back(open_model):
    bench = Loaded(open_model(), queue_s=0.1).run(5)
    bench.step_cost = 1.5
    bench.run(3)
    assert bench.steps[-1] == 0 and 1 in bench.steps
    lost = bench.counters.gap_ms
    assert lost < 150
    bench.step_cost = 0.1
    bench.run(60)
    assert bench.steps[-1] == 4 and bench.counters.gap_ms == lost, "what was lost was lost before it rested"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_what_is_no_sound_is_repaired_before_anything_keeps_it(open_model, bad):
    """Rates that differ from the model's: a resampler's memory is one of the places where it would stay."""
    bench = Bench(open_model(), rate_in=48000, rate_out=48000, block_in=480, block_out=480).run(1)
    heard = []
    bench.pump.on_hop = lambda noisy, enhanced, rate: heard.append(noisy)
    bench.pump.on_input(np.full((480, 1), bad, np.float32))
    bench.run(2)
    assert bench.counters.repaired == 480
    assert np.isfinite(np.concatenate(heard)).all() and np.isfinite(bench.tap.pull().noisy).all()
    assert bench.engine.level_in.level_dbfs == pytest.approx(-9, abs=0.5), "a tone at half of full scale"
