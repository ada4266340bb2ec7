"""The governor against machines that are simulated: what a step costs is known."""

import pytest

from realtime.governor import Governor

HOP = 0.01


def drive(governor, seconds, cost, backlog=0.0):
    """cost(steps) in hops -> the steps of every hop."""
    return [governor.update(cost(governor.steps) * HOP, backlog) for _ in range(round(seconds / HOP))]


def test_room_is_used_slowly_up_to_the_most():
    steps = drive(Governor(HOP, 1, 4, 1), 60, lambda n: 0.1 * n)
    assert steps[-1] == 4 and sorted(steps) == steps
    assert steps.index(2) * HOP >= 3.9, "climbs only after a quiet time"


def test_a_load_is_shed_step_by_step_and_quickly():
    governor = Governor(HOP, 1, 4, 4)
    steps = drive(governor, 1, lambda n: 0.3 * n)
    assert steps[-1] == 2 and governor.sheds == 2
    assert steps.index(2) < 50


def test_a_backlog_is_seen_at_once_even_if_hops_are_cheap():
    governor = Governor(HOP, 1, 4, 4)
    drive(governor, 0.2, lambda n: 0.1)
    assert governor.update(0.001, 3.0) == 3
    assert governor.update(0.001, 7.0) == 3, "a cheap model is soon through: it need not rest"


def test_a_model_that_is_too_slow_rests_once_it_is_far_behind():
    governor = Governor(HOP, 1, 4, 4)
    drive(governor, 0.2, lambda n: 0.1)
    for _ in range(8):
        governor.update(2 * HOP, 1.0)
    assert governor.steps > 0
    assert governor.update(2 * HOP, 7.0) == 0


def test_a_core_that_goes_away_now_and_then_does_not_put_a_cheap_model_to_rest():
    governor = Governor(HOP, 1, 4, 4)
    for second in range(60):
        governor.update(0.1 * HOP, 10.0 + second % 3)
        drive(governor, 1.0, lambda n: 0.02 * n)
        assert governor.steps >= 1


def test_one_slow_hop_changes_nothing():
    governor = Governor(HOP, 1, 4, 4)
    drive(governor, 1, lambda n: 0.1 * n)
    governor.update(0.05, 0.0)
    assert drive(governor, 1, lambda n: 0.1 * n)[-1] == 4


def test_steps_return_when_the_load_goes():
    governor = Governor(HOP, 1, 3, 3)
    assert drive(governor, 2, lambda n: 0.5 * n)[-1] == 1
    assert drive(governor, 60, lambda n: 0.1 * n)[-1] == 3


def test_it_never_swings():
    """A machine on which 2 steps fit and 3 do not, though the cost is not in proportion: ever rarer attempts."""
    governor = Governor(HOP, 1, 4, 1)
    steps = drive(governor, 600, lambda n: {0: 0.01, 1: 0.1, 2: 0.15, 3: 0.9, 4: 1.2}[n])
    moves = [k for k in range(1, len(steps)) if steps[k] != steps[k - 1]]
    assert len([k for k in moves if k * HOP > 300]) <= 12
    assert sum(s == 2 for s in steps) > 0.97 * len(steps)


def test_the_model_rests_when_even_one_step_is_too_much_and_comes_back():
    governor = Governor(HOP, 1, 4, 1)
    assert drive(governor, 2, lambda n: 1.5 * n)[-1] == 0
    steps = drive(governor, 60, lambda n: 0.2 * n + 0.01)
    assert steps[-1] >= 1


def test_fixed_steps_stay_or_rest():
    governor = Governor(HOP, 2, 2, 2)
    assert set(drive(governor, 30, lambda n: 0.4 * n)) == {2}
    assert set(drive(governor, 5, lambda n: 0.6 * n)) <= {2, 0}
    assert governor.steps == 0


@pytest.mark.parametrize("limits", [(0, 1, 1), (2, 4, 1), (1, 2, 3)])
def test_impossible_limits_are_refused(limits):
    with pytest.raises(ValueError, match="steps must rise"):
        Governor(HOP, *limits)
