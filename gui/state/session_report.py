"""What became of a live stream, in a few numbers. They stay on this machine."""

from __future__ import annotations

import numpy as np

from gui import texts
from realtime.live.status import LiveStatus

SHORTEST_S = 5.0  # of a stream that is worth a report
_QUIET_DB = 3.0  # less than that was no noise to take away


class SessionReport:
    """Is given every status of a stream."""

    def __init__(self) -> None:
        self.status: LiveStatus | None = None
        self._reductions: list[float] = []

    def add(self, status: LiveStatus) -> None:
        """A later moment of the same stream."""
        self.status = status
        if status.mode == "enhance" and status.steps and status.state == "running":
            self._reductions.append(status.reduction_db)
            if len(self._reductions) > 20_000:  # an hour and more: every second value says as much
                self._reductions = self._reductions[::2]

    @property
    def reduction_db(self) -> float:
        """Noise reduction where there was noise to reduce, in the pauses: the upper quartile, dB."""
        return float(np.quantile(self._reductions, 0.75)) if self._reductions else 0.0

    def text(self) -> str:
        """One sentence, empty if the stream was too short to tell anything of."""
        s = self.status
        if s is None or s.uptime_s < SHORTEST_S:
            return ""
        minutes, seconds = divmod(round(s.uptime_s), 60)
        reduction = self.reduction_db
        noise = texts.REPORT_NOISE.format(db=reduction) if reduction >= _QUIET_DB else texts.REPORT_QUIET
        dropouts = s.input_drops + s.output_fills + s.xruns_in + s.xruns_out
        return texts.REPORT.format(
            minutes=minutes, seconds=seconds, noise=noise, dropouts=dropouts, clipped=s.clipped, route=texts.ROUTE.format(
                input=s.input, output=s.output)
        )  # fmt: skip
