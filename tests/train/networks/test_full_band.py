"""A full-band model: the bins up to 8 kHz are the 16 kHz model's, those above get gains of their own."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
import torch

from realtime.demo import CLIP
from tests.helpers.full_band import small_model
from trainer.networks.checkpoint import load_model, save_snapshot, widened, with_upper_band
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.upper_band import UpperBand, triangles

SHIPPED = Path(__file__).parents[3] / "realtime" / "models" / "klarstrom-16k.safetensors"


def open_band() -> UpperBand:
    """An upper band that lets everything through."""
    upper = UpperBand(channels=16, depth=0.0)
    with torch.no_grad():
        upper.outward.bias.fill_(30.0)
    return upper


@pytest.fixture(scope="module")
def speech():
    """Noisy speech of 4 s, float32: at 16 kHz without what a resampler cuts, and the same at 48 kHz."""
    clip, rate = soundfile.read(CLIP, dtype="float32", frames=64000)
    assert rate == 16000
    spectrum = np.fft.rfft(clip)
    spectrum[np.fft.rfftfreq(len(clip), 1 / rate) > 7500] = 0
    low = np.fft.irfft(spectrum, len(clip)).astype(np.float32)
    return torch.from_numpy(low)[None], torch.from_numpy(soxr.resample(low, 16000, 48000, "VHQ"))[None]


def decibel(error: torch.Tensor, signal: torch.Tensor) -> float:
    return float(10 * (error.square().sum() / signal.square().sum()).log10())


@pytest.mark.parametrize("steps", [1, 2])
def test_the_low_band_is_the_output_of_the_16_khz_model(speech, steps):
    model = load_model(SHIPPED)
    full = widened(model, UpperBand()).eval()
    at_16, at_48 = speech
    torch.manual_seed(1)
    noise = 0.5**0.5 * torch.randn(at_16.shape[1] // 160 + 4, steps, 2, 321)
    expected = model.enhance(at_16, steps, noise)
    found = full.enhance(at_48, steps, noise)
    low = torch.from_numpy(soxr.resample(found[0].numpy(), 48000, 16000, "VHQ"))[None, : expected.shape[1]]
    assert decibel(low - expected, expected) < -40


def test_an_open_upper_band_returns_what_came_in_above_8_khz(speech):
    full = widened(small_model(), open_band()).eval()
    n = torch.arange(speech[1].shape[1]) / 48000
    above = 0.05 * torch.sin(2 * torch.pi * 12000 * n) + 0.02 * torch.sin(2 * torch.pi * 19000 * n)
    noise = 0.5**0.5 * torch.randn(n.numel() // 480 + 4, 1, 2, 321)
    difference = full.enhance(speech[1] + above, 1, noise) - full.enhance(speech[1], 1, noise)
    inner = slice(4800, -4800)
    error = torch.fft.rfft((difference[0] - above)[inner])
    heard = torch.fft.rfft(above[inner])
    bins = (
        torch.fft.rfftfreq(len(above[inner]), 1 / 48000) > 8500
    )  # below, a random network answers to any leakage
    assert decibel(error[bins].abs(), heard[bins].abs()) < -40


def test_triangles_sum_to_one_in_every_bin_and_widen():
    rows = triangles(641, 20)
    torch.testing.assert_close(rows.sum(0), torch.ones(641))
    widths = (rows > 0).sum(1)[1:-1]
    assert (widths[1:] >= widths[:-1]).all() and widths[-1] > 2 * widths[0]


def test_gains_stay_in_0_to_1_and_hop_by_hop_equals_the_whole():
    torch.manual_seed(0)
    upper = UpperBand(channels=16)
    with torch.no_grad():
        upper.outward.weight.normal_()
    above, y, x_hat = torch.randn(2, 2, 30, 641), torch.randn(2, 2, 30, 321), torch.randn(2, 2, 30, 321)
    amplitude = torch.rand(2, 30) + 0.1
    with torch.no_grad():
        whole, _ = upper(above, y, x_hat, amplitude)
        h, parts = None, []
        for t in range(30):
            at = slice(t, t + 1)
            gains, h = upper(above[:, :, at], y[:, :, at], x_hat[:, :, at], amplitude[:, at], h)
            parts.append(gains)
    assert whole.min() >= 0 and whole.max() <= 1 and whole.std() > 0.01
    torch.testing.assert_close(torch.cat(parts, 1), whole, rtol=1e-4, atol=1e-5)
    assert h.shape[1:] == upper.state()["upper_h"][1:]


def test_where_the_low_band_goes_the_upper_one_follows_by_its_depth():
    upper = UpperBand(channels=16, opens=-6.0, closes=-18.0, depth=20.0)
    y = torch.rand(1, 2, 1, 321) + 0.1
    for gain, expected in ((0.0, 0.0), (-6.0, 0.0), (-12.0, -10.0), (-18.0, -20.0), (-60.0, -20.0)):
        factor = upper.following(y, y * 10 ** (gain / 60))  # of a magnitude whose sixth power counts
        assert 20 * float(factor.log10()) == pytest.approx(expected, abs=0.01)
    assert float(upper.following(torch.zeros_like(y), torch.zeros_like(y))) == 1


def test_a_snapshot_holds_both_and_gives_its_upper_band_to_another_model(tmp_path):
    first, second = small_model(), small_model()
    with torch.no_grad():
        second.network.head.bias.add_(0.1)
    full = widened(first, open_band())
    save_snapshot(full.config, full.state_dict(), tmp_path / "full.safetensors")
    again = load_model(tmp_path / "full.safetensors")
    torch.testing.assert_close(again.state_dict(), full.state_dict())
    joined = with_upper_band(second, tmp_path / "full.safetensors")
    torch.testing.assert_close(joined.upper.state_dict(), full.upper.state_dict())
    torch.testing.assert_close(joined.network.state_dict(), second.network.state_dict())
    save_snapshot(first.config, first.state_dict(), tmp_path / "low.safetensors")
    with pytest.raises(ValueError, match="has no upper band: it is no full-band model"):
        with_upper_band(second, tmp_path / "low.safetensors")


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match="a model of 16000 Hz cannot be the low band of one of 44100 Hz"):
        widened(small_model(), UpperBand(), 44100)
    with pytest.raises(ValueError, match="cannot be the low band"):
        widened(widened(small_model(), UpperBand()), UpperBand(), 144000)
    with pytest.raises(ValueError, match="has 640 bins above the network's, the upper band has 100"):
        widened(small_model(), UpperBand(bins=101))
    with pytest.raises(ValueError, match="bands 1 and low_bands 16 must lie in 2"):
        UpperBand(bands=1)
    with pytest.raises(ValueError, match="closes -5 must lie below opens -5"):
        UpperBand(opens=-5, closes=-5)
    with pytest.raises(ValueError, match="base_rate 44100"):
        Spectrogram(sample_rate=48000, window_length=960, hop_length=480, base_rate=44100)
