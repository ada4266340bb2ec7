"""What happened to the hops: times, load, and every irregularity, counted."""

from __future__ import annotations

from typing import Any

import numpy as np


class HopStats:
    """Wall time of the last hops and counters of a stream. Written by one thread; a snapshot may be taken by others."""

    def __init__(self, hop_seconds: float, keep: int = 6000):
        self.hop_seconds = hop_seconds
        self._times = np.zeros(keep)
        self.hops = 0
        self.non_finite_samples = 0  # of the input, replaced by zeros
        self.wild_samples = 0  # of the input, beyond four times full scale, clamped
        self.failed_hops = 0  # the model gave no finite output; the delayed input was played instead
        self.late_hops = 0  # took longer than they last

    def add(self, seconds: float) -> None:
        """One hop's wall time in s."""
        self._times[self.hops % len(self._times)] = seconds
        self.hops += 1
        if seconds > self.hop_seconds:
            self.late_hops += 1

    def snapshot(self) -> dict[str, Any]:
        """Plain numbers: counts, and p50_ms, p99_ms, max_ms over the last hops, load = p50 / hop."""
        times = self._times[: min(self.hops, len(self._times))]
        p50, p99, most = (np.percentile(times, [50, 99, 100]) * 1000).tolist() if len(times) else (0.0, 0.0, 0.0)
        return {
            "hops": self.hops, "p50_ms": p50, "p99_ms": p99, "max_ms": most, "load": p50 / (1000 * self.hop_seconds),
            "late_hops": self.late_hops, "failed_hops": self.failed_hops,
            "non_finite_samples": self.non_finite_samples, "wild_samples": self.wild_samples,
        }  # fmt: skip
