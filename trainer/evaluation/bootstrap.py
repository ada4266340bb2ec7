"""`trainer compare`: the difference between two systems on the same files, with bootstrap confidence intervals.

A and B are results.json of `trainer test`, or their folders; the difference is B − A, and in all measures more is
better. Files of one talker are alike: --by speaker resamples whole talkers, for what holds for new talkers.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trainer.evaluation import report
from trainer.evaluation.metrics import NAMES

RESAMPLES = 10000


@dataclass(frozen=True)
class Interval:
    """A mean difference and the interval that holds the true one with the confidence asked for."""

    difference: float  # mean of b − a
    low: float
    high: float


def paired_bootstrap(
    a: Sequence[float],
    b: Sequence[float],
    groups: Sequence[str] | None = None,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Percentile interval of the mean of b − a over pairs drawn with replacement (Efron & Tibshirani 1993, ch. 13).

    a, b: [n] scores of the same files. groups: [n]; whole groups are drawn then, each with all its pairs.
    Raises ValueError for fewer than two pairs or groups.
    """
    d = np.asarray(b, np.float64) - np.asarray(a, np.float64)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}: it must lie between 0 and 1")
    if resamples < 1:
        raise ValueError(f"resamples is {resamples}: it must be at least 1")
    # a draw of groups is a draw of (sum, count) pairs; without groups each pair is its own
    labels = np.arange(len(d)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    counts = np.bincount(labels)
    if len(counts) < 2:
        what = "pairs" if groups is None else "groups"
        raise ValueError(f"{len(counts)} {what}: a bootstrap needs at least 2")
    sums = np.bincount(labels, d)
    rng = np.random.default_rng(seed)
    means = np.empty(resamples)
    for start in range(0, resamples, 1000):  # a thousand at a time: bounded memory
        size = min(1000, resamples - start)
        drawn = rng.integers(0, len(counts), (size, len(counts)))
        means[start : start + size] = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(d.mean()), float(low), float(high))


# --- results of trainer test ---


@dataclass(frozen=True)
class Line:
    """One measure of two systems: means over the files that both have a value for, and the interval of B − A."""

    measure: str
    files: int
    a: float
    b: float
    interval: Interval


def choose(results: dict[str, Any], path: Path, wanted: str | None) -> str:
    """The system to compare: `wanted`, or the only one beside the noisy files. Raises ValueError."""
    there: list[str] = list(dict.fromkeys(row["system"] for row in results["rows"]))
    if wanted is not None:
        if wanted not in there:
            raise ValueError(f"{path} has no system {wanted!r}: it has {', '.join(map(repr, there))}")
        return wanted
    rest = [name for name in there if name != "noisy"] or there
    if len(rest) > 1:
        raise ValueError(
            f"{path} has {len(rest)} systems, {', '.join(map(repr, rest))}: name one with --system-a, --system-b"
        )
    return rest[0]


