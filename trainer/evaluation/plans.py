"""A plan of `trainer experiments`: rows of options over one configuration.

A YAML file: `config` (a fit configuration beside it), `options` that all rows share, `reference` (the row that the others
are compared with), `references` (row: another one for it), `seeds`, and `rows`, each a name with its own options.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

PLANS = Path(__file__).parents[1] / "configs"


def shipped() -> list[str]:
    """Names of the plans that come with the package."""
    return sorted(path.stem for path in (PLANS / "plans").glob("*.yaml"))


@dataclass(frozen=True)
class Plan:
    """What is to be run: rows of options over one configuration."""

    config: Path
    options: dict[str, object]  # of `trainer fit`, dotted, shared by all rows
    rows: dict[str, dict[str, object]]  # name -> options of its own
    reference: str
    seeds: tuple[int, ...]
    steps: str = "1,4"  # diffusion steps to test with
    references: Mapping[str, str] = field(
        default_factory=dict
    )  # row -> what it is compared with, if not `reference`

    def reference_of(self, row: str) -> str | None:
        """The row that a row is compared with; None for the reference itself."""
        return None if row == self.reference else self.references.get(row, self.reference)

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
    """A plan from its file; `seeds` and `only` (names of rows; their references are kept) narrow it. Raises ValueError."""
    try:
        raw = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    known = {"config", "options", "rows", "reference", "references", "seeds", "steps"}
    if not isinstance(raw, dict) or not {"config", "rows", "reference"} <= set(raw) <= known:
        raise ValueError(
            f"{path} must have config, rows and reference, and may have references, options, seeds and steps"
        )
    rows = {str(name): dict(options or {}) for name, options in raw["rows"].items()}
    if raw["reference"] not in rows:
        raise ValueError(f"reference {raw['reference']!r} of {path} is none of its rows: {', '.join(rows)}")
    references = raw.get("references") or {}
    for name in (*(only or ()), *references, *references.values()):
        if name not in rows:
            raise ValueError(f"row {name!r} is none of those of {path}: {', '.join(rows)}")
    if only:
        kept = {*only, *(references[name] for name in only if name in references), raw["reference"]}
        rows = {name: rows[name] for name in rows if name in kept}
    chosen = tuple(seeds or raw.get("seeds", (1, 2)))
    config = path.parent / raw["config"]
    if not config.is_file():
        raise ValueError(f"config {config} of {path} does not exist")
    return Plan(
        config,
        raw.get("options") or {},
        rows,
        raw["reference"],
        chosen,
        str(raw.get("steps", "1,4")),
        {row: other for row, other in references.items() if row in rows},
    )
