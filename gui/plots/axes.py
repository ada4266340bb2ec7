"""The common frame of the pictures: their margins and the ticks of their axes."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from gui.plots.frequency_scale import FrequencyScale

TOP = 3  # px over a picture
BAR_PX = 10  # width of the colour bar
_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
_LEAST_PX = 62  # between two ticks
_STEPS_HZ = (50, 100, 200, 500, 1000, 2000, 4000, 5000, 10000, 20000, 50000, 100000)
_WARPED_HZ = (
    0, 50, 100, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12000, 16000, 20000, 24000, 32000, 48000,
)  # fmt: skip


def left(widget: QWidget) -> int:
    """The margin at the left in px, the same for all pictures under one another, as wide as the font wants it."""
    return widget.fontMetrics().horizontalAdvance("0.25 kHz") + 10


def right(widget: QWidget) -> int:
    """The margin at the right in px: the colour bar and its levels."""
    return BAR_PX + 16 + widget.fontMetrics().horizontalAdvance("-120 dB")


def bottom(widget: QWidget) -> int:
    """The margin below a picture with a time axis, px."""
    return widget.fontMetrics().height() + 7


def plot_of(widget: QWidget, time_axis: bool) -> QRect:
    """Where the picture lies in its widget."""
    below = bottom(widget) if time_axis else 3
    return widget.rect().adjusted(left(widget), TOP, -right(widget), -below)


def time_ticks(left_s: float, right_s: float, width: int) -> list[tuple[float, str]]:
    """Seconds at both edges, width in px -> (second, text) of every tick; whole steps, the last with the unit."""
    fitting = (s for s in _STEPS_S if s * width >= _LEAST_PX * (right_s - left_s))
    step = next(fitting, _STEPS_S[-1])
    first, last = -int(-left_s / step + 1e-6), int(right_s / step + 1e-6)
    ticks = [
        (k * step, _text(k * step, step)) for k in range(first, last + 1) if left_s <= k * step <= right_s
    ]
    unit = " min" if step >= 60 else " s"
    return [*ticks[:-1], *((second, text + unit) for second, text in ticks[-1:])]


def _text(seconds: float, step: float) -> str:
    if step >= 60:
        return f"{'-' * (seconds < 0)}{abs(round(seconds)) // 60}:{abs(round(seconds)) % 60:02d}"
    return f"{seconds:.1f}" if step < 1 else f"{seconds:.0f}"


def frequency_ticks(low_hz: float, high_hz: float, height: int, least_px: float) -> list[tuple[float, str]]:
    """Hz at both edges, height in px -> (Hz, text in kHz) of every tick at least `least_px` apart.

    The last with the unit.
    """
    fitting = (s for s in _STEPS_HZ if s * height >= least_px * (high_hz - low_hz))
    step = next(fitting, _STEPS_HZ[-1])
    first, last = -int(-low_hz // step), int(high_hz // step)
    return _named([float(k * step) for k in range(first, last + 1)])


def warped_ticks(
    scale: FrequencyScale, low: float, high: float, height: int, least_px: float
) -> list[tuple[float, str]]:
    """The same for an axis that is not linear. low, high: shares of the axis at both edges."""
    found: list[float] = []
    last = float("inf")
    for hz in sorted(_WARPED_HZ, reverse=True):
        share = scale.share(hz)
        y = height * (share - low) / (high - low)
        inside = low <= share <= high and hz <= scale.highest_hz
        if inside and not (scale.name == "log" and hz == 0) and last - y >= least_px:
            found.append(float(hz))
            last = y
    return _named(found[::-1])


def _named(ticks: list[float]) -> list[tuple[float, str]]:
    texts = [(hz, f"{hz / 1000:g}") for hz in ticks]
    return [*texts[:-1], *((hz, text + " kHz") for hz, text in texts[-1:])]


def level_ticks(low_db: float, high_db: float, height: int, least_px: float) -> list[float]:
    """Levels of the colour bar, dB, in whole steps at least `least_px` apart."""
    fitting = (s for s in (5, 10, 20, 30, 40, 60) if s * height >= least_px * (high_db - low_db))
    step = next(fitting, 60)
    first, last = -int(-low_db // step), int(high_db // step)
    return [float(k * step) for k in range(first, last + 1)]
