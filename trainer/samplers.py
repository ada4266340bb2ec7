"""Samplers: one pure function each. This file holds the few-step one, which ships; the exporter unrolls its step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from trainer.sde import OUVESDE


def few_step_transition(
    sde: OUVESDE, x_hat: Tensor, x_t: Tensor, y: Tensor, t: Tensor, t_next: Tensor, z: Tensor, eta: float
) -> Tensor:
    """From the state at t and the estimate x̂₀ to the state at t' < t:

    ẑ = (x_t − μ_t(x̂₀))/σ_t;  x_{t'} = μ_{t'}(x̂₀) + σ_{t'} (√(1−η²) ẑ + η z).

    η = 0 keeps the noise that is implied (deterministic), η = 1 draws all of it afresh.
    """
    shape = (-1,) + (1,) * (x_t.ndim - 1)
    noise = eta * z
    if eta < 1:
        implied = (x_t - sde.mean(x_hat, y, t)) / sde.std(t).reshape(shape)
        noise = noise + (1 - eta**2) ** 0.5 * implied
    return sde.mean(x_hat, y, t_next) + sde.std(t_next).reshape(shape) * noise


def few_step(
    predict: Callable[[Tensor, Tensor, int], Tensor],
    sde: OUVESDE,
    y: Tensor,
    noise: Sequence[Tensor],
    times: Sequence[float],
    eta: float,
    steps: int,
) -> Tensor:
    """N network calls from x_T = y + σ_T z to x̂₀. The last step returns its mean estimate, never noise.

    predict(x_t, t [B], k) -> x̂₀: the network's data prediction at step k (0-based; each step has its own past).
    noise: one circular normal of the shape of y for each step; times: decreasing, the first is T.
    A run with fewer steps is the beginning of a run with more: times do not depend on `steps`.
    """
    if not 1 <= steps <= len(times):
        raise ValueError(f"steps {steps} must lie in 1 ... {len(times)}")
    x_t = sde.prior(y, noise[0])
    t = y.new_full((y.shape[0],), times[0])
    x_hat = predict(x_t, t, 0)
    for k in range(1, steps):
        t_next = torch.full_like(t, times[k])
        x_t = few_step_transition(sde, x_hat, x_t, y, t, t_next, noise[k], eta)
        t = t_next
        x_hat = predict(x_t, t, k)
    return x_hat
