"""Losses on fused operators: values and gradients in one pass, several times as fast as chains of tensor operations."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from trainer.fused.operators import Operators


def spectral_error(
    operators: Operators,
    x_hat: Tensor,
    x: Tensor,
    magnitude: float = 0.0,
    whole: float = 0.0,
    lost: float = 0.0,
) -> Tensor:
    """Mean over frames and bins of magnitude (|x̂| − |x|)² + whole |x̂ − x|² + lost max(0, |x| − |x̂|)²: [B].

    x_hat, x: [B, 2, T, F] float32 on the CPU. The gradient goes to x_hat.
    """
    error: Tensor = _SpectralError.apply(  # type: ignore[no-untyped-call]  # torch leaves it untyped
        operators, x_hat.contiguous(), x.contiguous(), magnitude, whole, lost
    )
    return error


def multi_resolution(
    operators: Operators, wave_hat: Tensor, wave: Tensor, lengths: tuple[int, ...], exponent: float
) -> Tensor:
    """`trainer.training.losses.multi_resolution` of two signals [B, samples]: [B]. The gradient goes to wave_hat."""
    error: Tensor = _MultiResolution.apply(  # type: ignore[no-untyped-call]  # torch leaves it untyped
        operators, wave_hat, wave, lengths, exponent
    )
    return error


def power_scale(operators: Operators, c: Tensor, p: float) -> Tensor:
    """c max(|c|², 1e-12)^p for complex numbers [B, 2, T, F] float32: the amplitude compression and its inverse."""
    scaled: Tensor = _PowerScale.apply(  # type: ignore[no-untyped-call]  # torch leaves it untyped
        operators, c.contiguous(), p
    )
    return scaled


class _SpectralError(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, operators: Operators, x_hat: Tensor, x: Tensor, *factors: float) -> Tensor:
        value, gradient = operators.spectral_error(x_hat, x, *factors)
        ctx.save_for_backward(gradient)
        return value

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        (gradient,) = ctx.saved_tensors
        return None, gradient * grad[:, None, None, None], None, None, None, None


class _PowerScale(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, operators: Operators, c: Tensor, p: float) -> Tensor:
        ctx.operators, ctx.p = operators, p
        ctx.save_for_backward(c)
        return operators.power_scale(c, None, p)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        (c,) = ctx.saved_tensors
        return None, ctx.operators.power_scale(c, grad.contiguous(), ctx.p), None


@cache
def _window(length: int) -> Tensor:
    return torch.hann_window(length)


class _MultiResolution(torch.autograd.Function):
    """Estimates and targets share one real FFT a window length; the gradient is its adjoint, an inverse real FFT."""

    @staticmethod
    def forward(
        ctx: Any,
        operators: Operators,
        wave_hat: Tensor,
        wave: Tensor,
        lengths: tuple[int, ...],
        exponent: float,
    ) -> Tensor:
        batch, samples = wave_hat.shape
        both = torch.cat([wave_hat, wave])
        total, gradient = wave.new_zeros(batch), torch.zeros_like(wave)
        for n in lengths:
            hop, half = n // 4, n // 2
            padded = F.pad(both[:, None], (half, half), mode="reflect")[:, 0]
            spectra = torch.fft.rfft(padded.unfold(1, n, hop) * _window(n))
            frames, bins = spectra.shape[1:]
            value, slope = operators.power_law_error(
                torch.view_as_real(spectra).reshape(2 * batch, frames * bins, 2), n**-0.5, exponent
            )
            total += value
            slope = torch.view_as_complex(slope).reshape(batch, frames, bins)
            slope[..., 1:-1] *= 0.5  # irfft counts these bins twice
            pieces = torch.fft.irfft(slope, n=n, norm="forward") * _window(n)
            gradient += _unpad(_overlap_add(pieces, hop, samples + n), half)
        ctx.save_for_backward(gradient / len(lengths))
        return total / len(lengths)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        (gradient,) = ctx.saved_tensors
        return None, gradient * grad[:, None], None, None, None


def _overlap_add(pieces: Tensor, hop: int, samples: int) -> Tensor:
    """pieces [B, frames, 4 hop] -> their sum, each a hop later, [B, samples] (zeros behind the last)."""
    batch, frames, _ = pieces.shape
    parts = pieces.reshape(batch, frames, 4, hop)
    total = pieces.new_zeros(batch, frames + 3, hop)
    for i in range(4):
        total[:, i : i + frames] += parts[:, :, i]
    total = total.reshape(batch, -1)
    return F.pad(total, (0, samples - total.shape[1]))  # a negative pad cuts


def _unpad(gradient: Tensor, half: int) -> Tensor:
    """The adjoint of reflection by `half` samples on both sides: [B, S + 2 half] -> [B, S]."""
    inner = gradient[:, half:-half].clone()
    inner[:, 1 : half + 1] += gradient[:, :half].flip(1)
    inner[:, -half - 1 : -1] += gradient[:, -half:].flip(1)
    return inner
