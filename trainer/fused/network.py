"""The streaming network on fused operators: one autograd function from spectra to estimate, several times as fast.

It computes what `StreamingNet.forward` computes for whole sequences from zero states, on the CPU, in float32 or with
bfloat16 products (sums, states and the residual stream stay float32).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from trainer.fused.build import Unavailable
from trainer.fused.operators import Operators, load_operators
from trainer.networks.recurrence import Recurrence
from trainer.networks.streaming import StreamingNet

Products = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class Fused:
    """The operators that a network runs on in training, and how. Given to `StreamingNet.fused`."""

    operators: Operators
    half: bool  # bfloat16 products

    def __call__(self, network: Any, x_t: Tensor, y: Tensor, film: Any, active: Tensor | None) -> Tensor:
        """x̂₀ [B, 2, T, F]. x_t, y: [B, 2, T, F] float32 on the CPU; film: of `network.film`; active: bool [B, T] or None.

        The gradient goes to the weights and to the film, not to x_t and y.
        """
        weights = [p.contiguous() for p in parameters(network)]
        film_parts = [v.contiguous() for v in (*film.scales, *film.shifts)]
        if active is not None:
            active = active.contiguous()
        gated = isinstance(network.blocks[0].recurrence, Recurrence) if len(network.blocks) else True
        config = (self, len(network.blocks), network.stride, network.config["heads"], gated)
        x_hat: Tensor = _Network.apply(  # type: ignore[no-untyped-call]  # torch leaves it untyped
            config, x_t.contiguous(), y.contiguous(), active, *film_parts, *weights
        )
        return x_hat


def parameters(network: Any) -> list[Tensor]:
    """All weights of a StreamingNet in the operators' order: encoder (7), decoder (5), then 16 of each block."""
    found = [
        *(network.conv_noisy.weight, network.conv_noisy.bias, network.conv_state.weight),
        *(network.encoder.weight, network.encoder.bias, network.gather, network.position),
        *(
            network.scatter,
            network.decoder.weight,
            network.decoder.bias,
            network.head.weight,
            network.head.bias,
        ),
    ]
    for block in network.blocks:
        r, m = block.recurrence, block.mixer
        found += [
            *(block.norm_time.weight, block.norm_time.bias, r.input.weight, r.input.bias),
            *_hidden(r),
            *(block.project.weight, block.project.bias),
            *(block.norm_band.weight, block.norm_band.bias, m.inward.weight, m.inward.bias),
            *(m.mix, m.bias, m.outward.weight, m.outward.bias),
        ]
    return found


def _hidden(recurrence: Any) -> tuple[Tensor, Tensor]:
    """Weight and bias of the gates' view of the state; empty where they see the input alone."""
    if isinstance(recurrence, Recurrence):
        return recurrence.hidden.weight, recurrence.hidden.bias
    empty = recurrence.input.weight.new_empty(0)
    return empty, empty


def fuse(network: Any, products: Products = "float32", instructions: str | None = None) -> Fused:
    """The fused operators for a network. Raises Unavailable where they cannot run, with one clause that says why."""
    if type(network) is not StreamingNet:  # a subclass may compute something else
        raise Unavailable(f"they compute StreamingNet, and the network is a {type(network).__name__}")
    operators = load_operators(instructions)
    c = network.config
    fine = (c["bins"] - 1) // c["stride"]
    wrong = [
        f"{name} {value} is no multiple of {unit}"
        for name, value, unit in (
            ("bins - 1 =", c["bins"] - 1, 16),
            ("channels", c["channels"], 16),
            ("channels / heads =", c["channels"] // c["heads"], operators.lanes),
            ("bands", c["bands"], 4),
            ("(bins - 1) / stride =", fine, 4),
            ("stride", c["stride"], 2),
        )
        if value % unit
    ]
    if wrong:
        raise Unavailable(f"the network's {wrong[0]}")
    if products == "bfloat16" and not operators.bfloat16:
        raise Unavailable("this processor has no bfloat16 products (AVX-512 BF16)")
    return Fused(operators, products == "bfloat16")


class _Network(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        config: tuple[Fused, int, int, int, bool],
        x_t: Tensor,
        y: Tensor,
        active: Tensor | None,
        *tensors: Tensor,
    ) -> Tensor:
        fused, blocks, stride, heads, gated = config
        ops, half, keep = fused.operators, fused.half, any(t.requires_grad for t in tensors)
        scales, shifts = tensors[: blocks + 1], tensors[blocks + 1 : 2 * blocks + 2]
        weights = tensors[2 * blocks + 2 :]
        around = list(weights[:7]), list(weights[7:12])
        u, e, a = ops.encode(y, x_t, scales[-1], shifts[-1], around[0], stride, keep, half)
        kept = []
        for i in range(blocks):
            of_block = list(weights[12 + 16 * i : 28 + 16 * i])
            u, store = ops.block_forward(u, scales[i], shifts[i], of_block, active, heads, gated, keep, half)
            kept.append(store)
        estimate: Tensor
        estimate, d0, d1 = ops.decode(u, e, y, x_t, around[1], stride, keep, half)
        if keep:
            ctx.config = config
            ctx.between = (active, u, e, a, d0, d1, kept)
            ctx.save_for_backward(x_t, y, *tensors)
        return estimate

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        (fused, blocks, stride, heads, gated), (x_t, y, *tensors) = ctx.config, ctx.saved_tensors
        ops, half = fused.operators, fused.half
        active, u, e, a, d0, d1, kept = ctx.between
        del ctx.between
        scales, shifts = tensors[: blocks + 1], tensors[blocks + 1 : 2 * blocks + 2]
        weights = tensors[2 * blocks + 2 :]
        around = weights[:7], weights[7:12]
        d_scales: list[Tensor | None] = [None] * (blocks + 1)
        d_shifts: list[Tensor | None] = [None] * (blocks + 1)
        d_blocks: list[list[Tensor]] = [[]] * blocks
        du, de, *d_decoder = ops.decode_backward(
            grad.contiguous(), u, y, x_t, around[1], d0, d1, stride, half
        )
        for i in reversed(range(blocks)):
            of_block = weights[12 + 16 * i : 28 + 16 * i]
            du, d_scales[i], d_shifts[i], *d_blocks[i] = ops.block_backward(
                du, scales[i], shifts[i], of_block, active, kept.pop(), heads, gated, half
            )
        d_scales[-1], d_shifts[-1], *d_encoder = ops.encode_backward(
            du, de, y, x_t, scales[-1], shifts[-1], around[0], e, a, stride, half
        )
        of_blocks = [g for block in d_blocks for g in block]
        return None, None, None, None, *d_scales, *d_shifts, *d_encoder, *d_decoder, *of_blocks
