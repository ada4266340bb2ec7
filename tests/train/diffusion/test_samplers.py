"""Samplers on a Gaussian whose posterior, and whose score at every t, are known exactly."""

import pytest
import torch

from trainer.diffusion.predictor_corrector import annealed_langevin, langevin, predictor_corrector
from trainer.diffusion.probability_flow import METHODS, probability_flow
from trainer.diffusion.samplers import few_step
from trainer.diffusion.sde import OUVESDE, expand_as

DRAWS = 4000
NOISE_VARIANCE = 0.25


class Toy:
    """x circular normal with E|x|² = 1, y = x + noise of variance v.

    So p(x | y) has the mean y/(1 + v) and the variance v/(1 + v). θ = 4 leaves e⁻⁴ of x at T: the start y + σ_T z, where
    the process does not quite begin, is soon forgotten.
    """

    def __init__(self, y):
        self.y = y
        self.sde = OUVESDE(theta=4.0, sigma_min=0.05, sigma_max=1.0)
        self.mean, self.variance = y / (1 + NOISE_VARIANCE), NOISE_VARIANCE / (1 + NOISE_VARIANCE)
        self.calls = 0

    def marginal(self, y, t):
        variance = self.sde.decay(t).square() * self.variance + self.sde.std(t).square()
        return self.sde.mean(self.mean, y, t), expand_as(variance, y)

    def score(self, x_t, y, t):
        """∇ log p_t(x_t | y) in the field's convention: −(x_t − mean)/E|x_t − mean|²."""
        self.calls += 1
        mean, variance = self.marginal(y, t)
        return (mean - x_t) / variance

    def posterior_mean(self, x_t, y, t):
        """E[x | x_t, y] by Tweedie."""
        return self.sde.tweedie(x_t, self.score(x_t, y, t), y, t)


def observations(kind):
    """y [4, DRAWS]: four observations, each many times over."""
    values = torch.tensor([-1.0, -0.2, 0.3, 2.0], dtype=torch.double)
    if kind == "complex":
        values = values * torch.exp(1j * torch.arange(4, dtype=torch.double))
    return values[:, None].repeat(1, DRAWS)


def check(x, mean, variance, bias=0.0, share=0.0):
    """Mean and variance of each row within 4 standard errors, plus what a finite number of steps leaves behind."""
    wrong = (x - mean).mean(1).abs()
    assert (wrong < 4 * (variance / DRAWS) ** 0.5 + bias).all(), wrong
    found = (x - x.mean(1, keepdim=True)).abs().square().mean(1)
    # a real normal's |x|² has the variance 2 σ⁴, a circular one's σ⁴
    assert ((found / variance - 1).abs() < 4 * (2 / DRAWS) ** 0.5 + share).all(), found / variance


@pytest.fixture(params=["real", "complex"])
def toy(request):
    torch.manual_seed(0)
    return Toy(observations(request.param))


def test_the_score_belongs_to_the_posterior(toy):
    """The error of Tweedie's E[x | x_t, y] does not correlate with what was given: it is the conditional mean."""
    x = toy.mean + toy.variance**0.5 * torch.randn_like(toy.y)
    t = torch.full((4,), 0.4, dtype=torch.double)
    x_t = toy.sde.mean(x, toy.y, t) + expand_as(toy.sde.std(t), x) * torch.randn_like(x)
    estimate = toy.posterior_mean(x_t, toy.y, t)
    limit = 4 * toy.variance / DRAWS**0.5
    assert ((estimate - x) * (estimate - toy.mean).conj()).mean(1).abs().max() < limit
    assert ((0.9 * x_t - x) * (x_t - toy.mean).conj()).mean(1).abs().max() > limit


@pytest.mark.parametrize(
    ("predictor", "corrector", "N", "snr"),
    [
        ("reverse_diffusion", "none", 600, 0.5),
        ("euler_maruyama", "annealed_langevin", 400, 0.1),
        ("reverse_diffusion", "langevin", 400, 0.03),
    ],
)
def test_predictor_corrector_samples_the_posterior(toy, predictor, corrector, N, snr):
    x, nfe = predictor_corrector(toy.score, toy.sde, toy.y, torch.randn_like, N, predictor, corrector, 1, snr)
    check(x, toy.mean, toy.variance, bias=0.01, share=0.03)
    assert nfe == toy.calls == N * (2 if corrector != "none" else 1)


def test_more_steps_come_nearer(toy):
    """The bias is that of the step: a few steps are told apart from the posterior by the same check."""

    def error(N):
        x, _ = predictor_corrector(toy.score, toy.sde, toy.y, torch.randn_like, N, corrector="none")
        return (x.var(1) / toy.variance - 1).abs().mean()

    assert error(8) > 3 * error(100)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("denoise", [True, False])
