"""The Schrödinger bridge: its closed forms against simulation, and its samplers on a posterior that is known."""

import pytest
import torch

from trainer.diffusion.bridge import BridgeVE
from trainer.diffusion.samplers import few_step, few_step_transition
from trainer.diffusion.sde import OUVESDE
from trainer.networks.offline_model import FewStepSampling

DRAWS = 4000
NOISE_VARIANCE = 0.25


# --- the path ---


def test_closed_forms_agree_with_integration_of_the_pinned_process():
    """Euler-Maruyama of dx = g² (y − x)/σ̄² dt + g dw from x: mean and spread on the way, and y at the end."""
    torch.manual_seed(0)
    sde, paths, steps = BridgeVE(), 20000, 400
    x0, y = torch.tensor(0.7 + 0.2j), torch.tensor(-0.3 - 0.1j)
    x, dt = x0.expand(paths).clone(), 1.0 / steps
    for i in range(steps):
        t = torch.tensor(i * dt)
        x = x + sde.drift(x, y, t) * dt + sde.diffusion(t) * dt**0.5 * torch.randn(paths, dtype=x.dtype)
        if i + 1 in (40, 200, 360):
            t = torch.tensor([(i + 1) * dt])
            mean, std = sde.mean(x0[None], y[None], t)[0], sde.std(t).item()
            assert (x.mean() - mean).abs().item() < 4 * std / paths**0.5 + dt
            variance = (x - mean).abs().square().mean().item()
            assert abs(variance / std**2 - 1) < 4 / paths**0.5 + 8 * dt
    assert (x - y).abs().square().mean().sqrt().item() < 2 * sde.diffusion(torch.tensor(1.0)).item() * dt**0.5


def test_closed_forms_agree_with_a_free_process_that_is_conditioned_on_its_end():
    """Without the drift under test: Gaussian regression of x_t on x_T, both built of independent increments of ∫g²."""
    torch.manual_seed(0)
    sde, paths = BridgeVE(), 400_000
    t = torch.tensor([0.1, 0.5, 0.9, 1.0], dtype=torch.double)
    # ∫ g² by the trapezium rule, not by the closed form
    fine = torch.linspace(0, 1, 10001, dtype=torch.double)
    grown = torch.cat([torch.zeros(1), torch.cumulative_trapezoid(sde.diffusion(fine).square(), fine)])
    size = grown[(t * 10000).round().long()].diff(prepend=torch.zeros(1, dtype=torch.double)).sqrt()
    x0, y = 0.7, -0.3
    x = x0 + (size[:, None] * torch.randn(4, paths, dtype=torch.double)).cumsum(0)
    for k in range(3):
        slope = ((x[k] - x0) * (x[3] - x0)).mean() / (x[3] - x0).square().mean()
        residue = (x[k] - x0 - slope * (x[3] - x0)).std()
        mean = sde.mean(torch.tensor([x0]), torch.tensor([y]), t[k : k + 1]).item()
        assert x0 + slope.item() * (y - x0) == pytest.approx(mean, abs=0.01)
        assert residue.item() == pytest.approx(sde.std(t[k]).item(), rel=0.01)


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_it_is_pinned_at_both_ends_to_the_last_bit(kind):
    sde = BridgeVE()
    x, y, z = torch.randn(3, 4, 2, 5, dtype=kind)
    ends = torch.tensor([0.0, 1.0], dtype=kind).repeat(2)
    assert torch.equal(sde.mean(x, y, ends)[::2], x[::2]) and torch.equal(sde.mean(x, y, ends)[1::2], y[1::2])
    assert not sde.std(ends).any() and torch.equal(sde.prior(y, z), y)


def test_the_numbers_of_the_paper():
    """k 2.6, c 0.4: σ_T² = 0.4 (2.6² − 1)/(2 ln 2.6) = 1.2056; half of x is gone where k^{2t} = (k² + 1)/2."""
    sde = BridgeVE()
    assert sde.variance(torch.tensor(1.0)).item() == pytest.approx(1.2056, abs=1e-4)
    half = torch.tensor(3.88, dtype=torch.double).log() / sde.rate
    assert sde.decay(half).item() == pytest.approx(0.5) and sde.std(half).item() == pytest.approx(
        0.5490, abs=1e-4
    )


def test_tweedie_and_the_score_of_a_prediction_invert_each_other():
    torch.manual_seed(0)
    sde = BridgeVE()
    x, y, z = torch.randn(3, 4, 2, 5, 6, dtype=torch.double)
    t = torch.rand(4, dtype=torch.double) * 0.97 + 0.01
    std = sde.std(t)[:, None, None, None]
    x_t = sde.mean(x, y, t) + std * z
    assert torch.allclose(sde.score_of(x, x_t, y, t), -z / std)
    assert torch.allclose(sde.implied_noise(x, x_t, y, t), z)
    assert torch.allclose(sde.tweedie(x_t, -z / std, y, t), x)


