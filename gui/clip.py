"""Recordings as the window holds them: their samples and their pictures, before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from gui.columns import ColumnMaker, Columns
from realtime.files import FileError

Samples = NDArray[np.float32]
LONGEST_S = 20 * 60  # both sides are held in memory; longer recordings are work for the command line
MOST_COLUMNS = 2000  # a picture needs no more


@dataclass(frozen=True)
class Clip:
    """A recording, mixed to mono, and its picture."""

    path: Path
    sample_rate: int  # Hz
    samples: Samples  # float32 [n], full scale ±1
    columns: Columns  # dB [columns, bins]
    column_s: float

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True)
class Result:
    """What became of a clip."""

    clip: Clip
    enhanced: Samples  # float32 [n], aligned with the clip's
    columns: Columns  # dB, as the clip's
    steps: int  # diffusion steps a hop
    troubles: list[str]
    load: float  # what a hop cost, as a share of what it lasts
    hop_ms: float  # median cost of a hop, ms
    live: bool = False  # enhanced while it was recorded: steps, load and cost are not known


@dataclass(frozen=True)
class Take:
    """What a live stream recorded."""

    before: Path
    after: Path
    delay: int  # samples by which the second is late


def read_clip(path: Path, window_ms: float, check: Callable[[], None]) -> Clip:
    """Raises FileError in one sentence; `check` is called now and then and may raise to cancel."""
    samples, rate = _sound(path, check)
    plain = ColumnMaker(rate, window_ms)
    pool = -(-plain.count(len(samples)) // MOST_COLUMNS)
    columns, column_s = _columns(samples, rate, window_ms, pool, check)
    return Clip(path, rate, samples, columns, column_s)


def read_take(take: Take, window_ms: float, check: Callable[[], None]) -> Result:
    """Both sides, aligned. Raises as read_clip does."""
    clip = read_clip(take.before, window_ms, check)
    late, rate = _sound(take.after, check)
    if rate != clip.sample_rate:
        raise FileError(f"{take.after.name} has {rate} Hz, {take.before.name} {clip.sample_rate} Hz")
    enhanced = np.zeros_like(clip.samples)
    late = late[take.delay :][: len(enhanced)]
    enhanced[: len(late)] = late
    plain = ColumnMaker(rate, window_ms)
    pool = -(-plain.count(len(enhanced)) // MOST_COLUMNS)
    columns, _ = _columns(enhanced, rate, window_ms, pool, check)
    return Result(clip, enhanced, columns, 0, [], 0.0, 0.0, live=True)


def _sound(path: Path, check: Callable[[], None]) -> tuple[Samples, int]:
    """float32 [n], mixed to mono, and its rate, Hz."""
    if not path.is_file():
        raise FileError(f"{path.name} cannot be opened: there is no such file in {path.parent}")
    try:
        with soundfile.SoundFile(str(path)) as file:
            rate, total = file.samplerate, file.frames
            if not 0 < total <= LONGEST_S * rate:
                raise FileError(
                    f"{path.name} lasts {total / rate / 60:.0f} min; the window opens up to"
                    f" {LONGEST_S // 60} min: use `realtime-cli file` for it"
                    if total
                    else f"{path.name} holds no sound"
                )
            parts = []
            while len(frames := file.read(rate, dtype="float32", always_2d=True)):
                check()
                parts.append(frames.mean(axis=1))
    except (soundfile.SoundFileError, OSError) as error:
        reason = str(getattr(error, "error_string", None) or getattr(error, "strerror", None) or error)
        raise FileError(f"{path.name} cannot be opened: {reason.rstrip('.')}") from error
    return np.nan_to_num(np.concatenate(parts), posinf=0, neginf=0), rate


def _columns(
    samples: Samples, rate: int, window_ms: float, pool: int, check: Callable[[], None]
) -> tuple[Columns, float]:
    """dB [columns, bins], and how long a column lasts, s."""
    maker = ColumnMaker(rate, window_ms, pool)
    columns = []
    for start in range(0, len(samples), rate):
        check()
        columns.append(maker.push(samples[start : start + rate]))
    return np.concatenate([*columns, maker.finish()]), maker.column_s
