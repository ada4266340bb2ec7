"""Is what is imported what was installed? Other people's packages have our names, and ONNX Runtime has many."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator
from pathlib import Path

from realtime.cli.finding import HOME, Finding, ask

PACKAGES = ("realtime", "trainer", "export", "gui")
_DISTRIBUTION = "klarstrom"


def shadowed_packages() -> Iterator[Finding]:
    """`realtime` and `trainer` are also names of other people's packages: whose is found first, whose files
    mix in, what lies in this folder?
    """
    owners = importlib.metadata.packages_distributions()
    own_place = f"install {_DISTRIBUTION} in an environment of its own"
    clean = True
    for name in PACKAGES:
        for finding in _found_elsewhere(name, own_place):
            clean = False
            yield finding
        strangers = sorted({owner for owner in owners.get(name, []) if owner != _DISTRIBUTION})
        if strangers:
            clean = False
            yield Finding("fail", f"{', '.join(strangers)} also installs a package called {name}", own_place)
    if clean:
        yield Finding("ok", f"packages {', '.join(PACKAGES)} are {_DISTRIBUTION}'s own")


def _found_elsewhere(name: str, own_place: str) -> Iterator[Finding]:
    spec = importlib.util.find_spec(name)
    place = None if spec is None else spec.origin or next(iter(spec.submodule_search_locations or []), None)
    if place is None:
        yield Finding("fail", f"package {name} is missing", f"install {_DISTRIBUTION} again")
    elif not Path(place).resolve().is_relative_to(HOME / name):
        yield Finding(
            "fail", f"package {name} comes from {place}, not from {_DISTRIBUTION}",
            f"{own_place}, and start it outside that folder",
        )  # fmt: skip
    for local in (Path.cwd() / name / "__init__.py", Path.cwd() / f"{name}.py"):
        if local.is_file() and not local.resolve().is_relative_to(HOME) and str(local) != place:
            yield Finding(
                "note", f"{local} would be taken for {_DISTRIBUTION}'s {name} by `python -m` in this folder",
                "use the commands (realtime-cli, realtime-gui, trainer, export-onnx), or start elsewhere",
            )  # fmt: skip


def onnxruntime_variants() -> Iterator[Finding]:
    """All variants share one import folder: the last one installed wins, and CUDA may go without a word."""
    names = sorted(set(importlib.metadata.packages_distributions().get("onnxruntime", [])))
    found = {name: importlib.metadata.version(name) for name in names}
    listed = ", ".join(f"{name} {version}" for name, version in found.items())
    if not found:
        yield Finding("fail", "no ONNX Runtime is installed", f"install {_DISTRIBUTION} again")
        return
    if len(found) > 1:
        yield Finding(
            "fail", f"several ONNX Runtimes overwrite each other in one folder: {listed}",
            f"pip uninstall {' '.join(found)}, install the one that you want, and run this again",
        )  # fmt: skip
        return
    # one that is left after another was uninstalled from the same folder lacks files
    answer = ask(
        "import onnxruntime as o; o.InferenceSession; print(o.__version__, *o.get_available_providers())"
    )
    version, *providers = answer.split() or [""]
    if version != found[names[0]]:
        what = f"its folder holds {version}" if version else "it cannot be imported"
        yield Finding(
            "fail", f"{listed} is damaged: {what}",
            f"pip install --force-reinstall --no-deps {names[0]}, and run this again",
        )  # fmt: skip
        return
    made_for = "CPU and CUDA" if "CUDAExecutionProvider" in providers else "the CPU, not CUDA"
    yield Finding("ok", f"one ONNX Runtime: {listed}, made for {made_for}")
