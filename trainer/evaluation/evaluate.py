"""`trainer test`: what a system does to a test set, measured.

The test set is two folders of the same file names, clean and noisy. A system is a model file (.ckpt, .safetensors,
.onnx) or a folder of files that another program enhanced. FOLDER then holds table.md and table.csv (means and
standard errors, per SNR and noise type), files.csv (each file) and results.json (for `trainer compare`).
"""

from __future__ import annotations

import argparse
import os
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from tqdm import tqdm

from trainer.atomic import atomic_path
from trainer.data.testset import PATTERN, Item, audio_files, find_items, read_mono
from trainer.evaluation import report
from trainer.evaluation.metrics import DEFAULT, MEASURES, SAMPLE_RATE, columns, score
from trainer.evaluation.systems import Folder, Model, open_model, step_counts

SLACK = 0.05  # s by which an enhanced file may be longer or shorter than the clean one
System = Folder | Model


# --- one file ---


@dataclass(frozen=True)
class Task:
    """A file, all systems: what a worker is handed."""

    item: Item
    systems: tuple[System, ...]
    noisy: Path | None
    measures: tuple[str, ...]
    seed: int
    keep: Path | None  # where enhanced files go


def run_task(task: Task) -> list[dict[str, Any]]:
    """One row for each system: scores at 16 kHz, cost, notes."""
    x, _ = read_mono(task.item.clean, SAMPLE_RATE)
    rows = []
    for system in task.systems:
        nfe = compute_s = None
        if isinstance(system, Folder):
            x_hat, _ = read_mono(audio_files_cached(system.folder)[task.item.name], SAMPLE_RATE)
        else:
            enhance, rate = open_model(system)
            assert task.noisy is not None  # `evaluate` asks for noisy files where there is a model
            y, _ = read_mono(task.noisy, rate)
            # another draw for each file, the same whatever the order of the files
            done = enhance(y, zlib.crc32(f"{task.seed} {task.item.name}".encode()))
            nfe, compute_s = done.nfe, done.compute_s
            x_hat = done.x_hat if rate == SAMPLE_RATE else soxr.resample(done.x_hat, rate, SAMPLE_RATE)
            if task.keep is not None:
                _keep(task.keep / system.name / f"{task.item.name}.wav", done.x_hat, rate)
        if abs(len(x_hat) - len(x)) > SLACK * SAMPLE_RATE:
            raise ValueError(
                f"{task.item.name} lasts {len(x) / SAMPLE_RATE:.3f} s clean but {len(x_hat) / SAMPLE_RATE:.3f} s "
                f"from {system.name}: both must be aligned sample by sample"
            )
        size = min(len(x), len(x_hat))
        scores, notes = score(x[:size], x_hat[:size], task.measures)
        facts = {k: v for k, v in asdict(task.item).items() if k not in ("name", "clean")}
        row = {"system": system.name, "file": task.item.name, **facts, "seconds": len(x) / SAMPLE_RATE}
        rows.append(row | scores | {"nfe": nfe, "compute_s": compute_s, "notes": notes})
    return rows


_listed: dict[Path, dict[str, Path]] = {}


def audio_files_cached(folder: Path) -> dict[str, Path]:
    """`audio_files`, listed once in each process."""
    if folder not in _listed:
        _listed[folder] = audio_files(folder)
    return _listed[folder]


def _keep(path: Path, audio: np.ndarray, rate: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path, ".part.wav") as temporary:  # libsndfile takes the format from the ending
        soundfile.write(temporary, audio, rate, subtype="FLOAT")  # beyond full scale is kept for the measures


# --- all files ---


def _start_worker() -> None:
    # set before the libraries load: one process, one thread
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"


