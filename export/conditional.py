"""Steps of a graph that cost nothing where they are not asked for."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.diffusion.samplers import Run, Step


def asked_for(steps: Tensor, carried: int = 0) -> Run:
    """The `run` of the few-step sampler that takes step k if steps > k, by torch.cond where a graph is exported.

    steps: int []. carried: how many of the step's own tensors, the last ones, are states: it returns them changed, and
    they pass through untouched where it is skipped.
    """

    def run(k: int, step: Step, arguments: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        # what a branch returns may be none of its arguments
        def taken(*operands: Tensor) -> tuple[Tensor, ...]:
            x_hat, x_t, *states = step(*operands)
            return x_hat, x_t.clone(), *states

        def skipped(*operands: Tensor) -> tuple[Tensor, ...]:
            x_hat, x_t, *_ = operands
            return x_hat.clone(), x_t.clone(), *(v.clone() for v in operands[len(operands) - carried :])

        if torch.compiler.is_exporting():
            return tuple(torch.cond(steps > k, taken, skipped, arguments))
        return (taken if int(steps) > k else skipped)(*arguments)

    return run
