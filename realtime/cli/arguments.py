"""The command line of `realtime-cli`: commands, options, help. It runs nothing and imports nothing heavy."""

from __future__ import annotations

import argparse
import importlib.metadata
from pathlib import Path

EXIT_CODES = """\
exit codes:
  0    done; for a pipe also: its reader went away
  1    failed while running; for `file` also: some files failed, they are listed
  2    wrong usage: unknown options, values out of range, options that contradict the input
  3    the model is missing, damaged or without a valid contract
  4    audio device (no command that works on files or pipes needs one)
  130  interrupted (SIGINT); a pipe has written its tail by then, `file` left no half file
  143  terminated (SIGTERM); likewise
"""

EXAMPLES = """\
examples:
  ffmpeg -i talk.mp4 -f wav - | realtime-cli | ffmpeg -i - clean.flac
  arecord -f cd -t raw | realtime-cli --rate 44100 --channels 2 | aplay -f cd
  realtime-cli file talk.wav -o clean.wav
  realtime-cli file recordings/ -o clean/ --jobs 2 --steps 4

"""

DESCRIPTION = (
    "Removes noise from speech with a diffusion model, hop by hop. "
    "Without a command, and with audio on standard input, it is `realtime-cli pipe`."
)


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    p = argparse.ArgumentParser(
        prog="realtime-cli",
        description=DESCRIPTION,
        epilog=EXAMPLES + EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("--version", action="version", version=f"realtime-cli {_version()}")
    commands = p.add_subparsers(dest="command", metavar="command", required=True)
    _pipe(_command(commands, "pipe", "audio on standard input -> enhanced audio on standard output"))
    _file(_command(commands, "file", "sound files or folders -> enhanced ones, aligned and of equal length"))
    _live(_command(commands, "live", "microphone -> enhanced -> speaker or virtual microphone, until Ctrl-C"))
    _devices(_command(commands, "devices", "the microphones and speakers of this machine"))
    _latency(_command(commands, "latency", "play chirps, listen, and say what the route in between takes"))
    _info(_command(commands, "info", "what a model's contract says"))
    _bench(_command(commands, "bench", "what a hop costs on one thread, for each number of steps"))
    _load(_command(commands, "load", "how many live streams one thread carries, and what batched files gain"))
    _demo(_command(commands, "demo", "enhance a noisy clip; write both and a picture; print cost and effect"))
    _compare(
        _command(commands, "compare", "two recordings: their spectrograms side by side, and their levels")
    )
    _doctor(_command(commands, "doctor", "check this machine and this installation, and say what to do"))
    return p


def _version() -> str:
    try:
        return importlib.metadata.version("klarstrom")
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, help: str
) -> argparse.ArgumentParser:
    c: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help,
        description=help,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return c


def _add_model(c: argparse.ArgumentParser) -> None:
    c.add_argument("--model", metavar="PATH|NAME", help="file or shipped name (default model)")
    c.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="(%(default)s)")


def _add_engine(c: argparse.ArgumentParser) -> None:
    _add_model(c)
    c.add_argument("--steps", type=int, metavar="N", help="diffusion steps a hop (the model's default)")
    c.add_argument(
        "--attenuation-limit", type=float, metavar="DB", help="take DB of noise at most (no limit)"
    )
    c.add_argument("--seed", type=int, default=0, metavar="N", help="of the diffusion's noise (%(default)s)")


def _pipe(c: argparse.ArgumentParser) -> None:
    formats = ("s16le", "f32le", "wav")
    c.add_argument("--format", choices=("auto", *formats), default="auto",
                   help="of the input; auto: WAV if it starts with RIFF, else s16le")  # fmt: skip
    c.add_argument("--output-format", choices=formats, help="of the output (as the input)")
    c.add_argument("--rate", type=int, metavar="HZ", help="of raw audio (the model's); a WAV brings its own")
    c.add_argument("--channels", type=int, metavar="N", help="of raw audio (1); each is enhanced by itself")
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
        "--ext", metavar="EXT", help="kind of file to write: wav, flac, ogg, mp3 ... (as the input)"
    )
    c.add_argument("--jobs", type=int, metavar="N",
                   help="files at a time (1; on Ray as many as it has cores)")  # fmt: skip
    c.add_argument("--ray", metavar="ADDRESS|local",
                   help="on a Ray cluster that sees the same paths, or on one started here for the while")  # fmt: skip
    c.add_argument("--overwrite", action="store_true", help="redo outputs that exist; else they are skipped")
    _add_mono(c)
    _add_engine(c)
    c.add_argument("-q", "--quiet", action="store_true", help="no progress; failures are still listed")


