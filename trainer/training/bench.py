"""`trainer bench`: how fast one training step is on this machine, on plain and on fused operators."""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor

from trainer.diffusion.sde import OUVESDE
from trainer.fused.choice import OperatorChoice, put_on_operators
from trainer.fused.memory import keep_freed_memory
from trainer.networks.recurrence import RECURRENCES
from trainer.networks.score_model import ScoreModel
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.streaming import StreamingNet
from trainer.training.objective import path_loss

LOSSES = {"compressed": 1.0, "over_suppression": 0.8, "multi_resolution": 1.0, "si_sdr": 0.05}
CHOICES = ("plain", "fused", "fused-bfloat16")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `trainer bench`."""
    parser.add_argument(
        "--blocks", type=int, default=7, help="blocks of the network (default: 7, as it ships)"
    )
    parser.add_argument("--channels", type=int, default=64, help="its channels (default: 64)")
    parser.add_argument(
        "--recurrence",
        choices=sorted(RECURRENCES),
        default="qrnn",
        help="its recurrence (default: qrnn, as it ships)",
    )
    parser.add_argument("--batch", type=int, default=8, help="examples of a step (default: 8)")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of an example, s (default: 2)")
    parser.add_argument("--threads", type=int, default=1, help="processor threads (default: 1)")
    parser.add_argument(
        "--steps", type=int, default=5, help="steps that are timed, after two that are not (default: 5)"
    )
    parser.add_argument(
        "--operators", nargs="+", choices=CHOICES, default=list(CHOICES), help="what to time (default: all)"
    )


def run(given: argparse.Namespace) -> str:
    """A table: seconds of a step, times real time, the ratio to plain, and where the time goes."""
    if (
        min(given.blocks, given.channels, given.batch, given.threads, given.steps) < 1
        or not 0 < given.seconds < 60
    ):
        raise ValueError(
            "blocks, channels, batch, threads and steps must be at least 1, seconds above 0 and below 60"
        )
    keep_freed_memory()
    torch.set_num_threads(given.threads)
    audio = given.batch * given.seconds
    rows = [
        f"one training step of {given.batch} x {given.seconds:g} s, {given.channels} channels x {given.blocks} blocks, "
        f"{given.threads} thread{'s' * (given.threads > 1)}, median of {given.steps}",
        f"{'operators':16}{'step, s':>9}{'x real time':>13}{'x plain':>9}   encode | forward | loss | backward | update, s",
    ]
    plain: float | None = None
    for choice in given.operators:
        try:
            parts = time_step(given, choice)
        except ValueError as error:
            rows.append(f"{choice:16}{error}")
            continue
        whole = sum(parts)
        plain = whole if choice == "plain" else plain
        ratio = f"{plain / whole:.2f}" if plain else "-"
        rows.append(
            f"{choice:16}{whole:9.3f}{audio / whole:13.1f}{ratio:>9}   "
            + " | ".join(f"{part:.3f}" for part in parts)
        )
    return "\n".join(rows)


def time_step(given: argparse.Namespace, choice: str) -> list[float]:
    """Median seconds of each part of a step, by the clock: encode, forward, loss, backward, optimiser."""
    torch.manual_seed(1)
    front = Spectrogram(window_length=640, synthesis_length=320, hop_length=160, factor=1.0, release=1.0)
    network = StreamingNet(
        bins=front.bins, channels=given.channels, blocks=given.blocks, heads=max(1, given.channels // 16), stride=8,
        recurrence=given.recurrence,
    )  # fmt: skip
    model = ScoreModel(front, OUVESDE(sigma_max=0.35), network, (1.0, 0.25, 0.12, 0.06)).train()
    put_on_operators(network, cast(OperatorChoice, choice), torch.device("cpu"))
    optimiser = torch.optim.AdamW(model.parameters(), 1e-4)
    samples = round(given.seconds * front.sample_rate) // front.hop_length * front.hop_length
    clean, noise = (0.1 * torch.randn(given.batch, samples) for _ in range(2))
    timed = [_step(model, optimiser, clean, clean + noise) for _ in range(given.steps + 2)][2:]
    return [sorted(part)[len(part) // 2] for part in zip(*timed, strict=True)]


def _step(model: ScoreModel, optimiser: torch.optim.Optimizer, clean: Tensor, noisy: Tensor) -> list[float]:
    marks = [time.perf_counter()]

    def mark(*_: object) -> None:
        marks.append(time.perf_counter())

    with torch.no_grad():
        y, x, _, _ = model.spectrogram.encode(noisy, clean)
    mark()
    handle = model.network.register_forward_hook(mark)
    loss = path_loss(model, x, y, LOSSES, most=1)["loss"]
    handle.remove()
    mark()
    loss.backward()
    mark()
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    mark()
    return [b - a for a, b in pairwise(marks)]
