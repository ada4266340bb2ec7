import pytest
import torch

from trainer.diffusion.loss_weighting import alpha
from trainer.diffusion.samplers import few_step, few_step_transition
from trainer.diffusion.sde import OUVESDE
from trainer.networks.score_model import ScoreModel
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.streaming import StreamingNet
from trainer.training.losses import DISCREPANCIES, Estimate, weighted_sum
from trainer.training.objective import draw_steps, path_loss, weighted_loss


@pytest.fixture
def model():
    torch.manual_seed(0)
    return ScoreModel(Spectrogram(), OUVESDE(), StreamingNet(channels=16, blocks=1, bands=8))


def pair(batch=3, frames=20):
    torch.manual_seed(1)
    return torch.randn(2, batch, 2, frames, 161) * 0.3


@pytest.mark.parametrize("batch", [1, 5])
def test_loss_is_the_score_loss_reweighted_when_supervised_by_mse(model, batch):
    """The identity of PAPER.md, "The weighted loss", through the real objective, for any batch size."""
    model = model.double()
    x, y = pair(batch).double()
    torch.manual_seed(2)
    whole = weighted_loss(model, x, y, "linear", {"mse": 1.0})["loss"]
    torch.manual_seed(2)
    from trainer.diffusion.loss_weighting import draw_times

    t = draw_times(model.sde, batch, x.new_tensor(model.times), 0.0)
    z = model.circular_noise(x)
    std = model.sde.std(t)
    x_t = model.sde.mean(x, y, t) + std[:, None, None, None] * z
    dsm = (std[:, None, None, None] * model.predict(x_t, y, t)[1] + z).square().sum(1).mean((1, 2))
    a = alpha("linear", model.sde, t)
    expected = (((1 - a) + a * torch.exp(2 * model.sde.theta * t) * std**2) * dsm).mean()
    assert whole.item() == pytest.approx(expected.item(), rel=1e-9)


def test_generative_limit_bounds_the_factor(model):
    x, y = pair()
    torch.manual_seed(3)
    free = weighted_loss(model, x, y, 0.0)["generative"]
    torch.manual_seed(3)
    bounded = weighted_loss(model, x, y, 0.0, generative_limit=1.0)["generative"]
    assert bounded < free


def test_losses_reach_every_weight(model):
    x, y = pair()
    for loss in (weighted_loss(model, x, y)["loss"], path_loss(model, x, y, {"compressed": 1.0}, 4)["loss"]):
        model.zero_grad()
        loss.backward()
        # the second layer of the time embedding starts at zero, so its first layer has no gradient yet
        silent = [n for n, p in model.named_parameters() if p.grad is None or p.grad.abs().max() == 0]
        assert all("embedding.hidden" in n for n in silent), silent


