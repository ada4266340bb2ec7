"""The Ornstein-Uhlenbeck variance-exploding SDE of SGMSE+, its closed forms, and Tweedie's estimate.

Notation of the field: x clean, y noisy, z circular complex normal with E|z|² = 1, x_t the state at time t in [0, T].
Tensors may be complex or hold real and imaginary parts in a channel; t is [B] and is broadcast.

The Schroedinger bridge of later SGMSE code is not here. Its marginals would fit (mean (σ̄² x + σ² y)/σ_T², standard
deviation σ σ̄/σ_T with σ̄² = σ_T² − σ²), but it ends in y without noise: std(T) = 0, so that the score, the generative
term, Langevin steps and the probability flow have no value where sampling starts, and no α_t is monotone in its σ_t.
What is left of it, data prediction from a noise-free start, would need exceptions at T in objective and samplers.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor


def expand_as(t: Tensor, x: Tensor) -> Tensor:
    """[B] -> [B, 1, 1, ...] with as many axes as x."""
    return t.reshape(t.shape + (1,) * (x.ndim - t.ndim))


class OUVESDE:
    """dx = θ (y − x) dt + g(t) dw,  g(t) = σ_min (σ_max/σ_min)^t √(2 L),  L = ln(σ_max/σ_min)  (arXiv 2208.05830)."""

    T = 1.0

    def __init__(
        self, theta: float = 1.5, sigma_min: float = 0.05, sigma_max: float = 0.5, t_eps: float = 0.03
    ):
        if not 0 < sigma_min < sigma_max:
            raise ValueError(
                f"sigma_min {sigma_min} and sigma_max {sigma_max} must satisfy 0 < sigma_min < sigma_max"
            )
        if theta <= 0:
            raise ValueError(f"theta {theta} must be positive")
        if not 0 < t_eps < self.T:
            raise ValueError(f"t_eps {t_eps} must lie in (0, {self.T})")
        self.config = dict(theta=theta, sigma_min=sigma_min, sigma_max=sigma_max, t_eps=t_eps)
        self.theta, self.sigma_min, self.sigma_max, self.t_eps = theta, sigma_min, sigma_max, t_eps
        self.log_ratio = math.log(sigma_max / sigma_min)  # L

    def decay(self, t: Tensor) -> Tensor:
        """e^{−θt}: the share of the clean signal that is left in the mean at time t."""
        return torch.exp(-self.theta * t)

    def mean(self, x: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """μ_t = e^{−θt} x + (1 − e^{−θt}) y."""
        decay = expand_as(self.decay(t), x)
        return decay * x + (1 - decay) * y

    def std(self, t: Tensor) -> Tensor:
        """σ_t, the square root of σ_min² L [(σ_max/σ_min)^{2t} − e^{−2θt}] / (θ + L)."""
        growth = torch.exp(2 * self.log_ratio * t) - torch.exp(-2 * self.theta * t)
        return (self.sigma_min**2 * self.log_ratio / (self.theta + self.log_ratio) * growth).sqrt()

    def drift(self, x_t: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """f(x_t, y, t) = θ (y − x_t), the same at all times."""
        return self.theta * (y - x_t)

    def diffusion(self, t: Tensor) -> Tensor:
        """g(t): dw has E|dw|² = dt, as z has E|z|² = 1, so that the reverse drift is f − g² s with s = −z/σ_t."""
        return self.sigma_min * torch.exp(self.log_ratio * t) * math.sqrt(2 * self.log_ratio)

    def prior(self, y: Tensor, z: Tensor) -> Tensor:
        """x_T = y + σ_T z: the start of the reverse process, the mean of which is taken to be y."""
        return y + self.std(torch.tensor(self.T, dtype=torch.float64)).item() * z

    def tweedie(
        self,
        x_t: Tensor,
        score: Tensor,
        y: Tensor,
        t: Tensor,
        form: Literal["exact", "as_published"] = "exact",
    ) -> Tensor:
        """E[x | x_t, y] from the score s = −z/σ_t.

        exact: x̂₀ = e^{θt}(x_t + σ_t² s) + (1 − e^{θt}) y, since E[μ_t] = x_t + σ_t² s.
        as_published: what the code of arXiv 2309.10457 regresses, x_t + σ_t² s/2, to be compared with
        `published_target` instead of x.
        """
        variance = expand_as(self.std(t).square(), x_t)
        if form == "as_published":
            return x_t + variance * score / 2
        if form != "exact":
            raise ValueError(f"tweedie form '{form}' is not one of exact, as_published")
        growth = expand_as(torch.exp(self.theta * t), x_t)
        return growth * (x_t + variance * score) + (1 - growth) * y

    def published_target(self, x: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """e^{+θt} x + (1 − e^{+θt}) y: the target mean in the code of arXiv 2309.10457, with its positive exponent."""
        growth = expand_as(torch.exp(self.theta * t), x)
        return growth * x + (1 - growth) * y

    def score_of(self, x_hat: Tensor, x_t: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """The score that a data prediction defines: s = (μ_t(x̂₀, y) − x_t) / σ_t²."""
        return (self.mean(x_hat, y, t) - x_t) / expand_as(self.std(t).square(), x_t)
