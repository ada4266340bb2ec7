"""The governor against machines that are simulated: what a step costs is known."""

import numpy as np
import pytest

from realtime.live.governor import Governor

HOP = 0.01


def drive(governor, seconds, cost, backlog=0.0):
    """cost(steps) in hops -> the steps of every hop."""
    return [governor.update(cost(governor.steps) * HOP, backlog) for _ in range(round(seconds / HOP))]


class Machine:
    """A hop arrives every 10 ms and waits until the worker has done those before it."""

    def __init__(self, governor):
        self.governor, self.random = governor, np.random.default_rng(1)
        self.now, self.done = 0.0, 0
        self.backlogs = []

    def run(self, seconds, own, away=0.0):
        """own(steps): work of a hop in hops; away: in hops, what other programs take of the core in the middle of a hop
        at most -> the steps of every hop.
        """
        steps, end = [], self.now + seconds
        while self.now < end:
            self.now = max(self.now, self.done * HOP)  # until there is a hop
            work = own(self.governor.steps) * HOP
            took = work + away * HOP * self.random.random()
            self.now, self.done = self.now + took, self.done + 1
            self.backlogs.append(max(0.0, self.now / HOP - self.done))
            steps.append(self.governor.update(took, self.backlogs[-1], work))
        return steps


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


def test_a_model_that_is_far_behind_gives_up_all_steps_at_once_and_rests_only_then():
    governor = Governor(HOP, 1, 4, 4)
    drive(governor, 0.2, lambda n: 0.1)
    for _ in range(8):
        governor.update(2 * HOP, 1.0)
    assert governor.steps == 3
    assert governor.update(2 * HOP, 7.0) == 1 and governor.sheds == 3
    assert drive(governor, 0.04, lambda n: 2.0, 7.0)[-1] == 0


def test_a_core_that_goes_away_now_and_then_does_not_put_a_cheap_model_to_rest():
    governor = Governor(HOP, 1, 4, 4)
    for second in range(60):
        governor.update(0.1 * HOP, 10.0 + second % 3)
        drive(governor, 1.0, lambda n: 0.02 * n)
        assert governor.steps >= 1


def test_a_machine_that_others_keep_busy_sheds_steps_never_rests_a_cheap_model_and_climbs_back():
    """A step is 2 % of a hop, but other programs take up to 1.9 hops in every one: resting would give nothing back."""
    machine = Machine(Governor(HOP, 1, 4, 4))
    steps = machine.run(30, lambda n: 0.02 * n, away=1.9)
    assert steps.index(1) * HOP < 3 and set(steps[300:]) == {1}, "shed, and not a swing"
    assert max(machine.backlogs) > 6, "far behind, at times"
    back = machine.run(60, lambda n: 0.02 * n)
    assert back[-1] == 4 and sorted(back) == back
    assert back.index(2) * HOP >= 3.9, "slowly"


def test_a_core_that_is_away_for_good_is_no_reason_to_rest_either():
    """Every hop takes 1.3, whatever is done: the queue only grows, and would without the model too."""
    machine = Machine(Governor(HOP, 1, 4, 4))
    assert set(machine.run(60, lambda n: 0.02 * n, away=2.6)[100:]) == {1}


def test_a_model_that_is_too_slow_alone_rests_and_comes_back_when_it_is_not():
    machine = Machine(Governor(HOP, 1, 4, 4))
    steps = machine.run(3.5, lambda n: 0.9 * n + 0.2)
    assert steps[-1] == 0 and sorted(steps, reverse=True) == steps
    assert 1 in steps, "rest is the last rung"
    assert max(machine.backlogs) < 20 and machine.backlogs[-1] < 1
    attempts = machine.run(600, lambda n: 0.9 * n + 0.2)
    assert sum(n > 0 for n in attempts) < 0.02 * len(attempts)
    back = machine.run(300, lambda n: 0.1 * n + 0.01)
    assert back[-1] == 4 and sorted(back) == back


def test_a_model_whose_many_steps_are_too_slow_sheds_them_and_never_rests():
    machine = Machine(Governor(HOP, 1, 4, 4))
    steps = machine.run(60, lambda n: 0.45 * n)
    assert set(steps[100:]) == {1} and 0 not in steps
    assert max(machine.backlogs) < 10 and machine.backlogs[-1] < 1


@pytest.mark.parametrize("steps", [1, 4])
@pytest.mark.parametrize("own", [0.4, 0.6])
def test_a_model_rests_only_if_its_own_work_is_what_takes_the_time(own, steps):
    governor = Governor(HOP, steps, steps, steps)
    for _ in range(200):
        governor.update(1.5 * HOP, 8.0, own * HOP)
    assert governor.steps == (0 if own > 0.5 else steps)


def test_without_a_measure_of_the_work_the_time_stands_in():
    governor = Governor(HOP, 1, 1, 1)
    for _ in range(200):
        governor.update(1.5 * HOP, 8.0, None)
    assert governor.steps == 0


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
