"""Training data: banks of decoded audio, datasets of mixtures and of pairs, and the Lightning data module."""

import csv
import fnmatch
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import lightning as L
import numpy as np
import soundfile
import soxr
import torch
from torch.utils.data import DataLoader, Dataset, DistributedSampler
from tqdm import tqdm

from trainer.mixing import Room, mix
from trainer.rooms import load_rooms
from trainer.scene import MixConfig

AUDIO = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif", ".w64", ".caf")
DEFAULT_MIX = MixConfig()


# --- lists of clips ---


@dataclass(frozen=True)
class Clip:
    """One audio file: where it is, the collection it is from and whose voice (or what noise) it holds."""

    path: Path
    name: str  # relative to its manifest or folder, with forward slashes
    source: str
    group: str


def find_clips(
    where: Sequence[str], include: Sequence[str] = (), min_snr_db: float | None = None, what: str = "audio"
) -> list[Clip]:
    """List the clips of folders (searched whole) and manifests (.tsv with a header, .jsonl), sorted by path.

    A manifest needs `path`, relative to its own folder; `source`, `speaker_or_class` and `snr_db` are used
    where they are given. `include` keeps names that match one of its globs or begin with one of its prefixes;
    `min_snr_db` leaves out rows whose `snr_db` is below. `what` names the sound in errors.

    Raises ValueError if a place or a listed file is missing, a manifest is malformed, or nothing is left.
    """
    if isinstance(where, str):
        where = [where]
    rows = [(root, row) for place in where for root, row in _rows(Path(place), what)]
    named = [(root, row) for root, row in rows if not include or _matches(row["path"], include)]
    kept = [(root, row) for root, row in named if min_snr_db is None or _snr(row) >= min_snr_db]
    if not kept:
        raise ValueError(
            f"no {what} found: looked for {', '.join(AUDIO)} in {', '.join(map(str, where)) or 'no place'}; "
            f"of {len(rows)} files {len(named)} match include {list(include)}, of these {len(kept)} reach "
            f"min_snr_db {min_snr_db}"
        )
    clips = {}
    for root, row in kept:
        path, name = root / row["path"], Path(row["path"])
        source = row.get("source") or (name.parts[0] if len(name.parts) > 1 else root.name)
        group = row.get("speaker_or_class") or name.parent.as_posix()
        clips[path.resolve()] = Clip(path, name.as_posix(), str(source), f"{source}/{group}")
    missing = [clip for clip in clips.values() if not clip.path.is_file()]
    if missing:
        raise ValueError(
            f"{what}: {len(missing)} of {len(clips)} listed files do not exist, first: {missing[0].path}"
        )
    return sorted(clips.values(), key=lambda clip: str(clip.path))


def _rows(place: Path, what: str) -> Iterator[tuple[Path, dict[str, str]]]:
    if place.is_dir():
        for path in place.rglob("*"):
            if path.suffix.lower() in AUDIO and path.is_file():
                yield place, {"path": path.relative_to(place).as_posix()}
        return
    if not place.is_file():
        raise ValueError(
            f"{what}: {place} does not exist; give a folder of audio or a .tsv or .jsonl manifest"
        )
    if place.suffix.lower() in AUDIO:
        raise ValueError(f"{what}: {place} is one audio file; give its folder, or a .tsv or .jsonl manifest")
    with place.open(encoding="utf-8-sig", newline="") as lines:
        if place.suffix.lower() in (".jsonl", ".json"):
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                    row["path"] = str(row["path"])
                except (ValueError, KeyError, TypeError) as error:
                    raise ValueError(
                        f"{place}, line {number}: no JSON object with the key `path`: {line.strip()[:80]!r}"
                    ) from error
                yield place.parent, row
        else:
            table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            if "path" not in (table.fieldnames or ()):
                raise ValueError(
                    f"{place} is no manifest: its first line must name tab-separated columns, `path` among "
                    f"them, but is {table.fieldnames or 'nothing'}"
                )
            for row in table:
                if row["path"]:
                    yield place.parent, row


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) or name.startswith(pattern) for pattern in patterns)


