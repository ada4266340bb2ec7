"""The LightningModules: what all share, and the streaming model's steps around the objective and its optimiser."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Literal

import lightning as L
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor

from trainer.diffusion.bridge import BridgeVE
from trainer.diffusion.samplers import DEFAULT_TIMES, Eta
from trainer.diffusion.sde import OUVESDE
from trainer.evaluation.metrics import si_sdr
from trainer.fused.choice import OperatorChoice, put_on_operators
from trainer.fused.memory import keep_freed_memory
from trainer.networks.checkpoint import check_named, hours_heard, load_weights
from trainer.networks.interface import StreamingNetwork
from trainer.networks.offline_model import OfflineModel
from trainer.networks.score_model import ScoreModel
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.streaming import StreamingNet
from trainer.training.muon import MuonWithAdamW
from trainer.training.objective import check_terms, path_loss, weighted_loss


class Validated(L.LightningModule):
    """What every training here shares: validation through the sampler, the log, checkpoints that say what they are.

    A subclass sets `model`, which has `enhance`, `spectrogram` and `config`, and the option `validation_steps`.
    """

    model: ScoreModel | OfflineModel

    @property
    def options(self) -> Any:
        """The constructor's arguments by name, of the types of its signature, which Lightning's mapping does not know."""
        return self.hparams

    def validation_step(self, batch: tuple[Tensor, Tensor, list[str]], index: int) -> None:
        """Enhances one recording and logs SI-SDR and spectral error at each of `validation_steps`."""
        x, y, _ = batch
        for steps in self.options.validation_steps:
            x_hat = self.model.enhance(y, steps)
            self.log(
                f"valid/si_sdr_{steps}", si_sdr(x, x_hat).mean(), prog_bar=True, sync_dist=True, batch_size=1
            )
            terms = self.spectral_error(x, y, x_hat)
            self.log(f"valid/error_{steps}", terms, sync_dist=True, batch_size=1)
        self.log("valid/error", terms, sync_dist=True, batch_size=1)
        if index < 3:
            self.show(index, x, y, x_hat)

    test_step = validation_step

    def spectral_error(self, x: Tensor, y: Tensor, x_hat: Tensor) -> Tensor:
        """Squared error of compressed magnitudes at the noisy signal's level: moves with what one hears."""
        s = self.model.spectrogram
        size = x.shape[1] // s.hop_length * s.hop_length
        _, a, amplitude, _ = s.encode(y[:, :size], x[:, :size])
        b = s.compress(s.stft(x_hat[:, :size])[0], amplitude)
        return (a.square().sum(1).sqrt() - b.square().sum(1).sqrt()).square().mean()

    def show(self, index: int, x: Tensor, y: Tensor, x_hat: Tensor) -> None:
        """Audio and spectrogram images for TensorBoard."""
        writer = getattr(self.logger, "experiment", None)
        if writer is None or not hasattr(writer, "add_audio"):
            return
        rate, rows = self.model.spectrogram.sample_rate, []
        for name, wave in (("noisy", y), ("enhanced", x_hat), ("clean", x)):
            writer.add_audio(f"{index}/{name}", wave[0].clamp(-1, 1), self.global_step, rate)
            s = torch.stft(
                wave[0], 512, 128, window=torch.hann_window(512, device=wave.device), return_complex=True
            )
            rows.append(((20 * s.abs().clamp_min(1e-4).log10() + 60) / 100).clamp(0, 1).flip(0))
        writer.add_image(f"{index}/noisy, enhanced, clean", torch.cat(rows)[None], self.global_step)

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Logs the gradient norm before it is clipped: how stable an objective is."""
        gradients = [p.grad for p in self.parameters() if p.grad is not None]
        self.log("train/gradient_norm", torch.nn.utils.get_total_norm(gradients))

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Adds what the model needs to be built again."""
        checkpoint["klarstrom"] = self.model.config  # so that a checkpoint can be read without this class


