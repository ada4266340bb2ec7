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
# ffmpeg leaves 0xFFFFFFFF in a header that it cannot seek back to, others 0, or a little less than 4 GiB; sox and arecord
# leave 2 GiB, more or less, which a long recording may really have
_PLACEHOLDERS_FROM, _SURELY_FROM = 0x7FFFF000, 0xFFFFF000
_WITHOUT_END = 0xFFFFFFFFFFFFFFFF
_LARGEST_CHUNK = 1 << 26  # before the data
_INTEGER, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


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
        """Bytes of one sample of all channels."""
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
    """Bytes in pieces of any size -> whole frames. What is left of a frame waits for the next piece.

    data_bytes: of the sound, None = to the end of the stream. With `doubtful`, sound goes on behind them unless another
    chunk begins there: some programs write such a size where they know none.
    """

    def __init__(self, format: PcmFormat, data_bytes: int | None = None, doubtful: bool = False) -> None:
        self.format = format
        self._left = data_bytes
        self._doubtful = doubtful and data_bytes is not None
        self._odd = bool(data_bytes and data_bytes % 2)  # then a byte of padding stands before the next chunk
        self._carry = b""
        self._behind = b""  # what may be the head of a chunk

    @property
    def done(self) -> bool:
        """True once a WAV's declared data has been read; whatever follows is other chunks."""
        return self._left == 0 and not self._doubtful

    @property
    def leftover_bytes(self) -> int:
        """Bytes of a frame that never became whole."""
        return len(self._carry)

    @property
    def missing_bytes(self) -> int:
        """What the header promises and has not come."""
        return 0 if self._left is None or self._doubtful else self._left

    def feed(self, data: bytes) -> NDArray[np.float32]:
        """-> float32 [frames, channels], full scale ±1; may be empty."""
        if self._left is not None:
            data, behind = data[: self._left], data[self._left :]
            self._left -= len(data)
            if self._left == 0 and self._doubtful:
                data += self._beyond(behind)
        data = self._carry + data
        whole = len(data) - len(data) % self.format.frame_bytes
        self._carry = data[whole:]
        return decode(data[:whole], self.format.encoding).reshape(-1, self.format.channels)

    def _beyond(self, behind: bytes) -> bytes:
        """What of the bytes behind the declared size is sound after all."""
        self._behind += behind
        if len(self._behind) < 4 + self._odd:
            return b""
        self._doubtful = False
        if _is_name(self._behind[self._odd :][:4]):
            return b""
        self._left, behind = None, self._behind
        return behind


def _is_name(name: bytes) -> bool:
    """May a chunk be called so? Loud samples may look it too, once in some hundred recordings of just this length."""
    return len(name) == 4 and name.strip(b" ").replace(b"_", b"a").isalnum() and name[:1] != b" "


class WavHeader:
    """Takes bytes until the `data` chunk starts: `feed` returns None before that, then the first data."""

    def __init__(self) -> None:
        self._bytes = b""  # from the beginning of the chunk that is awaited
        self._skip = 0  # bytes of a chunk that says nothing of the sound
        self._riff: int | None = None
        self._position = 0  # of self._bytes in the stream
        self._data_size_64: int | None = None
        self.format: PcmFormat | None = None
        self.data_bytes: int | None = None  # None: to the end of the stream
        self.doubtful = False  # data_bytes may be a number that stands for an unknown one

    def feed(self, data: bytes) -> bytes | None:
        """More of the stream -> what follows the header, or None while it lasts; raises PcmError."""
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        self._position += skipped
        self._bytes += data[skipped:]
        if self._riff is None:
            if len(self._bytes) < 12:
                return None
            if self._bytes[:4] not in (b"RIFF", b"RF64") or self._bytes[8:12] != b"WAVE":
                found = f"{self._bytes[:4]!r} ... {self._bytes[8:12]!r}"
                raise PcmError(f"the input is not WAV: it starts with {found}, not b'RIFF' ... b'WAVE'")
            self._riff = int(struct.unpack_from("<I", self._bytes, 4)[0])
            self._take(12)
        while len(self._bytes) >= 8:
            name, size = struct.unpack_from("<4sI", self._bytes)
            if name == b"data":
                return self._data(size)
            if size > _LARGEST_CHUNK:
                raise PcmError(
                    f"the WAV header has a chunk {name!r} of {size} bytes before its data: it is damaged"
                )
            whole = 8 + size + size % 2
            if name in (b"fmt ", b"ds64"):
                if size > 1 << 16:
                    raise PcmError(f"the WAV header's chunk {name!r} has {size} bytes: it is damaged")
                if len(self._bytes) < whole:
                    return None
                self._parse(name, self._bytes[8 : 8 + size])
            self._take(whole)
        return None

    def _take(self, count: int) -> None:
        """Goes on in the stream: what is not there yet will be skipped when it comes, and is never kept."""
        here = min(count, len(self._bytes))
        self._bytes, self._skip = self._bytes[here:], count - here
        self._position += here

    def _parse(self, name: bytes, body: bytes) -> None:
        if name == b"fmt ":
            self.format = _parse_fmt(body)
        elif len(body) >= 16:
            self._data_size_64 = struct.unpack_from("<Q", body, 8)[0]

    def _data(self, size: int) -> bytes:
        if self.format is None:
            raise PcmError("the WAV header has a data chunk before its fmt chunk")
        if size == UNKNOWN_SIZE and self._data_size_64 not in (None, 0, _WITHOUT_END):
            self.data_bytes = self._data_size_64
        elif 0 < size < _SURELY_FROM:
            self.data_bytes, self.doubtful = size, size >= _PLACEHOLDERS_FROM
        elif size == 0 and self._goes_on_after(self._position + 8):
            self.data_bytes, self.doubtful = 0, True
        return self._bytes[8:]

    def _goes_on_after(self, start: int) -> bool:
        """Whether the file's size counts chunks after an empty data chunk: then it may really be empty.

        Where the file ends with it, the header may be one that was written before the samples.
        """
        assert self._riff is not None
        return start < self._riff + 8 < _PLACEHOLDERS_FROM


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
            f"WAV format {tag} with {bits} bits; a pipe takes PCM of 16, 24 or 32 bits, or 32-bit float: convert it first,"
            " `ffmpeg -i FILE -f wav - | realtime-cli`"
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
