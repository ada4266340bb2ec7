"""A network that begins as a smaller one that was trained (Net2Net, arXiv 1511.05641): deeper, or with finer bins.

New blocks are silent: what a residual block adds is zero until its last maps have learned something. New bins are not
heard at first, and are treated as the known bin below them: at the bins that it knew the network does what it did.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor, nn

_BLOCK = re.compile(r"blocks\.(\d+)\.(.+)")
_LAST = ("project", "mixer.outward")  # the maps through which a block adds to the stream


def can_deepen(held: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Do the configs of two streaming networks differ in nothing but more blocks in the second?"""
    same = {**held, "blocks": None} == {**wanted, "blocks": None}
    return same and bool(held["blocks"] < wanted["blocks"])


def can_refine(held: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Do the configs of two streaming networks differ in nothing but r times the bins in the same bands of frequency?"""
    same = {**held, "bins": 0, "stride": 0} == {**wanted, "bins": 0, "stride": 0}
    if not same:
        return False
    ratio, rest = divmod(wanted["bins"] - 1, held["bins"] - 1)
    return bool(ratio > 1 and rest == 0 and wanted["stride"] == ratio * held["stride"])


def refine(weights: dict[str, Tensor], held: dict[str, Any], ratio: int) -> dict[str, Tensor]:
    """weights: of the network of config `held`. Returns weights for one with `ratio` times the bins and the stride.

    The first convolutions go on with the bins of the frequencies that they knew and are deaf to those between: over a
    window whose middle is late, neighbours are turned against each other, and a mean of them is small. The outputs for a
    coarse bin are those for all fine bins from it up to the next.
    """
    fine = dict(weights)
    for name in ("conv_noisy.weight", "conv_state.weight"):
        coarse = weights[name]  # [C, parts, 1, 2 stride]
        between = coarse.new_zeros(*coarse.shape, ratio - 1)
        fine[name] = torch.cat([coarse[..., None], between], -1).flatten(-2)
    for name in ("head.weight", "head.bias"):
        coarse = weights[name].unflatten(0, (8, held["stride"]))
        fine[name] = coarse.repeat_interleave(ratio, 1).flatten(0, 1)
    return fine


def deepen(weights: dict[str, Tensor], network: nn.Module, blocks: int) -> dict[str, Tensor]:
    """weights: of a network with `blocks` blocks; network: a fresh one with more, that is else the same.

    Returns weights for `network` with which it computes what the shallower one did.
    """
    grown = dict(weights)
    for name, value in network.state_dict().items():
        found = _BLOCK.fullmatch(name)
        if found and int(found[1]) >= blocks:
            grown[name] = torch.zeros_like(value) if found[2].startswith(_LAST) else value.clone()
        elif name.startswith("embedding.out.") and name in weights:
            # one row per block, and the encoder's last
            old = weights[name].reshape(blocks + 1, -1)
            rows = value.new_zeros(value.numel() // old.shape[1], old.shape[1])
            rows[:blocks], rows[-1] = old[:-1], old[-1]
            grown[name] = rows.reshape(value.shape)
    return grown
