"""A file that appears whole or not at all. `trainer.atomic` is its twin: the trainer does not import the engine."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

try:
    import fcntl
except (
    ImportError
):  # Windows: a file that somebody has open cannot be removed there, which is as good as a lock
    fcntl = None  # type: ignore[assignment]

_TOKEN = r"[A-Za-z0-9_-]{8}"
_open: set[Path] = set()  # what this process is writing


@contextlib.contextmanager
def atomic_path(target: Path, ending: str = ".part", mode: int | None = None) -> Iterator[Path]:
    """Gives a path beside `target` to write to, and puts that file in the place of `target` when the block ends.

    The temporary file is there, empty, when the block begins. Its name, `.NAME.RANDOM` and `ending`, cannot be guessed,
    is cut where it would be longer than the file system takes, and is created exclusively, so that no link planted under
    it is followed. Whatever the block raises, the temporary file is removed and `target` stays as it was. The new file
    has `mode`, or else the permissions of the one that it replaces, or those that `open` gives a new one. Raises OSError.
    """
    names = _names_beside(target, ending)
    temporary, lock = next(names), -1
    try:  # from before there is a file on: an interrupt may come between any two lines
        while (lock := _create(temporary)) < 0:
            temporary = next(names)
        _open.add(temporary)
        if mode is None:
            mode = stat.S_IMODE((target if target.exists() else temporary).stat().st_mode)
        else:
            os.chmod(temporary, mode)
        yield temporary
        os.chmod(temporary, mode)
        if fcntl is None:
            os.close(lock)  # Windows renames no file that is open
            lock = -1
        os.replace(temporary, target)
    except BaseException:
        if fcntl is None and lock >= 0:
            os.close(lock)
            lock = -1
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    finally:
        _open.discard(temporary)
        if lock >= 0:
            os.close(lock)


def _names_beside(target: Path, ending: str) -> Iterator[Path]:
    stem = _fitting(target.name, len(os.fsencode(ending)) + 10, _longest_name(target.parent))
    while True:
        yield target.with_name(f".{stem}.{secrets.token_urlsafe(6)}{ending}")


def _create(path: Path) -> int:
    """A descriptor of a new file, whose lock says that its maker lives; -1 if another name is to be tried."""
    try:
        # 0o666 less the umask, which cannot be read without changing it for all threads: tempfile's is 0o600
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
    except FileExistsError:
        return -1
    # before it was locked, a sweep may have taken it for a leftover
    if _lock(descriptor) and os.fstat(descriptor).st_nlink:
        return descriptor
    os.close(descriptor)
    return -1


def _fitting(name: str, more: int, most: int) -> str:
    """As much of a name as leaves room for `more` bytes. Cut between characters, so that it stays valid text."""
    while name and len(os.fsencode(name)) + more > most:
        name = name[:-1]
    return name


def _longest_name(folder: Path) -> int:
    try:
        return os.pathconf(folder, "PC_NAME_MAX")
    except (OSError, ValueError, AttributeError):
        return 255


def _lock(descriptor: int) -> bool:
    """False if another process holds it. A file system without locks counts as locked by us: nothing is swept there."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def clear_leftovers(targets: Iterable[Path], ending: str = ".part") -> None:
    """Removes what runs that were killed had begun to write for these targets. What a living one writes stays."""
    folders: dict[Path, set[str]] = {}
    for target in targets:
        stem = _fitting(target.name, len(os.fsencode(ending)) + 10, _longest_name(target.parent))
        folders.setdefault(target.parent, set()).add(stem)
    pattern = re.compile(rf"\.(.*)\.{_TOKEN}{re.escape(ending)}", re.DOTALL)
    for folder, stems in folders.items():
        with contextlib.suppress(OSError):
            for entry in list(os.scandir(folder)):
                found = pattern.fullmatch(entry.name)
                if found and found[1] in stems and entry.is_file(follow_symlinks=False):
                    _remove_if_dead(Path(entry.path))


def _remove_if_dead(path: Path) -> None:
    with contextlib.suppress(OSError):
        if fcntl is None:
            path.unlink()
            return
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        finally:
            os.close(descriptor)


def abandon() -> None:
    """Removes what this process is writing, for a process that is about to end without unwinding."""
    for path in list(_open):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
