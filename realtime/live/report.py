"""The status of a live stream, gathered from its parts."""

from __future__ import annotations

import time
from typing import Any

from realtime.live.engine import EngineHolder
from realtime.live.link import DeviceLink
from realtime.live.pump import Pump
from realtime.live.route import Route
from realtime.live.state import StreamState
from realtime.live.status import LiveStatus


def latencies(pump: Pump, route: Route | None) -> dict[str, float]:
    """ms: what each stage adds between the microphone and the speaker, and their total.

    device_in and device_out are what the sound system declares; `realtime-cli latency` measures.
    """
    enhancer = pump.engine.enhancer
    per_ms = 1000 / enhancer.sample_rate
    queue_in = 1000 * len(pump.inbox) / pump.rate_in
    devices_s = (0.0, 0.0) if route is None else (route.input.latency_s, route.output.latency_s)
    device_in, device_out = (1000 * seconds for seconds in devices_s)
    queues = 1000 * pump.keeper.median_s - (device_in + device_out if pump.served else 0.0)
    stages = {
        "device_in": device_in,
        "queue_in": queue_in,
        "resample": sum(1000 * part.delay for part in (pump.down, pump.up) if part is not None),
        "algorithmic": per_ms * (enhancer.latency_samples + enhancer.hop_length),
        "compute": pump.engine.compute_ms,
        "queue_out": max(0.0, queues - queue_in),
        "device_out": device_out,
    }
    return {**stages, "total": sum(stages.values())}


def report(
    state: StreamState, holder: EngineHolder, link: DeviceLink, started: float, why: str
) -> LiveStatus:
    """holder: the model and its settings; started: when the stream began, by the monotonic clock; why: it is this model."""
    pump, engine, settings, c = link.pump, holder.engine, holder.settings, state.counters
    common: dict[str, Any] = {
        "state": state.phase,
        "message": state.message,
        "steps_setting": "auto" if settings.steps is None else settings.steps,
        "mode": settings.mode,
        "attenuation_limit_db": settings.attenuation_limit_db,
        "output_gain_db": settings.output_gain_db,
    }
    if pump is None or engine is None or state.phase == "stopped":
        return LiveStatus(**common)
    into, out, hops = engine.level_in, engine.level_out, engine.enhancer.stats.snapshot()
    return LiveStatus(
        **common,
        input=link.devices["input"].name,
        output=link.devices["output"].name,
        device_rate_in=pump.rate_in,
        device_rate_out=pump.rate_out,
        model=engine.enhancer.spec.name,
        model_reason=why,
        steps=engine.governor.steps,
        level_in_dbfs=into.level_dbfs,
        level_out_dbfs=out.level_dbfs,
        peak_in_dbfs=into.peak_dbfs,
        peak_out_dbfs=out.peak_dbfs,
        clipped=into.clipped,
        reduction_db=into.level_dbfs - out.level_dbfs,
        load=engine.governor.load,
        hop_ms_p50=hops["p50_ms"],
        hop_ms_p99=hops["p99_ms"],
        hops=hops["hops"],
        late_hops=hops["late_hops"],
        failed_hops=hops["failed_hops"],
        input_drops=c.input_drops,
        dropped_ms=c.dropped_ms,
        output_fills=c.output_fills,
        filled_ms=c.filled_ms,
        queue_ms=1000 * pump.queue_s,
        shortened_ms=c.shortened_ms,
        xruns_in=c.xruns_in,
        xruns_out=c.xruns_out,
        repaired_samples=c.repaired,
        callback_age_ms=1000 * pump.age_s(0.999),
        restarts=c.restarts,
        latency_ms=latencies(pump, link.route),
        uptime_s=time.monotonic() - started,
    )