def _snr(row: dict) -> float:
    """The estimated SNR of a row, infinite where none is given, dB."""
    value = row.get("snr_db")
    try:
        return float(value) if value not in (None, "") else np.inf
    except (ValueError, TypeError) as error:
        raise ValueError(f"snr_db of {row['path']} is {value!r}: it must be a number") from error


def hold_out(clips: list[Clip], share: float) -> tuple[list[Clip], list[Clip]]:
    """Split clips into (kept, held out) by a hash of their names: files added later move few of the others.

    At least one clip is held out and one kept. Raises ValueError for fewer than two clips.
    """
    if len(clips) < 2:
        raise ValueError(
            f"{len(clips)} file cannot be split in two: give more, or give valid_clean and valid_noisy"
        )
    order = sorted(clips, key=lambda clip: hashlib.sha256(clip.name.encode()).digest())
    count = min(max(1, round(share * len(clips))), len(clips) - 1)
    held = {clip.path for clip in order[:count]}
    return [clip for clip in clips if clip.path not in held], [clip for clip in clips if clip.path in held]


# --- banks ---


class AudioBank:
    """Decoded clips in one flat int16 array, so that forked workers share the memory and pickle nothing.

    data: int16 [all samples]; offsets, lengths: int64 [clips], samples; peaks: float32 [clips], RMS of the
    loudest 0.1 s of each clip, full scale 1.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        data: np.ndarray,
        offsets: np.ndarray,
        lengths: np.ndarray,
        peaks: np.ndarray,
        sample_rate: int,
        loop: bool = False,
        file: Path | None = None,
    ) -> None:
        self.clips, self.data, self.offsets, self.lengths, self.peaks = (
            list(clips),
            data,
            offsets,
            lengths,
            peaks,
        )
        self.sample_rate = sample_rate
        self.loop = loop  # short clips: cross-faded on and on (noise) rather than joined by gaps (speech)
        self.file = file  # where data is memory mapped from
        self._weigh()

    @classmethod
    def decode(
        cls,
        clips: Sequence[Clip],
        sample_rate: int = 16000,
        loop: bool = False,
        cache_dir: str | os.PathLike | None = None,
        what: str = "audio",
    ) -> "AudioBank":
        """Decode clips to mono at `sample_rate`; with `cache_dir`, only once for these files and their times.

        Raises ValueError naming the first file that cannot be read.
        """
        if cache_dir is not None:
            Path(cache_dir).mkdir(parents=True, exist_ok=True)
            key = hashlib.sha256(f"1 {sample_rate}".encode())
            for clip in clips:
                stat = clip.path.stat()
                key.update(f"\n{clip.path.resolve()} {stat.st_size} {stat.st_mtime_ns}".encode())
            flat = Path(cache_dir) / f"bank-{key.hexdigest()[:24]}.npy"
            table = flat.with_suffix(".npz")
            if not (flat.exists() and table.exists()):
                _decode(clips, sample_rate, what, flat, table)
            with np.load(table) as stored:
                offsets, lengths, peaks = stored["offsets"], stored["lengths"], stored["peaks"]
            return cls(clips, np.load(flat, mmap_mode="r"), offsets, lengths, peaks, sample_rate, loop, flat)
        return cls(clips, *_decode(clips, sample_rate, what), sample_rate, loop)

    def subset(self, clips: Sequence[Clip]) -> "AudioBank":
        """The bank of some of the clips, sharing the samples."""
        wanted = {clip.path for clip in clips}
        index = np.array([i for i, clip in enumerate(self.clips) if clip.path in wanted])
        return AudioBank(
            [self.clips[i] for i in index],
            self.data,
            self.offsets[index],
            self.lengths[index],
            self.peaks[index],
            self.sample_rate,
            self.loop,
            self.file,
        )

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def seconds(self) -> float:
        """Duration of all clips, s."""
        return float(self.lengths.sum() / self.sample_rate)

    def _weigh(self) -> None:
        usable = (self.lengths > 0) & (self.peaks > 1e-4)
        if not usable.any():
            raise ValueError(f"all {len(self.clips)} files are empty or silent, first: {self.clips[0].path}")
        length = np.where(usable, self.lengths, 0).astype(np.float64)
        _, source = np.unique([clip.source for clip in self.clips], return_inverse=True)
        total = np.bincount(source, length)
        # P(source) ~ sqrt(its seconds), P(clip | source) ~ seconds: large ones lead, small ones are heard.
        weight = length / np.sqrt(np.maximum(total[source], 1))
        self._cumulative = np.cumsum(weight / weight.sum())
        _, self._group = np.unique([clip.group for clip in self.clips], return_inverse=True)
        members: dict[int, list[int]] = {}
        for i in np.flatnonzero(usable):
            members.setdefault(int(self._group[i]), []).append(int(i))
        self._members = {group: np.array(index) for group, index in members.items()}

    def __getstate__(self) -> dict:
        state = self.__dict__.copy()
        if self.file is not None:  # a pickled memory map would be a copy of it all
            state["data"] = None
        return state

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)
        if self.data is None:
            self.data = np.load(self.file, mmap_mode="r")

    def clip(self, index: int, start: int = 0, samples: int | None = None) -> np.ndarray:
        """Samples of one clip: float32, full scale ±1."""
        first = self.offsets[index] + start
        last = self.offsets[index] + self.lengths[index]
        if samples is not None:
            last = min(last, first + samples)
        return self.data[first:last].astype(np.float32) * np.float32(1 / 32768)

    def crop(self, rng: np.random.Generator, samples: int) -> np.ndarray:
        """A random stretch: float32 [samples], full scale ±1.

        A source is drawn by the square root of its total duration, a clip of it by its duration. Clips that
        are too short go on with others of the same speaker or class. Stretches 25 dB or more below the
        loudest moment of their clip, mere background, are drawn again, three times at most.
        """
        for _ in range(4):
            i = min(int(np.searchsorted(self._cumulative, rng.random(), side="right")), len(self.clips) - 1)
            if self.lengths[i] >= samples:
                signal = self.clip(i, int(rng.integers(self.lengths[i] - samples + 1)), samples)
            else:
                signal = self._joined(rng, i, samples)
            if _loudest(signal, self.sample_rate) > self.peaks[i] * 10 ** (-25 / 20):
                break
        return signal

    def _joined(self, rng: np.random.Generator, i: int, samples: int) -> np.ndarray:
        """Clips of the group of clip i in a row, with gaps of 50-300 ms (speech) or cross-fades (noise)."""
        members = self._members[int(self._group[i])]
        out = np.zeros(samples, np.float32)
        # Half begin with the clip, half inside it.
        start = int(rng.integers(self.lengths[i])) if rng.random() < 0.5 else 0
        at, piece = 0, self.clip(i, start)
        while True:
            fade = min(len(piece) // 2, self.sample_rate // (20 if self.loop else 200))
            ramp = np.linspace(0, 1, fade + 2, dtype=np.float32)[1:-1]
            # Equal power where unrelated noises overlap.
            ramp = np.sqrt(ramp) if self.loop else ramp
            if at > 0 or start > 0:
                piece[:fade] *= ramp
            piece[len(piece) - fade :] *= ramp[::-1]
            part = piece[: samples - at]
            out[at : at + len(part)] += part
            at += max(1, len(piece) - fade) if self.loop else len(piece)
            at += 0 if self.loop else int(rng.uniform(0.05, 0.3) * self.sample_rate)
            if at >= samples:
                return out
            piece = self.clip(int(rng.choice(members)))


def _loudest(signal: np.ndarray, sample_rate: int) -> float:
    """RMS of the loudest 0.1 s of a signal."""
    block = min(max(1, sample_rate // 10), len(signal))
    if block == 0:
        return 0.0
    blocks = signal[: len(signal) // block * block].reshape(-1, block)
    return float(np.sqrt(np.einsum("ij,ij->i", blocks, blocks).max() / block))


def _read(path: Path, sample_rate: int) -> np.ndarray:
    """Decode one file to mono float32 at the sample rate."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = audio.mean(axis=1) if audio.shape[1] > 1 else audio[:, 0]
    return mono if rate == sample_rate else soxr.resample(mono, rate, sample_rate)


