"""The engine's noise: a function of seed and hop, and of nothing else."""

import numpy as np
import pytest

from realtime.engine.noise import HopNoise

SHAPE = (1, 4, 2, 161)


def test_a_draw_depends_on_seed_and_hop_alone():
    forward, backward = HopNoise(7, SHAPE), HopNoise(7, SHAPE)
    hops = [0, 1, 2, 1000, 2**40]
    drawn = {hop: forward.draw(hop) for hop in hops}
    for hop in [*hops[::-1], 1, 1]:
        np.testing.assert_array_equal(backward.draw(hop), drawn[hop])


def test_seeds_and_hops_differ():
    draws = [HopNoise(seed, SHAPE).draw(hop).ravel() for seed in (0, 1, 2**64 - 1) for hop in (0, 1, 2)]
    correlation = np.corrcoef(draws)[np.triu_indices(len(draws), 1)]
    assert np.abs(correlation).max() < 5 / np.sqrt(len(draws[0]))


def test_variance_is_one_half_and_neighbours_are_independent():
    noise = HopNoise(3, SHAPE)
    z = np.stack([noise.draw(hop) for hop in range(400)]).astype(np.float64)
    assert z.mean() == pytest.approx(0, abs=4 * np.sqrt(0.5 / z.size))
    assert z.var() == pytest.approx(0.5, rel=4 * np.sqrt(2 / z.size))
    assert (z**4).mean() == pytest.approx(0.75, rel=0.02)  # 3 σ⁴: normal
    for axis in (0, 2, 3, 4):
        one, other = np.take(z, range(z.shape[axis] - 1), axis), np.take(z, range(1, z.shape[axis]), axis)
        assert np.corrcoef(one.ravel(), other.ravel())[0, 1] == pytest.approx(0, abs=5 / np.sqrt(one.size))


def test_a_given_array_is_filled():
    out = np.full(SHAPE, np.nan, np.float32)
    noise = HopNoise(0, SHAPE)
    assert noise.draw(5, out) is out
    np.testing.assert_array_equal(out, HopNoise(0, SHAPE).draw(5))


def test_the_numbers_are_these():
    """A stream can be repeated elsewhere: Philox4x64-10 with key (seed, 0) and counter (0, hop, 0, 0), then NumPy's
    ziggurat. Drawn here by a generator of its own for one hop.
    """
    bits = np.random.Philox(key=np.array([9, 0], np.uint64), counter=np.array([0, 12, 0, 0], np.uint64))
    expected = np.random.Generator(bits).standard_normal(SHAPE, np.float32) * np.float32(0.5**0.5)
    np.testing.assert_array_equal(HopNoise(9, SHAPE).draw(12), expected)


@pytest.mark.parametrize(
    ("seed", "words"),
    [
        (-1, "0 ... 2"),
        (2**64, "0 ... 2"),
        (1.5, "a whole number"),
        ("1", "a whole number"),
        (None, "a whole number"),
    ],
)
def test_seeds_out_of_range_are_refused(seed, words):
    with pytest.raises(ValueError, match=words):
        HopNoise(seed, SHAPE)
