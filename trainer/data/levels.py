"""Levels of signals: RMS over all of it, or over the frames in which something sounds."""

import numpy as np

QUIET = 1e-5  # below this RMS (-100 dBFS) a stretch counts as silence


def rms(signal: np.ndarray) -> float:
    """Root of the mean square of a signal [samples]."""
    return float(np.sqrt(np.dot(signal, signal) / max(len(signal), 1)))


def active_rms(signal: np.ndarray, sample_rate: int = 16000, margin: float = 30.0) -> float:
    """RMS over the 20 ms frames that are at most `margin` dB below the loudest frame; 0 for silence."""
    frame = sample_rate // 50
    count = len(signal) // frame
    if count == 0:
        return rms(signal)
    frames = signal[: count * frame].reshape(count, frame)
    energy = np.einsum("ij,ij->i", frames, frames) / frame
    active = energy[energy >= energy.max() * 10 ** (-margin / 10)]
    return float(np.sqrt(active.mean()))
