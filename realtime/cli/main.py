"""`realtime-cli`: one command line -> one exit code; the commands on pipes and files are here.

Text goes to stderr in `pipe` and `file`, to stdout elsewhere. The files *cli.py and terminal.py alone print.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from realtime.cli.arguments import parser
from realtime.cli.ending import end_at_signals
from realtime.cli.help import SHORT
from realtime.cli.live import run_devices, run_latency, run_live
from realtime.cli.model import (
    engine_options,
    run_bench,
    run_compare,
    run_demo_command,
    run_doctor,
    run_info,
    run_load,
)
from realtime.cli.terminal import (
    BAD_MODEL,
    FAILED,
    INTERRUPTED,
    NO_AUDIO,
    OK,
    TERMINATED,
    USAGE,
    say,
    steps_text,
)

# numpy, onnxruntime and soundfile are imported by the commands: --help and usage errors are to be instant
if TYPE_CHECKING:
    from realtime.audio.pcm import PcmFormat
    from realtime.engine.channels import ChannelBank
    from realtime.files.search import Task

MOST_NAMES = 10  # in one line


def run_pipe_command(a: argparse.Namespace) -> int:
    """`realtime-cli pipe`, also without a command."""
    from realtime.engine.band import reason
    from realtime.engine.channels import MOST_CHANNELS, BankFactory, troubles
    from realtime.files.pipe import PipeOptions, StopOnInterrupt, run_pipe

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
    factory = BankFactory(engine_options(a), a.mono, a.compensate_delay, a.rate)
    first = factory.enhancers[0]
    # raw audio of no told rate has the model's
    options = PipeOptions(a.format, a.output_format, a.rate, a.channels, a.mono)

    def started(format: PcmFormat, output: PcmFormat, bank: ChannelBank) -> None:
        if not a.quiet:
            used = bank.lanes[0].enhancer
            delay = 1000 * (bank.delay_s + used.hop_length / used.sample_rate)
            why = reason(a.model, a.band, format.sample_rate)
            engine = f"{used.spec.name} ({why}), {steps_text(used.steps)} on {used.device_note}"
            say(f"realtime-cli: {format} -> {output}; {engine}; {delay:.1f} ms behind the input")

    with StopOnInterrupt() as stop:
        result = run_pipe(source, sink, options, first.sample_rate, first.hop_length, factory, stop, started)
    if result.leftover_bytes:
        say(f"realtime-cli: the input ended {result.leftover_bytes} bytes into a frame; they were left out")
    if result.missing_s and not result.interrupted:
        say(
            f"realtime-cli: the input ended {result.missing_s:.2f} s before the end that its WAV header promises"
        )
    for trouble in troubles(factory.enhancers):
        say(f"realtime-cli: {trouble}")
    if result.interrupted:
        return TERMINATED if stop.terminated else INTERRUPTED
    if not a.quiet:
        gone = ", then the reader went away" if result.reader_gone else ""
        say(f"realtime-cli: {result.frames / result.sample_rate:.2f} s of audio{gone}")
    return FAILED if result.missing_s else OK


def _binary(fd: int) -> int:
    if os.name == "nt":
        import msvcrt

        msvcrt.setmode(fd, os.O_BINARY)  # type: ignore[attr-defined]
    return fd


def run_file(a: argparse.Namespace) -> int:
    """`realtime-cli file`."""
    from realtime.cli.progress import Bar, table
    from realtime.engine.channels import BankFactory
    from realtime.files.batch import enhance_all
    from realtime.files.files import duration_s, sample_rate_of

    tasks, failures = _files_to_do(a)
    if not tasks:
        return FAILED if failures else OK
    before = len(failures)
    rate = sample_rate_of(tasks[0].source)
    factory = BankFactory(engine_options(a), a.mono, compensate_delay=True, sample_rate=rate)
    bar = Bar(0.0 if a.quiet else sum(duration_s(task.source) for task in tasks))
    if a.ray is None:
        outcomes = enhance_all(tasks, factory, a.jobs or 1, bar.show)
    else:
        from realtime.files.ray_batch import enhance_on_ray

        outcomes = enhance_on_ray(tasks, factory, a.ray, a.jobs, bar.show)
    done = []
    with bar:
        for outcome in outcomes:
            done.append(outcome)
            bar.at(len(done), len(tasks))
            for trouble in outcome.troubles:
                say(f"realtime-cli: {outcome.task.source}: {trouble}")
            if outcome.error is not None:
                failures.append(outcome.error)
                say(f"realtime-cli: {outcome.error}")
            elif not a.quiet and not bar.visible:
                say(f"{len(done)}/{len(tasks)} {outcome.task.target} ({outcome.model})")
    if not a.quiet:
        table(done, bar.elapsed)
    if failures and len(tasks) > 1:
        say(f"realtime-cli: {len(failures)} of {len(tasks) + before} files failed:")
        for failure in failures:
            say(f"  {failure}")
    return FAILED if failures else OK


def _files_to_do(a: argparse.Namespace) -> tuple[list[Task], list[str]]:
    """What is to be done, and sentences about recordings that are not, all of which have been said."""
    from realtime.atomic import clear_leftovers
    from realtime.files.files import another_recording
    from realtime.files.search import plan

    if a.jobs is not None and a.jobs < 1:
        raise ValueError(f"--jobs {a.jobs} must be 1 or more")
    tasks, left_out = plan(a.input, Path(a.output), a.ext, a.output.endswith((os.sep, "/")))
    todo = [task for task in tasks if a.overwrite or not task.target.exists()]
    done = [task for task in tasks if task not in set(todo)]
    pipes = [task.source for task in todo if task.source.is_fifo()]
    if pipes and (a.ray is not None or ((a.jobs or 1) > 1 and len(todo) > 1)):
        raise ValueError(f"{pipes[0]} is a pipe: it is read in one process, without --jobs and --ray")
    failures = [*left_out.recordings, *filter(None, map(another_recording, done))]
    for what in (*left_out.remarks, *failures):
        say(f"realtime-cli: {what}")
    if done:
        say(
            f"realtime-cli: {len(done)} of {len(tasks)} exist already and are skipped; --overwrite redoes them"
        )
    if left_out.no_recordings:
        others = left_out.no_recordings
        names = ", ".join(path.name for path in others[:MOST_NAMES])
        more = f" and {len(others) - MOST_NAMES} more" if len(others) > MOST_NAMES else ""
        say(
            f"realtime-cli: {len(others)} files in the folders are no recordings and are left out: {names}{more}"
        )
    clear_leftovers(Path(os.path.realpath(task.target)) for task in todo)
    return todo, failures


COMMANDS = {
    "pipe": run_pipe_command,
    "file": run_file,
    "live": run_live,
    "demo": run_demo_command,
    "compare": run_compare,
    "devices": run_devices,
    "info": run_info,
    "doctor": run_doctor,
    "bench": run_bench,
    "load": run_load,
    "latency": run_latency,
}


def run(arguments: list[str]) -> int:
    """The exit code of one command line. Turns every foreseen error into one sentence on stderr."""
    names_none = not arguments or (
        arguments[0].startswith("-") and arguments[0] not in ("-h", "--help", "--version")
    )
    if names_none and (sys.stdin is None or sys.stdin.isatty()):
        print(SHORT, end="", file=sys.stderr)
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
    except MemoryError:
        say("realtime-cli: there is not enough memory for this")
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
    from realtime.audio.devices import AudioDeviceError
    from realtime.audio.pcm import PcmError
    from realtime.engine.contract import ContractError

    if isinstance(error, AudioDeviceError):
        return NO_AUDIO
    if isinstance(error, ContractError):
        return BAD_MODEL
    if isinstance(error, ValueError) and not isinstance(error, PcmError):
        return USAGE
    return FAILED


def main() -> None:
    """The console script."""
    for fd in range(3):  # a file that we open must not become the standard stream that was closed
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for stream in (
        sys.stdout,
        sys.stderr,
    ):  # a name in letters that the terminal has not is written in escapes
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    end_at_signals()
    if "_ARGCOMPLETE" in os.environ:  # a shell asks for completions
        import argcomplete

        argcomplete.autocomplete(parser())
    raise SystemExit(run(sys.argv[1:]))
