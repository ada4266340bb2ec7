"""Datasets: mixtures on the fly, reproducible item by item, and pairs of files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile
import torch
from torch.utils.data import Dataset, DistributedSampler

from trainer.bank import AudioBank, read_mono
from trainer.clips import AUDIO
from trainer.mixing import Room, mix
from trainer.scene import DEFAULT_MIX, MixConfig


class MixingDataset(Dataset):
    """Mixtures on the fly: item k is example k mod len of epoch k div len, and a function of (seed, k).

    So it has no last item: a sampler says where to stop. Yields (x, y), clean and noisy, float32 tensors
    [samples], full scale ±1; with `name`, which makes it a list of one epoch, (x, y, "name-0007").
    """

    def __init__(
        self,
        speech: AudioBank,
        noise: AudioBank,
        examples: int,
        samples: int,
        config: MixConfig = DEFAULT_MIX,
        rooms: Sequence[Room] = (),
        seed: int = 0,
        name: str | None = None,
    ) -> None:
        if examples < 1 or samples < 1:
            raise ValueError(f"{examples} examples of {samples} samples: both must be at least 1")
        self.speech, self.noise, self.config, self.rooms = speech, noise, config, list(rooms)
        self.examples, self.samples, self.seed, self.name = examples, samples, seed, name

    def __len__(self) -> int:
        return self.examples

    def __getitem__(self, index: int) -> tuple:
        epoch, example = divmod(index, self.examples)
        if epoch < 0 or (self.name is not None and epoch > 0):
            raise IndexError(index)
        rng = np.random.default_rng([self.seed, epoch, example])
        x, y = mix(
            rng,
            self.samples,
            self.speech.crop,
            self.noise.crop,
            self.config,
            self.rooms,
            self.speech.sample_rate,
        )
        pair = torch.from_numpy(x), torch.from_numpy(y)
        return pair if self.name is None else (*pair, f"{self.name}-{example:04d}")


class EpochSampler(DistributedSampler):
    """Yields epoch · len + k, so that the epoch reaches workers that live on.

    As it is a DistributedSampler, Lightning leaves it alone and tells it the epoch, and each process gets
    its share. The `start` examples that a process had of this epoch before it was stopped come last, once.
    """

    def __init__(self, dataset: MixingDataset, start: int = 0) -> None:
        ready = torch.distributed.is_available() and torch.distributed.is_initialized()
        replicas, rank = (
            (torch.distributed.get_world_size(), torch.distributed.get_rank()) if ready else (1, 0)
        )
        super().__init__(dataset, replicas, rank, shuffle=False)
        self.start = start

    def __iter__(self) -> Iterator[int]:
        first = self.epoch * len(self.dataset)
        examples = [first + k for k in super().__iter__()]
        start, self.start = self.start % len(examples), 0
        return iter(examples[start:] + examples[:start])


class PairDataset(Dataset):
    """Clean and noisy files of the same names. Yields (x, y, name): float32 tensors [samples], full scale ±1.

    Longer files are cut to `max_seconds`; of more than `max_files` names, evenly spaced ones are taken.
    Raises ValueError if the folders do not hold the same names, or a pair differs in length.
    """

    def __init__(
        self,
        clean_dir: str | Path,
        noisy_dir: str | Path,
        max_seconds: float | None = None,
        max_files: int | None = None,
        sample_rate: int = 16000,
    ) -> None:
        self.clean_dir, self.noisy_dir = Path(clean_dir), Path(noisy_dir)
        self.sample_rate = sample_rate
        self.samples = None if max_seconds is None else int(max_seconds * sample_rate)
        names = []
        for folder in (self.clean_dir, self.noisy_dir):
            if not folder.is_dir():
                raise ValueError(f"{folder} is not a folder of audio files")
            names.append({p.name for p in folder.iterdir() if p.suffix.lower() in AUDIO})
        clean, noisy = names
        if clean != noisy or not clean:
            lone = sorted(clean ^ noisy)
            raise ValueError(
                f"{self.clean_dir} has {len(clean)} audio files and {self.noisy_dir} has {len(noisy)}; both "
                f"need the same names, but {len(lone)} are in one only: {', '.join(lone[:3]) or 'none'}"
            )
        self.names = sorted(clean)
        if max_files is not None and max_files < len(self.names):
            if max_files < 1:
                raise ValueError(f"max_files is {max_files}: it must be at least 1")
            self.names = [self.names[k * len(self.names) // max_files] for k in range(max_files)]
        for name in self.names:
            lengths = [soundfile.info(folder / name).duration for folder in (self.clean_dir, self.noisy_dir)]
            if abs(lengths[0] - lengths[1]) * sample_rate > 1:
                raise ValueError(
                    f"{name} lasts {lengths[0]:.3f} s in {clean_dir} but {lengths[1]:.3f} s in {noisy_dir}"
                )

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor, str]:
        name = self.names[index]
        x, y = (
            read_mono(folder / name, self.sample_rate)[: self.samples]
            for folder in (self.clean_dir, self.noisy_dir)
        )
        samples = min(len(x), len(y))
        return torch.from_numpy(x[:samples]), torch.from_numpy(y[:samples]), name
