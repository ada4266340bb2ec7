"""The common frame of the pictures: their margins and the ticks of their time axis."""

from __future__ import annotations

LEFT, RIGHT, TOP, BOTTOM = 52, 10, 4, 20  # margins, px: pictures under one another share their time axis
_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
_LEAST_PX = 62  # between two ticks


def time_ticks(left_s: float, right_s: float, width: int) -> list[tuple[float, str]]:
    """Seconds at both edges, width in px -> (second, text) of every tick; whole steps, the last with the unit."""
    fitting = (s for s in _STEPS_S if s * width >= _LEAST_PX * (right_s - left_s))
    step = next(fitting, _STEPS_S[-1])
    first, last = -int(-left_s / step + 1e-6), int(right_s / step + 1e-6)
    ticks = [
        (k * step, _text(k * step, step)) for k in range(first, last + 1) if left_s <= k * step <= right_s
    ]
    return [*ticks[:-1], *((second, text + " s") for second, text in ticks[-1:])]


def _text(seconds: float, step: float) -> str:
    if step >= 60:
        return f"{'-' * (seconds < 0)}{abs(round(seconds)) // 60}:{abs(round(seconds)) % 60:02d}"
    return f"{seconds:.1f}" if step < 1 else f"{seconds:.0f}"
