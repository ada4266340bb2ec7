"""What a checkpoint is: front end, SDE, network and the few-step sampler that ships, with one way to call them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from trainer.diffusion.samplers import DEFAULT_TIMES, Eta, check_eta, few_step
from trainer.diffusion.sde import GaussianPath
from trainer.networks.interface import StreamingNetwork, network_name
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.upper_band import UpperBand


def complex_score(
    predict: Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]], x_t: Tensor, y: Tensor, t: Tensor
) -> Tensor:
    """The score that `predict` gives for real tensors [B, 2, T, F], for complex ones [B, 1, F, T]."""
    if not (x_t.is_complex() and y.is_complex()) or x_t.ndim != 4 or x_t.shape[1] != 1:
        raise ValueError(
            f"x_t {x_t.dtype} {tuple(x_t.shape)} and y {y.dtype} {tuple(y.shape)} must be complex [B, 1, F, T]"
        )
    real_x_t, real_y = (torch.view_as_real(v[:, 0]).permute(0, 3, 2, 1) for v in (x_t, y))
    _, s = predict(real_x_t, real_y, t)
    s = s[:, :, : x_t.shape[3]]
    return torch.complex(s[:, 0], s[:, 1]).transpose(1, 2)[:, None]


class ScoreModel(nn.Module):
    """A streaming score model: the network predicts x̂₀, and s = (μ_t(x̂₀, y) − x_t)/σ_t² is its score.

    Training, sampling and export all go through `prepare`, `predict` and `trainer.diffusion.samplers`, so that they cannot
    disagree about scalings or states.
    """

    def __init__(
        self,
        spectrogram: Spectrogram,
        sde: GaussianPath,
        network: StreamingNetwork,
        times: Sequence[float] = DEFAULT_TIMES,  # when the few-step sampler calls the network; first is T
        eta: Eta = 1.0,  # share of fresh noise between steps, 0 ... 1, or posterior
        upper: UpperBand | None = None,  # gains for the bins above the network's, of a full-band model
    ) -> None:
        super().__init__()
        times = tuple(float(t) for t in times)
        if (
            not times
            or times[0] != sde.T
            or list(times) != sorted(set(times), reverse=True)
            or times[-1] <= 0
        ):
            raise ValueError(f"times {times} must fall from T = {sde.T} and stay above 0")
        check_eta(eta)
        if network.bins != spectrogram.low_bins:
            raise ValueError(f"the network has {network.bins} bins, the spectrogram {spectrogram.low_bins}")
        above = spectrogram.bins - spectrogram.low_bins + 1  # the network returns its last bin as zero
        if (upper is None) != (above == 1) or (upper is not None and upper.bins != above):
            raise ValueError(
                f"the spectrogram has {above - 1} bins above the network's, the upper band "
                f"{'is missing' if upper is None else f'has {upper.bins - 1}'}"
            )
        self.upper = upper
        self.spectrogram, self.sde, self.network, self.times, self.eta = spectrogram, sde, network, times, eta

    @property
    def config(self) -> dict[str, Any]:
        """Everything needed to build this model again, as plain JSON values.

        Raises ValueError for a network whose class no snapshot could name.
        """
        return {
            "spectrogram": self.spectrogram.config,
            "sde": {"name": type(self.sde).__name__, **self.sde.config},
            "network": {"name": network_name(type(self.network)), **self.network.config},
            "times": list(self.times),
            "eta": self.eta,
            **({} if self.upper is None else {"upper": self.upper.config}),
        }

    def circular_noise(self, like: Tensor) -> Tensor:
        """z with E|z|² = 1 per bin, real where the spectrum of a real signal is. like: [B, 2, T, F]."""
        return self.shape_noise(torch.randn_like(like) * 0.5**0.5)

    def shape_noise(self, noise: Tensor) -> Tensor:
        """Takes the imaginary part away where a real signal has none. noise: [..., 2, T, F], variance 1/2 a part."""
        return noise * self.spectrogram.circular[:, None]

    def predict(self, x_t: Tensor, y: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """x̂₀ and the score s = −z/σ_t that it defines. x_t, y: [B, 2, T, F] compressed; t: [B]."""
        noisy, _ = self.network.prepare(y)
        x_hat, _ = self.network(x_t, noisy, self.network.film(t))
        return x_hat, self.sde.score_of(x_hat, x_t, y, t)

    def score(self, x_t: Tensor, y: Tensor, t: Tensor) -> Tensor:
        """∇ log p_t(x_t | y), s = −z/σ_t, as SGMSE's code has it. x_t, y: complex64 [B, 1, F, T] compressed; t: [B].

        Raises ValueError for real tensors.
        """
        return complex_score(self.predict, x_t, y, t)

    def sample(self, y: Tensor, noise: Sequence[Tensor], steps: int) -> Tensor:
        """The shipping sampler on whole spectra. y: [B, 2, T, F]; noise: one [B, 2, T, F] a step. Returns x̂₀."""
        noisy, _ = self.network.prepare(y)
        return few_step(
            lambda x_t, t, k: self.network(x_t, noisy, self.network.film(t))[0],
            self.sde, y, noise, self.times, self.eta, steps,
        )  # fmt: skip

    @torch.no_grad()
    def enhance(self, audio: Tensor, steps: int, noise: Tensor | None = None) -> Tensor:
        """Whole signals offline, delay removed. audio: [B, S] full scale ±1 -> the same shape.

        noise: [T', steps, 2, F] as the exported graph takes it, one row a hop (T' hops of the signal plus its latency,
        zero padded), or None to draw it.
        """
        s = self.spectrogram
        length = audio.shape[1]
        hops = -(-(length + s.latency) // s.hop_length)
        padded = nn.functional.pad(audio, (0, hops * s.hop_length - length))
        y, _, amplitude, power = s.encode(padded)
        if noise is None:
            drawn = [self.circular_noise(y) for _ in range(steps)]
        else:
            drawn = [self.shape_noise(noise[:hops, k].transpose(0, 1)[None]) for k in range(steps)]
        enhanced = self.decode(padded, y, self.sample(y, drawn, steps), amplitude, power)
        return enhanced[:, s.latency : s.latency + length]

    def decode(self, noisy: Tensor, y: Tensor, x_hat: Tensor, amplitude: Tensor, power: Tensor) -> Tensor:
        """Estimate -> audio [B, T hop], lagging by the latency. noisy: [B, T hop]; the rest: of `encode`, and x̂₀."""
        s = self.spectrogram
        if self.upper is None:
            return s.decode(x_hat, amplitude, power)
        above = s.stft(s.remove_offset(noisy)[0] if s.high_pass else noisy)[0][..., s.low_bins - 1 :]
        gains, _ = self.upper(above, y, x_hat, amplitude)
        return s.istft(self.join(x_hat, amplitude, power, above, gains))[0]

    def join(self, x_hat: Tensor, amplitude: Tensor, power: Tensor, above: Tensor, gains: Tensor) -> Tensor:
        """The full-band spectrum: the expanded estimate below, the noisy spectrum under its gains above."""
        s = self.spectrogram
        low = s.bound(s.expand(x_hat, amplitude), power)
        return torch.cat([low[..., : s.low_bins - 1], above * gains[:, None]], -1)
