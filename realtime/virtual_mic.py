"""A microphone that other programs can pick, on PulseAudio and PipeWire: a sink, and a source that hears it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from realtime.audio import AudioDeviceError

_TAG = re.compile(r"klarstrom\.owner=(\d+)-(\d+)")


def _run(*arguments: str) -> str:
    binary = shutil.which("pactl")
    if binary is None or not sys.platform.startswith("linux"):
        raise AudioDeviceError(
            "a virtual microphone needs pactl and PulseAudio or PipeWire (apt install pulseaudio-utils); "
            "elsewhere play into VB-Cable or BlackHole with --output"
        )
    try:
        done = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=5)
    except subprocess.TimeoutExpired:
        raise AudioDeviceError("the sound server does not answer") from None
    if done.returncode:
        raise AudioDeviceError(f"pactl {arguments[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def _birth(pid: int) -> int | None:
    """When a process was started, in the kernel's ticks; None if there is none."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return None


class VirtualMicrophone:
    """`create` makes it, `remove` undoes it; one that a crashed run left behind is removed by the next run."""

    def __init__(self, name: str, rate: int):
        """name: as people shall see it, 1 ... 60 characters without quotes; rate: Hz. Raises ValueError."""
        if not 1 <= len(name) <= 60 or not name.strip() or re.search(r"[\"'\\\x00-\x1f={}]", name):
            raise ValueError(
                f"{name!r} cannot name a microphone: 1 to 60 characters, no quotes, backslashes, braces or ="
            )
        self.name, self.rate = name, rate
        self.source = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") or "klarstrom"
        self.sink = f"{self.source}_sink"
        self._modules: list[str] = []

    def create(self) -> str:
        """The sink's name, to play into. Raises AudioDeviceError, and nothing is left behind."""
        sweep()
        for row in _run("list", "short", "sources").splitlines():
            if row.split("\t")[1] == self.source:
                raise AudioDeviceError(f"there is a source called {self.source!r} already: take another name")
        pid = os.getpid()
        form = f"rate={self.rate} channels=1 channel_map=mono"
        owner = f"klarstrom.owner={pid}-{_birth(pid)}"
        try:
            self._load(
                "module-null-sink", f"sink_name={self.sink} {form}",
                f"sink_properties='device.description=\"{self.name} (input)\" {owner}'",
            )  # fmt: skip
            self._load(
                "module-remap-source", f"source_name={self.source} master={self.sink}.monitor {form} remix=no",
                f"source_properties='device.description=\"{self.name}\" {owner}'",
            )  # fmt: skip
        except AudioDeviceError:
            self.remove()
            raise
        return self.sink

    def _load(self, module: str, arguments: str, properties: str) -> None:
        self._modules.append(_run("load-module", module, *arguments.split(" "), properties).strip())

    def remove(self) -> None:
        """Never raises: a server that went away took it along."""
        for module in reversed(self._modules):
            try:
                _run("unload-module", module)
            except AudioDeviceError:
                continue
        self._modules = []


def sweep() -> int:
    """Removes what processes that are gone left behind -> how many modules."""
    removed = 0
    for row in reversed(_run("list", "short", "modules").splitlines()):
        index, _, arguments = row.partition("\t")
        tag = _TAG.search(arguments)
        if tag is not None and _birth(int(tag[1])) != int(tag[2]):
            _run("unload-module", index)
            removed += 1
    return removed
