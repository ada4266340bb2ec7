"""What went wrong in a live stream, in numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Counters:
    """What went wrong since the stream was started; each field is written by one thread only."""

    splices_out: int = 0  # cross-fades that took audio out, by the worker
    spliced_out_ms: float = 0.0
    splices_in: int = 0  # cross-fades that put audio in
    spliced_in_ms: float = 0.0
    gaps: int = 0  # times that the output callback found too little, and filled with silence
    gap_ms: float = 0.0
    trims: int = 0  # surpluses that went at the end of a gap
    trimmed_ms: float = 0.0
    xruns_in: int = 0  # as the device says
    xruns_out: int = 0
    restarts: int = 0

    @property
    def input_drops(self) -> int:
        return self.splices_out + self.trims

    @property
    def dropped_ms(self) -> float:
        return self.spliced_out_ms + self.trimmed_ms

    @property
    def output_fills(self) -> int:
        return self.splices_in + self.gaps

    @property
    def filled_ms(self) -> float:
        return self.spliced_in_ms + self.gap_ms
