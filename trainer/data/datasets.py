"""Datasets: mixtures on the fly and crops of pairs, reproducible item by item, and whole pairs of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from torch.utils.data import Dataset, DistributedSampler

from trainer.data.bank import AudioBank, read_mono
from trainer.data.mixing import Room, mix
from trainer.data.pairs import Pair
from trainer.data.scene import DEFAULT_MIX, MixConfig


class MixingDataset(Dataset[tuple[torch.Tensor, torch.Tensor] | tuple[torch.Tensor, torch.Tensor, str]]):
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

    def __getitem__(
        self, index: int
    ) -> tuple[torch.Tensor, torch.Tensor] | tuple[torch.Tensor, torch.Tensor, str]:
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


class EpochSampler(DistributedSampler[int]):
    """Yields epoch · len + k, so that the epoch reaches workers that live on.

    As it is a DistributedSampler, Lightning leaves it alone and tells it the epoch, and each process gets
    its share. The `start` examples that a process had of this epoch before it was stopped come last, once.
    """

    def __init__(self, dataset: MixingDataset | CropDataset, start: int = 0) -> None:
        ready = torch.distributed.is_available() and torch.distributed.is_initialized()
        replicas, rank = (
            (torch.distributed.get_world_size(), torch.distributed.get_rank()) if ready else (1, 0)
        )
        super().__init__(dataset, replicas, rank, shuffle=False)
        self.start, self.length = start, len(dataset)

    def __iter__(self) -> Iterator[int]:
        first = self.epoch * self.length
        examples = [first + k for k in super().__iter__()]
        start, self.start = self.start % len(examples), 0
        return iter(examples[start:] + examples[:start])


class CropDataset(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Pairs of files, cut at random at the same place in both: item k is a function of (seed, k).

    All pairs are used once, in a random order, before any is used again, whatever an epoch's `examples`. A file that is
    shorter than `samples` stands somewhere in zeros. Yields (x, y): float32 tensors [samples], full scale ±1.

    Raises ValueError naming the first file that cannot be read, or whose partner has another length or rate.
    """

    def __init__(
        self, pairs: Sequence[Pair], examples: int, samples: int, sample_rate: int = 16000, seed: int = 0
    ) -> None:
        if examples < 1 or samples < 1:
            raise ValueError(f"{examples} examples of {samples} samples: both must be at least 1")
        self.pairs, self.examples, self.samples = list(pairs), examples, samples
        self.sample_rate, self.seed = sample_rate, seed
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(frames_and_rate, self.pairs))
        self.frames, self.rates = np.array(found, np.int64).T

    def __len__(self) -> int:
        return self.examples

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        if index < 0:
            raise IndexError(index)
        lap, place = divmod(index, len(self.pairs))
        pair = int(np.random.default_rng([self.seed, 0, lap]).permutation(len(self.pairs))[place])
        rng = np.random.default_rng([self.seed, 1, index])
        # the samples in the file's own rate, and one for its rounding
        rate = int(self.rates[pair])
        wanted = self.samples if rate == self.sample_rate else -(-self.samples * rate // self.sample_rate) + 1
        spare = int(self.frames[pair]) - wanted
        start = int(rng.integers(min(spare, 0), max(spare, 0) + 1))
        x, y = (self._cut(p, rate, start, wanted) for p in (self.pairs[pair].clean, self.pairs[pair].noisy))
        return torch.from_numpy(x), torch.from_numpy(y)

    def _cut(self, path: Path, rate: int, start: int, frames: int) -> np.ndarray:
        """From `start` on; below 0, so many zeros stand before the file's first sample."""
        audio, _ = soundfile.read(path, frames, max(start, 0), dtype="float32", always_2d=True)
        mono = audio.mean(axis=1)
        if rate != self.sample_rate:
            mono = soxr.resample(mono, rate, self.sample_rate)
        first = -min(start, 0) * self.sample_rate // rate
        out = np.zeros(self.samples, np.float32)
        mono = mono[: self.samples - first]
        out[first : first + len(mono)] = mono
        return out


def frames_and_rate(pair: Pair) -> tuple[int, int]:
    """Frames and rate, Hz, that both files of a pair have. Raises ValueError."""
    known = []
    for path in (pair.clean, pair.noisy):
        try:
            info = soundfile.info(path)
        except (soundfile.LibsndfileError, OSError) as error:
            raise ValueError(f"cannot read {path}: {error}") from None
        known.append((info.frames, info.samplerate))
    (a, rate_a), (b, rate_b) = known
    if abs(a - b) > 1 or rate_a != rate_b or not min(a, b):
        raise ValueError(
            f"{pair.clean} has {a} samples at {rate_a} Hz and {pair.noisy} has {b} at {rate_b} Hz: a pair must be as long "
            "in both, at one rate"
        )
    return min(a, b), rate_a


class PairDataset(Dataset[tuple[torch.Tensor, torch.Tensor, str]]):
    """Pairs of files, whole. Yields (x, y, name): float32 tensors [samples], full scale ±1.

    Longer files are cut to `max_seconds`; of more than `max_files` pairs, evenly spaced ones are taken.
    Raises ValueError if the files of a pair differ in length.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        max_seconds: float | None = None,
        max_files: int | None = None,
        sample_rate: int = 16000,
    ) -> None:
        self.sample_rate = sample_rate
        self.samples = None if max_seconds is None else int(max_seconds * sample_rate)
        self.pairs = list(pairs)
        if max_files is not None and max_files < len(self.pairs):
            if max_files < 1:
                raise ValueError(f"max_files is {max_files}: it must be at least 1")
            self.pairs = [self.pairs[k * len(self.pairs) // max_files] for k in range(max_files)]
        for pair in self.pairs:
            lengths = [soundfile.info(path).duration for path in (pair.clean, pair.noisy)]
            if abs(lengths[0] - lengths[1]) * sample_rate > 1:
                raise ValueError(
                    f"{pair.name} lasts {lengths[0]:.3f} s in {pair.clean.parent} but {lengths[1]:.3f} s in "
                    f"{pair.noisy.parent}"
                )

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor, str]:
        pair = self.pairs[index]
        x, y = (read_mono(path, self.sample_rate)[: self.samples] for path in (pair.clean, pair.noisy))
        samples = min(len(x), len(y))
        return torch.from_numpy(x[:samples]), torch.from_numpy(y[:samples]), f"{pair.name}{pair.clean.suffix}"
