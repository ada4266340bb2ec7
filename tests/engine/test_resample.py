"""The resampler, measured: delay, ripple, aliases, counts."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.engine.resample import StreamingResampler

PAIRS = [(48000, 16000), (44100, 16000), (16000, 48000), (16000, 44100)]
MORE_PAIRS = [
    *PAIRS,
    (8000, 16000),
    (96000, 16000),
    (11025, 16000),
    (22050, 24000),
    (16000, 15999),
    (192000, 8000),
]

pytestmark = pytest.mark.filterwarnings("error")


def tone(frequency, rate, seconds=0.5):
    return np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate).astype(np.float32)


def fit(samples, frequency, rate):
    """Amplitude, phase (rad) against a sine that starts at sample 0, and what is left, as a power."""
    skip = len(samples) // 4
    time = np.arange(len(samples))[skip:] / rate
    basis = np.stack([np.sin(2 * np.pi * frequency * time), np.cos(2 * np.pi * frequency * time)], 1)
    (a, b), *_ = np.linalg.lstsq(basis, samples[skip:], rcond=None)
    rest = samples[skip:] - basis @ [a, b]
    return np.hypot(a, b), np.arctan2(b, a), (rest**2).mean()


def db(power):
    return 10 * np.log10(power + 1e-20)


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS)
def test_flat_to_85_percent_and_late_by_the_declared_delay(rate_in, rate_out):
    resampler = StreamingResampler(rate_in, rate_out)
    nyquist = min(rate_in, rate_out) / 2
    for part in (0.01, 0.1, 0.3, 0.5, 0.7, 0.8, 0.85):
        f = part * nyquist
        resampler.reset()
        amplitude, phase, rest = fit(resampler.process(tone(f, rate_in)), f, rate_out)
        assert abs(20 * np.log10(amplitude)) < 0.1
        late = (-phase - 2 * np.pi * f * resampler.delay) / (2 * np.pi)
        assert abs(late - round(late)) / f < 1e-6, "the phase is that of the delay, to a microsecond"
        assert db(rest / 0.5) < -60, "images or aliases"
    assert resampler.delay < 0.002
    assert resampler.delay_samples == pytest.approx(resampler.delay * rate_out)


@pytest.mark.parametrize(("rate_in", "rate_out"), [(48000, 16000), (44100, 16000), (96000, 16000)])
def test_what_lies_above_nyquist_is_gone(rate_in, rate_out):
    for f in (8000.5, 8100, 8500, 9000, 11000, 13000, 15900, 16100, 19000, 22000):
        out = StreamingResampler(rate_in, rate_out).process(tone(f, rate_in))
        assert db((out[len(out) // 4 :] ** 2).mean() / 0.5) < -60, f


@pytest.mark.parametrize("rate_out", [48000, 44100])
def test_no_images_above_the_old_nyquist(rate_out):
    for f in (1000, 5000, 7000, 7900):
        out = StreamingResampler(16000, rate_out).process(tone(f, 16000))
        *_, rest = fit(out, f, rate_out)
        assert db(rest / 0.5) < -60, f


@pytest.mark.parametrize(("rate_in", "rate_out"), MORE_PAIRS)
def test_a_click_comes_out_at_its_time(rate_in, rate_out):
    resampler = StreamingResampler(rate_in, rate_out)
    click = np.zeros(rate_in // 10, np.float32)
    click[300] = 1
    out = resampler.process(click).astype(np.float64)
    centre = (np.arange(len(out)) * out).sum() / out.sum() / rate_out
    assert centre == pytest.approx(300 / rate_in + resampler.delay, abs=2e-6)


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS)
def test_a_constant_stays_what_it_is(rate_in, rate_out):
    out = StreamingResampler(rate_in, rate_out).process(np.ones(rate_in // 10, np.float32))
    np.testing.assert_allclose(out[len(out) // 2 :], 1, atol=1e-6)


SIGNAL = np.random.default_rng(0).standard_normal(6000).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(MORE_PAIRS),
    st.lists(st.one_of(st.integers(0, 20), st.integers(0, 1500)), max_size=20),
    st.integers(0, len(SIGNAL)),
)
def test_any_chunks_give_the_same_bits_and_counts_keep_step(pair, chunks, total):
    rate_in, rate_out = pair
    resampler = StreamingResampler(rate_in, rate_out)
    expected = resampler.process(SIGNAL[:total])
    tail = resampler.flush()
    pieces, taken, given = [np.zeros(0, np.float32)], 0, 0
    for size in [*chunks, total]:
        chunk = SIGNAL[:total][taken : taken + size]
        pieces.append(resampler.process(chunk))
        taken += len(chunk)
        given += len(pieces[-1])
        assert given == -(-taken * rate_out // rate_in)
    np.testing.assert_array_equal(np.concatenate(pieces), expected)
    np.testing.assert_array_equal(resampler.flush(), tail)


def test_sample_by_sample_is_the_same():
    for pair in PAIRS:
        resampler = StreamingResampler(*pair)
        expected = resampler.process(SIGNAL[:500])
        resampler.reset()
        pieces = [resampler.process(SIGNAL[i : i + 1]) for i in range(500)]
        np.testing.assert_array_equal(np.concatenate(pieces), expected)


def test_long_chunks_are_the_same_and_need_no_more_memory_than_they_must():
    audio = np.random.default_rng(1).standard_normal(48000 * 10).astype(np.float32)
    resampler = StreamingResampler(48000, 16000)
    pieces = np.concatenate([resampler.process(chunk) for chunk in np.split(audio, 100)])
    resampler.reset()
    tracemalloc.start()
    whole = resampler.process(audio)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(whole, pieces)
    assert peak < 16e6, "ten seconds are 2 MB; all windows at once would be 92 MB"


@pytest.mark.parametrize(("rate_in", "rate_out"), MORE_PAIRS)
def test_flush_gives_the_delayed_rest(rate_in, rate_out):
    """With it the whole signal is out: its last samples too, as the same filter gives them with silence behind."""
    resampler = StreamingResampler(rate_in, rate_out)
    audio = SIGNAL[:3001]
    out = np.concatenate([resampler.process(audio), resampler.flush()])
    assert 0 <= len(out) - (3001 / rate_in + resampler.delay) * rate_out < 1
    longer = resampler.process(np.concatenate([audio, np.zeros(1000, np.float32)]))
    np.testing.assert_array_equal(out, longer[: len(out)])
    resampler.reset()
    assert not resampler.process(np.zeros(500, np.float32)).any()


def test_there_and_back_is_the_same_but_later():
    down, up = StreamingResampler(48000, 16000), StreamingResampler(16000, 48000)
    audio = sum(tone(f, 48000) for f in (200, 1500, 4000, 6500)) / 4
    back = up.process(down.process(audio))
    late = round((down.delay + up.delay) * 48000)
    assert late == 144
    assert np.abs(back[4000:] - audio[4000 - late : -late]).max() < 5e-3


def test_equal_rates_change_nothing():
    resampler = StreamingResampler(16000, 16000)
    out = resampler.process(SIGNAL)
    np.testing.assert_array_equal(out, SIGNAL)
    assert out is not SIGNAL and resampler.delay == 0 and len(resampler.flush()) == 0


@pytest.mark.parametrize("half_width", [8, 15, 32])
def test_width_is_delay(half_width):
    resampler = StreamingResampler(48000, 16000, half_width)
    assert resampler.delay == half_width / 16000
    amplitude, phase, _ = fit(resampler.process(tone(440, 48000)), 440, 16000)
    assert amplitude == pytest.approx(1, abs=1e-3)
    assert np.angle(np.exp(1j * (phase + 2 * np.pi * 440 * resampler.delay))) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(
    "rates", [(7999, 16000), (16000, 192001), (0, 16000), (16000, -1), (44100.5, 16000), ("48k", 1)]
)
def test_rates_out_of_range_are_refused(rates):
    with pytest.raises(ValueError, match="whole and lie in 8000 ... 192000 Hz") as error:
        StreamingResampler(*rates)
    assert "\n" not in str(error.value)


def test_what_is_no_mono_audio_is_refused():
    with pytest.raises(ValueError, match=r"\[10, 2\]: mono"):
        StreamingResampler(48000, 16000).process(np.zeros((10, 2), np.float32))
