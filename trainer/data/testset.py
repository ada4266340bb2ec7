"""A test set: folders of the same file names, and what is known of each file's speaker, noise and SNR."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

AUDIO = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif", ".w64", ".caf")
PATTERN = r"(?:(?P<speaker>[^_]+)_)?(?P<snr>-?\d+(?:\.\d+)?)dB_(?P<noise>[^_]+)"


@dataclass(frozen=True)
class Item:
    """One clean file and what is known of the noisy file of that name."""

    name: str  # relative path without its ending
    clean: Path
    speaker: str | None = None
    noise: str | None = None
    snr_db: float | None = None


def audio_files(folder: Path) -> dict[str, Path]:
    """Name (relative path without its ending, forward slashes) -> audio file of a folder, searched whole."""
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder of audio files")
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in AUDIO and path.is_file() and not path.name.startswith("."):
            name = path.relative_to(folder).with_suffix("").as_posix()
            if name in found:
                raise ValueError(
                    f"{folder} holds both {found[name].name} and {path.name}: one name, one file"
                )
            found[name] = path
    if not found:
        raise ValueError(f"no audio found in {folder}: looked for {', '.join(AUDIO)}")
    return found


def find_items(
    clean: Path,
    others: Iterable[Path] = (),
    pattern: str = PATTERN,
    manifest: Path | None = None,
    max_files: int | None = None,
) -> list[Item]:
    """The clean files and what names, or a manifest, say of speaker, noise and SNR.

    All folders must hold the same names (endings may differ). `pattern` is a regular expression with any of the
    named groups speaker, snr, noise, searched in each file name; a manifest is a .tsv with the column `path` and any
    of speaker, noise, snr_db, and goes before the pattern. Of more than `max_files`, so many are drawn, always the
    same ones.
    """
    files = audio_files(clean)
    for folder in others:
        found = audio_files(folder)
        if found.keys() != files.keys():
            lone = sorted(found.keys() ^ files.keys())
            raise ValueError(
                f"{clean} has {len(files)} audio files and {folder} has {len(found)}; both need the same names, "
                f"but {len(lone)} are in one only: {', '.join(lone[:3])}"
            )
    expression = compiled(pattern)
    known = _manifest(manifest) if manifest else {}
    if known and not known.keys() & files.keys():
        raise ValueError(
            f"{manifest} names {len(known)} files, none of them in {clean}: first {next(iter(known))!r}"
        )
    items = []
    for name, path in files.items():
        facts = facts_of(Path(name).name, expression) | known.get(name, {})
        snr = facts.get("snr_db", facts.get("snr"))
        try:
            snr_db = None if snr in (None, "") else float(snr)
        except ValueError:
            raise ValueError(f"the SNR of {name} is {snr!r}: it must be a number in dB") from None
        items.append(Item(name, path, facts.get("speaker"), facts.get("noise"), snr_db))
    if max_files is not None:
        if max_files < 1:
            raise ValueError(f"max_files is {max_files}: it must be at least 1")
        # by a hash: even spacing would pick the same SNR again and again where names go through SNRs in turn
        drawn = sorted(items, key=lambda item: hashlib.sha256(item.name.encode()).digest())
        items = sorted(drawn[:max_files], key=lambda item: item.name)
    return items


def compiled(pattern: str) -> re.Pattern[str]:
    """The regular expression, or ValueError with what is wrong with it."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"pattern {pattern!r} is no regular expression: {error}") from None


def facts_of(name: str, expression: re.Pattern[str]) -> dict[str, str]:
    """What the named groups of a pattern find in a file name; the last match counts, as names grow at their end."""
    matches = list(expression.finditer(name))
    return {k: v for k, v in matches[-1].groupdict().items() if v is not None} if matches else {}


def _manifest(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        raise FileNotFoundError(f"no manifest at {path}")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if "path" not in (table.fieldnames or ()):
            raise ValueError(
                f"{path} is no manifest: its first line must name tab-separated columns, `path` among them"
            )
        keep = ("speaker", "noise", "snr_db")
        return {
            Path(row["path"]).with_suffix("").as_posix(): {k: row[k] for k in keep if row.get(k)}
            for row in table
        }


def read_mono(path: Path, rate: int | None = None) -> tuple[np.ndarray, int]:
    """A file as mono float32 [S], full scale ±1, resampled to `rate` if given. Returns it with its rate, Hz."""
    try:
        audio, own = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise ValueError(f"cannot read {path}: {error}") from None
    mono = audio.mean(axis=1)
    return (mono, own) if rate in (None, own) else (soxr.resample(mono, own, rate), rate)
