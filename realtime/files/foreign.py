"""Sound that libsndfile does not read (AAC, WMA, WebM ...), through ffmpeg where it is on the PATH, or through PyAV."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realtime.audio.pcm import PcmError, PcmReader, WavHeader

Samples = NDArray[np.float32]
# endings of sound that only ffmpeg reads; films are in the list for the sound that they carry
ENDINGS = frozenset({
    "3g2", "3ga", "3gp", "aa3", "aac", "ac3", "adts", "aax", "amr", "ape", "asf", "awb", "dsf", "dts", "eac3", "f4a", "flv",
    "m2ts", "m4a", "m4b", "m4r", "m4v", "mka", "mkv", "mlp", "mov", "mp+", "mp4", "mpa", "mpc", "mpeg", "mpg", "mts", "oma",
    "ra", "ram", "rm", "shn", "spx", "tak", "thd", "tta", "vob", "webm", "wma", "wmv", "wv",
})  # fmt: skip
ADVICE = "ffmpeg on the PATH, or `pip install 'klarstrom[av]'`, makes it readable"
_BLOCK = 1 << 16
_WAIT_S = 60.0  # for a decoder to end after its output has


class ForeignError(Exception):
    """It cannot be decoded; one phrase says why."""


class ForeignSound:
    """Blocks of float32 [frames, channels] from another decoder. Use as a context manager."""

    format = subtype = ""

    def __init__(self, sample_rate: int, channels: int, seconds: float, blocks: Iterator[Samples]) -> None:
        self.sample_rate, self.channels = sample_rate, channels
        self.promised_s = seconds  # by its container; 0: not told
        self.complaint = ""  # of the decoder, known at the end
        self._blocks, self._held = blocks, np.zeros((0, channels), np.float32)

    def read(self, frames: int) -> Samples:
        """As many frames, fewer at the end only. Raises ForeignError."""
        parts, count = [self._held], len(self._held)
        while count < frames and (block := next(self._blocks, None)) is not None:
            parts.append(block)
            count += len(block)
        joined = np.concatenate(parts)
        self._held = joined[frames:]
        return joined[:frames]

    def close(self) -> None:
        """Ends the decoder. Idempotent."""
        closing: Any = self._blocks
        closing.close()


def open_foreign(path: Path) -> ForeignSound:
    """Raises ForeignError, also where neither decoder is there."""
    binary = shutil.which("ffmpeg")
    if binary is not None:
        return _through_ffmpeg(path, binary)
    try:
        import av
    except ImportError:
        raise ForeignError(f"libsndfile does not read this format; {ADVICE}") from None
    return _through_av(path, av)


def _through_ffmpeg(path: Path, binary: str) -> ForeignSound:
    # `file:` so that no name is taken for a protocol or an option; no protocol but this, so that no list of files
    # that somebody made reaches the network
    source: str | bytes = f"file:{path.absolute()}" if os.name == "nt" else b"file:" + bytes(path.absolute())
    command: list[str | bytes] = [binary, "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info"]
    command += ["-protocol_whitelist", "file", "-i", source]
    command += ["-map", "0:a:0", "-vn", "-f", "wav", "-c:a", "pcm_f32le", "-"]
    remarks = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the sound
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=remarks, bufsize=0
        )
    except OSError as error:
        remarks.close()
        raise ForeignError(f"ffmpeg cannot be started: {error.strerror}") from error
    assert process.stdout is not None
    header, data = WavHeader(), None
    try:
        while data is None and (piece := process.stdout.read(_BLOCK)):
            data = header.feed(piece)
    except PcmError as error:
        _end(process, remarks)
        raise ForeignError(f"ffmpeg: {error}") from error
    if data is None or header.format is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_WAIT_S)
        why = _complaint(remarks) or "no sound in it"
        _end(process, remarks)
        raise ForeignError(f"ffmpeg: {why}")
    reader, first = PcmReader(header.format), data

    def blocks() -> Iterator[Samples]:
        assert process.stdout is not None
        try:
            yield reader.feed(first)
            while piece := process.stdout.read(_BLOCK):
                yield reader.feed(piece)
            code = process.wait(_WAIT_S)
            sound.complaint = _complaint(remarks) or (f"it ended with {code}" if code else "")
        finally:
            _end(process, remarks)

    sound = ForeignSound(header.format.sample_rate, header.format.channels, _duration_s(remarks), blocks())
    return sound


def _end(process: subprocess.Popen[bytes], remarks: Any) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
    remarks.close()


def _complaint(remarks: Any) -> str:
    """The first error that ffmpeg told of, without its codes and addresses."""
    remarks.seek(0)
    for line in remarks.read(1 << 20).decode("utf-8", "replace").splitlines():
        found = re.match(r"(?:\[[^\]]*\] )?\[(?:error|fatal)\] (.*)", line)
        if found:
            return str(found[1]).rpartition(": ")[-1].strip().rstrip(".")
    return ""


def _duration_s(remarks: Any) -> float:
    remarks.seek(0)
    found = re.search(rb"Duration: (\d+):(\d+):(\d+\.\d+)", remarks.read(1 << 20))
    return 0.0 if found is None else 3600 * int(found[1]) + 60 * int(found[2]) + float(found[3])


def _through_av(path: Path, av: Any) -> ForeignSound:
    try:
        file = path.open("rb")  # a file object: no name is read as an address, and any bytes may be in it
        container = av.open(file, options={"protocol_whitelist": ""})
        if not container.streams.audio:
            raise ForeignError("PyAV: no sound in it")
        stream = container.streams.audio[0]
        rate, channels = stream.rate, stream.channels
    except (av.FFmpegError, ValueError) as error:
        raise ForeignError(f"PyAV: {getattr(error, 'strerror', None) or error}") from error
    resampler = av.AudioResampler(format="flt", layout=stream.layout, rate=rate)

    def blocks() -> Iterator[Samples]:
        try:
            with contextlib.closing(file), container:
                for frame in container.decode(stream):
                    for part in resampler.resample(frame):
                        yield part.to_ndarray().reshape(-1, channels)
                for part in resampler.resample(None):
                    yield part.to_ndarray().reshape(-1, channels)
        except av.FFmpegError as error:
            sound.complaint = str(error.strerror or error)

    seconds = float(container.duration / av.time_base) if container.duration else 0.0
    sound = ForeignSound(rate, channels, seconds, blocks())
    return sound
