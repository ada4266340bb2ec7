"""Impulse responses of simulated shoebox rooms, by the image-source method (Allen and Berkley, 1979)."""

import os
from pathlib import Path
from types import ModuleType

import numpy as np
import scipy.signal

from trainer.atomic import atomic_path

LONGEST = 0.5  # s, where responses are cut
ORDER = 30  # of reflection; what a room would need beyond becomes a tail of noise that decays alike


def simulate_rooms(count: int, seed: int, sample_rate: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Draw `count` rooms; each gives (rir_speech, rir_noise), float32 [up to 0.5 s], of one microphone.

    The reverberation time lies between 0.1 and 0.7 s. The direct path of the speech is the first sample of
    rir_speech and has height 1, so speech through it, or through its early part, stays aligned with the dry
    speech. rir_noise comes from another place of the room, also with a direct path of 1 as its first sample.

    Raises ImportError where pyroomacoustics is missing.
    """
    try:
        import pyroomacoustics as pra
    except ImportError as error:
        raise ImportError(
            "simulated rooms need pyroomacoustics: install klarstrom with the extra `train`, or ask for 0"
        ) from error

    rng = np.random.default_rng([seed, 0x0007])
    # Their high-pass runs in both directions and would smear sound to before the direct path.
    filtered = pra.constants.get("rir_hpf_enable")
    pra.constants.set("rir_hpf_enable", False)
    try:
        return [_room(pra, rng, sample_rate) for _ in range(count)]
    finally:
        pra.constants.set("rir_hpf_enable", filtered)


def _room(pra: ModuleType, rng: np.random.Generator, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    while True:
        size = rng.uniform([2.5, 2.5, 2.2], [9.0, 8.0, 4.0])
        rt60 = rng.uniform(0.1, 0.7)
        try:
            absorption, _ = pra.inverse_sabine(rt60, size)
            break
        except ValueError:  # too large a room for so short a time: draw again
            continue
    room = pra.ShoeBox(size, fs=sample_rate, materials=pra.Material(absorption), max_order=ORDER)
    speed = room.c
    inside = [0.4, 0.4, 0.4]
    microphone = rng.uniform(inside, size - inside)
    # A whole number of samples away: the direct path is then one sample instead of a sinc.
    speech, delay = _place(rng, microphone, size, (0.3, 2.0), speed / sample_rate)
    noise, noise_delay = _place(rng, microphone, size, (0.8, 6.0), speed / sample_rate)
    room.add_microphone(microphone)
    room.add_source(speech)
    room.add_source(noise)
    room.compute_rir()
    lead = pra.constants.get("frac_delay_length") // 2
    responses = []
    for rir, samples in zip(room.rir[0], (delay, noise_delay), strict=True):
        rir = np.asarray(rir)[lead + samples :]
        # Images up to this distance are all there.
        complete = int(ORDER * size.min() / speed * sample_rate) - samples
        responses.append(_finish(rng, rir / rir[0], complete, rt60, sample_rate))
    return responses[0], responses[1]


def _place(
    rng: np.random.Generator,
    microphone: np.ndarray,
    size: np.ndarray,
    distances: tuple[float, float],
    step: float,
) -> tuple[np.ndarray, int]:
    """A point inside the room at a distance of k steps of the microphone, and k."""
    for _ in range(1000):
        direction = rng.standard_normal(3) * [1, 1, 0.4]
        k = int(rng.uniform(*distances) / step)
        point = microphone + direction / np.linalg.norm(direction) * k * step
        if np.all(point > 0.2) and np.all(point < size - 0.2):
            return point, k
    raise RuntimeError(f"no place for a source in a room of {size} m")


def _finish(
    rng: np.random.Generator, rir: np.ndarray, complete: int, rt60: float, sample_rate: int
) -> np.ndarray:
    """Continue a response past its `complete` samples, dull its reflections, cut it to its length."""
    length = int(min(LONGEST, 1.2 * rt60) * sample_rate)
    response = np.zeros(length)
    response[: len(rir)] = rir[:length]
    if complete < length:
        level = np.sqrt(np.mean(rir[complete - sample_rate // 50 : complete] ** 2))
        decay = 10 ** (-3 * np.arange(length - complete) / (rt60 * sample_rate))
        response[complete:] = rng.standard_normal(length - complete) * level * decay
    # Walls and air take highs first: a one-pole low-pass for all but the direct sound.
    pole = rng.uniform(0, 0.5)
    response[1:] = scipy.signal.lfilter([1 - pole], [1, -pole], response[1:])
    fade = length // 10
    response[-fade:] *= np.linspace(1, 0, fade)
    return response.astype(np.float32)


def load_rooms(
    count: int, seed: int, sample_rate: int, cache_dir: str | os.PathLike[str] | None = None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """`simulate_rooms`, kept in `cache_dir` (made if missing) when one is given."""
    if count <= 0:
        return []
    if cache_dir is None:
        return simulate_rooms(count, seed, sample_rate)
    path = Path(cache_dir) / f"rooms-{count}-{seed}-{sample_rate}-v1.npz"
    if path.exists():
        with np.load(path) as stored:
            return [(stored[f"speech{i}"], stored[f"noise{i}"]) for i in range(count)]
    rooms = simulate_rooms(count, seed, sample_rate)
    path.parent.mkdir(parents=True, exist_ok=True)
    named = {f"speech{i}": room[0] for i, room in enumerate(rooms)}
    named |= {f"noise{i}": room[1] for i, room in enumerate(rooms)}
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        # NumPy's stub takes any name for its own allow_pickle
        np.savez(file, **named)  # type: ignore[arg-type]
    return rooms
