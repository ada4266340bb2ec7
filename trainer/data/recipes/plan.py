"""What a recipe decides before it makes anything: the pairs, and which split each belongs to."""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trainer.data.testset import compiled

SPLITS = ("train", "valid", "test")
AUDIO = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif", ".w64", ".caf", ".sph", ".wv1")


class LayoutError(ValueError):
    """A folder does not hold what the recipe needs; the message says what was looked for and what was found."""


@dataclass(frozen=True)
class Noise:
    """Where the noise of a mixture comes from: somewhere in [begin, end] of a recording, as shares of its length."""

    file: Path
    label: str
    begin: float = 0.0
    end: float = 1.0


@dataclass(frozen=True)
class Pair:
    """One example to be made: clean speech with a noisy recording of it, or with noise to mix in.

    Exactly one of `noisy` and `source` is given. snr_db: of the mixture, active speech level over the level of the
    noise; for recorded pairs, what the corpus says, if it does.
    """

    split: str
    name: str  # of the clean and noisy files, without ending
    speaker: str
    clean: Path
    noisy: Path | None = None
    source: Noise | None = None
    noise: str | None = None
    snr_db: float | None = None


def audio_under(folder: Path, recipe: str) -> list[Path]:
    """All audio files below a folder, sorted. Raises LayoutError if there is no such folder."""
    if not folder.is_dir():
        raise LayoutError(f"{recipe}: {folder} is not a folder")
    found = []
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, n) for n in names if n.lower().endswith(AUDIO) and not n.startswith(".")]
    return sorted(found)


def rng_of(seed: int, *key: str) -> np.random.Generator:
    """A generator for one decision: it depends on the seed and the key, not on what else there is to decide."""
    return np.random.default_rng([seed, zlib.crc32("\n".join(key).encode())])


def split_groups(groups: Iterable[str], shares: tuple[float, float], seed: int, what: str) -> dict[str, str]:
    """Groups (speakers, noise files) -> split, so that no group is in two.

    shares: of valid and of test, 0 ... 1; at least one group each where the share is above 0. Raises LayoutError if
    there are too few groups.
    """
    if not (min(shares) >= 0 and sum(shares) < 1):
        raise ValueError(
            f"the shares of valid and test are {shares}: each must be 0 or more, together below 1"
        )
    order = sorted(set(groups), key=lambda group: hashlib.sha256(f"{seed} {group}".encode()).digest())
    counts = [max(1, round(share * len(order))) if share > 0 else 0 for share in shares]
    if len(order) <= sum(counts):
        raise LayoutError(
            f"{len(order)} {what} ({', '.join(sorted(order)[:3])}) cannot be split in {1 + sum(s > 0 for s in shares)} "
            "parts that share none"
        )
    cuts = dict.fromkeys(order, "train")
    cuts |= dict.fromkeys(order[: counts[0]], "valid")
    cuts |= dict.fromkeys(order[counts[0] : sum(counts)], "test")
    return cuts


def speaker_of(file: Path, root: Path, pattern: str | None) -> str:
    """Whose voice a file holds.

    What `pattern` (its first group) finds in the path relative to `root`; without a pattern the first folder, or in a
    flat folder what stands before the first "-" or "_".
    """
    relative = file.relative_to(root)
    if pattern is not None:
        match = compiled(pattern).search(relative.as_posix())
        if match is None or not match.groups():
            raise LayoutError(
                f"the speaker pattern {pattern!r} finds no group in {relative.as_posix()}: it needs one, as in '^([^/]+)/'"
            )
        return match.group(1)
    return relative.parts[0] if len(relative.parts) > 1 else re.split("[-_]", relative.stem)[0]


def mixture_name(utterance: str, speaker: str, snr_db: float, noise: str) -> str:
    """utterance_speaker_-5dB_noise: what `trainer test` takes apart again."""
    return f"{utterance}_{plain(speaker)}_{snr_db:g}dB_{plain(noise)}"


def plain(label: str) -> str:
    """A label without characters that mean something in file names."""
    return re.sub(r"[^\w.+-]+|_", "-", label)


def mixtures(
    split: str,
    utterances: Sequence[tuple[str, str, Path]],
    noises: Sequence[Noise],
    snrs: Sequence[float],
    versions: int,
    seed: int,
) -> list[Pair]:
    """`versions` mixtures of each utterance (name, speaker, file), each with a noise and an SNR drawn.

    The noise label is drawn first, then its recording, so that a noise with many recordings is no more frequent.
    """
    if versions < 1:
        raise ValueError(f"versions is {versions}: it must be at least 1")
    if not snrs:
        raise ValueError("snrs is empty: give at least one, in dB")
    by_label: dict[str, list[Noise]] = {}
    for noise in noises:
        by_label.setdefault(noise.label, []).append(noise)
    labels = sorted(by_label)
    everything = [(label, snr) for label in labels for snr in snrs]
    pairs = []
    for name, speaker, clean in utterances:
        rng = rng_of(seed, split, name)
        # no combination twice before all were there: two versions of one name cannot coincide
        drawn: list[int] = []
        while len(drawn) < min(versions, len(everything)):
            drawn += [int(k) for k in rng.permutation(len(everything))]
        for k in drawn[: min(versions, len(everything))]:
            label, snr_db = everything[k]
            recordings = by_label[label]
            noise = recordings[int(rng.integers(len(recordings)))]
            title = mixture_name(name, speaker, snr_db, label)
            pairs.append(Pair(split, title, speaker, clean, None, noise, label, snr_db))
    return pairs
