"""Layers of NCSN++ (arXiv 2011.13456) in plain PyTorch, under the parameter names of the published checkpoints.

Feature maps are [B, C, F, T] with frequency first, as the published models have them.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

ALMOST_ZERO = 1e-5  # gain of layers that end a residual branch: a block starts as the identity, but can learn


def uniform_(weight: Tensor, gain: float = 1.0) -> Tensor:
    """Uniform with variance gain² · 2/(fan in + fan out), the initialisation of DDPM."""
    return nn.init.xavier_uniform_(weight, gain)


def conv(inward: int, outward: int, size: int, gain: float = 1.0) -> nn.Conv2d:
    """A convolution that keeps the shape: size × size, zero padded."""
    layer = nn.Conv2d(inward, outward, size, padding=size // 2)
    uniform_(layer.weight, gain)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def dense(inward: int, outward: int) -> nn.Linear:
    """A linear layer with the weights of `uniform_` and a bias of zero."""
    layer = nn.Linear(inward, outward)
    uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def group_norm(channels: int) -> nn.GroupNorm:
    """Groups of four channels, but never more than 32 groups."""
    groups = min(channels // 4, 32)
    if not groups or channels % groups:
        raise ValueError(
            f"{channels} channels cannot be split into {groups} groups: take a multiple of 32 for nf, or 4, 8 or 16"
        )
    return nn.GroupNorm(groups, channels, eps=1e-6)


class Resample(nn.Module):
    """Halves or doubles both axes behind the filter (1, 3, 3, 1) ⊗ (1, 3, 3, 1), as one convolution per channel."""

    def __init__(self, up: bool) -> None:
        super().__init__()
        self.up = up
        taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
        gain = 4.0 if up else 1.0  # zeros stand between the samples of an upsampled map
        # not in the state: the published checkpoints have no filters
        self.kernel: Tensor
        self.register_buffer("kernel", (gain * taps[:, None] * taps)[None, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """x: [B, C, F, T] -> [B, C, 2 F, 2 T] or [B, C, F / 2, T / 2]."""
        batch, channels, f, t = x.shape
        one = x.reshape(batch * channels, 1, f, t)
        if self.up:
            one = F.conv_transpose2d(one, self.kernel, stride=2, padding=1)
        else:
            one = F.conv2d(one, self.kernel, stride=2, padding=1)
        return one.reshape(batch, channels, one.shape[2], one.shape[3])


class GaussianFourierProjection(nn.Module):
    """sin and cos of 2π W u for fixed random frequencies W. u: [B] -> [B, 2 size]."""

    def __init__(self, size: int, scale: float) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.randn(size) * scale, requires_grad=False)

    def forward(self, u: Tensor) -> Tensor:
        """u: [B] -> [B, 2 size]."""
        phase = 2 * math.pi * u[:, None] * self.W
        return torch.cat([phase.sin(), phase.cos()], 1)


class NIN(nn.Module):
    """One linear map at every point ("network in network"). Channels are the rows of W."""

    def __init__(self, channels: int, gain: float = math.sqrt(0.1)) -> None:
        super().__init__()
        self.W = nn.Parameter(uniform_(torch.empty(channels, channels), gain))
        self.b = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """x: [..., C] -> the same shape."""
        return x @ self.W + self.b


class AttnBlockpp(nn.Module):
    """Self-attention with one head over all points of the map, a residual branch, the sum over √2."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.GroupNorm_0 = group_norm(channels)
        self.NIN_0, self.NIN_1, self.NIN_2 = NIN(channels), NIN(channels), NIN(channels)
        self.NIN_3 = NIN(channels, ALMOST_ZERO)

    def forward(self, x: Tensor) -> Tensor:
        """x: [B, C, F, T] -> the same shape."""
        h = self.GroupNorm_0(x).flatten(2).transpose(1, 2)[:, None]  # [B, one head, F T, C]
        h = F.scaled_dot_product_attention(self.NIN_0(h), self.NIN_1(h), self.NIN_2(h))[:, 0]
        h = self.NIN_3(h).transpose(1, 2).reshape(x.shape)
        total: Tensor = x + h
        return total / math.sqrt(2)


class ResnetBlockBigGANpp(nn.Module):
    """Two convolutions behind norms, the time added between them; both branches are resampled alike; the sum over √2."""

    def __init__(
        self,
        inward: int,
        outward: int,
        time: int | None,  # channels of the time embedding, None for a network without time
        resample: Resample | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.GroupNorm_0 = group_norm(inward)
        self.Conv_0 = conv(inward, outward, 3)
        self.Dense_0 = None if time is None else dense(time, outward)
        self.GroupNorm_1 = group_norm(outward)
        self.Dropout_0 = nn.Dropout(dropout)
        self.Conv_1 = conv(outward, outward, 3, ALMOST_ZERO)
        self.Conv_2 = conv(inward, outward, 1) if inward != outward or resample else nn.Identity()
        self.resample = resample or nn.Identity()

    def forward(self, x: Tensor, time: Tensor | None) -> Tensor:
        """x: [B, inward, F, T]; time: [B, channels of the time embedding]. Returns [B, outward, F', T'], resampled."""
        h = self.Conv_0(self.resample(F.silu(self.GroupNorm_0(x))))
        if self.Dense_0 is not None:
            assert time is not None  # NCSNpp asks for it
            h = h + self.Dense_0(F.silu(time))[:, :, None, None]
        h = self.Conv_1(self.Dropout_0(F.silu(self.GroupNorm_1(h))))
        total: Tensor = self.Conv_2(self.resample(x)) + h
        return total / math.sqrt(2)


class Combine(nn.Module):
    """Adds the input, halved as often as the map was, to the map."""

    def __init__(self, inward: int, outward: int) -> None:
        super().__init__()
        self.Conv_0 = conv(inward, outward, 1)

    def forward(self, pyramid: Tensor, h: Tensor) -> Tensor:
        """pyramid: [B, inward, F, T]; h: [B, outward, F, T]. Returns the shape of h."""
        total: Tensor = self.Conv_0(pyramid) + h
        return total
