"""Spectrograms as a PNG without a plotting library: STFT in dB, a colour map, axes in a bitmap font."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

RGB = NDArray[np.uint8]

# five columns by seven rows; a row is five bits, the left column the highest
_GLYPHS = {
    "0": "0e11131519110e", "1": "040c040404040e", "2": "0e11010204081f", "3": "1f02040201110e",
    "4": "02060a121f0202", "5": "1f101e0101110e", "6": "0608101e11110e", "7": "1f010204080808",
    "8": "0e11110e11110e", "9": "0e11110f01020c", "A": "0e11111f111111", "C": "0e11101010110e",
    "D": "1e11111111111e", "E": "1f10101e10101f", "H": "1111111f111111", "I": "0e04040404040e",
    "N": "11191513111111", "O": "0e11111111110e", "S": "0f10100e01011e", "Y": "11110a04040404",
    "B": "1e11111e11111e", "z": "00001f0204081f", "k": "10101214181412", "s": "00000f100e011e",
    "d": "01010d1311130d", "-": "0000000e000000", " ": "00000000000000",
}  # fmt: skip

# dark to bright, and ever lighter: anchors in equal steps of level
_COLOURS = np.array(
    [(6, 6, 20), (38, 16, 84), (104, 24, 116), (178, 44, 96), (236, 92, 60), (252, 170, 62), (252, 250, 196)]
)
_INK, _PAPER = np.array((40, 44, 52), np.uint8), np.array((250, 250, 248), np.uint8)
_SCALE = 2  # screen pixels a dot of the font


def png(image: RGB) -> bytes:
    """uint8 [height, width, 3], red, green, blue -> the bytes of a PNG file."""
    height, width, _ = image.shape

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row starts with its filter: none
    rows[:, 1:] = image.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows.tobytes(), 6))
        + chunk(b"IEND", b"")
    )


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


def _write(image: RGB, text: str, top: int, left: int) -> None:
    for letter in text:
        rows = np.frombuffer(bytes.fromhex(_GLYPHS[letter]), np.uint8)
        dots = (rows[:, None] >> np.arange(4, -1, -1)) & 1
        mask = np.kron(dots, np.ones((_SCALE, _SCALE), np.uint8)).astype(bool)
        image[top : top + mask.shape[0], left : left + mask.shape[1]][mask] = _INK
        left += 6 * _SCALE


def _text_width(text: str) -> int:
    return 6 * _SCALE * len(text)


def _resize(values: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """[rows, columns] -> [height, width]: the maximum where it shrinks in time, so that no onset is lost."""
    rows = np.arange(height) * values.shape[0] // height
    edges = np.linspace(0, values.shape[1], width + 1).astype(int)
    starts = np.minimum(edges[:-1], values.shape[1] - 1)
    return np.maximum.reduceat(values[rows], starts, axis=1)


def _ticks(end: float, most: int) -> list[int]:
    step = next(s for s in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 10**9) if end / s <= most)
    return list(range(0, int(end + 1e-6) + 1, step))


def spectrograms(pictures: dict[str, NDArray[np.float32]], sample_rate: int, span_db: float = 70.0) -> RGB:
    """Titled signals (name -> float32 [n], full scale ±1), one above the other, on one colour scale.

    The scale ends at the loudest bin of all pictures and spans `span_db`. -> uint8 [height, width, 3].
    Titles may use the letters of NOISY and ENHANCED only.
    """
    window = 2 * round(sample_rate * 0.016)
    levels = [level_db(samples, window, max(1, round(sample_rate * 0.005))) for samples in pictures.values()]
    top_db = max(float(level.max()) for level in levels)
    high, wide, left, right, header, footer = 260, 1000, 64, 110, 30, 34
    image = np.tile(_PAPER, ((high + header) * len(levels) + footer, left + wide + right, 1))
    khz = sample_rate / 2000
    seconds = max(len(samples) for samples in pictures.values()) / sample_rate
    for row, (title, level) in enumerate(zip(pictures, levels, strict=True)):
        top = row * (high + header) + header
        _write(image, title, top - 20, left + 6)
        _write(image, "kHz", top - 20, left - 12 - _text_width("kHz"))
        picture = _resize(level.T[::-1], high, wide)
        image[top : top + high, left : left + wide] = colours((picture - top_db + span_db) / span_db)
        for tick in _ticks(khz, 5):
            y = top + high - 1 - round(tick / khz * (high - 1))
            image[y, left - 6 : left] = _INK
            _write(image, str(tick), max(top, y - 7), left - 10 - _text_width(str(tick)))
    bottom = len(levels) * (high + header)
    for tick in _ticks(seconds, 12):
        x = left + round(tick / seconds * (wide - 1))
        image[bottom : bottom + 6, x] = _INK
        _write(image, f"{tick} s", bottom + 12, x - _text_width(str(tick)) // 2)
    # the key: level in dB of full scale
    key = colours(np.linspace(1, 0, high))
    image[header : header + high, left + wide + 20 : left + wide + 36] = key[:, None]
    _write(image, "dB", header - 20, left + wide + 44)
    for k in range(5):
        value = round(top_db - span_db * k / 4)
        y = header + round((high - 1) * k / 4)
        image[y, left + wide + 36 : left + wide + 42] = _INK
        _write(image, str(value), min(max(header, y - 7), header + high - 14), left + wide + 46)
    return image
