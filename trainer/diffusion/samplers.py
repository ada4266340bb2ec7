"""Samplers: one pure function each. This file holds the few-step one, which ships; the exporter unrolls its step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import torch
from torch import Tensor

from trainer.diffusion.sde import GaussianPath, expand_as

Eta = float | Literal["posterior"]  # see `few_step_transition`


def few_step_transition(
    sde: GaussianPath, x_hat: Tensor, x_t: Tensor, y: Tensor, t: Tensor, t_next: Tensor, z: Tensor, eta: Eta
) -> Tensor:
    """From the state at t and the estimate x̂₀ to the state at t' < t:

    ẑ = (x_t − μ_t(x̂₀))/σ_t;  x_{t'} = μ_{t'}(x̂₀) + σ_{t'} (√(1−η²) ẑ + η z).

    η = 0 keeps the noise that is implied (deterministic), η = 1 draws all of it afresh. "posterior" is the η of
    p(x_{t'} | x_t, x̂₀, y), which changes from step to step: √(1−η²) is the correlation of z_t and z_{t'}.
    """
    if eta == "posterior":
        kept = expand_as(sde.correlation(t, t_next), x_t)
        noise = (1 - kept.square()).sqrt() * z + kept * sde.implied_noise(x_hat, x_t, y, t)
    else:
        noise = eta * z
        if eta < 1:
            noise = noise + (1 - eta**2) ** 0.5 * sde.implied_noise(x_hat, x_t, y, t)
    return sde.mean(x_hat, y, t_next) + expand_as(sde.std(t_next), x_t) * noise


def check_eta(eta: Eta) -> None:
    """Raises ValueError for what is no share of fresh noise."""
    if not (eta == "posterior" or (isinstance(eta, int | float) and 0 <= eta <= 1)):
        raise ValueError(f"eta {eta} must lie in [0, 1], or be 'posterior'")


def few_step(
    predict: Callable[[Tensor, Tensor, int], Tensor],
    sde: GaussianPath,
    y: Tensor,
    noise: Iterable[Tensor],
    times: Sequence[float],
    eta: Eta,
    steps: int,
) -> Tensor:
    """N network calls from x_T, of an OUVESDE y + σ_T z, to x̂₀. The last step returns its mean estimate, never noise.

    predict(x_t, t [B], k) -> x̂₀: the network's data prediction at step k (0-based; each step has its own past).
    noise: one circular normal of the shape of y for each step; times: decreasing, the first is T.
    A run with fewer steps is the beginning of a run with more: times do not depend on `steps`.
    """
    if not 1 <= steps <= len(times):
        raise ValueError(f"steps {steps} must lie in 1 ... {len(times)}")
    draws = iter(noise)
    x_t = sde.prior(y, next(draws))
    t = y.real.new_full((y.shape[0],), times[0])
    x_hat = predict(x_t, t, 0)
    for k in range(1, steps):
        t_next = torch.full_like(t, times[k])
        x_t = few_step_transition(sde, x_hat, x_t, y, t, t_next, next(draws), eta)
        t = t_next
        x_hat = predict(x_t, t, k)
    return x_hat
