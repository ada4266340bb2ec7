"""Spectrograms of recordings as one picture: STFT in dB, a colour map, axes and a key."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

RGB = NDArray[np.uint8]

# dark to bright, and ever lighter: anchors in equal steps of level
_COLOURS = np.array(
    [(6, 6, 20), (38, 16, 84), (104, 24, 116), (178, 44, 96), (236, 92, 60), (252, 170, 62), (252, 250, 196)]
)
_INK, _PAPER = (40, 44, 52), (250, 250, 248)
HIGH, LEFT, RIGHT, HEADER, FOOTER = 260, 56, 96, 30, 34  # pixels: of a spectrogram, and around all of them
FONT_SIZE = 15


@dataclass(frozen=True)
class Titled:
    """samples: float32 [n], full scale ±1; sample_rate: Hz."""

    title: str
    samples: NDArray[np.float32]
    sample_rate: int


def level_db(samples: NDArray[np.float32], window_length: int, hop_length: int) -> NDArray[np.float64]:
    """float32 [n] -> dB [frames, bins], a full-scale sine is 0 dB. Hann window; the floor is -120 dB."""
    window = np.hanning(window_length + 1)[:-1]
    padded = np.pad(samples.astype(np.float64), (window_length // 2, window_length))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window_length)[: len(samples) + 1 : hop_length]
    amplitude = np.abs(np.fft.rfft(frames * window)) * 2 / window.sum()
    level: NDArray[np.float64] = 20 * np.log10(np.maximum(amplitude, 1e-6))
    return level


def colours(level: NDArray[np.float64]) -> RGB:
    """Any shape, 0 (dark) ... 1 (bright) -> uint8 [..., 3]."""
    position = np.clip(level, 0, 1) * (len(_COLOURS) - 1)
    channels = [np.interp(position, np.arange(len(_COLOURS)), _COLOURS[:, c]) for c in range(3)]
    image: RGB = np.rint(np.stack(channels, -1)).astype(np.uint8)
    return image


def _resize(values: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """[rows, columns] -> [height, width]: the maximum where it shrinks in time, so that no onset is lost."""
    rows = np.arange(height) * values.shape[0] // height
    edges = np.linspace(0, values.shape[1], width + 1).astype(int)
    starts = np.minimum(edges[:-1], values.shape[1] - 1)
    return np.maximum.reduceat(values[rows], starts, axis=1)


def _ticks(end: float, most: int) -> list[int]:
    step = next(s for s in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 10**9) if end / s <= most)
    return list(range(0, int(end + 1e-6) + 1, step))


def spectrograms(
    pictures: Sequence[Titled], wide: int, side_by_side: bool = False, span_db: float = 70.0
) -> Image.Image:
    """One above the other or side by side, `wide` pixels each, on one scale of time, frequency and colour.

    The colour scale ends at the loudest bin of all and spans `span_db`. Where a recording is shorter, or its sample
    rate lower, than another's, the paper shows.
    """
    levels = [
        level_db(p.samples, 2 * round(p.sample_rate * 0.016), max(1, round(p.sample_rate * 0.005)))
        for p in pictures
    ]
    top_db = max(float(level.max()) for level in levels)
    seconds = max(len(p.samples) / p.sample_rate for p in pictures)
    half_rate = max(p.sample_rate for p in pictures) / 2
    columns, rows = (len(pictures), 1) if side_by_side else (1, len(pictures))
    size = (LEFT + wide) * columns + RIGHT, (HEADER + HIGH) * rows + FOOTER
    image = Image.new("RGB", size, _PAPER)
    pen = _Pen(image)
    for k, (p, level) in enumerate(zip(pictures, levels, strict=True)):
        x, y = (LEFT + wide) * (k % columns) + LEFT, (HEADER + HIGH) * (k // columns) + HEADER
        share, height = (
            len(p.samples) / p.sample_rate / seconds,
            round(HIGH * p.sample_rate / 2 / half_rate),
        )
        picture = _resize(level.T[::-1], height, max(1, round(wide * share)))
        colour = colours((picture - top_db + span_db) / span_db)
        image.paste(Image.fromarray(colour), (x, y + HIGH - height))
        pen.title(p.title, x, y, wide)
        pen.frequencies(half_rate / 1000, x, y)
        if side_by_side or k == len(pictures) - 1:
            pen.times(seconds, x, y + HIGH, wide)
    pen.key(top_db, span_db, size[0] - RIGHT + 20)
    return image


def png(image: Image.Image) -> bytes:
    """The bytes of a PNG file."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


class _Pen:
    """What is written around the spectrograms."""

    def __init__(self, image: Image.Image) -> None:
        self._image, self._draw = image, ImageDraw.Draw(image)
        self._font = ImageFont.load_default(FONT_SIZE)

    def _text(self, x: float, y: float, text: str, anchor: str) -> None:
        self._draw.text((x, y), text, _INK, self._font, anchor)

    def title(self, text: str, x: int, y: int, wide: int) -> None:
        """Above a spectrogram whose corner is (x, y); the end of a long one is its better half."""
        whole = text
        while self._draw.textlength(text, self._font) > wide - 12 and len(whole) > 1:
            whole = whole[1:]
            text = f"…{whole}"
        self._text(x + 6, y - 8, text, "ls")

    def frequencies(self, khz: float, x: int, y: int) -> None:
        self._text(x - 12, y - 8, "kHz", "rs")
        for tick in _ticks(khz, 5):
            at = y + HIGH - 1 - round(tick / khz * (HIGH - 1))
            self._draw.line((x - 6, at, x - 1, at), _INK)
            self._text(x - 10, max(y + 6, at), str(tick), "rm")

    def times(self, seconds: float, x: int, bottom: int, wide: int) -> None:
        for tick in _ticks(seconds, max(2, wide // 80)):
            at = x + round(tick / max(seconds, 1e-9) * (wide - 1))
            self._draw.line((at, bottom, at, bottom + 5), _INK)
            self._text(at, bottom + 10, f"{tick} s", "mt")

    def key(self, top_db: float, span_db: float, x: int) -> None:
        """Level in dB of full scale."""
        column = colours(np.linspace(1, 0, HIGH))[:, None].repeat(16, 1)
        self._image.paste(Image.fromarray(column), (x, HEADER))
        self._text(x + 24, HEADER - 8, "dBFS", "ls")
        for k in range(5):
            at = HEADER + round((HIGH - 1) * k / 4)
            self._draw.line((x + 16, at, x + 21, at), _INK)
            self._text(
                x + 26, min(max(HEADER + 6, at), HEADER + HIGH - 6), f"{top_db - span_db * k / 4:.0f}", "lm"
            )
