"""What live streams need: PortAudio, a sound server on Linux, a microphone and a speaker."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from realtime.audio import pulse, server
from realtime.cli.finding import Finding, ask


def portaudio() -> Iterator[Finding]:
    """The sound library; asked in a process of its own, as a driver may end it."""
    code = (
        "try:\n import sounddevice as s\n print(s.get_portaudio_version()[1].split(',')[0])\n"
        "except Exception as error:\n print('no:', error)\n"
    )
    answer = ask(code)
    if answer.startswith("no:") or not answer:
        yield Finding(
            "note", f"PortAudio cannot be used: {answer[3:].strip() or 'it died when it was loaded'}",
            f"only live streams need it; {_portaudio_from()}",
        )  # fmt: skip
    else:
        yield Finding("ok", answer)


def _portaudio_from() -> str:
    if sys.platform.startswith("linux"):
        return "apt install libportaudio2 (Debian, Ubuntu), dnf install portaudio, pacman -S portaudio"
    return "pip install --force-reinstall sounddevice, which brings it"


def sound_server() -> Iterator[Finding]:
    """PulseAudio or PipeWire, reached through libpulse and pactl; other systems have none."""
    if not sys.platform.startswith("linux"):
        return
    missing = []
    if not pulse.available():
        missing.append(("libpulse-simple", "libpulse0"))
    if shutil.which("pactl") is None:
        missing.append(("pactl", "pulseaudio-utils"))
    if missing:
        yield Finding(
            "note", f"{' and '.join(what for what, _ in missing)} not found: devices of PulseAudio and PipeWire "
            "cannot be picked by name, and there is no virtual microphone",
            f"apt install {' '.join(package for _, package in missing)} (Debian, Ubuntu)",
        )  # fmt: skip
        return
    found = server.ask()
    if found is not None:
        yield Finding("ok", f"sound server: {found.name} {found.version}".rstrip())
        return
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    if (runtime / "pipewire-0").exists():
        yield Finding(
            "note", "PipeWire runs, but its PulseAudio side does not answer",
            "apt install pipewire-pulse; systemctl --user start pipewire-pulse",
        )  # fmt: skip
    else:
        yield Finding(
            "note", f"no sound server answers ({os.environ.get('PULSE_SERVER') or runtime})",
            "only live streams need one: log in to a desktop, or start pipewire-pulse or pulseaudio",
        )  # fmt: skip


def default_devices() -> Iterator[Finding]:
    """Whether `realtime-cli live` has a microphone and a speaker, and which it would take."""
    code = (
        "import dataclasses, json\nfrom realtime.audio.devices import AudioDeviceError, find_device, list_devices\n"
        "try: devices = list_devices()\nexcept AudioDeviceError: devices = []\n"
        "found, why = {}, {}\n"
        "for kind in ('input', 'output'):\n"
        " try: found[kind] = dataclasses.asdict(find_device(None, kind, devices))\n"
        " except AudioDeviceError as error: why[kind] = str(error)\n"
        "print(json.dumps([found, why]))\n"
    )
    answer = ask(code)
    if not answer:
        yield Finding("note", "the list of sound devices cannot be had", "realtime-cli devices says more")
        return
    found, why = json.loads(answer)
    for kind, thing in (("input", "microphone"), ("output", "speaker")):
        device = found.get(kind)
        if device is None:
            yield Finding(
                "note", f"no live stream: {why[kind]}",
                f"connect a {thing}, see `realtime-cli devices`; files and pipes need none",
            )  # fmt: skip
            continue
        yield Finding(
            "ok", f"default {kind}: {device['name']}, {device['default_rate']} Hz, {device['host_api']}"
        )
