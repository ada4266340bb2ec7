"""How many diffusion steps the next hop may cost: fewer before audio is lost, more when there is room again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GovernorRules:
    """When the governor moves. Loads are shares of the time that a hop lasts."""

    shed_load: float = 0.75  # smoothed load above which a step is given up
    shed_backlog: float = 2.0  # hops that wait for the model: above, a step is given up
    # likewise, and the load is too high as well: above, all steps that can be spared go at once, and then the model rests
    rest_backlog: float = 6.0
    # what the least steps take of a core themselves: up to this the model never rests. Beside one other program a thread
    # gets half of a core; a model that wants less keeps up in the long run, and resting would not bring the core back sooner
    rest_own: float = 0.5
    climb_load: float = 0.5  # the load expected after a climb must stay below
    settle_hops: int = 10  # between two steps down: the effect must show first
    climb_s: float = 4.0  # quiet time before a climb ...
    longest_climb_s: float = 60.0  # ... doubled up to this by every climb that had to be taken back


class Governor:
    """Steps 1 ... most, or 0: the model rests and the delayed input is heard.

    `update` is told what each hop cost and how many wait. Going down is quick, one step in `settle_hops`;
    going up is slow, one step after `climb_s` without trouble, and a climb that fails doubles that time: so
    the number of steps never swings. Resting is the last rung: only from `least`, and only if the model's own work is
    too much for the machine, not if its hops take long because other programs have the core.
    Pure: no clock, the hops themselves are the time.
    """

    def __init__(
        self,
        hop_seconds: float,  # that a hop lasts
        least: int,  # steps, 1 ... most: only resting is below
        most: int,  # steps
        start: int,  # steps, least ... most
        rules: GovernorRules = GovernorRules(),
    ) -> None:
        """Raises ValueError."""
        if not 1 <= least <= start <= most:
            raise ValueError(f"steps must rise from 1: least {least}, start {start}, most {most}")
        self.hop_seconds, self.rules = hop_seconds, rules
        self.least, self.most = least, most
        self.steps = start
        self.load = 0.0  # smoothed share of a hop that the last hops took
        self.sheds = 0  # steps given up so far
        self._cost = 0.0  # of one step, smoothed; kept while the model rests
        self._own = 0.0  # likewise, of it what the processor worked
        self._quiet = 0  # hops without trouble
        self._since = 0  # hops since the last move
        self._climbed = False  # was the last move a climb?
        self._patience_s = rules.climb_s

    def update(self, seconds: float, backlog: float, own_seconds: float | None = None) -> int:
        """seconds: what the hop took at `steps`; backlog: hops that wait; own_seconds: of `seconds`, what the processor
        worked for it, None if that is not known: then all of them -> steps of the next hop.
        """
        rules, load = self.rules, seconds / self.hop_seconds
        own = load if own_seconds is None else own_seconds / self.hop_seconds
        # one slow hop is no load: another program took the core, and the queue is there for that
        self.load += (min(load, 2.0) - self.load) * 0.1
        if self.steps:
            self._cost += (min(load, 2.0) / self.steps - self._cost) * 0.1
            self._own += (min(own, 2.0) / self.steps - self._own) * 0.1
        self._since += 1
        busy = self.load > rules.shed_load and self.steps > 0
        # a queue alone says little: hops also wait after the core was away, and a cheap model is soon through
        trouble = busy or (backlog > rules.shed_backlog and self.steps > 0)
        self._quiet = 0 if trouble else self._quiet + 1
        too_much = self._own * self.least > rules.rest_own
        if busy and backlog > rules.rest_backlog and self.steps > self.least:
            self._move(self.least)
        elif busy and backlog > rules.rest_backlog and too_much:
            self._move(0)
        elif trouble and self._since >= rules.settle_hops:
            if self.steps > self.least:
                self._move(self.steps - 1)
            elif busy and too_much and self.load > 1:
                self._move(0)
        elif self._quiet * self.hop_seconds >= self._patience_s and self.steps < self.most:
            self._climb()
        if self._climbed and self._since * self.hop_seconds > 4 * self._patience_s:
            self._climbed, self._patience_s = False, rules.climb_s  # it held
        return self.steps

    def _climb(self) -> None:
        wanted = self.steps + 1 if self.steps else self.least
        if self.steps == 0:
            self._cost *= 0.999  # nothing measures a model that rests: what it cost fades with time
        if self._cost * wanted < (self.rules.climb_load if self.steps else 1.0):
            self._move(wanted)

    def _move(self, steps: int) -> None:
        down = steps < self.steps
        if down:
            self.sheds += self.steps - steps
            if self._climbed:
                self._patience_s = min(2 * self._patience_s, self.rules.longest_climb_s)
        self._climbed = not down
        if steps and self.steps:
            self.load *= steps / self.steps  # what it will be, until it is measured
        elif steps:
            self.load = self._cost * steps
        self.steps, self._since, self._quiet = steps, 0, 0
