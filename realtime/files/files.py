"""Enhancement of sound files and folders of them: bounded memory, sample-aligned, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from realtime.audio.pcm import quantise
from realtime.engine.channels import ChannelBank, troubles

# endings that differ from libsndfile's name of the format; a format is written as the ending says
_ENDINGS = {"aif": "AIFF", "aifc": "AIFF", "oga": "OGG", "opus": "OGG", "snd": "AU"}
_LARGEST_RIFF = 0xFFFFFFFF - 4096
_NO_LENGTH = 1 << 50  # libsndfile's count of frames where a header holds none, as in FLAC written to a pipe


class FileError(Exception):
    """One file cannot be read or written; the others can go on."""


class Cancelled(Exception):
    """The caller asked to stop."""


@dataclass(frozen=True)
class Task:
    source: Path
    target: Path


def is_sound(path: Path) -> bool:
    """True if the file's ending is one that libsndfile reads."""
    return _format_of(path) is not None and not path.name.startswith(".")


def _format_of(path: Path) -> str | None:
    ending = path.suffix[1:].lower()
    name = _ENDINGS.get(ending, ending.upper())
    return name if name in soundfile.available_formats() and name != "RAW" else None


def plan(sources: Sequence[Path], output: Path, extension: str | None = None) -> tuple[list[Task], int]:
    """Which file becomes which: one file -> a file or into a folder; folders and several files -> into a
    folder.

    Folders are searched through, their tree is kept, hidden files are left out. -> tasks, and how many files
    in the folders were not sound. Raises ValueError for what cannot be meant: nothing to do, two sources with
    one target, a target that is a source.
    """
    ending = None if extension is None else "." + extension.lstrip(".")
    tasks: list[Task] = []
    other = 0
    for source in sources:
        if not source.exists():
            raise ValueError(f"{source} does not exist")
    single_file = len(sources) == 1 and sources[0].is_file()
    into_folder = not single_file or output.is_dir() or str(output).endswith((os.sep, "/"))
    if into_folder and output.is_file():
        raise ValueError(f"-o {output} is a file; several files or a folder need a folder")
    for source in sources:
        if not source.is_dir():
            name = source.name if ending is None else source.stem + ending
            target = (
                output / name if into_folder else output if ending is None else output.with_suffix(ending)
            )
            tasks.append(Task(source, target))
            continue
        if output.exists() and output.samefile(source):
            raise ValueError(
                f"-o {output} is the input folder; name another one, so that no recording is overwritten"
            )
        inside = output.resolve()
        for path in sorted(source.rglob("*")):
            if not path.is_file() or path.name.startswith(".") or path.resolve().is_relative_to(inside):
                continue
            if is_sound(path):
                relative = path.relative_to(source)
                tasks.append(
                    Task(path, output / (relative if ending is None else relative.with_suffix(ending)))
                )
            else:
                other += 1
    if not tasks:
        raise ValueError(f"no sound files in {', '.join(map(str, sources))}")
    _check_targets(tasks)
    return tasks, other


def _check_targets(tasks: list[Task]) -> None:
    inputs = {_identity(task.source) for task in tasks}
    targets: dict[str, Path] = {}
    for task in tasks:
        key = os.path.realpath(task.target)
        if task.target.exists() and _identity(task.target) in inputs:  # also through a link
            raise ValueError(
                f"{task.target} is an input; name another output, so that no recording is overwritten"
            )
        if key in targets:
            raise ValueError(f"{targets[key]} and {task.source} would both become {task.target}")
        targets[key] = task.source


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def duration_s(path: Path) -> float:
    """Length by the file's header, in seconds; 0 where it cannot be read or does not say."""
    try:
        info = soundfile.info(str(path))
    except (soundfile.SoundFileError, OSError):
        return 0.0
    return info.frames / info.samplerate if 0 < info.frames < _NO_LENGTH else 0.0


