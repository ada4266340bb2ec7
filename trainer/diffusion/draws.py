"""Random numbers that an example gets whatever the number of processes is."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def own_rows(draw: Callable[[int], Tensor], rows: int) -> Tensor:
    """draw(n) -> [n, ...] for the examples of a batch; returns this process's [rows, ...].

    Every process draws for the global batch and keeps each world-th row from its rank on, the way in which
    `EpochSampler` deals examples out. With equal generators (`trainer.training.seeding`) two processes of half the batch
    then train on the very numbers of one process. Costs world - 1 draws that nobody sees.
    """
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return draw(rows)
    world, rank = torch.distributed.get_world_size(), torch.distributed.get_rank()
    return draw(rows * world)[rank::world]
