"""What came in and what went out, as two WAV files that are whole at any moment, kill -9 included."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realtime.audio.pcm import PcmFormat, encode, wav_header

Samples = NDArray[np.float32]
FLUSH_S = 0.5
_LONGEST = 0xFFFFF000  # bytes that a WAV header can tell of: 37 hours at 16 kHz


class _Wav:
    """16-bit mono, for its owner alone (0600): it is what was said in a room.

    Samples are written first and then told of in the header: it never promises too much.

    `write` raises OSError for a full disk, and for a file as long as a WAV can be.
    """

    def __init__(self, path: Path, sample_rate: int) -> None:
        self.path, self._format = path, PcmFormat("s16", sample_rate, 1)
        # 0600: what was said is nobody else's
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        self._header, self._bytes = len(wav_header(self._format, 0)), 0
        os.write(self._file, wav_header(self._format, 0))

    def write(self, samples: Samples) -> None:
        data = encode(samples, "s16")
        if self._bytes + len(data) > _LONGEST:
            raise OSError(errno.EFBIG, "the recording is as long as a WAV file can be", str(self.path))
        os.lseek(self._file, self._header + self._bytes, os.SEEK_SET)
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]
        self._bytes += len(data)
        os.lseek(self._file, 0, os.SEEK_SET)
        os.write(self._file, wav_header(self._format, self._bytes))

    def close(self) -> None:
        os.close(self._file)


def _close(files: list[_Wav]) -> None:
    """All of them; then raises OSError if one could not be closed."""
    with contextlib.ExitStack() as closing:
        for file in files:
            closing.callback(file.close)


class Recorder:
    """A thread writes twice a second; `add` only puts into a queue, so that a slow disk delays no audio."""

    def __init__(
        self,
        folder: Path,
        sample_rate: int,
        on_error: Callable[[OSError], None] | None = None,  # called once, from the recorder's thread
    ) -> None:
        """Makes the folder and two new files, named by the time, in it. Raises OSError."""
        self._on_error, self._folder = on_error, folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._files = self._new_files(sample_rate)
        self._first_rate = self._rate = sample_rate
        self._queue: queue.SimpleQueue[tuple[int, Samples, Samples]] = queue.SimpleQueue()
        self._end = threading.Event()
        self.error: OSError | None = None  # a full disk ends the recording, not the stream
        self._thread = threading.Thread(target=self._run, name="klarstrom-record", daemon=True)
        self._thread.start()

    def _new_files(self, sample_rate: int) -> list[_Wav]:
        folder, files = self._folder, []
        stem = time.strftime("klarstrom-%Y%m%d-%H%M%S")
        number, free = 1, stem
        while (folder / f"{free}-in.wav").exists() or (folder / f"{free}-out.wav").exists():
            number, free = number + 1, f"{stem}-{number + 1}"
        try:
            for side in ("in", "out"):
                files.append(_Wav(folder / f"{free}-{side}.wav", sample_rate))
        except OSError:
            _close(files)
            raise
        return files

    def add(self, noisy: Samples, enhanced: Samples, sample_rate: int | None = None) -> None:
        """float32 [n] each, full scale ±1; they must not be changed afterwards. sample_rate: Hz, None = as at the
        beginning. Another one than before begins two new files.
        """
        if self.error is None:
            self._queue.put((sample_rate or self._first_rate, noisy, enhanced))

    def _run(self) -> None:
        last = False
        while not last:
            last = self._end.wait(FLUSH_S)
            pairs = []
            while not self._queue.empty():
                pairs.append(self._queue.get())
            if not pairs or self.error is not None:
                continue
            try:
                for rate, take in itertools.groupby(pairs, key=lambda pair: pair[0]):
                    self._write(rate, [pair[1:] for pair in take])
            except OSError as error:
                self.error = error
                if self._on_error is not None:
                    self._on_error(error)

    def _write(self, rate: int, pairs: list[tuple[Samples, Samples]]) -> None:
        if rate != self._rate:
            former, self._files = self._files, self._new_files(rate)
            self._rate = rate
            _close(former)
        for file, blocks in zip(self._files, zip(*pairs, strict=True), strict=True):
            file.write(np.concatenate(blocks))

    def close(self) -> tuple[Path, Path]:
        """Writes what is left -> the paths: in, out; of the last sample rate, if there were several. Raises OSError."""
        self._end.set()
        self._thread.join()
        _close(self._files)
        return self._files[0].path, self._files[1].path
