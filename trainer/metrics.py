"""Quality measures. SI-SDR is ours (five lines); PESQ, ESTOI and DNSMOS come from their libraries."""

from __future__ import annotations

import torch
from torch import Tensor


def si_sdr(x: Tensor, x_hat: Tensor) -> Tensor:
    """Scale-invariant signal-to-distortion ratio in dB, mean removed (arXiv 1811.02508). [B, S] -> [B]."""
    x = x - x.mean(1, keepdim=True)
    x_hat = x_hat - x_hat.mean(1, keepdim=True)
    target = (x * x_hat).sum(1, keepdim=True) / (x.square().sum(1, keepdim=True) + 1e-12) * x
    distortion = (x_hat - target).square().sum(1)
    return 10 * torch.log10((target.square().sum(1) + 1e-12) / (distortion + 1e-12))
