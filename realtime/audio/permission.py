"""Why this account has no sound devices, where it is not allowed to use those that there are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from realtime.audio.libpulse import Connection, PulseError, available

CARDS = Path("/dev/snd")


def refusal() -> str | None:
    """One sentence on what to do, or None: then there is really nothing. Asked only where no device was found."""
    if not sys.platform.startswith("linux"):
        return None
    return _of_the_server() or _of_the_cards()


def _of_the_server() -> str | None:
    if not available():
        return None
    try:
        Connection.take().release()
    except PulseError as error:
        if "access denied" in str(error).lower():
            return (
                "the sound server does not let this account in: start klarstrom as the user who is logged in"
            )
    return None


def _of_the_cards() -> str | None:
    cards = sorted(CARDS.glob("pcm*"))
    if cards and not any(os.access(card, os.R_OK | os.W_OK) for card in cards):
        return (
            f"this account may not open the sound cards in {CARDS}: add it to the group audio "
            "(sudo usermod -aG audio NAME) and log in again"
        )
    return None
