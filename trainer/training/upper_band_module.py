"""The LightningModule of the upper band: a frozen 16 kHz model below, and gains above that learn alone."""

from __future__ import annotations

from pathlib import Path

import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor

from trainer.fused.choice import OperatorChoice, put_on_operators
from trainer.fused.memory import keep_freed_memory
from trainer.networks.checkpoint import load_model, widened
from trainer.networks.score_model import ScoreModel
from trainer.networks.upper_band import UpperBand
from trainer.training.module import Validated


def present(x: Tensor, low: Tensor, floor_db: float = -75.0) -> Tensor:
    """Which bins a clean recording reaches: bool [B, 1, F], in steps of 40 bins (1 kHz at bins of 25 Hz).

    x: power above the score model's bins [B, T, F]; low: mean power of a bin below [B, T]. A step counts as present if its
    mean power lies above `floor_db` against the low band's, and so do all steps below it. Where x is silent all are: then
    nothing should be left.
    """
    batch, _, bins = x.shape
    steps = -(-bins // 40)
    mean = torch.nn.functional.pad(x.mean(1), (0, steps * 40 - bins)).reshape(batch, steps, 40)
    sizes = torch.full((steps,), 40.0)
    sizes[-1] = bins - 40 * (steps - 1)
    reference = low.mean(1, keepdim=True)
    heard = (mean.sum(2) / sizes > reference * 10 ** (floor_db / 10)).long().cummin(1).values.bool()
    heard |= reference < 1e-12
    return heard.repeat_interleave(40, 1)[:, None, :bins]


class UpperBandTraining(Validated):
    """Learns the `UpperBand` of a full-band model; the 16 kHz model of `init` below it stays as it is.

    The loss is the squared error of compressed magnitudes (|g Y|/L)^a − (|X|/L)^a above the score model's bins, L the
    level, on the bins that the clean recording reaches; what is taken from speech costs `over_suppression` more.
    """

    model: ScoreModel

    def __init__(
        self,
        upper: UpperBand,
        sample_rate: int = 48000,  # Hz, of the full-band model; the data's must be the same
        over_suppression: float = 0.5,  # factor of max(0, |X|^a - |g Y|^a)² beside the symmetric error
        exponent: float = 0.3,  # a
        operators: OperatorChoice = "auto",  # of the 16 kHz model, see Enhancement
        learning_rate: float = 2e-3,
        warmup: int = 100,  # optimiser steps
        validation_steps: list[int] = [1],  # noqa: B006 - sampler steps to validate with
        init: str | None = None,  # snapshot of the 16 kHz model below
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["upper"])
        if init is None:
            raise ValueError("an upper band is trained over a 16 kHz model: give its snapshot with --init")
        low = load_model(Path(init))
        if not isinstance(low, ScoreModel):
            raise ValueError(f"{init} is a whole-file model: an upper band needs a streaming one")
        self.model = widened(low, upper, sample_rate)
        for part in (self.model.network,):
            for p in part.parameters():
                p.requires_grad_(False)

    def on_fit_start(self) -> None:
        """Puts the frozen network on the operators that were asked for."""
        keep_freed_memory()
        put_on_operators(self.model.network, self.options.operators, self.device)

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        """The loss of a batch of the gains above the 16 kHz network."""
        loss = self.loss(*batch)
        self.log("train/upper", loss, prog_bar=True)
        return loss

    def loss(self, clean: Tensor, noisy: Tensor) -> Tensor:
        """clean, noisy: [B, n hop] at the full-band rate. Returns a scalar."""
        h, model, s = self.options, self.model, self.model.spectrogram
        with torch.no_grad():
            y, _, amplitude, _ = s.encode(noisy, None)
            x_hat = model.sample(y, [model.circular_noise(y)], 1)
            spectra = []
            for wave in (noisy, clean):
                spectra.append(s.stft(s.remove_offset(wave)[0] if s.high_pass else wave)[0])
            above, target = (v[..., s.low_bins - 1 :] for v in spectra)
            power = target.square().sum(1)
            mask = present(power, spectra[1][..., : s.low_bins].square().sum(1).mean(2))
            level = amplitude[..., None]
            wanted = (power.sqrt() / level + 1e-4) ** h.exponent
        assert model.upper is not None  # `widened` gave it one
        gains, _ = model.upper(above, y, x_hat, amplitude)
        found = (gains * above.square().sum(1).sqrt() / level + 1e-4) ** h.exponent
        error = (found - wanted).square() + h.over_suppression * (wanted - found).relu().square()
        loss: Tensor = (error * mask).sum() / (mask.sum() * error.shape[1]).clamp_min(1)
        return loss

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Adam on the upper band alone, with a linear warm-up."""
        assert self.model.upper is not None
        optimizer = torch.optim.Adam(self.model.upper.parameters(), lr=self.options.learning_rate)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min(1.0, (step + 1) / self.options.warmup)
        )
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
