"""Recordings as the window holds them: their samples and their pictures, before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gui import texts
from gui.state.columns import ColumnMaker, Columns
from realtime.files.files import FileError
from realtime.files.sources import SourceError, open_sound

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
        """Its length."""
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
    take: Take | None = None  # both sides were there already: steps, load and cost are not known


@dataclass(frozen=True)
class Take:
    """A recording with both of its sides."""

    before: Path
    after: Path
    delay: int = 0  # samples by which the second is late
    live: bool = True  # a stream recorded it; two files that somebody brought may be in either order


def read_clip(path: Path, window_ms: float, check: Callable[[], None]) -> Clip:
    """Raises FileError in one sentence; `check` is called now and then and may raise to cancel."""
    return _clip(path, *_sound(path, check), window_ms, check)


def read_take(take: Take, window_ms: float, check: Callable[[], None]) -> Result:
    """Both sides, aligned; of two files that somebody brought the noisier is before. Raises as read_clip does."""
    (first, rate), (second, other_rate) = (_sound(path, check) for path in (take.before, take.after))
    if rate != other_rate:
        raise FileError(
            texts.TWO_RATES.format(
                first=take.before.name, rate=rate, second=take.after.name, other=other_rate
            )
        )
    if not take.live and _pauses_db(second, rate) > _pauses_db(first, rate):
        take = replace(take, before=take.after, after=take.before)
        first, second = second, first
    clip = _clip(take.before, first, rate, window_ms, check)
    enhanced = np.zeros_like(first)
    late = second[take.delay :][: len(enhanced)]
    enhanced[: len(late)] = late
    columns = _clip(take.after, enhanced, rate, window_ms, check).columns
    return Result(clip, enhanced, columns, 0, [], 0.0, 0.0, take)


def _pauses_db(samples: Samples, rate: int) -> float:
    """Level of the pauses against that of the speech, dB, whatever the gain: noise fills the pauses."""
    frame = max(1, min(rate // 50, len(samples)))
    power = np.square(samples[: len(samples) // frame * frame]).reshape(-1, frame).mean(axis=1)
    pauses, speech = np.quantile(power.astype(np.float64), (0.1, 0.95))
    return float(10 * np.log10((pauses + 1e-12) / (speech + 1e-12)))


def _sound(path: Path, check: Callable[[], None]) -> tuple[Samples, int]:
    """float32 [n], mixed to mono, and its rate, Hz."""
    if not path.is_file():
        raise FileError(texts.NO_SUCH_FILE.format(name=path.name, folder=path.parent))
    try:
        with open_sound(path) as sound:
            rate, total = sound.sample_rate, sound.frames
            if total > LONGEST_S * rate:
                raise FileError(_length(texts.TOO_LONG, path, total, rate))
            parts, count = [], 0
            while len(frames := sound.read(rate)):
                check()
                parts.append(frames.mean(axis=1))
                count += len(frames)
                if count > LONGEST_S * rate:  # a header need not tell
                    raise FileError(_length(texts.TOO_LONG, path, count, rate))
    except SourceError as error:
        reason = str(error).removeprefix("cannot be read: ")
        raise FileError(texts.NOT_OPENED.format(name=path.name, reason=reason)) from error
    except OSError as error:
        raise FileError(texts.NOT_OPENED.format(name=path.name, reason=error.strerror or error)) from error
    if not parts:
        raise FileError(_length(texts.NO_SOUND, path, 0, rate))
    return np.nan_to_num(np.concatenate(parts), posinf=0, neginf=0), rate


def _length(why: str, path: Path, frames: int, rate: int) -> str:
    return why.format(name=path.name, minutes=frames / rate / 60, most=LONGEST_S // 60)


def _clip(path: Path, samples: Samples, rate: int, window_ms: float, check: Callable[[], None]) -> Clip:
    """With its picture, whose columns are pooled as far as its length wants."""
    pool = -(-ColumnMaker(rate, window_ms).count(len(samples)) // MOST_COLUMNS)
    maker = ColumnMaker(rate, window_ms, pool)
    columns = []
    for start in range(0, len(samples), rate):
        check()
        columns.append(maker.push(samples[start : start + rate]))
    return Clip(path, rate, samples, np.concatenate([*columns, maker.finish()]), maker.column_s)