def enhance_file(
    task: Task,
    open_bank: Callable[[int, int], ChannelBank],
    on_progress: Callable[[float], None] = lambda seconds: None,
) -> list[str]:
    """Reads `source`, writes `target` under a temporary name beside it, then renames: whole or not at all.

    `open_bank(rate, channels)` makes a bank that compensates its delay. The output has the input's rate,
    length and, where the target's format allows, its sample type and tags. `on_progress` hears of every
    block's seconds and may raise to cancel. -> troubles on the way. Raises FileError: the name and why.
    """
    try:
        source = soundfile.SoundFile(str(task.source))
    except (soundfile.SoundFileError, OSError) as error:
        raise FileError(f"{task.source}: cannot be read: {_reason(error)}") from error
    temporary = task.target.with_name(f".{task.target.name}.{os.getpid()}.part")
    with source:
        if source.frames >= _NO_LENGTH:
            raise FileError(
                f"{task.source}: its header does not say how long it is; `ffmpeg -i {task.source.name} NEW"
                f"{task.source.suffix}` writes one that does"
            )
        try:
            bank = open_bank(source.samplerate, source.channels)
        except ValueError as error:  # a sample rate that cannot be converted
            raise FileError(f"{task.source}: {error}") from error
        format, subtype = _output_type(task.target, source, len(bank.lanes))
        try:
            _make_folder(task.target.parent)
            _copy_enhanced(source, temporary, format, subtype, bank, on_progress)
            os.replace(temporary, task.target)
        except (soundfile.SoundFileError, OSError) as error:
            raise FileError(f"{task.source} -> {task.target}: {_reason(error)}") from error
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        return troubles([lane.enhancer for lane in bank.lanes])


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise OSError(error.errno, f"{folder} is a file, not a folder") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES, f"the folder {folder} may not be written to")


def _copy_enhanced(
    source: soundfile.SoundFile,
    temporary: Path,
    format: str,
    subtype: str,
    bank: ChannelBank,
    on_progress: Callable[[float], None],
) -> None:
    rate = source.samplerate
    with soundfile.SoundFile(str(temporary), "w", rate, len(bank.lanes), subtype, format=format) as sink:
        for name, value in source.copy_metadata().items():
            with contextlib.suppress(soundfile.SoundFileError, AttributeError):
                setattr(sink, name, value)
        while len(frames := source.read(rate, dtype="float32", always_2d=True)):
            sink.write(_as_written(bank.process(frames), subtype))
            on_progress(len(frames) / rate)
        sink.write(_as_written(bank.flush(), subtype))


def _as_written(frames: NDArray[np.float32], subtype: str) -> NDArray[np.generic]:
    """Integers where the file has them: libsndfile itself would scale by 2^15 - 1, but read back by 2^15."""
    if subtype == "PCM_16":
        return quantise(frames, 16).astype(np.int16)
    if subtype == "PCM_24":
        return quantise(frames, 24) << 8
    return quantise(frames, 32) if subtype == "PCM_32" else frames


def _output_type(target: Path, source: soundfile.SoundFile, channels: int) -> tuple[str, str]:
    """libsndfile's names of format and sample type for this target."""
    format = _format_of(target)
    if format is None:
        what = f"the ending {target.suffix!r} is not known" if target.suffix else "it has no ending"
        raise FileError(f"{source.name}: cannot write {target}: {what}; try .wav, .flac, .ogg or .mp3")
    subtype = "OPUS" if target.suffix.lower() == ".opus" else _subtype(format, source)
    if format == "WAV" and source.frames * channels * 8 > _LARGEST_RIFF:
        format = "RF64"  # the same ending and readers, but with room for more than 4 GiB
    if not soundfile.check_format(format, subtype):
        raise FileError(
            f"{source.name}: cannot write {target}: libsndfile writes no {format} of type {subtype}"
        )
    return format, subtype


def _subtype(format: str, source: soundfile.SoundFile) -> str:
    if source.format == format and source.subtype not in ("PCM_S8", "PCM_U8", "ALAW", "ULAW"):
        return str(source.subtype)
    wanted = source.subtype if source.subtype in ("PCM_24", "PCM_32", "FLOAT", "DOUBLE") else "PCM_16"
    for subtype in (wanted, "PCM_24" if wanted != "PCM_16" else "PCM_16", "PCM_16"):
        if soundfile.check_format(format, subtype):
            return str(subtype)
    return str(soundfile.default_subtype(format))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(getattr(error, "error_string", error)).rstrip(".")
