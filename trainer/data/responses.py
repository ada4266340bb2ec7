"""Measured impulse responses of rooms and devices, read from files."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from trainer.data.bank import read_mono
from trainer.data.clips import find_clips

LONGEST = 1.0  # s, where responses are cut
BEFORE = 10 ** (-6 / 20)  # the direct sound is the first sample that comes this close to the highest one


def load_responses(where: Sequence[str], sample_rate: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Read folders or manifests of impulse responses; each file gives (rir_speech, rir_noise), float32 [up to 1 s].

    The direct sound of each is its first sample, of height 1 or -1, so that speech through it stays aligned with dry
    speech. The noise of a file comes through the next response of the same room, as manifests tell by `label` and
    folders by their name, or through the same one where a room has no other.

    Raises ValueError if a place is missing or holds no audio, or a response is silent.
    """
    rooms = defaultdict(list)
    for clip in find_clips(where, what="impulse responses"):
        rooms[clip.group].append(
            _from_direct_sound(read_mono(clip.path, sample_rate), sample_rate, str(clip.path))
        )
    return [pair for measured in rooms.values() for pair in pairwise([*measured, measured[0]])]


def _from_direct_sound(response: np.ndarray, sample_rate: int, name: str) -> np.ndarray:
    height = np.abs(response)
    if not height.max(initial=0) > 0:
        raise ValueError(f"{name} is silent: an impulse response has a direct sound")
    start = int(np.argmax(height >= BEFORE * height.max()))
    cut: np.ndarray = response[start : start + int(LONGEST * sample_rate)] / response[start]
    fade = len(cut) // 10
    if fade:
        cut[-fade:] *= np.linspace(1, 0, fade)
    return cut.astype(np.float32)