def test_learning_the_path_lowers_the_loss(model):
    x, y = pair()
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    values = []
    for i in range(30):
        torch.manual_seed(i % 3)
        loss = path_loss(model, x, y, {"mse": 1.0}, 2)["loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    assert sum(values[-3:]) < 0.8 * sum(values[:3])


def test_steps_within_a_sequence():
    torch.manual_seed(0)
    steps = draw_steps(200, 100, 4, 0.5, torch.device("cpu"))
    constant = (steps == 4).all(1).float().mean().item()
    assert 0.35 < constant < 0.65
    assert steps.min() == 1 and steps.max() == 4


def test_bfloat16_learns_the_same(model):
    """What `--trainer.precision bf16-mixed` does: losses and gradients within bfloat16's three digits, spectra exact."""
    x, y = pair()
    found = []
    for enabled in (False, True):
        model.zero_grad()
        torch.manual_seed(6)
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            loss = weighted_loss(model, x, y)["loss"] + path_loss(model, x, y, {"compressed": 1.0}, 3)["loss"]
        loss.backward()
        weight = model.network.blocks[0].recurrence.hidden.weight
        found.append((loss.item(), weight.grad.clone()))
    assert found[1][0] == pytest.approx(found[0][0], rel=0.01) and found[1][0] != found[0][0]
    assert (found[1][1] - found[0][1]).norm() < 0.1 * found[0][1].norm()
    audio = torch.randn(1, 3200) * 0.1
    with torch.autocast("cpu", torch.bfloat16):
        back = model.spectrogram.istft(model.spectrogram.stft(audio)[0])[0]
    assert torch.allclose(back[:, 160:], audio[:, :-160], atol=1e-5)


def estimate_of(x_hat, x, other=None):
    s = Spectrogram()
    unit = x.new_ones(x.shape[0], x.shape[2])
    return Estimate(x_hat, x, s.istft(s.expand(x_hat, unit))[0], s.istft(s.expand(x, unit))[0], other)


@pytest.mark.parametrize("name", DISCREPANCIES)
def test_discrepancies_are_least_at_the_truth_and_differentiable(name):
    torch.manual_seed(0)
    x = torch.randn(2, 2, 40, 161) * 0.3
    near, far = x + 0.05 * torch.randn_like(x), x + 0.3 * torch.randn_like(x)
    others = (x, x + 0.05 * torch.randn_like(x), x + 0.3 * torch.randn_like(x))
    d = [DISCREPANCIES[name](estimate_of(v, x, o)) for v, o in zip((x, near, far), others, strict=True)]
    assert d[0].shape == (2,)
    assert (d[0] < d[1]).all() and (d[1] < d[2]).all()
    v = far.requires_grad_()
    DISCREPANCIES[name](estimate_of(v, x, others[2])).sum().backward()
    assert torch.isfinite(v.grad).all() and v.grad.abs().max() > 0


def test_over_suppression_blames_lost_speech_and_nothing_else():
    x = torch.randn(2, 2, 20, 161)
    term = DISCREPANCIES["over_suppression"]
    assert term(estimate_of(1.5 * x, x)).max() < 1e-9  # all too loud: noise may be left, no speech is lost
    lost = (0.5 * x).square().sum(1).mean((1, 2))
    torch.testing.assert_close(term(estimate_of(0.5 * x, x)), lost, rtol=1e-3, atol=0)


@pytest.mark.parametrize("name", DISCREPANCIES)
def test_discrepancies_survive_silence(name):
    x = torch.zeros(2, 2, 20, 161)
    v = (1e-3 * torch.randn_like(x)).requires_grad_()
    value = DISCREPANCIES[name](estimate_of(v, x, 1 * v)).sum()
    value.backward()
    assert torch.isfinite(value) and torch.isfinite(v.grad).all()


def test_unknown_discrepancies_are_refused():
    x = torch.zeros(1, 2, 20, 161)
    with pytest.raises(ValueError, match="pesq.*mse"):
        weighted_sum({"pesq": 1.0}, estimate_of(x, x))


def samples(spread, shift=0.0, frames=4000):
    """Spectra [1, 2, frames, 4] whose bins are 0.5 and -0.5 by the toss of a coin, with a little noise: mean 0."""
    coin = torch.randint(0, 2, (1, 1, frames, 4)) - 0.5
    real = torch.cat([coin, 0 * coin], 1)
    return spread * (real + 0.1 * torch.randn(1, 2, frames, 4)) + shift


def score_of_forecast(name, forecast):
    torch.manual_seed(0)
    x = samples(1.0)
    e = Estimate(forecast(), x, x, x, forecast())
    return DISCREPANCIES[name](e).item()


def test_the_energy_score_prefers_the_truth_to_its_mean():
    """A proper scoring rule: no other forecast does better than the distribution that x has. The squared error does not."""
    forecasts = {
        "mean": lambda: samples(0.0),
        "narrow": lambda: samples(0.6),
        "wide": lambda: samples(1.5),
        "shifted": lambda: samples(1.0, 0.3),
        "one peak": lambda: 0.5 * torch.randn(1, 2, 4000, 4),
    }
    truth = score_of_forecast("energy", lambda: samples(1.0))
    for name, forecast in forecasts.items():
        assert score_of_forecast("energy", forecast) > truth + 0.003, name
    assert score_of_forecast("mse", forecasts["mean"]) < 0.6 * score_of_forecast("mse", lambda: samples(1.0))


@pytest.mark.parametrize("start", [(0.0, 0.05), (1.0, 2.0)])
def test_learning_by_the_energy_score_finds_mean_and_spread(start):
    torch.manual_seed(0)
    mean, spread = (torch.tensor(value, requires_grad=True) for value in start)
    optimizer = torch.optim.Adam([mean, spread], 0.05)
    for _ in range(150):
        x = 0.4 + 0.7 * torch.randn(1, 2, 500, 3)
        forecast, other = (mean + spread * torch.randn_like(x) for _ in range(2))
        optimizer.zero_grad()
        DISCREPANCIES["energy"](Estimate(forecast, x, x, x, other)).backward()
        optimizer.step()
    assert mean.item() == pytest.approx(0.4, abs=0.06) and spread.item() == pytest.approx(0.7, abs=0.08)


def test_the_energy_score_wants_two_samples():
    x = torch.zeros(1, 2, 20, 161)
    with pytest.raises(ValueError, match="two samples"):
        weighted_sum({"energy": 1.0}, estimate_of(x, x))


@pytest.mark.parametrize("where", ["weighted", "path"])
def test_two_samples_are_drawn_only_when_they_are_asked_for(model, where):
    x, y = pair(batch=3)
    calls = []
    model.network.register_forward_pre_hook(lambda _, given: calls.append((given[0], given[1]["y"])))

    def run(terms):
        calls.clear()
        if where == "path":
            return path_loss(model, x, y, terms, 2)["loss"], list(calls)
        return weighted_loss(model, x, y, 1.0, terms)["loss"], list(calls)

    torch.manual_seed(4)
    both, seen = run({"energy": 1.0, "mse": 0.5})
    for x_t, noisy in seen:
        assert len(x_t) == 6
        assert torch.equal(noisy[:3], noisy[3:])  # the same input
        if where == "path" or x_t is seen[0][0]:
            assert (x_t[:3] - x_t[3:]).abs().mean() > 0.01  # other noise
    both.backward()
    assert model.network.head.weight.grad.abs().max() > 0
    _, seen = run({"mse": 0.5})
    assert all(len(x_t) == 3 for x_t, _ in seen)


def test_the_published_tweedie_regresses_half_the_score(model):
    """α = 1 and mse: ‖x_t + σ_t² s/2 − (e^{θt} x + (1 − e^{θt}) y)‖², as the code of arXiv 2309.10457 has it."""
    x, y = pair()
    torch.manual_seed(5)
    loss = weighted_loss(model, x, y, 1.0, {"mse": 1.0}, tweedie="as_published")["supervised"]
    torch.manual_seed(5)
    t = model.sde.t_eps + (1 - model.sde.t_eps) * torch.rand(len(x))
    torch.randint(1, (len(x),)), torch.rand(len(x))  # draw_times' other draws
    z = model.circular_noise(x)
    t_, std = t[:, None, None, None], model.sde.std(t)[:, None, None, None]
    x_t = model.sde.mean(x, y, t) + std * z
    left = x_t + std**2 * model.predict(x_t, y, t)[1] / 2
    right = torch.exp(1.5 * t_) * x + (1 - torch.exp(1.5 * t_)) * y
    assert loss.item() == pytest.approx((left - right).square().sum(1).mean().item(), rel=1e-4)
    torch.manual_seed(5)
    assert weighted_loss(model, x, y, 1.0, {"mse": 1.0})["supervised"] < 0.9 * loss


@pytest.mark.parametrize("eta", [0.0, 0.6, 1.0])
def test_transition_with_the_truth_lands_on_the_marginal(eta):
    """From x_t ~ p_t(·|x, y) and x̂₀ = x, the next state has the mean and variance of p_{t'}."""
    torch.manual_seed(0)
    sde = OUVESDE()
    x, y = torch.full((1, 200000), 0.4), torch.full((1, 200000), -0.2)
    t, t_next = torch.tensor([1.0]), torch.tensor([0.4])
    x_t = sde.mean(x, y, t) + sde.std(t) * torch.randn_like(x)
    out = few_step_transition(sde, x, x_t, y, t, t_next, torch.randn_like(x), eta)
    assert out.mean().item() == pytest.approx(sde.mean(x, y, t_next)[0, 0].item(), abs=2e-3)
    assert out.std().item() == pytest.approx(sde.std(t_next).item(), rel=0.01)


def test_fewer_steps_are_the_beginning_of_more(model):
    torch.manual_seed(0)
    y = torch.randn(1, 2, 10, 161)
    noise = [model.circular_noise(y) for _ in range(4)]
    calls = []

    def predict(x_t, t, k):
        calls.append((k, t.item(), x_t.clone()))
        return 0.5 * x_t

    few_step(predict, model.sde, y, noise, model.times, 1.0, 4)
    four = list(calls)
    calls.clear()
    few_step(predict, model.sde, y, noise, model.times, 1.0, 2)
    assert [c[:2] for c in calls] == [c[:2] for c in four[:2]]
    assert all(torch.equal(a[2], b[2]) for a, b in zip(calls, four, strict=False))
    assert len(four) == 4
    with pytest.raises(ValueError, match="steps 5"):
        few_step(predict, model.sde, y, noise, model.times, 1.0, 5)


def test_sampler_times_are_checked():
    with pytest.raises(ValueError, match="must fall"):
        ScoreModel(Spectrogram(), OUVESDE(), StreamingNet(channels=16, blocks=1, bands=8), times=(0.5, 1.0))
