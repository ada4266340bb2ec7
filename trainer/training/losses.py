"""Supervised discrepancies D(x̂₀, x): what the weighted loss may use beside, or instead of, the squared error.

Each takes an `Estimate` and returns one value per example, [B]. With the exact Tweedie estimate and `mse` the weighted
loss is the score loss under another weight in time (PAPER.md, "The weighted loss"), so a gain that no weight can give
needs one of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce
from operator import add
from typing import Any

import torch
from torch import Tensor

from trainer.fused import losses as fused


@dataclass(frozen=True)
class Estimate:
    """An estimate and its target in both domains.

    x_hat, x: compressed spectra [B, 2, T, F]; wave_hat, wave: audio [B, samples], full scale ±1 after the level.
    other: x̂₀' [B, 2, T, F] from the same input and other noise, for discrepancies that compare two samples.
    operators: the fused operators (trainer.fused), or None for plain tensor operations.
    """

    x_hat: Tensor
    x: Tensor
    wave_hat: Tensor
    wave: Tensor
    other: Tensor | None = None
    operators: Any = None


def mse(e: Estimate) -> Tensor:
    """Mean over frames and bins of |x̂₀ − x|²."""
    if e.operators is not None:
        return fused.spectral_error(e.operators, e.x_hat, e.x, whole=1.0)
    return (e.x_hat - e.x).square().sum(1).mean((1, 2))


def l1(e: Estimate) -> Tensor:
    """Mean over frames and bins of |x̂₀ − x|."""
    return ((e.x_hat - e.x).square().sum(1) + 1e-8).sqrt().mean((1, 2))


def magnitude(x: Tensor) -> Tensor:
    """[B, 2, T, F] -> √(|x|² + 1e-8), [B, T, F]; the small term keeps the gradient at 0 finite."""
    return (x.square().sum(1) + 1e-8).sqrt()


def compressed(e: Estimate) -> Tensor:
    """0.7 (|x̂₀| − |x|)² + 0.3 |x̂₀ − x|²: magnitude and complex error of compressed spectra (the DNS baselines' loss)."""
    if e.operators is not None:
        return fused.spectral_error(e.operators, e.x_hat, e.x, magnitude=0.7, whole=0.3)
    return 0.7 * (magnitude(e.x_hat) - magnitude(e.x)).square().mean((1, 2)) + 0.3 * mse(e)


def over_suppression(e: Estimate) -> Tensor:
    """max(0, |x| − |x̂₀|)² of compressed spectra: what was taken from the speech, none of what was left of the noise.

    Added to a symmetric discrepancy it makes lost speech cost more than left noise (arXiv 2110.09625).
    """
    if e.operators is not None:
        return fused.spectral_error(e.operators, e.x_hat, e.x, lost=1.0)
    return (magnitude(e.x) - magnitude(e.x_hat)).relu().square().mean((1, 2))


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
    """Mean squared error of power-law magnitudes |S|^0.3 at several window lengths, hop = window / 4.

    0.7 of it is between magnitudes and 0.3 between complex values.
    """
    if e.operators is not None:
        return fused.multi_resolution(e.operators, e.wave_hat, e.wave, lengths, exponent)
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


def energy(e: Estimate) -> Tensor:
    """Energy score E|x̂₀ − x| − ½ E|x̂₀ − x̂₀'| of two samples, mean over three norms (arXiv 2502.02483).

    The norms are those of a bin, of a frame, and of the magnitudes of a frame, each as root mean square of its bins.
    A proper scoring rule: in expectation least when the estimates are distributed as x is, not when both are its mean.
    """
    if e.other is None:
        raise ValueError("the energy score compares two samples of the same input, and was given one")

    def distance(a: Tensor, b: Tensor) -> Tensor:
        squared = (a - b).square().sum(1)
        of_magnitudes = (magnitude(a) - magnitude(b)).square()
        frames = (squared.mean(2) + 1e-8).sqrt() + (of_magnitudes.mean(2) + 1e-8).sqrt()
        return ((squared + 1e-8).sqrt().mean((1, 2)) + frames.mean(1)) / 3

    return (distance(e.x_hat, e.x) + distance(e.other, e.x) - distance(e.x_hat, e.other)) / 2


DISCREPANCIES: dict[str, Callable[[Estimate], Tensor]] = {
    "mse": mse,
    "l1": l1,
    "compressed": compressed,
    "over_suppression": over_suppression,
    "multi_resolution": multi_resolution,
    "si_sdr": si_sdr,
    "waveform_l1": waveform_l1,
    "energy": energy,
}


def samples_needed(terms: dict[str, float]) -> int:
    """How many estimates of each example the named discrepancies compare: 2 for the energy score, else 1."""
    return 2 if "energy" in terms else 1


def weighted_sum(terms: dict[str, float], e: Estimate) -> Tensor:
    """Σ weight · D(x̂₀, x) over the named discrepancies. Returns [B]."""
    unknown = set(terms) - set(DISCREPANCIES)
    if unknown or not terms:
        raise ValueError(
            f"supervised discrepancies {sorted(unknown) or 'are empty'}: known are {', '.join(DISCREPANCIES)}"
        )
    return reduce(add, (weight * DISCREPANCIES[name](e) for name, weight in terms.items()))
