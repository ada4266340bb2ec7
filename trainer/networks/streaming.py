"""The small causal network: strided convolutions over frequency, recurrence over time, mixing over bands.

Time is touched by two things only, and both are arguments and results: the previous noisy frame and one recurrent
vector per block and band. Nothing is normalised over time. So a file at once and a hop at a time are the same
function, and the exporter traces this very class.
"""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trainer.networks.growth import can_deepen, can_refine, deepen, refine
from trainer.networks.interface import Film, StreamingNetwork
from trainer.networks.recurrence import RECURRENCES

if TYPE_CHECKING:  # the operators know the network; the network only holds them
    from trainer.fused.network import Fused


def mel_like(fine: int, bands: int) -> Tensor:
    """Triangles over `fine` equal bands whose width grows with frequency, rows of unit sum. Returns [bands, fine]."""
    # a warp between linear and logarithmic: with 40 bands of 200 Hz the first ones keep their width
    edge = torch.linspace(0, math.log1p(fine / 10), bands + 2).expm1() * 10
    centres = torch.arange(fine, dtype=torch.float32)[None] + 0.5
    low, mid, high = edge[:-2, None], edge[1:-1, None], edge[2:, None]
    rows = torch.minimum((centres - low) / (mid - low), (high - centres) / (high - mid)).clamp_min(0)
    nearest = (centres - mid).abs().argmin(1)
    rows[torch.arange(bands), nearest] = rows[torch.arange(bands), nearest].clamp_min(0.5)
    return rows / rows.sum(1, keepdim=True)


class TimeEmbedding(nn.Module):
    """t in [0, 1] -> Film, through Fourier features. At a fixed step it is a constant, and is exported as one."""

    def __init__(self, channels: int, count: int, width: int = 64) -> None:
        super().__init__()
        self.channels, self.count = channels, count
        self.frequencies: Tensor
        self.register_buffer("frequencies", torch.exp(torch.linspace(0, math.log(64), 16)), persistent=False)
        self.hidden = nn.Linear(33, width)
        self.out = nn.Linear(width, 2 * channels * count)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, t: Tensor) -> Film:
        """t: [B] -> a scale and a shift [B, channels] for each block."""
        phase = t[:, None] * self.frequencies * math.pi / 2
        features = torch.cat([t[:, None], phase.sin(), phase.cos()], 1)
        film = self.out(F.silu(self.hidden(features))).reshape(len(t), self.count, 2, self.channels)
        return Film(film[:, :, 0].unbind(1), film[:, :, 1].unbind(1))


