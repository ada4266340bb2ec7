"""A command run inside the test's own process, which spares the start of Python and the import of torch."""

import contextlib
import io
import subprocess
from collections.abc import Callable


def called(main: Callable[[list[str]], None], *arguments: object) -> subprocess.CompletedProcess:
    """`main` with these arguments, and what it returned, printed and said: as subprocess.run of the command gives it."""
    out, err, given = io.StringIO(), io.StringIO(), [str(a) for a in arguments]
    code: int | str | None = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(given)
        except SystemExit as end:
            code = end.code
    return subprocess.CompletedProcess(given, int(code or 0), out.getvalue(), err.getvalue())