def _outcomes(tasks: Sequence[Task], jobs: int) -> Iterator[list[dict[str, Any]]]:
    if jobs == 1:
        yield from map(run_task, tasks)
        return
    # the processes start as `python -c`, which takes modules from the current folder first: that may be a stranger's
    os.environ["PYTHONSAFEPATH"] = "1"
    # spawned, not forked: a fork of a process that has threads (torch, ONNX Runtime) may hang
    with ProcessPoolExecutor(jobs, get_context("spawn"), _start_worker) as pool:
        futures = [pool.submit(run_task, task) for task in tasks]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool:
            raise RuntimeError(
                "a scoring process died, of lack of memory or of a fault in a library: fewer jobs need less memory"
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def evaluate(
    clean: Path,
    systems: Sequence[System],
    noisy: Path | None = None,
    measures: Sequence[str] = DEFAULT,
    pattern: str = PATTERN,
    manifest: Path | None = None,
    max_files: int | None = None,
    seed: int = 0,
    jobs: int = 1,
    keep: Path | None = None,
) -> dict[str, Any]:
    """Scores systems on a test set, `jobs` files at a time, with a progress bar. Returns what report.write takes.

    `noisy` is needed by models, and is scored too, as the system "noisy". Measures whose package is missing are
    left out and named under "missing". Raises ValueError for folders that do not fit each other.
    """
    unknown = [name for name in measures if name not in MEASURES]
    if unknown:
        raise ValueError(f"measure {unknown[0]!r} is unknown: there are {', '.join(MEASURES)}")
    if jobs < 1:
        raise ValueError(f"jobs is {jobs}: it must be at least 1")
    models = [s for s in systems if isinstance(s, Model)]
    if models and noisy is None:
        raise ValueError(f"{models[0].path} needs the noisy files: give the folder of noisy files")
    if noisy is not None:
        systems = [Folder("noisy", noisy), *systems]
    if not systems:
        raise ValueError("nothing to score: give a model, enhanced files or noisy files")
    names = [s.name for s in systems]
    if len(set(names)) < len(names):
        raise ValueError(f"systems need different names, but are {', '.join(names)}")
    folders = [s.folder for s in systems if isinstance(s, Folder)]
    items = find_items(clean, folders, pattern, manifest, max_files)
    missing = {name: why for name in measures if (why := MEASURES[name].missing)}
    usable = tuple(name for name in MEASURES if name in measures and name not in missing)
    noisy_files = {} if noisy is None else audio_files(noisy)
    tasks = [Task(item, tuple(systems), noisy_files.get(item.name), usable, seed, keep) for item in items]
    rows = []
    with tqdm(total=len(tasks), desc="scoring", unit="file", disable=None) as bar:
        for outcome in _outcomes(tasks, min(jobs, len(tasks))):
            rows += outcome
            bar.update()
    order = {name: k for k, name in enumerate(names)}
    rows.sort(key=lambda row: (order[row["system"]], row["file"]))
    on_gpu = any(m.device != "cpu" for m in models)
    return {
        "format": report.FORMAT,
        "clean": str(clean),
        "systems": {s.name: {k: str(v) for k, v in asdict(s).items() if k != "name"} for s in systems},
        "measures": list(usable),
        "columns": columns(usable),
        "missing": missing,
        "timing": "wall clock on the GPU" if on_gpu else "processor time of one thread on this machine",
        "table": report.summarise(rows, columns(usable)),
        "rows": rows,
    }


# --- the command ---


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `trainer test`."""
    parser.add_argument(
        "model", type=Path, nargs="?", help=".ckpt, .safetensors or .onnx; or give --enhanced"
    )
    parser.add_argument("--clean", type=Path, required=True, help="folder of clean files")
    parser.add_argument("--noisy", type=Path, help="folder of noisy files of the same names")
    parser.add_argument("--enhanced", type=Path, help="folder of files that another program enhanced")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the tables")
    parser.add_argument("--overwrite", action="store_true", help="replace the tables that are there")
    parser.add_argument("--steps", help="diffusion steps, as in 1,2,4 (default: the model's own)")
    parser.add_argument("--name", help="name of the system in the tables (default: the file's or folder's)")
    parser.add_argument(
        "--measures",
        default=",".join(DEFAULT),
        help="which (default: %(default)s; there is also dnsmos_first: the first 9 s alone, faster)",
    )
    parser.add_argument(
        "--pattern", default=PATTERN, help="regular expression with groups speaker, snr, noise"
    )
    parser.add_argument("--manifest", type=Path, help=".tsv with path, and any of speaker, noise, snr_db")
    parser.add_argument("--max-files", type=int, help="only so many, always the same ones")
    parser.add_argument("--jobs", type=int, default=1, help="files at a time (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="of the diffusion's noise (default: 0)")
    parser.add_argument(
        "--device", choices=("cpu", "cuda"), default="cpu", help="where models run (default: cpu)"
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep what models enhanced, under the output folder"
    )


def run(a: argparse.Namespace) -> str:
    """Evaluates, writes the tables and returns the markdown one."""
    there = [name for name in report.OUTPUTS if (a.output / name).exists()]
    if there and not a.overwrite:
        raise ValueError(f"{a.output} holds {there[0]} already; --overwrite replaces it")
    if (a.model is None) == (a.enhanced is None) and not (a.model is None and a.noisy):
        raise ValueError("give either a model file or --enhanced with a folder of enhanced files")
    systems: list[System] = []
    if a.enhanced is not None:
        systems.append(Folder(a.name or a.enhanced.resolve().name, a.enhanced))
    if a.model is not None:
        name = a.name or a.model.stem
        counts = steps_of(a.model, a.steps)
        systems += [Model(f"{name}, {n} step{'s' * (n != 1)}", a.model, n, a.device) for n in counts]
    results = evaluate(
        a.clean, systems, a.noisy, [m for m in a.measures.split(",") if m], a.pattern, a.manifest,
        a.max_files, a.seed, a.jobs, a.output / "audio" if a.keep else None,
    )  # fmt: skip
    report.write(results, a.output)
    return report.markdown(results)


def steps_of(path: Path, wanted: str | None) -> list[int]:
    """The step counts asked for ("1,2,4"), or the model's default. Raises ValueError."""
    if not path.is_file():
        raise FileNotFoundError(f"no model file at {path}")
    default, most = step_counts(path)
    if wanted is None:
        return [default]
    try:
        counts = list(dict.fromkeys(int(n) for n in wanted.split(",")))
    except ValueError:
        raise ValueError(
            f"steps is {wanted!r}: it must be whole numbers with commas between, as in 1,2,4"
        ) from None
    for n in counts:
        if not 1 <= n <= most:
            raise ValueError(f"steps is {n}: this model allows 1 ... {most}")
    return counts
