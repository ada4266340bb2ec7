"""Figures of a stream."""

import numpy as np
import pytest

from realtime.engine.stats import HopStats, LevelMeter


def test_nothing_yet_is_zero():
    counts = HopStats(0.01).snapshot()
    assert set(counts.values()) == {0}


def test_percentiles_and_load():
    stats = HopStats(0.01)
    for ms in range(1, 101):
        stats.add(ms / 1000)
    counts = stats.snapshot()
    expected = np.percentile(np.arange(1, 101), [50, 99, 100])
    assert [counts["p50_ms"], counts["p99_ms"], counts["max_ms"]] == pytest.approx(expected)
    assert counts["hops"] == 100 and counts["late_hops"] == 90
    assert counts["load"] == pytest.approx(counts["p50_ms"] / 10)


def test_only_the_last_hops_are_remembered_but_all_are_counted():
    stats = HopStats(0.01, keep=50)
    for ms in [500] * 10 + [2] * 75:
        stats.add(ms / 1000)
    counts = stats.snapshot()
    assert counts["hops"] == 85 and counts["late_hops"] == 10
    assert counts["max_ms"] == pytest.approx(2)
    stats.clear()
    assert set(stats.snapshot().values()) == {0}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_a_hop_that_is_no_sound_does_not_stop_the_meter(bad):
    meter, hop = LevelMeter(16000), np.full(160, 0.1, np.float32)
    meter.add(np.full(160, bad, np.float32))
    for _ in range(300):
        meter.add(hop)
    assert meter.level_dbfs == pytest.approx(-20, abs=0.1) and meter.peak_dbfs == pytest.approx(-20, abs=0.1)
