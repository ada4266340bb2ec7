"""The commands on sound devices: `live`, `devices`, `latency`."""

from __future__ import annotations

import argparse
import json
import time

from realtime.audio.priority import WORKER, raise_thread
from realtime.cli.terminal import NO_AUDIO, OK, say

# that the chirps wait in a sound server, which is not counted: no load shall make holes in them
PROBE_MS = 30
PARTS = {
    "device_in": "input device",
    "queue_in": "waiting for a whole hop",
    "resample": "sample rate conversion",
    "algorithmic": "model: hop and look-ahead",
    "compute": "computing",
    "queue_out": "queue against jitter",
    "device_out": "output device",
    "total": "the stream, as its parts say",
}


def run_live(a: argparse.Namespace) -> int:
    """`realtime-cli live`."""
    from realtime.cli.panel import Panel
    from realtime.engine.settings import EngineSettings
    from realtime.live.stream import LiveEvent, LiveOptions, LiveStream

    if a.steps != "auto" and not a.steps.isdecimal():
        raise ValueError(f"--steps {a.steps} must be auto or a whole number")
    if a.virtual_mic is not None and a.output is not None:
        raise ValueError("--virtual-mic and --output exclude each other")
    if a.seconds is not None and not 0 < a.seconds < float("inf"):
        raise ValueError(
            f"--seconds {a.seconds:g} must be a finite number above 0; without it, live goes on until Ctrl-C"
        )
    steps = None if a.steps == "auto" else int(a.steps)
    options = LiveOptions(
        a.model, a.device, EngineSettings(steps, a.attenuation_limit, a.gain, a.mode), a.seed, a.input, a.output,
        a.virtual_mic, a.rate, a.record, a.queue, a.band,
    )  # fmt: skip
    panel = Panel(wanted=not a.quiet and not a.json)

    def tell(event: LiveEvent) -> None:
        if event.kind in ("device_lost", "error") or not a.quiet:
            panel.remark(f"realtime-cli: {event.kind}: {event.message}")

    start, next_json = time.monotonic(), 0.0
    with LiveStream(options, tell) as stream:
        raise_thread(
            WORKER
        )  # it does little, but who is put aside with Python's lock in hand stops the audio
        while a.seconds is None or time.monotonic() - start < a.seconds:
            time.sleep(0.1)
            if a.json and time.monotonic() >= next_json:
                next_json = time.monotonic() + 1
                print(json.dumps(stream.status().as_dict()), flush=True)
            if panel.visible:
                panel.show(stream.status())
    return OK


def run_devices(a: argparse.Namespace) -> int:
    """`realtime-cli devices`."""
    from dataclasses import asdict

    from realtime.audio.devices import list_devices
    from realtime.audio.permission import refusal

    devices = list_devices()
    if a.json:
        print(json.dumps([asdict(d) for d in devices]))
        return OK
    for d in devices:
        kinds = [
            f"{count} {kind}{' (default)' * default}"
            for kind, count, default in (
                ("in", d.inputs, d.is_default_input),
                ("out", d.outputs, d.is_default_output),
            )
            if count
        ]
        print(f"{d.index:3d}  {d.name}  [{d.host_api}, {', '.join(kinds)}, {d.default_rate} Hz]")
    if not devices:
        say(f"realtime-cli: {refusal() or 'no sound device on this machine'}")
        return NO_AUDIO
    return OK


def run_latency(a: argparse.Namespace) -> int:
    """`realtime-cli latency`."""
    from realtime.audio.devices import PortAudio
    from realtime.live.loopback import measure
    from realtime.live.stream import LiveOptions
    from realtime.live.through import measure_live

    if not 1 <= a.count <= 1000:
        raise ValueError(f"--count {a.count} must lie in 1 ... 1000")
    if not 8000 <= a.rate <= 192000:
        raise ValueError(f"--rate {a.rate} must lie in 8000 ... 192000 Hz")
    if a.live and (a.input is not None or a.output is not None):
        raise ValueError("--live brings devices of its own: leave --input and --output out")
    audio = PortAudio(server_latency_ms=PROBE_MS)
    parts, alone_ms = {}, 0.0
    if a.live:
        through = measure_live(audio, LiveOptions(), a.rate, a.count)
        r, parts, alone_ms = through.measured, through.parts, 1000 * through.alone.median_s
    else:
        r = measure(audio, a.output, a.input, a.rate, a.count)
    ms = [1000 * delay for delay in r.delays_s]
    least, median, most = min(ms), 1000 * r.median_s, max(ms)
    if a.json:
        found = {"median_ms": median, "least_ms": least, "most_ms": most}
        live = {"parts_ms": parts, "alone_ms": alone_ms} if a.live else {}
        print(json.dumps({**found, "heard": len(ms), "played": r.played, **live}))
    else:
        heard = f"{len(ms)} of {r.played} chirps heard"
        print(f"{median:.1f} ms (median; {least:.1f} ... {most:.1f}), {heard}")
        for name, part in parts.items():
            print(f"{part:8.1f} ms  {PARTS[name]}")
        if a.live:
            print(f"{alone_ms:8.1f} ms  of it without the stream: a null sink, and a block of this command")
    return OK