class Enhancement(Validated):
    """Learns a streaming score model: the weighted loss on all t, and from `path_from` on the sampler's own path."""

    model: ScoreModel

    def __init__(
        self,
        spectrogram: Spectrogram,
        sde: OUVESDE | BridgeVE,
        network: StreamingNet | StreamingNetwork,  # without class_path the first, with one any subclass
        times: list[float] = list(DEFAULT_TIMES),  # noqa: B006 - jsonargparse wants the plain default
        eta: Eta = 1.0,  # fresh noise between steps, 0 ... 1, or posterior
        weight: float | str = "linear",  # family of alpha_t, or a fixed weight in [0, 1]
        supervised: dict[str, float] = {"mse": 1.0},  # noqa: B006 - D of the weighted loss: name -> factor
        tweedie: Literal["exact", "as_published"] = "exact",  # what D of the weighted loss compares
        generative_limit: float = 25.0,  # bound of e^(-2 theta t) / sigma_t^2
        points_share: float = 0.5,  # share of t drawn on the sampler's times
        path: dict[str, float] = {"compressed": 1.0},  # noqa: B006 - D on the sampler's output
        path_from: int = 0,  # optimiser steps before the sampler's path is trained
        path_share: float = 0.0,  # share of batches, after that, on the sampler's path
        path_steps: list[float] = [1.0, 1.0, 1.0, 1.0],  # noqa: B006 - how often 1, 2, ... steps are run, relative
        path_changing: float = 0.3,  # share of examples in which the number of steps changes
        path_all_steps: bool = False,  # gradient through all steps, not only the last
        operators: OperatorChoice = "auto",  # auto: fused where they run, plain elsewhere; fused-bfloat16 rounds products
        optimizer: Literal[
            "adamw", "muon"
        ] = "adamw",  # muon: Muon for the blocks' matrices, AdamW for the rest
        learning_rate: float = 1e-3,
        matrix_learning_rate: float = 5e-3,  # Muon's; learning_rate is then AdamW's
        warmup: int = 300,  # optimiser steps
        decay_steps: int = 0,  # optimiser steps of the cosine to final_ratio; 0 = the trainer's max_steps
        final_ratio: float = 0.05,  # learning rate at the end against learning_rate
        weight_decay: float = 1e-4,
        validation_steps: list[int] = [1, 4],  # noqa: B006 - sampler steps to validate with; the last is monitored
        init: str | None = None,  # EMA snapshot or checkpoint to start from (fine-tuning)
        init_grow: bool = False,  # init may hold a network of fewer blocks or coarser bins, which grows into this one
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["spectrogram", "sde", "network"])
        if len(path_steps) != len(times) or min(path_steps) < 0 or max(path_steps) <= 0:
            raise ValueError(
                f"path_steps {path_steps} must be {len(times)} shares, one for each of the times {times}"
            )
        check_terms(sde, weight, tweedie)
        self.model = ScoreModel(spectrogram, sde, network, times, eta)
        # hours of training should not end in a snapshot that cannot be written
        check_named(self.model.config)
        self.seconds_heard = 0.0  # of noisy speech, by all processes, since the random start
        if init:
            load_weights(self.model, Path(init), init_grow)
            self.seconds_heard = 3600 * hours_heard(Path(init))

    def on_train_batch_end(self, outputs: object, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
        """Counts what was heard."""
        self.seconds_heard += batch[0].numel() / self.model.spectrogram.sample_rate * self.trainer.world_size

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Adds what was heard to the checkpoint."""
        super().on_save_checkpoint(checkpoint)
        checkpoint["seconds_heard"] = self.seconds_heard

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Goes on counting where the checkpoint stopped."""
        self.seconds_heard = checkpoint.get("seconds_heard", 0.0)

    def on_fit_start(self) -> None:
        """Puts the network on the operators that were asked for."""
        keep_freed_memory()
        put_on_operators(self.model.network, self.options.operators, self.device)

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
        """A batch on the path of the sampler with probability `path_share` from step `path_from`, else the weighted loss."""
        x_wave, y_wave = batch
        h = self.options
        y, x, _, _ = self.model.spectrogram.encode(y_wave, x_wave)
        # the same draw in all processes: one that runs four steps should not wait for one that runs one
        shared = torch.Generator().manual_seed(self.global_step)
        if self.global_step >= h.path_from and torch.rand((), generator=shared) < h.path_share:
            most = 1 + int(torch.multinomial(torch.tensor(h.path_steps), 1, generator=shared))
            terms = path_loss(self.model, x, y, h.path, most, h.path_changing, h.path_all_steps)
            self.log("train/path", terms["loss"], prog_bar=True)
        else:
            terms = weighted_loss(
                self.model, x, y, h.weight, h.supervised, h.generative_limit, h.points_share, h.tweedie
            )
            self.log("train/generative", terms["generative"])
            self.log("train/supervised", terms["supervised"], prog_bar=True)
        return terms["loss"]

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """The optimiser, with linear warm-up and then a cosine down to `final_ratio`, per optimiser step."""
        h = self.options
        optimizer = self.make_optimizer()
        total = h.decay_steps or self.trainer.estimated_stepping_batches

        def ratio(step: int) -> float:
            if step < h.warmup:
                return float((step + 1) / h.warmup)
            if not math.isfinite(total):
                return 1.0
            progress = min(1.0, (step - h.warmup) / max(1, total - h.warmup))
            last: float = h.final_ratio
            return last + (1 - last) * 0.5 * (1 + math.cos(math.pi * progress))

        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, ratio)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def make_optimizer(self) -> torch.optim.Optimizer:
        """The optimiser that the options name, over all parameters."""
        h = self.options
        if h.optimizer == "muon":
            matrices = self.model.network.matrices()
            chosen = {id(p) for p in matrices}
            rest = [p for p in self.parameters() if id(p) not in chosen]
            return MuonWithAdamW(matrices, rest, h.matrix_learning_rate, h.learning_rate, h.weight_decay)
        decay = [p for p in self.parameters() if p.ndim >= 2]
        rest = [p for p in self.parameters() if p.ndim < 2]
        groups = [{"params": decay, "weight_decay": h.weight_decay}, {"params": rest, "weight_decay": 0.0}]
        return torch.optim.AdamW(groups, lr=h.learning_rate, betas=(0.9, 0.99))
