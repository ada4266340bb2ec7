"""PCM samples as bytes, and WAV headers on pipes: sizes may be unknown, reads may end inside a sample.

Raw formats are `s16le` and `f32le`. WAV adds 24- and 32-bit integers and WAVE_FORMAT_EXTENSIBLE. Full scale
is ±1.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FORMATS = ("s16le", "f32le", "wav")
SAMPLE_BYTES = {"s16": 2, "s24": 3, "s32": 4, "f32": 4}
UNKNOWN_SIZE = 0xFFFFFFFF
# ffmpeg leaves 0xFFFFFFFF in a header that it cannot seek back to, sox 0x7FFFF000 and more, others 0
_PLACEHOLDERS_FROM = 0x7FFFF000
_INTEGER, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
_FOREIGN = {
    b"fLaC": "FLAC",
    b"OggS": "Ogg",
    b"ID3\x03": "MP3",
    b"ID3\x04": "MP3",
    b"FORM": "AIFF",
    b"caff": "CAF",
    b"RIFX": "big-endian WAV",
    b".snd": "AU",
    b"\x1aE\xdf\xa3": "Matroska",
}


class PcmError(ValueError):
    """The bytes are not the audio that they were said to be."""


@dataclass(frozen=True)
class PcmFormat:
    """What the samples of a stream are: encoding s16 | s24 | s32 | f32, rate in Hz, interleaved channels."""

    encoding: str
    sample_rate: int
    channels: int
    wav: bool = False
    channel_mask: int = 0

    @property
    def frame_bytes(self) -> int:
        return SAMPLE_BYTES[self.encoding] * self.channels

    def __str__(self) -> str:
        name = f"WAV {self.encoding}" if self.wav else f"{self.encoding}le"
        return f"{name}, {self.sample_rate} Hz, {self.channels} channel{'s' * (self.channels > 1)}"


def decode(data: bytes, encoding: str) -> NDArray[np.float32]:
    """Whole samples as bytes -> float32 [n], full scale ±1."""
    if encoding == "f32":
        return np.frombuffer(data, "<f4").astype(np.float32)
    if encoding == "s16":
        return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(2**15)
    if encoding == "s32":
        return (np.frombuffer(data, "<i4") / 2.0**31).astype(np.float32)
    # 24 bits become the upper three bytes of 32
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
    return (wide.view("<i4")[:, 0] / 2.0**31).astype(np.float32)


def quantise(samples: NDArray[np.float32], bits: int) -> NDArray[np.int32]:
    """float32, full scale ±1 -> integers of `bits`, rounded and clipped: -2^(bits-1) ... 2^(bits-1) - 1."""
    scale = 2.0 ** (bits - 1)
    return np.clip(np.rint(samples.astype(np.float64) * scale), -scale, scale - 1).astype(np.int32)


def encode(samples: NDArray[np.float32], encoding: str) -> bytes:
    """float32, full scale ±1 -> bytes, row by row. What `decode` gave at 16 or 24 bits comes back exactly."""
    if encoding == "f32":
        return samples.astype("<f4").tobytes()
    integers = quantise(samples, 8 * SAMPLE_BYTES[encoding]).astype("<i4")
    if encoding == "s16":
        return integers.astype("<i2").tobytes()
    if encoding == "s32":
        return integers.tobytes()
    return np.ascontiguousarray(integers).reshape(-1, 1).view(np.uint8)[:, :3].tobytes()


class PcmReader:
    """Bytes in pieces of any size -> whole frames. What is left of a frame waits for the next piece."""

    def __init__(self, format: PcmFormat, data_bytes: int | None = None):
        self.format = format
        self._left = data_bytes
        self._carry = b""

    @property
    def done(self) -> bool:
        """True once a WAV's declared data has been read; whatever follows is other chunks."""
        return self._left == 0

    @property
    def leftover_bytes(self) -> int:
        """Bytes of a frame that never became whole."""
        return len(self._carry)

    def feed(self, data: bytes) -> NDArray[np.float32]:
        """-> float32 [frames, channels], full scale ±1; may be empty."""
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        data = self._carry + data
        whole = len(data) - len(data) % self.format.frame_bytes
        self._carry = data[whole:]
        return decode(data[:whole], self.format.encoding).reshape(-1, self.format.channels)


