"""The settings of an engine that may change while it runs: the same ones for the commands, live streams and the window."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class EngineSettings:
    """Plain values. The enhancer that takes them over (`Enhancer.apply`) refuses what it does not allow."""

    # diffusion steps a hop, 1 ... the model's most. None is automatic: the model's default where time does not count,
    # as many as there is time for in a live stream
    steps: int | None = None
    attenuation_limit_db: float | None = None  # most attenuation, dB >= 0; None = no limit
    output_gain_db: float = 0.0  # dB, -100 ... 40
    mode: str = "enhance"  # enhance, bypass or mute

    def within(self, max_steps: int) -> EngineSettings:
        """The same for a model that allows no more steps than these: the number may have been chosen for another one."""
        return self if self.steps is None else replace(self, steps=min(self.steps, max_steps))