def compare(
    a: dict[str, Any],
    b: dict[str, Any],
    system_a: str,
    system_b: str,
    by: str | None = None,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> list[Line]:
    """Each measure that both results have. by: None, or the column of the files whose values are drawn whole."""
    rows_a, rows_b = (
        {row["file"]: row for row in results["rows"] if row["system"] == system}
        for results, system in ((a, system_a), (b, system_b))
    )
    if rows_a.keys() != rows_b.keys():
        lone = sorted(rows_a.keys() ^ rows_b.keys())
        raise ValueError(
            f"A was scored on {len(rows_a)} files and B on {len(rows_b)}; both need the same, but {len(lone)} are in "
            f"one only: {', '.join(lone[:3])}"
        )
    columns = [column for column in a["columns"] if column in b["columns"]]
    if not columns:
        raise ValueError("A and B have no measure in common")
    if by is not None and any(row[by] is None for row in rows_a.values()):
        raise ValueError(
            f"the {by} of some files is not known: `trainer test` finds it by --pattern or --manifest"
        )
    lines = []
    for column in columns:
        # a value that is missing on one side is missing on both
        names = [n for n in rows_a if rows_a[n][column] is not None and rows_b[n][column] is not None]
        scores_a, scores_b = ([rows[n][column] for n in names] for rows in (rows_a, rows_b))
        groups = None if by is None else [str(rows_a[n][by]) for n in names]
        if len(names if groups is None else set(groups)) < 2:
            continue
        interval = paired_bootstrap(scores_a, scores_b, groups, confidence, resamples, seed)
        lines.append(Line(column, len(names), float(np.mean(scores_a)), float(np.mean(scores_b)), interval))
    return lines


def markdown(lines: Sequence[Line], system_a: str, system_b: str, confidence: float, by: str | None) -> str:
    """The comparison as a table; an interval without 0 is marked."""
    body = []
    for line in lines:
        i, digits = line.interval, 2 if NAMES[line.measure][1] == "dB" else 3
        clear = "B" if i.low > 0 else "A" if i.high < 0 else ""
        numbers = [f"{v:.{digits}f}" for v in (line.a, line.b)]
        signed = [f"{v:+.{digits}f}" for v in (i.difference, i.low, i.high)]
        cells = [
            report.heading(line.measure),
            *numbers,
            signed[0],
            f"{signed[1]} … {signed[2]}",
            clear,
            str(line.files),
        ]
        body.append(cells)
    head = ["measure", "A", "B", "B − A", f"{confidence:.0%} interval", "better", "files"]
    drawn = "files" if by is None else f"{by}s"
    return (
        f"A: {system_a}\n\nB: {system_b}\n\n"
        + report.markdown_table(head, body)
        + f"\n\nPaired bootstrap over {drawn}. Better: whose mean is higher, where the interval does not hold 0.\n"
    )


def table_csv(lines: Sequence[Line]) -> str:
    """One line for each measure."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["measure", "files", "a", "b", "difference", "low", "high"])
    writer.writerows(
        [line.measure, line.files, line.a, line.b, *asdict(line.interval).values()] for line in lines
    )
    return text.getvalue()


# --- the command ---


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `trainer compare`."""
    parser.add_argument("a", type=Path, help="results.json of `trainer test`, or its folder")
    parser.add_argument("b", type=Path, help="the same of the other system; may be the same file")
    parser.add_argument("--system-a", help="which system of A (default: the only one beside noisy)")
    parser.add_argument("--system-b", help="which system of B")
    parser.add_argument("--by", choices=("speaker", "noise"), help="draw whole speakers or noises, not files")
    parser.add_argument("--confidence", type=float, default=0.95, help="of the intervals (default: 0.95)")
    parser.add_argument(
        "--resamples", type=int, default=RESAMPLES, help="of the bootstrap (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (default: 0)")
    parser.add_argument("-o", "--output", type=Path, help="also write here: .md, .csv or .json")
    parser.add_argument("--overwrite", action="store_true", help="replace the output that is there")


def run(arguments: argparse.Namespace) -> str:
    """Compares, writes the output if one is asked for, and returns the markdown table."""
    o = arguments
    if o.output is not None:
        if o.output.suffix not in (".md", ".csv", ".json"):
            raise ValueError(f"{o.output} must end in .md, .csv or .json")
        if o.output.exists() and not o.overwrite:
            raise ValueError(f"{o.output} exists; --overwrite replaces it")
    a, b = report.read(o.a), report.read(o.b)
    system_a, system_b = choose(a, o.a, o.system_a), choose(b, o.b, o.system_b)
    lines = compare(a, b, system_a, system_b, o.by, o.confidence, o.resamples, o.seed)
    text = markdown(lines, system_a, system_b, o.confidence, o.by)
    if o.output is not None:
        facts = {"a": system_a, "b": system_b, "by": o.by, "confidence": o.confidence, "seed": o.seed}
        made = {
            ".md": lambda: text,
            ".csv": lambda: table_csv(lines),
            ".json": lambda: (
                json.dumps({**facts, "measures": [asdict(line) for line in lines]}, indent=1) + "\n"
            ),
        }
        o.output.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(o.output, made[o.output.suffix]())
    return text
