"""Which operators a training runs on: the fused ones where they can, plain tensor operations elsewhere."""

from __future__ import annotations

import logging
from typing import Any, Literal

import torch

from trainer.fused.build import Unavailable
from trainer.fused.network import fuse
from trainer.networks.streaming import StreamingNet

OperatorChoice = Literal["auto", "plain", "fused", "fused-bfloat16"]
log = logging.getLogger(__name__)


def put_on_operators(network: Any, choice: OperatorChoice, device: torch.device) -> None:
    """Sets `network.fused` as `choice` says, for training on `device`.

    auto: fused float32 operators if they run here, else plain operations and one sentence in the log that says why.
    Raises ValueError where fused operators were asked for by name and cannot run.
    """
    if isinstance(network, StreamingNet):
        network.fused = None
    if choice == "plain":
        return
    try:
        if device.type != "cpu":
            raise Unavailable(f"they run on the CPU, and this training runs on {device}")
        network.fused = fuse(network, "bfloat16" if choice == "fused-bfloat16" else "float32")
    except Unavailable as why:
        if choice != "auto":
            raise ValueError(f"operators {choice} cannot be used: {why}") from None
        log.warning("training runs on plain tensor operations, fused operators cannot be used: %s", why)
