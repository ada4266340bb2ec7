"""Predictor-corrector sampling of SGMSE+ (arXiv 2208.05830, after Song et al., arXiv 2011.13456).

Tensors may be complex, or hold real and imaginary parts in a channel: with s = −z/σ_t and E|z|² = 1 every formula here
is the same for both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from trainer.diffusion.sde import GaussianPath, expand_as

Score = Callable[[Tensor, Tensor, Tensor], Tensor]  # (x_t, y, t [B]) -> s = −z/σ_t, of the shape of x_t
Noise = Callable[[Tensor], Tensor]  # like -> a fresh z of its shape, E|z|² = 1
Move = tuple[Tensor, Tensor]  # the next state, and the same without the noise of this move


class Sample(NamedTuple):
    """x_hat: the estimate of x, of the shape of y; nfe: calls of the network, each on the whole batch."""

    x_hat: Tensor
    nfe: int


class CountedScore:
    """A score that counts its calls: what is reported as NFE is what was run."""

    def __init__(self, score: Score) -> None:
        self.score, self.calls = score, 0

    def __call__(self, x_t: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """s of x_t, of its shape; counts the call."""
        self.calls += 1
        return self.score(x_t, y, t)


def euler_maruyama(
    score: Score, sde: GaussianPath, x_t: Tensor, y: Tensor, t: Tensor, dt: Tensor, noise: Noise
) -> Move:
    """x_{t−Δ} = x_t − (f − g² s) Δ + g √Δ z: a step of the reverse SDE.

    Reverse diffusion turns a discrete forward chain around: x − f Δ + G² s + G z. OUVE's chain is Euler's, G = g √Δ, so
    the two are one step and have both names; in the published code they differ in Δ, which Euler-Maruyama takes to be
    1/N although the grid from T to t_ε is finer.
    """
    g = expand_as(sde.diffusion(t), x_t)
    mean = x_t - (sde.drift(x_t, y, t) - g.square() * score(x_t, y, t)) * dt
    return mean + g * dt.sqrt() * noise(x_t), mean


def no_predictor(
    score: Score, sde: GaussianPath, x_t: Tensor, y: Tensor, t: Tensor, dt: Tensor, noise: Noise
) -> Move:
    """Stays where it is and leaves all work to the corrector."""
    return x_t, x_t


def annealed_langevin(
    score: Score, sde: GaussianPath, x_t: Tensor, y: Tensor, t: Tensor, snr: float, noise: Noise
) -> Move:
    """x ← x + ε s + √(2ε) z with ε = 2 (r σ_t)²: a Langevin step at a fixed t, its length a share r of σ_t."""
    size = 2 * (snr * expand_as(sde.std(t), x_t)).square()
    mean = x_t + size * score(x_t, y, t)
    return mean + (2 * size).sqrt() * noise(x_t), mean


def langevin(
    score: Score, sde: GaussianPath, x_t: Tensor, y: Tensor, t: Tensor, snr: float, noise: Noise
) -> Move:
    """The same with ε = 2 (r ‖z‖/‖s‖)², norms of an example averaged over the batch: its length as the score has it."""
    s, z = score(x_t, y, t), noise(x_t)
    norm_s, norm_z = (v.reshape(len(v), -1).norm(dim=1).mean() for v in (s, z))
    size = 2 * (snr * norm_z / norm_s).square()
    mean = x_t + size * s
    return mean + (2 * size).sqrt() * z, mean


PREDICTORS: dict[str, Callable[..., Move]] = {
    "reverse_diffusion": euler_maruyama,
    "euler_maruyama": euler_maruyama,
    "none": no_predictor,
}
CORRECTORS: dict[str, Callable[..., Move] | None] = {
    "annealed_langevin": annealed_langevin,
    "langevin": langevin,
    "none": None,
}


def calls_per_step(predictor: str, corrector: str, corrector_steps: int) -> int:
    """Calls of the network, and draws of noise, that a step takes. Raises ValueError for options that sample nothing."""
    for what, name, known in (("predictor", predictor, PREDICTORS), ("corrector", corrector, CORRECTORS)):
        if name not in known:
            raise ValueError(f"{what} '{name}' is not one of {', '.join(known)}")
    if corrector_steps < 0:
        raise ValueError(f"corrector_steps {corrector_steps} must be at least 0")
    calls = (predictor != "none") + (corrector_steps if corrector != "none" else 0)
    if calls == 0:
        raise ValueError("without a predictor and without a corrector nothing is sampled")
    return calls


def reverse_step(
    score: Score,
    sde: GaussianPath,
    x_t: Tensor,
    y: Tensor,
    t: Tensor,
    dt: Tensor,
    noise: Noise,
    predictor: str,
    corrector: str,
    corrector_steps: int,
    snr: float,
) -> Move:
    """One of N steps, from t to t − dt: the corrector's moves and then the predictor's. The exporter loops over this."""
    mean = x_t
    correct, predict = CORRECTORS[corrector], PREDICTORS[predictor]
    if correct is not None:
        for _ in range(corrector_steps):
            x_t, mean = correct(score, sde, x_t, y, t, snr, noise)
    if predict is not no_predictor:
        x_t, mean = predict(score, sde, x_t, y, t, dt, noise)
    return x_t, mean


@torch.no_grad()
def predictor_corrector(
    score: Score,
    sde: GaussianPath,
    y: Tensor,
    noise: Noise,
    N: int = 30,
    predictor: str = "reverse_diffusion",
    corrector: str = "annealed_langevin",
    corrector_steps: int = 1,
    snr: float = 0.5,
) -> Sample:
    """From x_T = y + σ_T z down N even times T … t_ε, at each the corrector's steps and then the predictor's.

    The last step, from t_ε to 0, returns its mean. The defaults are the paper's: 30 steps, 60 calls of the network.

    snr: r of the corrector, > 0. Raises ValueError for unknown names and counts, and for a bridge.
    """
    sde.require_noise("predictor-corrector sampling")
    calls_per_step(predictor, corrector, corrector_steps)
    if N < 1 or snr <= 0:
        raise ValueError(f"N {N} must be at least 1, snr {snr} above 0")
    score = CountedScore(score)
    times = torch.linspace(sde.T, sde.t_eps, N, dtype=y.real.dtype, device=y.device)
    steps = times - torch.cat([times[1:], times.new_zeros(1)])
    x_t = sde.prior(y, noise(y))
    for now, dt in zip(times, steps, strict=True):
        t = now.expand(len(y))
        x_t, mean = reverse_step(score, sde, x_t, y, t, dt, noise, predictor, corrector, corrector_steps, snr)
    return Sample(mean, score.calls)
