"""The numbers under the pictures. Live: what is spent, what went wrong, where the latency comes from."""

from __future__ import annotations

from gui import texts
from gui.state.clip import Result
from realtime.live.status import LiveStatus


def numbers(s: LiveStatus) -> str:
    """Two lines: the counters since the start, then every stage between microphone and loudspeaker."""
    steps = texts.steps(s.steps) if s.steps else texts.RESTING
    works = s.mode == "enhance" and s.steps > 0  # what mute takes away is no noise
    reduction = texts.REDUCTION_DB.format(db=s.reduction_db) if works else texts.NO_REDUCTION
    counters = texts.NUMBERS.format(
        steps=steps, setting=s.steps_setting, hop=s.hop_ms_p50, load=s.load, reduction=reduction,
        late=s.late_hops, drops=s.input_drops, fills=s.output_fills, xruns=s.xruns_in + s.xruns_out,
        clipped=s.clipped,
    )  # fmt: skip
    return f"{counters}\n{latency(s.latency_ms)}"


def latency(ms: dict[str, float]) -> str:
    """ms: as LiveStatus has them. A conversion of the rate that does not take place is left out."""
    stages = [
        texts.STAGE.format(name=name, ms=ms.get(key, 0.0))
        for key, name in texts.STAGES.items()
        if key != "resample" or ms.get(key)
    ]
    return texts.LATENCY.format(total=ms.get("total", 0.0), stages="   ".join(stages))


def opened(result: Result, device: str) -> str:
    """What is open, and what cleaning it cost. device: where the model ran."""
    name, seconds, take = result.clip.path.name, result.clip.seconds, result.take
    if take is None:
        return texts.DONE.format(name=name, seconds=seconds, steps=texts.steps(result.steps), device=device,
                                 hop_ms=result.hop_ms, load=result.load)  # fmt: skip
    if take.live:
        return texts.TAKE.format(name=name, seconds=seconds)
    before, after = take.before, take.after
    names = (name, after.name) if name != after.name else (f"{p.parent.name}/{name}" for p in (before, after))
    return texts.PAIR.format(seconds=seconds, names=texts.OVER.join(names))
