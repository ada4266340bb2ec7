"""Any sound file as blocks of samples: by libsndfile, mended where its header is wrong, or by another decoder."""

from __future__ import annotations

import contextlib
import os
import re
import select
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from realtime.files.foreign import ForeignError, ForeignSound, open_foreign
from realtime.files.mended import Mended, mended

Samples = NDArray[np.float32]
NO_LENGTH = 1 << 50  # libsndfile's count of frames where a header holds none, as in FLAC written to a pipe
_SHORT = 0.999  # of what a header promises; rounding of compressed formats is not worth a word
_PIPE_WAIT_S = 10.0


class SourceError(Exception):
    """It cannot be read; one phrase says why."""


class Sound:
    """A sound that is being read, float32 [frames, channels] a block. Use as a context manager.

    `note` is a remark about how it is read, "" for none. After the last block, `loss` says what of the sound is not
    there though it should be, "" if all is.
    """

    def __init__(
        self, source: soundfile.SoundFile | ForeignSound, mend: Mended, ends_whole: bool = True
    ) -> None:
        self._source, self._mend, self._ends_whole = source, mend, ends_whole
        self.note = mend.note or ""
        self.loss = ""
        self.format, self.subtype = str(source.format), str(source.subtype)
        self.channels = int(source.channels)
        if isinstance(source, ForeignSound):
            self.sample_rate = source.sample_rate
            self.frames = round(source.promised_s * self.sample_rate)  # a guess, 0 where nothing is known
            self.tags: Mapping[str, str] = {}
        else:
            self.sample_rate, self.frames = int(source.samplerate), int(source.frames)
            self.tags = source.copy_metadata()
        self._count = 0

    def read(self, frames: int) -> Samples:
        """The next block; empty at the end, or where the rest is damaged. Raises SourceError if nothing can be read."""
        if self.loss:
            return np.zeros((0, self.channels), np.float32)
        broken = ""
        if isinstance(self._source, ForeignSound):
            block = self._source.read(frames)
            broken = self._source.complaint if len(block) < frames else ""
        else:
            block, broken = _read(self._source, frames)
        self._count += len(block)
        if broken or not len(block):
            self._judge(broken)
        if not self._count and (broken or self.loss):
            raise SourceError(f"cannot be read: {broken or self.loss}")
        return block

    def _judge(self, broken: str) -> None:
        there = self._count / self.sample_rate
        promised = self.frames / self.sample_rate
        if isinstance(self._source, soundfile.SoundFile):
            promised *= max(self._mend.promised, _promised(self._source))
        if there < _SHORT * promised and promised - there > (0.1 if self._compressed else 0.0):
            length = "more" if promised == float("inf") else f"{promised:.2f} s"
            why = f" ({broken})" if broken else ""
            self.loss = f"it is shorter than it promises: {there:.2f} s of {length} are there{why}"
        elif broken:
            self.loss = f"it is damaged after {there:.2f} s: {broken}"
        elif self._mend.promised == float("inf"):
            self.loss = "it is shorter than it promises: nothing of its sound is there"
        elif not self._ends_whole:
            self.loss = f"its end is missing: {there:.2f} s are there"

    @property
    def _compressed(self) -> bool:
        return self.format in ("MP3", "OGG", "")

    def close(self) -> None:
        """Closes what was opened for it."""
        self._source.close()
        if self._mend.file is not None:
            self._mend.file.close()

    def __enter__(self) -> Sound:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read(source: soundfile.SoundFile, frames: int) -> tuple[Samples, str]:
    """A block, and why it ends where it does. What was decoded before an error is not lost with it."""
    out = np.full((frames, source.channels), np.nan, np.float32)
    try:
        return source.read(frames, dtype="float32", always_2d=True, out=out), ""
    except (soundfile.SoundFileError, RuntimeError) as error:
        filled = np.flatnonzero(~np.isnan(out).all(axis=1))
        return out[: filled[-1] + 1 if len(filled) else 0], reason(error)


