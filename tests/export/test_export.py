"""checkpoint -> ONNX -> engine: the file computes what the trainer computes, hop by hop, and says so itself."""

import subprocess
import sys

import numpy as np
import onnx
import pytest
import torch

from export import cli as export_cli
from export.convert import convert
from export.graph import StreamingGraph
from export.verify import impulse_delay, offline, run, speech
from realtime.engine.contract import METADATA_KEY, ModelSpec
from realtime.engine.enhancer import Enhancer
from realtime.engine.enhancer_batch import EnhancerBatch
from realtime.engine.session import Session
from tests.helpers.called import called
from trainer.diffusion.sde import OUVESDE
from trainer.networks.checkpoint import load_model, save_snapshot, widened
from trainer.networks.score_model import ScoreModel
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.streaming import StreamingNet
from trainer.networks.upper_band import UpperBand

LIMIT = 1e-4


def export(*arguments):
    return called(export_cli.main, *arguments)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """A small network all of whose weights and states matter, as a trained one's do."""
    torch.manual_seed(0)
    model = ScoreModel(
        Spectrogram(factor=1.0),
        OUVESDE(sigma_max=0.35),
        StreamingNet(channels=16, blocks=2, bands=8),
        eta=0.7,
    )
    with torch.no_grad():
        for p in model.parameters():
            p += 0.04 * torch.randn_like(p)
        for block in model.network.blocks:
            block.norm_band.weight += 0.3 * torch.randn_like(block.norm_band.weight)
            block.norm_band.bias += 0.3 * torch.randn_like(block.norm_band.bias)
    path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    save_snapshot(model.config, model.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def exported(snapshot):
    path = snapshot.with_name("tiny.onnx")
    done = export(
        "convert", snapshot, "-o", path, "--max-steps", 3, "--default-steps", 2, "--license", "MIT",
        "--trained-on", "nothing",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def session(exported):
    return Session(exported, device="cpu")


@pytest.fixture(scope="module")
def model(snapshot):
    return load_model(snapshot)


def test_one_file_with_its_contract_and_no_trace_of_the_machine(exported):
    assert [p.name for p in exported.parent.iterdir() if p.suffix != ".safetensors"] == ["tiny.onnx"]
    proto = onnx.load(exported)
    spec = ModelSpec.from_metadata({p.key: p.value for p in proto.metadata_props})
    assert (spec.name, spec.license, spec.trained_on) == ("tiny", "MIT", "nothing")
    assert (spec.max_steps, spec.default_steps, spec.latency, spec.hop_length) == (3, 2, 160, 160)
    assert METADATA_KEY in {p.key for p in proto.metadata_props}
    assert b"trainer/networks" not in exported.read_bytes()


def test_skipped_steps_stand_behind_a_condition(exported):
    nodes = [n for n in onnx.load(exported).graph.node if n.op_type == "If"]
    assert len(nodes) == 2
    for node in nodes:
        work = {a.name: len(a.g.node) for a in node.attribute}
        assert work["else_branch"] <= len(node.output) < work["then_branch"]


def initializers(graph):
    """Those of a graph and of its branches, as (type, shape, bytes)."""
    for tensor in graph.initializer:
        yield tensor.data_type, tuple(tensor.dims), onnx.numpy_helper.to_array(tensor).tobytes()
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from initializers(attribute.g)


def test_steps_share_their_weights(exported):
    held = list(initializers(onnx.load(exported).graph))
    assert len(held) > 50 and len(set(held)) == len(held)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_streaming_equals_offline(session, model, steps):
    audio = speech(8.0, session.spec)
    whole = offline(model, audio, steps, session.spec.noise_shape)
    assert np.abs(whole).max() > 0.01
    assert np.abs(run(session, audio, steps) - whole).max() < LIMIT


@pytest.mark.parametrize("steps", [1, 3])
def test_latency_is_declared(session, steps):
    assert impulse_delay(session, steps) == session.spec.latency


def test_a_longer_analysis_window_is_exported_and_delays_no_more(tmp_path):
    torch.manual_seed(1)
    model = ScoreModel(
        Spectrogram(window_length=640, synthesis_length=320, factor=1.0),
        OUVESDE(sigma_max=0.35),
        StreamingNet(bins=321, channels=16, blocks=1, stride=8, bands=8),
    )
    with torch.no_grad():
        for p in model.parameters():
            p += 0.04 * torch.randn_like(p)
    spec = convert(model, tmp_path / "long.onnx", 2, 1, {"name": "long", "version": "1", "license": "MIT"})
    session = Session(tmp_path / "long.onnx", device="cpu")
    assert (spec.latency, spec.window_length, spec.states["past_audio"]) == (160, 640, (1, 480))
    assert impulse_delay(session, 2) == 160
    audio = speech(2.0, session.spec)
    whole = offline(model.eval(), audio, 2, session.spec.noise_shape)
    assert np.abs(whole).max() > 0.01
    assert np.abs(run(session, audio, 2) - whole).max() < LIMIT


class Damaged:
    """A session whose host makes a mistake with the states after every hop."""

    def __init__(self, session, damage):
        self.session, self.damage, self.spec = session, damage, session.spec
        self.before = None

    def reset(self):
        self.session.reset()

    def run(self, audio, noise, steps):
        before = self.session.states()
        out = self.session.run(audio, noise, steps).copy()
        self.session.set_states(self.damage(before, self.session.states()))
        return out


def names(exported):
    return list(Session(exported, device="cpu").spec.states)


ALL = [
    "past_audio", "past_level", "past_output", "noisy_y",
    "step1_h0", "step1_h1", "step2_h0", "step2_h1", "step3_h0", "step3_h1",
]  # fmt: skip


def test_the_list_of_states_is_whole(exported):
    assert names(exported) == ALL


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("kind", ["zeroed", "stale"])
def test_a_damaged_state_is_noticed(session, model, name, kind):
    """The check of `test_streaming_equals_offline` fails for a host that zeroes or forgets to hand on any one state."""
    audio = speech(2.0, session.spec)

    def damage(before, after):
        return {name: np.zeros_like(after[name]) if kind == "zeroed" else before[name]}

    got = run(Damaged(session, damage), audio, 3)
    assert np.abs(got - offline(model, audio, 3, session.spec.noise_shape)).max() > LIMIT


@pytest.mark.parametrize(
    ("one", "other"), [("step1_h0", "step1_h1"), ("step1_h0", "step2_h0"), ("past_audio", "past_output")]
)
def test_swapped_states_are_noticed(session, model, one, other):
    audio = speech(2.0, session.spec)
    got = run(Damaged(session, lambda _, after: {one: after[other], other: after[one]}), audio, 3)
    assert np.abs(got - offline(model, audio, 3, session.spec.noise_shape)).max() > LIMIT


def test_a_damaged_overlap_moves_the_delay_or_the_click(session):
    """Losing the past output loses half of every window: the impulse no longer comes back whole."""
    audio = speech(2.0, session.spec)
    whole = run(session, audio, 1)
    half = run(Damaged(session, lambda _, after: {"past_output": 0 * after["past_output"]}), audio, 1)
    assert np.square(half).sum() < 0.9 * np.square(whole).sum()


def test_norms_fold_exactly(model):
    folded = model.network.for_export()
    assert all((b.norm_band.weight == 1).all() and (b.norm_band.bias == 0).all() for b in folded.blocks)
    x_t, y = torch.randn(2, 1, 2, 6, 161)
    t = torch.tensor([0.4])
    with torch.no_grad():
        a = model.network(x_t, model.network.prepare(y)[0], model.network.film(t))[0]
        b = folded(x_t, folded.prepare(y)[0], folded.film(t))[0]
    assert torch.allclose(a, b, atol=1e-5)


def test_changing_steps_is_what_torch_does_too(session, model):
    """Steps jump from hop to hop: skipped states pass through, and the file agrees with the graph in torch."""
    from realtime.engine.noise import HopNoise

    graph = StreamingGraph(model, 3)
    audio = speech(0.5, session.spec).reshape(-1, 160)
    noise = HopNoise(3, session.spec.noise_shape)
    states = [torch.zeros(s) for s in graph.states().values()]
    session.reset()
    for i, hop in enumerate(audio):
        steps, z = 1 + (i * 7) % 3, np.array(noise.draw(i))
        with torch.no_grad():
            expected, *states = graph(
                torch.from_numpy(hop)[None], torch.from_numpy(z), torch.tensor(steps), *states
            )
        assert np.abs(expected[0].numpy() - session.run(hop, z, steps)).max() < LIMIT


def test_silence_in_is_silence_out_after_speech(exported):
    enhancer = Enhancer(exported, steps=3)
    enhancer.process(speech(2.0, enhancer.spec))
    silence = enhancer.process(np.zeros(16000, np.float32))
    assert np.abs(silence[320:]).max() < 1e-4
    assert (
        enhancer.stats.failed_hops == 0
    )  # silent because the graph is, not because the engine covers for it


def test_silence_from_the_start_is_finite(session):
    """Zero to a negative power is infinite: the floors of the front end must survive the exporter."""
    assert np.isfinite(run(session, np.zeros(1600, np.float32), 3)).all()


def test_verify_reports_and_judges(exported, snapshot):
    done = export("verify", exported, "--checkpoint", snapshot, "--seconds", 3)
    assert done.returncode == 0, done.stdout + done.stderr
    for what in (
        "torch vs ONNX Runtime",
        "streaming vs offline",
        "delay off the declared 160",
        "cost per hop, 3 steps",
    ):
        assert what in done.stdout
    assert "FAIL" not in done.stdout
    # the checkpoint of another network is found out
    torch.manual_seed(1)
    model = load_model(snapshot)
    with torch.no_grad():
        model.network.head.weight += 0.05 * torch.randn_like(model.network.head.weight)
    other = snapshot.with_name("other.safetensors")
    save_snapshot(model.config, model.state_dict(), other)
    done = export("verify", exported, "--checkpoint", other, "--seconds", 1)
    assert done.returncode == 1 and "FAIL" in done.stdout


@pytest.fixture(scope="module")
def batched(snapshot, tmp_path_factory):
    path = tmp_path_factory.mktemp("batch") / "three.onnx"
    done = export("convert", snapshot, "-o", path, "--max-steps", 3, "--batch", 3)
    assert done.returncode == 0 and "3 streams" in done.stdout, done.stderr
    return path


def test_a_batch_is_as_many_single_streams(exported, batched):
    """The same network in one file for one stream and in one for three; each stream starts where it likes."""
    many = EnhancerBatch(batched, 2, "cpu", seeds=[1, 2, 3])
    assert many.spec.noise_shape == (3, 3, 2, 161) and all(s[0] == 3 for s in many.spec.states.values())
    audio = speech(4.0, many.spec)
    streams = np.stack([audio[:16000], 0.3 * audio[16000:32000], audio[32000:48000]])
    out = many.process(streams)
    many.restart(1)
    again = many.process(streams)
    for b in range(3):
        alone = Enhancer(exported, 2, "cpu", seed=b + 1).process(streams[b])
        assert np.abs(alone).max() > 0.01 and np.abs(out[b] - alone).max() < LIMIT
    assert np.array_equal(again[1], out[1]) and not np.allclose(again[0], out[0], atol=1e-3)


def test_verify_looks_into_a_batch(batched, snapshot):
    done = export("verify", batched, "--checkpoint", snapshot, "--seconds", 1)
    assert done.returncode == 0 and "FAIL" not in done.stdout, done.stdout + done.stderr
    assert "torch vs ONNX Runtime, 3 steps" in done.stdout


def test_scores_are_written_into_the_contract_and_nothing_else_moves(exported, tmp_path):
    path = tmp_path / "copy.onnx"
    path.write_bytes(exported.read_bytes())
    (tmp_path / "scores.json").write_text('{"4": {"pesq_wb": 1.5}}')
    done = export("card", path, "--scores", tmp_path / "scores.json", "--license", "CC0")
    assert done.returncode == 0, done.stderr
    a, b = Session(exported, device="cpu"), Session(path, device="cpu")
    assert b.spec.scores == {"4": {"pesq_wb": 1.5}} and b.spec.license == "CC0" and b.spec.name == a.spec.name
    audio = speech(0.5, a.spec)
    assert np.array_equal(run(a, audio, 2), run(b, audio, 2))


def test_wrong_use_is_one_sentence(snapshot, exported, tmp_path):
    for arguments, code, text in (
        (("convert", tmp_path / "none.ckpt", "-o", tmp_path / "x.onnx"), 3, "no model file"),
        (
            ("convert", snapshot, "-o", tmp_path / "x.onnx", "--max-steps", 9),
            2,
            "max_steps 9 must lie in 1 ... 4",
        ),
        (("convert", snapshot, "-o", tmp_path / "x.onnx", "--default-steps", 9), 2, "default steps 9"),
        (("convert", snapshot, "-o", tmp_path / "x.onnx", "--batch", 0), 2, "a batch of 0 streams"),
        (("convert", snapshot, "-o", exported), 2, "--overwrite"),
        (("verify", tmp_path / "none.onnx"), 3, "no model file"),
        (("verify", exported, "--seconds", 0), 2, "--seconds 0 must be 1 or more"),
        (("convert", snapshot, "-o", tmp_path / "none" / "x.onnx"), 1, "is no folder"),
        (("card", tmp_path / "none.onnx"), 3, "no model file"),
        (("card", exported, "--scores", tmp_path / "none.json"), 3, "none.json: No such file"),
    ):
        done = export(*arguments)
        assert done.returncode == code and text in done.stderr, done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "x.onnx").exists()


def test_the_command_itself_ends_with_the_status_of_its_work(tmp_path):
    command = [sys.executable, "-m", "export.cli", "verify", str(tmp_path / "none.onnx")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 3 and done.stderr.startswith("export-onnx: ") and not done.stdout


def test_a_full_band_file_with_the_robust_front_end_computes_what_the_trainer_does(tmp_path):
    torch.manual_seed(0)
    low = ScoreModel(
        Spectrogram(
            window_length=640, synthesis_length=320, factor=1.0, release=0.35, burst=0.2, high_pass=40.0
        ),
        OUVESDE(sigma_max=0.35),
        StreamingNet(bins=321, channels=16, blocks=1, heads=1, stride=8, bands=8, recurrence="qrnn"),
        (1.0, 0.25),
    )
    full = widened(low, UpperBand(channels=16))
    with torch.no_grad():
        full.upper.outward.weight.normal_(std=0.3)
    save_snapshot(low.config, low.state_dict(), tmp_path / "low.safetensors")
    save_snapshot(full.config, full.state_dict(), tmp_path / "full.safetensors")
    done = export(
        "convert",
        tmp_path / "low.safetensors",
        "--upper-band",
        tmp_path / "full.safetensors",
        "-o",
        tmp_path / "f.onnx",
    )
    assert done.returncode == 0, done.stderr
    spec = Session(tmp_path / "f.onnx", device="cpu").spec
    assert (spec.sample_rate, spec.hop_length, spec.latency) == (48000, 480, 480)
    assert {"past_offset", "upper_h"} <= set(spec.states) and spec.states["past_level"] == (1, 50)
    done = export(
        "verify",
        tmp_path / "f.onnx",
        "--checkpoint",
        tmp_path / "low.safetensors",
        "--upper-band",
        tmp_path / "full.safetensors",
        "--seconds",
        "2",
        "--steps",
        "2",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok ") == 4
    assert "low band vs the 16 kHz model, 2 steps" in done.stdout
