"""What a block-wise file should say, by the trainer's own parts: torch.stft, its samplers, overlap-add of whole blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from realtime.engine.contract import ModelSpec
from realtime.engine.noise import HopNoise
from trainer.diffusion.samplers import few_step
from trainer.networks.offline_model import OfflineModel, Sampling


def offline_blocks(
    model: OfflineModel, audio: np.ndarray, steps: int, spec: ModelSpec, seed: int = 0
) -> np.ndarray:
    """[n hop] -> [n hop], delay left in, with the very noise that the stream draws.

    Every block is cut from the whole signal, enhanced as a file of its own and laid over the one before; nothing is
    handed on.
    """
    sizes, s = spec.extra["block"], model.spectrogram
    frames, fade = sizes["frames"], sizes["fade_frames"] * s.hop_length
    ahead = sizes["ahead_frames"] * s.hop_length + s.n_fft - s.hop_length
    length, hop = s.n_fft + (frames - 1) * s.hop_length, spec.hop_length
    noise = HopNoise(seed, spec.noise_shape)
    signal = torch.from_numpy(np.concatenate([np.zeros(length - hop, np.float32), audio]))
    rise = (torch.arange(fade) + 0.5) / fade
    out, tail = [], torch.zeros(fade)
    for i in range(len(audio) // hop):
        block = signal[i * hop : i * hop + length][None]
        z = torch.from_numpy(np.array(noise.draw(i)))
        wave = _enhanced(model, block, z, steps, spec.extra["sampler"])
        said = wave[length - ahead - fade - hop : length - ahead]
        out.append(torch.cat([rise * said[:fade] + (1 - rise) * tail, said[fade:hop]]))
        tail = said[hop:]
    return torch.cat(out).numpy()


@torch.no_grad()
def _enhanced(
    model: OfflineModel, block: Tensor, noise: Tensor, steps: int, sampler: dict[str, Any]
) -> Tensor:
    """One block [1, length] -> [length]; noise: as the contract has it."""
    s = model.spectrogram
    spectrum = torch.stft(block, s.n_fft, s.hop_length, window=s.window, center=False, return_complex=True)
    spectrum = torch.view_as_real(spectrum).permute(0, 3, 2, 1)
    amplitude = s.level(block)[:, None].expand(-1, spectrum.shape[2])
    y = s.compress(spectrum, amplitude)
    options = dict(sampler)
    if options.pop("name") == "few_step":
        draws = noise.reshape(noise.shape[1], 1, *y.shape[1:])
        x_hat = few_step(
            lambda x_t, t, k: model.predict(x_t, y, t)[0],
            model.sde, y, list(draws), options["times"], options["eta"], steps,
        )  # fmt: skip
    else:
        own = Sampling(**options | {"N": steps})
        draws = (
            noise.reshape(noise.shape[1], 2, own.calls, *y.shape[2:]).transpose(1, 2).reshape(-1, *y.shape)
        )
        following = iter(draws)
        x_hat = own.sample(model.predict, model.sde, y, lambda _: next(following, draws[-1]), steps)
    out = s.expand(x_hat, amplitude)
    loudest = 4 * spectrum.square().sum(
        (1, 3), keepdim=True
    )  # no frame leaves more than 6 dB above its noisy one
    out = out * (loudest / out.square().sum((1, 3), keepdim=True).clamp_min(1e-12)).clamp_max(1).sqrt()
    waves = torch.fft.irfft(torch.complex(out[0, 0], out[0, 1]), s.n_fft) * s.window
    wave, weight = torch.zeros(block.shape[1]), torch.zeros(block.shape[1])
    for m, part in enumerate(waves):
        at = slice(m * s.hop_length, m * s.hop_length + s.n_fft)
        wave[at] += part
        weight[at] += s.window**2
    return wave / weight.clamp_min(1e-6)
