"""The LightningModule of whole-file models: the weighted loss on NCSN++ with SGMSE's front end, and Adam."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from trainer.diffusion.bridge import BridgeVE
from trainer.diffusion.preconditioning import Preconditioning
from trainer.diffusion.sde import OUVESDE
from trainer.networks.centred_spectrogram import CentredSpectrogram
from trainer.networks.checkpoint import check_named, load_weights
from trainer.networks.ncsnpp import NCSNpp
from trainer.networks.offline_model import AnySampling, OfflineModel
from trainer.training.module import Validated
from trainer.training.objective import check_terms, weighted_loss


class OfflineEnhancement(Validated):
    """Learns an `OfflineModel`; the defaults are those of arXiv 2309.10457."""

    def __init__(
        self,
        spectrogram: CentredSpectrogram,
        sde: OUVESDE | BridgeVE,
        network: NCSNpp,
        preconditioning: Preconditioning | None = None,  # None: what OfflineModel takes
        sampling: AnySampling | None = None,  # of validation and `enhance`; None: the paper's
        weight: float | str = "linear",  # family of alpha_t, or a fixed weight in [0, 1]
        supervised: dict[str, float] = {"mse": 1.0},  # noqa: B006 - D of the weighted loss: name -> factor
        tweedie: Literal["exact", "as_published"] = "exact",  # what D of the weighted loss compares
        generative_limit: float = float("inf"),  # bound of e^(-2 theta t) / sigma_t^2
        learning_rate: float = 1e-4,
        validation_steps: list[int] = [30],  # noqa: B006 - sampler steps to validate with; 1 if supervised
        init: str | None = None,  # EMA snapshot or checkpoint to start from (fine-tuning)
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["spectrogram", "sde", "network", "preconditioning", "sampling"])
        check_terms(sde, weight, tweedie)
        self.model = OfflineModel(spectrogram, sde, network, preconditioning, sampling)
        check_named(self.model.config)
        if self.model.supervised and (weight != 1 or validation_steps != [1]):
            raise ValueError(
                f"a network of y alone takes weight 1 and validation_steps [1], not {weight} and {validation_steps}"
            )
        if init:
            load_weights(self.model, Path(init))

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
        """The weighted loss of a batch."""
        x_wave, y_wave = batch
        h = self.options
        y, x, _, _ = self.model.spectrogram.encode(y_wave, x_wave)
        terms = weighted_loss(self.model, x, y, h.weight, h.supervised, h.generative_limit, tweedie=h.tweedie)
        self.log("train/generative", terms["generative"])
        self.log("train/supervised", terms["supervised"], prog_bar=True)
        return terms["loss"]

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam at a constant learning rate over all parameters that are trained."""
        trained = [p for p in self.parameters() if p.requires_grad]
        return torch.optim.Adam(trained, lr=self.options.learning_rate)
