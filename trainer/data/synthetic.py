"""Noise that is made rather than recorded: coloured noise, mains hum, tones and clicks."""

import numpy as np
import scipy.fft

from trainer.data.levels import QUIET, rms


def synthetic_noise(rng: np.random.Generator, samples: int, sample_rate: int) -> np.ndarray:
    """Coloured noise, mains hum, tones or clicks, the last three with a faint floor: float32 [samples]."""
    kind = rng.choice(["coloured", "hum", "tones", "clicks"], p=[0.4, 0.25, 0.15, 0.2])
    floor = coloured_noise(rng, samples)
    if kind == "coloured":
        return floor
    make = {"hum": hum, "tones": tones, "clicks": clicks}[str(kind)]
    signal = make(rng, samples, sample_rate)
    return signal / np.float32(max(rms(signal), QUIET)) + floor * np.float32(
        10 ** (rng.uniform(-40, -10) / 20)
    )


def coloured_noise(rng: np.random.Generator, samples: int) -> np.ndarray:
    """Gaussian noise whose power goes as f^-s, s from -0.5 (blue) to 2.5 (red), RMS 1: float32 [samples]."""
    size = scipy.fft.next_fast_len(samples, real=True)
    bins = size // 2 + 1
    spectrum = rng.standard_normal(2 * bins, np.float32).view(np.complex64)
    # Flat below 20 Hz of 8 kHz: red noise would be all rumble.
    index = np.maximum(np.arange(bins, dtype=np.float32), max(1, bins // 400))
    spectrum *= index ** np.float32(-rng.uniform(-0.5, 2.5) / 2)
    spectrum[0] = 0
    signal: np.ndarray = scipy.fft.irfft(spectrum, size)[:samples]
    return signal / np.float32(max(rms(signal), 1e-30))


def hum(rng: np.random.Generator, samples: int, sample_rate: int) -> np.ndarray:
    """Mains hum: 50 or 60 Hz, up to 30 harmonics that fall by 3 to 12 dB an octave: float32 [samples]."""
    harmonics = np.arange(1, int(rng.integers(3, 31)) + 1)
    amplitude = harmonics ** -rng.uniform(0.5, 2.0) * rng.uniform(0.2, 1.0, len(harmonics))
    # One period as a table: the cost does not grow with the harmonics.
    angle = 2 * np.pi * np.arange(1024) / 1024
    table = amplitude @ np.sin(np.outer(harmonics, angle) + rng.uniform(0, 2 * np.pi, (len(harmonics), 1)))
    mains = float(rng.choice([50.0, 60.0])) * rng.uniform(0.998, 1.002)
    phase = mains / sample_rate * np.arange(samples) + rng.random()
    wave: np.ndarray = np.interp(phase % 1 * 1024, np.arange(1024), table, period=1024)
    return wave.astype(np.float32)


def tones(rng: np.random.Generator, samples: int, sample_rate: int) -> np.ndarray:
    """One to four steady or pulsing tones from 100 Hz to 0.45 of the sample rate: float32 [samples]."""
    time = np.arange(samples, dtype=np.float32) / np.float32(sample_rate)
    total = np.zeros(samples, np.float32)
    for _ in range(rng.integers(1, 5)):
        frequency = np.exp(rng.uniform(np.log(100), np.log(0.45 * sample_rate)))
        tone = np.sin(np.float32(2 * np.pi * frequency) * time)
        if rng.random() < 0.4:
            tone *= 0.5 + 0.5 * np.sin(np.float32(2 * np.pi * rng.uniform(0.5, 4)) * time)
        total += tone * np.float32(rng.uniform(0.2, 1))
    return total


def clicks(rng: np.random.Generator, samples: int, sample_rate: int) -> np.ndarray:
    """Two to twenty short damped oscillations a second, of random height: float32 [samples]."""
    total = np.zeros(samples, np.float32)
    count = max(1, rng.poisson(rng.uniform(2, 20) * samples / sample_rate))
    length = min(samples, int(0.03 * sample_rate))
    time = np.arange(length) / sample_rate
    shapes = [
        np.exp(-time / rng.uniform(0.0005, 0.006))
        * np.sin(2 * np.pi * rng.uniform(300, 6000) * time + rng.uniform(0, 6))
        for _ in range(3)
    ]
    for start in rng.integers(0, samples, count):
        part = total[start : start + length]
        part += shapes[rng.integers(3)][: len(part)] * 10 ** (rng.uniform(-20, 0) / 20)
    return total


def bangs(rng: np.random.Generator, samples: int, sample_rate: int) -> np.ndarray:
    """One to three bursts of 5 to 300 ms of noise or a damped tone, the loudest of which peaks at 1: float32 [samples]."""
    total = np.zeros(samples, np.float32)
    for _ in range(rng.integers(1, 4)):
        length = int(np.exp(rng.uniform(np.log(0.005), np.log(0.3))) * sample_rate)
        time = np.arange(length) / sample_rate
        decay = np.exp(-time / (length / sample_rate * rng.uniform(0.1, 1.0)))
        if rng.random() < 0.6:
            body = coloured_noise(rng, length)
        else:
            body = np.sin(2 * np.pi * np.exp(rng.uniform(np.log(60), np.log(3000))) * time)
        rise = min(length, int(rng.uniform(0.0002, 0.005) * sample_rate) + 1)
        burst = (body * decay).astype(np.float32)
        burst[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
        start = int(rng.integers(0, max(1, samples - length // 2)))
        part = total[start : start + length]
        height = max(float(np.abs(burst).max(initial=0)), QUIET)
        part += burst[: len(part)] / np.float32(height) * np.float32(10 ** (rng.uniform(-12, 0) / 20))
    return total / np.float32(max(float(np.abs(total).max(initial=0)), QUIET))


def rumble(rng: np.random.Generator, samples: int, sample_rate: int) -> np.ndarray:
    """Wind or rumble: noise below 20 to 150 Hz that swells and falls, RMS 1: float32 [samples]."""
    size = scipy.fft.next_fast_len(samples, real=True)
    frequency = np.arange(size // 2 + 1) * sample_rate / size
    corner = np.exp(rng.uniform(np.log(20), np.log(150)))
    spectrum = rng.standard_normal(2 * len(frequency)).view(np.complex128)
    spectrum *= frequency > 1  # no offset
    spectrum /= 1 + (frequency / corner) ** rng.uniform(2, 5)
    swell = np.interp(
        np.arange(samples), np.arange(0, samples + sample_rate // 2, sample_rate // 2),
        rng.uniform(0.1, 1.0, samples // (sample_rate // 2) + 1 + (samples % (sample_rate // 2) > 0)),
    )  # fmt: skip
    signal: np.ndarray = scipy.fft.irfft(spectrum, size)[:samples] * swell
    return (signal / max(rms(signal), QUIET)).astype(np.float32)
