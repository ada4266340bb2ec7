"""The stream: any chunks, exact counts, a declared delay, noise that a seed decides, and nothing that can break it."""

import shutil

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.engine import enhancer as enhancer_module
from realtime.engine.channels import EnhancerOptions
from realtime.engine.enhancer import Enhancer, find_model, shipped_models
from realtime.engine.mix import limit
from realtime.engine.session import ModelError, Session
from realtime.engine.settings import EngineSettings
from tests.helpers.engine_models import DAMAGES, Damaged, Recipe, build

pytestmark = pytest.mark.filterwarnings("error")  # NumPy's warnings would reach a user's terminal

HOP = 160
CHUNKS = st.lists(
    st.one_of(st.integers(0, 400), st.sampled_from([1, HOP - 1, HOP, HOP + 1, 1600, 16000])), max_size=25
)


def pour(enhancer, audio, chunks):
    """All of the audio in chunks of the given sizes and one last of what is left; the pieces that came out."""
    pieces, start = [], 0
    for size in [*chunks, len(audio)]:
        pieces.append(enhancer.process(audio[start : start + size]))
        start += size
    return pieces


def run(enhancer, audio):
    """A fresh stream in one piece, flushed."""
    enhancer.reset()
    return np.concatenate([enhancer.process(audio), enhancer.flush()])


@pytest.fixture(scope="module")
def enhancer(model):
    return Enhancer(model, steps=3)


@pytest.fixture
def instrument(open_model):
    """Recipe and options -> Enhancer."""

    def make(steps=None, attenuation_limit_db=None, seed=0, **recipe):
        return Enhancer(open_model(**recipe), steps, attenuation_limit_db=attenuation_limit_db, seed=seed)

    return make


AUDIO = (0.2 * np.random.default_rng(5).standard_normal(20000)).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(chunks=CHUNKS, total=st.integers(0, len(AUDIO)))
def test_any_chunks_give_the_same_bits(enhancer, chunks, total):
    audio = AUDIO[:total]
    expected = run(enhancer, audio)
    pieces = pour(enhancer, audio, chunks)
    assert all(len(piece) % HOP == 0 for piece in pieces)
    assert sum(map(len, pieces)) == total // HOP * HOP, "whole hops come at once"
    pieces.append(enhancer.flush())
    np.testing.assert_array_equal(np.concatenate(pieces), expected)
    assert len(expected) == total, "what goes in comes out"


def test_sample_by_sample_gives_the_same_bits(enhancer):
    audio = AUDIO[:1000]
    expected = run(enhancer, audio)
    enhancer.reset()
    pieces = [enhancer.process(audio[i : i + 1]) for i in range(len(audio))]
    np.testing.assert_array_equal(np.concatenate([*pieces, enhancer.flush()]), expected)


def test_a_block_comes_out_with_its_last_sample(enhancer):
    enhancer.reset()
    assert [len(enhancer.process(AUDIO[:n])) for n in (159, 1, 161, 158, 1)] == [0, 160, 160, 0, 160]


@pytest.mark.parametrize("delay", [80, 160, 352])
def test_latency_is_declared(instrument, delay):
    enhancer = instrument(delay=delay)
    click = np.zeros(2000, np.float32)
    click[333] = 0.5
    assert np.flatnonzero(run(enhancer, click)).tolist() == [333 + delay] == [333 + enhancer.latency_samples]


@pytest.mark.parametrize("delay", [80, 160, 352])
@pytest.mark.parametrize("total", [0, 1, 159, 160, 161, 1000])
def test_enhance_takes_the_delay_off(instrument, delay, total):
    enhancer = instrument(delay=delay)
    np.testing.assert_array_equal(enhancer.enhance(AUDIO[:total]), limit(AUDIO[:total].copy()))


def test_enhance_is_the_stream_without_its_delay(enhancer):
    whole = enhancer.enhance(AUDIO)
    np.testing.assert_array_equal(whole[:-HOP], run(enhancer, AUDIO)[HOP:])


