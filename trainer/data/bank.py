"""Banks of decoded audio: every clip is decoded once, and held in memory as int16."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import soundfile
import soxr
from tqdm import tqdm

from trainer.atomic import atomic_path
from trainer.data.clips import Clip, hold_out


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
        cache_dir: str | os.PathLike[str] | None = None,
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

    def hold_out(self, share: float) -> tuple["AudioBank", "AudioBank"]:
        """(kept, held out): whole clips where several sound (`trainer.data.clips.hold_out`), else the end of the one."""
        sounding = np.flatnonzero(self._usable)
        if len(sounding) > 1:
            kept, held = hold_out([self.clips[i] for i in sounding], share)
            return self.subset(kept), self.subset(held)
        i = sounding[0]
        length = int(self.lengths[i])
        end = min(length // 2, max(self.sample_rate, length // 10))
        return self._stretch(i, 0, length - end), self._stretch(i, length - end, end)

    def _stretch(self, i: int, start: int, length: int) -> "AudioBank":
        """The bank of a part of one clip, sharing the samples."""
        where, size = self.offsets[i : i + 1] + start, np.array([length])
        rest = self.peaks[i : i + 1], self.sample_rate, self.loop, self.file
        return AudioBank([self.clips[i]], self.data, where, size, *rest)

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def seconds(self) -> float:
        """Duration of all clips, s."""
        return float(self.lengths.sum() / self.sample_rate)

    def _weigh(self) -> None:
        self._usable = usable = (self.lengths > 0) & (self.peaks > 1e-4)
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

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        if self.file is not None:  # a pickled memory map would be a copy of it all
            state["data"] = None
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
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


def quantise(signal: np.ndarray, sample_rate: int, what: str) -> tuple[np.ndarray, float]:
    """float32, full scale ±1 -> int16 and the RMS of the loudest 0.1 s. Raises ValueError for what is no number."""
    if not np.isfinite(signal).all():
        raise ValueError(f"{what} holds samples that are no numbers")
    return np.clip(np.rint(signal * 32768), -32768, 32767).astype(np.int16), _loudest(signal, sample_rate)


def read_mono(path: str | os.PathLike[str] | BinaryIO, sample_rate: int) -> np.ndarray:
    """Decode one file to mono float32 at the sample rate."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono: np.ndarray = audio.mean(axis=1) if audio.shape[1] > 1 else audio[:, 0]
    if rate != sample_rate:
        mono = soxr.resample(mono, rate, sample_rate)
    return mono


def _decode(
    clips: Sequence[Clip], sample_rate: int, what: str, flat: Path | None = None, table: Path | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Decode into one array; with `flat` and `table` into these files, written aside and then renamed."""

    def capacity(clip: Clip) -> int:
        try:
            info = soundfile.info(clip.path)
        except (soundfile.LibsndfileError, OSError) as error:
            raise ValueError(f"{what}: cannot read {clip.path}: {error}") from error
        if info.frames >= 1 << 50:  # libsndfile's count where a header holds none
            raise ValueError(f"{what}: the header of {clip.path} does not say how long it is; write it anew")
        frames, rate = int(info.frames), int(info.samplerate)
        return -(-frames * sample_rate // rate) + 1

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool, ExitStack() as files:
        capacities = np.array(list(pool.map(capacity, clips)), np.int64)
        offsets = np.concatenate([[0], np.cumsum(capacities)[:-1]])
        total = int(capacities.sum())
        if flat is not None and table is not None:
            new_table = files.enter_context(atomic_path(table))
            new_flat = files.enter_context(atomic_path(flat))
            data: np.ndarray = np.lib.format.open_memmap(new_flat, "w+", np.int16, (total,))
        else:
            data = np.empty(total, np.int16)

        def fill(i: int) -> tuple[int, float]:
            try:
                signal = read_mono(clips[i].path, sample_rate)[: capacities[i]]
            except (soundfile.LibsndfileError, OSError) as error:
                raise ValueError(f"{what}: cannot read {clips[i].path}: {error}") from error
            data[offsets[i] : offsets[i] + len(signal)], peak = quantise(
                signal, sample_rate, f"{what}: {clips[i].path}"
            )
            return len(signal), peak

        progress = tqdm(
            pool.map(fill, range(len(clips))),
            total=len(clips),
            desc=f"decoding {what}",
            unit="file",
            disable=None,
        )
        found = list(progress)
        lengths = np.array([length for length, _ in found], np.int64)
        peaks = np.array([peak for _, peak in found], np.float32)
        if flat is not None and table is not None:
            if isinstance(data, np.memmap):
                data.flush()
            with new_table.open("wb") as file:
                np.savez(file, offsets=offsets, lengths=lengths, peaks=peaks)
    return data, offsets, lengths, peaks
