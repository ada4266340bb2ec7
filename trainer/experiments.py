"""`trainer experiments`: the rows of a plan, trained at equal budgets over several seeds, tested, and put in one table.

A plan is a YAML file: `config` (a fit configuration beside it), `options` that all rows share, `reference` (the row
that the others are compared with), `seeds`, and `rows`, each a name with its own options. Every run stands in a folder
of its own, goes on where it was stopped, and is not run again when it is done: the same command finishes the work.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from trainer import report
from trainer.bootstrap import Interval, paired_bootstrap

PLANS = Path(__file__).parent / "configs"
DONE = (
    "done.json"  # what a finished run leaves: the command line that made it, and what its training was like
)


@dataclass(frozen=True)
class Plan:
    """What is to be run: rows of options over one configuration."""

    config: Path
    options: dict[str, object]  # of `trainer fit`, dotted, shared by all rows
    rows: dict[str, dict[str, object]]  # name -> options of its own
    reference: str
    seeds: tuple[int, ...]
    steps: str = "1,4"  # diffusion steps to test with

    def command(self, row: str, seed: int, extra: Sequence[str]) -> list[str]:
        """The arguments of `trainer` for one run, but its folder. Later options win."""
        options = {**self.options, **self.rows[row], "seed_everything": seed, "data.seed": seed}
        flat = [
            part
            for key, value in options.items()
            for part in (f"--{key}", value if isinstance(value, str) else json.dumps(value))
        ]
        return ["fit", "--config", str(self.config), *flat, *extra]


def read_plan(path: Path, seeds: Sequence[int] | None = None, only: Sequence[str] | None = None) -> Plan:
    """A plan from its file; `seeds` and `only` (names of rows; the reference is kept) narrow it. Raises ValueError."""
    try:
        raw = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    known = {"config", "options", "rows", "reference", "seeds", "steps"}
    if not isinstance(raw, dict) or not {"config", "rows", "reference"} <= set(raw) <= known:
        raise ValueError(
            f"{path} must have config, rows and reference, and may have options, seeds and steps"
        )
    rows = {str(name): dict(options or {}) for name, options in raw["rows"].items()}
    if raw["reference"] not in rows:
        raise ValueError(f"reference {raw['reference']!r} of {path} is none of its rows: {', '.join(rows)}")
    for name in only or ():
        if name not in rows:
            raise ValueError(f"row {name!r} is none of those of {path}: {', '.join(rows)}")
    if only:
        rows = {name: rows[name] for name in rows if name in (*only, raw["reference"])}
    chosen = tuple(seeds or raw.get("seeds", (1, 2)))
    config = path.parent / raw["config"]
    if not config.is_file():
        raise ValueError(f"config {config} of {path} does not exist")
    return Plan(
        config, raw.get("options") or {}, rows, raw["reference"], chosen, str(raw.get("steps", "1,4"))
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


def train(plan: Plan, row: str, seed: int, folder: Path, extra: Sequence[str]) -> Path:
    """One run, unless it is done; it goes on from its last checkpoint. Returns its EMA snapshot. Raises RuntimeError."""
    command = plan.command(row, seed, extra)
    done, snapshot = folder / DONE, folder / "ema.safetensors"
    if done.exists():
        before = json.loads(done.read_text())["command"]
        if before != command:
            raise ValueError(
                f"{folder} was made by other options (trainer {' '.join(before)}); give another output folder"
            )
        return snapshot
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "fit.log", "a") as log:
        code = subprocess.run(
            [sys.executable, "-m", "trainer.cli", *command, "--folder", str(folder)], stdout=log, stderr=log
        ).returncode
    if code:
        last = (folder / "fit.log").read_text(errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(f"row {row}, seed {seed} ended with exit code {code}: {''.join(last)}")
    report.write_text(
        done, json.dumps({"command": command, "training": training_record(folder)}, indent=1) + "\n"
    )
    return snapshot


# --- reading ---


@dataclass(frozen=True)
class Entry:
    """One row with one number of steps: per measure the mean, the spread over seeds, the difference from the reference."""

    row: str
    steps: int
    means: dict[str, float]
    spread: dict[str, float]  # standard deviation of the seeds' means; NaN for one seed
    differences: dict[str, Interval | None]  # None for the reference itself
    training: dict[str, tuple[float, float]]  # mean over seeds, highest minus lowest


def summarise(
    plan: Plan, scores: Mapping[tuple[str, int], dict], training: Mapping[tuple[str, int], dict]
) -> list[Entry]:
    """scores: (row, seed) -> results of `trainer test`; training: (row, seed) -> `training_record`.

    A file's score is its mean over the seeds; the intervals are paired over the files.
    """
    tables = {}
    for (row, seed), results in scores.items():
        for line in results["rows"]:
            if line["system"] != "noisy":
                steps = int(line["nfe"])
                for column in results["columns"]:
                    tables.setdefault((row, steps), {}).setdefault(column, {}).setdefault(seed, {})[
                        line["file"]
                    ] = line[column]
    entries = []
    for (row, steps), columns in tables.items():
        means, spread, differences = {}, {}, {}
        for column, by_seed in columns.items():
            seed_means = [np.mean(list(files.values())) for files in by_seed.values()]
            means[column] = float(np.mean(seed_means))
            spread[column] = float(np.std(seed_means, ddof=1)) if len(seed_means) > 1 else float("nan")
            own, other = _over_seeds(by_seed), _over_seeds(tables[plan.reference, steps][column])
            differences[column] = (
                None
                if row == plan.reference
                else paired_bootstrap([other[f] for f in own], [own[f] for f in own])
            )
        records = [record for (name, _), record in training.items() if name == row]
        keys = sorted({key for record in records for key in record})
        values = {key: [record[key] for record in records if key in record] for key in keys}
        stability = {key: (float(np.mean(v)), float(np.ptp(v))) for key, v in values.items()}
        entries.append(Entry(row, steps, means, spread, differences, stability))
    order = list(plan.rows)
    return sorted(entries, key=lambda e: (e.steps, order.index(e.row)))


def _over_seeds(by_seed: Mapping[int, Mapping[str, float]]) -> dict[str, float]:
    return {
        file: float(np.mean([files[file] for files in by_seed.values()]))
        for file in next(iter(by_seed.values()))
    }


def markdown(plan: Plan, entries: Sequence[Entry]) -> str:
    """The table: differences from the reference with 95 % intervals, then the stability of the training."""
    columns = list(entries[0].means)
    text = [
        f"{len(plan.seeds)} seeds a row ({', '.join(map(str, plan.seeds))}). Mean ± standard deviation over seeds; in "
        f"brackets the 95 % interval of the difference from `{plan.reference}`, paired over files (scores averaged "
        "over seeds); bold where it does not hold 0.\n"
    ]
    for steps in sorted({e.steps for e in entries}):
        lines = []
        for e in (e for e in entries if e.steps == steps):
            cells = [e.row]
            for column in columns:
                digits = 2 if report.NAMES[column][1] == "dB" else 3
                value = f"{e.means[column]:.{digits}f} ± {e.spread[column]:.{digits}f}".replace(" ± nan", "")
                if (i := e.differences[column]) is not None:
                    interval = f"[{i.low:+.{digits}f}, {i.high:+.{digits}f}]"
                    value += f" **{interval}**" if i.low > 0 or i.high < 0 else f" {interval}"
                cells.append(value)
            lines.append(cells)
        head = ["row", *map(report.heading, columns)]
        text += [f"### {steps} step{'s' * (steps != 1)}\n", report.markdown_table(head, lines), ""]
    keys = sorted({key for e in entries for key in e.training})
    if keys:
        once = {e.row: e for e in entries}
        lines = [
            [
                row,
                *(
                    f"{e.training[k][0]:.4g} ({e.training[k][1]:.2g})" if k in e.training else "–"
                    for k in keys
                ),
            ]
            for row, e in once.items()
        ]
        text += ["### Training, last fifth: mean over seeds (highest − lowest)\n"]
        text += [report.markdown_table(["row", *(k.replace("_", " ") for k in keys)], lines), ""]
    return "\n".join(text)


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


def shipped() -> list[str]:
    """Names of the plans that come with the package."""
    return sorted(path.stem for path in (PLANS / "plans").glob("*.yaml"))


def run(
    a: argparse.Namespace, say: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True)
) -> str:
    """Trains and tests what is not done yet, writes experiments.md and .json, returns the table."""
    from trainer.evaluate import evaluate, steps_of
    from trainer.systems import Model

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
    entries = summarise(plan, scores, training)
    text = markdown(plan, entries)
    report.write_text(a.output / "experiments.md", text)
    return text


def _numbers(text: str | None) -> list[int] | None:
    try:
        return None if text is None else [int(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"seeds is {text!r}: whole numbers with commas between, as in 1,2") from None
