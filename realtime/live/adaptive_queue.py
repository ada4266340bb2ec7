"""How long the queue of a live stream shall be: longer once sound came too late, shorter when there is room to spare."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class QueueRules:
    """When the queue grows and shrinks, in seconds."""

    most_extra_s: float = 0.2  # above the least length; what is later still is no load but a stop
    growth_s: float = 0.01  # at least, at a time: with less, each load would cost many gaps
    patience_s: float = 10.0  # without trouble, before it shrinks ...
    longest_patience_s: float = 600.0  # ... doubled up to this by every growth that follows a shrinking soon
    spare_s: float = 0.008  # that must be left in the queue at its lowest
    least_step_s: float = 0.004  # a smaller change is not worth a cross-fade


class AdaptiveQueue:
    """`late` when sound came too late, `note` when new sound arrives. Pure: the caller has the clock.

    Sound that came too late is played later, and not thrown away: the queue is longer by that from then on. So a load
    costs one gap, and not one each time. The queue shrinks by what was never needed over a while; if it must grow soon
    after that, the while doubles, so that its length does not swing.
    """

    def __init__(self, least_s: float, rules: QueueRules = QueueRules()) -> None:
        """least_s: that it never falls below, s."""
        self.least_s, self.rules = least_s, rules
        self.extra_s = 0.0  # above the least
        self._lowest, self._patience_s = float("inf"), rules.patience_s
        self._since: float | None = None  # when the while began in which the lowest was seen
        self._shrunk_at: float | None = None

    @property
    def length_s(self) -> float:
        """The length now, s."""
        return self.least_s + self.extra_s

    def late(self, seconds: float, now: float) -> float:
        """By so much sound came too late -> by how much the queue is longer from here on."""
        grown = min(max(seconds, 0.0), self.rules.most_extra_s - self.extra_s)
        self.extra_s += grown
        if self._shrunk_at is not None and now - self._shrunk_at < 2 * self._patience_s:
            self._patience_s = min(2 * self._patience_s, self.rules.longest_patience_s)
        self._shrunk_at = None
        self._begin(now)
        return grown

    def wish(self) -> float:
        """By how much it would grow now, at least."""
        return min(self.rules.growth_s, self.rules.most_extra_s - self.extra_s)

    def note(self, left_s: float, now: float) -> float:
        """What was left in the queue when new sound came -> by how much the queue is shorter from here on."""
        if self._since is None:
            self._begin(now)
        self._lowest = min(self._lowest, left_s)
        if self.extra_s <= 0 or now - (self._since or 0.0) < self._patience_s:
            return 0.0
        step = min(self.extra_s, self._lowest - self.rules.spare_s)
        self._begin(now)
        if step < min(self.rules.least_step_s, self.extra_s):
            return 0.0
        self.extra_s -= step
        self._shrunk_at = now
        return step

    def _begin(self, now: float) -> None:
        self._since, self._lowest = now, float("inf")
