"""Whole-file models as streams: the block graph in torch, its file in ONNX Runtime, and the command that runs it."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile
import torch

from export import cli as export_cli
from export.block_samplers import FewSteps, PredictorCorrector, sampler_of
from export.blockwise import BlockGraph, convert_blockwise
from export.convert import read_spec, rewrite_spec
from export.graph import StepsError
from export.offline_blocks import offline_blocks
from realtime.engine.noise import HopNoise
from realtime.engine.session import Session
from tests.helpers.block_models import SIZES, noisy, passing, spec_of, stream, tiny
from tests.helpers.cli_runner import call
from trainer.diffusion.preconditioning import Preconditioning
from trainer.diffusion.samplers import DEFAULT_TIMES
from trainer.evaluation.systems import Model, open_model
from trainer.networks.checkpoint import save_snapshot
from trainer.networks.offline_model import Sampling


def test_latency_is_declared():
    """What is passed through unchanged comes out unchanged, exactly `latency` samples late.

    Window, overlap-add, cross-fade and delay in one.
    """
    graph, audio = BlockGraph(passing(), **SIZES), noisy(40)
    out = stream(graph, audio, lambda _: torch.zeros(graph.noise_shape()), 1)
    assert graph.latency == 2 * 16 + (62 - 16) + 2 * 16
    assert np.abs(out[graph.latency :] - audio[: -graph.latency]).max() < 1e-6


SAMPLERS = {
    "few_step": FewSteps(DEFAULT_TIMES[:3]),
    "paper": PredictorCorrector(Sampling(N=3)),
    "no corrector": PredictorCorrector(Sampling(N=3, corrector="none", predictor="euler_maruyama")),
    "no predictor": PredictorCorrector(
        Sampling(N=3, corrector="langevin", predictor="none", corrector_steps=2, snr=0.1)
    ),
}


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("steps", [1, 3])
def test_a_stream_of_blocks_is_the_sampler_on_the_whole_signal(name, steps):
    """Against torch.stft and the trainer's own samplers with the same noise, block by block."""
    model = tiny()
    graph, audio = BlockGraph(model, sampler=SAMPLERS[name], **SIZES), noisy(8)
    spec, noise = spec_of(graph), HopNoise(0, graph.noise_shape())
    got = stream(graph, audio, lambda i: torch.from_numpy(np.array(noise.draw(i))), steps)
    wanted = offline_blocks(model, audio, steps, spec)
    assert np.abs(wanted).max() > 1e-3 and np.abs(got - wanted).max() < 1e-5
    again = BlockGraph.again(model, spec)
    assert again.noise_shape() == graph.noise_shape() and again.sampler.config == graph.sampler.config


def test_the_network_is_called_as_often_as_the_contract_says():
    for name, sampler in SAMPLERS.items():
        model, calls = tiny(), []
        graph = BlockGraph(model, sampler=sampler, **SIZES)
        graph.model.network.register_forward_hook(lambda *_, calls=calls: calls.append(1))
        stream(graph, noisy(1), lambda _, g=graph: torch.zeros(g.noise_shape()), 2)
        assert len(calls) == 2 * sampler.calls == {"few_step": 2, "no corrector": 2}.get(name, 4)


def test_silence_in_is_silence_out():
    graph = BlockGraph(tiny(), **SIZES)
    noise = HopNoise(0, graph.noise_shape())
    out = stream(graph, np.zeros(20 * 64, np.float32), lambda i: torch.from_numpy(np.array(noise.draw(i))), 4)
    assert np.abs(out).max() < 1e-6


def export(*arguments):
    with pytest.raises(SystemExit) as done:
        export_cli.main([str(a) for a in arguments])
    return done.value.code


BLOCK = ["--block-frames", 64, "--hop-frames", 32, "--ahead-frames", 2, "--fade-frames", 2]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """A model that lets most of the noisy signal through, so that its delay can be heard."""
    path = tmp_path_factory.mktemp("blocks") / "m.safetensors"
    model = tiny(Preconditioning("data", 1, c_out="edm", c_skip="edm", sigma_data=1.0), spread=0.03)
    save_snapshot(model.config, model.state_dict(), path)
    return path


@pytest.fixture(scope="module", params=["few_step", "predictor_corrector"])
def exported(request, snapshot):
    """The file that the command made of it, with two steps."""
    path = snapshot.with_name(f"{request.param}.onnx")
    assert export("convert", snapshot, "-o", path, "--sampler", request.param, "--max-steps", 2, *BLOCK) == 0
    return path


