"""The status of a live stream as one line of text."""

from __future__ import annotations

from realtime.live_status import LiveStatus


def _bar(dbfs: float, width: int = 10) -> str:
    """-60 dBFS ... 0 dBFS."""
    filled = round(width * min(max((dbfs + 60) / 60, 0.0), 1.0))
    return "#" * filled + "." * (width - filled)


def panel_line(s: LiveStatus) -> str:
    """What a person wants to see at a glance; trouble only where there was some."""
    if s.state != "running":
        return f"{s.state}: {s.message}"
    lat = s.latency_ms
    parts = [
        f"in [{_bar(s.level_in_dbfs)}] {s.level_in_dbfs:4.0f} dB",
        f"out [{_bar(s.level_out_dbfs)}] {s.level_out_dbfs:4.0f} dB",
        s.mode if s.mode != "enhance" else f"{s.steps} step{'s' * (s.steps != 1)}" if s.steps else "resting",
        f"load {s.load:3.0%}",
        f"{lat.get('total', 0):.0f} ms",
    ]
    for count, name in (
        (s.input_drops, "drops"),
        (s.output_fills, "fills"),
        (s.late_hops, "late"),
        (s.xruns_in + s.xruns_out, "xruns"),
        (s.restarts, "restarts"),
        (s.clipped, "clipped"),
    ):
        if count:
            parts.append(f"{count} {name}")
    return "  ".join(parts)
