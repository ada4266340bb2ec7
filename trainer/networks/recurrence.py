"""Recurrences over time, shared by all bands: a gated recurrent unit, and one whose gates see the input alone.

The gated recurrent unit is written as matrix products because nn.GRU cannot run inside torch.cond and its ONNX operator
is a quarter slower. In training the loop over time would spend most of its time in autograd's bookkeeping, so `Scan` and
`LinearScan` write the gradient out: what does not depend on the next frame is computed for all frames at once, and the
weight gradient is one product.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn


def cell(gates: Tensor, w: Tensor, h: Tensor) -> Tensor:
    """One step: r, z = σ(gates + w) of the first two thirds; n = tanh(gates + r ⊙ w) of the last; h' = n + z ⊙ (h − n).

    gates: W u + b, [..., 3 C]; w: U h + b, [..., 3 C]; h: [..., C].
    """
    c = h.shape[-1]
    rz = torch.sigmoid(gates[..., : 2 * c] + w[..., : 2 * c])
    n = torch.tanh(gates[..., 2 * c :] + rz[..., :c] * w[..., 2 * c :])
    return n + rz[..., c:] * (h - n)


class Scan(torch.autograd.Function):
    """All steps of `cell` with the gradient written out.

    gates: [T, R, 3 C]; weight: [3 C, C]; bias: [3 C]; h: [R, C]; active: bool [T, R, 1] or None.
    Returns h' of all steps [T, R, C].
    """

    @staticmethod
    def forward(
        ctx: Any, gates: Tensor, weight: Tensor, bias: Tensor, h: Tensor, active: Tensor | None
    ) -> Tensor:
        """Runs the cell over all steps and keeps what the gradient needs."""
        steps, rows, c3 = gates.shape
        c = c3 // 3
        transposed = weight.t()
        past = gates.new_empty(steps + 1, rows, c)  # past[t] is the state that step t sees
        rz = gates.new_empty(steps, rows, 2 * c)
        n = gates.new_empty(steps, rows, c)
        w_n = gates.new_empty(steps, rows, c)
        past[0] = h
        for t in range(steps):
            w = torch.addmm(bias, past[t], transposed)
            torch.add(gates[t, :, : 2 * c], w[:, : 2 * c], out=rz[t]).sigmoid_()
            w_n[t] = w[:, 2 * c :]
            torch.addcmul(gates[t, :, 2 * c :], rz[t, :, :c], w_n[t], out=n[t]).tanh_()
            torch.lerp(n[t], past[t], rz[t, :, c:], out=past[t + 1])
            if active is not None:
                torch.where(active[t], past[t + 1], past[t], out=past[t + 1])
        ctx.save_for_backward(weight, past, rz, n, w_n, active)
        return past[1:].clone()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, None]:
        """grad: dL/dh' of all steps [T, R, C]. Returns the gradients of gates, weight, bias and h, and None for active."""
        weight, past, rz, n, w_n, active = ctx.saved_tensors
        steps, rows, c = n.shape
        r, z, h = rz[..., :c], rz[..., c:], past[:-1]
        # dh' -> the pre-activations of n, z and r; and straight through to h
        to_n = (1 - z) * (1 - n * n)
        to_z = (h - n) * z * (1 - z)
        n_to_r = w_n * r * (1 - r)
        through = z
        if active is not None:
            to_n, to_z = to_n * active, to_z * active
            through = torch.where(active, z, 1.0)
        d_gates = torch.empty(steps, rows, 3 * c, dtype=grad.dtype, device=grad.device)
        d_w = torch.empty_like(d_gates)
        dh = torch.zeros_like(grad[0])
        for t in range(steps - 1, -1, -1):
            dh = dh + grad[t]
            g = d_gates[t]
            torch.mul(dh, to_n[t], out=g[:, 2 * c :])
            torch.mul(dh, to_z[t], out=g[:, c : 2 * c])
            torch.mul(g[:, 2 * c :], n_to_r[t], out=g[:, :c])
            d_w[t, :, : 2 * c] = g[:, : 2 * c]
            torch.mul(g[:, 2 * c :], r[t], out=d_w[t, :, 2 * c :])
            dh = torch.addmm(dh * through[t], d_w[t], weight)
        flat = d_w.reshape(-1, 3 * c)
        d_weight = flat.t() @ h.reshape(-1, c)
        return d_gates, d_weight, flat.sum(0), dh, None


