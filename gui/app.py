"""`realtime-gui`: the window is not built yet, and says so."""

import sys


def main() -> None:
    """Exit code 1 and one sentence."""
    print(
        "realtime-gui: the window is not built yet; realtime-cli does the same work on pipes and files",
        file=sys.stderr,
    )
    raise SystemExit(1)