# --- the samplers ---


@pytest.mark.parametrize("sde", [BridgeVE(), OUVESDE()], ids=["bridge", "ouve"])
def test_the_posterior_transition_is_that_of_the_process(sde):
    """p(x_{t'} | x_t, x, y) by Gaussian conditioning of the forward process that is simulated from t' to t."""
    torch.manual_seed(0)
    paths, steps, dt = 40000, 200, 0.001
    x0, y = torch.tensor([[0.7]], dtype=torch.double), torch.tensor([[-0.3]], dtype=torch.double)
    start, end = (torch.tensor([v], dtype=torch.double) for v in (0.3, 0.5))
    before = sde.mean(x0, y, start) + sde.std(start) * torch.randn(1, paths, dtype=torch.double)
    x = before.clone()
    for i in range(steps):
        t = start + (i + 0.5) * dt
        x = x + sde.drift(x, y, t) * dt + sde.diffusion(t) * dt**0.5 * torch.randn_like(x)
    slope = ((x - x.mean()) * (before - before.mean())).mean() / x.var()
    residue = (before - before.mean() - slope * (x - x.mean())).std()

    def move(x_t, z):
        return few_step_transition(sde, x0, x_t, y, end, start, torch.full_like(x_t, z), "posterior").item()

    one = torch.ones(1, 1, dtype=torch.double)
    assert move(one, 0.0) - move(0 * one, 0.0) == pytest.approx(slope.item(), abs=0.02)
    assert move(one, 1.0) - move(one, 0.0) == pytest.approx(residue.item(), rel=0.02)


@pytest.mark.parametrize(("eta", "share"), [(0.0, 0.5), ("posterior", 0.03)])
def test_samplers_reach_a_known_posterior(eta, share):
    """For x normal and y = x + noise, E[x | x_t, y] is exact.

    The SDE sampler ends in p(x | y); the ODE one, which begins in y without any noise, has its mean and no spread.
    """
    torch.manual_seed(0)
    sde, calls = BridgeVE(), 0
    y = torch.tensor([-1.0, -0.2, 0.3, 2.0], dtype=torch.double)[:, None].repeat(1, DRAWS)
    mean, variance = y / (1 + NOISE_VARIANCE), NOISE_VARIANCE / (1 + NOISE_VARIANCE)

    def predict(x_t, t, _):
        """E[x | x_t, y]: the normal p(x | y), seen through x_t = w x + (1 − w) y + s z."""
        nonlocal calls
        calls += 1
        w, s = sde.decay(t)[:, None], sde.std(t)[:, None]
        gain = w * variance / (w.square() * variance + s.square()).clamp_min(1e-30)
        return mean + gain * (x_t - sde.mean(mean, y, t))

    N = 400
    noise = (torch.randn_like(y) for _ in range(N))
    x = few_step(predict, sde, y, noise, FewStepSampling(N).times(sde, N), eta, N)
    assert calls == N
    assert ((x - mean).mean(1).abs() < 4 * (variance / DRAWS) ** 0.5 + 0.005).all()
    if eta == "posterior":
        assert ((x.var(1) / variance - 1).abs() < 4 * (2 / DRAWS) ** 0.5 + share).all(), x.var(1) / variance
    else:
        assert x.var(1).max() < 1e-12


@pytest.mark.parametrize("eta", [0.0, "posterior"])
def test_the_transition_is_the_one_the_paper_writes(eta):
    """arXiv 2407.16074, first-order discretisations with α = 1: the weights of x_t, x̂₀, y and z."""
    torch.manual_seed(0)
    sde = BridgeVE()
    x_hat, x_t, y, z = torch.randn(4, 3, 6, dtype=torch.double)
    t, s = (torch.tensor(v, dtype=torch.double) for v in ([0.9, 0.6, 0.3], [0.8, 0.2, 0.1]))
    a, b, end = (sde.variance(v)[:, None] for v in (t, s, torch.ones_like(t)))
    if eta == 0:
        ratio = (b * (end - b) / (a * (end - a))).sqrt()
        of_x = (end - b - ratio * (end - a)) / end
        expected = ratio * x_t + of_x * x_hat + (b - ratio * a) / end * y
    else:
        expected = b / a * x_t + (1 - b / a) * x_hat + (b * (1 - b / a)).sqrt() * z
    assert torch.allclose(few_step_transition(sde, x_hat, x_t, y, t, s, z, eta), expected)
    first = torch.ones_like(t)  # from y itself
    moved = few_step_transition(sde, x_hat, y, y, first, s, z, eta)
    fresh = sde.std(s)[:, None] * z if eta else 0
    assert torch.allclose(moved, sde.mean(x_hat, y, s) + fresh)
