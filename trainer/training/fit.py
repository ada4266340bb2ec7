"""`trainer fit | validate`: Lightning's command line over our module and data."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI

from trainer.data.module import DataModule
from trainer.training.ema import EMA
from trainer.training.module import Validated
from trainer.training.seeding import Seeding


def logger(folder: str) -> dict[str, Any]:
    """TensorBoard in the run's own folder."""
    return {
        "class_path": "lightning.pytorch.loggers.TensorBoardLogger",
        "init_args": {"save_dir": folder, "name": "", "version": ""},
    }


class TrainerCLI(LightningCLI):
    """LightningCLI with `--init`, the short way to fine-tune from a snapshot, and `--grow` for a smaller one."""

    @staticmethod
    def subcommands() -> dict[str, set[str]]:
        """`fit` and `validate`; the other commands of Lightning have nothing to do here."""
        return {
            name: skip for name, skip in LightningCLI.subcommands().items() if name in ("fit", "validate")
        }

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """Adds `--init` and `--grow`, and links them to the options of the module."""
        parser.add_argument(
            "--init", type=str | None, default=None, help="EMA snapshot or checkpoint to start from"
        )
        parser.link_arguments("init", "model.init_args.init")
        parser.add_argument(
            "--grow",
            action="store_true",
            help="the network of --init may have fewer blocks or coarser bins, and grows into the configured one",
        )
        # a config without class_path means the streaming model
        parser.set_defaults({"model": {"class_path": "trainer.training.module.Enhancement"}})
        parser.add_argument("--folder", type=str, default="runs/model", help="where checkpoints and logs go")
        parser.add_lightning_class_args(ModelCheckpoint, "checkpoint")
        parser.add_lightning_class_args(EMA, "ema")
        parser.link_arguments("folder", "checkpoint.dirpath")
        parser.link_arguments("folder", "trainer.logger", compute_fn=logger)
        # a kill costs at most these two minutes
        parser.set_defaults(
            {
                "checkpoint.save_last": True,
                "checkpoint.save_top_k": 0,
                "checkpoint.train_time_interval": timedelta(minutes=2),
            }
        )

    def before_instantiate_classes(self) -> None:
        """Hands `--grow` to the model. It is no link, so that a configuration may have `init_grow` in its model too."""
        config = self.config[self.subcommand]
        if config.grow:
            if "init_grow" not in config.model.init_args:
                raise ValueError(f"--grow: the networks of {config.model.class_path} cannot grow")
            config.model.init_args.init_grow = True

    def before_fit(self) -> None:
        """A folder whose run started elsewhere would be resumed, and `--init` passed over in silence."""
        config, last = self.config.fit, Path(self.config.fit.folder) / "last.ckpt"
        if config.init and config.ckpt_path == "last" and last.is_file():
            before = torch.load(last, map_location="cpu", weights_only=True)["hyper_parameters"].get("init")
            if before != config.init:
                raise ValueError(
                    f"{last.parent} holds a run that started from {before or 'scratch'} and would go on with it, not "
                    f"with {config.init}: give another --folder"
                )

    def instantiate_classes(self) -> None:
        """As Lightning does; but a mistake in the model is told in its own words, not with all types that were tried."""
        try:
            super().instantiate_classes()
        except ValueError as error:
            cause: BaseException = error
            while cause.__cause__ is not None:
                cause = cause.__cause__
            raise cause from None


def run(arguments: list[str] | None) -> None:
    """Parses `arguments` (None: the command line) and does what they say."""
    torch.set_float32_matmul_precision("high")
    TrainerCLI(
        Validated,
        DataModule,
        args=arguments,
        subclass_mode_model=True,
        trainer_defaults={"callbacks": Seeding()},
        save_config_kwargs={"overwrite": True},
        parser_kwargs={"prog": "trainer"},
    )
