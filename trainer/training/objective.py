"""The weighted generative-supervised loss of arXiv 2309.10457, and the loss on the sampler's own path."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from trainer.diffusion.draws import own_rows
from trainer.diffusion.loss_weighting import alpha, draw_times
from trainer.diffusion.samplers import Step, few_step
from trainer.diffusion.sde import GaussianPath, expand_as
from trainer.fused.losses import power_scale
from trainer.networks.offline_model import OfflineModel
from trainer.networks.score_model import ScoreModel
from trainer.networks.streaming import StreamingNet
from trainer.training.losses import Estimate, samples_needed, weighted_sum


def estimate(model: ScoreModel | OfflineModel, x_hat: Tensor, x: Tensor) -> Estimate:
    """Both domains of an estimate and its target; the waveforms at the level that the network sees.

    x: [B, 2, T, F]; x_hat: the same, or [2 B, 2, T, F] with the second samples after the first.
    """
    s, batch = model.spectrogram, len(x)
    unit = x.new_ones(batch, x.shape[2])
    other = x_hat[batch:] if len(x_hat) > batch else None
    x_hat = x_hat[:batch]
    network = model.network
    operators = network.fused.operators if isinstance(network, StreamingNet) and network.fused else None
    if operators is None:
        of_hat, of_x = s.expand(x_hat, unit), s.expand(x, unit)
    else:
        p = (1 / s.exponent - 1) / 2
        of_hat, of_x = (power_scale(operators, v / s.factor, p) for v in (x_hat, x))
    return Estimate(x_hat, x, s.istft(of_hat)[0], s.istft(of_x)[0], other, operators)


def circular_noise(model: ScoreModel | OfflineModel, like: Tensor) -> Tensor:
    """z with E|z|² = 1 for each example of the batch `like` [B, 2, T, F], alike for any number of processes."""
    z = own_rows(lambda n: torch.randn(n, *like.shape[1:], dtype=like.dtype, device=like.device), len(like))
    return model.shape_noise(z * 0.5**0.5)


def check_terms(sde: GaussianPath, weight: str | float, tweedie: str) -> None:
    """Raises ValueError for a bridge with a generative term, which has no value at T, or without the exact estimate."""
    if weight != 1:
        sde.require_noise(f"the generative term of weight {weight}")
    if tweedie != "exact":
        sde.require_noise(f"tweedie {tweedie}")


def weighted_loss(
    model: ScoreModel | OfflineModel,
    x: Tensor,
    y: Tensor,
    weight: str | float = "linear",
    supervised: dict[str, float] | None = None,
    generative_limit: float = float("inf"),
    points_share: float = 0.0,
    tweedie: Literal["exact", "as_published"] = "exact",
) -> dict[str, Tensor]:
    """(1 − α_t) ‖σ_t s + z‖² + α_t D(x̂₀, x), mean over the batch, t one draw per example.

    x, y: compressed spectra [B, 2, T, F]. weight: family of α_t or a constant; 0 is score matching, 1 is purely
    supervised. supervised: discrepancies and their factors. generative_limit: upper bound of e^{−2θt}/σ_t², the factor
    of the generative term in data-prediction form, which diverges as t -> 0. points_share: share of t on the sampler's
    own times. tweedie: what D compares; as_published takes x_t + σ_t² s/2 and the target of the published code.
    A discrepancy of two samples draws z twice for each example, with the same x, y and t. Both x_t then know of x, more
    so the smaller t is: it is a scoring rule for p(x | y) only where the sampler starts, and on `path_loss`.
    On a bridge: weight 1, that is data prediction alone; of its generative, t = T, where nothing is noisy, adds |z|².
    Returns loss, generative, supervised (before weighting), each a scalar.
    """
    sde, terms, batch = model.sde, supervised or {"mse": 1.0}, len(x)
    check_terms(sde, weight, tweedie)
    t = draw_times(sde, batch, x.new_tensor(model.times), points_share)
    a = alpha(weight, sde, t)
    target = x if tweedie == "exact" else sde.published_target(x, y, t)
    x, y, t = (torch.cat([v] * samples_needed(terms)) for v in (x, y, t))
    z = circular_noise(model, x)
    std = expand_as(sde.std(t), x)
    x_t = sde.mean(x, y, t) + std * z

    x_hat, score = model.predict(x_t, y, t)
    generative = (std * score + z).square().sum(1).mean((1, 2))
    factor = sde.signal_to_noise(t).square()
    generative = (generative * (generative_limit / factor).clamp_max(1)).reshape(-1, batch).mean(0)
    if tweedie != "exact":
        x_hat = sde.tweedie(x_t, score, y, t, tweedie)
    discrepancy = weighted_sum(terms, estimate(model, x_hat, target))
    loss = ((1 - a) * generative + a * discrepancy).mean()
    return {"loss": loss, "generative": generative.mean().detach(), "supervised": discrepancy.mean().detach()}


def draw_steps(batch: int, frames: int, most: int, changing: float, device: torch.device) -> Tensor:
    """How many steps each frame spends, int [B, T] in 1 ... most: always most, or (share `changing`) jumping now and then.

    A step that was skipped has an old state when it comes back; a network that has seen this knows what to do.
    """
    steps = torch.full((batch, frames), most, device=device)
    jumps = (own_rows(lambda n: torch.rand(n, frames, device=device), batch) < 0.04).cumsum(1)
    draws = own_rows(lambda n: torch.randint(1, most + 1, (n, frames + 1), device=device), batch)
    jumping = draws.gather(1, jumps)
    return torch.where(own_rows(lambda n: torch.rand(n, 1, device=device), batch) < changing, jumping, steps)


def path_loss(
    model: ScoreModel,
    x: Tensor,
    y: Tensor,
    discrepancies: dict[str, float],
    most: int,
    changing: float = 0.3,
    all_steps: bool = False,
) -> dict[str, Tensor]:
    """Σ D over the output of the exact few-step sampler, with the gradient through its last step (or all of them).

    most: steps of the longest frame, 1 ... len(times). Frames run as many steps as `draw_steps` says, and the states of
    skipped steps are held, as live. A discrepancy of two samples runs the sampler twice on each example, with
    independent noise and the same numbers of steps: x̂₀ and x̂₀' know of y alone, so the energy score is proper here.
    """
    network = model.network
    samples = samples_needed(discrepancies)
    steps = draw_steps(len(y), y.shape[2], most, changing, y.device)
    y, steps = (torch.cat([v] * samples) for v in (y, steps))
    noisy, _ = network.prepare(y)

    def predict(x_t: Tensor, t: Tensor, k: int) -> Tensor:
        with torch.set_grad_enabled(all_steps or k == most - 1):
            # the noisy half of the first convolution belongs to the last step's gradient only
            given = noisy if torch.is_grad_enabled() else {n: v.detach() for n, v in noisy.items()}
            x_hat: Tensor = network(x_t, given, network.film(t), None, steps > k if k > 0 else None)[0]
        return x_hat

    def held(k: int, step: Step, arguments: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Frames that skip the step keep their estimate."""
        x_hat, x_t = step(*arguments)
        return torch.where((steps > k)[:, None, :, None], x_hat, arguments[0]), x_t

    noise = (circular_noise(model, y) for _ in range(most))
    x_hat = few_step(predict, model.sde, y, noise, model.times, model.eta, most, held)
    loss = weighted_sum(discrepancies, estimate(model, x_hat, x)).mean()
    return {"loss": loss}
