"""What an evaluation found, as tables: markdown to read, CSV to compute with, JSON to compare."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from trainer.atomic import atomic_path
from trainer.evaluation.metrics import MEASURES, NAMES

SPLITS = {"snr_db": "SNR, dB", "noise": "noise"}  # column of the files -> heading
FORMAT = 1


def mean_and_error(values: Iterable[float]) -> tuple[float, float, int]:
    """Mean, standard error s/√n (s with n − 1) and n of the values that are numbers; NaN where there are too few."""
    kept = [v for v in values if v is not None and not math.isnan(v)]
    n = len(kept)
    if n == 0:
        return math.nan, math.nan, 0
    mean = math.fsum(kept) / n
    if n == 1:
        return mean, math.nan, 1
    return mean, math.sqrt(math.fsum((v - mean) ** 2 for v in kept) / (n - 1) / n), n


def summarise(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Mean and standard error of each column, for all files and for each SNR and noise type.

    rows: one dict for each system and file. Returns one dict for each (split, value, system), in the order of the
    systems' first rows: split is "all", "snr_db" or "noise"; files counts rows; each column holds
    {"mean", "standard_error", "files"}, the files that have a value.
    """
    systems = list(dict.fromkeys(row["system"] for row in rows))
    parts: list[tuple[str, object]] = [("all", None)]
    for split in SPLITS:
        values = {row[split] for row in rows} - {None}
        parts += [(split, value) for value in sorted(values)]
    table = []
    for split, value in parts:
        for system in systems:
            chosen = [r for r in rows if r["system"] == system and (split == "all" or r[split] == value)]
            line: dict[str, Any] = {"split": split, "value": value, "system": system, "files": len(chosen)}
            for column in columns:
                mean, error, n = mean_and_error(row[column] for row in chosen)
                line[column] = {"mean": mean, "standard_error": error, "files": n}
            # the whole set's compute over its whole duration, so that short files weigh what they last
            timed = [r for r in chosen if r["compute_s"] is not None]
            line["rtf"] = (
                sum(r["compute_s"] for r in timed) / sum(r["seconds"] for r in timed) if timed else None
            )
            line["nfe"] = sum(r["nfe"] for r in timed) / len(timed) if timed else None
            table.append(line)
    return table


def number(value: float | None, digits: int = 3) -> str:
    """A number of a table; a dash where there is none."""
    return "–" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def cell(entry: dict[str, Any], column: str) -> str:
    """mean ± standard error, with the digits that the unit deserves."""
    digits = 2 if NAMES[column][1] == "dB" else 3
    text = number(entry["mean"], digits)
    return (
        text if math.isnan(entry["standard_error"]) else f"{text} ± {number(entry['standard_error'], digits)}"
    )


def heading(column: str) -> str:
    """The head of a column: the name of the measure, and its unit if it has one."""
    name, unit = NAMES[column]
    return f"{name}, {unit}" if unit else name


def markdown_table(head: Sequence[str], lines: Sequence[Sequence[str]], text_columns: int = 1) -> str:
    """A markdown table; the first `text_columns` are text, the rest are right-aligned numbers."""
    rule = ["---"] * text_columns + ["--:"] * (len(head) - text_columns)
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *lines])


