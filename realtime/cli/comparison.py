"""`realtime-cli compare`: two recordings, their spectrograms side by side, and by how much their levels differ."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from realtime.atomic import atomic_path
from realtime.cli.levels import level_changes_db
from realtime.cli.picture import Titled, png, spectrograms
from realtime.files.sources import SourceError, open_sound

LONGEST_S = 3600  # all of it is held in memory
_WIDE = 760  # pixels of each spectrogram


@dataclass(frozen=True)
class Comparison:
    """Two recordings, and by how much their levels differ."""

    first: Titled
    second: Titled
    # of the second over the first, dB, in speech pauses and overall; None where they do not lie on each other
    level_change_db: tuple[float, float] | None


def compare(first: Path, second: Path, picture: Path) -> Comparison:
    """Writes the picture of both as PNG. Raises OSError, and ValueError for what cannot be drawn."""
    alike = first.name == second.name
    titles = [str(path) if alike else path.name for path in (first, second)]
    a, b = (_read(path, title) for path, title in zip((first, second), titles, strict=True))
    with atomic_path(picture) as temporary:
        temporary.write_bytes(png(spectrograms([a, b], _WIDE, side_by_side=True)))
    same = a.sample_rate == b.sample_rate and len(a.samples) == len(b.samples)
    return Comparison(a, b, level_changes_db(a.samples, b.samples, a.sample_rate) if same else None)


def _read(path: Path, title: str) -> Titled:
    """All channels mixed."""
    try:
        with open_sound(path) as sound:
            frames = sound.read(LONGEST_S * sound.sample_rate + 1)
            if not 0 < len(frames) <= LONGEST_S * sound.sample_rate:
                length = "nothing" if len(frames) == 0 else f"more than {LONGEST_S} s"
                raise ValueError(f"{path} holds {length}; compare takes more than 0 and up to {LONGEST_S} s")
            return Titled(title, np.ascontiguousarray(frames.mean(axis=1)), sound.sample_rate)
    except SourceError as error:
        raise OSError(f"{path}: {error}") from error
