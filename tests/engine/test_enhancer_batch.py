"""Laws of EnhancerBatch: B streams in one call are B single streams, and none notices another."""

import json

import numpy as np
import pytest

from realtime.engine.contract import ContractError
from realtime.engine.enhancer import Enhancer
from realtime.engine.enhancer_batch import EnhancerBatch
from realtime.engine.session import Session
from tests.helpers.cli_runner import call
from tests.helpers.engine_models import HOP, Recipe, build, save

STREAMS, HOPS = 3, 40
# everything counts: both states with sound, the number of steps, every step's noise
RECIPE = dict(gain=0.8, echo=0.3, step_gain=0.9, noise_gain=0.1)


def batch(streams=STREAMS, **options):
    """-> EnhancerBatch around an exact model; what the model does not know is an option of the batch."""
    recipe = RECIPE | {name: options.pop(name) for name in list(options) if hasattr(Recipe, name)}
    session = Session(build(Recipe(streams=streams, **recipe)).SerializeToString(), "cpu")
    return EnhancerBatch(session, **options)


@pytest.fixture
def audio(noise):
    """float32 [STREAMS, HOPS · hop], each stream its own."""
    return np.stack([noise(HOPS * HOP, seed) for seed in range(STREAMS)])


def alone(open_model, audio, seed, steps=3, limit=None, **recipe):
    return Enhancer(open_model(**(RECIPE | recipe)), steps, attenuation_limit_db=limit, seed=seed).process(
        audio
    )


@pytest.mark.parametrize("limit", [None, 12.0])
def test_a_batch_is_as_many_single_streams(open_model, audio, limit):
    many = batch(steps=3, attenuation_limit_db=limit, seeds=[5, 6, 7])
    out = many.process(audio)
    for stream in range(STREAMS):
        assert np.array_equal(out[stream], alone(open_model, audio[stream], 5 + stream, limit=limit))


def test_blocks_do_not_matter(audio):
    whole, parts = batch(), batch()
    pieces = [parts.process(audio[:, :HOP]), parts.process(audio[:, :0]), parts.process(audio[:, HOP:])]
    assert np.array_equal(whole.process(audio), np.concatenate(pieces, axis=1))


def test_no_stream_hears_another(audio):
    other = audio.copy()
    other[1] = 0.3
    a, b = batch().process(audio), batch().process(other)
    assert np.array_equal(a[[0, 2]], b[[0, 2]]) and not np.array_equal(a[1], b[1])


def test_one_stream_starts_anew_and_the_others_go_on(open_model, audio):
    many, half = batch(steps=3), HOPS // 2 * HOP
    first = many.process(audio[:, :half])
    many.restart(1)
    second = many.process(audio[:, half:])
    for stream in (0, 2):
        assert np.array_equal(
            np.concatenate([first[stream], second[stream]]), alone(open_model, audio[stream], 0)
        )
    assert np.array_equal(second[1], alone(open_model, audio[1, half:], 0))
    assert [stats.hops for stats in many.stats] == [HOPS, HOPS // 2, HOPS]
    many.reset()
    assert np.array_equal(many.process(audio[:, :half]), first)


def test_a_failing_stream_is_its_own_affair(open_model, audio):
    audio[1, 10 * HOP + 3] = 0.95
    many = batch(steps=3, fails_above=0.9)
    out = many.process(audio)
    assert [stats.failed_hops for stats in many.stats] == [0, 1, 0]
    assert np.isfinite(out).all()
    for stream in range(STREAMS):
        assert np.array_equal(out[stream], alone(open_model, audio[stream], 0, fails_above=0.9))


def test_bad_samples_are_counted_where_they_are(audio):
    audio[2, 5], audio[0, 7] = np.nan, 9.0
    many = batch()
    assert np.isfinite(many.process(audio)).all()
    assert [stats.non_finite_samples for stats in many.stats] == [0, 0, 1]
    assert [stats.wild_samples for stats in many.stats] == [1, 0, 0]


def test_each_stream_has_its_own_mixer(audio):
    many = batch()
    many.mixers[1].mode = "bypass"
    many.reset()
    out = many.process(audio)
    assert np.array_equal(out[1, HOP:], audio[1, :-HOP])
    assert not np.array_equal(out[0, HOP:], audio[0, :-HOP])


def test_a_file_of_one_stream_is_a_batch_of_one(open_model, audio):
    many = EnhancerBatch(open_model(**RECIPE), 3)
    assert np.array_equal(many.process(audio[:1])[0], alone(open_model, audio[0], 0))


def test_wrong_use_is_told(audio):
    many = batch()
    for samples, words in (
        (audio[0], r"\[3, n · 160\]"),
        (audio[:2], r"\[2, 6400\]"),
        (audio[:, :150], r"whole hops"),
        (audio.astype(np.int16), "int16"),
    ):
        with pytest.raises(ValueError, match=words):
            many.process(samples)
    with pytest.raises(ValueError, match="stream 3 is none of 0 ... 2"):
        many.restart(3)
    with pytest.raises(ValueError, match="2 seeds for 3 streams"):
        batch(seeds=[1, 2])
    with pytest.raises(ValueError, match="from 1 to 4"):
        many.steps = 5


def test_who_wants_one_stream_is_told_so(tmp_path):
    path = save(build(Recipe(streams=STREAMS)), tmp_path / "three.onnx")
    with pytest.raises(ContractError, match="3 streams in one call.*EnhancerBatch"):
        Enhancer(path)
    code, out, errors = call("bench", "--model", path, "--seconds", 0.1)
    assert code == 3 and "--batch" in errors and len(errors.strip().splitlines()) == 1
    code, out, errors = call("info", path)
    assert code == 0 and "streams        3" in out


def test_load_compares_files_at_the_same_number_of_streams(model, tmp_path):
    path = save(build(Recipe(streams=STREAMS)), tmp_path / "three.onnx")
    arguments = ("load", model, path, "--streams", 4, "--seconds", 0.2, "--steps", 3)
    code, out, errors = call(*arguments, "--json")
    assert code == 0, errors
    single, batched = json.loads(out)
    assert (single["streams"], single["sessions"], single["streams_per_call"]) == (4, 4, 1)
    # four streams are two calls of three
    assert (batched["streams"], batched["sessions"], batched["streams_per_call"]) == (6, 2, 3)
    for one in (single, batched):
        assert one["steps"] == 3 and 0 < one["p50_ms"] <= one["p99_ms"]
        assert one["capacity"] == pytest.approx(one["streams"] * 10 / one["p50_ms"])
        assert one["ratio"] == pytest.approx(one["capacity"] / single["capacity"])
    code, out, _ = call(*arguments)
    assert code == 0 and len(out.splitlines()) == 3
    code, _, errors = call("load", model, "--streams", 0)
    assert code == 2 and "at least one" in errors
