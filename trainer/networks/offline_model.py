"""Whole-file models: SGMSE's front end, a network that sees past and future, and their samplers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from trainer.diffusion.preconditioning import Preconditioning
from trainer.diffusion.predictor_corrector import Noise, calls_per_step, predictor_corrector
from trainer.diffusion.probability_flow import METHODS, probability_flow
from trainer.diffusion.samplers import Eta, Predict, Sampler, check_eta, few_step
from trainer.diffusion.sde import GaussianPath, expand_as
from trainer.networks.centred_spectrogram import CentredSpectrogram
from trainer.networks.ncsnpp import NCSNpp
from trainer.networks.score_model import complex_score


@dataclass(frozen=True)
class Sampling:
    """The sampler of `OfflineModel.enhance`; the defaults are the paper's: 60 network calls."""

    N: int = 30  # steps of the reverse process
    predictor: str = "reverse_diffusion"
    corrector: str = "annealed_langevin"
    corrector_steps: int = 1  # after each step of the predictor
    snr: float = 0.5  # step of the corrector, as a share of σ_t

    def __post_init__(self) -> None:
        if self.N < 1 or self.snr <= 0:
            raise ValueError(f"N {self.N} must be at least 1, snr {self.snr} above 0")
        calls_per_step(self.predictor, self.corrector, self.corrector_steps)

    @property
    def calls(self) -> int:
        """Of the network, in each step."""
        return calls_per_step(self.predictor, self.corrector, self.corrector_steps)

    def times(self, sde: GaussianPath, steps: int) -> list[float]:
        """When the network is called: evenly T … t_ε, from where the last step goes to 0."""
        return torch.linspace(sde.T, sde.t_eps, steps, dtype=torch.float64).tolist()

    def check(self, sde: GaussianPath) -> None:
        """Raises ValueError for a bridge."""
        sde.require_noise("predictor-corrector sampling")

    def sample(self, predict: Predict, sde: GaussianPath, y: Tensor, noise: Noise, steps: int) -> Tensor:
        """See `Sampler`; `calls` network calls a step."""
        return predictor_corrector(
            lambda x_t, y, t: predict(x_t, y, t)[1], sde, y, noise,
            steps, self.predictor, self.corrector, self.corrector_steps, self.snr,
        ).x_hat  # fmt: skip


@dataclass(frozen=True)
class FewStepSampling:
    """The other sampler of `OfflineModel.enhance`: transitions between data predictions, one network call each.

    On a bridge, eta 0 is the ODE sampler of arXiv 2407.16074 and "posterior" its SDE sampler.
    """

    N: int = 50  # steps
    eta: Eta = 0.0  # share of fresh noise between steps, 0 ... 1, or posterior

    def __post_init__(self) -> None:
        if self.N < 1:
            raise ValueError(f"N {self.N} must be at least 1")
        check_eta(self.eta)

    def times(self, sde: GaussianPath, steps: int) -> list[float]:
        """When the network is called: evenly T … t_ε without t_ε, for the last call's estimate is already that of x."""
        return torch.linspace(sde.T, sde.t_eps, steps + 1, dtype=torch.float64)[:-1].tolist()

    def check(self, sde: GaussianPath) -> None:
        """Every path will do."""

    def sample(self, predict: Predict, sde: GaussianPath, y: Tensor, noise: Noise, steps: int) -> Tensor:
        """See `Sampler`; one network call a step."""
        drawn = (noise(y) for _ in range(steps))
        return few_step(
            lambda x_t, t, _: predict(x_t, y, t)[0], sde, y, drawn, self.times(sde, steps), self.eta, steps
        )


@dataclass(frozen=True)
class FlowSampling:
    """The third sampler of `OfflineModel.enhance`: the probability-flow ODE, whose solver chooses its own steps."""

    method: str = "RK45"  # of SciPy's solve_ivp
    rtol: float = 1e-3
    atol: float = 1e-3

    def __post_init__(self) -> None:
        if self.method not in METHODS or min(self.rtol, self.atol) <= 0:
            raise ValueError(
                f"method '{self.method}' must be one of {', '.join(METHODS)}, "
                f"rtol {self.rtol} and atol {self.atol} above 0"
            )

    @property
    def N(self) -> int:
        """Steps that a caller may choose: none, the whole way is one."""
        return 1

    def times(self, sde: GaussianPath, steps: int) -> list[float]:
        """Where the way begins."""
        return [sde.T]

    def check(self, sde: GaussianPath) -> None:
        """Raises ValueError for a bridge."""
        sde.require_noise("the probability flow")

    def sample(self, predict: Predict, sde: GaussianPath, y: Tensor, noise: Noise, steps: int) -> Tensor:
        """See `Sampler`; as many network calls as the solver wants. Raises ValueError for other steps than 1."""
        if steps != 1:
            raise ValueError(f"steps {steps} must be 1: the solver of the probability flow chooses its own")
        return probability_flow(
            lambda x_t, y, t: predict(x_t, y, t)[1], sde, y, noise, self.method, self.rtol, self.atol
        ).x_hat


AnySampling = Sampling | FewStepSampling | FlowSampling


