"""The LightningModule of the upper band: a frozen 16 kHz model below, and gains above that learn alone."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, fields
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


@dataclass(frozen=True)
class Heard:
    """What an upper band is trained on: magnitudes of one or more mixtures and of what the 16 kHz model made of them."""

    noisy: Tensor  # above the score model's bins, over the level [B, T, bins]
    clean: Tensor  # likewise
    y: Tensor  # compressed magnitudes of the score model's input [B, T, low_bins]
    x_hat: Tensor  # and of its output
    mask: Tensor  # bool [B, 1, bins]: bins that the clean recording reaches

    def each(self) -> list[Heard]:
        """The mixtures one by one, with half the precision: for a memory of many."""
        parts = [getattr(self, f.name) for f in fields(self)]
        parts = [p.half() if p.is_floating_point() else p for p in parts]
        return [Heard(*(p[i : i + 1].clone() for p in parts)) for i in range(len(self.noisy))]

    def beside(self, others: list[Heard]) -> Heard:
        """These and others, in one batch."""
        columns = zip(*([getattr(h, f.name) for f in fields(Heard)] for h in (self, *others)), strict=True)
        return Heard(*(torch.cat([p.to(column[0].dtype) for p in column]) for column in columns))


class UpperBandTraining(Validated):
    """Learns the `UpperBand` of a full-band model; the 16 kHz model of `init` below it stays as it is.

    The 16 kHz model costs nearly all of a step. So the last `memory` mixtures are kept with what it made of them, and
    every step trains on `recalled` of them beside the new ones.

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
        final_ratio: float = 0.05,  # learning rate at the end of the cosine against learning_rate
        warmup: int = 100,  # optimiser steps
        memory: int = 1024,  # mixtures, about 0.8 MB each at 2 s
        recalled: int = 24,  # of the memory, in each step beside the new mixtures
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
        self.memory: deque[Heard] = deque(maxlen=memory)

    def on_fit_start(self) -> None:
        """Puts the frozen network on the operators that were asked for."""
        keep_freed_memory()
        put_on_operators(self.model.network, self.options.operators, self.device)

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        """The loss of a batch and of remembered mixtures."""
        heard = self.listen(*batch)
        count = min(self.options.recalled, len(self.memory))
        recalled = [self.memory[i] for i in torch.randperm(len(self.memory))[:count].tolist()]
        self.memory.extend(heard.each())
        loss = self.loss(heard.beside(recalled))
        self.log("train/upper", loss, prog_bar=True)
        return loss

    @torch.no_grad()
    def listen(self, clean: Tensor, noisy: Tensor) -> Heard:
        """The 16 kHz model over some mixtures. clean, noisy: [B, n hop] at the full-band rate."""
        model, s = self.model, self.model.spectrogram
        assert model.upper is not None  # `widened` gave it one
        y, _, amplitude, _ = s.encode(noisy, None)
        x_hat = model.sample(y, [model.circular_noise(y)], 1)
        spectra = [s.stft(s.remove_offset(w)[0] if s.high_pass else w)[0] for w in (noisy, clean)]
        above = [v[..., s.low_bins - 1 :].square().sum(1) for v in spectra]
        mask = present(above[1], spectra[1][..., : s.low_bins].square().sum(1).mean(2))
        level = amplitude[..., None]
        before, after = (v[..., : model.upper.low_bins].square().sum(1).sqrt() for v in (y, x_hat))
        return Heard(above[0].sqrt() / level, above[1].sqrt() / level, before, after, mask)

    def loss(self, heard: Heard) -> Tensor:
        """The loss of the class, a scalar."""
        h = self.options
        assert self.model.upper is not None
        gains, _ = self.model.upper(
            heard.noisy[:, None], heard.y[:, None], heard.x_hat[:, None], torch.ones_like(heard.noisy[..., 0])
        )
        wanted, found = ((v + 1e-4) ** h.exponent for v in (heard.clean, gains * heard.noisy))
        error = (found - wanted).square() + h.over_suppression * (wanted - found).relu().square()
        mask = heard.mask
        loss: Tensor = (error * mask).sum() / (mask.sum() * error.shape[1]).clamp_min(1)
        return loss

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Adam on the upper band alone, with a linear warm-up and a cosine to the end."""
        h = self.options
        assert self.model.upper is not None
        optimizer = torch.optim.Adam(self.model.upper.parameters(), lr=h.learning_rate)
        total = max(1, self.trainer.max_steps)

        def factor(step: int) -> float:
            cosine: float = 0.5 + 0.5 * math.cos(math.pi * min(1.0, step / total))
            return min(1.0, (step + 1) / float(h.warmup)) * (
                float(h.final_ratio) + (1 - float(h.final_ratio)) * cosine
            )

        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
