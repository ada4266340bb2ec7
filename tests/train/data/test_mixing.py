"""Laws of the mixtures: what x and y share, what level they have, what a seed fixes."""

import math
import sys
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.data.filters import convolve, early_part, random_equaliser
from trainer.data.levels import active_rms, rms
from trainer.data.mixing import change_speed, mix, pause, render
from trainer.data.rooms import load_rooms, simulate_rooms
from trainer.data.scene import MixConfig, draw_scene
from trainer.data.synthetic import bangs, clicks, coloured_noise, hum, rumble, tones

RATE = 16000
SAMPLES = 2 * RATE


def plain(**changes) -> MixConfig:
    """A configuration in which nothing happens but what is asked for."""
    zero = {f.name: 0.0 for f in fields(MixConfig) if f.type in (float, "float")}
    zero |= {"snr_mean": 7.0, "snr_deviation": 7.0, "early": 0.05, "early_fade": 0.02, "equaliser_gain": 6.0}
    return MixConfig(**(zero | changes))


def speech(rng: np.random.Generator, samples: int) -> np.ndarray:
    """Bursts of a breathy voice with pauses between them."""
    time = np.arange(samples) / RATE
    voice = sum(np.sin(2 * np.pi * 120 * k * time + rng.uniform(0, 6)) / k for k in range(1, 20))
    voice += rng.standard_normal(samples)
    bursts = np.sin(2 * np.pi * 1.5 * time + rng.uniform(0, 6)) > -0.3
    return (0.1 * voice * bursts).astype(np.float32)


def noise(rng: np.random.Generator, samples: int) -> np.ndarray:
    return (0.05 * rng.standard_normal(samples)).astype(np.float32)


@pytest.fixture(scope="module")
def rooms():
    return simulate_rooms(4, 0, RATE)


def made(config: MixConfig, seed: int = 0, rooms=(), samples: int = SAMPLES):
    return mix(np.random.default_rng(seed), samples, speech, noise, config, rooms, RATE)


def decibel(ratio: float) -> float:
    return 20 * math.log10(ratio)


@pytest.mark.parametrize("snr", [-6.0, 0.0, 20.0])
def test_snr_is_met_on_the_active_level(snr):
    config = plain(snr="uniform", snr_range=(snr, snr))
    for seed in range(5):
        x, y = made(config, seed)
        assert decibel(active_rms(x, RATE) / rms(y - x)) == pytest.approx(snr, abs=0.05)


def test_active_level_ignores_pauses():
    rng = np.random.default_rng(0)
    loud = rng.standard_normal(RATE).astype(np.float32)
    with_pause = np.concatenate([loud, np.zeros(3 * RATE, np.float32)])
    assert active_rms(with_pause, RATE) == pytest.approx(rms(loud), rel=0.02)
    assert rms(with_pause) == pytest.approx(rms(loud) / 2, rel=0.02)


def test_normal_snr_stays_within_its_range():
    config = plain(snr_deviation=30.0, snr_range=(-3.0, 12.0))
    drawn = [draw_scene(np.random.default_rng(seed), config).snr for seed in range(300)]
    assert min(drawn) == -3.0 and max(drawn) == 12.0 and len(set(drawn)) > 50


@given(seed=st.integers(0, 2**32 - 1), level=st.floats(-60, 0))
@settings(max_examples=60, deadline=None)
def test_never_above_full_scale_and_never_nan(seed, level, rooms):
    often = {
        name: 0.4 for name in ("silence", "gap", "jump", "speed", "equaliser", "second_noise", "clipping")
    }
    often |= {name: 0.3 for name in ("babble", "synthetic", "reverb", "low_pass", "low_cut")}
    config = MixConfig(**often, level_range=(level, level))
    x, y = made(config, seed, rooms, 8000)
    for signal in (x, y):
        assert signal.shape == (8000,) and signal.dtype == np.float32
        assert np.isfinite(signal).all() and np.abs(signal).max() <= 1


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_silent_sources_give_silence_or_noise_but_no_nan(seed, rooms):
    def silent(rng, samples):
        return np.zeros(samples, np.float32)

    config = MixConfig(noise_absent=0.5)
    x, y = mix(np.random.default_rng(seed), 8000, silent, silent, config, rooms, RATE)
    assert not x.any() and np.isfinite(y).all() and np.abs(y).max() <= 1


