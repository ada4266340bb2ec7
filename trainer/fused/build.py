"""Builds the fused operators for this processor, once: a plain shared library that a C++ compiler makes in seconds."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

SOURCES = ("operators.cpp", "block.h", "ends.h", "losses.h", "parallel.h", "product.h", "simd.h")
OPTIONS = (
    "-O3",
    "-std=c++17",
    "-shared",
    "-fPIC",
    "-fopenmp",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=fast",
)
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


def built_library(instructions: str | None = None) -> Path:
    """The library for `instructions`, a key of INSTRUCTIONS (None: the widest that is there), built if it is not yet.

    It is kept for this source, these options and this compiler. Raises Unavailable.
    """
    if sys.platform != "linux":
        raise Unavailable(f"they are built on Linux only, and this is {sys.platform}")
    known = instruction_sets()
    if not known:
        raise Unavailable("this processor has neither AVX2 nor AVX-512")
    instructions = instructions or known[0]
    if instructions not in known:
        raise Unavailable(f"this processor has {', '.join(known)}, not {instructions}")
    compiler = shutil.which(os.environ.get("CXX") or "c++") or shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        raise Unavailable("there is no C++ compiler; on Debian or Ubuntu, `apt install g++` brings one")
    folder = Path(__file__).parent
    options = (*OPTIONS, *INSTRUCTIONS[instructions])
    key = hashlib.sha256(f"{compiler} {options}".encode())
    for source in SOURCES:
        key.update((folder / source).read_bytes())
    built = cache_folder() / f"operators-{instructions}-{key.hexdigest()[:16]}.so"
    if not built.is_file():
        _build([compiler, *options, str(folder / SOURCES[0])], built)
    return built


def _build(command: list[str], to: Path) -> None:
    """Compiles into a folder of its own and moves the result to `to`, so that nobody loads half a library."""
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=to.parent, prefix="build-") as place:
            made = Path(place) / to.name
            done = subprocess.run([*command, "-o", str(made)], capture_output=True, text=True, timeout=600)
            if done.returncode:
                first = next((line for line in done.stderr.splitlines() if "error" in line), "no message")
                raise Unavailable(f"building them failed: {first}")
            os.replace(made, to)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"building them failed: {error}") from error
