"""Exponential moving average of the weights, and the snapshot that ships."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning as L
import torch
from lightning.pytorch.callbacks import ModelCheckpoint, WeightAveraging
from torch import Tensor

from trainer.networks.checkpoint import save_snapshot


class EMA(WeightAveraging):
    """θ̄ ← d θ̄ + (1 − d) θ after every optimiser step, with d = min(decay, (1 + n)/(10 + n)) after n steps.

    A constant decay would keep a share of the random start for thousands of steps. Validation runs with θ̄, and each
    checkpoint is accompanied by `ema.safetensors`: weights and config, nothing that only training needs.
    """

    def __init__(self, decay: float = 0.999) -> None:
        if not 0 < decay < 1:
            raise ValueError(f"EMA decay {decay} must lie in (0, 1)")
        self.decay = decay
        super().__init__(multi_avg_fn=self.average, use_buffers=False)

    @torch.no_grad()
    def average(self, averages: list[Tensor], values: list[Tensor], count: Tensor | int) -> None:
        """Moves the averages towards the values, in place. count: optimiser steps so far."""
        decay = min(self.decay, (1 + int(count)) / (10 + int(count)))
        torch._foreach_lerp_(averages, values, 1 - decay)

    def on_train_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Saves the end, which may fall between two checkpoints, and leaves the weights alone.

        The checkpoint must hold both them and the average, to be trained on.
        """
        saving = trainer.checkpoint_callback
        if isinstance(saving, ModelCheckpoint) and saving.dirpath:
            trainer.save_checkpoint(Path(saving.dirpath) / "last.ckpt")

    def on_save_checkpoint(
        self, trainer: L.Trainer, pl_module: L.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Writes `ema.safetensors` beside the checkpoint."""
        super().on_save_checkpoint(trainer, pl_module, checkpoint)
        saving = trainer.checkpoint_callback
        if trainer.is_global_zero and isinstance(saving, ModelCheckpoint):
            folder = Path(saving.dirpath or trainer.default_root_dir)
            folder.mkdir(parents=True, exist_ok=True)
            weights = {
                name.removeprefix("model."): value
                for name, value in checkpoint["state_dict"].items()
                if name.startswith("model.")
            }
            facts = {"optimizer_steps": str(trainer.global_step)}
            if (heard := getattr(pl_module, "seconds_heard", None)) is not None:
                facts["hours_heard"] = f"{heard / 3600:.3f}"
            model: Any = pl_module.model  # of `Validated`
            save_snapshot(model.config, weights, folder / "ema.safetensors", facts)
