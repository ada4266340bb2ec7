"""What a live stream is told and what it tells."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from realtime.engine.settings import EngineSettings


@dataclass(frozen=True)
class LiveOptions:
    """How a live stream begins."""

    # path or shipped name; None = a shipped one, by `band` and the devices' rates
    model: str | Path | None = None
    device: str = "auto"  # auto, cpu or cuda
    settings: EngineSettings = field(default_factory=EngineSettings)
    seed: int = 0  # of the diffusion's noise
    input: str | int | None = None  # name, part of a name, or index; None = default
    output: str | int | None = None
    virtual_mic: str | None = None  # name of a microphone to create and to play into (Linux)
    rate: int | None = None  # of the devices, Hz; None = the model's if they take it, else their own
    record: Path | None = None  # folder for what comes in and what goes out
    # audio kept waiting against jitter, ms, 0 ... 1000: part of the latency. None: as little as holds (see Pump)
    queue_ms: float | None = None
    band: str = "auto"  # auto, wide or full: see `realtime.engine.band.model_for`


@dataclass(frozen=True)
class LiveEvent:
    """kind: started, stopped, device_lost, device_back, switched, fallback, governor or error."""

    kind: str
    message: str


@dataclass(frozen=True)
class LiveStatus:
    """A moment of a stream, in plain values. Levels in dB full scale, times as the names say."""

    state: str  # stopped, starting, running, waiting (a device is gone)
    input: str = ""
    output: str = ""
    device_rate_in: int = 0  # Hz
    device_rate_out: int = 0
    model: str = ""
    model_reason: str = ""  # why it is this one, as a phrase
    steps: int = 0  # being spent now; 0: the model rests and the delayed input is heard
    steps_setting: int | str = "auto"
    mode: str = "enhance"
    attenuation_limit_db: float | None = None
    output_gain_db: float = 0.0
    level_in_dbfs: float = -120.0
    level_out_dbfs: float = -120.0
    peak_in_dbfs: float = -120.0
    peak_out_dbfs: float = -120.0
    clipped: int = 0  # input samples at full scale
    reduction_db: float = 0.0  # level in - level out
    load: float = 0.0  # compute / hop, smoothed
    hop_ms_p50: float = 0.0
    hop_ms_p99: float = 0.0
    hops: int = 0
    late_hops: int = 0
    input_drops: int = 0  # times that audio was taken out to hold the latency, or found no room
    dropped_ms: float = 0.0
    output_fills: int = 0  # times that audio was missing, or put in to hold the latency
    filled_ms: float = 0.0
    queue_ms: float = (
        0.0  # audio that waits against jitter: what was asked for, and more once sound came too late
    )
    shortened_ms: float = 0.0  # by which the queue became shorter again, by cross-fades
    xruns_in: int = 0
    xruns_out: int = 0
    failed_hops: int = 0
    repaired_samples: int = 0  # of the input: not finite, or far beyond full scale; replaced
    callback_age_ms: float = 0.0  # p99.9 of what passed between input callbacks, over the last minutes
    restarts: int = 0  # times that the devices were opened anew
    latency_ms: dict[str, float] = field(default_factory=dict)
    uptime_s: float = 0.0
    message: str = ""  # the last event

    def as_dict(self) -> dict[str, Any]:
        """What --json prints."""
        return asdict(self)