@pytest.mark.parametrize(("damage", "name"), DAMAGES)
def test_a_damaged_state_is_noticed_in_the_stream(damage, name):
    """The measurements above can fail: here the session under the engine is broken on purpose."""
    recipe = build(Recipe(echo=0.5))
    expected = run(Enhancer(Damaged(recipe, "sound", name)), AUDIO[:1600])
    broken = run(Enhancer(Damaged(recipe, damage, name)), AUDIO[:1600])
    assert np.abs(broken - expected).max() > 0.05


def test_the_seed_decides(model):
    first, again, other = (run(Enhancer(model, steps=4, seed=seed), AUDIO[:3200]) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_every_hop_has_its_own_noise(instrument):
    """The model multiplies by 1 + z/10: a constant shows z, which must not come twice."""
    out = run(instrument(steps=1, noise_gain=0.1), np.full(50 * HOP, 0.5, np.float32))[HOP:].reshape(-1, HOP)
    assert len(np.unique(out, axis=0)) == len(out)
    assert abs(np.corrcoef(out)[np.triu_indices(len(out), 1)]).max() < 0.5
    assert (out / 0.5 - 1).std() / 0.1 == pytest.approx(0.5**0.5, rel=0.03)


@pytest.mark.parametrize("restart", ["reset", "flush"])
@pytest.mark.parametrize("before", [HOP, 1234])
def test_a_restart_begins_anew(model, restart, before):
    enhancer = Enhancer(model, attenuation_limit_db=12)
    expected = run(Enhancer(model, attenuation_limit_db=12), AUDIO)
    enhancer.process(AUDIO[::-1][:before])
    getattr(enhancer, restart)()
    np.testing.assert_array_equal(np.concatenate([enhancer.process(AUDIO), enhancer.flush()]), expected)


def test_silence_stays_silence(enhancer):
    assert not run(enhancer, np.zeros(5000, np.float32)).any()
    speech_then_silence = np.concatenate([AUDIO[:5000], np.zeros(5000, np.float32)])
    assert not run(enhancer, speech_then_silence)[5000 + 2 * HOP :].any()


@pytest.mark.parametrize(
    ("bad", "repaired", "counter"),
    [
        (np.nan, 0.0, "non_finite_samples"),
        (np.inf, 0.0, "non_finite_samples"),
        (-np.inf, 0.0, "non_finite_samples"),
        (1e30, 4.0, "wild_samples"),
        (-4.5, -4.0, "wild_samples"),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_impossible_samples_are_repaired_and_counted(enhancer, bad, repaired, counter, dtype):
    broken, expected = AUDIO[:4000].astype(dtype), AUDIO[:4000].copy()
    broken[[700, 701, 2000]] = bad
    given = broken.copy()
    expected[[700, 701, 2000]] = repaired
    expected = run(enhancer, expected)
    enhancer.reset()
    out = np.concatenate([enhancer.process(broken), enhancer.flush()])
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(broken, given)  # the caller's samples are the caller's
    assert np.isfinite(out).all() and np.abs(out).max() <= 1
    counts = enhancer.stats.snapshot()
    assert counts[counter] == 3 and counts["non_finite_samples"] + counts["wild_samples"] == 3
    enhancer.reset()
    assert enhancer.stats.snapshot()[counter] == 0


def test_a_double_beyond_single_precision_is_wild_and_no_warning(enhancer):
    enhancer.reset()
    enhancer.process(np.full(HOP, 1e300))
    assert enhancer.stats.wild_samples == HOP


def test_a_model_that_fails_is_replaced_by_its_input_and_started_afresh(instrument):
    """gain 0: what is heard is either nothing, the model's, or the delayed input."""
    enhancer = instrument(gain=0.0, fails_above=2.0)
    audio = np.full(8 * HOP, 0.25, np.float32)
    audio[3 * HOP] = 3.0
    out = run(enhancer, audio).reshape(-1, HOP)
    assert enhancer.stats.failed_hops == 1
    assert not out[:3].any()
    np.testing.assert_array_equal(out[3], np.full(HOP, 0.25))  # the hop before, untouched
    back = audio[3 * HOP : 4 * HOP] * (1 - np.arange(1, HOP + 1) / HOP)
    np.testing.assert_allclose(out[4, 1:], back[1:], atol=1e-6)
    assert not out[5:].any(), "states were made anew, or the NaN would have stayed"


def test_output_is_finite_and_within_full_scale_whatever_the_model_does(instrument):
    audio = np.concatenate([AUDIO, np.full(HOP, 4.0, np.float32), AUDIO])
    for recipe in (
        dict(gain=1e38),
        dict(gain=float("inf")),
        dict(gain=20.0, echo=5.0),
        dict(gain=float("nan")),
    ):
        enhancer = instrument(**recipe)
        enhancer.mixer.output_gain_db = 40
        out = run(enhancer, audio)
        assert np.isfinite(out).all() and np.abs(out).max() <= 1


@pytest.mark.parametrize("limit_db", [0, 6, 12.5, 40, 99])
def test_attenuation_limit_is_what_is_left(instrument, limit_db):
    """A model that removes everything leaves the delayed input, lower by the limit."""
    out = run(instrument(gain=0.0, attenuation_limit_db=limit_db), AUDIO)
    expected = np.pad(AUDIO, (HOP, 0))[: len(AUDIO)]
    energy = 10 * np.log10((expected**2).sum() / (out**2).sum())
    assert energy == pytest.approx(limit_db, abs=1e-2)
    if limit_db == 0:
        np.testing.assert_array_equal(out, limit(expected.copy()))


@pytest.mark.parametrize("limit_db", [None, 100, 1000.0, float("inf")])
def test_without_a_limit_nothing_is_left(instrument, limit_db):
    assert not run(instrument(gain=0.0, attenuation_limit_db=limit_db), AUDIO).any()


def test_attenuation_limit_moves_without_a_click(instrument):
    enhancer = instrument(gain=0.0)
    tone = np.full(10 * HOP, 0.5, np.float32)
    parts = [enhancer.process(tone)]
    enhancer.attenuation_limit_db = 0.0
    parts.append(enhancer.process(tone))
    out = np.concatenate(parts)
    assert out[10 * HOP - 1] == 0 and out[11 * HOP] == 0.5
    assert np.abs(np.diff(out)).max() < 0.5 / HOP * 1.01


def test_changing_steps_does_not_disturb_a_stream(instrument):
    """In this model steps change nothing but the work: so changing them must change nothing at all."""
    enhancer = instrument(echo=0.5)
    expected = run(enhancer, AUDIO)
    pieces = []
    for i, steps in zip(range(0, len(AUDIO), 1000), [1, 4, 2, 3, 1] * 4, strict=True):
        enhancer.steps = steps
        pieces.append(enhancer.process(AUDIO[i : i + 1000]))
    np.testing.assert_array_equal(np.concatenate([*pieces, enhancer.flush()]), expected)


def test_steps_take_effect_with_the_next_hop(model):
    """Each hop is what a stream with that number of steps throughout would give: states and noise are no one's."""
    fixed = {
        steps: run(Enhancer(model, steps=steps), AUDIO[: 20 * HOP]).reshape(-1, HOP) for steps in (1, 2, 3, 4)
    }
    enhancer = Enhancer(model)
    for i, steps in enumerate([1, 4, 4, 2, 3] * 4):
        enhancer.steps = steps
        out = enhancer.process(AUDIO[i * HOP : (i + 1) * HOP])
        np.testing.assert_array_equal(out, fixed[steps][i])


@pytest.mark.parametrize("steps", [0, 5, -1, 1.0, "2", True, None])
def test_steps_out_of_range_are_refused_and_nothing_changes(model, steps):
    enhancer = Enhancer(model, steps=3)
    with pytest.raises(ValueError, match="from 1 to 4") as error:
        enhancer.steps = steps
    assert repr(steps) in str(error.value)
    assert enhancer.steps == 3
    if steps is not None:
        with pytest.raises(ValueError, match="from 1 to 4"):
            Enhancer(model, steps=steps)


def test_steps_default_to_the_models(model):
    enhancer = Enhancer(model)
    assert enhancer.steps == enhancer.spec.default_steps == 2
    enhancer.steps = np.int64(4)
    assert enhancer.steps == 4 and type(enhancer.steps) is int


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (dict(attenuation_limit_db=-1), "-1: it must be a number of dB from 0"),
        (dict(attenuation_limit_db=float("nan")), "nan: it must be a number of dB from 0"),
        (dict(attenuation_limit_db="12"), "'12': it must be a number of dB from 0"),
        (dict(seed=-1), "-1: it must lie in 0"),
        (dict(seed=2**64), "it must lie in 0"),
        (dict(seed=0.5), "0.5: it must be a whole number"),
        (dict(device="gpu"), "auto, cpu, cuda"),
    ],
)
def test_wrong_options_are_one_sentence(model, options, words):
    with pytest.raises(ValueError, match=words) as error:
        Enhancer(model, **options)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.zeros(160, np.int16), "int16: floating point"),
        ([0, 1, 2], "int64: floating point"),
        (np.zeros(160, bool), "bool: floating point"),
        (np.zeros(160, complex), "complex128: floating point"),
        (np.array(["a"]), "floating point"),
        (np.zeros((160, 2), np.float32), r"\[160, 2\]: mono"),
        (np.float32(0), r"\[\]: mono"),
    ],
)
def test_what_is_no_mono_audio_is_refused_and_leaves_the_stream(enhancer, samples, words):
    expected = run(enhancer, AUDIO[:1000])
    first = enhancer.process(AUDIO[:500])
    with pytest.raises(ValueError, match=words):
        enhancer.process(samples)
    rest = [enhancer.process(AUDIO[500:1000]), enhancer.flush()]
    np.testing.assert_array_equal(np.concatenate([first, *rest]), expected)


