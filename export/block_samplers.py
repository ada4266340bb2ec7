"""The reverse process inside a block-wise file: the few-step sampler, or predictor-corrector sampling.

A sampler says how many steps a file offers, how many draws of noise each of them takes and how often it calls the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

import torch
from torch import Tensor
from torch._higher_order_ops.while_loop import while_loop

from export.conditional import asked_for
from export.graph import StepsError
from trainer.diffusion.predictor_corrector import reverse_step
from trainer.diffusion.samplers import DEFAULT_TIMES, Eta, few_step_with_states
from trainer.diffusion.sde import GaussianPath
from trainer.networks.offline_model import FewStepSampling, OfflineModel, Sampling


class BlockSampler(Protocol):
    """sample(model, y [1, 2, T, F], z [draws, 1, 2, T, F], steps) -> x̂₀ [1, 2, T, F]."""

    config: dict[str, object]  # as plain JSON values, for `sampler_again`
    max_steps: int
    draws: int  # z of a step
    calls: int  # of the network in a step

    def sample(self, model: OfflineModel, y: Tensor, z: Tensor, steps: Tensor) -> Tensor:
        """Runs the reverse process of one block; `steps`, int [], is what the host asks for."""


class FewSteps:
    """`trainer.diffusion.samplers.few_step`, one call a step at fixed times. Steps beyond those asked for cost nothing."""

    draws = calls = 1

    def __init__(self, times: Sequence[float] = DEFAULT_TIMES, eta: Eta = 1.0) -> None:
        times = tuple(map(float, times))
        falling = list(times) == sorted(set(times), reverse=True)
        if not times or not falling or times[0] != GaussianPath.T or times[-1] <= 0:
            raise ValueError(f"times {times} must fall from T = {GaussianPath.T} and stay above 0")
        self.times, self.eta, self.max_steps = times, eta, len(times)
        self.config: dict[str, object] = {"name": "few_step", "times": list(times), "eta": eta}

    def sample(self, model: OfflineModel, y: Tensor, z: Tensor, steps: Tensor) -> Tensor:
        """See `BlockSampler`."""
        x_hat, _ = few_step_with_states(
            lambda x_t, y, t, k: (model.predict(x_t, y, t)[0],),
            model.sde, y, z.unbind(0), self.times, self.eta, self.max_steps, asked_for(steps),
        )  # fmt: skip
        return x_hat


class PredictorCorrector:
    """`trainer.diffusion.predictor_corrector` in a loop of the graph: N is the number of steps that the host asks for.

    Draws in the order of their use: x_T, then of each step the corrector's and the predictor's. None is left for the last
    move, which returns its mean; langevin asks for the length of one, and gets that of the draw before.
    """

    def __init__(self, sampling: Sampling) -> None:
        self.sampling, self.max_steps = sampling, sampling.N
        self.draws = self.calls = sampling.calls
        self.config: dict[str, object] = {"name": "predictor_corrector", **asdict(sampling)}

    def sample(self, model: OfflineModel, y: Tensor, z: Tensor, steps: Tensor) -> Tensor:
        """See `BlockSampler`."""
        sde, o = model.sde, self.sampling
        last = (steps - 1).clamp_min(1).to(y.dtype)

        def time(k: Tensor) -> Tensor:
            """T … t_ε in `steps` even times, then 0. Int [] -> [1]."""
            t = sde.T + (sde.t_eps - sde.T) * k.to(y.dtype) / last
            return torch.where(k < steps, t, torch.zeros_like(t)).reshape(1)

        def going(k: Tensor, x_t: Tensor, mean: Tensor) -> Tensor:
            return k < steps

        def step(k: Tensor, x_t: Tensor, mean: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            used = iter(range(self.draws))

            def noise(like: Tensor) -> Tensor:
                place = (k * self.draws + 1 + next(used)).clamp_max(len(z) - 1)
                return z.index_select(0, place.reshape(1))[0]

            t = time(k)
            x_t, mean = reverse_step(
                lambda x_t, y, t: model.predict(x_t, y, t)[1], sde, x_t, y, t, t - time(k + 1), noise,
                o.predictor, o.corrector, o.corrector_steps, o.snr,
            )  # fmt: skip
            return k + 1, x_t.clone(), mean.clone()

        x_t = sde.prior(y, z[0])
        state = torch.zeros((), dtype=torch.int64), x_t, x_t.clone()
        if torch.compiler.is_exporting():
            mean: Tensor = while_loop(going, step, state)[2]
            return mean
        while going(*state):
            state = step(*state)
        return state[2]


def sampler_of(
    model: OfflineModel, sampler: str, steps: int | None, options: dict[str, Any] | None = None
) -> BlockSampler:
    """few_step or predictor_corrector. steps: most of them, None for 4, or for N of the model.

    options: of `Sampling`, where they shall differ from the model's own. Raises StepsError or ValueError.
    """
    given = {key: value for key, value in (options or {}).items() if value is not None}
    if sampler == "few_step":
        if given:
            raise ValueError(f"{', '.join(sorted(given))}: options of predictor_corrector, not of few_step")
        most = 1 if model.supervised else len(DEFAULT_TIMES)
        steps = most if steps is None else steps
        if not 1 <= steps <= most:
            raise StepsError(f"max_steps {steps} must lie in 1 ... {most} for the few-step sampler")
        own = model.sampling
        return FewSteps(DEFAULT_TIMES[:steps], own.eta if isinstance(own, FewStepSampling) else 1.0)
    if sampler != "predictor_corrector":
        raise ValueError(f"sampler '{sampler}' is not one of few_step, predictor_corrector")
    if model.supervised:
        raise ValueError("a purely supervised model has no score: it is called once, by few_step")
    if not isinstance(model.sampling, Sampling):
        raise ValueError("this model samples by few_step, not by predictor_corrector")
    if steps is not None:
        if steps < 1:
            raise StepsError(f"max_steps {steps} must be at least 1")
        given["N"] = steps
    return PredictorCorrector(replace(model.sampling, **given))


def sampler_again(config: dict[str, Any]) -> BlockSampler:
    """The sampler of a `config`. Raises KeyError or TypeError for what is none."""
    options = dict(config)
    name = options.pop("name")
    if name == "predictor_corrector":
        return PredictorCorrector(Sampling(**options))
    if name != "few_step":
        raise KeyError(name)
    return FewSteps(**options)
