"""Quality measures: SI-SDR is ours (five lines), PESQ, ESTOI and DNSMOS come from their libraries.

A `Measure` may give several numbers at once (`columns`); `NAMES` says how each is called in tables, and in all
of them more is better. The measures of the libraries work at 16 kHz on float arrays [S], full scale ±1.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import math
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:  # the measures of the libraries need no torch
    from torch import Tensor

SAMPLE_RATE = 16000  # Hz; PESQ and DNSMOS know no higher one
QUIET = 1e-5  # below this RMS (-100 dBFS) a reference counts as silence

NAMES = {  # column -> heading, unit
    "si_sdr": ("SI-SDR", "dB"),
    "pesq_wb": ("PESQ-WB", ""),
    "pesq_nb": ("PESQ-NB", ""),
    "estoi": ("ESTOI", ""),
    "sig": ("DNSMOS SIG", ""),
    "bak": ("DNSMOS BAK", ""),
    "ovrl": ("DNSMOS OVRL", ""),
    "p808": ("DNSMOS P.808", ""),
    "sig_first": ("SIG, first window", ""),
    "bak_first": ("BAK, first window", ""),
    "ovrl_first": ("OVRL, first window", ""),
}


class Unscorable(ValueError):
    """This measure has no value for this signal; the message says why."""


def si_sdr(x: Tensor, x_hat: Tensor) -> Tensor:
    """Scale-invariant signal-to-distortion ratio in dB, mean removed (arXiv 1811.02508). [B, S] -> [B]."""
    x = x - x.mean(1, keepdim=True)
    x_hat = x_hat - x_hat.mean(1, keepdim=True)
    target = (x * x_hat).sum(1, keepdim=True) / (x.square().sum(1, keepdim=True) + 1e-12) * x
    distortion = (x_hat - target).square().sum(1)
    return 10 * ((target.square().sum(1) + 1e-12) / (distortion + 1e-12)).log10()


def _si_sdr(x: np.ndarray, x_hat: np.ndarray) -> tuple[float]:
    import torch

    _needs_sound(x)
    if not np.any(x_hat):  # the formula gives 0 dB, better than many a noisy file
        raise Unscorable("the enhanced signal is silent")
    clean, enhanced = (torch.from_numpy(np.asarray(a, np.float64))[None] for a in (x, x_hat))
    return (float(si_sdr(clean, enhanced)),)


def pesq(x: np.ndarray, x_hat: np.ndarray, mode: str = "wb") -> float:
    """PESQ MOS-LQO of 16 kHz signals [S]: wide-band ("wb", ITU-T P.862.2) or narrow-band ("nb", P.862.1).

    The two scales cannot be compared. A signal longer than a minute is cut into equal parts of at most half a
    minute, whose mean is returned: P.862 is meant for such lengths, and its program has room for 50 utterances and
    crashes at more. Raises Unscorable where it finds no utterance.
    """
    _needs_sound(x)
    if not np.any(x_hat):
        raise Unscorable("the enhanced signal is silent")
    if len(x) <= 60 * SAMPLE_RATE:
        return _pesq(x, x_hat, mode)
    parts = -(-len(x) // (30 * SAMPLE_RATE))
    values = []
    for x_part, x_hat_part in zip(np.array_split(x, parts), np.array_split(x_hat, parts), strict=True):
        with contextlib.suppress(Unscorable):
            values.append(_pesq(x_part, x_hat_part, mode))
    if not values:
        raise Unscorable("no part of the signal has an utterance")
    return float(np.mean(values))


def _pesq(x: np.ndarray, x_hat: np.ndarray, mode: str) -> float:
    import pesq as library

    try:
        return float(library.pesq(SAMPLE_RATE, x, x_hat, mode))
    except (library.NoUtterancesError, library.BufferTooShortError) as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise Unscorable(reason or type(error).__name__) from None
    except ValueError as error:  # not a number: silence, on one side of a part
        raise Unscorable(str(error)) from None


def estoi(x: np.ndarray, x_hat: np.ndarray) -> float:
    """Extended short-time objective intelligibility of 16 kHz signals [S], about 0 ... 1.

    Raises Unscorable for signals with less than about 0.4 s of speech.
    """
    from pystoi import stoi

    _needs_sound(x)
    with warnings.catch_warnings():
        # the library answers 1e-5 then, which would pass for a measurement
        warnings.filterwarnings("error", "Not enough STFT frames", RuntimeWarning)
        try:
            return float(stoi(x, x_hat, SAMPLE_RATE, extended=True))
        except RuntimeWarning:
            raise Unscorable("less than about 0.4 s of speech") from None


@functools.cache
def _dnsmos() -> Any:
    """The library's scorer on one thread: its own sessions would take all cores in each process."""
    from pathlib import Path

    from speechmos import dnsmos as library

    from realtime.engine.onnx_runtime import ort

    class Scorer(library.DNSMOS):  # type: ignore[misc]  # speechmos has no types
        def __init__(self) -> None:
            options = ort.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.log_severity_level = 3
            self.onnx_sess, self.p808_onnx_sess = (
                ort.InferenceSession(
                    str(Path(library.__file__).parent / "dnsmos_models" / name),
                    options,
                    providers=["CPUExecutionProvider"],
                )
                for name in ("sig_bak_ovr.onnx", "model_v8.onnx")
            )

    return Scorer()