def test_any_floats_and_any_memory_will_do(enhancer):
    audio = AUDIO[:3000].astype(np.float16)
    expected = run(enhancer, audio.astype(np.float32))
    for same in (
        audio,
        audio.astype(np.float64),
        audio.astype(np.float32)[::-1].copy()[::-1],
        audio.tolist(),
    ):
        out = run(enhancer, same)
        assert out.dtype == np.float32
        np.testing.assert_array_equal(out, expected)
    frozen = audio.astype(np.float32)
    frozen.flags.writeable = False
    np.testing.assert_array_equal(run(enhancer, frozen), expected)


def test_what_was_given_out_is_never_written_again(enhancer):
    enhancer.reset()
    first = enhancer.process(AUDIO[:800])
    kept = first.copy()
    enhancer.process(AUDIO[800:4000])
    np.testing.assert_array_equal(first, kept)
    first[:] = 9
    assert enhancer.process(AUDIO[4000:4800]).max() <= 1


def test_streams_do_not_touch_each_other(model):
    alone = run(Enhancer(model), AUDIO[:3200])
    one, other = Enhancer(model), Enhancer(model, seed=3)
    pieces = []
    for i in range(0, 3200, 100):
        pieces.append(one.process(AUDIO[i : i + 100]))
        other.process(AUDIO[-i - 333 :][:333])
    np.testing.assert_array_equal(np.concatenate(pieces), alone)


