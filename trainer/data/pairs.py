"""Lists of pairs: what `trainer prepare` makes, or any clean/ and noisy/ of the same names, and what is held out."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.data.testset import audio_files


@dataclass(frozen=True)
class Pair:
    """One recording twice, clean and noisy."""

    name: str  # relative path without its ending
    clean: Path
    noisy: Path
    speaker: str = ""  # empty where no manifest tells


def find_pairs(places: str | Sequence[str]) -> tuple[list[Pair], list[Pair]]:
    """(to train on, to validate with) of these places; the second is empty where they have no valid/.

    A place is a folder with train/ and perhaps valid/, each with clean/ and noisy/; a folder with clean/ and noisy/;
    or the manifest.tsv of such a folder, which then lists what is used of it. A folder of the name train has the valid/
    beside it. Raises ValueError for a wrong layout, in one sentence.
    """
    places = [places] if isinstance(places, str) else list(places)
    if not places:
        raise ValueError(
            "pairs names no place: give what `trainer prepare` made, or a folder with clean/ and noisy/"
        )
    train: list[Pair] = []
    valid: list[Pair] = []
    for place in map(Path, places):
        folder, manifest = _resolve(place)
        train += pair_up(folder / "clean", folder / "noisy", manifest)
        beside = folder.parent / "valid"
        if folder.name == "train" and _holds_pairs(beside):
            valid += pair_up(beside / "clean", beside / "noisy", _manifest_of(beside))
    train, valid = _once(train), _once(valid)
    twice = {pair.clean.resolve() for pair in train} & {pair.clean.resolve() for pair in valid}
    if twice:
        raise ValueError(
            f"{len(twice)} pairs are both to train on and to validate with, such as {min(twice)}"
        )
    return train, valid


def _once(pairs: list[Pair]) -> list[Pair]:
    """Each once, the first mention counts, though two places may list it."""
    return list({pair.clean.resolve(): pair for pair in pairs[::-1]}.values())[::-1]


def hold_out_pairs(pairs: Sequence[Pair], share: float) -> tuple[list[Pair], list[Pair]]:
    """(kept, held out): whole speakers where several are known, else pairs, chosen by a hash of their names.

    At least one is held out and one kept. Raises ValueError for a single pair.
    """
    if len(pairs) < 2:
        raise ValueError(
            f"{len(pairs)} pair cannot be split in two: give more, or give valid_clean and valid_noisy"
        )
    several = len({p.speaker for p in pairs}) > 1
    group = {p: p.speaker or p.name if several else p.name for p in pairs}
    order = sorted(set(group.values()), key=lambda name: hashlib.sha256(name.encode()).digest())
    held: set[str] = set()
    for name in order[:-1]:
        held.add(name)
        if sum(group[p] in held for p in pairs) >= share * len(pairs):
            break
    return [p for p in pairs if group[p] not in held], [p for p in pairs if group[p] in held]


def pair_up(clean: Path, noisy: Path, manifest: Path | None = None) -> list[Pair]:
    """The pairs of two folders, searched whole; of them those that a manifest lists, if there is one.

    Raises ValueError if a name is in one folder only.
    """
    a, b = audio_files(clean), audio_files(noisy)
    if manifest is None:
        speakers = dict.fromkeys(a, "")
        lone, wanted = sorted(a.keys() ^ b.keys()), "both need the same names"
    else:
        speakers = _speakers(manifest)
        lone = sorted(speakers.keys() - (a.keys() & b.keys()))
        wanted = f"both need the {len(speakers)} names of {manifest}"
    if lone:
        raise ValueError(
            f"{clean} has {len(a)} audio files and {noisy} has {len(b)}; {wanted}, but {len(lone)} are missing in one: "
            f"{', '.join(lone[:3])}"
        )
    return [Pair(name, a[name], b[name], speakers[name]) for name in sorted(speakers)]


def _resolve(place: Path) -> tuple[Path, Path | None]:
    """The folder with clean/ and noisy/ that a place means, and its manifest if it has one."""
    if not place.exists():
        raise ValueError(
            f"pairs: {place} does not exist; give what `trainer prepare` made, a folder with clean/ and noisy/, or its "
            "manifest.tsv"
        )
    if place.is_file():
        if not _holds_pairs(place.parent):
            raise ValueError(f"pairs: looked for clean/ and noisy/ beside {place} and did not find both")
        return place.parent, place
    for folder in (place / "train", place):
        if _holds_pairs(folder):
            return folder, _manifest_of(folder)
    count = sum(1 for p in place.rglob("*") if p.suffix.lower() in (".wav", ".flac"))
    raise ValueError(
        f"pairs: looked for clean/ and noisy/ in {place} and in {place / 'train'} and found neither; below it are {count} "
        "WAV and FLAC files"
    )


def _holds_pairs(folder: Path) -> bool:
    return (folder / "clean").is_dir() and (folder / "noisy").is_dir()


def _manifest_of(folder: Path) -> Path | None:
    manifest = folder / "manifest.tsv"
    return manifest if manifest.is_file() else None


def _speakers(manifest: Path) -> dict[str, str]:
    """Name (relative path without its ending) -> speaker, empty where none is told."""
    with manifest.open(encoding="utf-8-sig", newline="") as lines:
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if "path" not in (table.fieldnames or ()):
            raise ValueError(
                f"{manifest} is no manifest: its first line must name tab-separated columns, `path` among them"
            )
        rows = {
            Path(r["path"]).with_suffix("").as_posix(): r.get("speaker") or "" for r in table if r["path"]
        }
    if not rows:
        raise ValueError(f"{manifest} lists no files")
    return rows
