"""What happens to a microphone's signal on its way: a speech codec, lost packets, a gain that drifts."""

import io

import numpy as np
import soundfile
import soxr

# name -> (Hz, or None for the rate of the signal; container; encoding; compression level, or None)
CODECS = {
    "gsm": (8000, "WAV", "GSM610", None),
    "mu-law": (8000, "WAV", "ULAW", None),
    "adpcm": (None, "WAV", "IMA_ADPCM", None),  # as coarse as the wide-band codec of Bluetooth headsets
    "opus": (None, "OGG", "OPUS", 0.9),
}


def coded(pair: np.ndarray, codec: str, sample_rate: int) -> np.ndarray:
    """Send the mixture through a codec: float32 [2, samples] -> the same shape, aligned.

    pair: x, y. Both lose what the codec's rate cannot hold; only y gets its distortion, which is noise to be removed.
    """
    rate, container, encoding, level = CODECS[codec]
    rate = rate or sample_rate
    x, y = (_resampled(signal, sample_rate, rate) for signal in pair)
    options = {} if level is None else {"compression_level": level}
    file = io.BytesIO()
    soundfile.write(file, np.clip(y, -1, 1), rate, format=container, subtype=encoding, **options)
    file.seek(0)
    y = np.clip(soundfile.read(file, dtype="float32")[0], -1, 1)
    samples = pair.shape[-1]
    return np.stack([_fitted(_resampled(signal, rate, sample_rate), samples) for signal in (x, y)])


def _resampled(signal: np.ndarray, source: int, target: int) -> np.ndarray:
    return signal if source == target else soxr.resample(signal, source, target)


def _fitted(signal: np.ndarray, samples: int) -> np.ndarray:
    return np.pad(signal[:samples], (0, max(0, samples - len(signal)))).astype(np.float32)


def lost_packets(rng: np.random.Generator, samples: int, sample_rate: int) -> np.ndarray:
    """Gain 0 or 1 [samples], float32: one to five packets of 20 ms are missing in a row, at one to six places."""
    gain = np.ones(samples, np.float32)
    packet = sample_rate // 50
    for _ in range(rng.integers(1, 7)):
        start = int(rng.integers(0, max(1, samples // packet))) * packet
        gain[start : start + int(rng.integers(1, 6)) * packet] = 0
    return gain


def drifting_gain(rng: np.random.Generator, samples: int, sample_rate: int, most: float) -> np.ndarray:
    """A gain that wanders between -`most` and `most` dB with a corner every half second: float32 [samples], linear."""
    corners = max(2, 2 * samples // sample_rate + 1)
    decibels = np.interp(
        np.arange(samples), np.linspace(0, samples, corners), rng.uniform(-most, most, corners)
    )
    return (10 ** (decibels / 20)).astype(np.float32)