def test_stats_tell_what_happened(instrument):
    enhancer = instrument(fails_above=2.0)
    enhancer.process(np.full(10 * HOP, 3.0, np.float32))
    enhancer.process(np.full(10 * HOP + 5, 0.1, np.float32))
    enhancer.flush()
    counts = enhancer.stats.snapshot()
    assert counts["hops"] == 21 and counts["failed_hops"] == 10
    assert 0 < counts["p50_ms"] <= counts["p99_ms"] <= counts["max_ms"]
    assert counts["load"] == pytest.approx(counts["p50_ms"] / 10)
    enhancer.reset()
    assert enhancer.stats.snapshot()["hops"] == 0


def test_models_are_found_by_name_path_or_default(model, tmp_path, monkeypatch):
    monkeypatch.setattr(enhancer_module, "MODELS", tmp_path)
    with pytest.raises(ModelError, match=r"no model file at .*klarstrom-16k\.onnx; shipped models are none"):
        Enhancer()
    for name in ("klarstrom-16k-lite.onnx", "klarstrom-16k.onnx", "large.onnx"):
        shutil.copy(model, tmp_path / name)
    (tmp_path / "notes.md").write_text("not a model")
    assert list(shipped_models()) == ["klarstrom-16k", "klarstrom-16k-lite", "large"]  # the default first
    assert find_model(None) == tmp_path / "klarstrom-16k.onnx"
    assert find_model("large") == tmp_path / "large.onnx"
    assert str(find_model(model)) == model
    assert Enhancer().spec == Enhancer("large").spec == Enhancer(Session(model)).spec
    told = "no model file at huge; shipped models are klarstrom-16k, klarstrom-16k-lite, large"
    with pytest.raises(ModelError, match=told):
        find_model("huge")