def dnsmos(x_hat: np.ndarray) -> tuple[float, float, float, float]:
    """DNSMOS of a 16 kHz signal [S]: P.835 SIG, BAK, OVRL and P.808 MOS, 1 ... 5; no reference is used.

    Samples beyond full scale are clipped, as a sound card would.
    """
    if len(x_hat) == 0:
        raise Unscorable("no samples")
    found = _dnsmos()(np.clip(x_hat, -1, 1).astype(np.float32), SAMPLE_RATE, False)
    sig, bak, overall, p808 = (float(found[name]) for name in ("sig_mos", "bak_mos", "ovrl_mos", "p808_mos"))
    return sig, bak, overall, p808


def dnsmos_first(x_hat: np.ndarray) -> tuple[float, float, float]:
    """DNSMOS P.835 SIG, BAK, OVRL of the first 9.01 s alone, of a 16 kHz signal [S] repeated until it is so long.

    The library takes the mean over windows each second of the repeated signal: several times the work for files
    that are shorter than a window, and some 0.01 away on average. Scores of the two ways should not be mixed.
    """
    if len(x_hat) == 0:
        raise Unscorable("no samples")
    window = np.resize(np.clip(x_hat, -1, 1).astype(np.float32), int(9.01 * SAMPLE_RATE))
    raw = _dnsmos().onnx_sess.run(None, {"input_1": window[None]})[0][0]
    sig, bak, overall = (float(value) for value in _dnsmos().get_polyfit_val(*raw, False))
    return sig, bak, overall


def _needs_sound(x: np.ndarray) -> None:
    if len(x) == 0 or math.sqrt(float(np.mean(np.square(x, dtype=np.float64)))) < QUIET:
        raise Unscorable("the clean reference is silent")


@dataclass(frozen=True)
class Measure:
    """How a number, or several at once, come from a pair of signals."""

    columns: tuple[str, ...]
    call: Callable[[np.ndarray, np.ndarray], tuple[float, ...]]  # (x, x_hat) -> one number a column
    modules: tuple[str, ...]  # what must be importable

    @property
    def missing(self) -> str | None:
        """Why it cannot be computed here, or None."""
        for module in self.modules:
            try:
                importlib.import_module(module)
            except ImportError as error:
                absent = error.name or module
                return f"the package {absent} is not installed: pip install 'klarstrom[metrics]'"
        return None


MEASURES = {
    "si_sdr": Measure(("si_sdr",), _si_sdr, ("torch",)),
    "pesq_wb": Measure(("pesq_wb",), lambda x, x_hat: (pesq(x, x_hat, "wb"),), ("pesq",)),
    "pesq_nb": Measure(("pesq_nb",), lambda x, x_hat: (pesq(x, x_hat, "nb"),), ("pesq",)),
    "estoi": Measure(("estoi",), lambda x, x_hat: (estoi(x, x_hat),), ("pystoi",)),
    "dnsmos": Measure(("sig", "bak", "ovrl", "p808"), lambda _, x_hat: dnsmos(x_hat), ("speechmos.dnsmos",)),
    "dnsmos_first": Measure(
        ("sig_first", "bak_first", "ovrl_first"), lambda _, x_hat: dnsmos_first(x_hat), ("speechmos.dnsmos",)
    ),
}
DEFAULT = tuple(name for name in MEASURES if name != "dnsmos_first")


def columns(measures: Iterable[str]) -> list[str]:
    """The names of all numbers that these measures give, in the order of MEASURES."""
    wanted = set(measures)
    return [column for name, measure in MEASURES.items() if name in wanted for column in measure.columns]


def score(x: np.ndarray, x_hat: np.ndarray, measures: Iterable[str]) -> tuple[dict[str, float], list[str]]:
    """All numbers for one pair of 16 kHz signals [S], and notes on those that are NaN because they have no value."""
    scores: dict[str, float] = {}
    notes: list[str] = []
    broken = None if np.isfinite(x_hat).all() else "the enhanced signal holds samples that are no numbers"
    for name in measures:
        measure = MEASURES[name]
        try:
            if broken:
                raise Unscorable(broken)
            values = measure.call(x, x_hat)
        except Unscorable as reason:
            values = (math.nan,) * len(measure.columns)
            notes.append(f"{name}: {reason}")
        scores.update(zip(measure.columns, values, strict=True))
    return scores, notes
