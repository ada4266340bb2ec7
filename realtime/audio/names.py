"""Names of devices, which may be in any script, and bytes that are no text at all."""

from __future__ import annotations


def name_of(data: bytes | None) -> str:
    """An identity: `bytes_of` gives the same bytes back."""
    return (data or b"").decode("utf-8", "surrogateescape")


def bytes_of(name: str) -> bytes:
    """The server's own bytes of a name; the opposite of `name_of`."""
    return name.encode("utf-8", "surrogateescape")


def readable(text: str) -> str:
    """For people: one line, with a sign in the place of what is no text. A device may not steer the terminal."""
    decoded = bytes_of(text).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in decoded).strip()
