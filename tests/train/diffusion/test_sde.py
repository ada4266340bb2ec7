import pytest
import torch

from trainer.diffusion.loss_weighting import FAMILIES, alpha, draw_times
from trainer.diffusion.sde import OUVESDE
from trainer.training.objective import estimate


@pytest.fixture
def sde():
    return OUVESDE(1.5, 0.05, 0.5, 0.03)


def test_closed_forms_agree_with_numerical_integration(sde):
    """Euler-Maruyama of dx = θ (y − x) dt + g dw from x has the closed forms' mean and E|x − mean|².

    Within four standard errors, and the O(dt) that Euler's steps leave behind.
    """
    torch.manual_seed(0)
    paths, steps = 20000, 400
    x0, y = torch.tensor(0.7 + 0.2j), torch.tensor(-0.3 - 0.1j)
    x = x0.expand(paths).clone()
    dt = 1.0 / steps
    for i in range(steps):
        t = torch.tensor((i + 0.5) * dt)
        # randn of complex numbers has E|z|² = 1
        x = x + sde.drift(x, y, t) * dt + sde.diffusion(t) * dt**0.5 * torch.randn(paths, dtype=x.dtype)
        if i + 1 in (100, 200, 400):
            t = torch.tensor([(i + 1) * dt])
            mean, std = sde.mean(x0[None], y[None], t)[0], sde.std(t).item()
            assert (x.mean() - mean).abs().item() < 4 * std / paths**0.5 + dt
            variance = (x - mean).abs().square().mean().item()
            assert abs(variance / std**2 - 1) < 4 / paths**0.5 + 2 * dt


def test_the_reverse_process_begins_at_y(sde):
    """x_T = y + σ_T z, where the forward process has e^{−θT} of x left in its mean."""
    torch.manual_seed(0)
    y = torch.full((50000,), 0.3 - 0.4j)
    x_T = sde.prior(y, torch.randn_like(y))
    sigma_T = sde.std(torch.tensor(sde.T)).item()
    assert (x_T.mean() - y[0]).abs().item() < 4 * sigma_T / len(y) ** 0.5
    assert (x_T - y).abs().square().mean().item() == pytest.approx(sigma_T**2, rel=4 / len(y) ** 0.5)


def test_printed_values_of_the_paper(sde):
    """σ_t of the published parameters (worked out by hand in the field notes)."""
    t = torch.tensor([0.03, 0.10, 0.50, 1.00], dtype=torch.double)
    assert sde.std(t).tolist() == pytest.approx([0.0188, 0.0357, 0.1217, 0.3890], abs=5e-5)
    assert alpha("linear", sde, t).tolist() == pytest.approx([1.0, 0.954, 0.722, 0.0], abs=1e-3)


def test_tweedie_of_the_true_score_is_the_clean_signal(sde):
    torch.manual_seed(0)
    x, y, z = torch.randn(3, 4, 2, 5, 6, dtype=torch.double)
    t = torch.rand(4, dtype=torch.double) * 0.97 + 0.03
    std = sde.std(t)[:, None, None, None]
    x_t = sde.mean(x, y, t) + std * z
    assert torch.allclose(sde.tweedie(x_t, -z / std, y, t), x, atol=1e-10)
    assert torch.allclose(sde.score_of(x, x_t, y, t), -z / std, atol=1e-8)
    published = sde.tweedie(x_t, -z / std, y, t, "as_published")
    assert torch.allclose(
        published, sde.mean(x, y, t) + std * z / 2, atol=1e-10
    )  # a residue of σ z / 2 stays


def test_squared_error_of_tweedie_is_the_score_loss_reweighted(sde):
    """‖x̂₀ − x‖² = e^{2θt} σ_t² ‖σ_t s + z‖²: sde, Tweedie and objective agree (PAPER.md, "The weighted loss")."""
    torch.manual_seed(0)
    x, y, z, s = torch.randn(4, 8, 2, 5, 6, dtype=torch.double)
    t = torch.rand(8, dtype=torch.double) * 0.97 + 0.03
    std = sde.std(t)
    shaped = std[:, None, None, None]
    x_t = sde.mean(x, y, t) + shaped * z
    left = (sde.tweedie(x_t, s, y, t) - x).square().sum((1, 2, 3))
    right = torch.exp(2 * sde.theta * t) * std**2 * (shaped * s + z).square().sum((1, 2, 3))
    assert torch.allclose(left, right, rtol=1e-10)


@pytest.mark.parametrize("family", FAMILIES)
def test_weight_families_run_between_the_ends(sde, family):
    t = torch.linspace(sde.t_eps, sde.T, 101, dtype=torch.double)
    a = alpha(family, sde, t)
    assert a.min() >= 0 and a.max() <= 1
    up = family == "increasing"
    assert a[0].item() == pytest.approx(0.0 if up else 1.0)
    assert a[-1].item() == pytest.approx(1.0 if up else 0.0)
    assert ((a.diff() >= -1e-12) if up else (a.diff() <= 1e-12)).all()


def test_unknown_weights_are_refused(sde):
    with pytest.raises(ValueError, match="cosine.*linear"):
        alpha("cosine", sde, torch.tensor([0.5]))
    with pytest.raises(ValueError, match=r"\[0, 1\], not 1.5"):
        alpha(1.5, sde, torch.tensor([0.5]))
    with pytest.raises(ValueError, match="sigma_min 0.5"):
        OUVESDE(sigma_min=0.5, sigma_max=0.05)


def test_drawn_times_fall_on_the_points_as_often_as_asked(sde):
    torch.manual_seed(0)
    points = torch.tensor([1.0, 0.5])
    t = draw_times(sde, 20000, points, 0.25)
    share = torch.isin(t, points).float().mean().item()
    assert share == pytest.approx(0.25, abs=0.02)
    assert t.min() >= sde.t_eps and t.max() <= sde.T


def test_estimate_holds_both_domains():
    from trainer.networks.score_model import ScoreModel
    from trainer.networks.spectrogram import Spectrogram
    from trainer.networks.streaming import StreamingNet

    model = ScoreModel(Spectrogram(), OUVESDE(), StreamingNet(channels=16, blocks=1, bands=8))
    x = torch.randn(2, 2, 12, 161) * 0.1
    e = estimate(model, x, x)
    assert e.wave.shape == (2, 12 * 160) and torch.equal(e.wave, e.wave_hat)
