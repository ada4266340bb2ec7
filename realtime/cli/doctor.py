"""What stands between a machine and a good stream, each finding with what to do about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from realtime.cli.doctor_packages import onnxruntime_variants, shadowed_packages
from realtime.cli.doctor_sound import default_devices, portaudio, sound_server
from realtime.cli.doctor_window import window
from realtime.cli.finding import Finding, ask

if TYPE_CHECKING:
    from realtime.engine.enhancer import Enhancer

HOPELESS = 4  # hops that one may last; a model that is slower is not measured for minutes


def examine(model: str | None = None) -> Iterator[Finding]:
    """Every finding, in order; a check that itself fails is a finding too."""
    yield from _run(shadowed_packages)
    clean = True
    for check in (onnxruntime_variants, lambda: model_file(model)):
        for finding in _run(check):
            clean &= finding.status == "ok"
            yield finding
        if not clean:
            break  # what builds on it could only repeat the trouble
    else:
        yield from _run(lambda: cpu_cost(model))
        yield from _run(lambda: cuda(model))
    for check in (portaudio, sound_server, default_devices, window):
        yield from _run(check)


def _run(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except Exception as error:
        yield Finding(
            "fail", f"a check broke: {type(error).__name__}: {error}", "report this as a fault of klarstrom"
        )


def model_file(model: str | None) -> Iterator[Finding]:
    """Is there a model, and does it keep the contract?"""
    from realtime.engine.band import FULL_FROM, model_for, when
    from realtime.engine.contract import ContractError
    from realtime.engine.enhancer import Enhancer

    try:
        # the one that runs is chosen by the sound's rate, where none is named
        chosen = dict.fromkeys([model] if model is not None else [None, model_for(None, "auto", FULL_FROM)])
        specs = [Enhancer(one, device="cpu").spec for one in chosen]
    except (ContractError, FileNotFoundError) as error:
        yield Finding("fail", str(error), "name a good one with --model, or install klarstrom again")
        return
    for spec in specs:
        runs = f"; runs {when(spec.name)}" if model is None and when(spec.name) else ""
        yield Finding(
            "ok",
            f"model {spec.name} {spec.version}: {spec.sample_rate} Hz, 1 to {spec.max_steps} steps{runs}",
        )


def cpu_cost(model: str | None, seconds: float = 1.0) -> Iterator[Finding]:
    """Does a hop fit into its time, from one step upwards, until it does not? seconds: of audio, for each."""
    from realtime.cli.bench import hop_cost
    from realtime.engine.band import FULL_FROM, model_for
    from realtime.engine.enhancer import Enhancer

    # the dearer of the shipped ones, where none is named
    enhancer = Enhancer(model_for(model, "auto", FULL_FROM), device="cpu")
    spec, hop_s = enhancer.spec, enhancer.hop_length / enhancer.sample_rate
    hop_ms = 1000 * hop_s
    for steps in range(1, spec.max_steps + 1):
        enhancer.steps = steps
        too_slow = "too slow to be live: files and pipes take longer than they last"
        if steps > 1:
            too_slow = f"a live stream keeps to fewer steps (--steps auto does), at most {steps - 1}"
        status = "fail" if steps == 1 else "note"
        name = f"CPU, {steps} step{'s' * (steps != 1)} a hop{'' if model else f' of {spec.name}'}"
        first_s = _one_hop_s(enhancer)
        if first_s > HOPELESS * hop_s:
            yield Finding(status, f"{name}: {1000 * first_s:.0f} ms of {hop_ms:g} ms", too_slow)
            return
        cost = hop_cost(enhancer, seconds)
        what = f"{name}: p50 {cost.p50_ms:.2f} ms, p99 {cost.p99_ms:.2f} ms of {hop_ms:g} ms"
        if cost.share > 1:
            yield Finding(status, what, too_slow)
            return
        if cost.share > 0.5:
            yield Finding("note", what, "little room beside other programs: close them, or use fewer --steps")
        elif cost.p99_ms > hop_ms:
            yield Finding("note", what, "other programs get in between: close them, or use a longer --queue")
        else:
            yield Finding("ok", what)


def _one_hop_s(enhancer: Enhancer) -> float:
    """The quickest of three."""
    silence, times = np.zeros(enhancer.hop_length, np.float32), []
    for _ in range(3):
        start = time.perf_counter()
        enhancer.process(silence)
        times.append(time.perf_counter() - start)
    return min(times)


def cuda(model: str | None) -> Iterator[Finding]:
    """Not what ONNX Runtime lists as available, but whether a session really runs on CUDA."""
    code = (
        "import sys\nfrom realtime.engine.enhancer import Enhancer\n"
        "try:\n print(Enhancer(sys.argv[1] or None, device='cuda').device)\n"
        "except Exception as error:\n print('no:', error)\n"
    )
    # in a process of its own: CUDA libraries that do not fit may end it
    answer = ask(code, model or "")
    if answer == "cuda":
        yield Finding("ok", "CUDA works: a session runs on it")
        return
    reason = answer.removeprefix("no:").strip() or "the process that tried it died"
    yield Finding(
        "note", reason if reason.startswith("CUDA") else f"CUDA cannot be used: {reason}",
        "none needed, the CPU does; a GPU needs NVIDIA's driver and pip install 'klarstrom[gpu]'",
    )  # fmt: skip
