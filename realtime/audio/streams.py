"""What a running stream of a sound device is to those who use it, whoever opened it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Callback = Callable[[Samples, bool], None]  # frames [n, channels], was there an xrun


class Supply(Protocol):
    """What brings an output its sound, when there is some; the server holds the queue. See Pump."""

    def take(self, held_s: float) -> Samples:
        """held_s: what still waits in the server -> all that may follow now, float32 [n]."""

    def on_request(self) -> None:
        """The server has played."""

    def on_starved(self) -> None:
        """The server had nothing left to play."""

    def on_delay(self, held_s: float, device_s: float) -> None:
        """Sound that source, server and sink hold now, s; how much of it source and sink hold."""


class OutputStream(Protocol):
    """A running stream of one direction. An input has the same face, and never a queue."""

    @property
    def rate(self) -> int:
        """Hz."""

    @property
    def channels(self) -> int:
        """Of the frames that the callback gets."""

    @property
    def latency_s(self) -> float:
        """Of the device, as the sound system declares it."""

    @property
    def queue_in_server(self) -> ServerQueue | None:
        """Where a sound server keeps the queue of this output; None if the callback is asked for every block."""

    def close(self) -> None:
        """Never raises. May be called twice."""


class ServerQueue(Protocol):
    """The queue of an output in a sound server: filled whenever there is sound, not when the device asks."""

    @property
    def spare_s(self) -> float:
        """How much more than one block the server wants to hold for its own sake, s."""

    def take_from(self, supply: Supply, source: OutputStream) -> None:
        """From now on the sound comes from `supply`. source: the input whose sound it is, for `measure`."""

    def feed(self) -> None:
        """There is something new to play."""

    def measure(self) -> None:
        """Asks how much sound the server holds; the supply is told when the answer comes."""
