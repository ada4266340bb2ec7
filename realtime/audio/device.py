"""One sound device, as this machine has it now."""

from __future__ import annotations

from dataclasses import dataclass


class AudioDeviceError(RuntimeError):
    """A device that is not there or cannot be opened; one sentence, with the nearest names."""


class Exactly(str):
    """The whole name of a device, as it was chosen from a list: no part of a name, and no index."""


@dataclass(frozen=True)
class Device:
    """One input, output or both, as this machine has it now."""

    index: int  # in the list; changes when devices come and go
    name: str  # for people
    host_api: str
    inputs: int  # channels
    outputs: int
    default_rate: int  # Hz
    is_default_input: bool
    is_default_output: bool
    port: int = -1  # PortAudio's index
    server_name: str | None = None  # of a source or sink of a sound server
    is_monitor: bool = False  # an input that hears what an output plays

    @property
    def channels(self) -> dict[str, int]:
        """How many there are, for input and output."""
        return {"input": self.inputs, "output": self.outputs}