# Laws that every shipped file must keep, whatever it has learnt.


@pytest.fixture(scope="module", params=sorted(shipped_models()))
def shipped(request):
    return Enhancer(request.param, device="cpu")


def test_shipped_models_give_the_same_bits_for_any_chunks(shipped):
    for steps in (1, shipped.spec.max_steps):
        shipped.steps = steps
        expected = run(shipped, AUDIO[:8000])
        pieces = pour(shipped, AUDIO[:8000], [1, 77, 160, 161, 1000, 3])
        np.testing.assert_array_equal(np.concatenate([*pieces, shipped.flush()]), expected)


@pytest.mark.parametrize("most", [False, True])
def test_shipped_models_keep_silence(shipped, most):
    """−80 dBFS 0.1 s after a loud noise at the model's own number of steps; the noise of more steps may add 6 dB."""
    shipped.steps = shipped.spec.max_steps if most else shipped.spec.default_steps
    assert np.abs(run(shipped, np.zeros(16000, np.float32))).max() < 1e-4
    tail = run(shipped, np.concatenate([AUDIO[:8000], np.zeros(16000, np.float32)]))
    tail = tail[8000 + shipped.sample_rate // 10 :]  # 0.1 s at any rate
    assert np.abs(tail).max() < (2e-4 if most else 1e-4)


def test_shipped_models_forget_what_is_wild(shipped):
    """Half a second 46 dB too loud, with impossible samples in it: three seconds on, speech is what it would have been."""
    shipped.steps = shipped.spec.default_steps
    clip, rate = soundfile.read(enhancer_module.MODELS / "demo-noisy.flac", dtype="float32", frames=64000)
    ratio = shipped.sample_rate // rate
    clip = soxr.resample(clip, rate, shipped.sample_rate).astype(np.float32)
    wild = clip.copy()
    wild[: 8000 * ratio] *= 200
    wild[4000 * ratio : 4100 * ratio] = np.nan
    expected, out = run(shipped, clip), run(shipped, wild)
    assert np.isfinite(out).all() and np.abs(out).max() <= 1
    late, late_out = expected[48000 * ratio :], out[48000 * ratio :]
    assert np.corrcoef(late, late_out)[0, 1] > 0.9
    assert abs(10 * np.log10((late_out**2).sum() / (late**2).sum())) < 3


def test_settings_are_taken_over_together_or_not_at_all(model):
    enhancer = Enhancer(model)
    default = enhancer.settings
    assert default == EngineSettings(enhancer.spec.default_steps)
    wanted = EngineSettings(1, 12.0, -6.0, "bypass")
    enhancer.apply(wanted)
    assert enhancer.settings == wanted and enhancer.mixer.mode == "bypass"
    for refused in (
        EngineSettings(99),
        EngineSettings(2, attenuation_limit_db=-1.0),
        EngineSettings(2, output_gain_db=41.0),
        EngineSettings(2, mode="off"),
    ):
        with pytest.raises(ValueError, match="steps|limit|gain|mode"):
            enhancer.apply(refused)
        assert enhancer.settings == wanted
    enhancer.apply(EngineSettings())
    assert enhancer.settings == default


def test_steps_are_cut_to_what_a_model_has():
    assert EngineSettings(4, 12.0).within(2) == EngineSettings(2, 12.0)
    assert EngineSettings(None).within(2) == EngineSettings(None)


def test_options_open_an_enhancer_with_their_settings_from_the_first_sample_on(model):
    options = EnhancerOptions(
        str(model), settings=EngineSettings(1, attenuation_limit_db=12.0, output_gain_db=-6.0)
    )
    enhancer = options.open()
    assert enhancer.settings == options.settings
    plain = Enhancer(model, 1, attenuation_limit_db=12.0)
    plain.mixer.output_gain_db = -6.0
    plain.reset()
    assert np.array_equal(run(enhancer, AUDIO), run(plain, AUDIO))
