"""A microphone that other programs can pick, on PulseAudio and PipeWire: a sink, and a source that hears it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import unicodedata
from pathlib import Path

from realtime.audio.devices import AudioDeviceError

_TAG = re.compile(r"klarstrom\.owner=(\d+)-(\d+)-(\S+?)(?=['\"\s]|$)")


def _run(*arguments: str) -> str:
    binary = shutil.which("pactl")
    if binary is None or not sys.platform.startswith("linux"):
        raise AudioDeviceError(
            "a virtual microphone needs pactl and PulseAudio or PipeWire (apt install pulseaudio-utils); "
            "elsewhere play into VB-Cable or BlackHole with --output"
        )
    try:
        done = subprocess.run(
            [binary, *arguments], capture_output=True, encoding="utf-8", errors="surrogateescape", timeout=5,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise AudioDeviceError("the sound server does not answer") from None
    if done.returncode:
        raise AudioDeviceError(f"pactl {arguments[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def _rows(what: str) -> list[str]:
    """Not by `splitlines`, which would break a row at a line separator in a name."""
    return [row for row in _run("list", "short", what).split("\n") if row]


def _birth(pid: int) -> int | None:
    """When a process was started, in the kernel's ticks; None if there is none."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return None


def _home() -> str:
    """Where our process numbers hold: a container counts its own, and a sound server may hear several machines."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{os.stat('/proc/self/ns/pid').st_ino}.{boot}"
    except OSError:
        return f"0.{socket.gethostname()}"


def _owner() -> str:
    """This process, as its modules are marked."""
    return f"klarstrom.owner={os.getpid()}-{_birth(os.getpid())}-{_home()}"


def _plain(name: str) -> str:
    """What programs call it: sound servers make underscores of other letters, and two names must not become one."""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") or "klarstrom"
    if name.isascii():
        return plain
    return f"{plain}_{hashlib.blake2s(name.encode(), digest_size=3).hexdigest()}"


class VirtualMicrophone:
    """`create` makes it, `remove` undoes it; one that a crashed run left behind is removed by the next run."""

    def __init__(self, name: str, rate: int) -> None:
        """name: as people shall see it, in any script, 1 ... 60 characters without quotes; rate: Hz. Raises ValueError."""
        unprintable = not all(c.isprintable() for c in name)  # also of bytes that are not UTF-8
        if not 1 <= len(name) <= 60 or not name.strip() or unprintable or re.search(r"[\"'\\={}]", name):
            raise ValueError(
                f"{name!r} cannot name a microphone: 1 to 60 printable characters, no quotes, backslashes, braces or ="
            )
        name = unicodedata.normalize("NFC", name)
        self.name, self.rate = name, rate
        self.source = _plain(name)
        self.sink = f"{self.source}_sink"
        self.ends = {self.source, f"{self.sink}.monitor"}  # names of the sources that are heard from it
        self._modules: list[str] = []

    def create(self) -> str:
        """The sink's name, to play into. Raises AudioDeviceError, and nothing is left behind."""
        sweep()
        for row in _rows("sources"):
            if row.split("\t")[1] == self.source:
                raise AudioDeviceError(f"there is a source called {self.source!r} already: take another name")
        form = f"rate={self.rate} channels=1 channel_map=mono"
        owner = _owner()
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

    def restore(self) -> None:
        """Makes it again if the server was started anew meanwhile, or somebody took it away. Raises AudioDeviceError."""
        if len(self._present()) < 2:
            self.remove()
            self.create()

    def remove(self) -> None:
        """Never raises: a server that went away took it along."""
        with contextlib.suppress(AudioDeviceError):
            for module in reversed(self._present()):
                with contextlib.suppress(AudioDeviceError):
                    _run("unload-module", module)
        self._modules = []

    def _present(self) -> list[str]:
        """Those of our modules that the server has. A server that was started anew counts from the beginning: the
        number alone may be another's. Raises AudioDeviceError.
        """
        if not self._modules:
            return []
        wanted, owner = {f"sink_name={self.sink}", f"source_name={self.source}"}, _owner()
        present = []
        for row in _rows("modules"):
            index, _, arguments = row.partition("\t")
            if index in self._modules and owner in arguments and wanted & set(arguments.split()):
                present.append(index)
        return present


def sweep() -> int:
    """Removes what processes of this machine that are gone left behind -> how many modules. What was made in another
    container or on another machine is left alone: nothing here tells whether its process lives.
    """
    removed = 0
    for row in reversed(_rows("modules")):
        index, _, arguments = row.partition("\t")
        tag = _TAG.search(arguments)
        if tag is not None and tag[3] == _home() and _birth(int(tag[1])) != int(tag[2]):
            _run("unload-module", index)
            removed += 1
    return removed
