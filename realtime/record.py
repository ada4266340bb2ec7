"""What came in and what went out, as two WAV files that are whole at any moment, kill -9 included."""

from __future__ import annotations

import errno
import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realtime.pcm import PcmFormat, encode, wav_header

Samples = NDArray[np.float32]
FLUSH_S = 0.5
_LONGEST = 0xFFFFF000  # bytes that a WAV header can tell of: 37 hours at 16 kHz


class _Wav:
    """16-bit mono. Samples are written first and then told of in the header: it never promises too much.

    `write` raises OSError for a full disk, and for a file as long as a WAV can be.
    """

    def __init__(self, path: Path, sample_rate: int):
        self.path, self._format = path, PcmFormat("s16", sample_rate, 1)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
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


class Recorder:
    """A thread writes twice a second; `add` only puts into a queue, so that a slow disk delays no audio."""

    def __init__(
        self,
        folder: Path,
        sample_rate: int,
        on_error: Callable[[OSError], None] | None = None,  # called once, from the recorder's thread
    ):
        """Makes the folder and two new files, named by the time, in it. Raises OSError."""
        self._on_error = on_error
        folder.mkdir(parents=True, exist_ok=True)
        stem = time.strftime("klarstrom-%Y%m%d-%H%M%S")
        number, free = 1, stem
        while (folder / f"{free}-in.wav").exists() or (folder / f"{free}-out.wav").exists():
            number, free = number + 1, f"{stem}-{number + 1}"
        self._files = [_Wav(folder / f"{free}-{side}.wav", sample_rate) for side in ("in", "out")]
        self._queue: queue.SimpleQueue[tuple[Samples, Samples]] = queue.SimpleQueue()
        self._end = threading.Event()
        self.error: OSError | None = None  # a full disk ends the recording, not the stream
        self._thread = threading.Thread(target=self._run, name="klarstrom-record", daemon=True)
        self._thread.start()

    def add(self, noisy: Samples, enhanced: Samples) -> None:
        """float32 [n] each, full scale ±1; they must not be changed afterwards."""
        if self.error is None:
            self._queue.put((noisy, enhanced))

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
                for file, blocks in zip(self._files, zip(*pairs, strict=True), strict=True):
                    file.write(np.concatenate(blocks))
            except OSError as error:
                self.error = error
                if self._on_error is not None:
                    self._on_error(error)

    def close(self) -> tuple[Path, Path]:
        """Writes what is left -> the paths: in, out."""
        self._end.set()
        self._thread.join()
        for file in self._files:
            file.close()
        return self._files[0].path, self._files[1].path
