"""Enhancement of sound files and folders of them: bounded memory, sample-aligned, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from realtime.atomic import atomic_path
from realtime.audio.pcm import quantise
from realtime.engine.channels import ChannelBank, troubles
from realtime.files.search import Task, format_of
from realtime.files.sources import NO_LENGTH, Sound, SourceError, name_for_libsndfile, open_sound, reason

_LARGEST_RIFF = 0xFFFFFFFF - 4096
_SAME_LENGTH_S = 0.1  # compressed formats add some


class FileError(Exception):
    """One file cannot be read or written; the others can go on."""


class Cancelled(Exception):
    """The caller asked to stop."""


def duration_s(path: Path) -> float:
    """Length by the file's header, in seconds; 0 where it cannot be read or does not say."""
    if not path.is_file():  # a pipe would be emptied
        return 0.0
    try:
        info = soundfile.info(name_for_libsndfile(path))
    except (soundfile.SoundFileError, RuntimeError, OSError):
        return 0.0
    return info.frames / info.samplerate if 0 < info.frames < NO_LENGTH else 0.0


def sample_rate_of(path: Path) -> int | None:
    """By the file's header, Hz; None where libsndfile does not read it."""
    if not path.is_file():  # a pipe would be emptied
        return None
    try:
        return int(soundfile.info(name_for_libsndfile(path)).samplerate)
    except (soundfile.SoundFileError, RuntimeError, OSError):
        return None


def another_recording(task: Task) -> str | None:
    """Why the output that exists cannot be of this source, as a sentence; None if it may be."""
    lengths = duration_s(task.source), duration_s(task.target)
    if 0.0 in lengths or abs(lengths[0] - lengths[1]) < _SAME_LENGTH_S:
        return None
    return (
        f"{task.target} exists already and is not of {task.source}: it lasts {lengths[1]:.2f} s, that {lengths[0]:.2f} s; "
        "--overwrite replaces it"
    )


def enhance_file(
    task: Task,
    open_bank: Callable[[int, int], ChannelBank],
    on_progress: Callable[[float], None] = lambda seconds: None,
) -> list[str]:
    """Reads `source`, writes `target` under a temporary name beside it, then renames: whole or not at all.

    `open_bank(rate, channels)` makes a bank that compensates its delay. The output has the input's rate,
    length and, where the target's format allows, its sample type and tags; it is as private as the input. `on_progress`
    hears of every block's seconds and may raise to cancel. -> troubles on the way. Raises FileError: the name and why;
    also where the source is shorter than it says, when the output holds what there was.
    """
    try:
        with open_sound(task.source) as sound:
            return _enhance(task, sound, open_bank, on_progress)
    except SourceError as error:
        raise FileError(f"{task.source}: {error}") from error


def _enhance(
    task: Task,
    sound: Sound,
    open_bank: Callable[[int, int], ChannelBank],
    on_progress: Callable[[float], None],
) -> list[str]:
    if sound.frames >= NO_LENGTH:
        raise FileError(
            f"{task.source}: its header does not say how long it is; `ffmpeg -i {task.source.name} NEW"
            f"{task.source.suffix}` writes one that does"
        )
    try:
        bank = open_bank(sound.sample_rate, sound.channels)
    except ValueError as error:  # a sample rate that cannot be converted
        raise FileError(f"{task.source}: {error}") from error
    target = Path(os.path.realpath(task.target))  # where it is a link, what it leads to is written
    format, subtype = _output_type(target, task.source, sound, len(bank.lanes))
    try:
        _make_folder(target.parent)
        with atomic_path(target, mode=_mode(task.source, target)) as temporary:
            _copy_enhanced(sound, temporary, format, subtype, bank, on_progress)
            if sound.loss and target.exists():  # what is there may be of the whole recording
                raise FileError(f"{task.source}: {sound.loss}; {task.target} stays as it was")
    except (soundfile.SoundFileError, OSError) as error:
        raise FileError(f"{task.source} -> {task.target}: {reason(error)}") from error
    if sound.loss:
        raise FileError(f"{task.source}: {sound.loss}; what is there was written to {task.target}")
    return [*([sound.note] if sound.note else []), *troubles([lane.enhancer for lane in bank.lanes])]


