"""Whole-file models as streams: one hop in, one hop out, like every exported file.

A block of past audio slides, the reverse process runs on all of it, and the newest part is kept and cross-faded into
what the last block said.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from export.block_samplers import BlockSampler, FewSteps, sampler_again
from export.convert import check_default, quiet_export, write
from realtime.engine.contract import ModelSpec
from trainer.diffusion.samplers import DEFAULT_TIMES
from trainer.networks.offline_model import OfflineModel


class BlockGraph(nn.Module):
    """forward(audio [1, hop], noise [1, steps, 2, draws · frames · bins], steps, *states) -> enhanced [1, hop], *new states.

    The block is `frames` whole frames of the model's STFT. Its newest samples have future frames missing, so what is
    kept ends `ahead` samples before the newest one; `fade` more are kept for the next block, which says them again:
    the two are cross-faded. The output lags by ahead + fade.
    """

    streams = 1

    def __init__(
        self,
        model: OfflineModel,
        frames: int = 128,  # of the block, a multiple of what the network takes
        hop_frames: int = 16,  # new ones each call
        ahead_frames: int = 8,  # hops of the STFT that the network looks ahead, beyond the window's own
        fade_frames: int = 4,
        sampler: BlockSampler | None = None,  # None: the few-step one, of a supervised model its one call
    ) -> None:
        super().__init__()
        if sampler is None:
            sampler = FewSteps(DEFAULT_TIMES[:1] if model.supervised else DEFAULT_TIMES)
        s, multiple = model.spectrogram, model.network.frame_multiple
        if frames < 1 or frames % multiple:
            raise ValueError(f"a block of {frames} frames: the network takes multiples of {multiple}")
        if hop_frames < 1 or ahead_frames < 0 or not 1 <= fade_frames <= hop_frames:
            raise ValueError(
                f"hop {hop_frames} and fade {fade_frames} must be at least one frame, the fade at most a hop, and "
                f"ahead {ahead_frames} at least 0"
            )
        self.sizes = dict(
            frames=frames, hop_frames=hop_frames, ahead_frames=ahead_frames, fade_frames=fade_frames
        )
        hop = s.hop_length
        self.hop_length, self.fade = hop_frames * hop, fade_frames * hop
        overlap = s.n_fft - hop  # the last samples of a block lie in too few frames
        self.ahead = ahead_frames * hop + overlap
        self.length = s.n_fft + (frames - 1) * hop
        if self.length < self.ahead + self.fade + self.hop_length + overlap:
            raise ValueError(
                f"a block of {frames} frames is shorter than hop {hop_frames}, fade {fade_frames}, ahead {ahead_frames} and "
                "a window at each end: take more frames"
            )
        self.model = copy.deepcopy(model).eval()
        for p in self.parameters():
            p.requires_grad_(False)
        self.frames, self.sampler, self.max_steps = frames, sampler, sampler.max_steps

        # the STFT as convolutions: frame m starts at sample m hop, as frame m + 2 of a centred one would at its centre
        n = torch.arange(s.n_fft, dtype=torch.float64)
        k = torch.arange(s.bins, dtype=torch.float64)
        phase = 2 * torch.pi * ((n[:, None] * k) % s.n_fft) / s.n_fft
        window = s.window.double()
        folded = torch.zeros(hop, dtype=torch.float64).index_add_(
            0, torch.arange(s.n_fft) % hop, window.square()
        )
        dual = window / folded[torch.arange(s.n_fft) % hop]
        weight = torch.full((s.bins,), 2.0, dtype=torch.float64)
        weight[0] = 1.0
        if s.n_fft % 2 == 0:
            weight[-1] = 1.0
        analysis = torch.cat([phase.cos(), -phase.sin()], 1) * window[:, None]
        inverse = torch.cat([phase.cos() * weight, -phase.sin() * weight], 1) * dual[:, None] / s.n_fft
        self.analysis: Tensor
        self.inverse: Tensor
        self.rise: Tensor
        self.register_buffer("analysis", analysis.T[:, None].float())  # [2 F, 1, n_fft]
        self.register_buffer("inverse", inverse.T[:, None].float())
        self.register_buffer("rise", ((torch.arange(self.fade) + 0.5) / self.fade)[None].float())

    @property
    def latency(self) -> int:
        """Samples that the output lags the input, beyond the hop that a call waits for."""
        return self.ahead + self.fade

    def states(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape: the block's past audio, and the last block's word on what comes next. Zeros start a stream."""
        return {"past_audio": (1, self.length - self.hop_length), "past_output": (1, self.fade)}

    @classmethod
    def again(cls, model: OfflineModel, spec: ModelSpec) -> BlockGraph:
        """The graph that a file was made of, from its contract. Raises ValueError if that does not tell."""
        try:
            return cls(model, **spec.extra["block"], sampler=sampler_again(spec.extra["sampler"]))
        except (KeyError, TypeError) as error:
            raise ValueError(
                f"its contract does not tell block and sampler ({error}): convert it again"
            ) from None

    def noise_shape(self) -> tuple[int, ...]:
        """Shape of the noise of one call: [1, steps, 2, draws · frames · bins]."""
        return (1, self.max_steps, 2, self.sampler.draws * self.frames * self.model.spectrogram.bins)

    def forward(
        self, audio: Tensor, noise: Tensor, steps: Tensor, past_audio: Tensor, past_output: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One call of the exported file: the block moves on by a hop and is enhanced as a whole."""
        model, s = self.model, self.model.spectrogram
        block = torch.cat([past_audio, audio], 1)
        spectrum = F.conv1d(block[:, None], self.analysis, stride=s.hop_length)  # [1, 2 F, T]
        spectrum = spectrum.reshape(1, 2, s.bins, self.frames).transpose(2, 3)
        amplitude = s.level(block)[:, None].expand(-1, self.frames)
        y = s.compress(spectrum, amplitude)
        # what a step draws stands together: the draws of all steps in the order of their use
        z = noise.reshape(self.max_steps, 2, self.sampler.draws, self.frames, s.bins)
        z = z.transpose(1, 2).reshape(-1, 1, 2, self.frames, s.bins)
        x_hat = self.sampler.sample(model, y, z, steps)

        # nothing in, nothing out: no frame leaves more than 6 dB above its noisy one, whatever the network dreams
        out = s.expand(x_hat, amplitude)
        limit = 4 * spectrum.square().sum((1, 3), keepdim=True)
        out = out * (limit / out.square().sum((1, 3), keepdim=True).clamp_min(1e-12)).clamp_max(1.0).sqrt()
        out = out.transpose(2, 3).reshape(1, 2 * s.bins, self.frames)
        wave = F.conv_transpose1d(out, self.inverse, stride=s.hop_length)[:, 0]  # [1, length]
        end = self.length - self.ahead
        said = wave[:, end - self.fade - self.hop_length : end]
        first = self.rise * said[:, : self.fade] + (1 - self.rise) * past_output
        enhanced = torch.cat([first, said[:, self.fade : self.hop_length]], 1)
        return enhanced, block[:, self.hop_length :], said[:, self.hop_length :]


def convert_blockwise(
    model: OfflineModel,
    output: Path,
    default_steps: int | None,
    card: dict[str, Any],
    sampler: BlockSampler | None = None,
    **sizes: int,
) -> ModelSpec:
    """Writes `output`, whole or not at all. card: name, version, license and what else the contract may hold.

    sampler, sizes (frames, hop_frames, ahead_frames, fade_frames): of `BlockGraph`. default_steps: None for the most.
    """
    graph = BlockGraph(model, sampler=sampler, **sizes)
    most = graph.max_steps
    default_steps = most if default_steps is None else default_steps
    check_default(default_steps, most)
    spec = ModelSpec(
        sample_rate=model.spectrogram.sample_rate,
        hop_length=graph.hop_length,
        window_length=model.spectrogram.n_fft,
        latency=graph.latency,
        max_steps=most,
        default_steps=default_steps,
        kind="block",
        noise_shape=graph.noise_shape(),
        states=graph.states(),
        extra={
            "block": graph.sizes,
            "sampler": graph.sampler.config,
            "calls_per_step": graph.sampler.calls,  # of the network
        },
        **card,
    )
    example = (
        torch.randn(1, graph.hop_length) * 0.1,
        torch.randn(graph.noise_shape()) * 0.5**0.5,
        torch.tensor(most),
        *(torch.randn(shape) * 0.1 for shape in graph.states().values()),
    )
    write(quiet_export(graph, example, list(graph.states())).model_proto, spec, output)
    return spec