def test_without_noise_y_is_x():
    config = MixConfig(noise_absent=1.0, speech_absent=0.0, clipping=1.0, reverb=1.0, jump=1.0, low_pass=1.0)
    for seed in range(10):
        x, y = made(config, seed)
        assert x.any() and np.array_equal(x, y)


def test_without_speech_x_is_zero():
    for seed in range(10):
        x, y = made(MixConfig(speech_absent=1.0, noise_absent=0.0), seed)
        assert not x.any() and y.any()


def test_leading_silence_is_exactly_zero(rooms):
    config = MixConfig(silence=1.0, silence_range=(0.25, 0.25), reverb=1.0, low_pass=1.0, speech_absent=0.0)
    for seed in range(5):
        x, y = made(config, seed, rooms)
        assert not x[:4000].any() and not y[:4000].any() and y[4000:].any()


@pytest.mark.parametrize(
    "change", ["equaliser", "speed", "jump", "low_pass", "low_cut", "gap", "reverb"], ids=lambda name: name
)
def test_x_and_y_are_aligned(change, rooms):
    """With almost no noise, y is x but for late reverberation: the best lag is 0."""
    config = plain(snr="uniform", snr_range=(80.0, 80.0), **{change: 1.0})
    for seed in range(3):
        x, y = made(config, seed, rooms)
        lags = np.fft.irfft(np.fft.rfft(y, 2 * SAMPLES) * np.conj(np.fft.rfft(x, 2 * SAMPLES)))
        assert int(np.argmax(lags)) == 0
        if change != "reverb":
            assert rms(y - x) < 1e-2 * rms(x)


def test_the_channel_treats_x_and_y_alike():
    """y − x is the noise through the same band limits: nothing of the speech is left in it."""
    config = plain(low_pass=1.0, low_pass_range=(3400.0, 3400.0), snr="uniform", snr_range=(0.0, 0.0))
    x, y = made(config)
    for signal in (x, y, y - x):
        power = np.abs(np.fft.rfft(signal)) ** 2
        high = power[int(5000 * len(signal) / RATE) :].sum()
        assert high < 1e-3 * power.sum()


def test_level_is_met():
    config = plain(level_range=(-30.0, -30.0))
    for seed in range(5):
        _, y = made(config, seed)
        assert decibel(rms(y)) == pytest.approx(-30, abs=0.05)


def test_too_loud_a_scene_scales_x_and_y_together():
    quiet = made(plain(level_range=(-40.0, -40.0)))
    loud = made(plain(level_range=(0.0, 0.0)))
    assert max(np.abs(loud[0]).max(), np.abs(loud[1]).max()) == pytest.approx(0.999, abs=1e-5)
    gain = rms(loud[1]) / rms(quiet[1])
    assert np.allclose(loud[0], gain * quiet[0], atol=1e-5)


def test_clipping_spares_the_target():
    config = plain(clipping_range=(0.3, 0.3), snr="uniform", snr_range=(10.0, 10.0))
    clean, intact = made(config)
    x, y = made(replace(config, clipping=1.0))
    assert np.array_equal(x, clean)
    assert np.abs(y).max() == pytest.approx(0.3 * np.abs(intact).max(), rel=1e-5)


