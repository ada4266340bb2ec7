"""Keeps the delay of a live stream: watches how much audio waits, and says what must go or be filled in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
WINDOW_S = 3.0  # of which the median is taken against drift
FIRST_S, LONG_S = 2.0, 10.0  # likewise where a server measures, seldom and at any moment between two blocks
TOLERANCE_S = 0.004  # that the median may be off
QUICK_S = 0.25  # a surplus that lasts so long is no jitter
SEARCH_S = 0.0025  # around the wanted length of a splice


class DepthKeeper:
    """The seconds of audio between the two callbacks, held at what they were when the stream began.

    `note` is called once an output callback (its thread), `wanted` once a hop (the worker's). Two devices
    whose clocks differ by 100 ppm fill or drain the queue by 0.1 ms a second: the median over a window sees
    that through the jitter of both callbacks; two windows in a row that are off by more than the tolerance
    ask for a splice of just that length. A surplus of more than two hops for a quarter of a second is what a
    hiccup left behind, and goes at once.
    """

    def __init__(self, queue_s: float, hop_s: float, measured: bool = False) -> None:
        """queue_s: audio that shall be left after an output callback, s; hop_s: length of a hop, s;
        measured: the depths hold what a device has too, so that only they can tell what is to be held.
        """
        self.queue_s, self.hop_s, self.measured = queue_s, hop_s, measured
        self._depths = np.zeros(4096)
        self._noted = 0  # the callback's
        self._changed = self._restarted = (
            0  # depths noted before are of another queue: the worker's, the callback's
        )
        self._block_s = 0.01
        self._window = 0  # where the window begins
        self._sign = 0.0  # of the last window, if it was off
        self.aim_s: float | None = None  # what is held
        self.most_s = (
            0.0  # likewise, at most, where depths are measured: a sink that slept lets sound pile up
        )

    def note(self, depth_s: float, block_s: float) -> None:
        """depth_s: what waits before a callback that takes block_s."""
        self._block_s = block_s
        self._depths[self._noted % len(self._depths)] = depth_s
        self._noted += 1

    def changed(self) -> None:
        """What was noted before no longer counts. The worker's."""
        self._changed = self._window = self._noted
        self._sign = 0.0

    def shift(self, seconds: float) -> None:
        """The queue shall be longer by that, or shorter."""
        self.queue_s += seconds
        self.most_s += seconds
        if self.aim_s is not None:
            self.aim_s += seconds

    def restarted(self) -> None:
        """The same from the callback, which filled the queue afresh."""
        self._restarted = self._noted

    def _last(self, count: int) -> NDArray[np.float64]:
        return self._depths[np.arange(self._noted - count, self._noted) % len(self._depths)]

    @property
    def median_s(self) -> float:
        """Over the last second; 0 if there is none yet."""
        count = min(self._noted - max(self._changed, self._restarted), self._callbacks(1.0))
        return float(np.median(self._last(count))) if count else 0.0

    def _callbacks(self, seconds: float) -> int:
        return min(max(8, round(seconds / max(self._block_s, 1e-4))), len(self._depths) // 2)

    def wanted(self) -> float:
        """Seconds to drop (> 0) or to fill in (< 0); 0 mostly."""
        begin = max(self._changed, self._restarted)
        count = self._noted - begin
        quick = self._callbacks(QUICK_S)
        if count < quick:
            return 0.0
        guess = self.most_s if self.measured else self.queue_s + self._block_s + self.hop_s / 2
        aim = guess if self.aim_s is None else self.aim_s
        surplus = float(self._last(quick).min()) - aim
        if surplus > 2 * self.hop_s:
            return surplus
        seconds = WINDOW_S if not self.measured else FIRST_S if self.aim_s is None else LONG_S
        window = self._callbacks(seconds)
        if self._noted - max(self._window, begin) < window:
            return 0.0
        median = float(np.median(self._last(window)))
        self._window = self._noted
        if self.aim_s is None:  # the phase of the two callbacks is chance, within a hop and a block
            room = self.hop_s + self._block_s
            self.aim_s = min(median, guess) if self.measured else min(max(median, guess - room), guess + room)
            return median - guess if self.measured and median - guess > TOLERANCE_S else 0.0
        off = median - self.aim_s
        sign = float(np.sign(off)) if abs(off) > TOLERANCE_S else 0.0
        again, self._sign = sign and sign == self._sign, sign
        return off if again else 0.0


def splice_point(past: Samples, coming: Samples, count: int, skip: int, search: int) -> int:
    """The shift near `skip` at which the signal best continues itself: where a cross-fade is heard least.

    past: samples already used; coming: the next ones; count: length of the cross-fade. The shift has skip's
    sign and maximises the normalised correlation of coming[0 : count] with the same count of samples `shift`
    later (or, below 0, earlier).
    """
    signal = np.concatenate([past, coming])
    low, high = max(skip - search, -len(past)), min(skip + search, len(coming) - count)
    low, high = (max(low, 1), high) if skip > 0 else (low, min(high, -1))
    if high < low:
        return 0
    here = coming[:count]
    windows = np.lib.stride_tricks.sliding_window_view(
        signal[len(past) + low : len(past) + high + count], count
    )
    energy = np.einsum("kn,kn->k", windows, windows)
    likeness = windows @ here / np.sqrt(energy + 1e-9)
    nearest = np.abs(np.arange(low, high + 1) - skip)
    best = likeness >= likeness.max() - 1e-6  # in silence every place is as good: take the wanted one
    return low + int(np.where(best, nearest, len(signal)).argmin())
