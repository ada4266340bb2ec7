"""What all Gaussian paths from x to y share, and the Ornstein-Uhlenbeck variance-exploding SDE of SGMSE+.

Its closed forms, and Tweedie's estimate. The bridge is in bridge.py.

Notation of the field: x clean, y noisy, z circular complex normal with E|z|² = 1, x_t the state at time t in [0, T].
Tensors may be complex or hold real and imaginary parts in a channel; t is [B] and is broadcast.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Literal

import torch
from torch import Tensor

TINY = 1e-30  # in place of a σ_t or σ_t² of 0: float32 still divides by it


def expand_as(t: Tensor, x: Tensor) -> Tensor:
    """[B] -> [B, 1, 1, ...] with as many axes as x."""
    return t.reshape(t.shape + (1,) * (x.ndim - t.ndim))


class GaussianPath(ABC):
    """x_t = w_t x + (1 − w_t) y + σ_t z: a Markov process from x at t = 0 that ends about y, or in it, at T."""

    T = 1.0
    pinned = False  # ends in y itself: σ_T = 0, and there is no score where the reverse process starts
    t_eps: float  # least t that is trained on
    config: dict[str, float]

    @abstractmethod
    def decay(self, t: Tensor) -> Tensor:
        """w_t: the share of the clean signal that is left in the mean at time t."""

    @abstractmethod
    def std(self, t: Tensor) -> Tensor:
        """σ_t."""

    @abstractmethod
    def drift(self, x_t: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """f(x_t, y, t) of dx = f dt + g dw, of the shape of x_t."""

    @abstractmethod
    def diffusion(self, t: Tensor) -> Tensor:
        """g(t) of dx = f dt + g dw, [B]."""

    @abstractmethod
    def prior(self, y: Tensor, z: Tensor) -> Tensor:
        """x_T, the start of the reverse process."""

    @abstractmethod
    def tweedie(
        self,
        x_t: Tensor,
        score: Tensor,
        y: Tensor,
        t: Tensor,
        form: Literal["exact", "as_published"] = "exact",
    ) -> Tensor:
        """E[x | x_t, y] from the score s = −z/σ_t."""

    def published_target(self, x: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """The target of the estimate as_published. Raises ValueError for a path that nobody published one for."""
        raise ValueError(
            f"tweedie form 'as_published' belongs to the SDE of arXiv 2309.10457, {type(self).__name__} has exact"
        )

    def mean(self, x: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """μ_t = w_t x + (1 − w_t) y."""
        decay = expand_as(self.decay(t), x)
        return decay * x + (1 - decay) * y

    def implied_noise(self, x_hat: Tensor, x_t: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """ẑ = (x_t − μ_t(x̂₀, y))/σ_t; 0 where there is no noise, σ_t = 0 and x_t = y."""
        return (x_t - self.mean(x_hat, y, t)) / expand_as(self.std(t).clamp_min(TINY), x_t)

    def score_of(self, x_hat: Tensor, x_t: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """The score that a data prediction defines: s = (μ_t(x̂₀, y) − x_t) / σ_t²; 0 where there is no noise."""
        return (self.mean(x_hat, y, t) - x_t) / expand_as(self.std(t).square().clamp_min(TINY), x_t)

    def correlation(self, t: Tensor, t_next: Tensor) -> Tensor:
        """ρ = E[z_t z_{t'}*] = (w_t/σ_t)/(w_{t'}/σ_{t'}), t' < t: how much of ẑ p(x_{t'} | x_t, x, y) keeps.

        Both paths multiply what is left of x by w_t/w_{t'} from t' to t, and add noise that x_{t'} knows nothing of.
        """
        return self.signal_to_noise(t) / self.signal_to_noise(t_next)

    def signal_to_noise(self, t: Tensor) -> Tensor:
        """w_t/σ_t, falling; 0 where nothing of x is left."""
        return self.decay(t) / self.std(t).clamp_min(TINY)

    def require_noise(self, what: str) -> None:
        """Raises ValueError for what begins with a score at T, if there is none."""
        if self.pinned:
            raise ValueError(f"{what} needs noise at T, and {type(self).__name__} ends in y without any")


class OUVESDE(GaussianPath):
    """dx = θ (y − x) dt + g(t) dw,  g(t) = σ_min (σ_max/σ_min)^t √(2 L),  L = ln(σ_max/σ_min)  (arXiv 2208.05830)."""

    def __init__(
        self, theta: float = 1.5, sigma_min: float = 0.05, sigma_max: float = 0.5, t_eps: float = 0.03
    ) -> None:
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
        """w_t = e^{−θt}, so that μ_t = e^{−θt} x + (1 − e^{−θt}) y."""
        return torch.exp(-self.theta * t)

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