def test_verify_holds_the_file_against_torch_against_the_whole_signal_and_its_delay(
    exported, snapshot, capsys
):
    spec = Session(exported, "cpu").spec
    assert spec.kind == "block" and spec.hop_length == 512 and spec.max_steps == 2
    assert spec.extra["calls_per_step"] == (1 if exported.stem == "few_step" else 2)
    assert export("verify", exported, "--checkpoint", snapshot, "--seconds", 1) == 0
    lines = capsys.readouterr().out.splitlines()
    for n in (1, 2):
        for what in (
            "torch vs ONNX Runtime",
            "streaming vs offline",
            f"delay off the declared {spec.latency}",
        ):
            assert sum(what in line and f"{n} steps" in line and "ok" in line for line in lines) == 1, lines
        assert sum(f"cost per hop, {n} steps" in line for line in lines) == 2


def test_trainer_test_counts_the_calls_of_the_corrector(exported):
    enhance, _ = open_model(Model("m", exported, 2))
    assert enhance(noisy(16), 0).nfe == (2 if exported.stem == "few_step" else 4)


@pytest.mark.parametrize("exported", ["predictor_corrector"], indirect=True)
def test_verify_notices_a_file_of_other_weights_and_of_a_wrong_delay(exported, snapshot, tmp_path, capsys):
    other = tiny(Preconditioning("data", 1, c_out="edm", c_skip="edm", sigma_data=1.1), spread=0.03)
    save_snapshot(other.config, other.state_dict(), tmp_path / "other.safetensors")
    spec = read_spec(exported)
    wrong = tmp_path / "wrong.onnx"
    wrong.write_bytes(exported.read_bytes())
    rewrite_spec(wrong, replace(spec, latency=spec.latency + 1))
    found = ["verify", wrong, "--checkpoint", tmp_path / "other.safetensors", "--seconds", 1, "--steps", 1]
    assert export(*found) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines if "FAIL" in line] == [
        "torch vs ONNX Runtime", "streaming vs offline", f"delay off the declared {spec.latency + 1} samples",
    ]  # fmt: skip
    assert export("verify", exported, "--steps", 3) == 2
    assert "steps 3 must lie in 1 ... 2" in capsys.readouterr().err


def test_realtime_cli_enhances_a_file_with_it(exported, tmp_path):
    soundfile.write(tmp_path / "noisy.wav", noisy(50)[:3111], 16000, subtype="FLOAT")
    code, _, err = call("file", tmp_path / "noisy.wav", "-o", tmp_path / "clean.wav", "--model", exported)
    assert code == 0, err
    enhanced, rate = soundfile.read(tmp_path / "clean.wav")
    assert rate == 16000 and len(enhanced) == 3111 and np.abs(enhanced).max() > 1e-3


def test_what_cannot_be_is_one_sentence(snapshot, tmp_path):
    model = tiny()
    for sizes, words in (
        ({**SIZES, "frames": 15}, "multiples of 2"),
        ({**SIZES, "frames": 8}, "take more frames"),
        ({**SIZES, "fade_frames": 5}, "at most a hop"),
    ):
        with pytest.raises(ValueError, match=words):
            BlockGraph(model, **sizes)
    with pytest.raises(ValueError, match="must fall from T"):
        FewSteps((1.0, 1.5))
    with pytest.raises(StepsError, match="default steps 3"):
        convert_blockwise(model, tmp_path / "m.onnx", 3, {}, FewSteps(DEFAULT_TIMES[:2]), **SIZES)
    with pytest.raises(StepsError, match=r"max_steps 5 must lie in 1 ... 4"):
        sampler_of(model, "few_step", 5)
    with pytest.raises(ValueError, match="snr: options of predictor_corrector"):
        sampler_of(model, "few_step", 2, {"snr": 0.3})
    with pytest.raises(ValueError, match="corrector 'best' is not one of"):
        sampler_of(model, "predictor_corrector", 2, {"corrector": "best"})
    y_alone = tiny(scale_by_time=False, conditional=False, inputs=2)
    with pytest.raises(ValueError, match="supervised model has no score"):
        sampler_of(y_alone, "predictor_corrector", None)
    assert sampler_of(y_alone, "few_step", None).max_steps == 1
    assert sampler_of(model, "predictor_corrector", None).max_steps == 30
    assert not list(tmp_path.iterdir())