def _live(c: argparse.ArgumentParser) -> None:
    c.add_argument("-i", "--input", metavar="NAME|INDEX", help="see `realtime-cli devices` (the default one)")
    c.add_argument("-o", "--output", metavar="NAME|INDEX", help="likewise")
    c.add_argument("--virtual-mic", metavar="NAME",
                   help="create a microphone that other programs can pick, and play into it (Linux)")  # fmt: skip
    _add_model(c)
    c.add_argument("--steps", default="auto", metavar="N|auto",
                   help="diffusion steps a hop; auto: as many as there is room for (%(default)s)")  # fmt: skip
    c.add_argument(
        "--attenuation-limit", type=float, metavar="DB", help="take DB of noise at most (no limit)"
    )
    c.add_argument("--gain", type=float, default=0.0, metavar="DB", help="of the output (%(default)g)")
    c.add_argument("--mode", choices=("enhance", "bypass", "mute"), default="enhance", help="(%(default)s)")
    c.add_argument("--rate", type=int, metavar="HZ", help="of the devices (the model's, if they take it)")
    c.add_argument("--queue", type=float, default=20.0, metavar="MS",
                   help="audio kept waiting against jitter: less delay or fewer gaps (%(default)g)")  # fmt: skip
    c.add_argument("--record", type=Path, metavar="FOLDER", help="what comes in and goes out, as WAV")
    c.add_argument("--seed", type=int, default=0, metavar="N", help="of the diffusion's noise (%(default)s)")
    c.add_argument("--seconds", type=float, metavar="S", help="stop by itself (at Ctrl-C)")
    c.add_argument("--json", action="store_true", help="one status object a second on standard output")
    c.add_argument("-q", "--quiet", action="store_true", help="no status line; troubles are still told")


def _devices(c: argparse.ArgumentParser) -> None:
    c.add_argument("--json", action="store_true", help="a list of objects, for programs")


def _latency(c: argparse.ArgumentParser) -> None:
    c.add_argument("-i", "--input", metavar="NAME|INDEX", help="what listens (the default one)")
    c.add_argument("-o", "--output", metavar="NAME|INDEX", help="what plays (the default one)")
    c.add_argument("--rate", type=int, default=48000, metavar="HZ", help="(%(default)s)")
    c.add_argument("--count", type=int, default=10, metavar="N", help="of chirps (%(default)s)")
    c.add_argument("--json", action="store_true", help="an object, for programs")


def _info(c: argparse.ArgumentParser) -> None:
    c.add_argument(
        "model", nargs="?", metavar="MODEL", help="an .onnx file or a shipped model (the default one)"
    )
    c.add_argument("--json", action="store_true", help="the contract as it stands in the file")


def _bench(c: argparse.ArgumentParser) -> None:
    _add_model(c)
    c.add_argument("--steps", type=int, nargs="+", metavar="N", help="these only (1 to the model's most)")
    c.add_argument("--seconds", type=float, default=10.0, metavar="S", help="of audio for each (%(default)g)")
    c.add_argument("--json", action="store_true", help="a list of objects, for programs")


def _load(c: argparse.ArgumentParser) -> None:
    c.add_argument("models", nargs="+", metavar="PATH|NAME",
                   help="files; ratios are to the first. `export-onnx convert --batch B` makes batched ones")  # fmt: skip
    c.add_argument("--streams", type=int, metavar="N", help="live streams (as many as the largest batch)")
    c.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="(%(default)s)")
    c.add_argument("--steps", type=int, metavar="N", help="diffusion steps a hop (each model's default)")
    c.add_argument("--seconds", type=float, default=5.0, metavar="S", help="of every stream (%(default)g)")
    c.add_argument("--json", action="store_true", help="a list of objects, for programs")


def _demo(c: argparse.ArgumentParser) -> None:
    c.add_argument("clip", type=Path, nargs="?", metavar="CLIP", help="a noisy recording (the shipped one)")
    c.add_argument("-o", "--output", type=Path, default=Path("klarstrom-demo"), metavar="FOLDER",
                   help="where to write (%(default)s)")  # fmt: skip
    _add_engine(c)


def _compare(c: argparse.ArgumentParser) -> None:
    c.add_argument("recordings", type=Path, nargs=2, metavar="RECORDING", help="any two; aligned ones of equal length "
                   "are also told by how much the second is louder or quieter")  # fmt: skip
    c.add_argument("-o", "--output", type=Path, default=Path("compare.png"), metavar="PNG",
                   help="the picture to write (default: %(default)s)")  # fmt: skip


def _doctor(c: argparse.ArgumentParser) -> None:
    c.add_argument("--model", metavar="PATH|NAME", help="check with this model (default model)")