def _promised(source: soundfile.SoundFile) -> float:
    """How much more a header promised than is there, by libsndfile's log, which has the sizes of all its formats."""
    most = 1.0
    for declared, real in re.findall(r":\s*(\d+) \(should be (\d+)\)", source.extra_info):
        if int(real) and int(declared) < 0x7FFFF000:
            most = max(most, int(declared) / int(real))
    if source.format == "NIST" and source.frames:  # its log is silent; the header is text
        with contextlib.suppress(OSError, TypeError), open(source.name, "rb") as file:
            found = re.search(rb"sample_count -i (\d+)", file.read(1024))
            most = max(most, int(found[1]) / source.frames) if found else most
    return most


def reason(error: Exception) -> str:
    """Why a file could not be read or written, as a phrase."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = str(getattr(error, "error_string", None) or error).strip().removeprefix("Error : ")
    return text.rstrip(".") or type(error).__name__


def name_for_libsndfile(path: Path) -> str | bytes:
    """Bytes where names are bytes: they need not be valid text."""
    return str(path) if os.name == "nt" else os.fsencode(path)


@contextlib.contextmanager
def open_sound(path: Path) -> Iterator[Sound]:
    """Raises SourceError: one phrase. What comes through a pipe is kept in a nameless file until it has been read."""
    with contextlib.ExitStack() as cleaning:
        try:
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                raise SourceError("it is a folder")
            readable = path
            if stat.S_ISFIFO(status.st_mode):
                readable = cleaning.enter_context(_spooled(path))
            elif not stat.S_ISREG(status.st_mode):
                raise SourceError("it is a device, neither file nor pipe")
            elif status.st_size == 0:
                raise SourceError("it is empty: 0 bytes")
            sound = cleaning.enter_context(_open(readable))
        except OSError as error:
            raise SourceError(f"cannot be read: {reason(error)}") from error
        yield sound


def _open(path: Path) -> Sound:
    mend = mended(path)  # also raises OSError in the system's own words, which libsndfile has not
    try:
        source = soundfile.SoundFile(mend.file or name_for_libsndfile(path))
    except (soundfile.SoundFileError, RuntimeError) as error:
        if mend.file is not None:
            mend.file.close()
        try:
            return Sound(open_foreign(path), Mended())
        except ForeignError as second:
            if str(second).startswith("libsndfile"):
                raise SourceError(f"cannot be read: {reason(error)}; {second}") from error
            raise SourceError(f"cannot be read: {second}") from error
    return Sound(source, mend, source.format != "OGG" or _ogg_is_whole(path))


def _ogg_is_whole(path: Path) -> bool:
    """Is the last page marked as the last one, and all there?"""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - (1 << 17))
        file.seek(start)
        end = file.read()
    at = end.rfind(b"OggS")
    if at < 0 or len(end) < at + 27:
        return False
    table = end[at + 27 : at + 27 + end[at + 26]]
    return bool(end[at + 5] & 4) and len(end) - at >= 27 + len(table) + sum(table)


@contextlib.contextmanager
def _spooled(path: Path) -> Iterator[Path]:
    """What a pipe holds, as a file: sound files are not read from front to back. A pipe is emptied by this."""
    with tempfile.NamedTemporaryFile(prefix="klarstrom-") as copy:  # 0600 and a name that nobody can guess
        for piece in _pieces(path):
            copy.write(piece)
        copy.flush()
        if not copy.tell():
            raise SourceError("it is a pipe through which nothing came: 0 bytes")
        yield Path(copy.name)


def _pieces(path: Path) -> Iterator[bytes]:
    """Waits for a writer for a while only: a named pipe may have none. What a shell has connected has one."""
    connected = str(path).startswith(("/dev/", "/proc/"))
    wait = None if connected else _PIPE_WAIT_S
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        while True:
            if not select.select([descriptor], [], [], wait)[0]:
                raise SourceError(f"it is a pipe into which no program wrote for {_PIPE_WAIT_S:g} s")
            wait = None
            with contextlib.suppress(BlockingIOError):
                if not (piece := os.read(descriptor, 1 << 20)):
                    return
                yield piece
    finally:
        os.close(descriptor)
