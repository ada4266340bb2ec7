"""`export-onnx convert | verify | card`. Exit codes: 0 ok, 1 failed or a check failed, 2 usage, 3 bad or missing model."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtime.engine.contract import ModelSpec


def parser() -> argparse.ArgumentParser:
    """The command line of `export-onnx`."""
    p = argparse.ArgumentParser(prog="export-onnx", description=__doc__)
    sub = p.add_subparsers(dest="command", required=True)
    c = sub.add_parser("convert", help="checkpoint or EMA snapshot -> one ONNX file")
    c.add_argument(
        "checkpoint", type=Path, help=".ckpt of `trainer fit`, .safetensors, or a folder of import-sgmse"
    )
    c.add_argument("-o", "--output", type=Path, required=True, help="the .onnx file to write")
    c.add_argument(
        "--max-steps", type=int, default=None, help="most diffusion steps a hop (all that were trained)"
    )
    c.add_argument(
        "--default-steps", type=int, default=None, help="steps when the user names none (max-steps)"
    )
    c.add_argument(
        "--batch", type=int, default=1, metavar="B", help="streams that one call enhances, for servers (1)"
    )
    c.add_argument(
        "--upper-band", type=Path, metavar="SNAPSHOT",
        help="make a 48 kHz file: this full-band snapshot's upper band over the 16 kHz checkpoint",
    )  # fmt: skip
    blocks = c.add_argument_group("whole-file models (NCSN++), which run on a sliding block")
    blocks.add_argument("--block-frames", type=int, default=128, help="STFT frames of the block (128)")
    blocks.add_argument("--hop-frames", type=int, default=16, help="new ones in each call (16)")
    blocks.add_argument("--ahead-frames", type=int, default=8, help="look-ahead beyond the window's own (8)")
    blocks.add_argument("--fade-frames", type=int, default=4, help="cross-faded with the block before (4)")
    blocks.add_argument(
        "--sampler", choices=("few_step", "predictor_corrector"), default="few_step",
        help="few_step: up to 4 calls a block; predictor_corrector: the paper's, N = --max-steps (few_step)",
    )  # fmt: skip
    for name, kind, what in (
        ("predictor", str, "reverse_diffusion, euler_maruyama or none"),
        ("corrector", str, "annealed_langevin, langevin or none"),
        ("corrector-steps", int, "in each step"),
        ("snr", float, "step of the corrector, as a share of sigma_t"),
    ):
        blocks.add_argument(f"--{name}", type=kind, help=f"of predictor_corrector: {what} (the checkpoint's)")
    card_arguments(c)
    c.add_argument("--overwrite", action="store_true", help="replace an existing output")
    v = sub.add_parser(
        "verify", help="check a file: torch vs ONNX Runtime, streaming vs offline, delay, cost"
    )
    v.add_argument("model", type=Path)
    v.add_argument("--checkpoint", type=Path, default=None, help="what the file was made from")
    v.add_argument(
        "--upper-band", type=Path, metavar="SNAPSHOT", help="and its upper band, if it was given to convert"
    )
    v.add_argument(
        "--seconds",
        type=float,
        help="length of the streaming vs offline check, s (60, of block-wise files 2)",
    )
    v.add_argument(
        "--steps", type=int, nargs="+", help="only these (all, of block-wise files 1 and the most)"
    )
    v.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where the file runs (cpu)")
    w = sub.add_parser(
        "card", help="write what was measured, or any other entry of the card, into a file's contract"
    )
    w.add_argument("model", type=Path)
    card_arguments(w)
    return p


def card_arguments(p: argparse.ArgumentParser) -> None:
    """Adds the options that fill the entries of the model card."""
    p.add_argument("--name", help="model name in the contract (at first the output's stem)")
    p.add_argument("--model-version", dest="version", help="model version in the contract (1)")
    p.add_argument("--license", help="licence of the weights (unspecified)")
    p.add_argument("--description", help="one line for `realtime-cli info`")
    p.add_argument("--trained-on", help="what data, with its licences")
    p.add_argument("--scores", type=Path, help="JSON file with an object of measured scores")


def card(a: argparse.Namespace) -> dict[str, Any]:
    """The entries of the card that were given."""
    given = {key: getattr(a, key) for key in ("name", "version", "license", "description", "trained_on")}
    if a.scores is not None:
        try:
            given["scores"] = json.loads(a.scores.read_text())
        except json.JSONDecodeError as error:
            raise ValueError(f"{a.scores} is not JSON: {error}") from None
        except OSError as error:
            raise ValueError(f"{a.scores}: {error.strerror}") from None
    return {key: value for key, value in given.items() if value is not None}


def run_convert(a: argparse.Namespace) -> int:
    """Runs `export-onnx convert`. Returns the exit code."""
    from export.block_samplers import sampler_of
    from export.blockwise import convert_blockwise
    from export.convert import convert
    from export.graph import StepsError
    from trainer.networks.checkpoint import load_model, with_upper_band
    from trainer.networks.offline_model import OfflineModel

    if a.output.exists() and not a.overwrite:
        print(f"export-onnx: {a.output} exists; --overwrite replaces it", file=sys.stderr)
        return 2
    folder = a.output.resolve().parent  # told before minutes of work, not after
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise OSError(f"{folder} is no folder that may be written to")
    model = load_model(a.checkpoint)
    first = {"name": a.output.stem, "version": "1", "license": "unspecified"}
    if isinstance(model, OfflineModel):
        if a.upper_band is not None:
            raise ValueError("--upper-band is for streaming models, and this is a whole-file model")
        if a.batch != 1:
            raise StepsError(f"--batch {a.batch}: a block-wise file enhances one stream")
        sizes = {key: getattr(a, key) for key in ("hop_frames", "ahead_frames", "fade_frames")}
        options = {key: getattr(a, key) for key in ("predictor", "corrector", "corrector_steps", "snr")}
        sampler = sampler_of(model, a.sampler, a.max_steps, options)
        spec = convert_blockwise(
            model, a.output, a.default_steps, first | card(a), sampler, frames=a.block_frames, **sizes
        )
        told(a.output, spec)
        return 0
    if a.upper_band is not None:
        model = with_upper_band(model, a.upper_band)
    max_steps = len(model.times) if a.max_steps is None else a.max_steps
    default_steps = max_steps if a.default_steps is None else a.default_steps
    spec = convert(model, a.output, max_steps, default_steps, first | card(a), a.batch)
    told(a.output, spec)
    return 0


def told(output: Path, spec: ModelSpec) -> None:
    """One line about a file that was written."""
    size = output.stat().st_size / 1e6
    streams = f"{spec.streams} streams, " if spec.streams > 1 else ""
    print(
        f"{output}: {size:.1f} MB, {streams}{spec.max_steps} steps, {len(spec.states)} states,"
        f" latency {spec.latency} samples"
    )


def run_card(a: argparse.Namespace) -> int:
    """Runs `export-onnx card`. Returns the exit code."""
    from dataclasses import replace

    from export.convert import read_spec, rewrite_spec

    spec = replace(read_spec(a.model), **card(a))
    rewrite_spec(a.model, spec)
    print(spec.to_json())
    return 0


def run_verify(a: argparse.Namespace) -> int:
    """Runs `export-onnx verify`. Returns 0 if every finding is within its limit, else 1."""
    from export.verify import verify
    from trainer.networks.checkpoint import load_model, with_upper_band
    from trainer.networks.score_model import ScoreModel

    if a.seconds is not None and not a.seconds >= 1:
        print(f"export-onnx: --seconds {a.seconds:g} must be 1 or more", file=sys.stderr)
        return 2
    if a.upper_band is not None and a.checkpoint is None:
        print("export-onnx: --upper-band goes with --checkpoint, the low band", file=sys.stderr)
        return 2
    model = None if a.checkpoint is None else load_model(a.checkpoint)
    if a.upper_band is not None:
        if not isinstance(model, ScoreModel):
            raise ValueError("--upper-band is for streaming models, and this is a whole-file model")
        model = with_upper_band(model, a.upper_band)
    findings = verify(a.model, model, a.seconds, steps=a.steps, device=a.device)
    for f in findings:
        verdict = "" if f.limit is None else ("ok  " if f.passed else "FAIL") + f" (limit {f.limit:g})"
        print(f"{f.what:<58} {f.value:>10.3g} {f.unit:<8} {verdict}")
    return 0 if all(f.passed for f in findings) else 1


def main(arguments: list[str] | None = None) -> None:
    """Runs `export-onnx`. Raises SystemExit with the exit codes above; errors are one sentence on stderr."""
    a = parser().parse_args(arguments)
    try:
        from export.graph import StepsError

        code = {"convert": run_convert, "verify": run_verify, "card": run_card}[a.command](a)
    except ImportError as error:
        print(f"export-onnx: {error}: install the extra 'export'", file=sys.stderr)
        code = 1
    except (FileNotFoundError, ValueError) as error:
        print(f"export-onnx: {error}", file=sys.stderr)
        code = 2 if isinstance(error, StepsError) else 3
    except (OSError, RuntimeError) as error:
        print(
            f"export-onnx: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
            file=sys.stderr,
        )
        code = 1
    except KeyboardInterrupt:
        code = 130
    raise SystemExit(code)


if __name__ == "__main__":
    main()
