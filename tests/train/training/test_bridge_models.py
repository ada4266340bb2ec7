"""A bridge as the path of both kinds of model: training, disk, the command, the engine, and what is refused."""

import json

import numpy as np
import pytest
import torch
import yaml

from export import cli as export_cli
from export.block_samplers import sampler_of
from export.blockwise import BlockGraph
from export.offline_blocks import offline_blocks
from export.verify import offline, run, speech
from realtime.engine.noise import HopNoise
from realtime.engine.session import Session
from tests.helpers.block_models import SIZES, noisy, spec_of, stream
from tests.helpers.training_runs import CONFIGS, fit_row, make_audio_with_pairs
from trainer import cli
from trainer.diffusion.bridge import BridgeVE
from trainer.diffusion.preconditioning import Preconditioning
from trainer.diffusion.predictor_corrector import predictor_corrector
from trainer.diffusion.probability_flow import probability_flow
from trainer.evaluation.systems import Model, open_model, step_counts
from trainer.networks.centred_spectrogram import CentredSpectrogram
from trainer.networks.checkpoint import load_model, save_snapshot
from trainer.networks.ncsnpp import NCSNpp
from trainer.networks.offline_model import FewStepSampling, OfflineModel, Sampling
from trainer.networks.score_model import ScoreModel
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.streaming import StreamingNet
from trainer.training.module import Enhancement
from trainer.training.objective import path_loss, weighted_loss


@pytest.fixture(scope="module")
def audio(tmp_path_factory):
    return make_audio_with_pairs(tmp_path_factory.mktemp("audio"))


def streaming_model(**options):
    return ScoreModel(Spectrogram(), BridgeVE(), StreamingNet(channels=16, blocks=1, bands=8), **options)


def offline_model(**options):
    network = NCSNpp(16, (1, 2), 1, (), 32, scale_by_time=False)
    return OfflineModel(CentredSpectrogram(16000, 62, 16), BridgeVE(), network, **options)


@pytest.mark.parametrize("model", [streaming_model(), offline_model()], ids=["streaming", "offline"])
def test_data_prediction_learns_also_where_there_is_no_noise(model):
    """A batch of three, in every other step at the times of the sampler, T among them: finite, and the loss falls."""
    torch.manual_seed(0)
    x = torch.randn(3, 2, 16, model.spectrogram.bins) * 0.1
    y = x + 0.1 * torch.randn_like(x)
    optimizer, losses = torch.optim.Adam(model.parameters(), 2e-3), []
    for i in range(12):
        optimizer.zero_grad()
        terms = weighted_loss(
            model, x, y, 1.0, {"mse": 1.0, "waveform_l1": 1e-3}, points_share=1.0 if i % 2 else 0.0
        )
        terms["loss"].backward()
        assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)
        assert all(torch.isfinite(v).all() for v in terms.values())
        optimizer.step()
        losses.append(terms["loss"].item())
    assert sum(losses[-4:]) < 0.8 * sum(losses[:4]), losses


@pytest.mark.parametrize("eta", [0.0, 1.0, "posterior"])
def test_a_streaming_model_trains_on_its_path_and_comes_back_from_disk(tmp_path, eta):
    torch.manual_seed(0)
    model = streaming_model(eta=eta).eval()
    x, y = torch.randn(2, 2, 2, 12, 161) * 0.1
    loss = path_loss(model, x, y, {"mse": 1.0}, 3, all_steps=True)["loss"]
    loss.backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)
    save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    again = load_model(tmp_path / "m.safetensors")
    assert again.config == model.config and isinstance(again.sde, BridgeVE)
    torch.manual_seed(1)
    first = model.enhance(torch.randn(1, 3200), 4)
    torch.manual_seed(1)
    assert torch.equal(first, again.enhance(torch.randn(1, 3200), 4)) and torch.isfinite(first).all()


def test_an_offline_model_comes_back_and_its_calls_are_counted(tmp_path):
    model = offline_model(sampling=FewStepSampling(3, "posterior"))
    save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    again = load_model(tmp_path / "m.safetensors")
    assert again.config == model.config and again.sampling == model.sampling
    assert step_counts(tmp_path / "m.safetensors") == (3, 3)
    enhance, _ = open_model(Model("m", tmp_path / "m.safetensors", 2))
    assert enhance(torch.randn(2000).numpy() * 0.1, 1).nfe == 2
    assert model.times == pytest.approx((1.0, 2 / 3, 1 / 3), abs=1e-4)
    x_t, y = torch.randn(2, 2, 1, 32, 7, dtype=torch.complex64)
    assert torch.isfinite(model.score(x_t, y, torch.tensor([0.5, 0.9]))).all()


def test_the_row_is_that_of_sgmse_at_full_width():
    config = yaml.safe_load((CONFIGS / "bridge.yaml").read_text())
    o = config["model"]["init_args"]
    with torch.device("meta"):
        network = NCSNpp(**o["network"])
    assert round(sum(p.numel() for p in network.parameters()) / 1e6, 1) == 65.6
    assert o["sde"] == {"k": 2.6, "c": 0.4, "t_eps": 1e-4} and o["sampling"] == {"N": 50, "eta": 0.0}
    assert o["weight"] == 1.0 and o["supervised"] == {"mse": 1.0, "waveform_l1": 1e-3}
    assert o["learning_rate"] == 1e-4 and config["ema"] == {"decay": 0.999} and o["validation_steps"] == [50]


