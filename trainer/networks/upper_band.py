"""The upper band of a full-band model: one gain for each of some twenty bands above those of the score model.

The score model knows the bins up to 8 kHz. Above, where speech is fricatives and breath, the phase of the input will do:
as in the first stage of DeepFilterNet (arXiv 2110.05588), a small recurrent network gives a gain for each band, from what
the band holds, from what the low band held before and after enhancement, and from what it remembers.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from trainer.networks.recurrence import Recurrence


def triangles(bins: int, bands: int) -> Tensor:
    """[bands, bins]: triangles that sum to 1 in each bin, each band a little wider than the one below; flat at the ends."""
    edges = torch.linspace(0, 1, bands, dtype=torch.float64)
    centres = (bins - 1) * (
        torch.expm1(edges * math.log(2.5)) / 1.5
    )  # the last band is 2.5 times as wide as the first
    place = torch.arange(bins, dtype=torch.float64)
    index = torch.searchsorted(centres, place, right=True).clamp(1, bands - 1)
    share = ((place - centres[index - 1]) / (centres[index] - centres[index - 1])).clamp(0, 1)
    weights = torch.zeros(bands, bins, dtype=torch.float64)
    weights[index - 1, torch.arange(bins)] = 1 - share
    weights[index, torch.arange(bins)] += share
    return weights.float()


class UpperBand(nn.Module):
    """Gains for the bins above the score model's, causal, with explicit state."""

    def __init__(
        self,
        bins: int = 641,  # above those of the score model: 8 to 24 kHz in steps of 25 Hz
        low_bins: int = 320,  # of the score model that it looks at
        bands: int = 20,  # in which gains are given
        low_bands: int = 16,  # in which it sees the score model's input and output
        channels: int = 64,
        opens: float = -4.5,  # gain of the low band as a whole from which the network alone decides, dB
        closes: float = -18.0,  # and from which on downwards `depth` is taken off besides, dB
        depth: float = 20.0,  # dB
    ) -> None:
        super().__init__()
        if not 2 <= bands <= bins or not 2 <= low_bands <= low_bins:
            raise ValueError(
                f"bands {bands} and low_bands {low_bands} must lie in 2 ... their bins ({bins} and {low_bins})"
            )
        if not closes < opens or depth < 0:
            raise ValueError(
                f"closes {closes:g} must lie below opens {opens:g}, and depth {depth:g} at 0 or above"
            )
        self.config = dict(
            bins=bins, low_bins=low_bins, bands=bands, low_bands=low_bands, channels=channels,
            opens=opens, closes=closes, depth=depth,
        )  # fmt: skip
        self.bins, self.low_bins, self.channels = bins, low_bins, channels
        spread, low = triangles(bins, bands), triangles(low_bins, low_bands)
        self.spread: Tensor
        self.pool: Tensor
        self.low_pool: Tensor
        self.register_buffer(
            "spread", spread, persistent=False
        )  # [bands, bins] gains of bands -> gains of bins
        self.register_buffer("pool", (spread / spread.sum(1, keepdim=True)).T.contiguous(), persistent=False)
        self.register_buffer("low_pool", (low / low.sum(1, keepdim=True)).T.contiguous(), persistent=False)
        self.inward = nn.Linear(bands + 2 * low_bands, channels)
        self.recurrence = Recurrence(channels)
        self.hidden = nn.Linear(2 * channels, channels)
        self.outward = nn.Linear(channels, bands)
        nn.init.zeros_(self.outward.weight)
        nn.init.constant_(self.outward.bias, 1.0)

    def state(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of the state of one stream."""
        return {"upper_h": (1, 1, self.channels)}

    def forward(
        self, upper: Tensor, y: Tensor, x_hat: Tensor, amplitude: Tensor, h: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Gains of the bins above the score model's.

        upper: noisy spectrum above [B, 2, T, bins]; y, x_hat: compressed noisy and enhanced spectra of the score model
        [B, 2, T, ≥ low_bins]; amplitude: the level [B, T]; h: [B, 1, channels]. Returns gains [B, T, bins] in 0 … 1, new h.
        """
        energy = upper.square().sum(1) / amplitude[..., None].square()
        features = [0.25 * torch.log10(energy @ self.pool + 1e-7) + 0.75]
        for spectrum in (y, x_hat):
            features.append((spectrum[..., : self.low_bins].square().sum(1) + 1e-8).sqrt() @ self.low_pool)
        u = torch.relu(self.inward(torch.cat(features, -1)))[:, :, None]  # [B, T, 1, C]
        if h is None:
            h = u.new_zeros(len(u), 1, self.channels)
        past, h = self.recurrence(u, h)
        u = torch.relu(self.hidden(torch.cat([u, past], -1)))
        gains = torch.sigmoid(self.outward(u)[:, :, 0]) * self.following(y, x_hat)
        return gains @ self.spread, h

    def following(self, y: Tensor, x_hat: Tensor) -> Tensor:
        """The factor for all bands by the gain of the low band as a whole [B, T, 1]. y, x_hat: as for `forward`.

        Compressed magnitudes are near the 0.3rd power, so their sixth powers are near energies.
        """
        c = self.config
        before, after = (
            v[..., : self.low_bins].square().sum(1).pow(3).sum(-1, keepdim=True) + 1e-9 for v in (y, x_hat)
        )
        closed = (c["opens"] - 10 * torch.log10(after / before)) / (c["opens"] - c["closes"])
        return torch.exp(-math.log(10) / 20 * c["depth"] * closed.clamp(0, 1))
