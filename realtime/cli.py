"""`realtime-cli`: enhancement of pipes and files, and what a user may ask of a model and a machine.

Text goes to stderr in `pipe` and `file`, to stdout elsewhere. This file alone prints and exits.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from realtime.arguments import parser

# numpy, onnxruntime and soundfile are imported by the commands: --help and usage errors are to be instant
if TYPE_CHECKING:
    from realtime.channels import ChannelBank, EnhancerOptions
    from realtime.pcm import PcmFormat

OK, FAILED, USAGE, BAD_MODEL, NO_AUDIO, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 4, 130, 143


def say(text: str) -> None:
    if sys.stderr is None:  # it was closed; print would turn to stdout, where the audio goes
        return
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:  # whoever read our remarks went away; the work goes on
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def run_pipe_command(a: argparse.Namespace) -> int:
    from realtime.channels import MOST_CHANNELS, BankFactory, troubles
    from realtime.pipe import PipeOptions, StopOnInterrupt, run_pipe

    for name, stream, direction in (("input", sys.stdin, "into"), ("output", sys.stdout, "out of")):
        if stream is None or stream.isatty():
            what = "closed" if stream is None else "a terminal"
            say(
                f"realtime-cli: standard {name} is {what}; pipe audio {direction} it, "
                "as in `realtime-cli < a.wav > b.wav`, or use `realtime-cli file`"
            )
            return USAGE
    if a.rate is not None and a.rate < 1:
        raise ValueError(f"--rate {a.rate} must be 1 or more")
    if a.channels is not None and not 1 <= a.channels <= MOST_CHANNELS:
        raise ValueError(f"--channels {a.channels} must lie in 1 ... {MOST_CHANNELS}")
    source, sink = _binary(sys.stdin.fileno()), _binary(sys.stdout.fileno())
    factory = BankFactory(_options(a), a.mono, a.compensate_delay)
    first = factory.enhancers[0]
    options = PipeOptions(a.format, a.output_format, a.rate, a.channels, a.mono)

    def started(format: PcmFormat, output: PcmFormat, bank: ChannelBank) -> None:
        if not a.quiet:
            delay = 1000 * (bank.delay_s + first.hop_length / first.sample_rate)
            engine = f"{first.spec.name}, {_steps(first.steps)} on {first.device_note}"
            say(f"realtime-cli: {format} -> {output}; {engine}; {delay:.1f} ms behind the input")

    with StopOnInterrupt() as stop:
        result = run_pipe(source, sink, options, first.sample_rate, first.hop_length, factory, stop, started)
    if result.leftover_bytes:
        say(f"realtime-cli: the input ended {result.leftover_bytes} bytes into a frame; they were left out")
    for trouble in troubles(factory.enhancers):
        say(f"realtime-cli: {trouble}")
    if result.interrupted:
        return TERMINATED if stop.terminated else INTERRUPTED
    if not a.quiet:
        gone = ", then the reader went away" if result.reader_gone else ""
        say(f"realtime-cli: {result.frames / result.sample_rate:.2f} s of audio{gone}")
    return OK


def _steps(count: int) -> str:
    return f"{count} step{'s' * (count != 1)}"


def _options(a: argparse.Namespace) -> EnhancerOptions:
    from realtime.channels import EnhancerOptions

    return EnhancerOptions(a.model, a.steps, a.device, a.attenuation_limit, a.seed)


def _binary(fd: int) -> int:
    if os.name == "nt":
        import msvcrt

        msvcrt.setmode(fd, os.O_BINARY)  # type: ignore[attr-defined]
    return fd


def run_file(a: argparse.Namespace) -> int:
    from realtime.batch import enhance_all
    from realtime.channels import BankFactory
    from realtime.files import duration_s, plan

    if a.jobs is not None and a.jobs < 1:
        raise ValueError(f"--jobs {a.jobs} must be 1 or more")
    tasks, other = plan(a.input, a.output, a.ext)
    todo = [task for task in tasks if a.overwrite or not task.target.exists()]
    if len(todo) < len(tasks) and not a.quiet:
        done = f"{len(tasks) - len(todo)} of {len(tasks)}"
        say(f"realtime-cli: {done} exist already and are skipped; --overwrite redoes them")
    if other and not a.quiet:
        say(f"realtime-cli: {other} files in the folders are not sound and are left out")
    if not todo:
        return OK
    factory = BankFactory(_options(a), a.mono, compensate_delay=True)
    bar = Bar(0.0 if a.quiet else sum(duration_s(task.source) for task in todo))
    failures = []
    if a.ray is None:
        outcomes = enhance_all(todo, factory, a.jobs or 1, bar.show)
    else:
        from realtime.ray_batch import enhance_on_ray

        outcomes = enhance_on_ray(todo, factory, a.ray, a.jobs, bar.show)
    for count, outcome in enumerate(outcomes, 1):
        bar.clear()
        for trouble in outcome.troubles:
            say(f"realtime-cli: {outcome.task.source}: {trouble}")
        if outcome.error is not None:
            failures.append(outcome.error)
            say(f"realtime-cli: {outcome.error}")
        elif not a.quiet:
            say(f"{count}/{len(todo)} {outcome.task.target}")
    if failures and len(todo) > 1:
        say(f"realtime-cli: {len(failures)} of {len(todo)} files failed:")
        for failure in failures:
            say(f"  {failure}")
    elif not a.quiet and not failures:
        say(f"realtime-cli: {bar.done:.1f} s of audio in {bar.elapsed:.1f} s")
    return FAILED if failures else OK


class Bar:
    """One line on stderr, where that is a terminal: share done, speed, time left."""

    def __init__(self, total_s: float):
        self.total_s, self.done = total_s, 0.0
        self._start = self._shown = time.monotonic()
        self._visible = total_s > 0 and sys.stderr is not None and sys.stderr.isatty()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._start

    def show(self, done_s: float) -> None:
        self.done = done_s
        now = time.monotonic()
        if not self._visible or now - self._shown < 0.1:
            return
        self._shown = now
        share = min(1.0, done_s / self.total_s)
        speed = done_s / self.elapsed
        left = (self.total_s - done_s) / speed if speed > 0 else 0
        filled = round(24 * share)
        bar = "#" * filled + "." * (24 - filled)
        line = f"[{bar}] {share:4.0%}  {speed:.1f} x real time  {_clock(left)} left"
        print("\r" + line.ljust(70), end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._visible:
            print("\r" + " " * 70 + "\r", end="", file=sys.stderr, flush=True)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes}:{rest:02d}"


def run_live(a: argparse.Namespace) -> int:
    from realtime.live import LiveEvent, LiveOptions, LiveStream
    from realtime.panel import panel_line

    steps = a.steps if a.steps == "auto" else int(a.steps) if a.steps.isdecimal() else None
    if steps is None:
        raise ValueError(f"--steps {a.steps} must be auto or a whole number")
    if a.virtual_mic is not None and a.output is not None:
        raise ValueError("--virtual-mic and --output exclude each other")
    if a.seconds is not None and not a.seconds > 0:
        raise ValueError(f"--seconds {a.seconds:g} must be above 0")
    options = LiveOptions(
        a.model, a.device, steps, a.attenuation_limit, a.gain, a.seed, a.input, a.output, a.virtual_mic, a.rate,
        a.record, a.mode, a.queue,
    )  # fmt: skip
    shows = not a.quiet and not a.json and sys.stderr is not None and sys.stderr.isatty()

    def tell(event: LiveEvent) -> None:
        if event.kind in ("device_lost", "error") or not a.quiet:
            say(("\r" + 110 * " " + "\r" if shows else "") + f"realtime-cli: {event.kind}: {event.message}")

    start, next_json = time.monotonic(), 0.0
    with LiveStream(options, tell) as stream:
        while a.seconds is None or time.monotonic() - start < a.seconds:
            time.sleep(0.1)
            if a.json and time.monotonic() >= next_json:
                next_json = time.monotonic() + 1
                print(json.dumps(stream.status().as_dict()), flush=True)
            if shows:
                print("\r" + panel_line(stream.status()).ljust(110), end="", file=sys.stderr, flush=True)
    return OK


def run_devices(a: argparse.Namespace) -> int:
    from dataclasses import asdict

    from realtime.audio import list_devices

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
        say("realtime-cli: no sound device on this machine")
        return NO_AUDIO
    return OK


def run_latency(a: argparse.Namespace) -> int:
    from realtime.audio import PortAudio
    from realtime.loopback import measure

    if not 1 <= a.count <= 1000:
        raise ValueError(f"--count {a.count} must lie in 1 ... 1000")
    if not 8000 <= a.rate <= 192000:
        raise ValueError(f"--rate {a.rate} must lie in 8000 ... 192000 Hz")
    r = measure(PortAudio(), a.output, a.input, a.rate, a.count)
    ms = [1000 * delay for delay in r.delays_s]
    least, median, most = min(ms), 1000 * r.median_s, max(ms)
    if a.json:
        found = {"median_ms": median, "least_ms": least, "most_ms": most}
        print(json.dumps({**found, "heard": len(ms), "played": r.played}))
    else:
        heard = f"{len(ms)} of {r.played} chirps heard"
        print(f"{median:.1f} ms (median; {least:.1f} ... {most:.1f}), {heard}")
    return OK


def run_info(a: argparse.Namespace) -> int:
    from realtime.enhancer import find_model
    from realtime.session import Session

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
            print(f"{name:<14} {json.dumps(value) if isinstance(value, dict | list) else value}")
    print(f"{'states':<14} {len(states)}")
    return OK


def run_bench(a: argparse.Namespace) -> int:
    from realtime.bench import bench

    if not a.seconds > 0:
        raise ValueError(f"--seconds {a.seconds:g} must be above 0")
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
    from realtime.load import load

    if not a.seconds > 0:
        raise ValueError(f"--seconds {a.seconds:g} must be above 0")
    loads = []
    if not a.json:
        print("streams  a call  steps   p50 ms   p99 ms  in real time  ratio  model", flush=True)
    for one in load(a.models, a.streams, a.steps, a.device, a.seconds):
        loads.append(one.as_dict())
        if not a.json:
            counts = f"{one.streams:7d} {one.streams_per_call:7d} {one.steps:6d}"
            times = f"{one.p50_ms:8.2f} {one.p99_ms:8.2f} {one.capacity:13.1f} {one.ratio:6.2f}"
            print(f"{counts} {times}  {one.model}", flush=True)
    if a.json:
        print(json.dumps(loads))
    return OK


def run_demo_command(a: argparse.Namespace) -> int:
    from realtime.demo import CLIP, run_demo

    enhancer = _options(a).open()
    r = run_demo(enhancer, a.clip or CLIP, a.output)
    hop_ms = 1000 * enhancer.hop_length / enhancer.sample_rate
    print(f"{r.noisy_wav}\n{r.enhanced_wav}\n{r.picture}")
    print(f"model         {enhancer.spec.name}, {_steps(enhancer.steps)} on {enhancer.device}")
    print(f"audio         {r.seconds:.2f} s")
    cost = f"p50 {r.cost.p50_ms:.2f} ms, p99 {r.cost.p99_ms:.2f} ms"
    print(f"cost per hop  {cost}: {r.cost.share:.0%} of the {hop_ms:g} ms that a hop lasts")
    print(f"latency       {r.latency_ms:g} ms")
    pauses, overall = r.level_change_db
    print(f"level change  {pauses:+.1f} dB in speech pauses, {overall:+.1f} dB overall")
    return OK


def run_doctor(a: argparse.Namespace) -> int:
    from realtime.doctor import examine

    failed = False
    for finding in examine(a.model):
        failed |= finding.status == "fail"
        print(f"{finding.status:<5} {finding.what}", flush=True)
        if finding.advice:
            print(f"      -> {finding.advice}", flush=True)
    return FAILED if failed else OK


COMMANDS = {
    "pipe": run_pipe_command,
    "file": run_file,
    "live": run_live,
    "devices": run_devices,
    "latency": run_latency,
    "info": run_info,
    "bench": run_bench,
    "load": run_load,
    "demo": run_demo_command,
    "doctor": run_doctor,
}


def run(arguments: list[str]) -> int:
    """The exit code of one command line. Turns every foreseen error into one sentence on stderr."""
    names_none = not arguments or (
        arguments[0].startswith("-") and arguments[0] not in ("-h", "--help", "--version")
    )
    if names_none and (sys.stdin is None or sys.stdin.isatty()):
        parser().print_help(sys.stderr)
        return USAGE
    a = parser().parse_args(["pipe", *arguments] if names_none else arguments)
    try:
        code = COMMANDS[a.command](a)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a closed pipe is understood
        return code
    except KeyboardInterrupt:
        say("realtime-cli: interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our text went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return OK
    except ImportError as error:
        say(f"realtime-cli: {error}; `realtime-cli doctor` says more")
        return FAILED
    except (ValueError, RuntimeError, OSError) as error:
        say(f"realtime-cli: {_sentence(error)}")
        return _code(error)


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def _code(error: Exception) -> int:
    """What the engine and the files raise -> exit code."""
    from realtime.audio import AudioDeviceError
    from realtime.contract import ContractError
    from realtime.pcm import PcmError

    if isinstance(error, AudioDeviceError):
        return NO_AUDIO
    if isinstance(error, ContractError):
        return BAD_MODEL
    if isinstance(error, ValueError) and not isinstance(error, PcmError):
        return USAGE
    return FAILED


def _terminate(number: int, frame: object) -> None:
    raise SystemExit(TERMINATED)  # so that `finally` blocks run: temporary files and workers end with us


def main() -> None:
    for fd in range(3):  # a file that we open must not become the standard stream that was closed
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    signal.signal(signal.SIGTERM, _terminate)
    raise SystemExit(run(sys.argv[1:]))