def test_a_jump_moves_x_and_y_by_the_same_step():
    config = plain(jump=1.0, jump_range=(12.0, 12.0), level_range=(-40.0, -40.0))
    seed = 1
    scene = draw_scene(np.random.default_rng(seed), config)
    steady = replace(scene, jump=None)
    pairs = [
        render(np.random.default_rng(seed), s, SAMPLES, speech, noise, config, (), RATE)
        for s in (scene, steady)
    ]
    at = int(scene.jump[0] * SAMPLES)
    for jumped, plain_signal in zip(*pairs, strict=True):
        before = rms(jumped[:at]) / rms(plain_signal[:at])
        after = rms(jumped[at + 200 :]) / rms(plain_signal[at + 200 :])
        assert decibel(after / before) == pytest.approx(scene.jump[1], abs=0.01)


def test_same_seed_same_pair_and_other_seed_another(rooms):
    first, again, other = (made(MixConfig(), seed, rooms) for seed in (5, 5, 6))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[1], other[1])


def test_an_option_leaves_all_other_decisions_as_they_were():
    for seed in range(20):
        base = draw_scene(np.random.default_rng(seed), MixConfig(), 8)
        other = draw_scene(np.random.default_rng(seed), MixConfig(silence=1.0, clipping=1.0, low_pass=0.0), 8)
        same = replace(other, silence=base.silence, clipping=base.clipping, low_pass=base.low_pass)
        assert same == base


def test_shares_are_those_of_the_configuration():
    config = MixConfig()
    scenes = [draw_scene(np.random.default_rng(seed), config, 8) for seed in range(4000)]

    def share(condition) -> float:
        return sum(map(condition, scenes)) / len(scenes)

    noisy = 1 - config.noise_absent
    assert share(lambda s: not s.speech) == pytest.approx(config.speech_absent, abs=0.012)
    assert share(lambda s: s.noise == "none") == pytest.approx(config.noise_absent, abs=0.012)
    assert share(lambda s: s.noise == "babble") == pytest.approx(config.babble * noisy, abs=0.02)
    assert share(lambda s: s.noise == "synthetic") == pytest.approx(config.synthetic * noisy, abs=0.02)
    assert share(lambda s: s.room is not None) == pytest.approx(config.reverb * noisy, abs=0.025)
    assert share(lambda s: s.second_noise is not None) == pytest.approx(config.second_noise * noisy, abs=0.02)
    assert share(lambda s: s.silence > 0) == pytest.approx(config.silence, abs=0.015)
    assert not any(s.noise == "none" and not s.speech for s in scenes)


def test_babble_draws_its_talkers_from_the_speech():
    drawn = []

    def counted(rng, samples):
        drawn.append(samples)
        return speech(rng, samples)

    config = plain(babble=1.0, babble_talkers=(5, 5))
    x, y = mix(np.random.default_rng(0), SAMPLES, counted, noise, config, (), RATE)
    assert len(drawn) == 6 and not np.array_equal(x, y)


def test_the_early_part_ends_where_it_is_told_and_starts_untouched():
    early = early_part(np.ones(8000, np.float32), 0.05, 0.02, RATE)
    assert len(early) == 800
    assert np.all(early[:480] == 1) and np.all(np.diff(early[479:]) < 0) and early[-1] < 1e-3


def test_convolution_is_that_of_numpy():
    rng = np.random.default_rng(0)
    signal, a, b = (rng.standard_normal(n).astype(np.float32) for n in (3000, 700, 31))
    for result, response in zip(convolve(signal, [a, b]), (a, b), strict=True):
        assert result.dtype == np.float32
        assert np.allclose(result, np.convolve(signal, response)[:3000], atol=1e-3)


def test_speed_moves_the_pitch():
    time = np.arange(SAMPLES) / RATE
    faster = change_speed(np.sin(2 * np.pi * 1000 * time).astype(np.float32), 1.1)
    peak = np.argmax(np.abs(np.fft.rfft(faster * np.hanning(len(faster))))) * RATE / len(faster)
    assert peak == pytest.approx(1100, abs=2) and len(faster) == pytest.approx(SAMPLES / 1.1, abs=2)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_equaliser_stays_within_its_gain_and_is_stable(seed):
    from scipy.signal import freqz_sos, sos2zpk

    sos = random_equaliser(np.random.default_rng(seed), 6.0, RATE)
    _, response = freqz_sos(sos, 512)
    assert np.abs(20 * np.log10(np.abs(response))).max() < 18.1
    assert np.abs(sos2zpk(sos)[1]).max() < 1


