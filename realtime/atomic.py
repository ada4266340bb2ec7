"""A file that appears whole or not at all. `trainer.atomic` is its twin, because the trainer does not import the engine."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def atomic_path(target: Path, ending: str = ".part") -> Iterator[Path]:
    """Gives a path beside `target` to write to, and puts that file in the place of `target` when the block ends.

    The temporary file is there, empty, when the block begins. Its name, `.NAME.RANDOM` and `ending`, cannot be guessed,
    and it is created exclusively, so that no link planted under this name is followed. Whatever the block raises, the
    temporary file is removed and `target` stays as it was. The new file has the permissions of the one that it replaces,
    or those that `open` gives a new one. Raises OSError.
    """
    temporary = _create_beside(target, ending)
    try:
        mode = stat.S_IMODE((target if target.exists() else temporary).stat().st_mode)
        yield temporary
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _create_beside(target: Path, ending: str) -> Path:
    while True:
        path = target.with_name(f".{target.name}.{secrets.token_urlsafe(6)}{ending}")
        with contextlib.suppress(FileExistsError):
            # 0o666 less the umask, which cannot be read without changing it for all threads: tempfile's is 0o600
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            return path