def test_the_row_trains_validates_and_leaves_a_model(audio, tmp_path):
    fit_row(audio, tmp_path, "bridge", "--model.sampling.eta", "posterior")
    model = load_model(tmp_path / "ema.safetensors")
    assert isinstance(model.sde, BridgeVE) and model.preconditioning.predicts == "data"
    assert model.sampling == FewStepSampling(50, "posterior")
    assert torch.isfinite(model.enhance(torch.randn(1, 4000) * 0.1, 2)).all()


def test_the_streaming_row_takes_a_bridge_too(audio, tmp_path):
    command = [
        "fit", "--config", str(CONFIGS / "stream.yaml"), "--model.sde", "trainer.diffusion.bridge.BridgeVE",
        "--model.eta", "posterior",
        "--model.weight", "1.0", "--model.supervised", '{"mse": 1.0, "waveform_l1": 1.0e-3}', "--model.path_from", "1",
        "--model.network", '{"bins": 321, "channels": 16, "blocks": 1, "heads": 4, "stride": 8, "bands": 8}',
        "--data.speech", json.dumps([str(audio / "speech")]), "--data.noise", json.dumps([str(audio / "noise")]),
        "--data.seconds", "0.5", "--data.valid_count", "1", "--data.batch_size", "3", "--data.workers", "0",
        "--data.rooms", "0", "--data.mix.reverb", "0", "--data.examples_per_epoch", "9", "--data.cache_dir", "null",
        "--trainer.max_steps", "3", "--trainer.val_check_interval", "3", "--trainer.accelerator", "cpu",
        "--folder", str(tmp_path),
    ]  # fmt: skip
    cli.main(command)
    model = load_model(tmp_path / "ema.safetensors")
    assert isinstance(model.sde, BridgeVE) and model.eta == "posterior"


@pytest.mark.parametrize("eta", [0.0, "posterior"])
def test_an_exported_bridge_says_what_the_trainer_says(tmp_path, eta):
    """Also with eta 0, where the file's noise input is asked for and changes nothing."""
    torch.manual_seed(0)
    model = streaming_model(eta=eta).eval()
    with torch.no_grad():
        for p in model.parameters():
            p += 0.04 * torch.randn_like(p)
    save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    files = str(tmp_path / "m.safetensors"), "-o", str(tmp_path / "m.onnx")
    with pytest.raises(SystemExit) as done:
        export_cli.main(["convert", *files, "--max-steps", "2"])
    assert done.value.code == 0
    session = Session(tmp_path / "m.onnx", device="cpu")
    signal = speech(1.0, session.spec)
    for steps in (1, 2):
        whole = offline(model, signal, steps, session.spec.noise_shape)
        assert np.abs(whole).max() > 0.01 and np.abs(run(session, signal, steps) - whole).max() < 1e-4


@pytest.mark.parametrize("eta", [0.0, "posterior"])
def test_blocks_of_a_whole_file_model_go_by_its_own_sampler(eta):
    """Hop by hop in the torch graph, against `few_step` on each whole block."""
    torch.manual_seed(0)
    model = offline_model(sampling=FewStepSampling(50, eta)).eval()
    graph = BlockGraph(model, sampler=sampler_of(model, "few_step", 2), **SIZES)
    assert graph.sampler.config["eta"] == eta
    spec, noise, signal = spec_of(graph), HopNoise(0, graph.noise_shape()), noisy(8)
    got = stream(graph, signal, lambda i: torch.from_numpy(np.array(noise.draw(i))), 2)
    wanted = offline_blocks(model, signal, 2, spec)
    assert np.abs(wanted).max() > 1e-3 and np.abs(got - wanted).max() < 1e-5
    with pytest.raises(ValueError, match="samples by few_step, not by predictor_corrector"):
        sampler_of(model, "predictor_corrector", 2)


def test_what_needs_noise_at_the_start_is_refused_in_one_sentence():
    network = StreamingNet(channels=16, blocks=1, bands=8)
    for options in (dict(weight="linear"), dict(weight=0.5), dict(weight=1.0, tweedie="as_published")):
        with pytest.raises(ValueError, match="needs noise at T, and BridgeVE ends in y without any"):
            Enhancement(Spectrogram(), BridgeVE(), network, **options)
    x = torch.zeros(1, 2, 8, 32)
    with pytest.raises(ValueError, match="needs noise at T"):
        weighted_loss(offline_model(), x, x, "linear")
    for options in (
        dict(sampling=Sampling()),
        dict(preconditioning=Preconditioning()),
        dict(preconditioning=Preconditioning("data", 1, "1/sigma")),
    ):
        with pytest.raises(ValueError, match="needs noise at T"):
            offline_model(**options)
    for sampler in (predictor_corrector, probability_flow):
        with pytest.raises(ValueError, match="needs noise at T"):
            sampler(lambda x_t, y, t: x_t, BridgeVE(), torch.zeros(1, 4), torch.randn_like)
    with pytest.raises(ValueError, match="k 1 must be above 1"):
        BridgeVE(k=1)
    with pytest.raises(ValueError, match="eta often must lie"):
        streaming_model(eta="often")
