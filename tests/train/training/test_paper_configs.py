"""The rows of arXiv 2309.10457 as a user runs them: the real command, on audio made here, for two steps."""

import numpy as np
import pytest
import torch
import yaml

from tests.helpers.training_runs import CONFIGS, ROWS, fit_row, make_audio_with_pairs
from trainer.diffusion.sde import OUVESDE
from trainer.evaluation.systems import Model, open_model, step_counts
from trainer.networks.centred_spectrogram import CentredSpectrogram
from trainer.networks.checkpoint import load_model, save_snapshot
from trainer.networks.ncsnpp import NCSNpp
from trainer.networks.offline_model import FlowSampling, OfflineModel, Sampling
from trainer.networks.score_model import ScoreModel
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.streaming import StreamingNet
from trainer.training.objective import weighted_loss
from trainer.training.offline_module import OfflineEnhancement


@pytest.fixture(scope="module")
def audio(tmp_path_factory):
    return make_audio_with_pairs(tmp_path_factory.mktemp("audio"))


@pytest.mark.parametrize("row", ROWS)
def test_a_row_trains_validates_and_leaves_a_model(audio, tmp_path, row):
    fit_row(audio, tmp_path, row)
    raw = torch.load(tmp_path / "last.ckpt", weights_only=True)
    assert raw["global_step"] == 2 and raw["hyper_parameters"]["weight"] == ROWS[row]
    model = load_model(tmp_path / "ema.safetensors")
    assert isinstance(model, OfflineModel) and model.supervised == (row == "supervised")
    assert model.network.config["nf"] == 16 and model.network.config["num_res_blocks"] == 1
    out = model.enhance(torch.randn(1, 4000) * 0.1, 1)
    assert out.shape == (1, 4000) and torch.isfinite(out).all()


def test_fine_tuning_starts_from_a_model_and_mistakes_are_one_sentence(audio, tmp_path, capsys):
    model = OfflineModel(
        CentredSpectrogram(), OUVESDE(), NCSNpp(16, (1, 2), 1, (), 256), sampling=Sampling(N=30)
    )
    save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    fit_row(
        audio, tmp_path / "tuned", "fixed-weight", "--init", str(tmp_path / "m.safetensors"),
        "--model.learning_rate", "0", "--trainer.max_steps", "1", "--trainer.limit_val_batches", "0",
    )  # fmt: skip
    after = load_model(tmp_path / "tuned" / "ema.safetensors").state_dict()
    for name, value in model.state_dict().items():
        assert torch.allclose(after[name], value, atol=1e-6), name
    with pytest.raises(SystemExit) as stopped:
        fit_row(audio, tmp_path / "none", "fixed-weight", "--init", str(tmp_path / "absent.ckpt"))
    assert stopped.value.code == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last == f"trainer: no model file at {tmp_path / 'absent.ckpt'}"


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_the_paper_at_full_width(row):
    """65.6 million parameters and the paper's numbers: what the configuration says, built on the meta device."""
    config = yaml.safe_load((CONFIGS / f"{row}.yaml").read_text())
    assert config["model"]["class_path"] == "trainer.training.offline_module.OfflineEnhancement"
    o = config["model"]["init_args"]
    with torch.device("meta"):
        network = NCSNpp(**o["network"])
    count = sum(p.numel() for p in network.parameters()) / 1e6
    assert round(count, 1) == (65.6 if row != "supervised" else 59.6)
    assert o["weight"] == ROWS[row] and o["learning_rate"] == 1e-4 and config["ema"] == {"decay": 0.999}
    assert o["sde"] == {"theta": 1.5, "sigma_min": 0.05, "sigma_max": 0.5, "t_eps": 0.03}
    front = CentredSpectrogram(**o["spectrogram"])
    samples = round(config["data"]["seconds"] * 16000)
    assert front.encode(torch.randn(1, samples))[0].shape == (1, 2, 256, 256)
    assert front.config["exponent"] == 0.5 and front.config["factor"] == 0.15
    assert o["validation_steps"] == [1 if row == "supervised" else 30]


def small_model(**options):
    return OfflineModel(
        CentredSpectrogram(16000, 62, 16), OUVESDE(), NCSNpp(16, (1, 2), 1, (), 32), **options
    )


def test_the_front_end_is_that_of_sgmse():
    """beta |S|^a e^{j arg S} of torch.stft of y / max |y|, and back."""
    s = CentredSpectrogram()
    x, y = torch.randn(2, 2, 6400) * 0.1
    c, clean, amplitude, _ = s.encode(y, x)
    peak = y.abs().amax(1)
    for wave, found in ((y, c), (x, clean)):
        spectrum = torch.stft(
            wave / peak[:, None], 510, 128, window=torch.hann_window(510), center=True, return_complex=True
        )
        wanted = 0.15 * spectrum.abs() ** 0.5 * torch.exp(1j * spectrum.angle())
        assert torch.allclose(torch.complex(found[:, 0], found[:, 1]).transpose(1, 2), wanted, atol=1e-5)
    back, _ = s.istft(s.expand(c, amplitude), 6400)
    assert torch.allclose(back, y, atol=1e-5)
    quiet = s.encode(y * 1e-3)[0]
    assert torch.allclose(quiet, c, atol=1e-4)  # the level is taken out
    assert not s.encode(torch.zeros(1, 2000))[0].any()


