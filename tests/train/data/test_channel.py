"""Codecs, lost packets and drifting gains: aligned, and the target keeps what it should."""

import numpy as np
import pytest
import scipy.signal

from tests.train.data.test_mixing import RATE, SAMPLES, made, plain, rms, speech
from trainer.data.channel import CODECS, coded, drifting_gain, lost_packets


def distortion(a: np.ndarray, b: np.ndarray) -> float:
    """dB of the difference below a."""
    return 20 * np.log10(rms(a) / max(rms(a - b), 1e-9))


@pytest.mark.parametrize("codec", sorted(CODECS))
@pytest.mark.parametrize("samples", [SAMPLES, SAMPLES + 137])
def test_a_codec_distorts_the_mixture_alone_and_delays_neither(codec, samples):
    rng = np.random.default_rng(1)
    x = speech(rng, samples)
    x = scipy.signal.sosfilt(scipy.signal.butter(6, 2500, fs=RATE, output="sos"), x).astype(np.float32)
    clean, mixture = coded(np.stack([x, x]), codec, RATE)
    assert clean.dtype == mixture.dtype == np.float32 and clean.shape == mixture.shape == (samples,)
    assert distortion(x, clean) > 30  # all of it lies below what the codec's rate holds
    assert 3 < distortion(x, mixture) < 60  # coded
    lag = int(np.argmax(scipy.signal.correlate(mixture, x, method="fft"))) - (samples - 1)
    assert lag == 0


def test_a_narrow_codec_takes_the_highs_of_both():
    rng = np.random.default_rng(2)
    x, y = coded(np.stack([speech(rng, SAMPLES), speech(rng, SAMPLES)]), "gsm", RATE)
    for signal in (x, y):
        power = np.abs(np.fft.rfft(signal)) ** 2
        assert power[len(power) * 55 // 100 :].sum() < 1e-3 * power.sum()


def test_lost_packets_are_whole_and_missing_in_both():
    x, y = made(plain(packets=1.0), 3)
    missing = np.flatnonzero(lost_packets(np.random.default_rng(0), SAMPLES, RATE) == 0)
    assert 0 < len(missing) <= 6 * 5 * RATE // 50 and len(missing) % (RATE // 50) == 0
    silent = (y.reshape(-1, RATE // 50) == 0).all(1)
    assert silent.any() and not silent.all()
    assert (x.reshape(-1, RATE // 50)[silent] == 0).all()


def test_a_drifting_gain_moves_x_and_y_alike_and_stays_within_its_bounds():
    still, moving = plain(noise_absent=1.0), plain(noise_absent=1.0, drift=1.0, drift_gain=9.0)
    x, y = made(moving, 4)
    assert np.array_equal(x, y)
    assert not np.allclose(x, made(still, 4)[0], atol=1e-3)
    gain = 20 * np.log10(drifting_gain(np.random.default_rng(0), SAMPLES, RATE, 9.0))
    assert np.abs(gain).max() <= 9 and np.ptp(gain) > 1
    assert np.abs(np.diff(gain)).max() < 18 / (RATE / 4)  # no step is heard


def test_a_coded_scene_leaves_the_target_clean():
    for seed in range(6):
        x, y = made(plain(codec=1.0), seed)
        assert np.isfinite(y).all() and np.abs(y).max() <= 1
        assert rms(x) > 0 and not np.array_equal(x, y)
