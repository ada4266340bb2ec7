"""The first thing a newcomer runs: a noisy recording in; an enhanced one, a picture and numbers out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realtime.atomic import atomic_path
from realtime.audio.pcm import PcmFormat, encode, wav_header
from realtime.cli.bench import HopCost, summary
from realtime.cli.levels import level_changes_db
from realtime.cli.picture import Titled, png, spectrograms
from realtime.engine.enhancer import Enhancer
from realtime.files.sources import SourceError, open_sound

CLIP = Path(__file__).parent / "models" / "demo-noisy.flac"
LONGEST_S = 300  # a picture of more shows nothing


@dataclass(frozen=True)
class DemoResult:
    """What was written, and what was measured."""

    noisy_wav: Path
    enhanced_wav: Path
    picture: Path
    seconds: float
    cost: HopCost
    latency_ms: float
    level_change_db: tuple[float, float]  # in speech pauses, and overall: see level_changes_db


def run_demo(enhancer: Enhancer, clip: Path, folder: Path) -> DemoResult:
    """Streams `clip` hop by hop, writes demo-noisy.wav, demo-enhanced.wav and demo-spectrograms.png into
    `folder`.

    Raises ValueError if the clip is not at the model's rate, OSError for files.
    """
    noisy, rate = _read(clip)
    if rate != enhancer.sample_rate:
        raise ValueError(
            f"{clip} has {rate} Hz; the demo takes {enhancer.sample_rate} Hz: use `realtime-cli file`"
        )
    if not 0 < len(noisy) <= LONGEST_S * rate:
        raise ValueError(
            f"{clip} lasts {len(noisy) / rate:.1f} s; the demo takes more than 0 and up to {LONGEST_S} s"
        )
    mono = np.ascontiguousarray(noisy.mean(axis=1))
    enhanced, costs_ms = _stream(enhancer, mono)
    folder.mkdir(parents=True, exist_ok=True)
    format = PcmFormat("s16", rate, 1, wav=True)
    return DemoResult(
        noisy_wav=_replace(folder / "demo-noisy.wav", _wav(mono, format)),
        enhanced_wav=_replace(folder / "demo-enhanced.wav", _wav(enhanced, format)),
        picture=_replace(folder / "demo-spectrograms.png", _picture(mono, enhanced, rate)),
        seconds=len(mono) / rate,
        cost=summary(costs_ms, enhancer),
        latency_ms=1000 * (enhancer.latency_samples + enhancer.hop_length) / rate,
        level_change_db=level_changes_db(mono, enhanced, rate),
    )


def _read(clip: Path) -> tuple[NDArray[np.float32], int]:
    try:
        with open_sound(clip) as sound:
            noisy = sound.read(round(LONGEST_S * sound.sample_rate) + 1)
            sound.read(1)  # what is missing at the end is known behind it
            if sound.loss:
                raise OSError(f"{clip}: {sound.loss}")
            return noisy, sound.sample_rate
    except SourceError as error:
        raise OSError(f"{clip}: {error}") from error


def _stream(
    enhancer: Enhancer, noisy: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """-> enhanced, aligned with `noisy` and as long; milliseconds of every hop."""
    hop, delay = enhancer.hop_length, enhancer.latency_samples
    padded = np.pad(noisy, (0, delay + -(len(noisy) + delay) % hop))
    costs, parts = [], []
    enhancer.reset()
    for block in padded.reshape(-1, hop):
        start = time.perf_counter()
        parts.append(enhancer.process(block))
        costs.append(1000 * (time.perf_counter() - start))
    enhancer.reset()
    return np.concatenate(parts)[delay : delay + len(noisy)], np.array(costs)


def _picture(noisy: NDArray[np.float32], enhanced: NDArray[np.float32], rate: int) -> bytes:
    return png(spectrograms([Titled("noisy", noisy, rate), Titled("enhanced", enhanced, rate)], 1000))


def _wav(samples: NDArray[np.float32], format: PcmFormat) -> bytes:
    body = encode(samples, format.encoding)
    return wav_header(format, len(body)) + body


def _replace(target: Path, content: bytes) -> Path:
    with atomic_path(target) as temporary:
        temporary.write_bytes(content)
    return target
