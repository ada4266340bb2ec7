"""What SGMSE's code does around its networks: signs, scalings and skips, and what the output then means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from trainer.diffusion.sde import GaussianPath, expand_as


@dataclass(frozen=True)
class Preconditioning:
    """How the raw output F of a network, given c_in x_t, c_in y and t, becomes an estimate.

    With F' = sign F / network_scaling:
    score:     s = c_skip x_t + c_out F'
    denoiser:  s = (F' − x_t) / σ_t², F' being the mean μ_t
    data:      x̂₀ = c_skip x_t + c_out F'
    Whatever it is, s is the score in the field's convention, s = −z/σ_t.

    The published ncsnpp is sign −1, predicts score (and divides by t inside the network); ncsnpp_v2 is sign 1 with the
    options of arXiv 2409.10753, the names of which are kept. edm: c_in = 1/√(σ² + σ_d²), c_out = σ σ_d c_in,
    c_skip = σ_d²/(σ² + σ_d²).
    """

    predicts: Literal["score", "denoiser", "data"] = "score"
    sign: Literal[-1, 1] = -1
    network_scaling: Literal["none", "1/sigma", "1/t"] = "none"
    c_in: Literal["1", "edm"] = "1"
    c_out: Literal["1", "sigma", "1/sigma", "edm"] = "1"
    c_skip: Literal["0", "edm"] = "0"
    sigma_data: float = 0.1  # σ_d, the spread of compressed clean spectra

    def __post_init__(self) -> None:
        for name, known in (
            ("predicts", ("score", "denoiser", "data")),
            ("sign", (-1, 1)),
            ("network_scaling", ("none", "1/sigma", "1/t")),
            ("c_in", ("1", "edm")),
            ("c_out", ("1", "sigma", "1/sigma", "edm")),
            ("c_skip", ("0", "edm")),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} '{getattr(self, name)}' is not one of {', '.join(map(str, known))}")
        if self.sigma_data <= 0:
            raise ValueError(f"sigma_data {self.sigma_data} must be positive")

    def check(self, sde: GaussianPath) -> None:
        """Raises ValueError for what has no value on this path."""
        if self.predicts != "data":
            sde.require_noise(f"a network that predicts {self.predicts}")
        if "1/sigma" in (self.network_scaling, self.c_out):
            sde.require_noise("a network scaled by 1/sigma")

    def input_scale(self, std: Tensor) -> Tensor:
        """c_in, for x_t and y. std: σ_t of any shape."""
        if self.c_in == "edm":
            return (std.square() + self.sigma_data**2).rsqrt()
        return torch.ones_like(std)

    def __call__(
        self, out: Tensor, x_t: Tensor, y: Tensor, t: Tensor, sde: GaussianPath
    ) -> tuple[Tensor, Tensor]:
        """out: F, of the shape of x_t and y; t: [B]. Returns x̂₀ and s."""
        std = expand_as(sde.std(t), x_t)
        f = self.sign * out
        if self.network_scaling == "1/sigma":
            f = f / std
        elif self.network_scaling == "1/t":
            f = f / expand_as(t, x_t)
        if self.predicts == "denoiser":
            score = (f - x_t) / std.square()
            return sde.tweedie(x_t, score, y, t), score
        total = std.square() + self.sigma_data**2
        if self.c_out == "sigma":
            f = f * std
        elif self.c_out == "1/sigma":
            f = f / std
        elif self.c_out == "edm":
            f = f * std * self.sigma_data * total.rsqrt()
        if self.c_skip == "edm":
            f = f + self.sigma_data**2 / total * x_t
        if self.predicts == "score":
            return sde.tweedie(x_t, f, y, t), f
        return f, sde.score_of(f, x_t, y, t)
