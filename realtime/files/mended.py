"""Sound files whose header does not fit their content: recorders that were killed, copies that were cut off.

libsndfile believes a header that says 0, or refuses the file. Here such a file is shown to it with a header that fits
what is there. Nothing is written to the file itself.
"""

from __future__ import annotations

import io
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

UNFINISHED = "its header was never finished: everything up to the end of the file was taken as sound"
_PLACEHOLDERS_FROM = 0x7FFFF000  # what programs write that do not know the size yet
_UNKNOWN = 0xFFFFFFFF
_LARGEST_RIFF = _UNKNOWN - 4096


@dataclass(frozen=True)
class Mended:
    """What a file's own header says about its length, where that is not what is there."""

    file: BinaryIO | None = None  # to be read in place of the file; None: libsndfile copes by itself
    note: str | None = None  # nothing is known to be missing, but the user is to know
    promised: float = 1.0  # times the sound that is there


class _WithHead(io.RawIOBase):
    """A file whose first bytes are others: `head`, then the file from byte `rest` on."""

    def __init__(self, file: BinaryIO, head: bytes, rest: int) -> None:
        self._file, self._head, self._rest, self._position = file, head, rest, 0
        self._length = len(head) + max(0, os.fstat(file.fileno()).st_size - rest)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        piece = self._head[self._position : self._position + len(view)]
        if not piece:
            self._file.seek(self._position - len(self._head) + self._rest)
            piece = self._file.read(len(view))
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()


def mended(path: Path) -> Mended:
    """Looks at the header of WAV, RF64, AIFF, AU and CAF. Raises OSError; never anything else, whatever the bytes."""
    file = path.open("rb")
    size = os.fstat(file.fileno()).st_size
    head = file.read(12)
    found = None
    try:
        if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
            found = _wav(file, size, head)
        elif head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
            found = _aiff(file, size)
        elif head[:4] == b".snd" and len(head) == 12:
            found = _au(file, size, head)
        elif head[:4] == b"caff":
            found = _caf(file, size)
    except struct.error:  # the header itself is cut off: libsndfile says so
        pass
    finally:
        if found is None or found.file is None:
            file.close()
    return found or Mended()


def _chunks(file: BinaryIO, start: int, size: int, layout: str) -> list[tuple[bytes, int, int]]:
    """(name, where its body begins, its size) up to and including the sound; layout: of name and size."""
    found: list[tuple[bytes, int, int]] = []
    width = struct.calcsize(layout)
    while start + width <= size and len(found) < 10_000:
        file.seek(start)
        name, length = struct.unpack(layout, file.read(width))
        found.append((name, start + width, length))
        if name in (b"data", b"SSND") or length < 0:
            break
        start += width + length + (length % 2 if layout != ">4sq" else 0)
    return found


def _wav(file: BinaryIO, size: int, head: bytes) -> Mended | None:
    chunks = _chunks(file, 12, size, "<4sI")
    if not chunks or chunks[-1][0] != b"data":
        return None
    _, start, declared = chunks[-1]
    there, promised = size - start, declared
    for name, body, length in chunks:
        if name == b"ds64" and length >= 16 and declared == _UNKNOWN:
            file.seek(body + 8)
            promised = struct.unpack("<Q", file.read(8))[0]
    if promised > there:
        if there and promised >= _PLACEHOLDERS_FROM and (promised == declared or promised >= 1 << 62):
            return None  # written by a program that did not know the size; libsndfile goes to the end as well
        return Mended(promised=promised / there if there else float("inf"))
    ends_well = there == promised or _is_chunk(file, start + promised, size, "<4sI")
    suspicious = promised == 0 or _PLACEHOLDERS_FROM <= promised <= _UNKNOWN or there > _UNKNOWN >= promised
    if ends_well or not suspicious:
        return None
    others = b"".join(_body(file, one) for one in chunks[:-1] if one[0] != b"ds64")
    if start + there <= _LARGEST_RIFF:
        new = b"RIFF" + struct.pack("<I", 4 + len(others) + 8 + there) + b"WAVE" + others
        new += b"data" + struct.pack("<I", there)
    else:
        ds64 = b"ds64" + struct.pack("<IQQQI", 28, 4 + 36 + len(others) + 8 + there, there, 0, 0)
        new = b"RF64\xff\xff\xff\xffWAVE" + ds64 + others + b"data\xff\xff\xff\xff"
    return Mended(_shown(file, new, start), UNFINISHED)


def _body(file: BinaryIO, chunk: tuple[bytes, int, int]) -> bytes:
    name, start, length = chunk
    file.seek(start)
    return name + struct.pack("<I", length) + file.read(min(length, 1 << 26) + length % 2)


def _is_chunk(file: BinaryIO, start: int, size: int, layout: str) -> bool:
    """Does what follows the sound look like more chunks up to the end of the file?"""
    while start + 8 <= size:
        file.seek(start)
        name, length = struct.unpack(layout, file.read(8))
        if not all(32 <= byte < 127 for byte in name):
            return False
        start += 8 + length + length % 2
    return start in (size, size + 1)


def _shown(file: BinaryIO, head: bytes, rest: int) -> BinaryIO:
    return cast(BinaryIO, _WithHead(file, head, rest))


def _aiff(file: BinaryIO, size: int) -> Mended | None:
    chunks = _chunks(file, 12, size, ">4sI")
    common = [body for name, body, length in chunks if name == b"COMM" and length >= 8]
    if not common or chunks[-1][0] != b"SSND" or chunks[-1][2] > 8:
        return None
    start = chunks[-1][1]
    if size - start <= 8 or _is_chunk(file, start + 8, size, ">4sI"):
        return None
    file.seek(0)
    head = bytearray(file.read(start + 8))
    channels, _, bits = struct.unpack_from(">hIh", head, common[0])
    frame = max(1, channels * -(-bits // 8))
    struct.pack_into(">I", head, 4, size - 8)
    struct.pack_into(">I", head, start - 4, size - start)
    struct.pack_into(">I", head, common[0] + 2, (size - start - 8) // frame)
    return Mended(_shown(file, bytes(head), start + 8), UNFINISHED)


def _au(file: BinaryIO, size: int, head: bytes) -> Mended | None:
    start, declared = struct.unpack(">II", head[4:12])
    if declared != 0 or not 24 <= start < size:
        return None
    new = head[:8] + struct.pack(">I", min(size - start, 0xFFFFFFFF))
    return Mended(_shown(file, new, 12), UNFINISHED)


def _caf(file: BinaryIO, size: int) -> Mended | None:
    chunks = _chunks(file, 8, size, ">4sq")
    if not chunks or chunks[-1][0] != b"data":
        return None
    _, start, declared = chunks[-1]
    there = size - start
    if 0 <= declared <= there or there <= 4:
        return None
    file.seek(0)
    new = file.read(start - 8) + struct.pack(">q", there)
    promised = declared / there if declared > 0 else 1.0
    return Mended(_shown(file, new, start), None if declared > 0 else UNFINISHED, promised)
