"""Enhancement between two file descriptors: bytes in, bytes out, a hop at a time."""

from __future__ import annotations

import os
import select
import signal
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import FrameType, TracebackType
from typing import Any

from realtime.audio.pcm import PcmError, PcmFormat, PcmReader, WavHeader, encode, wav_header
from realtime.audio.recognise import ENOUGH, HEAD, detect, may_be_framed, named
from realtime.engine.channels import ChannelBank

_HEADER_BLOCK = 1 << 12  # a header may be long, and no sound is late before it has ended


@dataclass(frozen=True)
class PipeOptions:
    """rate (Hz) and channels describe raw input; a WAV brings its own, and may not contradict them."""

    format: str = "auto"  # auto | s16le | f32le | wav
    output_format: str | None = None  # as the input
    rate: int | None = None  # the model's
    channels: int | None = None  # 1
    mono: bool = False  # down-mix before the model


@dataclass(frozen=True)
class PipeResult:
    """What went through a pipe, and how it ended."""

    frames: int  # input frames that were read, and output frames that were written unless the reader went
    sample_rate: int
    leftover_bytes: int  # a last frame that the input cut off
    reader_gone: bool
    interrupted: bool
    missing_s: float = 0.0  # that a WAV's header promises beyond what came


class StopOnInterrupt:
    """While entered, SIGINT, SIGTERM or SIGHUP ends reading instead of the process, so that the tail can be written.

    A second one acts as usual. Where one is ignored (SIGINT in a background job of a shell), it stays ignored.
    """

    def __init__(self) -> None:
        self.requested = False
        self.terminated = False  # it was no SIGINT
        self._reading = False
        self._grace_bytes = 1 << 16  # what a pipe holds
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> StopOnInterrupt:
        for number in (
            signal.SIGINT,
            signal.SIGTERM,
            *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []),
        ):
            self._previous[number] = signal.getsignal(number)
            if self._previous[number] is not signal.SIG_IGN:
                signal.signal(number, self._stop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None
    ) -> None:
        for number, previous in self._previous.items():
            signal.signal(number, previous)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.requested, self.terminated = True, number != signal.SIGINT
        signal.signal(number, signal.SIG_DFL)
        if self._reading:  # a blocked read would be taken up again; anywhere else a hop would be torn
            raise KeyboardInterrupt

    def read(self, fd: int, count: int) -> bytes:
        """As os.read, but once a signal has come only what a pipe already holds, then empty."""
        if self.requested:
            return self._read_waiting(fd, count)
        try:
            self._reading = True
            data = os.read(fd, count)
            self._reading = False
            return data
        except KeyboardInterrupt:
            return self._read_waiting(fd, count)
        finally:
            self._reading = False

    def _read_waiting(self, fd: int, count: int) -> bytes:
        """What was said before the interrupt is part of the tail; a writer that goes on and on is not waited
        for.
        """
        if os.name == "nt" or stat.S_ISREG(os.fstat(fd).st_mode) or not select.select([fd], [], [], 0)[0]:
            return b""
        data = os.read(fd, min(count, self._grace_bytes))
        self._grace_bytes -= len(data)
        return data


