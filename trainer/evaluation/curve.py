"""The picture of scores against hours heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

PANELS = {"pesq_wb": "PESQ (wide band)", "si_sdr": "SI-SDR, dB", "sig": "DNSMOS SIG", "ovrl": "DNSMOS OVRL"}


def draw_curve(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    """Draws the scores of `rows` (hours_heard and the names in PANELS, as text) into the PNG file `path`.

    Raises ImportError where matplotlib, of the extra `metrics`, is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("the curve needs matplotlib: install klarstrom with the extra `metrics`") from None
    figure = Figure(figsize=(9, 6), layout="constrained")
    for axes, (name, title) in zip(figure.subplots(2, 2, sharex=True).flat, PANELS.items(), strict=True):
        points = [(float(row["hours_heard"]), float(row[name])) for row in rows if row.get(name)]
        axes.plot(*zip(*points, strict=True) if points else ((), ()), marker="o", markersize=3)
        axes.set_title(title)
        axes.grid(alpha=0.3)
    figure.supxlabel("hours heard")
    figure.savefig(path, dpi=110)
