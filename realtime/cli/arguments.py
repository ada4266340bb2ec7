"""The command line of `realtime-cli`: commands, options, help. It runs nothing and imports nothing heavy."""

from __future__ import annotations

import argparse
import importlib.metadata
from pathlib import Path

from realtime.cli.help import DESCRIPTION, EXAMPLES, EXIT_CODES, GROUPS, GroupedHelp
from realtime.engine.band import BANDS


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    p = argparse.ArgumentParser(
        prog="realtime-cli",
        description=DESCRIPTION,
        epilog=EXAMPLES + EXIT_CODES,
        formatter_class=GroupedHelp,
    )
    p.add_argument("--version", action="version", version=f"realtime-cli {_version()}")
    commands = p.add_subparsers(dest="command", metavar="COMMAND", title="commands", required=True)
    for names in GROUPS.values():
        for name, what in names.items():
            c = commands.add_parser(
                name, help=what, description=f"{what[0].upper()}{what[1:]}.", epilog=EXIT_CODES,
                formatter_class=argparse.RawDescriptionHelpFormatter,
            )  # fmt: skip
            _OPTIONS[name](c)
    return p


def _version() -> str:
    try:
        return importlib.metadata.version("klarstrom")
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def _add_band(c: argparse.ArgumentParser) -> None:
    c.add_argument("--band", choices=BANDS, default="auto",
                   help="shipped model: wide is klarstrom-16k, full is klarstrom-48k; auto: full where the sound has "
                   "32 kHz or more (default: %(default)s)")  # fmt: skip


def _add_model(c: argparse.ArgumentParser) -> None:
    c.add_argument(
        "--model", metavar="PATH|NAME", help="model file, or name of a shipped model (default: by --band)"
    )
    _add_compute(c)


def _add_compute(c: argparse.ArgumentParser) -> None:
    c.add_argument("--compute", "--device", choices=("auto", "cpu", "cuda"), default="auto", dest="device",
                   help="where the model runs; auto: CUDA where it works (default: %(default)s)")  # fmt: skip


def _add_engine(c: argparse.ArgumentParser) -> None:
    _add_model(c)
    _add_band(c)
    c.add_argument("--steps", type=int, metavar="N", help="diffusion steps a hop (default: the model's)")
    c.add_argument(
        "--attenuation-limit", type=float, metavar="DB", help="most that noise is lowered (default: no limit)"
    )
    _add_seed(c)


def _add_seed(c: argparse.ArgumentParser) -> None:
    c.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="seed of the diffusion's noise (default: %(default)s)",
    )


def _pipe(c: argparse.ArgumentParser) -> None:
    formats = ("s16le", "f32le", "wav")
    c.add_argument("--format", choices=("auto", *formats), default="auto",
                   help="format of the input; auto: WAV by its header, else s16le (default: %(default)s)")  # fmt: skip
    c.add_argument("--output-format", choices=formats, help="format of the output (default: as the input)")
    c.add_argument(
        "--rate",
        type=int,
        metavar="HZ",
        help="sample rate of raw audio; a WAV brings its own (default: the model's, which is 16000 unless --band or --model "
        "say otherwise)",
    )
    c.add_argument(
        "--channels",
        type=int,
        metavar="N",
        help="channels of raw audio, each enhanced by itself (default: 1)",
    )
    c.add_argument("--compensate-delay", action="store_true",
                   help="drop the delay at the start and add it at the end: output aligned with input")  # fmt: skip
    _add_mono(c)
    _add_engine(c)
    c.add_argument("-q", "--quiet", action="store_true", help="say nothing but warnings and errors")


def _add_mono(c: argparse.ArgumentParser) -> None:
    c.add_argument("--mono", action="store_true", help="mix the channels down to one first")


def _file(c: argparse.ArgumentParser) -> None:
    c.add_argument(
        "input", type=Path, nargs="+", metavar="IN", help="sound file, or folder to search through"
    )
    # a text, because a path forgets the slash at its end, which says that a folder is meant
    c.add_argument("-o", "--output", required=True, metavar="OUT",
                   help="a file for one input file; else a folder, in which folders keep their tree")  # fmt: skip
    c.add_argument(
        "--ext", metavar="EXT", help="kind of file to write: wav, flac, ogg, mp3 ... (default: as the input)"
    )
    c.add_argument("--jobs", type=int, metavar="N",
                   help="files at a time (default: 1; on Ray as many as it has cores)")  # fmt: skip
    c.add_argument("--ray", metavar="ADDRESS|local",
                   help="on a Ray cluster that sees the same paths, or on one started here for the while")  # fmt: skip
    c.add_argument("--overwrite", action="store_true", help="redo outputs that exist (default: skip them)")
    _add_mono(c)
    _add_engine(c)
    c.add_argument("-q", "--quiet", action="store_true", help="no progress; failures are still listed")


