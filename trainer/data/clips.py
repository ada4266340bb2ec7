"""Lists of sound files: folders and manifests, filters by name and quality, and a part held out."""

import csv
import fnmatch
import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

AUDIO = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif", ".w64", ".caf")


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

    A manifest needs `path`, relative to its own folder; `source`, `speaker_or_class` (or `speaker`, or `label`) and
    `snr_db` are used where they are given. `include` keeps names that match one of its globs or begin with
    one of its prefixes; `min_snr_db` leaves out rows whose `snr_db` is below. `what` names the sound in errors.

    Raises ValueError if a place or a listed file is missing, a manifest is malformed, or nothing is left.
    """
    if isinstance(where, str):
        where = [where]
    rows = [(root, row) for place in where for root, row in _rows(Path(place), what)]
    named = [(root, row) for root, row in rows if not include or matches(row["path"], include)]
    kept = [(root, row) for root, row in named if min_snr_db is None or snr_of(row) >= min_snr_db]
    if not kept:
        raise ValueError(
            f"no {what} found: looked for {', '.join(AUDIO)} in {', '.join(map(str, where)) or 'no place'}; "
            f"of {len(rows)} files {len(named)} match include {list(include)}, of these {len(kept)} reach "
            f"min_snr_db {min_snr_db}"
        )
    clips = {}
    for root, row in kept:
        path = root / row["path"]
        clips[path.resolve()] = clip_of(row, path, root.name)
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


def clip_of(row: dict[str, Any], path: Path, place: str) -> Clip:
    """The clip of a manifest's row. place: the source of a name without folders, where the row tells none."""
    name = Path(row["path"])
    source = row.get("source") or (name.parts[0] if len(name.parts) > 1 else place)
    group = row.get("speaker_or_class") or row.get("speaker") or row.get("label") or name.parent.as_posix()
    return Clip(path, name.as_posix(), str(source), f"{source}/{group}")


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Does a name match one of these globs or begin with one of these prefixes?"""
    return any(fnmatch.fnmatchcase(name, pattern) or name.startswith(pattern) for pattern in patterns)


def snr_of(row: dict[str, Any]) -> float:
    """The estimated SNR of a row, infinite where none is given, dB."""
    value = row.get("snr_db")
    try:
        return float(value) if value not in (None, "") else math.inf
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
