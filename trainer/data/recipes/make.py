"""Pairs -> files: OUT/{train,valid,test}/{clean,noisy}/NAME.wav and a manifest of each split.

Files appear whole or not at all, and a run that was stopped goes on where it was: what is made is noted line by line
in OUT/SPLIT/.made.jsonl, which becomes manifest.tsv at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from tqdm import tqdm

from trainer.atomic import atomic_path
from trainer.data.levels import QUIET, active_rms, rms
from trainer.data.recipes.plan import SPLITS, Noise, Pair, rng_of
from trainer.data.testset import read_mono

COLUMNS = (
    "path",
    "speaker",
    "noise",
    "snr_db",
    "seconds",
    "gain_db",
    "clean_source",
    "noise_source",
    "noise_start_s",
)
RECIPE = "recipe.json"
JOURNAL = ".made.jsonl"
FORMATS = ("wav", "flac")
FADE = 0.01  # s, where a short noise is repeated
SLACK = 0.05  # s by which the files of a recorded pair may differ; the longer one is cut


def make(pairs: Sequence[Pair], out: Path, options: dict[str, Any], sample_rate: int = 16000, format: str = "wav",
         seed: int = 0, jobs: int = 1) -> dict[str, int]:  # fmt: skip
    """Makes all pairs below `out`, `jobs` at a time. Returns how many pairs each split has.

    options: what decides the result, as plain JSON values; kept in recipe.json, and a folder that was begun with
    others is refused. Raises ValueError or OSError; what was made until then stays and is not made again.
    """
    if format not in FORMATS:
        raise ValueError(f"format is {format!r}: it must be {' or '.join(FORMATS)}")
    if jobs < 1:
        raise ValueError(f"jobs is {jobs}: it must be at least 1")
    if sample_rate < 8000:
        raise ValueError(f"sample_rate is {sample_rate} Hz: it must be at least 8000")
    _check(pairs)
    _claim(out, {**options, "sample_rate": sample_rate, "format": format, "seed": seed})
    rows: dict[str, dict[str, dict[str, Any]]] = {split: _made(out / split) for split in SPLITS}
    _check_strangers(pairs, out, format)
    todo = [p for p in pairs if not _is_made(p, rows[p.split].get(f"{p.name}.{format}"), out, format)]
    for split in {pair.split for pair in pairs}:
        for kind in ("clean", "noisy"):
            (out / split / kind).mkdir(parents=True, exist_ok=True)
    with tqdm(
        total=len(pairs), initial=len(pairs) - len(todo), desc="making", unit="pair", disable=None
    ) as bar:
        for pair, row in _rendered(todo, out, sample_rate, format, seed, jobs):
            rows[pair.split][row["path"]] = row
            with (out / pair.split / JOURNAL).open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(row) + "\n")
            bar.update()
    counts = {}
    for split in SPLITS:
        names = [f"{pair.name}.{format}" for pair in pairs if pair.split == split]
        if names:
            _write_manifest(out / split / "manifest.tsv", [rows[split][name] for name in sorted(names)])
            (out / split / JOURNAL).unlink(missing_ok=True)
            counts[split] = len(names)
    return counts


# --- what is there already ---


def _check(pairs: Sequence[Pair]) -> None:
    names: set[tuple[str, str]] = set()
    split_of: dict[str, str] = {}
    for pair in pairs:
        if (pair.split, pair.name.lower()) in names:  # some file systems do not tell the cases apart
            raise ValueError(
                f"two examples of {pair.split} have the name {pair.name}, one of them from {pair.clean}"
            )
        names.add((pair.split, pair.name.lower()))
        if split_of.setdefault(pair.speaker, pair.split) != pair.split:
            raise ValueError(
                f"the speaker {pair.speaker} would be in both {split_of[pair.speaker]} and {pair.split}; if that is not "
                "who speaks there, give a speaker pattern"
            )


def _claim(out: Path, options: dict[str, Any]) -> None:
    note = out / RECIPE
    options = json.loads(json.dumps(options))
    if note.is_file():
        try:
            before = json.loads(note.read_text(encoding="utf-8"))
        except ValueError:
            raise ValueError(f"{note} is not JSON: it was not written by `trainer prepare`") from None
        different = sorted(k for k in {*before, *options} if before.get(k) != options.get(k))
        if different:
            k = different[0]
            raise ValueError(
                f"{out} was made with {k} = {before.get(k)!r}, not {options.get(k)!r}: give another folder, or the same "
                "options to go on"
            )
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(
            f"{out} exists and was not made by `trainer prepare` ({RECIPE} is missing): give a new folder"
        )
    else:
        out.mkdir(parents=True, exist_ok=True)
        _write_whole(note, (json.dumps(options, indent=1) + "\n").encode())


def _made(folder: Path) -> dict[str, dict[str, Any]]:
    """Rows of the files that earlier runs finished: path -> row."""
    rows: dict[str, dict[str, Any]] = {}
    manifest, journal = folder / "manifest.tsv", folder / JOURNAL
    if manifest.is_file():
        head, *lines = manifest.read_text(encoding="utf-8").splitlines()
        rows |= {
            r["path"]: r
            for r in (dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines)
        }
    if journal.is_file():
        for line in journal.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
            except ValueError:  # the line during which the run was stopped
                continue
            rows[row["path"]] = row
    return rows


def _is_made(pair: Pair, row: dict[str, Any] | None, out: Path, format: str) -> bool:
    """Whether the files are there, and of this very speech, noise and SNR."""
    if row is None or any(row[key] != value for key, value in _facts(pair).items()):
        return False
    return all((out / pair.split / kind / f"{pair.name}.{format}").is_file() for kind in ("clean", "noisy"))


def _check_strangers(pairs: Sequence[Pair], out: Path, format: str) -> None:
    for split in SPLITS:
        ours = {f"{pair.name}.{format}" for pair in pairs if pair.split == split}
        for kind in ("clean", "noisy"):
            folder = out / split / kind
            there = (
                {p.name for p in folder.iterdir() if not p.name.startswith(".")} if folder.is_dir() else set()
            )
            if there - ours:
                raise ValueError(
                    f"{folder} holds {len(there - ours)} files that this recipe does not make, such as "
                    f"{min(there - ours)}: remove them, or give another folder"
                )


def _facts(pair: Pair) -> dict[str, str]:
    """What a row says before anything is computed."""
    noise_source = pair.noisy if pair.source is None else pair.source.file
    return {
        "speaker": pair.speaker,
        "noise": pair.noise or "",
        "snr_db": "" if pair.snr_db is None else f"{pair.snr_db:g}",
        "clean_source": str(pair.clean),
        "noise_source": str(noise_source),
    }


# --- rendering ---


def _rendered(
    todo: Sequence[Pair], out: Path, sample_rate: int, format: str, seed: int, jobs: int
) -> Iterator[tuple[Pair, dict[str, Any]]]:
    def one(pair: Pair) -> tuple[Pair, dict[str, Any]]:
        x, y, start_s = render(pair, sample_rate, seed)
        gain = min(1.0, 0.999 / max(float(np.abs(x).max()), float(np.abs(y).max()), QUIET))
        for kind, audio in (("clean", x), ("noisy", y)):
            write_audio(
                out / pair.split / kind / f"{pair.name}.{format}", audio * np.float32(gain), sample_rate
            )
        return pair, {
            "path": f"{pair.name}.{format}",
            **_facts(pair),
            "seconds": f"{len(x) / sample_rate:.3f}",
            "gain_db": f"{20 * np.log10(gain):.2f}",
            "noise_start_s": "" if start_s is None else f"{start_s:.3f}",
        }

    if jobs == 1:
        yield from map(one, todo)
        return
    with ThreadPoolExecutor(jobs) as pool:
        try:
            yield from pool.map(one, todo)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def render(pair: Pair, sample_rate: int, seed: int) -> tuple[np.ndarray, np.ndarray, float | None]:
    """(x, y, start): clean and noisy float32 [S], full scale ±1 (a mixture may pass it), and where the noise began, s.

    A mixture is y = x + g n with g so that active_rms(x) / rms(g n) is the SNR.
    """
    x = read_speech(pair.clean, sample_rate)
    if pair.source is None:
        if pair.noisy is None:
            raise ValueError(f"the pair {pair.name} has neither a noisy file nor a noise")
        y = read_speech(pair.noisy, sample_rate)
        if abs(len(x) - len(y)) > SLACK * sample_rate:
            raise ValueError(
                f"{pair.clean} lasts {len(x) / sample_rate:.3f} s but {pair.noisy} {len(y) / sample_rate:.3f} s: "
                "they are no pair"
            )
        size = min(len(x), len(y))
        return x[:size], y[:size], None
    if pair.snr_db is None:
        raise ValueError(f"the mixture {pair.name} has no SNR")
    level = active_rms(x, sample_rate)
    if level < QUIET:
        raise ValueError(f"{pair.clean} is silent: no SNR can be set")
    rng = rng_of(seed, pair.split, pair.name, "start")
    for _ in range(20):  # recordings have silent stretches
        n, start_s = noise_stretch(pair.source, len(x), sample_rate, rng)
        if rms(n) >= QUIET:
            gain = level / rms(n.astype(np.float64)) / 10 ** (pair.snr_db / 20)
            return x, (x + gain * n).astype(np.float32), start_s
    raise ValueError(f"{pair.source.file} is silent wherever it was tried: no SNR can be set")


def noise_stretch(
    noise: Noise, samples: int, sample_rate: int, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """`samples` samples from a place drawn in the allowed part of a recording, and its start, s.

    Only that stretch is read. A part that is too short is repeated with cross-fades.
    """
    try:
        with soundfile.SoundFile(noise.file) as file:
            rate = file.samplerate
            first, last = round(noise.begin * file.frames), round(noise.end * file.frames)
            wanted = -(-samples * rate // sample_rate) + 1
            start = first + int(rng.integers(max(1, last - first - wanted + 1)))
            file.seek(start)
            audio = file.read(min(wanted, last - start), "float32", always_2d=True).mean(axis=1)
    except (soundfile.LibsndfileError, OSError) as error:
        raise ValueError(f"cannot read {noise.file}: {error}") from None
    if len(audio) == 0:
        raise ValueError(f"{noise.file} has no samples")
    audio = audio if rate == sample_rate else soxr.resample(audio, rate, sample_rate)
    return repeated(audio, samples, round(FADE * sample_rate)), start / rate


def repeated(audio: np.ndarray, samples: int, fade: int) -> np.ndarray:
    """The first `samples` of a sound, or of its repetition where it is shorter, cross-faded over `fade` samples."""
    if len(audio) >= samples:
        return audio[:samples]
    fade = min(fade, len(audio) // 4)
    ramp = np.sqrt((np.arange(fade) + 0.5) / max(fade, 1)).astype(np.float32)  # powers add up to one
    body = audio[: len(audio) - fade].copy()
    body[:fade] = body[:fade] * ramp + audio[len(audio) - fade :] * ramp[::-1]
    head = np.concatenate([audio[:fade], body[fade:]])  # the first time there is nothing to fade from
    return np.concatenate([head, np.resize(body, max(0, samples - len(head)))])[:samples]


def read_speech(path: Path, sample_rate: int) -> np.ndarray:
    """A whole file as mono float32 [S] at `sample_rate`. Raises ValueError, with advice for compressed SPHERE files."""
    try:
        audio, _ = read_mono(path, sample_rate)
    except ValueError as error:
        sphere = path.suffix.lower() in (".wv1", ".sph")
        hint = (
            "; compressed SPHERE files of the LDC must be converted to WAV first, with sph2pipe"
            if sphere
            else ""
        )
        raise ValueError(f"{error}{hint}") from None
    if len(audio) == 0:
        raise ValueError(f"{path} has no samples")
    return audio


# --- writing ---


def write_audio(path: Path, audio: np.ndarray, sample_rate: int) -> None:
    """16-bit; the file appears whole or not at all."""
    with atomic_path(path, f".part{path.suffix}") as temporary:  # libsndfile takes the format from the ending
        soundfile.write(temporary, audio, sample_rate, subtype="PCM_16")


def _write_manifest(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    lines = ["\t".join(COLUMNS), *("\t".join(str(row[column]) for column in COLUMNS) for row in rows)]
    _write_whole(path, ("\n".join(lines) + "\n").encode())


def _write_whole(path: Path, data: bytes) -> None:
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
