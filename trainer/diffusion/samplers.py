"""What all samplers have in common, and the few-step one, which ships.

Sampling, the loss on the sampler's path and both exporters run its one loop, `few_step_with_states`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Literal, Protocol

from torch import Tensor

from trainer.diffusion.predictor_corrector import Noise
from trainer.diffusion.sde import GaussianPath, expand_as

# (x_t, y, t [B]) -> x̂₀ and the score s = −z/σ_t, both of the shape of x_t
Predict = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
Eta = float | Literal["posterior"]  # see `few_step_transition`
DEFAULT_TIMES = (1.0, 0.6, 0.35, 0.15)  # when the few-step sampler calls the network; the first is T


class Sampler(Protocol):
    """A way from x_T to x̂₀ with its options: a frozen dataclass, so that a snapshot can hold them."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def N(self) -> int:
        """Steps where the caller names none."""

    def times(self, sde: GaussianPath, steps: int) -> list[float]:
        """When the network is called first in each step, falling from T."""

    def check(self, sde: GaussianPath) -> None:
        """Raises ValueError for a path on which it cannot sample."""

    def sample(self, predict: Predict, sde: GaussianPath, y: Tensor, noise: Noise, steps: int) -> Tensor:
        """y: noisy, any shape with the batch first; noise: z of the shape of its argument. Returns x̂₀ like y."""


def few_step_transition(
    sde: GaussianPath, x_hat: Tensor, x_t: Tensor, y: Tensor, t: Tensor, t_next: Tensor, z: Tensor, eta: Eta
) -> Tensor:
    """From the state at t and the estimate x̂₀ to the state at t' < t.

    ẑ = (x_t − μ_t(x̂₀))/σ_t;  x_{t'} = μ_{t'}(x̂₀) + σ_{t'} (√(1−η²) ẑ + η z).

    η = 0 keeps the noise that is implied (deterministic), η = 1 draws all of it afresh. "posterior" is the η of
    p(x_{t'} | x_t, x̂₀, y), which changes from step to step: √(1−η²) is the correlation of z_t and z_{t'}.
    """
    if eta == "posterior":
        kept = expand_as(sde.correlation(t, t_next), x_t)
        noise = (1 - kept.square()).sqrt() * z + kept * sde.implied_noise(x_hat, x_t, y, t)
    else:
        noise = eta * z
        if eta < 1:
            noise = noise + (1 - eta**2) ** 0.5 * sde.implied_noise(x_hat, x_t, y, t)
    return sde.mean(x_hat, y, t_next) + expand_as(sde.std(t_next), x_t) * noise


def check_eta(eta: Eta) -> None:
    """Raises ValueError for what is no share of fresh noise."""
    if not (eta == "posterior" or (isinstance(eta, int | float) and 0 <= eta <= 1)):
        raise ValueError(f"eta {eta} must lie in [0, 1], or be 'posterior'")


# A step after the first, and who decides whether it is taken.
Step = Callable[..., tuple[Tensor, ...]]  # (x̂₀, x_t, y, z, *own) -> (x̂₀, x_t, *new) after this step
Run = Callable[[int, Step, tuple[Tensor, ...]], tuple[Tensor, ...]]  # (k, step, its arguments) -> its results


def run_always(k: int, step: Step, arguments: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The `run` of a number of steps that is known beforehand: every step is taken."""
    return step(*arguments)


def few_step_with_states(
    predict: Callable[..., tuple[Tensor, ...]],
    sde: GaussianPath,
    y: Tensor,
    noise: Iterable[Tensor],
    times: Sequence[float],
    eta: Eta,
    steps: int,
    run: Run = run_always,
    own: Callable[[int], tuple[Tensor, ...]] = lambda k: (),
) -> tuple[Tensor, list[tuple[Tensor, ...]]]:
    """The loop of `few_step`, for steps that have tensors of their own and may be skipped.

    predict(x_t, y, t [B], k, *own(k)) -> (x̂₀, *new). run: takes or skips each step after the first; it gets all
    tensors of a step as arguments, because the branches of torch.cond see no others change. Returns x̂₀ and, of each
    step, what `predict` gave beside it.
    """
    if not 1 <= steps <= len(times):
        raise ValueError(f"steps {steps} must lie in 1 ... {len(times)}")
    draws = iter(noise)
    t = [y.real.new_full((y.shape[0],), value) for value in times[:steps]]
    x_t = sde.prior(y, next(draws))
    x_hat, *new = predict(x_t, y, t[0], 0, *own(0))
    states = [tuple(new)]
    for k in range(1, steps):

        def step(
            x_hat: Tensor, x_t: Tensor, y: Tensor, z: Tensor, *own: Tensor, k: int = k
        ) -> tuple[Tensor, ...]:
            x_t = few_step_transition(sde, x_hat, x_t, y, t[k - 1], t[k], z, eta)
            x_hat, *new = predict(x_t, y, t[k], k, *own)
            return x_hat, x_t, *new

        x_hat, x_t, *new = run(k, step, (x_hat, x_t, y, next(draws), *own(k)))
        states.append(tuple(new))
    return x_hat, states


def few_step(
    predict: Callable[[Tensor, Tensor, int], Tensor],
    sde: GaussianPath,
    y: Tensor,
    noise: Iterable[Tensor],
    times: Sequence[float],
    eta: Eta,
    steps: int,
    run: Run = run_always,
) -> Tensor:
    """N network calls from x_T, of an OUVESDE y + σ_T z, to x̂₀. The last step returns its mean estimate, never noise.

    predict(x_t, t [B], k) -> x̂₀: the network's data prediction at step k (0-based; each step has its own past).
    noise: one circular normal of the shape of y for each step; times: decreasing, the first is T.
    run: see `few_step_with_states`. A run with fewer steps is the beginning of a run with more: times do not depend on
    `steps`. Raises ValueError for steps outside 1 ... len(times).
    """
    x_hat, _ = few_step_with_states(
        lambda x_t, y, t, k: (predict(x_t, t, k),), sde, y, noise, times, eta, steps, run
    )
    return x_hat