class WavHeader:
    """Takes bytes until the `data` chunk starts: `feed` returns None before that, then the first data."""

    def __init__(self) -> None:
        self._bytes = b""
        self._position = 12
        self._data_size_64: int | None = None
        self.format: PcmFormat | None = None
        self.data_bytes: int | None = None  # None: to the end of the stream

    def feed(self, data: bytes) -> bytes | None:
        self._bytes += data
        if len(self._bytes) < 12:
            return None
        if self._bytes[:4] not in (b"RIFF", b"RF64") or self._bytes[8:12] != b"WAVE":
            found = f"{self._bytes[:4]!r} ... {self._bytes[8:12]!r}"
            raise PcmError(f"the input is not WAV: it starts with {found}, not b'RIFF' ... b'WAVE'")
        while len(self._bytes) >= self._position + 8:
            name, size = struct.unpack_from("<4sI", self._bytes, self._position)
            start = self._position + 8
            if name == b"data":
                if self.format is None:
                    raise PcmError("the WAV header has a data chunk before its fmt chunk")
                if self._data_size_64 is not None and size == UNKNOWN_SIZE:
                    self.data_bytes = self._data_size_64
                elif 0 < size < _PLACEHOLDERS_FROM or (size == 0 and self._goes_on_after(start)):
                    self.data_bytes = size
                return self._bytes[start:]
            if size > 1 << 26:
                raise PcmError(
                    f"the WAV header has a chunk {name!r} of {size} bytes before its data: it is damaged"
                )
            if len(self._bytes) < start + size:
                return None
            body = self._bytes[start : start + size]
            if name == b"fmt ":
                self.format = _parse_fmt(body)
            elif name == b"ds64" and size >= 16:
                self._data_size_64 = struct.unpack_from("<Q", body, 8)[0]
            self._position = start + size + size % 2
        return None

    def _goes_on_after(self, start: int) -> bool:
        """Whether the file's size counts chunks after an empty data chunk: then it is really empty.

        Where the file ends with it, the header may be one that was written before the samples.
        """
        whole = int(struct.unpack_from("<I", self._bytes, 4)[0])
        return start < whole + 8 < _PLACEHOLDERS_FROM


def _parse_fmt(body: bytes) -> PcmFormat:
    if len(body) < 16:
        raise PcmError(f"the WAV header's fmt chunk has {len(body)} bytes; 16 or more are needed")
    tag, channels, rate, _, frame_bytes, bits = struct.unpack_from("<HHIIHH", body)
    mask = 0
    if tag == _EXTENSIBLE and len(body) >= 40:
        mask = struct.unpack_from("<I", body, 20)[0]
        tag = struct.unpack_from("<H", body, 24)[0]
    encoding = {(_INTEGER, 16): "s16", (_INTEGER, 24): "s24", (_INTEGER, 32): "s32", (_FLOAT, 32): "f32"}.get(
        (tag, bits)
    )
    if encoding is None:
        raise PcmError(
            f"WAV format {tag} with {bits} bits; a pipe takes PCM of 16, 24 or 32 bits, or 32-bit float"
        )
    if not channels or not rate:
        raise PcmError(f"the WAV header says {channels} channels at {rate} Hz; both must be above 0")
    if frame_bytes != channels * SAMPLE_BYTES[encoding]:
        needed = channels * SAMPLE_BYTES[encoding]
        raise PcmError(
            f"the WAV header says {frame_bytes} bytes a frame; {channels} of {bits} bits take {needed}"
        )
    return PcmFormat(encoding, rate, channels, wav=True, channel_mask=mask)


def wav_header(format: PcmFormat, data_bytes: int | None = None) -> bytes:
    """The bytes before the samples. Unknown or over-long sizes get the placeholder 0xFFFFFFFF."""
    is_float = format.encoding == "f32"
    tag, width = _FLOAT if is_float else _INTEGER, SAMPLE_BYTES[format.encoding]
    extensible = format.channels > 2
    frame = format.frame_bytes
    fmt = struct.pack("<HHIIHH", _EXTENSIBLE if extensible else tag, format.channels, format.sample_rate,
                      format.sample_rate * frame, frame, 8 * width)  # fmt: skip
    if extensible:
        fmt += struct.pack("<HHIH", 22, 8 * width, format.channel_mask, tag) + _GUID_TAIL
    chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt
    around = 4 + len(chunks) + 12 * is_float + 8  # what RIFF counts besides the samples
    size, total, frames = UNKNOWN_SIZE, UNKNOWN_SIZE, UNKNOWN_SIZE
    if data_bytes is not None and around + data_bytes + 1 < UNKNOWN_SIZE:
        size, total, frames = data_bytes, around + data_bytes + data_bytes % 2, data_bytes // frame
    if is_float:
        chunks += b"fact" + struct.pack("<II", 4, frames)
    return b"RIFF" + struct.pack("<I", total) + b"WAVE" + chunks + b"data" + struct.pack("<I", size)


def detect(first: bytes) -> str:
    """The format of a stream from its first twelve bytes: `wav` for RIFF, `s16le` for what carries no name.

    Raises PcmError for compressed and other containers, which would else be played as noise.
    """
    magic = first[:4]
    if magic in (b"RIFF", b"RF64"):
        return "wav"
    foreign = "MP4" if first[4:8] == b"ftyp" else "W64" if magic == b"riff" else _FOREIGN.get(magic)
    if foreign:
        raise PcmError(
            f"the input is {foreign}; a pipe takes s16le, f32le or WAV: "
            "decode it with `ffmpeg -i FILE -f wav -`, or use `realtime-cli file`"
        )
    return "s16le"
