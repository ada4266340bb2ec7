"""The length of the queue: longer by what was too late, shorter by what was not needed, and never to and fro."""

import pytest

from realtime.live.adaptive_queue import AdaptiveQueue, QueueRules

RULES = QueueRules()


def run(queue, begin, seconds, left_s):
    """New sound every 10 ms, with so much left -> by how much it became shorter."""
    return sum(queue.note(left_s, begin + k / 100) for k in range(round(100 * seconds)))


def test_it_grows_by_what_was_too_late_up_to_its_most():
    queue = AdaptiveQueue(0.02)
    assert queue.late(0.03, 0.0) == 0.03 and queue.length_s == pytest.approx(0.05)
    assert queue.late(1.0, 1.0) == pytest.approx(RULES.most_extra_s - 0.03)
    assert queue.late(1.0, 2.0) == 0.0 and queue.wish() == 0.0


def test_it_shrinks_by_what_was_never_needed():
    queue = AdaptiveQueue(0.02)
    queue.late(0.05, 0.0)
    assert run(queue, 0.0, RULES.patience_s - 0.1, 0.04) == 0.0
    assert run(queue, RULES.patience_s, 0.1, 0.04) == pytest.approx(0.04 - RULES.spare_s)
    assert queue.length_s == pytest.approx(0.02 + 0.05 - 0.04 + RULES.spare_s)


def test_it_stays_where_all_of_it_was_needed_and_never_falls_below_its_least():
    queue = AdaptiveQueue(0.02)
    queue.late(0.05, 0.0)
    assert run(queue, 0.0, 100, 0.009) == 0.0
    assert run(queue, 100.0, 100, 1.0) == pytest.approx(0.05) and queue.length_s == pytest.approx(0.02)


def test_a_growth_soon_after_a_shrinking_makes_it_more_patient():
    queue, now, waits = AdaptiveQueue(0.02), 0.0, []
    for _ in range(8):
        queue.late(0.05, now)
        begin = now
        while not queue.note(0.06, now):
            now += 0.1
        waits.append(round(now - begin))
    assert waits[:3] == [10, 20, 40] and waits[-1] == RULES.longest_patience_s
