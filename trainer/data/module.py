"""The Lightning data module: folders and manifests in, batches of mixtures or of pairs, and validation pairs, out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import lightning as L
import torch
from torch.utils.data import DataLoader

from trainer.data.bank import AudioBank
from trainer.data.clips import find_clips
from trainer.data.datasets import CropDataset, EpochSampler, MixingDataset, PairDataset
from trainer.data.mixing import Room
from trainer.data.pairs import Pair, find_pairs, hold_out_pairs, pair_up
from trainer.data.responses import load_responses
from trainer.data.rooms import load_rooms
from trainer.data.scene import DEFAULT_MIX, MixConfig
from trainer.data.shards import are_shards, shard_bank


class DataModule(L.LightningDataModule):
    """Mixtures made on the fly, or crops of fixed pairs, for training; pairs, or held-out mixtures, for validation.

    Without valid_clean and valid_noisy, 2 % of the speech files and of the noise files are held out and never
    trained on; fixed mixtures of them validate. Of pairs, the valid/ beside train/ validates, or else 2 %, whole
    speakers where the manifest tells them. Validation batches hold one whole file: (x, y, names).

    Args:
        speech: folders of clean speech, or manifests (.tsv, .jsonl), or WebDataset shards (speech-{000..031}.tar).
        noise: folders of noise, or manifests, or shards.
        pairs: in place of speech and noise, what `trainer prepare` made, or folders with clean/ and noisy/, or their
            manifest.tsv: one place or several. Nothing is mixed then.
        speech_include: globs or prefixes of the speech files to use; empty for all.
        noise_include: globs or prefixes of the noise files to use; empty for all.
        min_snr_db: leaves out speech whose manifest gives a lower estimated SNR, dB.
        sample_rate: Hz.
        seconds: length of a training example, s.
        batch_size: examples of a batch (of each process).
        examples_per_epoch: mixtures of an epoch, each is new; or crops of pairs, all are used before any comes again.
        workers: processes that make mixtures; 0 makes them in the main one.
        rooms: simulated rooms; 0 for none.
        responses: folders or manifests of measured impulse responses, which join the simulated rooms.
        mix: what the mixtures are like.
        valid_clean: folder of clean files for validation.
        valid_noisy: folder of noisy files of the same names.
        valid_max_files: validate on this many of them at most.
        valid_max_seconds: cut them to this length, s.
        valid_count: mixtures for validation where no folders are given.
        valid_seconds: their length, s.
        cache_dir: keeps decoded audio and rooms here for the next start.
        seed: of the mixtures, the rooms and the validation set.
    """

    def __init__(
        self,
        speech: list[str] | None = None,
        noise: list[str] | None = None,
        pairs: list[str] | str | None = None,
        speech_include: list[str] | None = None,
        noise_include: list[str] | None = None,
        min_snr_db: float | None = None,
        sample_rate: int = 16000,
        seconds: float = 2.0,
        batch_size: int = 16,
        examples_per_epoch: int = 16000,
        workers: int = 2,
        rooms: int = 128,
        responses: list[str] | None = None,
        mix: MixConfig = DEFAULT_MIX,
        valid_clean: str | None = None,
        valid_noisy: str | None = None,
        valid_max_files: int | None = None,
        valid_max_seconds: float | None = None,
        valid_count: int = 64,
        valid_seconds: float = 4.0,
        cache_dir: str | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if (valid_clean is None) != (valid_noisy is None):
            raise ValueError(
                f"valid_clean is {valid_clean} but valid_noisy is {valid_noisy}: give both or neither"
            )
        if pairs is None and not (speech and noise):
            raise ValueError(f"speech is {speech} and noise is {noise}: give both, or pairs")
        if not batch_size <= examples_per_epoch:
            raise ValueError(
                f"examples_per_epoch ({examples_per_epoch}) must be at least batch_size ({batch_size})"
            )
        if seed < 0:
            raise ValueError(f"seed is {seed}: it must be 0 or more")
        self.options = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        self.batch_size = batch_size
        self.training: MixingDataset | CropDataset | None = None
        self.validation: MixingDataset | PairDataset | None = None

    def prepare_data(self) -> None:
        """Fill the cache once, before other processes look for it."""
        if self.options["cache_dir"] is not None and self.options["pairs"] is None:
            self._banks()
            self._rooms()

    def setup(self, stage: str | None = None) -> None:
        """Make the datasets; called again, it keeps those it has."""
        o = self.options
        given = o["valid_clean"] is not None
        if given and self.validation is None:
            self.validation = self._whole(pair_up(Path(o["valid_clean"]), Path(o["valid_noisy"])))
        if self.training is not None or (given and stage not in (None, "fit")):
            return
        samples = round(o["seconds"] * o["sample_rate"])
        if o["pairs"] is not None:
            train, valid = find_pairs(o["pairs"])
            if not given:
                if not valid:
                    train, valid = hold_out_pairs(train, 0.02)
                self.validation = self._whole(valid)
            self.training = CropDataset(train, o["examples_per_epoch"], samples, o["sample_rate"], o["seed"])
            return
        (speech, noise), rooms = self._banks(), self._rooms()
        if not given:
            (speech, held_speech), (noise, held_noise) = (bank.hold_out(0.02) for bank in (speech, noise))
            self.validation = MixingDataset(
                held_speech,
                held_noise,
                o["valid_count"],
                round(o["valid_seconds"] * o["sample_rate"]),
                # Metrics need speech to compare with.
                replace(o["mix"], speech_absent=0.0, noise_absent=0.0),
                rooms,
                o["seed"],
                name="held-out",
            )
        self.training = MixingDataset(
            speech, noise, o["examples_per_epoch"], samples, o["mix"], rooms, o["seed"]
        )

    def train_dataloader(self) -> DataLoader[Any]:
        """Batches of mixtures or crops: (x, y), float32 [batch, samples]."""
        assert self.training is not None  # Lightning calls `setup` first
        workers = self.options["workers"]
        done = 0
        if self.trainer is not None:  # batches of this epoch before a resumed run was stopped, else 0 or all
            done = self.trainer.fit_loop.epoch_loop.batch_progress.current.ready
            done %= max(1, self.options["examples_per_epoch"] // self.trainer.world_size // self.batch_size)
        return DataLoader(
            self.training,
            batch_size=self.batch_size,
            sampler=EpochSampler(self.training, done * self.batch_size),
            num_workers=workers,
            persistent_workers=workers > 0,
            pin_memory=torch.cuda.is_available(),
            drop_last=True,
        )

    def val_dataloader(self) -> DataLoader[Any]:
        """One file a batch: (x, y, names), float32 [1, samples] and a list of one name."""
        assert self.validation is not None  # Lightning calls `setup` first
        return DataLoader(
            self.validation, batch_size=1, shuffle=False, num_workers=min(1, self.options["workers"])
        )

    def test_dataloader(self) -> DataLoader[Any]:
        """The files of validation: to test on others, point valid_clean and valid_noisy at them."""
        return self.val_dataloader()

    def _whole(self, pairs: list[Pair]) -> PairDataset:
        o = self.options
        return PairDataset(pairs, o["valid_max_seconds"], o["valid_max_files"], o["sample_rate"])

    def _banks(self) -> list[AudioBank]:
        return [
            self._bank("speech", False, self.options["min_snr_db"]),
            self._bank("noise", True, None),
        ]

    def _bank(self, what: str, loop: bool, min_snr_db: float | None) -> AudioBank:
        o = self.options
        where, include = o[what], o[f"{what}_include"] or ()
        if are_shards(where, what):
            return shard_bank(where, include, min_snr_db, o["sample_rate"], loop, o["cache_dir"], what)
        clips = find_clips(where, include, min_snr_db, what)
        return AudioBank.decode(clips, o["sample_rate"], loop, o["cache_dir"], what)

    def _rooms(self) -> list[Room]:
        o = self.options
        if o["mix"].reverb == 0:
            return []
        simulated = load_rooms(o["rooms"], o["seed"], o["sample_rate"], o["cache_dir"])
        return simulated + (load_responses(o["responses"], o["sample_rate"]) if o["responses"] else [])
