"""Builds the fused operators for this processor, once, and loads them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

NAME = "klarstrom_operators"
SOURCES = ("operators.cpp", "block.h", "ends.h", "losses.h", "product.h", "simd.h")
OPTIMISATION = ("-O3", "-std=c++17", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast")
# instruction set -> what the compiler is told; the first that the processor has is built
INSTRUCTIONS = {
    "avx512_bf16": ("-mfma", "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx512bf16"),
    "avx512": ("-mfma", "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl"),
    "avx2": ("-mavx2", "-mfma"),
}


class Unavailable(RuntimeError):
    """The fused operators cannot run here; the message is one clause that says why."""


def instruction_sets() -> tuple[str, ...]:
    """The instruction sets of INSTRUCTIONS that this processor has, the widest first. Empty on other processors."""
    capability = torch.backends.cpu.get_cpu_capability()
    if platform.machine().lower() not in ("x86_64", "amd64") or capability not in ("AVX2", "AVX512"):
        return ()
    if capability == "AVX2":
        return ("avx2",)
    with_bf16 = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    return ("avx512_bf16", "avx512", "avx2") if with_bf16 else ("avx512", "avx2")


def cache_folder() -> Path:
    """Where built operators are kept: `klarstrom` in the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "klarstrom"


@cache
def load_operators(instructions: str | None = None) -> Any:
    """The extension module, built for `instructions` (a key of INSTRUCTIONS; None is the widest that is there).

    A build takes about half a minute and is kept for this source, compiler flags, Python and torch. Raises Unavailable.
    """
    if sys.platform != "linux":
        raise Unavailable(f"they are built on Linux only, and this is {sys.platform}")
    known = instruction_sets()
    if not known:
        raise Unavailable("this processor has neither AVX2 nor AVX-512")
    instructions = instructions or known[0]
    if instructions not in known:
        raise Unavailable(f"this processor has {', '.join(known)}, not {instructions}")
    folder = Path(__file__).parent
    flags = (*OPTIMISATION, *INSTRUCTIONS[instructions])
    key = hashlib.sha256(f"{flags} {torch.__version__} {sys.version} {platform.machine()}".encode())
    for source in SOURCES:
        key.update((folder / source).read_bytes())
    name = f"{NAME}_{instructions}"
    built = cache_folder() / f"{name}-{key.hexdigest()[:16]}.so"
    if not built.is_file():
        _build(name, folder / SOURCES[0], flags, built)
    return _import(name, built)


def _build(name: str, source: Path, flags: tuple[str, ...], to: Path) -> None:
    """Compiles in a folder of its own, so that a build that was killed leaves no lock, and moves the result to `to`."""
    from torch.utils import cpp_extension

    if shutil.which("g++") is None and shutil.which(os.environ.get("CXX", "c++")) is None:
        raise Unavailable("there is no C++ compiler; on Debian or Ubuntu, `apt install g++` brings one")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=to.parent, prefix="build-") as place:
            cpp_extension.load(
                name, str(source), extra_cflags=list(flags), build_directory=place, is_python_module=False
            )
            os.replace(Path(place) / f"{name}.so", to)
    except (RuntimeError, OSError, ImportError) as error:
        raise Unavailable(f"building them failed: {str(error).strip().splitlines()[0]}") from error


def _import(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise Unavailable(f"{path} is not an extension module")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        raise Unavailable(f"{path} cannot be loaded: {error}") from None
    return module
