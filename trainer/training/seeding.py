"""One run, any number of processes: the state of chance is a function of the seed and of the batch's number."""

from __future__ import annotations

import os
import zlib
from typing import Any

import lightning as L
import numpy as np
import torch


class Seeding(L.Callback):
    """Seeds torch before every batch, alike in all processes, and logs `train/loss` of the global batch.

    A training batch is seeded by `seed_everything` and its number since the start of the run, a validation batch by the
    names of its files. So a run that was stopped goes on as if it had not been, on any number of processes if the
    global batch stays the same, and a file is validated with the same noise every time.
    """

    def on_train_batch_start(
        self, trainer: L.Trainer, module: L.LightningModule, batch: Any, index: int
    ) -> None:
        """Seeds by the number of the batch since the start of the run."""
        reseed(0, trainer.fit_loop.epoch_loop.total_batch_idx)

    def on_validation_batch_start(
        self, trainer: L.Trainer, module: L.LightningModule, batch: Any, index: int, loader: int = 0
    ) -> None:
        """Seeds by the names of the files."""
        reseed(1, zlib.crc32(repr(batch[2]).encode()))

    def on_train_batch_end(
        self, trainer: L.Trainer, module: L.LightningModule, outputs: Any, batch: Any, index: int
    ) -> None:
        """Logs the loss of the global batch."""
        # Lightning hands over the share of a gradient accumulation
        module.log("train/loss", outputs["loss"] * trainer.accumulate_grad_batches, sync_dist=True)


def reseed(kind: int, number: int) -> None:
    """Seeds torch's generators by the run's seed, the kind of batch and its number."""
    run = int(os.environ.get("PL_GLOBAL_SEED", 0))
    torch.manual_seed(int(np.random.SeedSequence([run, kind, number]).generate_state(1, np.uint64)[0] >> 1))