def test_a_pause_is_silent_and_leaves_the_rest():
    signal = np.ones(RATE, np.float32)
    paused = pause(signal, 0.5, 0.2, RATE)
    assert (paused == 0).sum() >= 0.17 * RATE and (paused == 1).sum() >= 0.79 * RATE
    assert np.all(signal == 1)
    assert np.abs(np.diff(paused)).max() < 0.02


@pytest.mark.parametrize("make", [hum, tones, clicks])
def test_synthetic_noises_sound(make):
    for seed in range(20):
        signal = make(np.random.default_rng(seed), SAMPLES, RATE)
        assert signal.shape == (SAMPLES,) and np.isfinite(signal).all() and rms(signal) > 1e-3


def test_hum_sits_on_the_harmonics_of_the_mains():
    signal = hum(np.random.default_rng(0), SAMPLES, RATE)
    power = np.abs(np.fft.rfft(signal * np.hanning(SAMPLES))) ** 2
    frequency = np.arange(len(power)) * RATE / SAMPLES
    best = max(power[np.abs((frequency + f / 2) % f - f / 2) < 3].sum() / power.sum() for f in (50, 60))
    assert best > 0.98


def test_coloured_noise_has_unit_level_and_differs_in_slope():
    def slope(seed):
        signal = coloured_noise(np.random.default_rng(seed), SAMPLES)
        assert rms(signal) == pytest.approx(1, abs=1e-3)
        power = np.abs(np.fft.rfft(signal)) ** 2
        low, high = power[400:800].mean(), power[8000:16000].mean()
        return np.log(low / high) / np.log(20)

    slopes = [slope(seed) for seed in range(30)]
    assert -0.7 < min(slopes) < 0.2 and 1.8 < max(slopes) < 2.7


