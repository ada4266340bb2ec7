"""The Schrödinger bridge of arXiv 2407.16074 with a variance-exploding diffusion: a path that is pinned at both ends.

Between the pair x, y it is a Brownian bridge in another clock. It starts at x and ends in y without noise, so that a
network predicts x̂₀, and the samplers are the transitions of `trainer.diffusion.samplers.few_step_transition`: η = 0 is the
bridge's ODE, η "posterior" its SDE.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from trainer.diffusion.sde import GaussianPath, expand_as


class BridgeVE(GaussianPath):
    """dx = g²(t) (y − x)/σ̄_t² dt + g(t) dw,  g²(t) = c k^{2t},  σ̄_t² = σ_T² − σ_t²,  σ_t² = ∫₀ᵗ g².

    The drift is what pins the variance-exploding process dx = g dw, begun at x, at y. `std` is the spread s_t of the
    bridge, not the σ_t of that process. Where either end is met, s = 0 and a score has no value: see `pinned`.
    """

    pinned = True

    def __init__(self, k: float = 2.6, c: float = 0.4, t_eps: float = 1e-4) -> None:
        if k <= 1 or c <= 0:
            raise ValueError(f"k {k} must be above 1, c {c} above 0")
        if not 0 < t_eps < self.T:
            raise ValueError(f"t_eps {t_eps} must lie in (0, {self.T})")
        self.config = dict(k=k, c=c, t_eps=t_eps)
        self.k, self.c, self.t_eps = k, c, t_eps
        self.rate = 2 * math.log(k)

    def variance(self, t: Tensor) -> Tensor:
        """σ_t² = c (k^{2t} − 1)/(2 ln k), of the process that knows nothing of y."""
        return self.c / self.rate * torch.expm1(self.rate * t)

    def decay(self, t: Tensor) -> Tensor:
        """w_x = σ̄_t²/σ_T² = (k^{2T} − k^{2t})/(k^{2T} − 1), and w_y = σ_t²/σ_T² = 1 − w_x.

        Written with the time that is left, it is exactly 0 at T: there x_T must be y to the last bit.
        """
        return torch.expm1(self.rate * (t - self.T)) / math.expm1(-self.rate * self.T)

    def std(self, t: Tensor) -> Tensor:
        """s_t = σ̄_t σ_t/σ_T: 0 at both ends."""
        return (self.decay(t) * self.variance(t)).sqrt()

    def drift(self, x_t: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """f(x_t, y, t) = g²(t) (y − x_t)/σ̄_t², for t < T."""
        left = self.decay(t) * self.variance(t.new_tensor(self.T))
        return expand_as(self.diffusion(t).square() / left, x_t) * (y - x_t)

    def diffusion(self, t: Tensor) -> Tensor:
        """g(t) = √c k^t."""
        return math.sqrt(self.c) * torch.exp(self.rate / 2 * t)

    def prior(self, y: Tensor, z: Tensor) -> Tensor:
        """x_T = y, exactly. z is taken as by every path, and not used."""
        return y

    def tweedie(
        self,
        x_t: Tensor,
        score: Tensor,
        y: Tensor,
        t: Tensor,
        form: Literal["exact", "as_published"] = "exact",
    ) -> Tensor:
        """E[x | x_t, y] = (x_t + s_t² s − w_y y)/w_x from the score s, for 0 < t < T."""
        if form != "exact":
            raise ValueError(
                f"tweedie form '{form}' belongs to the SDE of arXiv 2309.10457; a bridge has exact"
            )
        decay = expand_as(self.decay(t), x_t)
        return (x_t + expand_as(self.std(t).square(), x_t) * score - (1 - decay) * y) / decay