def _decode(
    clips: Sequence[Clip], sample_rate: int, what: str, flat: Path | None = None, table: Path | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Decode into one array; with `flat` and `table` into these files, written aside and then renamed."""

    def capacity(clip: Clip) -> int:
        try:
            info = soundfile.info(clip.path)
        except (soundfile.LibsndfileError, OSError) as error:
            raise ValueError(f"{what}: cannot read {clip.path}: {error}") from error
        return -(-info.frames * sample_rate // info.samplerate) + 1

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        capacities = np.array(list(pool.map(capacity, clips)), np.int64)
        offsets = np.concatenate([[0], np.cumsum(capacities)[:-1]])
        total = int(capacities.sum())
        temporary = None
        if flat is not None:
            temporary = flat.with_suffix(f".{os.getpid()}.part")
            data = np.lib.format.open_memmap(temporary, "w+", np.int16, (total,))
        else:
            data = np.empty(total, np.int16)

        def fill(i: int) -> tuple[int, float]:
            try:
                signal = _read(clips[i].path, sample_rate)[: capacities[i]]
            except (soundfile.LibsndfileError, OSError) as error:
                raise ValueError(f"{what}: cannot read {clips[i].path}: {error}") from error
            if not np.isfinite(signal).all():
                raise ValueError(f"{what}: {clips[i].path} holds samples that are no numbers")
            peak = _loudest(signal, sample_rate)
            data[offsets[i] : offsets[i] + len(signal)] = np.clip(np.rint(signal * 32768), -32768, 32767)
            return len(signal), peak

        try:
            found = list(
                tqdm(
                    pool.map(fill, range(len(clips))),
                    total=len(clips),
                    desc=f"decoding {what}",
                    unit="file",
                    disable=None,
                )
            )
            lengths = np.array([length for length, _ in found], np.int64)
            peaks = np.array([peak for _, peak in found], np.float32)
            if flat is not None:
                data.flush()
                os.replace(temporary, flat)
                with temporary.open("wb") as aside:
                    np.savez(aside, offsets=offsets, lengths=lengths, peaks=peaks)
                os.replace(temporary, table)
        except BaseException:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
            raise
    return data, offsets, lengths, peaks


# --- datasets ---


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
        clean_dir: str | os.PathLike,
        noisy_dir: str | os.PathLike,
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
            _read(folder / name, self.sample_rate)[: self.samples]
            for folder in (self.clean_dir, self.noisy_dir)
        )
        samples = min(len(x), len(y))
        return torch.from_numpy(x[:samples]), torch.from_numpy(y[:samples]), name


class DataModule(L.LightningDataModule):
    """Mixtures made on the fly for training; pairs of files, or held-out mixtures, for validation.

    Without valid_clean and valid_noisy, 2 % of the speech files and of the noise files are held out and never
    trained on; fixed mixtures of them validate. Validation batches hold one whole file: (x, y, names).

    Args:
        speech: folders of clean speech, or manifests (.tsv, .jsonl).
        noise: folders of noise, or manifests.
        speech_include: globs or prefixes of the speech files to use; empty for all.
        noise_include: globs or prefixes of the noise files to use; empty for all.
        min_snr_db: leaves out speech whose manifest gives a lower estimated SNR, dB.
        sample_rate: Hz.
        seconds: length of a training example, s.
        batch_size: examples of a batch (of each process).
        examples_per_epoch: mixtures of an epoch; each is new.
        workers: processes that make mixtures; 0 makes them in the main one.
        rooms: simulated rooms; 0 for none.
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
        speech: list[str],
        noise: list[str],
        speech_include: list[str] | None = None,
        noise_include: list[str] | None = None,
        min_snr_db: float | None = None,
        sample_rate: int = 16000,
        seconds: float = 2.0,
        batch_size: int = 16,
        examples_per_epoch: int = 16000,
        workers: int = 2,
        rooms: int = 128,
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
        if not batch_size <= examples_per_epoch:
            raise ValueError(
                f"examples_per_epoch ({examples_per_epoch}) must be at least batch_size ({batch_size})"
            )
        if seed < 0:
            raise ValueError(f"seed is {seed}: it must be 0 or more")
        self.options = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        self.batch_size = batch_size
        self.training: MixingDataset | None = None
        self.validation: MixingDataset | PairDataset | None = None

    def prepare_data(self) -> None:
        """Fill the cache once, before other processes look for it."""
        if self.options["cache_dir"] is not None:
            self._banks()
            self._rooms()

    def setup(self, stage: str | None = None) -> None:
        """Make the datasets; called again, it keeps those it has."""
        o = self.options
        pairs = o["valid_clean"] is not None
        if pairs and self.validation is None:
            self.validation = PairDataset(
                o["valid_clean"],
                o["valid_noisy"],
                o["valid_max_seconds"],
                o["valid_max_files"],
                o["sample_rate"],
            )
        if self.training is not None or (pairs and stage not in (None, "fit")):
            return
        banks, rooms = self._banks(), self._rooms()
        if not pairs:
            splits = [hold_out(bank.clips, 0.02) for bank in banks]
            held = [bank.subset(clips) for bank, (_, clips) in zip(banks, splits, strict=True)]
            banks = [bank.subset(clips) for bank, (clips, _) in zip(banks, splits, strict=True)]
            self.validation = MixingDataset(
                *held,
                o["valid_count"],
                round(o["valid_seconds"] * o["sample_rate"]),
                # Metrics need speech to compare with.
                replace(o["mix"], speech_absent=0.0, noise_absent=0.0),
                rooms,
                o["seed"],
                name="held-out",
            )
        self.training = MixingDataset(
            *banks,
            o["examples_per_epoch"],
            round(o["seconds"] * o["sample_rate"]),
            o["mix"],
            rooms,
            o["seed"],
        )

    def train_dataloader(self) -> DataLoader:
        """Batches of new mixtures: (x, y), float32 [batch, samples]."""
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

    def val_dataloader(self) -> DataLoader:
        """One file a batch: (x, y, names), float32 [1, samples] and a list of one name."""
        return DataLoader(
            self.validation, batch_size=1, shuffle=False, num_workers=min(1, self.options["workers"])
        )

    def test_dataloader(self) -> DataLoader:
        """The files of validation: to test on others, point valid_clean and valid_noisy at them."""
        return self.val_dataloader()

    def _banks(self) -> list[AudioBank]:
        o = self.options
        speech = find_clips(o["speech"], o["speech_include"] or (), o["min_snr_db"], "speech")
        noise = find_clips(o["noise"], o["noise_include"] or (), None, "noise")
        return [
            AudioBank.decode(speech, o["sample_rate"], False, o["cache_dir"], "speech"),
            AudioBank.decode(noise, o["sample_rate"], True, o["cache_dir"], "noise"),
        ]

    def _rooms(self) -> list[Room]:
        o = self.options
        wanted = o["rooms"] if o["mix"].reverb > 0 else 0
        return load_rooms(wanted, o["seed"], o["sample_rate"], o["cache_dir"])
