"""Another model while a stream runs and records."""

import numpy as np
import pytest
import soundfile

from realtime.live.record import Recorder
from realtime.live.stream import LiveOptions, LiveStream
from tests.helpers.audio_server import wait_until
from tests.helpers.engine_models import HOP, RATE, Recipe, build, save
from tests.helpers.sound_card import SoundCard


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    return save(build(Recipe()), tmp_path_factory.mktemp("exchange") / "exact.onnx")


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """Half the sample rate, as many milliseconds a hop, and fewer steps."""
    recipe = Recipe(rate=RATE // 2, hop=HOP // 2, delay=HOP // 2, max_steps=2)
    return save(build(recipe), tmp_path_factory.mktemp("exchange") / "slow.onnx")


def read(path):
    samples, rate = soundfile.read(path, dtype="float32")
    return len(samples) / rate, rate


def test_a_recording_goes_on_in_files_of_the_new_rate(exact, slow, tmp_path):
    heard = []
    with LiveStream(LiveOptions(exact, record=tmp_path), heard.append, SoundCard()) as stream:
        wait_until(lambda: stream.status().hops > 20, 10, "hops")
        first = stream.status().hops
        stream.set_model(slow)
        wait_until(lambda: stream.pump.engine.enhancer.sample_rate == RATE // 2, 10, "the exchange")
        wait_until(lambda: stream.status().hops > 20, 10, "hops of the other")
        stream.set_model(slow)  # the same rate: the same files
        second = stream.stop_recording()
    takes = {path: read(path) for path in tmp_path.iterdir()}
    assert sorted(rate for _, rate in takes.values()) == [RATE // 2] * 2 + [RATE] * 2
    assert {takes[path][1] for path in second} == {RATE // 2}, "those of the last rate are given"
    for rate, hops in ((RATE, first), (RATE // 2, 20)):
        lengths = {length for length, its in takes.values() if its == rate}
        assert len(lengths) == 1 and lengths.pop() >= 0.01 * hops - 1e-9
    told = [e.message for e in heard if e.kind == "switched"]
    assert told == [
        "model instrument; the recording goes on in new files of 8000 Hz", "model instrument",
    ]  # fmt: skip


def test_every_sample_of_both_rates_is_in_a_file(tmp_path, noise):
    recorder, x = Recorder(tmp_path, RATE), noise(700)
    for rate, part in ((None, x[:300]), (RATE, x[300:400]), (8000, x[400:600]), (RATE, x[600:])):
        recorder.add(part, -part, rate)
    last = recorder.close()
    parts = [soundfile.read(path, dtype="float32") for path in sorted(tmp_path.glob("*-in.wav"))]
    assert sorted((len(y), rate) for y, rate in parts) == [(100, RATE), (200, 8000), (400, RATE)]
    np.testing.assert_allclose(soundfile.read(last[1], dtype="float32")[0], -x[600:], atol=2**-16)
    assert len(list(tmp_path.iterdir())) == 6


def test_new_files_that_cannot_be_made_end_the_recording_and_say_so(tmp_path, monkeypatch):
    told, one = [], np.zeros(10, np.float32)
    recorder = Recorder(tmp_path, RATE, told.append)

    def full(sample_rate):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recorder, "_new_files", full)
    recorder.add(one, one)
    recorder.add(one, one, 8000)
    paths = recorder.close()
    assert told == [recorder.error] and [read(path) for path in paths] == [(10 / RATE, RATE)] * 2


def test_settings_made_while_a_model_is_loaded_hold_for_it(exact, slow, monkeypatch):
    stream = LiveStream(LiveOptions(exact, steps=1), audio=SoundCard())
    load = stream.load

    def and_meanwhile(*arguments):
        engine = load(*arguments)
        stream.mode, stream.steps = "mute", 2
        stream.attenuation_limit_db, stream.output_gain_db = 6.0, -3.0
        return engine

    with stream:
        monkeypatch.setattr(stream, "load", and_meanwhile)
        stream.set_model(slow)
        enhancer, governor = stream.engine.enhancer, stream.engine.governor
        assert (enhancer.mixer.mode, enhancer.mixer.output_gain_db) == ("mute", -3.0)
        assert (enhancer.attenuation_limit_db, enhancer.steps, governor.steps) == (6.0, 2, 2)


def test_a_setting_that_the_new_model_does_not_allow_leaves_the_old_one(exact, slow, monkeypatch):
    stream = LiveStream(LiveOptions(exact, steps=1), audio=SoundCard())
    load = stream.load

    def and_meanwhile(*arguments):
        engine = load(*arguments)
        stream.steps = 4
        return engine

    with stream:
        monkeypatch.setattr(stream, "load", and_meanwhile)
        old = stream.engine
        with pytest.raises(ValueError, match="from 1 to 2"):
            stream.set_model(slow)
        assert stream.engine is old and stream.steps == 4 == old.enhancer.steps