class BandMixer(nn.Module):
    """Every band hears every other: in each head one matrix over the bands, between two linear maps over the channels.

    Attention over the bands costs three times as much here; the recurrence before it already knows the content.
    """

    def __init__(self, channels: int, bands: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.inward = nn.Linear(channels, channels)
        self.mix = nn.Parameter(torch.randn(heads, bands, bands) / math.sqrt(bands))
        self.bias = nn.Parameter(torch.zeros(heads, bands, 1))
        self.outward = nn.Linear(channels, channels)

    def forward(self, u: Tensor) -> Tensor:
        """u: [B, T, bands, C] -> the same shape."""
        b, t, f, c = u.shape
        v = (
            self.inward(u).reshape(b * t, f, self.heads, c // self.heads).transpose(1, 2)
        )  # [B T, heads, bands, C / heads]
        v = F.relu(self.mix @ v + self.bias)
        mixed: Tensor = self.outward(v.transpose(1, 2).reshape(b, t, f, c))
        return mixed


class Block(nn.Module):
    """Recurrence over time, then mixing over bands, each a residual branch behind a per-position norm."""

    def __init__(self, channels: int, bands: int, heads: int, recurrence: str = "gru") -> None:
        super().__init__()
        self.norm_time = nn.LayerNorm(channels)
        self.recurrence = RECURRENCES[recurrence](channels)
        self.project = nn.Linear(channels, channels)
        self.norm_band = nn.LayerNorm(channels)
        self.mixer = BandMixer(channels, bands, heads)

    def forward(
        self, u: Tensor, scale: Tensor, shift: Tensor, h: Tensor, active: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """u: [B, T, bands, channels]; scale, shift: [B, channels]; h: the state. Returns u of the same shape and new h."""
        v = self.norm_time(u) * (1 + scale[:, None, None]) + shift[:, None, None]
        v, h = self.recurrence(v, h, active)
        u = u + self.project(v)
        return u + self.mixer(self.norm_band(u)), h


class StreamingNet(StreamingNetwork):
    """The network that ships.

    `prepare` and `forward` together are the plain network of the paper: the first convolution is linear, so its noisy
    half needs computing only once.

    The estimate is x̂₀ = M₀ ⊙ y + M₁ ⊙ y₋₁ + M₂ ⊙ x_t + r: three complex masks and a free part, so that the network
    starts as the identity and need not copy the input through its bottleneck.
    """

    def __init__(
        self,
        bins: int = 161,  # of the spectrogram; the last one (Nyquist) is left out and returned as zero
        channels: int = 64,  # multiple of 16: the fast layouts of CPU convolutions
        blocks: int = 3,
        heads: int = 4,
        stride: int = 4,  # bins a convolution band
        bands: int = 24,  # bands of the recurrent blocks, narrow at low frequencies
        recurrence: Literal[
            "gru", "qrnn"
        ] = "gru",  # qrnn: gates see the input alone, a third fewer multiplications
    ) -> None:
        super().__init__()
        if (bins - 1) % stride:
            raise ValueError(f"bins - 1 = {bins - 1} must be a multiple of the stride {stride}")
        if channels % heads:
            raise ValueError(f"channels {channels} must be a multiple of heads {heads}")
        self.config: dict[str, Any] = dict(
            bins=bins, channels=channels, blocks=blocks, heads=heads, stride=stride, bands=bands
        )
        if recurrence != "gru":  # configs from before there were two have no entry
            self.config["recurrence"] = recurrence
        self.bins, self.stride, self.channels, self.bands = bins, stride, channels, bands
        fine = (bins - 1) // stride
        kernel, pad = (1, 2 * stride), (0, stride // 2)
        # y, y₋₁, |y| | x_t
        self.conv_noisy = nn.Conv2d(5, channels, kernel, stride=(1, stride), padding=pad)
        self.conv_state = nn.Conv2d(2, channels, kernel, stride=(1, stride), padding=pad, bias=False)
        self.encoder = nn.Conv2d(channels, channels, (1, 3), padding=(0, 1))
        gather = mel_like(fine, bands)
        self.gather = nn.Parameter(gather)  # [bands, fine]
        self.scatter = nn.Parameter(gather.t() / gather.square().sum(0)[:, None].clamp_min(1e-3))
        self.position = nn.Parameter(0.02 * torch.randn(bands, channels))
        self.blocks = nn.ModuleList(Block(channels, bands, heads, recurrence) for _ in range(blocks))
        self.decoder = nn.Conv2d(channels, channels, (1, 3), padding=(0, 1))
        self.head = nn.Conv2d(channels, 8 * stride, (1, 3), padding=(0, 1))
        self.embedding = TimeEmbedding(channels, blocks + 1)
        self.fused: Fused | None = (
            None  # operators that whole sequences run on in training; see trainer.fused
        )
        nn.init.normal_(self.head.weight, std=1e-3)
        if self.head.bias is not None:
            nn.init.zeros_(self.head.bias)

    @property
    def film_layers(self) -> int:
        """One for each block, and the encoder's last."""
        return len(self.blocks) + 1

    def shared_state(self) -> dict[str, tuple[int, ...]]:
        """State of `prepare`, one for all steps: name -> shape."""
        return {"y": (1, 2, 1, self.bins)}

    def step_state(self) -> dict[str, tuple[int, ...]]:
        """State of `forward`, one for each step: name -> shape."""
        return {f"h{i}": (1, self.bands, self.channels) for i in range(len(self.blocks))}

    def film(self, t: Tensor) -> Film:
        """t: [B] -> the modulation that `forward` wants."""
        film: Film = self.embedding(t)
        return film

    def matrices(self) -> list[nn.Parameter]:
        """The matrices of the blocks: those around them are filter banks, positions and the embedding of the time."""
        return [p for p in self.blocks.parameters() if p.ndim == 2]

    def can_grow(self, held: dict[str, Any]) -> bool:
        """From fewer blocks, or from coarser bins in the same bands of frequency."""
        return can_deepen(held, self.config) or can_refine(held, self.config)

    def grow(self, weights: dict[str, Tensor], held: dict[str, Any]) -> dict[str, Tensor]:
        """Weights for this network that compute what the smaller one, of config `held`, did; see trainer.networks.growth."""
        if can_deepen(held, self.config):
            return deepen(weights, self, held["blocks"])
        return refine(weights, held, (self.bins - 1) // (held["bins"] - 1))

    def for_export(self) -> StreamingNet:
        """A copy whose mixers' norms are folded into the linear maps that follow: W' = W diag(γ), b' = b + W β.

        The norm before the recurrence is followed by the time's modulation, and stays as it is.
        """
        network = copy.deepcopy(self)
        with torch.no_grad():
            for block in network.blocks:
                assert isinstance(block, Block)
                norm, linear = block.norm_band, block.mixer.inward
                linear.bias.add_(linear.weight @ norm.bias)
                linear.weight.mul_(norm.weight)
                nn.init.ones_(norm.weight)
                nn.init.zeros_(norm.bias)
        return network

    def prepare(
        self, y: Tensor, state: dict[str, Tensor] | None = None
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """y: compressed noisy spectrum [B, 2, T, F]. Returns what every step needs of it, and the new state."""
        if self.fused is not None and self.training and state is None:
            return {"y": y}, {"y": y[:, :, -1:]}  # the operators make their own features
        past = y.new_zeros(y.shape[0], 2, 1, self.bins) if state is None else state["y"]
        previous = torch.cat([past, y[:, :, :-1]], 2)
        features = torch.cat([y, previous, (y.square().sum(1, keepdim=True) + 1e-6).sqrt()], 1)[..., :-1]
        return {"features": self.conv_noisy(features), "y": y, "previous": previous}, {"y": y[:, :, -1:]}

    def forward(
        self,
        x_t: Tensor,
        noisy: dict[str, Tensor],
        film: Film,
        state: dict[str, Tensor] | None = None,
        active: Tensor | None = None,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """x_t: state of the diffusion [B, 2, T, F]; noisy: from `prepare`; film: from `film(t)`.

        active: bool [B, T], False for frames in which this step is skipped: its state then passes through untouched.
        Returns x̂₀ [B, 2, T, F] and the new state.
        """
        if "features" not in noisy:
            if self.fused is None or state is not None:
                raise ValueError("what `prepare` gave is for the fused operators, which begin at zero states")
            return self.fused(self, x_t, noisy["y"], film, active), {}
        batch, _, frames, _ = x_t.shape
        scale, shift = film.scales[-1][:, :, None, None], film.shifts[-1][:, :, None, None]
        e = F.relu((noisy["features"] + self.conv_state(x_t[..., :-1])) * (1 + scale) + shift)
        e = e + F.relu(self.encoder(e))
        u = self.gather @ e.permute(0, 2, 3, 1) + self.position  # [B, T, bands, C]
        new = {}
        for i, block in enumerate(self.blocks):
            h = u.new_zeros(batch, self.bands, self.channels) if state is None else state[f"h{i}"]
            u, new[f"h{i}"] = block(u, film.scales[i], film.shifts[i], h, active)
        u = (self.scatter @ u).permute(0, 3, 1, 2)
        d = F.relu(self.decoder(u + e))
        d = self.head(d)  # [B, 8 stride, T, fine bands]: bins of a band stand in the channels
        d = d.reshape(batch, 8, self.stride, frames, -1).permute(0, 1, 3, 4, 2)
        d = d.reshape(batch, 8, frames, self.bins - 1)
        y, previous, x = noisy["y"][..., :-1], noisy["previous"][..., :-1], x_t[..., :-1]
        estimate = (
            y + product(d[:, 0:2], y) + product(d[:, 2:4], previous) + product(d[:, 4:6], x) + d[:, 6:8]
        )
        return F.pad(estimate, (0, 1)), new


def product(a: Tensor, b: Tensor) -> Tensor:
    """Complex product of [B, 2, T, F] tensors of real and imaginary parts."""
    real = a[:, 0] * b[:, 0] - a[:, 1] * b[:, 1]
    imag = a[:, 0] * b[:, 1] + a[:, 1] * b[:, 0]
    return torch.stack([real, imag], 1)