def run_pipe(
    source: int,
    sink: int,
    options: PipeOptions,
    model_rate: int,
    hop_length: int,
    open_bank: Callable[[int, int], ChannelBank],
    stop: StopOnInterrupt,
    on_start: Callable[[PcmFormat, PcmFormat, ChannelBank], None] = lambda *_: None,
) -> PipeResult:
    """Reads `source` to its end, SIGINT or SIGTERM, or until the reader of `sink` is gone.

    Each read asks for one hop and is written at once: a hop of delay beside the model's own. `open_bank(rate,
    channels)` makes the enhancers once the input's format is known. Raises PcmError for input that is not
    what it should be, ValueError for options that contradict the input, OSError from the descriptors.
    """
    raw = PcmFormat(
        "f32" if options.format == "f32le" else "s16", options.rate or model_rate, options.channels or 1
    )
    ask = raw.frame_bytes * max(1, hop_length * raw.sample_rate // model_rate)
    kind, data = options.format, b""
    if kind == "auto":
        data = _head(source, stop, ask)
        kind = detect(data)
    if kind == "wav":
        header, start = WavHeader(), None
        while start is None:
            start = header.feed(data)
            if start is None and not (data := stop.read(source, max(ask, _HEADER_BLOCK))):
                if stop.requested:
                    return PipeResult(0, model_rate, 0, False, True)
                raise PcmError("the input ended inside its WAV header")
        assert header.format is not None
        format, data = header.format, start
        _check_agreement(options, format)
        reader = PcmReader(format, header.data_bytes, header.doubtful)
    else:
        format, reader = raw, PcmReader(raw)
    output = _output_format(options, format)
    bank = open_bank(format.sample_rate, format.channels)
    on_start(format, output, bank)
    writer = _Writer(sink, output)
    frames = 0
    ask = format.frame_bytes * max(1, hop_length * format.sample_rate // model_rate)
    try:
        writer.header()
        while True:
            samples = reader.feed(data)
            frames += len(samples)
            writer.write(encode(bank.process(samples), output.encoding))
            if reader.done or not (data := stop.read(source, ask)):
                break
        writer.write(encode(bank.flush(), output.encoding))
        writer.patch_header()
    except BrokenPipeError:
        return PipeResult(frames, format.sample_rate, 0, True, stop.requested)
    if reader.done:
        _drain(source, stop)
    missing = reader.missing_bytes / format.frame_bytes / format.sample_rate
    return PipeResult(frames, format.sample_rate, reader.leftover_bytes, False, stop.requested, missing)


def _head(source: int, stop: StopOnInterrupt, hop_bytes: int) -> bytes:
    """As much as it takes to tell what comes: no more than the first hop, unless that looks like compressed sound."""
    data, wanted = b"", HEAD
    while len(data) < wanted:
        if not (more := stop.read(source, wanted - len(data))):
            break
        data += more
        if len(data) == HEAD and named(data) is None:
            wanted = max(HEAD, hop_bytes)
        if len(data) == wanted < ENOUGH and named(data) is None and may_be_framed(data):
            wanted = ENOUGH
    return data


def _check_agreement(options: PipeOptions, format: PcmFormat) -> None:
    for name, asked, found in (
        ("--rate", options.rate, format.sample_rate),
        ("--channels", options.channels, format.channels),
    ):
        if asked is not None and asked != found:
            raise ValueError(
                f"{name} {asked} contradicts the WAV header, which says {found}; leave {name} out for WAV"
            )


def _output_format(options: PipeOptions, format: PcmFormat) -> PcmFormat:
    if options.mono:
        format = replace(format, channels=1, channel_mask=0)
    if options.output_format is None:
        return format
    if options.output_format == "wav":
        return replace(format, wav=True)
    return replace(format, wav=False, encoding=options.output_format[:3])


def _drain(source: int, stop: StopOnInterrupt) -> None:
    """Reads what follows a WAV's data, so that its writer meets no closed pipe in a last small chunk."""
    if os.name == "nt":
        return
    while select.select([source], [], [], 0.1)[0] and stop.read(source, 1 << 16):
        pass


class _Writer:
    def __init__(self, fd: int, format: PcmFormat) -> None:
        self.fd, self.format = fd, format
        self.data_bytes = 0
        self._start = _seekable_position(fd)

    def header(self) -> None:
        if self.format.wav:
            self._all(wav_header(self.format))

    def write(self, data: bytes) -> None:
        self._all(data)
        self.data_bytes += len(data)

    def _all(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self.fd, view) :]
            except OSError as error:
                if os.name == "nt" and error.errno == 22:  # EINVAL is a closed pipe on Windows
                    raise BrokenPipeError from error
                if isinstance(error, BrokenPipeError):
                    raise
                raise OSError(error.errno, error.strerror, "standard output") from error

    def patch_header(self) -> None:
        if self.format.wav and self._start is not None:
            if self.data_bytes % 2:
                self._all(b"\0")  # chunks end on even bytes
            end = os.lseek(self.fd, 0, os.SEEK_CUR)
            os.lseek(self.fd, self._start, os.SEEK_SET)
            self._all(wav_header(self.format, self.data_bytes))
            os.lseek(self.fd, end, os.SEEK_SET)


def _seekable_position(fd: int) -> int | None:
    """Where the next byte goes, or None where going back there is not possible: pipes, and files opened to
    append.
    """
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        return None
    try:
        import fcntl

        if fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_APPEND:
            return None
    except ImportError:  # Windows
        return None
    return os.lseek(fd, 0, os.SEEK_CUR)