def markdown(results: dict[str, Any]) -> str:
    """The report of one evaluation. results: what `trainer.evaluation.evaluate.evaluate` returns."""
    columns, table, rows = results["columns"], results["table"], results["rows"]
    absent = [column for name in results["missing"] for column in MEASURES[name].columns]
    shown = [column for column in NAMES if column in (*columns, *absent)]
    nfe = any(line["nfe"] is not None for line in table)

    def line_of(entry: dict[str, Any], first: list[str]) -> list[str]:
        cost = []
        if nfe:
            count = entry["nfe"]
            cost = ["–" if count is None else f"{count:g}", number(entry["rtf"])]
        scores = [cell(entry[c], c) if c in columns else "not installed" for c in shown]
        return [*first, *cost, *scores]

    head = [*(["NFE", "RTF"] if nfe else []), *map(heading, shown)]
    whole = [entry for entry in table if entry["split"] == "all"]
    text = [
        f"{whole[0]['files']} files, mean ± standard error over files.",
        "",
        markdown_table(["system", *head], [line_of(e, [e["system"]]) for e in whole]),
    ]
    for split, title in SPLITS.items():
        entries = [e for e in table if e["split"] == split]
        if not entries:
            continue
        lines = [
            line_of(
                e, [f"{e['value']:g}" if split == "snr_db" else str(e["value"]), e["system"], str(e["files"])]
            )
            for e in entries
        ]
        text += [
            "",
            f"## By {title.split(',')[0]}",
            "",
            markdown_table([title, "system", "files", *head], lines, 2),
        ]
    notes = []
    if nfe:
        notes.append(
            "NFE: calls of the network for one signal, of an exported file for each hop. "
            f"RTF: compute time over duration of the audio, {results['timing']}."
        )
    notes += [f"{name}: {why}." for name, why in results["missing"].items()]
    if not any(entry["split"] != "all" for entry in table):
        notes.append("No SNR or noise type was found in the file names or a manifest: nothing is split.")
    without = [(row, note) for row in rows for note in row["notes"]]
    if without:
        row, note = without[0]
        notes.append(
            f"{len(without)} values could not be computed and are left out of the means, such as "
            f"{row['file']} ({row['system']}): {note}."
        )
    if notes:
        text += ["", *(f"- {note}" for note in notes)]
    return "\n".join(text) + "\n"


def table_csv(results: dict[str, Any]) -> str:
    """One line for each split, value, system and measure."""
    lines: list[list[Any]] = [["split", "value", "system", "measure", "mean", "standard_error", "files"]]
    for entry in results["table"]:
        first = [entry["split"], "" if entry["value"] is None else entry["value"], entry["system"]]
        for column in results["columns"]:
            e = entry[column]
            lines.append([*first, column, _plain(e["mean"]), _plain(e["standard_error"]), e["files"]])
        for column in ("nfe", "rtf"):
            if entry[column] is not None:
                lines.append([*first, column, entry[column], "", entry["files"]])
    return _csv(lines)


def files_csv(results: dict[str, Any]) -> str:
    """One line for each system and file."""
    head = [
        "system",
        "file",
        "speaker",
        "noise",
        "snr_db",
        "seconds",
        *results["columns"],
        "nfe",
        "compute_s",
        "notes",
    ]
    lines = [head]
    for row in results["rows"]:
        values = {**row, "notes": "; ".join(row["notes"])}
        lines.append([_plain(values[name]) for name in head])
    return _csv(lines)


def _plain(value: object) -> object:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else value


def _csv(lines: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def json_value(value: object) -> object:
    """NaN is no JSON: null."""
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, dict):
        return {key: json_value(v) for key, v in value.items()}
    return [json_value(v) for v in value] if isinstance(value, list | tuple) else value


OUTPUTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "table.md": markdown,
    "table.csv": table_csv,
    "files.csv": files_csv,
    "results.json": lambda results: json.dumps(json_value(results), indent=1, allow_nan=False) + "\n",
}


def write_text(path: Path, text: str) -> None:
    """The file appears whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write(results: dict[str, Any], folder: Path) -> None:
    """All of OUTPUTS into `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in OUTPUTS.items():
        write_text(folder / name, made(results))


def read(path: Path) -> dict[str, Any]:
    """The results.json of an evaluation. Raises ValueError for anything else."""
    if path.is_dir():
        path = path / "results.json"
    if not path.is_file():
        raise FileNotFoundError(f"no results at {path}: give a results.json of `trainer test`, or its folder")
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}") from None
    if not isinstance(results, dict) or results.get("format") != FORMAT or "rows" not in results:
        raise ValueError(f"{path} is no results.json of `trainer test` (format {FORMAT})")
    return results
