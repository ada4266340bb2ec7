"""The common frame of the pictures: their margins and the ticks of their axes."""

from __future__ import annotations

LEFT, RIGHT, TOP, BOTTOM = 52, 10, 4, 20  # margins, px: pictures under one another share their time axis
_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
_LEAST_PX = 62  # between two ticks
_STEPS_HZ = (50, 100, 200, 500, 1000, 2000, 4000, 5000, 10000, 20000, 50000, 100000)


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


def frequency_ticks(low_hz: float, high_hz: float, height: int, least_px: float) -> list[tuple[float, str]]:
    """Hz at both edges, height in px -> (Hz, text in kHz) of every tick at least `least_px` apart; the last with
    the unit."""
    fitting = (s for s in _STEPS_HZ if s * height >= least_px * (high_hz - low_hz))
    step = next(fitting, _STEPS_HZ[-1])
    first, last = -int(-low_hz // step), int(high_hz // step)
    ticks = [(float(k * step), f"{k * step / 1000:g}") for k in range(first, last + 1)]
    return [*ticks[:-1], *((hz, text + " kHz") for hz, text in ticks[-1:])]
