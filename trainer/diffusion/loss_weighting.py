"""The weight α_t between the generative and the supervised term, and the times at which a sampler calls the network."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from trainer.diffusion.draws import own_rows
from trainer.diffusion.sde import GaussianPath

Alpha = Callable[[GaussianPath, Tensor], Tensor]


def _normal_progress(sde: GaussianPath, value: Callable[[Tensor], Tensor], t: Tensor) -> Tensor:
    start, end = value(t.new_tensor(sde.t_eps)), value(t.new_tensor(sde.T))
    return ((end - value(t)) / (end - start)).clamp(0, 1)


def linear(sde: GaussianPath, t: Tensor) -> Tensor:
    """α_t = (σ_T − σ_t)/(σ_T − σ_{t_ε}): the paper's weight, 1 at t_ε and 0 at T."""
    return _normal_progress(sde, sde.std, t)


def squared(sde: GaussianPath, t: Tensor) -> Tensor:
    """The same with σ² in place of σ: the supervised term stays strong for longer."""
    return _normal_progress(sde, lambda u: sde.std(u).square(), t)


def exponential(sde: GaussianPath, t: Tensor) -> Tensor:
    """e^{−5u}, shifted and scaled to 1 at t_ε and 0 at T, with u = (t − t_ε)/(T − t_ε): strong only close to t_ε."""
    return _normal_progress(sde, lambda u: -torch.exp(-5 * (u - sde.t_eps) / (sde.T - sde.t_eps)), t)


def step(sde: GaussianPath, t: Tensor) -> Tensor:
    """1 in the lower half of [t_ε, T], 0 in the upper."""
    return (t < (sde.t_eps + sde.T) / 2).to(t.dtype)


def increasing(sde: GaussianPath, t: Tensor) -> Tensor:
    """1 − α_t of the paper: the supervised term where there is most noise."""
    return 1 - linear(sde, t)


FAMILIES: dict[str, Alpha] = {
    "linear": linear,
    "squared": squared,
    "exponential": exponential,
    "step": step,
    "increasing": increasing,
}


def alpha(family: str | float, sde: GaussianPath, t: Tensor) -> Tensor:
    """α_t for a family's name, or a constant weight for a number in [0, 1]. t: [B] -> [B] in [0, 1]."""
    if isinstance(family, int | float):
        if not 0 <= family <= 1:
            raise ValueError(f"a fixed weight must lie in [0, 1], not {family}")
        return torch.full_like(t, float(family))
    if family not in FAMILIES:
        raise ValueError(f"weight family '{family}' is none of {', '.join(FAMILIES)} or a number in [0, 1]")
    sde.require_noise(f"the weight '{family}'")
    return FAMILIES[family](sde, t)


def draw_times(sde: GaussianPath, count: int, points: Tensor, share: float) -> Tensor:
    """Training times [count]: uniform in [t_ε, T], but a given share falls on the sampler's own times `points`.

    A few-step sampler asks for nothing but those points, so a small network had better know them well.
    """
    device = points.device
    t = sde.t_eps + (sde.T - sde.t_eps) * own_rows(lambda n: torch.rand(n, device=device), count)
    chosen = points[own_rows(lambda n: torch.randint(len(points), (n,), device=device), count)]
    return torch.where(own_rows(lambda n: torch.rand(n, device=device), count) < share, chosen, t)