class OfflineModel(nn.Module):
    """A score model of whole files; or, with a network of two inputs, a purely supervised one that maps y to x̂.

    Inside, spectra are real tensors [B, 2, T, F] as everywhere here; only `score` speaks complex [B, 1, F, T].
    """

    def __init__(
        self,
        spectrogram: CentredSpectrogram,
        sde: GaussianPath,
        network: NCSNpp,
        preconditioning: Preconditioning | None = None,  # None: ncsnpp as published; of a bridge, data
        sampling: AnySampling | None = None,  # None: the paper's; of a bridge, few steps
    ) -> None:
        super().__init__()
        if network.bins != spectrogram.bins:
            raise ValueError(f"the network has {network.bins} bins, the spectrogram {spectrogram.bins}")
        self.supervised = network.inputs == 2
        if preconditioning is None:
            preconditioning = (
                Preconditioning(predicts="data", sign=1)
                if self.supervised or sde.pinned
                else Preconditioning()
            )
        if self.supervised and preconditioning.predicts != "data":
            raise ValueError(
                f"a network of y alone can only predict data, not '{preconditioning.predicts}': it sees no x_t"
            )
        preconditioning.check(sde)
        sampling = sampling or (FewStepSampling() if sde.pinned else Sampling())
        sampling.check(sde)
        self.spectrogram, self.sde, self.network = spectrogram, sde, network
        self.preconditioning = preconditioning
        self.sampling: Sampler = sampling

    @property
    def config(self) -> dict[str, Any]:
        """Everything needed to build this model again, as plain JSON values."""
        return {
            "model": "OfflineModel",
            "spectrogram": self.spectrogram.config,
            "sde": {"name": type(self.sde).__name__, **self.sde.config},
            "network": {"name": type(self.network).__name__, **self.network.config},
            "preconditioning": asdict(self.preconditioning),
            "sampling": {"name": type(self.sampling).__name__, **asdict(self.sampling)},
        }

    @property
    def times(self) -> tuple[float, ...]:
        """When the sampler calls the network: N even times from T on, or once for a supervised network."""
        return tuple(self.sampling.times(self.sde, 1 if self.supervised else self.sampling.N))

    def shape_noise(self, noise: Tensor) -> Tensor:
        """SGMSE's noise is circular at all bins, also where a real signal is real: nothing is taken away."""
        return noise

    def circular_noise(self, like: Tensor) -> Tensor:
        """z with E|z|² = 1. like: [B, 2, T, F]."""
        z: Tensor = torch.randn_like(like) * 0.5**0.5
        return z

    def predict(self, x_t: Tensor, y: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """x̂₀ and the score s = −z/σ_t. x_t, y: [B, 2, T, F] compressed, T as the network takes it; t: [B]."""
        maps: Tensor = y
        t_network: Tensor | None = None
        if not self.supervised:
            scale = self.preconditioning.input_scale(expand_as(self.sde.std(t), x_t))
            maps, t_network = torch.cat([scale * x_t, scale * y], 1), t
        out: Tensor = self.network(maps.transpose(2, 3), t_network).transpose(2, 3)
        return self.preconditioning(out, x_t, y, t, self.sde)

    def score(self, x_t: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """∇ log p_t(x_t | y), s = −z/σ_t, as SGMSE's code has it. x_t, y: complex64 [B, 1, F, T]; t: [B].

        Any number of frames T: what is missing to the network's next multiple is added as zeros and taken away again.
        Raises ValueError for a supervised model, which has no score, and for real tensors.
        """
        if self.supervised:
            raise ValueError("a purely supervised model has no score: it maps y to x̂ in one call of enhance")
        return complex_score(lambda x_t, y, t: self.predict(self.pad(x_t), self.pad(y), t), x_t, y, t)

    def pad(self, spectrum: Tensor) -> Tensor:
        """Zeros after the last frame, to the network's multiple. [B, 2, T, F] -> [B, 2, T', F]."""
        missing = -spectrum.shape[2] % self.network.frame_multiple
        return nn.functional.pad(spectrum, (0, 0, 0, missing))

    def sample(self, y: Tensor, steps: int) -> Tensor:
        """x̂₀ by the sampler in `steps` steps, or in one call if supervised. y: [B, 2, T, F], any T."""
        if self.supervised and steps != 1:
            raise ValueError(f"steps {steps} must be 1: a supervised model is called once")
        if steps < 1:
            raise ValueError(f"steps {steps} must be at least 1")
        frames, y = y.shape[2], self.pad(y)
        if self.supervised:
            x_hat, _ = self.predict(y, y, y.new_ones(len(y)))
        else:
            x_hat = self.sampling.sample(self.predict, self.sde, y, self.circular_noise, steps)
        return x_hat[:, :, :frames]

    @torch.no_grad()
    def enhance(self, audio: Tensor, steps: int | None = None) -> Tensor:
        """Whole signals. audio: [B, S] full scale ±1 -> the same shape. steps: of the reverse process, None for N."""
        s, length = self.spectrogram, audio.shape[1]
        # the window wants more than half of its length, and silence costs nothing
        padded = nn.functional.pad(audio, (0, max(0, s.n_fft - length)))
        y, _, amplitude, _ = s.encode(padded)
        x_hat = self.sample(y, len(self.times) if steps is None else steps)
        return s.istft(s.expand(x_hat, amplitude), padded.shape[1])[0][:, :length]
