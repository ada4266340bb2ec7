"""Supervised discrepancies D(x̂₀, x): what the weighted loss may use beside, or instead of, the squared error.

Each takes an `Estimate` and returns one value per example, [B]. With the exact Tweedie estimate and `mse` the weighted
loss is the score loss under another weight in time (DESIGN section 3), so a gain that no weight can give needs one of
the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor


@dataclass(frozen=True)
class Estimate:
    """An estimate and its target in both domains.

    x_hat, x: compressed spectra [B, 2, T, F]; wave_hat, wave: audio [B, samples], full scale ±1 after the level.
    """

    x_hat: Tensor
    x: Tensor
    wave_hat: Tensor
    wave: Tensor


def mse(e: Estimate) -> Tensor:
    """Mean over frames and bins of |x̂₀ − x|²."""
    return (e.x_hat - e.x).square().sum(1).mean((1, 2))


def l1(e: Estimate) -> Tensor:
    """Mean over frames and bins of |x̂₀ − x|."""
    return ((e.x_hat - e.x).square().sum(1) + 1e-8).sqrt().mean((1, 2))


def magnitude(x: Tensor) -> Tensor:
    return (x.square().sum(1) + 1e-8).sqrt()


def compressed(e: Estimate) -> Tensor:
    """0.7 (|x̂₀| − |x|)² + 0.3 |x̂₀ − x|²: magnitude and complex error of compressed spectra (the DNS baselines' loss)."""
    return 0.7 * (magnitude(e.x_hat) - magnitude(e.x)).square().mean((1, 2)) + 0.3 * mse(e)


def waveform_l1(e: Estimate) -> Tensor:
    """Mean absolute error of the waveforms."""
    return (e.wave_hat - e.wave).abs().mean(1)


def si_sdr(e: Estimate) -> Tensor:
    """−SI-SDR in units of 10 dB, mean removed, soft above 30 dB; silent targets count as zero."""
    x = e.wave - e.wave.mean(1, keepdim=True)
    x_hat = e.wave_hat - e.wave_hat.mean(1, keepdim=True)
    energy = x.square().sum(1)
    target = (x * x_hat).sum(1, keepdim=True) / (energy[:, None] + 1e-8) * x
    noise = (x_hat - target).square().sum(1)
    signal = target.square().sum(1)
    value = torch.log10((noise + 1e-3 * signal + 1e-8) / (signal + 1e-8))
    return torch.where(energy > 1e-4 * x.shape[1], value, 0.0)


@cache
def _window(length: int, device: torch.device) -> Tensor:
    return torch.hann_window(length, device=device)


def multi_resolution(
    e: Estimate, lengths: tuple[int, ...] = (256, 512, 1024), exponent: float = 0.3
) -> Tensor:
    """Mean squared error of power-law magnitudes |S|^0.3 at several window lengths, hop = window / 4,
    0.7 of it between magnitudes and 0.3 between complex values.
    """
    total = torch.zeros(len(e.x), device=e.x.device)
    for length in lengths:
        spectra = []
        for wave in (e.wave_hat, e.wave):
            s = torch.stft(
                wave, length, length // 4, window=_window(length, wave.device), return_complex=True
            )
            s = torch.view_as_real(s) / length**0.5
            energy = s.square().sum(-1) + 1e-6
            spectra.append((energy ** (exponent / 2), s * energy[..., None] ** ((exponent - 1) / 2)))
        (m_hat, c_hat), (m, c) = spectra
        total = (
            total + 0.7 * (m_hat - m).square().mean((1, 2)) + 0.3 * (c_hat - c).square().sum(-1).mean((1, 2))
        )
    return total / len(lengths)


DISCREPANCIES: dict[str, Callable[[Estimate], Tensor]] = {
    "mse": mse,
    "l1": l1,
    "compressed": compressed,
    "multi_resolution": multi_resolution,
    "si_sdr": si_sdr,
    "waveform_l1": waveform_l1,
}


def weighted_sum(terms: dict[str, float], e: Estimate) -> Tensor:
    """Σ weight · D(x̂₀, x) over the named discrepancies. Returns [B]."""
    unknown = set(terms) - set(DISCREPANCIES)
    if unknown or not terms:
        raise ValueError(
            f"supervised discrepancies {sorted(unknown) or 'are empty'}: known are {', '.join(DISCREPANCIES)}"
        )
    return sum(weight * DISCREPANCIES[name](e) for name, weight in terms.items())