def _mode(source: Path, target: Path) -> int | None:
    """Permissions of a new output: what is private must not become public by being cleaned. None: as it is usual."""
    if os.name == "nt" or target.exists() or not source.is_file():
        return None
    umask = os.umask(0o077)  # it cannot be read without being set; no other thread makes files meanwhile
    os.umask(umask)
    return (stat.S_IMODE(source.stat().st_mode) & 0o666 | stat.S_IWUSR | stat.S_IRUSR) & ~umask


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise OSError(error.errno, f"{folder} is a file, not a folder") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES, f"the folder {folder} may not be written to")


def _copy_enhanced(
    sound: Sound,
    temporary: Path,
    format: str,
    subtype: str,
    bank: ChannelBank,
    on_progress: Callable[[float], None],
) -> None:
    rate = sound.sample_rate
    name = name_for_libsndfile(temporary)
    with soundfile.SoundFile(name, "w", rate, len(bank.lanes), subtype, format=format) as sink:
        for tag, value in sound.tags.items():
            with contextlib.suppress(soundfile.SoundFileError, AttributeError):
                setattr(sink, tag, value)
        while len(frames := sound.read(rate)):
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


def _output_type(target: Path, source: Path, sound: Sound, channels: int) -> tuple[str, str]:
    """libsndfile's names of format and sample type for this target."""
    format = format_of(target)
    if format is None:
        what = f"the ending {target.suffix!r} is not known" if target.suffix else "it has no ending"
        raise FileError(f"{source.name}: cannot write {target}: {what}; try .wav, .flac, .ogg or .mp3")
    subtype = "OPUS" if target.suffix.lower() == ".opus" else _subtype(format, sound)
    if format == "WAV" and sound.frames * channels * 8 > _LARGEST_RIFF:
        format = "RF64"  # the same ending and readers, but with room for more than 4 GiB
    if not soundfile.check_format(format, subtype):
        raise FileError(
            f"{source.name}: cannot write {target}: libsndfile writes no {format} of type {subtype}"
        )
    why = _cannot_hold(format, subtype, sound.sample_rate, channels)
    if why:
        raise FileError(f"{source.name}: cannot write {target}: {why}; try .wav, .flac or .ogg")
    return format, subtype


def _cannot_hold(format: str, subtype: str, rate: int, channels: int) -> str:
    """Why this format does not take this rate or count of channels; "" if it does. Some write another one silently."""
    file = io.BytesIO()
    try:
        with soundfile.SoundFile(file, "w", rate, channels, subtype, format=format, closefd=False) as sink:
            sink.write(np.zeros((1, channels), np.float32))
    except (soundfile.SoundFileError, RuntimeError):
        try:
            with soundfile.SoundFile(io.BytesIO(), "w", 16000, 1, subtype, format=format):
                pass
        except (soundfile.SoundFileError, RuntimeError):
            return ""  # it wants a real file: writing will tell
        return f"{format} ({subtype}) takes no {rate} Hz with {channels} channels"
    file.seek(0)
    try:
        info = soundfile.info(file)
    except (soundfile.SoundFileError, RuntimeError):
        return ""
    if (info.samplerate, info.channels) == (rate, channels):
        return ""
    return (
        f"{format} would say {info.samplerate} Hz, {info.channels} channels, and it is {rate} Hz, {channels}"
    )


def _subtype(format: str, sound: Sound) -> str:
    if sound.format == format and sound.subtype not in ("PCM_S8", "PCM_U8", "ALAW", "ULAW"):
        return sound.subtype
    wanted = sound.subtype if sound.subtype in ("PCM_24", "PCM_32", "FLOAT", "DOUBLE") else "PCM_16"
    for subtype in (wanted, "PCM_24" if wanted != "PCM_16" else "PCM_16", "PCM_16"):
        if soundfile.check_format(format, subtype):
            return str(subtype)
    return str(soundfile.default_subtype(format))
