"""A resampler for live streams: low delay, any chunk sizes, no delay that wanders.

(Well-kept streaming resamplers hold back 20 to 40 ms and give their output in bursts; see the project's notes.)
"""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
LOWEST, HIGHEST = 8000, 768000  # Hz


class StreamingResampler:
    """Polyphase windowed-sinc filter between two integer rates.

    Output sample n stands at time n / rate_out; it is the input, low-passed below the lower of both Nyquist
    frequencies, `delay` seconds ago. Chunks may have any size and do not change the result.
    """

    def __init__(self, rate_in: int, rate_out: int, half_width: int = 24, beta: float = 8.0):
        for rate in (rate_in, rate_out):
            if not LOWEST <= rate <= HIGHEST:
                raise ValueError(f"sample rate {rate} Hz must lie in {LOWEST} ... {HIGHEST} Hz")
        self.rate_in, self.rate_out = rate_in, rate_out
        common = gcd(rate_in, rate_out)
        self._up, self._down = rate_out // common, rate_in // common
        if self._up == self._down:
            self._half = 0
        else:
            ratio = min(1.0, rate_out / rate_in)
            # half_width zero crossings of the sinc on each side, at the lower of the two rates
            self._half = int(np.ceil(half_width / ratio))
            cutoff = 0.96 * ratio  # of the input's Nyquist: the transition band ends near the lower Nyquist
            taps = 2 * self._half
            # filter[p, k] weighs input sample (base + k) for an output that falls p / up after it
            phase = np.arange(self._up)[:, None] / self._up
            distance = np.arange(taps)[None, :] - self._half + 1 - phase
            window = np.i0(beta * np.sqrt(np.clip(1 - (distance / self._half) ** 2, 0, None))) / np.i0(beta)
            filters = cutoff * np.sinc(cutoff * distance) * window
            self._filters = (filters / filters.sum(1, keepdims=True)).astype(np.float32)
        self.reset()

    @property
    def delay(self) -> float:
        """Seconds by which the output lags the input."""
        return self._half / self.rate_in

    def reset(self) -> None:
        """The start of a stream."""
        self._held = np.zeros(2 * self._half, np.float32)
        self._first = -2 * self._half  # index in the input stream of the first held sample
        self._given = 0  # output samples so far
        self._taken = 0  # input samples so far

    def process(self, samples: Samples) -> Samples:
        """float32 [n] at rate_in -> float32 [m] at rate_out, m such that the counts keep step."""
        samples = np.asarray(samples, np.float32)
        self._taken += len(samples)
        if not self._half:
            return samples.copy()
        total = -(-self._taken * self._up // self._down)  # outputs whose time lies before the end of the input
        self._held = np.concatenate([self._held, samples])
        n = np.arange(self._given, total, dtype=np.int64) * self._down
        # the output of time n is the interpolation at n − half, so that no future sample is needed
        base = n // self._up - 2 * self._half + 1 - self._first
        windows = np.lib.stride_tricks.sliding_window_view(self._held, 2 * self._half)
        out = np.einsum("nk,nk->n", windows[base], self._filters[n % self._up]) if len(n) else np.zeros(0)
        self._given = total
        keep = total * self._down // self._up - 2 * self._half + 1 - self._first
        keep = min(max(keep, 0), len(self._held))
        self._held = self._held[keep:]
        self._first += keep
        return out.astype(np.float32)

    def flush(self) -> Samples:
        """Nothing is owed: counts keep step at all times. Starts anew."""
        self.reset()
        return np.zeros(0, np.float32)
