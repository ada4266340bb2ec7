"""Everything after the model: bounded, aligned, and without clicks."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from realtime.engine.mix import KNEE, Delay, Mixer, limit

HOP = 160
FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)

pytestmark = pytest.mark.filterwarnings("error")


@settings(deadline=None)
@given(arrays(np.float32, st.integers(0, 50), elements=FINITE))
def test_the_limiter_stays_within_full_scale_and_leaves_what_is_below(samples):
    out = limit(samples.copy())
    assert (np.abs(out) <= 1).all()
    quiet = np.abs(samples) <= KNEE
    np.testing.assert_array_equal(out[quiet], samples[quiet])
    assert (np.sign(out) == np.sign(samples)).all()


def test_the_limiter_is_smooth_and_rises_everywhere():
    x = np.linspace(-3, 3, 60001, dtype=np.float32)
    y = limit(x.copy()).astype(np.float64)
    slope = np.diff(y) / np.diff(x.astype(np.float64))
    assert (np.diff(y) >= 0).all() and slope.max() < 1.01
    assert np.abs(np.diff(slope)).max() < 0.01, "no edge at the knee"
    np.testing.assert_array_equal(y, -y[::-1])
    assert abs(20 * np.log10(KNEE) + 1) < 1e-6 and y[-1] > 0.999


@settings(deadline=None)
@given(st.integers(0, 400), st.lists(st.integers(0, 300), max_size=10))
def test_a_delay_is_exact_for_any_chunks(length, chunks):
    samples = np.arange(1, sum(chunks) + 1, dtype=np.float32)
    delay, pieces, start = Delay(length), [np.zeros(0, np.float32)], 0
    for size in chunks:
        pieces.append(delay.process(samples[start : start + size]))
        start += size
    expected = np.concatenate([np.zeros(length, np.float32), samples])[: len(samples)]
    np.testing.assert_array_equal(np.concatenate(pieces), expected)


class Stream:
    """A mixer whose model gives `wet` and whose noisy input is `dry`, both constant."""

    def __init__(self, wet=0.0, dry=0.5, latency=0, **options):
        self.mixer = Mixer(HOP, latency, **options)
        self.wet, self.dry = np.full(HOP, wet, np.float32), np.full(HOP, dry, np.float32)

    def hops(self, count=1, failed=False):
        one = lambda: self.mixer.process(None if failed else self.wet, self.dry)  # noqa: E731
        return np.concatenate([one() for _ in range(count)])


@pytest.mark.parametrize(
    ("setting", "value", "before", "after"),
    [
        ("mode", "bypass", 0.25, 0.5),
        ("mode", "mute", 0.25, 0.0),
        ("attenuation_limit_db", 0, 0.25, 0.5),
        ("attenuation_limit_db", 20, 0.25, 0.275),
        ("output_gain_db", -20 * np.log10(2), 0.25, 0.125),
    ],
)
def test_every_setting_moves_over_exactly_one_hop(setting, value, before, after):
    stream = Stream(wet=0.25)
    assert (stream.hops(2) == before).all()
    usual = getattr(stream.mixer, setting)
    for old, new, target in ((before, after, value), (after, before, usual)):
        setattr(stream.mixer, setting, target)
        ramp = old + (new - old) * np.arange(1, HOP + 1) / HOP
        np.testing.assert_allclose(stream.hops(), ramp, atol=1e-6)
        np.testing.assert_allclose(stream.hops(2), new, atol=1e-7)


def test_switching_at_any_hop_never_clicks():
    """The largest step between two samples is that of a ramp from wet to dry and of one to mute, at the same time."""
    stream, random = Stream(wet=0.8, dry=-0.8), np.random.default_rng(0)
    pieces = []
    for _ in range(300):
        stream.mixer.mode = random.choice(["enhance", "bypass", "mute"])
        stream.mixer.attenuation_limit_db = random.choice([None, 0, 6, 20])
        pieces.append(stream.hops())
    out = np.concatenate(pieces)
    assert out.max() > 0.79 and out.min() < -0.79
    assert np.abs(np.diff(out)).max() <= (1.6 + 0.8) / HOP


@pytest.mark.parametrize("latency", [0, 100, 160, 352])
def test_bypass_is_the_delayed_input_bit_for_bit(latency, noise):
    mixer = Mixer(HOP, latency, attenuation_limit_db=12)
    mixer.mode = "bypass"
    mixer.reset()
    audio = noise(20 * HOP)
    out = np.concatenate(
        [mixer.process(np.full(HOP, 0.9, np.float32), hop) for hop in audio.reshape(-1, HOP)]
    )
    np.testing.assert_array_equal(out, np.pad(audio, (latency, 0))[: len(audio)])


@pytest.mark.parametrize("latency", [0, 160, 352])
@pytest.mark.parametrize("limit_db", [0, 3, 12, 60])
def test_the_dry_share_is_aligned_and_does_not_comb(latency, limit_db, noise):
    """A model that changes nothing but delays: mixing the input in must change nothing either."""
    audio = noise(20 * HOP)
    late = np.pad(audio, (latency, 0))[: len(audio)]
    mixer = Mixer(HOP, latency, limit_db)
    out = [
        mixer.process(wet, hop)
        for wet, hop in zip(late.reshape(-1, HOP), audio.reshape(-1, HOP), strict=True)
    ]
    np.testing.assert_allclose(np.concatenate(out), late, atol=1e-7)


def test_without_a_limit_the_model_is_heard_bit_for_bit(noise):
    audio = noise(HOP, level=0.2)
    out = Mixer(HOP, 160).process(audio, noise(HOP, 1))
    np.testing.assert_array_equal(out, audio)
    assert out is not audio


@pytest.mark.parametrize("mode", ["enhance", "bypass", "mute"])
def test_a_failed_hop_is_the_delayed_input_and_the_next_ramps_back(mode):
    stream = Stream(wet=0.25)
    stream.mixer.mode = mode
    stream.mixer.reset()
    usual = {"enhance": 0.25, "bypass": 0.5, "mute": 0.0}[mode]
    assert (stream.hops() == usual).all()
    assert (stream.hops(failed=True) == (0 if mode == "mute" else 0.5)).all()
    np.testing.assert_allclose(
        np.diff(stream.hops()), (usual - 0.5) / HOP if mode == "enhance" else 0, atol=1e-6
    )
    assert (stream.hops() == usual).all()


def test_reset_empties_the_delay_and_takes_settings_at_once():
    stream = Stream(latency=160)
    stream.hops(3)
    stream.mixer.mode = "bypass"
    stream.mixer.reset()
    out = stream.hops(2)
    assert not out[:160].any() and (out[160:] == 0.5).all()


def test_gain_is_limited_too():
    stream = Stream(wet=0.5)
    stream.mixer.output_gain_db = 40
    assert stream.hops(3).max() <= 1


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("mode", "off", "enhance, bypass, mute"),
        ("mode", None, "enhance, bypass, mute"),
        ("attenuation_limit_db", -0.1, "from 0"),
        ("attenuation_limit_db", float("nan"), "from 0"),
        ("attenuation_limit_db", "6", "from 0"),
        ("attenuation_limit_db", True, "from 0"),
        ("output_gain_db", 41, "-100 ... 40 dB"),
        ("output_gain_db", -101, "-100 ... 40 dB"),
        ("output_gain_db", float("nan"), "-100 ... 40 dB"),
        ("output_gain_db", None, "-100 ... 40 dB"),
    ],
)
def test_wrong_settings_are_refused_and_nothing_changes(setting, value, words):
    mixer = Mixer(HOP, 0)
    before = getattr(mixer, setting)
    with pytest.raises(ValueError, match=words) as error:
        setattr(mixer, setting, value)
    assert repr(value) in str(error.value) and getattr(mixer, setting) == before


def test_another_thread_may_turn_every_knob():
    stream, stop, failures = Stream(wet=0.25), threading.Event(), []

    def turn():
        while not stop.is_set():
            stream.mixer.attenuation_limit_db = 6
            stream.mixer.mode = "bypass"
            stream.mixer.attenuation_limit_db = None
            stream.mixer.mode = "enhance"

    thread = threading.Thread(target=turn)
    thread.start()
    try:
        out = stream.hops(3000)
    except Exception as error:
        failures.append(error)
    finally:
        stop.set()
        thread.join()
    assert not failures and out.min() >= 0.25 - 1e-6 and out.max() <= 0.5 + 1e-6
