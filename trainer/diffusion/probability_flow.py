"""The probability-flow ODE: the deterministic process with the marginals of the SDE, solved by SciPy."""

from __future__ import annotations

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from trainer.diffusion.predictor_corrector import CountedScore, Noise, Sample, Score
from trainer.diffusion.sde import GaussianPath, expand_as

METHODS = ("RK45", "RK23", "DOP853")  # the explicit ones: no Jacobian of a network


@torch.no_grad()
def probability_flow(
    score: Score,
    sde: GaussianPath,
    y: Tensor,
    noise: Noise,
    method: str = "RK45",
    rtol: float = 1e-5,
    atol: float = 1e-5,
    denoise: bool = True,
) -> Sample:
    """dx/dt = f(x, y, t) − ½ g(t)² s(x, y, t) from x_T = y + σ_T z down to t_ε (arXiv 2011.13456).

    rtol, atol: the solver's tolerances; it chooses the steps, one size for the whole batch. denoise: one more call of the
    network for the exact Tweedie estimate at t_ε, which takes the last noise away. Raises ValueError if it does not
    get there, and for a bridge.
    """
    if method not in METHODS:
        raise ValueError(f"method '{method}' is not one of {', '.join(METHODS)}")
    sde.require_noise("the probability flow")
    score = CountedScore(score)
    precise = np.complex128 if y.is_complex() else np.float64

    def tensor(flat: np.ndarray) -> Tensor:
        return torch.from_numpy(flat.reshape(y.shape)).to(y)

    def velocity(time: float, flat: np.ndarray) -> np.ndarray:
        x_t, t = tensor(flat), torch.full((len(y),), time, dtype=y.real.dtype, device=y.device)
        g = expand_as(sde.diffusion(t), x_t)
        moved = sde.drift(x_t, y, t) - g.square() / 2 * score(x_t, y, t)
        return moved.reshape(-1).cpu().numpy().astype(precise)

    start = sde.prior(y, noise(y)).reshape(-1).cpu().numpy().astype(precise)
    solution = solve_ivp(
        velocity, (sde.T, sde.t_eps), start, method, t_eval=[sde.t_eps], rtol=rtol, atol=atol
    )
    if not solution.success:
        raise ValueError(f"the probability flow was not solved: {solution.message}")
    x_t = tensor(solution.y[:, -1])
    if denoise:
        t = torch.full((len(y),), sde.t_eps, dtype=y.real.dtype, device=y.device)
        x_t = sde.tweedie(x_t, score(x_t, y, t), y, t)
    return Sample(x_t, score.calls)
