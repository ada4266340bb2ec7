"""`trainer experiments`: the rows of a plan, trained at equal budgets over several seeds, tested, and put in one table.

Every run stands in a folder of its own, goes on where it was stopped, and is not run again when it is done: the same
command finishes the work.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np

from trainer.evaluation import report
from trainer.evaluation.comparison import markdown, stability, summarise
from trainer.evaluation.plans import PLANS, Plan, read_plan, shipped

DONE = (
    "done.json"  # what a finished run leaves: the command line that made it, and what its training was like
)


# --- running ---


def training_record(folder: Path) -> dict[str, float]:
    """Of a run's TensorBoard files: the supervised loss and the gradient norm over the last fifth of the run.

    Keys: supervised, generative (means), gradient_norm (median), gradient_norm_99 (99th percentile); those that were
    logged.
    """
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found: dict[str, dict[int, float]] = {}
    for file in sorted(folder.glob("events*")):
        events = EventAccumulator(str(file), size_guidance={"scalars": 0}).Reload()
        for tag in events.Tags()["scalars"]:
            found.setdefault(tag, {}).update({e.step: e.value for e in events.Scalars(tag)})
    record = {}
    for tag, key in (("train/supervised", "supervised"), ("train/generative", "generative")):
        if tag in found:
            record[key] = float(np.mean(_end(found[tag])))
    if norms := found.get("train/gradient_norm"):
        record["gradient_norm"] = float(np.median(_end(norms)))
        record["gradient_norm_99"] = float(np.quantile(_end(norms), 0.99))
    return record


def _end(values: Mapping[int, float]) -> list[float]:
    ordered = [values[step] for step in sorted(values)]
    return ordered[len(ordered) * 4 // 5 :]


@contextmanager
def ended_together() -> Iterator[None]:
    """SIGTERM ends what runs inside, as Ctrl-C does: left behind, it would write into its folder beside the next one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def train(plan: Plan, row: str, seed: int, folder: Path, extra: Sequence[str]) -> Path:
    """One run, unless it is done; it goes on from its last checkpoint. Returns its EMA snapshot. Raises RuntimeError."""
    command = plan.command(row, seed, extra)
    done, snapshot = folder / DONE, folder / "ema.safetensors"
    config = plan.config.read_text()
    if done.exists():
        before = json.loads(done.read_text())
        if before["command"] != command:
            raise ValueError(
                f"{folder} was made by other options (trainer {' '.join(before['command'])}); give another output folder"
            )
        if before.get("config", config) != config:
            raise ValueError(
                f"{folder} was made when {plan.config} said something else; give another output folder"
            )
        return snapshot
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "fit.log", "a") as log, ended_together():
        # -P: not what lies in the current folder under the name of one of Python's own modules
        line = [sys.executable, "-P", "-m", "trainer.cli", *command, "--folder", str(folder)]
        code = subprocess.run(line, stdout=log, stderr=log).returncode
    if code:
        last = (folder / "fit.log").read_text(errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(f"row {row}, seed {seed} ended with exit code {code}: {''.join(last)}")
    report.write_text(
        done,
        json.dumps({"command": command, "config": config, "training": training_record(folder)}, indent=1)
        + "\n",
    )
    return snapshot


# --- the command ---


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `trainer experiments`."""
    parser.add_argument("plan", help="a plan's file, or the name of one that ships: " + ", ".join(shipped()))
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="folder of all runs; resumed if it is there"
    )
    parser.add_argument("--clean", type=Path, required=True, help="test set: folder of clean files")
    parser.add_argument("--noisy", type=Path, required=True, help="folder of noisy files of the same names")
    parser.add_argument("--seeds", help="as in 1,2 (default: the plan's)")
    parser.add_argument("--only", help="names of rows, with commas between; the reference is run as well")
    parser.add_argument("--measures", default="si_sdr,pesq_wb,estoi", help="(default: %(default)s)")
    parser.add_argument("--max-files", type=int, help="of the test set, always the same ones")
    parser.add_argument("--jobs", type=int, default=1, help="files that are scored at a time (default: 1)")
    parser.add_argument(
        "--fit", nargs=argparse.REMAINDER, default=[], metavar="OPTIONS",
        help="all that follows is for `trainer fit`, in every row",
    )  # fmt: skip


def run(
    a: argparse.Namespace, say: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True)
) -> str:
    """Trains and tests what is not done yet, writes experiments.md and .json, returns the table."""
    from trainer.evaluation.evaluate import evaluate, steps_of
    from trainer.evaluation.systems import Model

    path = PLANS / "plans" / f"{a.plan}.yaml" if a.plan in shipped() else Path(a.plan)
    if not path.is_file():
        raise ValueError(f"no plan at {path}; shipped plans are {', '.join(shipped())}")
    plan = read_plan(path, _numbers(a.seeds), a.only.split(",") if a.only else None)
    scores, training = {}, {}
    runs = [(row, seed) for seed in plan.seeds for row in plan.rows]
    for count, (row, seed) in enumerate(runs, 1):
        folder = a.output / f"{row}-{seed}"
        say(f"{count}/{len(runs)} {row}, seed {seed}")
        snapshot = train(plan, row, seed, folder, a.fit)
        training[row, seed] = json.loads((folder / DONE).read_text())["training"]
        if not (folder / "results.json").exists():
            systems = [Model(f"{row}, {n}", snapshot, n) for n in steps_of(snapshot, plan.steps)]
            results = evaluate(
                a.clean, systems, a.noisy, a.measures.split(","), max_files=a.max_files, jobs=a.jobs
            )
            report.write(results, folder)
        scores[row, seed] = report.read(folder)
    entries, stable = summarise(plan, scores), stability(plan, training)
    text = markdown(plan, entries, stable)
    found = {"entries": [asdict(e) for e in entries], "training": stable}
    report.write_text(a.output / "experiments.json", json.dumps(report.json_value(found), indent=1) + "\n")
    report.write_text(a.output / "experiments.md", text)
    return text


def _numbers(text: str | None) -> list[int] | None:
    try:
        return None if text is None else [int(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"seeds is {text!r}: whole numbers with commas between, as in 1,2") from None