def _live(c: argparse.ArgumentParser) -> None:
    c.add_argument(
        "-i",
        "--input",
        metavar="NAME|INDEX",
        help="input device, see `realtime-cli devices` (default: the system's)",
    )
    c.add_argument("-o", "--output", metavar="NAME|INDEX", help="output device (default: the system's)")
    c.add_argument("--virtual-mic", metavar="NAME",
                   help="create a microphone that other programs can pick, and play into it (Linux)")  # fmt: skip
    _add_model(c)
    _add_band(c)
    c.add_argument("--steps", default="auto", metavar="N|auto",
                   help="diffusion steps a hop; auto: as many as there is room for (default: %(default)s)")  # fmt: skip
    c.add_argument(
        "--attenuation-limit", type=float, metavar="DB", help="most that noise is lowered (default: no limit)"
    )
    c.add_argument(
        "--gain", type=float, default=0.0, metavar="DB", help="gain of the output (default: %(default)g)"
    )
    c.add_argument("--mode", choices=("enhance", "bypass", "mute"), default="enhance",
                   help="noise suppression on, off (bypass), or silence (default: %(default)s)")  # fmt: skip
    c.add_argument(
        "--rate",
        type=int,
        metavar="HZ",
        help="sample rate of the devices (default: the model's, if they take it)",
    )
    c.add_argument("--queue", type=float, metavar="MS",
                   help="audio kept waiting against jitter: less delay or fewer gaps (default: 20; with a sound server 15, "
                   "and more once sound came late)")  # fmt: skip
    c.add_argument(
        "--record", type=Path, metavar="FOLDER", help="write what comes in and goes out there, as WAV"
    )
    _add_seed(c)
    c.add_argument("--seconds", type=float, metavar="S", help="stop after S seconds (default: at Ctrl-C)")
    c.add_argument("--json", action="store_true", help="print one status object a second, for programs")
    c.add_argument("-q", "--quiet", action="store_true", help="no status line; troubles are still told")


def _devices(c: argparse.ArgumentParser) -> None:
    c.add_argument("--json", action="store_true", help="print a list of objects, for programs")


def _latency(c: argparse.ArgumentParser) -> None:
    c.add_argument(
        "-i", "--input", metavar="NAME|INDEX", help="input device that listens (default: the system's)"
    )
    c.add_argument(
        "-o", "--output", metavar="NAME|INDEX", help="output device that plays (default: the system's)"
    )
    c.add_argument("--rate", type=int, default=48000, metavar="HZ", help="sample rate (default: %(default)s)")
    c.add_argument(
        "--count", type=int, default=10, metavar="N", help="number of chirps (default: %(default)s)"
    )
    c.add_argument("--live", action="store_true",
                   help="measure `live` at its default options, with its parts, between two null sinks that are made "
                   "for the while (Linux, with a sound server)")  # fmt: skip
    c.add_argument("--json", action="store_true", help="print an object, for programs")


def _info(c: argparse.ArgumentParser) -> None:
    c.add_argument(
        "model",
        nargs="?",
        metavar="MODEL",
        help="model file, or name of a shipped model (default: klarstrom-16k)",
    )
    c.add_argument("--json", action="store_true", help="print the contract as it stands in the file")


def _bench(c: argparse.ArgumentParser) -> None:
    _add_model(c)
    c.add_argument(
        "--steps",
        type=int,
        nargs="+",
        metavar="N",
        help="these numbers of steps only (default: 1 to the model's most)",
    )
    c.add_argument(
        "--seconds",
        type=float,
        default=10.0,
        metavar="S",
        help="seconds of audio for each (default: %(default)g)",
    )
    c.add_argument("--json", action="store_true", help="print a list of objects, for programs")


def _load(c: argparse.ArgumentParser) -> None:
    c.add_argument("models", nargs="+", metavar="PATH|NAME",
                   help="files; ratios are to the first. `export-onnx convert --batch B` makes batched ones")  # fmt: skip
    c.add_argument(
        "--streams", type=int, metavar="N", help="live streams (default: as many as the largest batch)"
    )
    _add_compute(c)
    c.add_argument("--steps", type=int, metavar="N", help="diffusion steps a hop (default: each model's)")
    c.add_argument(
        "--seconds",
        type=float,
        default=5.0,
        metavar="S",
        help="seconds of audio of every stream (default: %(default)g)",
    )
    c.add_argument("--json", action="store_true", help="print a list of objects, for programs")


def _demo(c: argparse.ArgumentParser) -> None:
    c.add_argument(
        "clip", type=Path, nargs="?", metavar="CLIP", help="a noisy recording (default: the shipped one)"
    )
    c.add_argument("-o", "--output", type=Path, default=Path("klarstrom-demo"), metavar="FOLDER",
                   help="folder to write into (default: %(default)s)")  # fmt: skip
    _add_engine(c)


def _compare(c: argparse.ArgumentParser) -> None:
    c.add_argument("recordings", type=Path, nargs=2, metavar="RECORDING", help="any two; aligned ones of equal length "
                   "are also told by how much the second is louder or quieter")  # fmt: skip
    c.add_argument("-o", "--output", type=Path, default=Path("compare.png"), metavar="PNG",
                   help="the picture to write (default: %(default)s)")  # fmt: skip


def _doctor(c: argparse.ArgumentParser) -> None:
    c.add_argument(
        "--model",
        metavar="PATH|NAME",
        help="check with this model (default: the shipped ones)",
    )


_OPTIONS = {
    "pipe": _pipe,
    "file": _file,
    "live": _live,
    "demo": _demo,
    "compare": _compare,
    "devices": _devices,
    "info": _info,
    "doctor": _doctor,
    "bench": _bench,
    "load": _load,
    "latency": _latency,
}
