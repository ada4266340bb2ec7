"""Filters of the scenes: a random equaliser, the early part of a room, convolution with several responses."""

from collections.abc import Sequence

import numpy as np
import scipy.fft


def random_equaliser(rng: np.random.Generator, gain: float, sample_rate: int) -> np.ndarray:
    """A low shelf, a peak and a high shelf of at most ±`gain` dB: second-order sections [3, 6]."""
    corners = np.exp(rng.uniform(np.log([80, 300, 2000]), np.log([400, 4000, 6000])))
    gains = rng.uniform(-gain, gain, 3)
    quality = np.array([0.707, rng.uniform(0.5, 2.0), 0.707])
    w = 2 * np.pi * np.minimum(corners, 0.45 * sample_rate) / sample_rate
    A, alpha, cos = 10 ** (gains / 40), np.sin(w) / (2 * quality), np.cos(w)
    sections = [
        _shelf(A[0], alpha[0], cos[0], -1),
        np.array(
            [
                1 + alpha[1] * A[1],
                -2 * cos[1],
                1 - alpha[1] * A[1],
                1 + alpha[1] / A[1],
                -2 * cos[1],
                1 - alpha[1] / A[1],
            ]
        ),
        _shelf(A[2], alpha[2], cos[2], +1),
    ]
    sos = np.stack(sections)
    normalised: np.ndarray = sos / sos[:, 3:4]
    return normalised


def _shelf(A: float, alpha: float, cos: float, side: int) -> np.ndarray:
    """Second-order shelf of the Audio EQ Cookbook (R. Bristow-Johnson); side -1 is low, +1 is high."""
    root = 2 * np.sqrt(A) * alpha
    s = side
    return np.array(
        [
            A * ((A + 1) + s * (A - 1) * cos + root),
            -2 * s * A * ((A - 1) + s * (A + 1) * cos),
            A * ((A + 1) + s * (A - 1) * cos - root),
            (A + 1) - s * (A - 1) * cos + root,
            2 * s * ((A - 1) - s * (A + 1) * cos),
            (A + 1) - s * (A - 1) * cos - root,
        ]
    )


def early_part(rir: np.ndarray, seconds: float, fade: float, sample_rate: int) -> np.ndarray:
    """The first `seconds` of a room's response, the last `fade` seconds of them under a half cosine."""
    early = rir[: max(1, int(seconds * sample_rate))].copy()
    full = int((seconds - fade) * sample_rate)
    tail = early[full:]
    tail *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(len(tail)) + 1) / (int(fade * sample_rate) + 1))
    return early


def convolve(signal: np.ndarray, responses: Sequence[np.ndarray]) -> list[np.ndarray]:
    """`signal` [samples] through each causal response, cut to [samples]; one transform of it serves all."""
    samples = len(signal)
    size = scipy.fft.next_fast_len(samples + max(map(len, responses)) - 1, real=True)
    spectrum = scipy.fft.rfft(signal, size)
    return [scipy.fft.irfft(spectrum * scipy.fft.rfft(r, size), size)[:samples] for r in responses]
