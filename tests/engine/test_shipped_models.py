"""What the models that ship must do with sound of the world: speech after a bang, and the offset of a sound card."""

import numpy as np
import pytest
import soundfile

from realtime import Enhancer
from realtime.demo import CLIP

QUIET = 0.05  # the clip at -48 dBFS


@pytest.fixture(scope="module")
def clip():
    """float32 [n] at 16 kHz, at full level."""
    samples, rate = soundfile.read(CLIP, dtype="float32")
    assert rate == 16000
    return samples


def level_db(samples):
    return 10 * np.log10(np.square(samples, dtype=np.float64).mean() + 1e-20)


def bang(kind, rate=16000):
    """0.2 s at -6 dBFS and more, as a door; or 5 ms clicks, as knocks on a keyboard."""
    rng = np.random.default_rng(3)
    if kind == "door":
        return (0.5 * rng.standard_normal(rate // 5)).clip(-1, 1).astype(np.float32)
    knocks = np.zeros(rate, np.float32)
    for begin in range(0, rate, rate // 5):
        knocks[begin : begin + rate // 200] = rng.uniform(-0.9, 0.9, rate // 200)
    return knocks


@pytest.mark.parametrize("kind", ["door", "knocks"])
def test_quiet_speech_after_a_bang_keeps_its_level(clip, kind):
    """From the second second on it is at most 6 dB lower than without."""
    speech = clip * QUIET
    without = Enhancer(steps=2).enhance(speech)
    after = Enhancer(steps=2).enhance(np.concatenate([bang(kind), speech]))[-len(speech) :]
    seconds = range(16000, len(speech) - 16000, 16000)
    fall = [level_db(without[at : at + 16000]) - level_db(after[at : at + 16000]) for at in seconds]
    assert max(fall) <= 6, f"dB, second by second: {np.round(fall, 1)}"


@pytest.mark.parametrize("offset", [0.1, -0.3])
def test_the_offset_of_a_sound_card_is_taken_out(clip, offset):
    out = Enhancer().enhance(clip + np.float32(offset))
    assert abs(float(out.mean())) < 0.01 and abs(float(out[-16000:].mean())) < 0.01
    assert level_db(out) == pytest.approx(level_db(Enhancer().enhance(clip)), abs=3), "the speech is there"
