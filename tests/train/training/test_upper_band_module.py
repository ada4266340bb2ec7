"""The upper band learns what the clean recording holds above 8 kHz, and nothing where a recording does not reach."""

import numpy as np
import pytest
import soundfile
import torch

from tests.helpers.full_band import small_model
from trainer.cli import main
from trainer.networks.checkpoint import load_model, save_snapshot
from trainer.networks.upper_band import UpperBand
from trainer.training.upper_band_module import UpperBandTraining, present

RATE = 48000


@pytest.fixture(scope="module")
def low(tmp_path_factory):
    path = tmp_path_factory.mktemp("low") / "low.safetensors"
    model = small_model()
    save_snapshot(model.config, model.state_dict(), path)
    return path


def hisses(seconds: float = 1.0, batch: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    """Clean: a hum with bursts of hiss above 8 kHz; noisy: the same and a steady hiss 6 dB softer than the bursts."""
    samples = int(seconds * RATE)
    n = torch.arange(samples) / RATE
    hiss = torch.randn(batch, samples)
    spectrum = torch.fft.rfft(hiss)
    spectrum[:, torch.fft.rfftfreq(samples, 1 / RATE) < 8500] = 0
    hiss = torch.fft.irfft(spectrum, samples)
    open_now = (torch.sin(2 * torch.pi * (3 * n + torch.rand(batch, 1))) > 0).float()
    clean = 0.05 * torch.sin(2 * torch.pi * 200 * n) * open_now + 0.02 * hiss * open_now
    return clean, clean + 0.01 * torch.roll(hiss, 999, 1)


def test_a_bursting_hiss_stays_and_a_steady_one_goes(low):
    torch.manual_seed(0)
    module = UpperBandTraining(UpperBand(channels=16), init=str(low))
    optimiser = torch.optim.Adam(module.model.upper.parameters(), lr=1e-2)
    first = None
    for _ in range(60):
        loss = module.loss(module.listen(*hisses()))
        first = float(loss) if first is None else first
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert float(loss) < 0.5 * first
    assert all(p.grad is None for p in module.model.network.parameters())


def test_a_step_recalls_what_was_heard_before(low):
    torch.manual_seed(0)
    module = UpperBandTraining(UpperBand(channels=16), init=str(low), memory=6, recalled=4)
    seen = []
    module.loss = lambda heard: seen.append(heard) or heard.noisy.sum()
    module.log = lambda *_, **__: None
    batches = [hisses(0.2, 4) for _ in range(3)]
    for batch in batches:
        module.training_step(batch, 0)
    assert [len(heard.noisy) for heard in seen] == [4, 8, 8]
    assert len(module.memory) == 6
    first, again = seen[0].noisy, seen[1].noisy[4:]
    order = (again[:, None] - first[None]).abs().amax((2, 3)).argmin(1)
    assert sorted(order.tolist()) == [0, 1, 2, 3]
    torch.testing.assert_close(again, first[order], rtol=1e-3, atol=1e-4)


def test_bins_that_a_recording_does_not_reach_are_not_trained_on():
    x = torch.full((2, 5, 641), 1e-3)
    x[0, :, 200:] = 1e-12  # up to 13 kHz
    mask = present(x, torch.ones(2, 5))
    assert mask[0, 0, :200].all() and not mask[0, 0, 200:].any()
    assert mask[1].all()
    assert present(torch.zeros(1, 5, 641), torch.zeros(1, 5)).all()  # silence: all of it is known


def test_the_low_model_must_be_given(tmp_path):
    with pytest.raises(ValueError, match="give its snapshot with --init"):
        UpperBandTraining(UpperBand())


def test_the_command_trains_an_upper_band_that_can_be_loaded(low, tmp_path):
    rng = np.random.default_rng(0)
    for name in ("speech", "noise"):
        (tmp_path / name).mkdir()
        for k in range(2):
            soundfile.write(tmp_path / name / f"{k}.wav", 0.05 * rng.standard_normal(RATE), RATE)
    main([
        "fit", "--config", "trainer/configs/upper-band.yaml", "--init", str(low), "--folder", str(tmp_path / "run"),
        "--data.speech", f"[{tmp_path / 'speech'}]", "--data.noise", f"[{tmp_path / 'noise'}]", "--data.seconds", "0.3",
        "--data.batch_size", "2", "--data.examples_per_epoch", "4", "--data.rooms", "0", "--data.workers", "0",
        "--data.cache_dir", str(tmp_path / "cache"), "--trainer.max_steps", "2", "--trainer.limit_val_batches", "0",
        "--model.init_args.operators", "plain", "--trainer.val_check_interval", "2",
        "--trainer.enable_progress_bar", "false",
    ])  # fmt: skip
    model = load_model(tmp_path / "run" / "ema.safetensors")
    assert model.spectrogram.sample_rate == RATE and model.upper is not None
    torch.testing.assert_close(model.network.state_dict(), load_model(low).network.state_dict())
