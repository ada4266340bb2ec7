"""What went wrong in a live stream, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Overflow:
    """Of a ring: what found no room in it. Blocks that are lost one after another are one time."""

    times: int = 0
    ms: float = 0.0
    lasts: bool = field(default=False, compare=False)


@dataclass
class Counters:
    """What went wrong since the stream was started; each field is written by one thread only."""

    splices_out: int = 0  # cross-fades that took audio out, by the worker
    spliced_out_ms: float = 0.0
    splices_in: int = 0  # cross-fades that put audio in
    spliced_in_ms: float = 0.0
    shortened_ms: float = 0.0  # by which the queue became shorter, by cross-fades
    gaps: int = 0  # times that the output callback found too little, and filled with silence
    gap_ms: float = 0.0
    trims: int = 0  # surpluses that went at the end of a gap
    trimmed_ms: float = 0.0
    overflow_in: Overflow = field(default_factory=Overflow)  # of what came in, by the input callback
    overflow_out: Overflow = field(default_factory=Overflow)  # of what was to go out, by the worker
    xruns_in: int = 0  # as the device says
    xruns_out: int = 0
    restarts: int = 0
    repaired: int = 0  # input samples that were no sound, by the input callback

    @property
    def input_drops(self) -> int:
        """Times that audio was taken out, or found no room."""
        return self.splices_out + self.trims + self.overflow_in.times + self.overflow_out.times

    @property
    def dropped_ms(self) -> float:
        """How much that was."""
        return self.spliced_out_ms + self.trimmed_ms + self.overflow_in.ms + self.overflow_out.ms

    @property
    def output_fills(self) -> int:
        """Times that audio was missing, or put in."""
        return self.splices_in + self.gaps

    @property
    def filled_ms(self) -> float:
        """How much that was."""
        return self.spliced_in_ms + self.gap_ms
