"""A deeper network that begins as the shallower one that was trained: its new blocks are silent at first.

Net2Net (arXiv 1511.05641) for residual blocks: what a new block adds is zero until its last maps have learned something.
"""

from __future__ import annotations

import re

import torch
from torch import Tensor, nn

_BLOCK = re.compile(r"network\.blocks\.(\d+)\.(.+)")
_LAST = ("project", "mixer.outward")  # the maps through which a block adds to the stream


def can_deepen(held: dict, wanted: dict) -> bool:
    """Do the configs of two streaming networks differ in nothing but more blocks in the second?"""
    same = {**held, "blocks": None} == {**wanted, "blocks": None} and held.get("name") == "StreamingNet"
    return same and held["blocks"] < wanted["blocks"]


def deepen(weights: dict[str, Tensor], model: nn.Module, blocks: int) -> dict[str, Tensor]:
    """weights: of a model with `blocks` blocks; model: a fresh one with more, that is else the same.

    Returns weights for `model` with which it computes what the shallower one did.
    """
    grown = dict(weights)
    for name, value in model.state_dict().items():
        found = _BLOCK.fullmatch(name)
        if found and int(found[1]) >= blocks:
            grown[name] = torch.zeros_like(value) if found[2].startswith(_LAST) else value.clone()
        elif name.startswith("network.embedding.out.") and name in weights:
            # one row per block, and the encoder's last
            old = weights[name].reshape(blocks + 1, -1)
            rows = value.new_zeros(value.numel() // old.shape[1], old.shape[1])
            rows[:blocks], rows[-1] = old[:-1], old[-1]
            grown[name] = rows.reshape(value.shape)
    return grown
