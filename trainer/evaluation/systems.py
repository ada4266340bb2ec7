"""Systems under test: a folder of enhanced files, a checkpoint through its sampler, an exported file through the engine.

A system is described by plain values, so that each worker process can open it for itself.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trainer.networks.offline_model import OfflineModel
    from trainer.networks.score_model import ScoreModel

CHECKPOINTS = (".ckpt", ".safetensors")


@dataclass(frozen=True)
class Folder:
    """Files that another program enhanced, or the noisy ones themselves."""

    name: str
    folder: Path


@dataclass(frozen=True)
class Model:
    """A model file with a number of steps."""

    name: str
    path: Path
    steps: int
    device: str = "cpu"  # cpu or cuda


@dataclass(frozen=True)
class Enhanced:
    """One enhanced signal and what it cost."""

    x_hat: np.ndarray  # float32 [S], as long as the noisy signal
    nfe: int  # network calls for all of it, of an exported file for each hop
    compute_s: float  # processor time of one thread on the CPU, wall-clock time on a GPU


# (noisy float32 [S] at the rate, seed) -> Enhanced
Enhance = Callable[[np.ndarray, int], Enhanced]


def step_counts(path: Path) -> tuple[int, int]:
    """(default, most) diffusion steps of a model file. Raises ValueError or FileNotFoundError in one sentence."""
    if path.suffix == ".onnx":
        from realtime.engine.session import Session

        spec = Session(path, "cpu").spec
        return spec.default_steps, spec.max_steps
    if path.suffix in CHECKPOINTS:
        most = len(_checkpoint(path, "cpu").times)
        return most, most
    raise ValueError(f"{path} is no model file: it must end in .onnx, {' or '.join(CHECKPOINTS)}")


@functools.lru_cache(maxsize=2)
def _checkpoint(path: Path, device: str) -> ScoreModel | OfflineModel:
    from trainer.networks.checkpoint import load_model

    model = load_model(path)
    try:
        return model.to(device)
    except (AssertionError, RuntimeError) as error:  # a torch without CUDA, or without a driver
        raise ValueError(
            f"device '{device}' cannot be used by torch here ({str(error).splitlines()[0]}); 'cpu' always can"
        ) from None


@functools.lru_cache(maxsize=4)
def open_model(model: Model) -> tuple[Enhance, int]:
    """Opens a model in this process, on one thread. Returns (enhance, its sample rate in Hz)."""
    enhance, rate = (_open_onnx if model.path.suffix == ".onnx" else _open_checkpoint)(model)
    enhance(
        np.random.default_rng(0).standard_normal(rate // 2).astype(np.float32) * 0.01, 0
    )  # the first call is slow
    return enhance, rate


def _open_onnx(model: Model) -> tuple[Enhance, int]:
    from realtime.engine.enhancer import Enhancer
    from realtime.engine.session import Session

    session, clock = Session(model.path, model.device), _clock(model.device)
    # a corrector calls the network too
    calls = model.steps * int(session.spec.extra.get("calls_per_step", 1))

    def enhance(y: np.ndarray, seed: int) -> Enhanced:
        enhancer = Enhancer(session, model.steps, seed=seed)
        start = clock()
        x_hat = enhancer.enhance(y)
        return Enhanced(x_hat, calls, clock() - start)

    return enhance, session.spec.sample_rate


def _open_checkpoint(model: Model) -> tuple[Enhance, int]:
    import torch

    torch.set_num_threads(1)
    network, clock = _checkpoint(model.path, model.device), _clock(model.device)
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    network.network.register_forward_hook(count)

    def enhance(y: np.ndarray, seed: int) -> Enhanced:
        nonlocal calls
        torch.manual_seed(seed)
        calls, start = 0, clock()
        x_hat = network.enhance(torch.from_numpy(y)[None].to(model.device), model.steps)[0].cpu().numpy()
        return Enhanced(x_hat, calls, clock() - start)

    return enhance, network.spectrogram.sample_rate


def _clock(device: str) -> Callable[[], float]:
    # processor time leaves out what other processes took from this core
    return time.process_time if device == "cpu" else time.perf_counter
