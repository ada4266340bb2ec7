"""Recordings from WebDataset shards: tar files that are read from front to end, from a disk or over a network."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import soundfile
from tqdm import tqdm

from trainer.atomic import atomic_path
from trainer.data.bank import AudioBank, quantise, read_mono
from trainer.data.clips import AUDIO, Clip, clip_of, matches, snr_of

TARS = (".tar", ".tar.gz", ".tgz")


def are_shards(where: Sequence[str], what: str = "audio") -> bool:
    """Do all these places name shards? Raises ValueError if only some do. what: the sound, for the error."""
    named = [str(place).startswith("pipe:") or str(place).lower().endswith(TARS) for place in where]
    if any(named) and not all(named):
        raise ValueError(
            f"{what}: {where[named.index(True)]} is a shard and {where[named.index(False)]} is not: give either shards, or"
            " folders and manifests"
        )
    return all(named) and len(named) > 0


def shard_bank(
    where: Sequence[str],
    include: Sequence[str] = (),
    min_snr_db: float | None = None,
    sample_rate: int = 16000,
    loop: bool = False,
    cache_dir: str | os.PathLike[str] | None = None,
    what: str = "audio",
) -> AudioBank:
    """The bank of all recordings in some shards, in the order of their names.

    where: paths or URLs as WebDataset takes them, with ranges ({000..031}). A sample is one sound file, and beside it
    a .json may hold what a manifest's row does: source, speaker_or_class, snr_db. How the recordings are cut into shards
    changes nothing: mixtures are those of a folder with the same files. The shards are read once, one after another;
    with `cache_dir` the decoded audio goes to a file there, which all processes of a machine share, else each holds all
    of it in memory. Raises ValueError in one sentence for shards that are missing or unreadable, or hold nothing.
    """
    try:
        import webdataset
    except ImportError as error:
        raise ImportError(f"{what}: {error}: shards want the extra 'shards'") from None

    urls = [str(url) for place in where for url in webdataset.shardlists.expand_urls(str(place))]
    missing = [url for url in urls if _is_local(url) and not Path(url).is_file()]
    if missing:
        raise ValueError(f"{what}: {len(missing)} of {len(urls)} shards do not exist, first: {missing[0]}")
    if cache_dir is None:
        parts = io.BytesIO()
        table = _decode(urls, include, min_snr_db, sample_rate, what, parts)
        return _bank(table, np.frombuffer(parts.getbuffer(), np.int16), sample_rate, loop)

    Path(cache_dir).mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(f"shards 1 {sample_rate} {list(include)} {min_snr_db}".encode())
    for url in urls:
        stat = Path(url).stat() if _is_local(url) else None
        key.update(f"\n{url} {stat and (stat.st_size, stat.st_mtime_ns)}".encode())
    flat = Path(cache_dir) / f"shards-{key.hexdigest()[:24]}.npy"
    listing = flat.with_suffix(".json")
    if not (flat.exists() and listing.exists()):
        with atomic_path(flat) as temporary, temporary.open("wb") as file:
            table = _write_npy(file, urls, include, min_snr_db, sample_rate, what)
        with atomic_path(listing) as temporary:
            temporary.write_text(json.dumps(table))
    return _bank(json.loads(listing.read_text()), np.load(flat, mmap_mode="r"), sample_rate, loop, flat)


def _is_local(url: str) -> bool:
    return "://" not in url and not url.startswith("pipe:")


def _write_npy(
    file: BinaryIO,
    urls: list[str],
    include: Sequence[str],
    min_snr_db: float | None,
    sample_rate: int,
    what: str,
) -> list[dict[str, Any]]:
    """The samples as a .npy file. Its header goes first but tells the length: NumPy leaves room for that to grow."""

    def header(samples: int) -> int:
        file.seek(0)
        about = {"descr": "<i2", "fortran_order": False, "shape": (samples,)}
        np.lib.format.write_array_header_1_0(file, about)
        return file.tell()

    start = header(0)
    table = _decode(urls, include, min_snr_db, sample_rate, what, file)
    if header((table[-1]["end"]) if table else 0) != start:
        raise RuntimeError("the header of a .npy file changed its length")
    return table


def _decode(
    urls: list[str],
    include: Sequence[str],
    min_snr_db: float | None,
    sample_rate: int,
    what: str,
    out: BinaryIO,
) -> list[dict[str, Any]]:
    """Appends int16 samples to `out`. Returns for each recording its clip, where its samples end, and its peak."""
    table, seen, end = [], 0, 0
    for path, row, sound in tqdm(_samples(urls, what), desc=f"decoding {what}", unit="file", disable=None):
        seen += 1
        if (include and not matches(row["path"], include)) or (
            min_snr_db is not None and snr_of(row) < min_snr_db
        ):
            continue
        try:
            signal = read_mono(io.BytesIO(sound), sample_rate)
        except (soundfile.LibsndfileError, OSError) as error:
            raise ValueError(f"{what}: cannot read {path}: {error}") from error
        samples, peak = quantise(signal, sample_rate, f"{what}: {path}")
        out.write(samples.tobytes())
        end += len(samples)
        clip = clip_of(row, path, path.parent.name)
        table.append(
            {"path": str(path), "name": clip.name, "source": clip.source, "group": clip.group, "end": end,
             "length": len(samples), "peak": peak}
        )  # fmt: skip
    if not table:
        raise ValueError(
            f"no {what} found: {len(urls)} shards hold {seen} files of {', '.join(AUDIO)}, and none matches include"
            f" {list(include)} and reaches min_snr_db {min_snr_db}"
        )
    return table


def _samples(urls: list[str], what: str) -> Iterator[tuple[Path, dict[str, Any], bytes]]:
    """(where it is, its row, the bytes of its sound file) of every sample with sound."""
    from webdataset.tariterators import tarfile_samples

    shards = iter(urls)
    for url in shards:
        try:
            for sample in tarfile_samples([{"url": url}]):
                kinds = [kind for kind in sample if f".{kind}".endswith(AUDIO)]
                if len(kinds) > 1:
                    raise ValueError(
                        f"{sample['__key__']} is in it as {' and as '.join(kinds)}: one is wanted"
                    )
                if kinds:
                    name = f"{sample['__key__']}.{kinds[0]}"
                    row = json.loads(sample["json"]) if "json" in sample else {}
                    yield Path(url) / name, {**row, "path": name}, sample[kinds[0]]
        except (tarfile.TarError, OSError, EOFError, ValueError, TypeError) as error:
            reason = str(error.args[0]) if error.args else type(error).__name__
            raise ValueError(f"{what}: the shard {url} cannot be read: {reason}") from error


def _bank(
    table: list[dict[str, Any]], data: np.ndarray, sample_rate: int, loop: bool, file: Path | None = None
) -> AudioBank:
    table = sorted(table, key=lambda row: row["name"])
    return AudioBank(
        [Clip(Path(row["path"]), row["name"], row["source"], row["group"]) for row in table],
        data,
        np.array([row["end"] - row["length"] for row in table], np.int64),
        np.array([row["length"] for row in table], np.int64),
        np.array([row["peak"] for row in table], np.float32),
        sample_rate,
        loop,
        file,
    )