class Recurrence(nn.Module):
    """u [B, T, bands, C], h [B, bands, C] -> all states [B, T, bands, C] and the last one; shared by the bands."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.input = nn.Linear(channels, 3 * channels)
        self.hidden = nn.Linear(channels, 3 * channels)
        bound = 1 / math.sqrt(channels)
        for p in self.parameters():
            nn.init.uniform_(p, -bound, bound)

    def forward(self, u: Tensor, h: Tensor, active: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """active: bool [B, T], False where the step is skipped: the state passes through untouched."""
        if u.shape[1] == 1 and active is None:
            new = cell(self.input(u[:, 0]), self.hidden(h), h)
            return new[:, None], new
        b, t, f, c = u.shape
        gates = self.input(u.transpose(0, 1).reshape(t, b * f, c))
        if active is not None:
            active = active.t()[:, :, None, None].expand(t, b, f, 1).reshape(t, b * f, 1)
        weight = self.hidden.weight
        # over hundreds of frames the state wants all its bits, whatever the products before it are made of
        with torch.autocast(u.device.type, enabled=False):
            out: Tensor = Scan.apply(  # type: ignore[no-untyped-call]  # torch leaves it untyped
                gates.to(weight.dtype), weight, self.hidden.bias, h.reshape(b * f, c).to(weight.dtype), active
            )
        return out.reshape(t, b, f, c).transpose(0, 1), out[-1].reshape(b, f, c)


class LinearScan(torch.autograd.Function):
    """h_t = n_t + z_t ⊙ (h_{t-1} − n_t) over all frames, with the gradient written out.

    z, n: [T, R, C]; h: [R, C]. Returns h of all frames [T, R, C].
    """

    @staticmethod
    def forward(ctx: Any, z: Tensor, n: Tensor, h: Tensor) -> Tensor:
        """Runs the recurrence over all frames and keeps what the gradient needs."""
        past = n.new_empty(len(n) + 1, *h.shape)  # past[t] is the state that frame t sees
        past[0] = h
        for t in range(len(n)):
            torch.lerp(n[t], past[t], z[t], out=past[t + 1])
        ctx.save_for_backward(z, n, past)
        return past[1:].clone()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """grad: dL/dh of all frames [T, R, C]. Returns the gradients of z, n and h."""
        z, n, past = ctx.saved_tensors
        reaching = grad.clone()  # dL/dh_t, all that comes through later frames included
        for t in range(len(n) - 1, 0, -1):
            reaching[t - 1].addcmul_(reaching[t], z[t])
        return reaching * (past[:-1] - n), reaching * (1 - z), reaching[0] * z[0]


class LinearRecurrence(nn.Module):
    """h_t = z_t ⊙ h_{t-1} + (1 − z_t) ⊙ n_t with z = σ(W_z u + b_z), n = tanh(W_n u + b_n): gates that see the input alone.

    The quasi-recurrent network's f-pooling (arXiv 1611.01576). A third fewer multiplications than the gated recurrent
    unit, and the recurrence is linear in the state. Called as `Recurrence` is.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.input = nn.Linear(channels, 2 * channels)  # z, then n
        bound = 1 / math.sqrt(channels)
        for p in self.parameters():
            nn.init.uniform_(p, -bound, bound)

    def forward(self, u: Tensor, h: Tensor, active: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """u [B, T, bands, C], h [B, bands, C] -> all states [B, T, bands, C] and the last one.

        active: bool [B, T], False where the step is skipped: the state passes through untouched.
        """
        z, n = self.input(u).chunk(2, -1)
        z, n = torch.sigmoid(z), torch.tanh(n)
        if active is not None:
            z = torch.where(active[:, :, None, None], z, 1.0)
        if u.shape[1] == 1:
            new = n[:, 0] + z[:, 0] * (h - n[:, 0])
            return new[:, None], new
        b, t, f, c = u.shape
        # over hundreds of frames the state wants all its bits, whatever the products before it are made of
        with torch.autocast(u.device.type, enabled=False):
            wide = self.input.weight.dtype
            z, n = (v.transpose(0, 1).reshape(t, b * f, c).to(wide) for v in (z, n))
            out: Tensor = LinearScan.apply(  # type: ignore[no-untyped-call]  # torch leaves it untyped
                z, n, h.reshape(b * f, c).to(wide)
            )
        return out.reshape(t, b, f, c).transpose(0, 1), out[-1].reshape(b, f, c)


RECURRENCES = {"gru": Recurrence, "qrnn": LinearRecurrence}