def test_the_identity_of_the_loss_holds_for_a_network_that_predicts_scores():
    """mse of the exact Tweedie estimate = e^{2 theta t} sigma_t^2 times the score loss."""
    model = small_model().double()
    with torch.no_grad():
        for p in model.network.parameters():
            p.normal_(std=0.1) if p.ndim > 1 else None
    x, y = torch.randn(2, 3, 2, 8, 32, dtype=torch.float64) * 0.3
    losses = []
    for weight in (0.0, 1.0):
        torch.manual_seed(0)
        losses.append(weighted_loss(model, x[:1], y[:1], weight, {"mse": 1.0}))
    assert torch.allclose(losses[0]["loss"], losses[1]["generative"])
    t = torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)
    std = model.sde.std(t)
    z = model.circular_noise(x)
    x_hat, score = model.predict(model.sde.mean(x, y, t) + std[:, None, None, None] * z, y, t)
    supervised = (x_hat - x).square().sum((1, 2, 3))
    generative = (std[:, None, None, None] * score + z).square().sum((1, 2, 3))
    assert torch.allclose(supervised, torch.exp(2 * 1.5 * t) * std**2 * generative)


def test_sampling_with_a_perfect_score_finds_the_clean_signal():
    """The network is replaced by the score of one clean signal; the front end, the scalings and the sampler are real."""
    model = small_model(sampling=Sampling(corrector="none"))
    x, y = torch.randn(2, 1, 2000) * 0.05
    _, clean, _, _ = model.spectrogram.encode(y, x)
    clean = model.pad(clean)
    model.predict = lambda x_t, y, t: (clean, model.sde.score_of(clean, x_t, y, t))
    out = model.enhance(y, 30)
    error = (out - x).square().mean() / x.square().mean()
    assert error < 0.02, error
    assert (y - x).square().mean() > x.square().mean()


def test_score_takes_any_number_of_frames_and_only_complex():
    streaming = ScoreModel(
        Spectrogram(window_length=64, hop_length=32), OUVESDE(), StreamingNet(33, 16, 1, stride=4, bands=8)
    )
    t = torch.tensor([0.5, 1.0])
    for model in (small_model(), streaming):
        bins = model.spectrogram.bins
        x_t, y = torch.randn(2, 2, 1, bins, 7, dtype=torch.complex64)
        assert model.score(x_t, y, t).shape == (2, 1, bins, 7)
        with pytest.raises(ValueError, match=r"must be complex \[B, 1, F, T\]"):
            model.score(x_t.real, y.real, t)
    # of a network that still is the identity: x̂₀ = y
    expected = (y - x_t) / streaming.sde.std(t)[:, None, None, None] ** 2
    assert torch.allclose(streaming.score(x_t, y, t)[..., :-1, :], expected[..., :-1, :], rtol=0.1, atol=0.1)


def test_options_that_contradict_are_one_sentence():
    y_alone = dict(scale_by_time=False, conditional=False, inputs=2)
    parts = CentredSpectrogram(16000, 62, 16), OUVESDE(), NCSNpp(16, (1, 2), 1, (), 32, **y_alone)
    with pytest.raises(ValueError, match="takes weight 1"):
        OfflineEnhancement(*parts, weight="linear", validation_steps=[1])
    with pytest.raises(ValueError, match="steps 2 must be 1"):
        OfflineModel(*parts).enhance(torch.zeros(1, 1000), 2)
    with pytest.raises(ValueError, match="the network has 32 bins"):
        OfflineModel(CentredSpectrogram(), *parts[1:])
    with pytest.raises(ValueError, match="corrector 'best'"):
        Sampling(corrector="best")


def test_trainer_test_runs_such_a_model_and_counts_its_calls(tmp_path):
    model = small_model(sampling=Sampling(N=3))
    save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    assert step_counts(tmp_path / "m.safetensors") == (3, 3)
    enhance, rate = open_model(Model("m", tmp_path / "m.safetensors", 3))
    y = (np.random.default_rng(0).standard_normal(2000) * 0.1).astype(np.float32)
    done = enhance(y, 1)
    assert rate == 16000 and done.nfe == 6 and done.x_hat.shape == y.shape
    assert np.array_equal(done.x_hat, enhance(y, 1).x_hat) and not np.array_equal(
        done.x_hat, enhance(y, 2).x_hat
    )
    if not torch.cuda.is_available():
        with pytest.raises(
            ValueError, match=r"device 'cuda' cannot be used by torch here \(.+\); 'cpu' always can"
        ):
            open_model(Model("m", tmp_path / "m.safetensors", 3, "cuda"))


def test_the_probability_flow_is_a_sampler_of_whole_files_whose_calls_are_counted(tmp_path):
    model = small_model(sampling=FlowSampling(rtol=0.1, atol=0.1))
    save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    assert load_model(tmp_path / "m.safetensors").sampling == model.sampling
    assert step_counts(tmp_path / "m.safetensors") == (1, 1)
    y = (np.random.default_rng(0).standard_normal(2000) * 0.1).astype(np.float32)
    enhance, _ = open_model(Model("m", tmp_path / "m.safetensors", 1))
    coarse = enhance(y, 1)
    # RK45 calls twice for the size of its first step, six times a step, and once more for the estimate at the end
    assert coarse.nfe >= 9 and coarse.nfe % 6 == 3 and np.isfinite(coarse.x_hat).all()
    with pytest.raises(ValueError, match="steps 2 must be 1: the solver"):
        model.enhance(torch.zeros(1, 2000), 2)
    with pytest.raises(ValueError, match="method 'BDF'"):
        FlowSampling("BDF")
    _, clean, _, _ = model.spectrogram.encode(torch.from_numpy(y)[None], torch.from_numpy(0.3 * y)[None])
    clean = model.pad(clean)
    model.predict = lambda x_t, y, t: (clean, model.sde.score_of(clean, x_t, y, t))
    error = (model.enhance(torch.from_numpy(y)[None]) - 0.3 * torch.from_numpy(y)).square().mean()
    assert error < 0.02 * (0.3 * y).var()