@pytest.mark.parametrize(
    "wrong",
    [
        {"reverb": 1.5},
        {"silence": -0.1},
        {"snr_range": (10.0, 0.0)},
        {"speed_range": (0.0, 1.0)},
        {"speech_absent": 0.6, "noise_absent": 0.6},
        {"babble": 0.6, "synthetic": 0.6},
        {"snr": "gamma"},
        {"early_fade": 0.1},
        {"snr_deviation": -1.0},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_option_is_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        MixConfig(**wrong)


def test_every_share_has_its_check():
    """An option added later cannot escape the check of probabilities."""
    shares = [f.name for f in fields(MixConfig) if isinstance(f.default, float) and 0 < f.default <= 0.5]
    for name in set(shares) - {"early", "early_fade"}:
        with pytest.raises(ValueError, match=name):
            MixConfig(**{name: 1.5})


# --- rooms ---


def test_the_direct_sound_is_the_first_sample(rooms):
    for for_speech, for_noise in rooms:
        for rir in (for_speech, for_noise):
            assert rir.dtype == np.float32 and len(rir) <= RATE // 2 and np.isfinite(rir).all()
            assert rir[0] == pytest.approx(1)
        assert np.abs(for_speech).max() == pytest.approx(1, abs=0.3)


def test_a_room_keeps_speech_aligned(rooms):
    dry = noise(np.random.default_rng(0), SAMPLES)
    for for_speech, _ in rooms:
        (early,) = convolve(dry, [early_part(for_speech, 0.05, 0.02, RATE)])
        lags = np.fft.irfft(np.fft.rfft(early, 2 * SAMPLES) * np.conj(np.fft.rfft(dry, 2 * SAMPLES)))
        assert int(np.argmax(np.abs(lags))) == 0


def test_rooms_decay(rooms):
    for for_speech, _ in rooms:
        energy = np.cumsum(for_speech[::-1].astype(float) ** 2)[::-1]
        level = 10 * np.log10(energy / energy[0] + 1e-12)
        assert np.all(np.diff(level) <= 0) and level[-len(level) // 10] < -15


def test_same_seed_same_rooms_and_the_cache_gives_them_back(rooms, tmp_path):
    first = load_rooms(4, 0, RATE, tmp_path / "cache")
    again = load_rooms(4, 0, RATE, tmp_path / "cache")
    assert [p.suffix for p in (tmp_path / "cache").iterdir()] == [".npz"]
    for a, b, c in zip(rooms, first, again, strict=True):
        for k in range(2):
            assert np.allclose(a[k], b[k], atol=1e-6) and np.array_equal(b[k], c[k])
    assert not np.array_equal(simulate_rooms(1, 1, RATE)[0][0], rooms[0][0])


def test_missing_simulator_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyroomacoustics", None)
    with pytest.raises(ImportError, match="extra `train`"):
        simulate_rooms(1, 0, RATE)
    assert load_rooms(0, 0, RATE) == []


def test_bangs_rise_over_everything_in_y_alone_and_peak_where_they_should():
    quiet = plain(level_range=(-50.0, -50.0), noise_absent=0.0, bangs=1.0, bangs_range=(-6.0, -6.0))
    without = plain(level_range=(-50.0, -50.0), noise_absent=0.0)
    for seed in range(5):
        (x, y), (x_0, y_0) = made(quiet, seed), made(without, seed)
        np.testing.assert_array_equal(x, x_0)
        assert decibel(np.abs(y - y_0).max()) == pytest.approx(-6, abs=0.2)
        assert np.mean(np.abs(y - y_0) > 0.01) < 0.6  # bursts, not noise all through


def test_an_offset_is_in_y_alone_and_has_either_sign():
    means = []
    for seed in range(12):
        x, y = made(plain(offset=1.0, offset_range=(0.05, 0.05)), seed)
        means.append(float(np.mean(y)))
        assert abs(np.mean(x)) < 0.01
    assert min(means) < -0.04 and max(means) > 0.04


def test_rumble_is_low_and_as_loud_as_asked():
    loud, without = plain(rumble=1.0, rumble_range=(6.0, 6.0)), plain()
    (_, y), (_, y_0) = made(loud, 3), made(without, 3)
    added = y - y_0
    assert decibel(rms(added) / rms(y_0)) == pytest.approx(6, abs=0.5)
    power = np.abs(np.fft.rfft(added)) ** 2
    assert power[: 400 * SAMPLES // RATE].sum() > 0.95 * power.sum()


def test_noise_runs_backwards_or_changes_to_another():
    def steps(rng, samples):  # louder from moment to moment
        return (0.01 + 0.2 * np.arange(samples) / samples * rng.standard_normal(samples)).astype(np.float32)

    def noise_of(**changes):
        config = plain(snr="uniform", snr_range=(-40.0, -40.0), **changes)
        return mix(np.random.default_rng(1), SAMPLES, speech, steps, config, (), RATE)[1]

    half = SAMPLES // 2
    assert rms(noise_of()[half:]) > 1.5 * rms(noise_of()[:half])
    backwards = noise_of(reverse=1.0)
    assert rms(backwards[:half]) > 1.5 * rms(backwards[half:])
    assert rms(noise_of(splice=1.0) - noise_of()) > 0.1 * rms(noise_of())


@pytest.mark.parametrize("samples", [RATE // 100, RATE // 2, RATE // 2 + 1, 3 * RATE])
def test_bangs_and_rumble_have_any_length(samples):
    assert bangs(np.random.default_rng(0), samples, RATE).shape == (samples,)
    made = rumble(np.random.default_rng(0), samples, RATE)
    assert made.shape == (samples,) and np.isfinite(made).all()
