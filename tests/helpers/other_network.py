"""A streaming network that shares nothing with the shipped one: a gain for every bin that follows the input."""

import torch
from torch import nn

from trainer.networks.interface import Film, StreamingNetwork


class GainNet(StreamingNetwork):
    """x̂₀ = g ⊙ y + a ⊙ x_t, g from a leaky mean of |y|² in each bin and of |x_t|² over all steps before."""

    def __init__(self, bins: int = 161, width: int = 4):
        super().__init__()
        self.config = dict(bins=bins, width=width)
        self.bins, self.width = bins, width
        self.rows = nn.Parameter(0.3 * torch.randn(width, 2))
        self.out = nn.Parameter(torch.randn(2, width))
        self.time = nn.Linear(1, 2 * width)

    @property
    def film_layers(self):
        return 1

    def shared_state(self):
        return {"mean": (1, 1, self.bins)}

    def step_state(self):
        return {"low": (1, 1, self.bins), "high": (1, 1, self.bins)}

    def film(self, t):
        scale, shift = self.time(t[:, None]).chunk(2, 1)
        return Film((scale,), (shift,))

    def prepare(self, y, state=None):
        past = y.new_zeros(len(y), 1, self.bins) if state is None else state["mean"]
        power, last = leaky(y.square().sum(1), past, 0.5)
        return {"noisy": y, "power": power}, {"mean": last}

    def forward(self, x_t, noisy, film, state=None, active=None):
        y = noisy["noisy"]
        zeros = y.new_zeros(len(y), 1, self.bins)
        low, high = (zeros, zeros) if state is None else (state["low"], state["high"])
        power, low = leaky(x_t.square().sum(1), low, 0.5, active)
        slow, high = leaky(x_t.square().sum(1), high, 0.9, active)
        features = torch.stack([noisy["power"], power - slow], -1) @ self.rows.T  # [B, T, F, width]
        features = features * (1 + film.scales[0][:, None, None]) + film.shifts[0][:, None, None]
        gains = torch.sigmoid(features) @ self.out.T
        return gains[..., 0][:, None] * y + gains[..., 1][:, None] * x_t, {"low": low, "high": high}


def leaky(power, past, kept, active=None):
    """The leaky mean of [B, T, F] over T from `past` [B, 1, F], and its last value; frames not active change nothing."""
    out = []
    for i in range(power.shape[1]):
        new = kept * past + (1 - kept) * power[:, i : i + 1]
        past = new if active is None else torch.where(active[:, i : i + 1, None], new, past)
        out.append(past)
    return torch.cat(out, 1), past