def test_probability_flow_samples_the_posterior(toy, method, denoise):
    x, nfe = probability_flow(toy.score, toy.sde, toy.y, torch.randn_like, method, 1e-4, 1e-4, denoise)
    mean, variance = toy.marginal(toy.y, torch.full((4,), toy.sde.t_eps, dtype=torch.double))
    if denoise:
        mean, variance = toy.mean, toy.variance
    check(x, mean, float(torch.as_tensor(variance).max()), bias=0.01, share=0.01)
    assert nfe == toy.calls > 10


def test_probability_flow_is_deterministic_and_its_tolerance_matters(toy):
    z = torch.randn_like(toy.y)

    def solve(tolerance):
        return probability_flow(toy.score, toy.sde, toy.y, lambda _: z, rtol=tolerance, atol=tolerance)

    fine, again, middle, coarse = (solve(tolerance) for tolerance in (1e-7, 1e-7, 1e-4, 1e-2))
    assert torch.equal(fine.x_hat, again.x_hat)
    assert coarse.nfe < middle.nfe < fine.nfe
    errors = [(other.x_hat - fine.x_hat).abs().max().item() for other in (middle, coarse)]
    assert 0 < 10 * errors[0] < errors[1]


@pytest.mark.parametrize("corrector", [annealed_langevin, langevin])
def test_langevin_stays_at_its_own_marginal(toy, corrector):
    """From beside p_t into p_t, t fixed. x' = x − ε/V (x − m) + √(2ε) z settles at the variance V / (1 − ε / 2V)."""
    t, snr = torch.full((4,), 0.5, dtype=torch.double), 0.4 if corrector is annealed_langevin else 0.3
    mean, variance = toy.marginal(toy.y, t)
    x = toy.y + 0.2
    for _ in range(80):
        x, _ = corrector(toy.score, toy.sde, x, toy.y, t, snr, torch.randn_like)
    variance = variance.max().item()
    # ‖z‖/‖s‖ is √V at p_t
    size = 2 * snr**2 * (toy.sde.std(t)[0].item() ** 2 if corrector is annealed_langevin else variance)
    check(x, mean, variance / (1 - size / (2 * variance)), share=0.02)


def test_a_corrector_alone_walks_down_as_well():
    """At each t the corrector settles at p_t, so it ends at p_{t_ε}; the noise of its last move is left out."""
    torch.manual_seed(0)
    toy, snr = Toy(observations("real")), 0.3
    x, nfe = predictor_corrector(
        toy.score, toy.sde, toy.y, torch.randn_like, 40, "none", "langevin", corrector_steps=10, snr=snr
    )
    assert nfe == toy.calls == 400
    mean, variance = toy.marginal(toy.y, torch.full((4,), toy.sde.t_eps, dtype=torch.double))
    check(x, mean, variance.max().item() * (1 / (1 - snr**2) - 4 * snr**2), share=0.1)


@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_few_steps_keep_the_posterior_mean(toy, eta):
    """N posterior means in a row: the last is the mean of what is left, right on average, narrower than the posterior."""
    times = (1.0, 0.6, 0.35, 0.15)
    noise = [torch.randn_like(toy.y) for _ in times]
    x = few_step(lambda x_t, t, k: toy.posterior_mean(x_t, toy.y, t), toy.sde, toy.y, noise, times, eta, 4)
    assert toy.calls == 4
    assert (x - toy.mean).mean(1).abs().max() < 0.05
    assert (x.var(1) < toy.variance).all()


def test_the_paper_needs_sixty_calls(toy):
    assert predictor_corrector(toy.score, toy.sde, toy.y, torch.randn_like).nfe == toy.calls == 60


def test_shapes_and_types_are_those_of_y(toy):
    y = observations("complex").to(torch.complex64)[:, :6].reshape(4, 1, 2, 3)
    toy.mean = y / (1 + NOISE_VARIANCE)
    for sampler in (predictor_corrector, probability_flow):
        x, _ = sampler(toy.score, toy.sde, y, torch.randn_like)
        assert x.shape == y.shape and x.dtype == y.dtype


def test_what_is_no_sampler_is_refused(toy):
    def run(**options):
        predictor_corrector(toy.score, toy.sde, toy.y, torch.randn_like, **options)

    with pytest.raises(ValueError, match="predictor 'heun' is not one of reverse_diffusion"):
        run(predictor="heun")
    with pytest.raises(ValueError, match="corrector 'ald' is not one of annealed_langevin"):
        run(corrector="ald")
    with pytest.raises(ValueError, match="N 0 must be"):
        run(N=0)
    with pytest.raises(ValueError, match="nothing is sampled"):
        run(predictor="none", corrector="none")
    with pytest.raises(ValueError, match="method 'BDF' is not one of RK45"):
        probability_flow(toy.score, toy.sde, toy.y, torch.randn_like, "BDF")
