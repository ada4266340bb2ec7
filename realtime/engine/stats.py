"""What happened to the hops: times, load, and every irregularity, counted."""

from __future__ import annotations

from typing import Any

import numpy as np

_LOUDEST = np.float32(8.0)  # full scales; beyond it is a fault and no sound


class HopStats:
    """Wall times of the last hops, and counters since the last `clear`.

    Written by the stream's thread; others may read counters and take snapshots at any time.
    """

    def __init__(self, hop_seconds: float, keep: int = 6000) -> None:
        """hop_seconds: what one hop lasts, s; keep: hops whose times are remembered (of 10 ms: a minute)."""
        self.hop_seconds = hop_seconds
        self._seconds = np.zeros(keep)
        self.clear()

    def clear(self) -> None:
        """Everything back to zero."""
        self.hops = 0
        self.late_hops = 0  # took longer than they last
        self.failed_hops = 0  # the model gave no finite output; the delayed input was played instead
        self.non_finite_samples = 0  # of the input, replaced by zeros
        self.wild_samples = 0  # of the input, far beyond full scale, clamped

    def add(self, seconds: float) -> None:
        """One hop's wall time, s."""
        self._seconds[self.hops % len(self._seconds)] = seconds
        self.hops += 1
        if seconds > self.hop_seconds:
            self.late_hops += 1

    def snapshot(self) -> dict[str, Any]:
        """Counters, and over the remembered hops p50_ms, p99_ms, max_ms and load (p50 / the hop's length)."""
        times = self._seconds[: min(self.hops, len(self._seconds))] * 1000
        p50, p99, most = np.percentile(times, [50, 99, 100]).tolist() if len(times) else (0.0, 0.0, 0.0)
        return {
            "hops": self.hops,
            "p50_ms": p50,
            "p99_ms": p99,
            "max_ms": most,
            "load": p50 / (1000 * self.hop_seconds),
            "late_hops": self.late_hops,
            "failed_hops": self.failed_hops,
            "non_finite_samples": self.non_finite_samples,
            "wild_samples": self.wild_samples,
        }


class LevelMeter:
    """Level and peak of a signal as a display shows them; one thread adds, others read."""

    FLOOR_DBFS = -120.0

    def __init__(self, sample_rate: int, level_s: float = 0.3, peak_s: float = 1.5) -> None:
        """level_s: time constant of the mean square, s; peak_s: in which a held peak falls by 20 dB, s."""
        self.sample_rate, self._level_s, self._peak_s = sample_rate, level_s, peak_s
        self.power = 0.0  # smoothed mean square
        self.peak = 0.0
        self.clipped = 0  # samples at full scale since the start

    def add(self, samples: np.ndarray[Any, np.dtype[np.float32]]) -> None:
        """float32 [n], n > 0, full scale ±1."""
        if not np.abs(samples).max() <= _LOUDEST:  # also NaN, which would stay in the mean for good
            samples = np.clip(np.nan_to_num(samples, nan=0.0), -_LOUDEST, _LOUDEST)
        seconds = len(samples) / self.sample_rate
        share = 1 - np.exp(-seconds / self._level_s)
        self.power += float(share) * (float(samples @ samples) / len(samples) - self.power)
        size = np.abs(samples)
        most = float(size.max())
        self.peak = max(most, self.peak * 10 ** (-seconds / self._peak_s))
        if most >= 0.999:
            self.clipped += int((size >= 0.999).sum())

    @property
    def level_dbfs(self) -> float:
        """RMS, dB full scale, -120 for silence."""
        return max(self.FLOOR_DBFS, float(10 * np.log10(self.power + 1e-30)))

    @property
    def peak_dbfs(self) -> float:
        """The highest sample, dB of full scale."""
        return max(self.FLOOR_DBFS, float(20 * np.log10(self.peak + 1e-30)))
