"""What a user may ask of a model and a machine: `info`, `bench`, `load`, `demo`, `compare`, `doctor`."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from realtime.cli.terminal import FAILED, OK, shown, steps_text

if TYPE_CHECKING:
    from realtime.engine.channels import EnhancerOptions


LONGEST_S = 3600  # of a measurement


def engine_options(a: argparse.Namespace) -> EnhancerOptions:
    """What the options of a command say of the model."""
    from realtime.engine.channels import EnhancerOptions
    from realtime.engine.settings import EngineSettings

    return EnhancerOptions(a.model, a.device, a.seed, EngineSettings(a.steps, a.attenuation_limit), a.band)


def checked_seconds(seconds: float) -> None:
    """Raises ValueError. All of it is held in memory, so that nothing but the model is measured."""
    if not 0 < seconds <= LONGEST_S:  # also refuses what is not a number
        raise ValueError(f"--seconds {seconds:g} must lie above 0 and be {LONGEST_S} at most")


def run_info(a: argparse.Namespace) -> int:
    """`realtime-cli info`."""
    from realtime.engine.band import when
    from realtime.engine.enhancer import find_model
    from realtime.engine.session import Session

    spec = Session(find_model(a.model), "cpu").spec
    if a.json:
        print(spec.to_json())
        return OK
    fields = json.loads(spec.to_json())
    ms = 1000 / spec.sample_rate
    fields["hop_length"] = f"{spec.hop_length} samples ({spec.hop_length * ms:g} ms)"
    fields["latency"] = (
        f"{spec.latency} samples; with the caller's hop {(spec.latency + spec.hop_length) * ms:g} ms"
    )
    states = fields.pop("states")
    for name, value in fields.items():
        if value not in ("", None, {}, []):
            print(f"{name:<14} {json.dumps(value) if isinstance(value, dict | list) else shown(str(value))}")
    print(f"{'states':<14} {len(states)}")
    if when(spec.name):
        print(f"{'runs':<14} {when(spec.name)}")
    return OK


def run_bench(a: argparse.Namespace) -> int:
    """`realtime-cli bench`."""
    from realtime.cli.bench import bench

    checked_seconds(a.seconds)
    costs: list[dict[str, float]] = []
    for cost in bench(a.model, a.device, a.steps, a.seconds):
        if not a.json and not costs:
            print("steps   p50 ms   p99 ms   max ms   share of the hop", flush=True)
        costs.append(cost.as_dict())
        if not a.json:
            times = f"{cost.p50_ms:8.3f} {cost.p99_ms:8.3f} {cost.max_ms:8.3f}"
            print(f"{cost.steps:5d} {times} {cost.share:12.1%}", flush=True)
    if a.json:
        print(json.dumps(costs))
    return OK


def run_load(a: argparse.Namespace) -> int:
    """`realtime-cli load`."""
    from realtime.cli.load_test import load

    checked_seconds(a.seconds)
    loads = []
    if not a.json:
        print("streams  a call  steps   p50 ms   p99 ms  in real time  ratio  model", flush=True)
    for one in load(a.models, a.streams, a.steps, a.device, a.seconds):
        loads.append(one.as_dict())
        if not a.json:
            counts = f"{one.streams:7d} {one.streams_per_call:7d} {one.steps:6d}"
            times = f"{one.p50_ms:8.2f} {one.p99_ms:8.2f} {one.capacity:13.1f} {one.ratio:6.2f}"
            print(f"{counts} {times}  {shown(one.model)}", flush=True)
    if a.json:
        print(json.dumps(loads))
    return OK


def run_demo_command(a: argparse.Namespace) -> int:
    """`realtime-cli demo`."""
    from realtime.demo import CLIP, run_demo
    from realtime.files.files import sample_rate_of

    clip = a.clip or CLIP
    enhancer = engine_options(a).open(sample_rate_of(clip))
    r = run_demo(enhancer, clip, a.output)
    hop_ms = 1000 * enhancer.hop_length / enhancer.sample_rate
    print(shown(f"{r.noisy_wav}\n{r.enhanced_wav}\n{r.picture}"))
    print(f"model         {shown(enhancer.spec.name)}, {steps_text(enhancer.steps)} on {enhancer.device}")
    print(f"audio         {r.seconds:.2f} s")
    cost = f"p50 {r.cost.p50_ms:.2f} ms, p99 {r.cost.p99_ms:.2f} ms"
    print(f"cost per hop  {cost}: {r.cost.share:.0%} of the {hop_ms:g} ms that a hop lasts")
    print(f"latency       {r.latency_ms:g} ms")
    pauses, overall = r.level_change_db
    print(f"level change  {pauses:+.1f} dB in speech pauses, {overall:+.1f} dB overall")
    return OK


def run_compare(a: argparse.Namespace) -> int:
    """`realtime-cli compare`."""
    from realtime.cli.comparison import compare
    from realtime.cli.levels import level_dbfs

    first, second = a.recordings
    found = compare(first, second, a.output)
    for one in (found.first, found.second):
        seconds = len(one.samples) / one.sample_rate
        print(
            shown(
                f"{seconds:8.2f} s  {one.sample_rate:6d} Hz  {level_dbfs(one.samples):6.1f} dBFS  {one.title}"
            )
        )
    if found.level_change_db is not None:
        pauses, overall = found.level_change_db
        print(f"level change  {pauses:+.1f} dB in speech pauses, {overall:+.1f} dB overall")
    print(shown(str(a.output)))
    return OK


def run_doctor(a: argparse.Namespace) -> int:
    """`realtime-cli doctor`; the exit code is 1 where a check failed."""
    from realtime.cli.doctor import examine

    failed = False
    for finding in examine(a.model):
        failed |= finding.status == "fail"
        print(f"{finding.status:<5} {finding.what}", flush=True)
        if finding.advice:
            print(f"      -> {finding.advice}", flush=True)
    return FAILED if failed else OK
