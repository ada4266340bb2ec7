"""NCSN++ as SGMSE+ uses it (arXiv 2208.05830, 2011.13456): a U-Net over frequency and time, whole files at once.

Parameters have the names of the published checkpoints (`all_modules.N...`, `output_layer`), so that those load as they
are. What SGMSE's code does around the network (signs, scalings) is `trainer.diffusion.preconditioning`.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trainer.networks.ncsnpp_layers import (
    ALMOST_ZERO,
    AttnBlockpp,
    Combine,
    GaussianFourierProjection,
    Resample,
    ResnetBlockBigGANpp,
    conv,
    dense,
    group_norm,
)


class NCSNpp(nn.Module):
    """forward(maps [B, inputs, F, T], t [B]) -> [B, 2, F, T]: real and imaginary part.

    The backbones ncsnpp and ncsnpp_v2 of the published code are this one network; the first divides by the time before
    its last layer (`scale_by_time`, which the published code calls scale_by_sigma), the second leaves that to its
    surroundings. 65.6 million parameters at nf 128.
    """

    def __init__(
        self,
        nf: int = 128,  # channels at full resolution
        ch_mult: Sequence[int] = (1, 1, 2, 2, 2, 2, 2),  # channels of each resolution, in units of nf
        num_res_blocks: int = 2,  # on each resolution, downwards; one more upwards
        attn_resolutions: Sequence[int] = (16,),  # numbers of bins at which points attend to each other
        image_size: int = 256,  # bins F of the spectrogram
        fourier_scale: float = 16.0,  # spread of the frequencies that embed log t
        dropout: float = 0.0,
        scale_by_time: bool = True,  # divide by t before the last layer
        conditional: bool = True,  # knows the time; False for a purely supervised network
        inputs: int = 4,  # maps: x_t and y, each real and imaginary; 2 for y alone
    ) -> None:
        super().__init__()
        ch_mult, attn_resolutions = tuple(ch_mult), tuple(attn_resolutions)
        if nf < 4 or num_res_blocks < 1 or not ch_mult or min(ch_mult) < 1:
            raise ValueError(
                f"nf {nf} must be at least 4, num_res_blocks {num_res_blocks} and all of ch_mult {ch_mult} at least 1"
            )
        levels = len(ch_mult)
        if image_size % 2 ** (levels - 1):
            raise ValueError(
                f"image_size {image_size} must be a multiple of {2 ** (levels - 1)} for {levels} resolutions"
            )
        if inputs not in (2, 4):
            raise ValueError(f"inputs {inputs} must be 4 (x_t and y) or 2 (y alone)")
        if scale_by_time and not conditional:
            raise ValueError("scale_by_time needs a time: with conditional false it must be false")
        self.config = dict(
            nf=nf,
            ch_mult=list(ch_mult),
            num_res_blocks=num_res_blocks,
            attn_resolutions=list(attn_resolutions),
            image_size=image_size,
            fourier_scale=fourier_scale,
            dropout=dropout,
            scale_by_time=scale_by_time,
            conditional=conditional,
            inputs=inputs,
        )
        self.bins, self.levels, self.num_res_blocks, self.inputs = image_size, levels, num_res_blocks, inputs
        self.conditional, self.scale_by_time = conditional, scale_by_time
        self.frame_multiple = 2 ** (levels - 1)  # T must be a multiple of it
        self.attends = tuple(image_size // 2**level in attn_resolutions for level in range(levels))

        time = 4 * nf if conditional else None
        self.output_layer = nn.Conv2d(inputs, 2, 1)
        self.pyramid_downsample, self.pyramid_upsample = Resample(up=False), Resample(up=True)

        def block(inward: int, outward: int, resample: Resample | None = None) -> ResnetBlockBigGANpp:
            return ResnetBlockBigGANpp(inward, outward, time, resample, dropout)

        layers: list[nn.Module] = []
        if conditional:
            layers += [
                GaussianFourierProjection(nf, fourier_scale),
                dense(2 * nf, 4 * nf),
                dense(4 * nf, 4 * nf),
            ]
        layers.append(conv(inputs, nf, 3))
        channels, skips = nf, [nf]
        for level, multiple in enumerate(ch_mult):
            for _ in range(num_res_blocks):
                layers.append(block(channels, nf * multiple))
                channels = nf * multiple
                if self.attends[level]:
                    layers.append(AttnBlockpp(channels))
                skips.append(channels)
            if level < levels - 1:
                layers += [block(channels, channels, self.pyramid_downsample), Combine(inputs, channels)]
                skips.append(channels)
        layers += [block(channels, channels), AttnBlockpp(channels), block(channels, channels)]
        for level in reversed(range(levels)):
            for _ in range(num_res_blocks + 1):
                layers.append(block(channels + skips.pop(), nf * ch_mult[level]))
                channels = nf * ch_mult[level]
            if self.attends[level]:
                layers.append(AttnBlockpp(channels))
            layers += [group_norm(channels), conv(channels, inputs, 3, ALMOST_ZERO)]
            if level > 0:
                layers.append(block(channels, channels, self.pyramid_upsample))
        self.all_modules = nn.ModuleList(layers)

    def forward(self, maps: Tensor, t: Tensor | None = None) -> Tensor:
        """maps: [B, inputs, F, T], T a multiple of `frame_multiple`; t: [B] > 0, or None for a network without time.

        Raises ValueError for another number of bins or frames.
        """
        if maps.shape[2] != self.bins or maps.shape[3] % self.frame_multiple:
            raise ValueError(
                f"maps of {maps.shape[2]} bins and {maps.shape[3]} frames: the network takes {self.bins} bins and "
                f"multiples of {self.frame_multiple} frames"
            )
        layers = iter(self.all_modules)
        time = None
        if self.conditional:
            if t is None:
                raise ValueError("the network knows the time: give t")
            time = next(layers)(t.log())
            time = next(layers)(time)
            time = next(layers)(F.silu(time))

        pyramid = maps
        h = next(layers)(maps)
        skips = [h]
        for level in range(self.levels):
            for _ in range(self.num_res_blocks):
                h = next(layers)(h, time)
                if self.attends[level]:
                    h = next(layers)(h)
                skips.append(h)
            if level < self.levels - 1:
                pyramid = self.pyramid_downsample(pyramid)
                h = next(layers)(h, time)
                h = next(layers)(pyramid, h)
                skips.append(h)

        h = next(layers)(h, time)
        h = next(layers)(h)
        h = next(layers)(h, time)

        out: Tensor | None = None
        for level in reversed(range(self.levels)):
            for _ in range(self.num_res_blocks + 1):
                h = next(layers)(torch.cat([h, skips.pop()], 1), time)
            if self.attends[level]:
                h = next(layers)(h)
            here = next(layers)(h)
            here = next(layers)(F.silu(here))
            out = here if out is None else self.pyramid_upsample(out) + here
            if level > 0:
                h = next(layers)(h, time)

        assert out is not None  # there is one resolution at least
        if self.scale_by_time:
            assert t is not None  # the constructor wants a network that knows the time
            out = out / t[:, None, None, None]
        estimate: Tensor = self.output_layer(out)
        return estimate
