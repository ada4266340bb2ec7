"""What stands between a machine and a good stream, each finding with what to do about it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("realtime", "trainer", "export", "gui")
_DISTRIBUTION = "klarstrom"
_HOME = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Finding:
    """status: ok | note | fail. A note costs comfort, a fail stops something from working."""

    status: str
    what: str
    advice: str = ""


def examine(model: str | None = None) -> Iterator[Finding]:
    """Every finding, in order; a check that itself fails is a finding too."""
    for check in (shadowed_packages, onnxruntime_variants, lambda: model_file(model), lambda: cpu_cost(model),
                  lambda: cuda(model), portaudio):  # fmt: skip
        yield from _run(check)


def _run(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except Exception as error:
        yield Finding(
            "fail", f"a check broke: {type(error).__name__}: {error}", "report this as a fault of klarstrom"
        )


def shadowed_packages() -> Iterator[Finding]:
    """`realtime` and `trainer` are also names of other people's packages: whose is found first, whose files
    mix in?
    """
    owners = importlib.metadata.packages_distributions()
    clean = True
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        place = (
            None if spec is None else spec.origin or next(iter(spec.submodule_search_locations or []), None)
        )
        if place is None:
            clean = False
            yield Finding("fail", f"package {name} is missing", f"install {_DISTRIBUTION} again")
        elif not Path(place).resolve().is_relative_to(_HOME / name):
            clean = False
            yield Finding(
                "fail", f"package {name} comes from {place}, not from {_DISTRIBUTION}",
                f"install {_DISTRIBUTION} in an environment of its own, and start it outside that folder",
            )  # fmt: skip
        strangers = sorted({owner for owner in owners.get(name, []) if owner != _DISTRIBUTION})
        if strangers:
            clean = False
            yield Finding(
                "fail", f"{', '.join(strangers)} also installs a package called {name}",
                f"install {_DISTRIBUTION} in an environment of its own",
            )  # fmt: skip
    if clean:
        yield Finding("ok", f"packages {', '.join(PACKAGES)} are {_DISTRIBUTION}'s own")


def onnxruntime_variants() -> Iterator[Finding]:
    """All variants share one import folder: the last one installed wins, and CUDA may go without a word."""
    found = {}
    for distribution in importlib.metadata.distributions():
        name = (distribution.metadata["Name"] or "").lower()
        if name == "onnxruntime" or name.startswith(("onnxruntime-", "ort-nightly")):
            found[name] = distribution.version
    listed = ", ".join(f"{name} {version}" for name, version in sorted(found.items()))
    if len(found) > 1:
        yield Finding(
            "fail", f"several ONNX Runtimes share one folder: {listed}",
            f"pip uninstall {' '.join(sorted(found))}, then install the one that you want",
        )  # fmt: skip
    elif found:
        yield Finding("ok", f"one ONNX Runtime: {listed}")
    else:
        yield Finding("fail", "no ONNX Runtime is installed", "pip install onnxruntime")


def model_file(model: str | None) -> Iterator[Finding]:
    """Is there a model, and does it keep the contract?"""
    from realtime.contract import ContractError
    from realtime.enhancer import Enhancer

    try:
        spec = Enhancer(model, device="cpu").spec
    except (ContractError, FileNotFoundError) as error:
        yield Finding("fail", str(error), "name a good one with --model, or install klarstrom again")
        return
    yield Finding(
        "ok", f"model {spec.name} {spec.version}: {spec.sample_rate} Hz, 1 to {spec.max_steps} steps"
    )


def cpu_cost(model: str | None, seconds: float = 2.0) -> Iterator[Finding]:
    """Does a hop fit into its time, for the default and for the most steps?"""
    from realtime.bench import bench
    from realtime.enhancer import Enhancer

    spec = Enhancer(model, device="cpu").spec
    for cost in bench(model, "cpu", sorted({spec.default_steps, spec.max_steps}), seconds):
        hop_ms = cost.p50_ms / cost.share
        times = f"p50 {cost.p50_ms:.2f} ms, p99 {cost.p99_ms:.2f} ms of {hop_ms:g} ms"
        what = f"CPU, {cost.steps} step{'s' * (cost.steps != 1)} a hop: {times}"
        if cost.p50_ms > hop_ms:
            yield Finding("fail", what, "live streams will break up: use fewer --steps")
        elif cost.p99_ms > hop_ms / 2:
            yield Finding("note", what, "little room beside other programs: fewer --steps are safer")
        else:
            yield Finding("ok", what)


def cuda(model: str | None) -> Iterator[Finding]:
    """Not what ONNX Runtime lists as available, but whether a session really runs on CUDA."""
    code = (
        "import sys\nfrom realtime.enhancer import Enhancer\n"
        "try:\n print(Enhancer(sys.argv[1] or None, device='cuda').device)\n"
        "except Exception as error:\n print('no:', error)\n"
    )
    # in a process of its own: CUDA libraries that do not fit may end it
    answer = _ask(code, model or "")
    if answer.startswith("no:") or not answer:
        reason = answer[3:].strip() or "the process that tried it died"
        yield Finding(
            "note",
            f"CUDA is not used: {reason}",
            "none needed: the CPU does; for a GPU install klarstrom[gpu]",
        )
    else:
        yield Finding("ok", f"CUDA works: a session runs on {answer}")


def portaudio() -> Iterator[Finding]:
    """The sound library, for live streams only; its devices are counted in a process of their own."""
    code = (
        "try:\n import sounddevice as s\n d = s.query_devices()\n"
        " counts = [sum(x[f'max_{k}_channels'] > 0 for x in d) for k in ('input', 'output')]\n"
        " print(s.get_portaudio_version()[1].split(',')[0], *counts, sep='|')\n"
        "except Exception as error:\n print('no:', error)\n"
    )
    answer = _ask(code)
    if answer.startswith("no:") or answer.count("|") != 2:
        yield Finding(
            "note", f"PortAudio cannot be used: {answer[3:].strip() or 'it died when it was loaded'}",
            "only live streams need it; on Debian and Ubuntu: apt install libportaudio2",
        )  # fmt: skip
        return
    version, inputs, outputs = (part.strip() for part in answer.split("|"))
    what = f"{version}: {inputs} inputs, {outputs} outputs"
    if inputs == "0" or outputs == "0":
        yield Finding("note", what, "a live stream needs one of each; files and pipes need none")
    else:
        yield Finding("ok", what)


def _ask(code: str, *arguments: str) -> str:
    """The last line that a fresh interpreter prints; empty if it dies or takes longer than a minute."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, cwd=_HOME
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stdout.strip().splitlines() or [""])[-1]
