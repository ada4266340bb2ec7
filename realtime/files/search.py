"""Which file becomes which: one file, several, and folders that are searched through."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import soundfile

from realtime.audio.recognise import ENOUGH, is_sound
from realtime.files import foreign

# endings that differ from libsndfile's name of the format; a format is written as the ending says
_ENDINGS = {
    "aif": "AIFF", "aifc": "AIFF", "bwf": "WAV", "iff": "SVX", "8svx": "SVX", "nist": "NIST", "oga": "OGG", "opus": "OGG",
    "sf": "IRCAM", "snd": "AU", "sph": "NIST", "wave": "WAV",
}  # fmt: skip
# endings of formats that libsndfile reads and does not write, or not under this name
_READ_ONLY = frozenset({"mp1", "mp2", "m1a", "m2a", "mpga", "spx"})
_NO_FILES = ("/dev/", "/proc/")


@dataclass(frozen=True)
class Task:
    """A recording, and where its enhanced form goes."""

    source: Path
    target: Path


@dataclass
class LeftOut:
    """What in the folders is not among the tasks."""

    no_recordings: list[Path] = field(default_factory=list)  # pictures, texts ...
    recordings: list[str] = field(default_factory=list)  # a sentence each: what, and why
    remarks: list[str] = field(default_factory=list)  # of what is not lost by it


def format_of(path: Path) -> str | None:
    """libsndfile's name of the format that a file of this name is written in, None if there is none."""
    ending = path.suffix[1:].lower()
    name = _ENDINGS.get(ending, ending.upper())
    return name if name in soundfile.available_formats() and name != "RAW" else None


def plan(
    sources: Sequence[Path], output: Path, extension: str | None = None, into_folder: bool = False
) -> tuple[list[Task], LeftOut]:
    """One file -> a file, or into a folder if that is there or `into_folder`; folders and several files -> into a folder.

    Folders are searched through, linked ones too, and their tree is kept; what is hidden is left out. What cannot be
    written under its own ending gets `.wav` behind it. Raises ValueError for what cannot be meant: nothing to do, two
    sources with one target, a target that is a source.
    """
    ending = None if extension is None else "." + extension.lstrip(".")
    for source in sources:
        if not os.path.lexists(source):
            raise ValueError(f"{source} does not exist")
    single_file = len(sources) == 1 and not sources[0].is_dir()
    into_folder = into_folder or not single_file or output.is_dir()
    if into_folder and output.is_file():
        raise ValueError(f"-o {output} is a file; several files or a folder need a folder")
    _check_place(output)
    tasks: list[Task] = []
    left_out = LeftOut()
    for source in sources:
        if not source.is_dir():
            target = output / _name(Path(source.name), ending) if into_folder else output
            tasks.append(
                Task(source, target if into_folder or ending is None else target.with_suffix(ending))
            )
            continue
        if output.exists() and output.samefile(source):
            raise ValueError(
                f"-o {output} is the input folder; name another one, so that no recording is overwritten"
            )
        for path in sorted(_recordings(source, output, left_out)):
            tasks.append(Task(path, output / _name(path.relative_to(source), ending)))
    if not tasks and not left_out.recordings:
        raise ValueError(f"no sound files in {', '.join(map(str, sources))}")
    _check_targets(tasks)
    return tasks, left_out


def _name(path: Path, ending: str | None) -> Path:
    if ending is not None:
        return path.with_suffix(ending)
    return path if format_of(path) is not None else path.with_name(f"{path.name}.wav")


def _known(path: Path) -> bool:
    """Is it sound by its ending?"""
    ending = path.suffix[1:].lower()
    return format_of(path) is not None or ending in foreign.ENDINGS or ending in _READ_ONLY


def _check_place(output: Path) -> None:
    text = os.path.abspath(output)
    special = output.exists() and not (output.is_dir() or output.is_file())
    if special or (text.startswith(_NO_FILES) and not text.startswith("/dev/shm/")):
        raise ValueError(
            f"-o {output} is no file: a sound file is written there and back; for a pipe, `realtime-cli < IN.wav | ...`"
        )


def _recordings(top: Path, output: Path, left_out: LeftOut) -> Iterator[Path]:
    """Folders first, links to folders after them: what is reached both ways keeps its own place."""
    inside, seen = os.path.realpath(output), set[tuple[int, int]]()
    waiting, links = [top], list[Path]()
    while waiting or links:
        folder = waiting.pop() if waiting else links.pop(0)
        try:
            identity = _identity(folder)
            if os.path.realpath(folder) == inside:
                continue  # the results of a former run
            if identity in seen:
                left_out.remarks.append(f"{folder} is a link to a folder that is done at its own place")
                continue
            seen.add(identity)
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            left_out.recordings.append(f"{folder}: {error.strerror or error}; what is in it is left out")
            continue
        for entry in entries:
            path = folder / entry.name
            try:
                is_folder = entry.is_dir()
            except OSError:
                is_folder = False
            if entry.name.startswith("."):
                _hidden(path, is_folder, left_out)
            elif is_folder:
                (links if entry.is_symlink() else waiting).append(path)
            elif _is_recording(path, left_out) and not os.path.realpath(path).startswith(inside + os.sep):
                yield path


def _is_recording(path: Path, left_out: LeftOut) -> bool:
    try:
        kind = path.stat().st_mode
    except OSError as error:
        why = "a link that leads nowhere" if path.is_symlink() else error.strerror
        if _known(path) or not path.is_symlink():
            left_out.recordings.append(f"{path}: {why}; it is left out")
        return False
    if not stat.S_ISREG(kind):
        left_out.no_recordings.append(path)
        return False
    if _known(path) or _begins_as_sound(path):
        return True
    left_out.no_recordings.append(path)
    return False


def _begins_as_sound(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_sound(file.read(ENOUGH))
    except OSError:
        return False


def _hidden(path: Path, is_folder: bool, left_out: LeftOut) -> None:
    """Hidden recordings are told of, but neither the shadows that macOS leaves beside each file nor our own leftovers."""
    if not is_folder:
        if _known(path) and not path.name.startswith("._") and _begins_as_sound(path):
            left_out.recordings.append(f"{path}: it is hidden and left out; name it to have it done")
        return
    for place, folders, names in os.walk(path):
        folders.sort()
        if any(_known(Path(name)) and not name.startswith(".") for name in names):
            left_out.recordings.append(
                f"{place}: the folder is hidden, and the recordings in it are left out; name it to have it done"
            )
            return


def _check_targets(tasks: list[Task]) -> None:
    inputs = {_identity(task.source) for task in tasks if task.source.exists()}
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
