"""What the runs of a plan found: means, spreads over seeds, paired differences, in all and by SNR and noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.evaluation import report
from trainer.evaluation.bootstrap import Interval, paired_bootstrap
from trainer.evaluation.metrics import NAMES
from trainer.evaluation.plans import Plan


@dataclass(frozen=True)
class Entry:
    """One row with one number of steps, on all files or on those of one SNR or noise.

    Per measure it has the mean, the spread over seeds, and the difference from the row's reference.
    """

    row: str
    steps: int
    split: str  # all, or a key of report.SPLITS
    value: str | float | None  # of the split
    files: int
    means: dict[str, float]
    spread: dict[str, float]  # standard deviation of the seeds' means; NaN for one seed
    differences: dict[str, Interval | None]  # None for the reference itself, or for a single file


def summarise(plan: Plan, scores: Mapping[tuple[str, int], dict[str, Any]]) -> list[Entry]:
    """scores: (row, seed) -> results of `trainer test`.

    A file's score is its mean over the seeds that have one; the intervals are paired over the files.
    """
    tables: dict[
        tuple[str, int], dict[str, dict[str, dict[int, float]]]
    ] = {}  # column -> file -> seed -> score
    facts: dict[str, dict[str, Any]] = {}
    for (row, seed), results in scores.items():
        for line in results["rows"]:
            facts[line["file"]] = line
            for column in results["columns"]:
                score = line[column]
                if line["system"] != "noisy" and score is not None and not np.isnan(score):
                    table = tables.setdefault((row, int(line["nfe"])), {}).setdefault(column, {})
                    table.setdefault(line["file"], {})[seed] = score
    parts: list[tuple[str, str | float | None]] = [("all", None)]
    for split in report.SPLITS:
        parts += [(split, v) for v in sorted({f[split] for f in facts.values() if f.get(split) is not None})]
    entries = []
    for split, value in parts:
        chosen = {name for name, f in facts.items() if split == "all" or f.get(split) == value}
        for (row, steps), columns in tables.items():
            other = plan.reference_of(row)
            means, spread, differences = {}, {}, {}
            for column, by_file in columns.items():
                own = {f: float(np.mean(list(by_file[f].values()))) for f in by_file if f in chosen}
                if not own:
                    continue
                seeds = sorted({seed for f in own for seed in by_file[f]})
                by_seed = [np.mean([by_file[f][n] for f in own if n in by_file[f]]) for n in seeds]
                means[column] = float(np.mean(list(own.values())))
                spread[column] = float(np.std(by_seed, ddof=1)) if len(by_seed) > 1 else float("nan")
                theirs = {} if other is None else tables[other, steps][column]
                both = sorted(own.keys() & theirs.keys())
                differences[column] = (
                    paired_bootstrap(
                        [float(np.mean(list(theirs[f].values()))) for f in both], [own[f] for f in both]
                    )
                    if len(both) > 1
                    else None
                )
            entries.append(Entry(row, steps, split, value, len(chosen), means, spread, differences))
    order, places = list(plan.rows), {part: i for i, part in enumerate(parts)}
    return sorted(entries, key=lambda e: (e.steps, places[e.split, e.value], order.index(e.row)))


def stability(
    plan: Plan, training: Mapping[tuple[str, int], Mapping[str, float]]
) -> dict[str, dict[str, tuple[float, float]]]:
    """row -> what `training_record` found -> (mean over seeds, highest minus lowest)."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for row in plan.rows:
        records = [training[row, seed] for seed in plan.seeds if (row, seed) in training]
        for key in sorted({key for record in records for key in record}):
            values = [record[key] for record in records if key in record]
            found.setdefault(row, {})[key] = float(np.mean(values)), float(np.ptp(values))
    return found


def markdown(
    plan: Plan, entries: Sequence[Entry], training: Mapping[str, Mapping[str, tuple[float, float]]]
) -> str:
    """The tables: all files with 95 % intervals, then by SNR and by noise, then the stability of the training."""
    columns = list(entries[0].means)
    text = [
        f"{len(plan.seeds)} seeds a row ({', '.join(map(str, plan.seeds))}), {entries[0].files} files. Mean ± standard "
        'deviation over seeds; in brackets the 95 % interval of the difference from the row named under "against", '
        "paired over files (scores averaged over seeds); bold where it does not hold 0.\n"
    ]
    for steps in sorted({e.steps for e in entries}):
        own = [e for e in entries if e.steps == steps]
        whole = [e for e in own if e.split == "all"]
        lines = [
            [e.row, plan.reference_of(e.row) or "–", *(_cell(e, column, interval=True) for column in columns)]
            for e in whole
        ]
        head = ["row", "against", *map(report.heading, columns)]
        text += [f"### {steps} step{'s' * (steps != 1)}\n", report.markdown_table(head, lines, 2), ""]
        for split, title in report.SPLITS.items():
            values = list(dict.fromkeys(e.value for e in own if e.split == split))
            for column in columns if values else ():
                cells = {(e.row, e.value): _cell(e, column, interval=False) for e in own if e.split == split}
                lines = [[row, *(cells.get((row, v), "–") for v in values)] for row in (e.row for e in whole)]
                head = ["row", *(f"{v:g}" if split == "snr_db" else str(v) for v in values)]
                text += [
                    f"{steps} step{'s' * (steps != 1)}, {report.heading(column)}, by {title}; bold as above:\n"
                ]
                text += [report.markdown_table(head, lines), ""]
    keys = sorted({key for record in training.values() for key in record})
    if keys:
        lines = [
            [row, *(f"{record[k][0]:.4g} ({record[k][1]:.2g})" if k in record else "–" for k in keys)]
            for row, record in training.items()
        ]
        text += ["### Training, last fifth: mean over seeds (highest − lowest)\n"]
        text += [report.markdown_table(["row", *(k.replace("_", " ") for k in keys)], lines), ""]
    return "\n".join(text)


def _cell(e: Entry, column: str, interval: bool) -> str:
    if column not in e.means:
        return "–"
    digits = 2 if NAMES[column][1] == "dB" else 3
    value, i = f"{e.means[column]:.{digits}f}", e.differences[column]
    clear = i is not None and (i.low > 0 or i.high < 0)
    if not interval:
        return f"**{value}**" if clear else value
    value += f" ± {e.spread[column]:.{digits}f}".replace(" ± nan", "")
    if i is not None:
        bracket = f"[{i.low:+.{digits}f}, {i.high:+.{digits}f}]"
        value += f" **{bracket}**" if clear else f" {bracket}"
    return value
