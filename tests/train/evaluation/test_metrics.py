"""Laws of the measures: each is what its library says, or what its formula says, and tells when it has no value."""

import math
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.evaluation.metrics import (
    DEFAULT,
    MEASURES,
    NAMES,
    Unscorable,
    columns,
    dnsmos,
    dnsmos_first,
    estoi,
    pesq,
    score,
    si_sdr,
)

RATE = 16000


def voice(seconds, seed=0):
    """Syllables of a harmonic voice, float32 [S]."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    pitch = 2 * np.pi * np.cumsum(120 + 30 * np.sin(2 * np.pi * 0.7 * t)) / RATE
    x = sum(np.sin(k * pitch) / k for k in range(1, 25)) + 0.1 * rng.standard_normal(len(t))
    return (0.05 * x * np.clip(np.sin(2 * np.pi * 3 * t) + 0.3, 0, 1)).astype(np.float32)


@pytest.fixture(scope="module")
def pair():
    x = voice(9.2)
    return x, x + 0.02 * np.random.default_rng(1).standard_normal(len(x)).astype(np.float32)


# --- SI-SDR ---


@settings(max_examples=20, deadline=None)
@given(ratio=st.floats(-20, 40), gain=st.floats(0.01, 100), offset=st.floats(-1, 1))
def test_si_sdr_of_orthogonal_noise_is_the_ratio_of_powers(ratio, gain, offset):
    """Whatever the level and the mean of the estimate."""
    n = torch.arange(16000, dtype=torch.float64)
    x, noise = torch.sin(2 * math.pi * 440 * n / RATE), torch.sin(2 * math.pi * 1000 * n / RATE)
    x_hat = gain * (x + 10 ** (-ratio / 20) * noise) + offset
    assert si_sdr(x[None] + 3.0, x_hat[None]).item() == pytest.approx(ratio, abs=1e-6)


def test_si_sdr_is_that_of_torchmetrics():
    from torchmetrics.functional.audio import scale_invariant_signal_distortion_ratio

    x = torch.randn(3, 8000, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    x_hat = 0.3 * x.roll(1, 1) + 0.2 * x + 0.1
    theirs = scale_invariant_signal_distortion_ratio(x_hat, x, zero_mean=True)
    assert torch.allclose(si_sdr(x, x_hat), theirs, atol=1e-6)


# --- the libraries ---


@pytest.mark.parametrize("mode", ["wb", "nb"])
def test_pesq_is_that_of_its_library(pair, mode):
    from pesq import pesq as library

    assert pesq(*pair, mode) == library(RATE, *pair, mode)


def test_wide_and_narrow_band_pesq_are_different_columns(pair):
    scores, notes = score(*pair, ["pesq_wb", "pesq_nb"])
    assert not notes and 1 < scores["pesq_wb"] < scores["pesq_nb"] < 4.7
    assert NAMES["pesq_wb"][0] == "PESQ-WB" and NAMES["pesq_nb"][0] == "PESQ-NB"


def test_pesq_of_a_long_signal_is_the_mean_of_its_parts():
    x = np.tile(voice(6.1), 10)  # 61 s
    y = x + 0.02 * np.random.default_rng(1).standard_normal(len(x)).astype(np.float32)
    parts = [pesq(*part) for part in zip(np.array_split(x, 3), np.array_split(y, 3), strict=True)]
    assert pesq(x, y) == pytest.approx(np.mean(parts), abs=1e-9)


def test_estoi_is_that_of_its_library(pair):
    from pystoi import stoi

    theirs = stoi(*pair, RATE, extended=True)
    assert estoi(*pair) == pytest.approx(theirs, abs=1e-9)  # it adds noise of 1e-16 each time
    assert abs(estoi(*pair) - stoi(*pair, RATE, extended=False)) > 0.01


def test_dnsmos_is_that_of_its_library(pair):
    from speechmos import dnsmos as library

    theirs = library.run(pair[1], RATE)
    names = ("sig_mos", "bak_mos", "ovrl_mos", "p808_mos")
    assert dnsmos(pair[1]) == pytest.approx([theirs[name] for name in names], abs=1e-4)
    # a signal that is one window long: the first is all there is
    assert dnsmos_first(pair[1]) == pytest.approx(dnsmos(pair[1])[:3], abs=1e-6)


def test_dnsmos_takes_what_is_beyond_full_scale(pair):
    loud = 40 * pair[0]
    assert np.abs(loud).max() > 1.5
    assert dnsmos_first(loud) == dnsmos_first(np.clip(loud, -1, 1))


# --- no value ---


def test_estoi_without_speech_is_no_number():
    """The library's own answer, 1e-5, would be averaged as if it were measured."""
    x = voice(0.2)
    with pytest.raises(Unscorable, match=r"0\.4 s"):
        estoi(x, x)


@pytest.mark.parametrize("case", ["silent reference", "silent estimate", "not a number", "empty"])
def test_what_cannot_be_scored_is_nan_with_a_note(case):
    x = voice(1.0)
    y = {"silent estimate": np.zeros_like(x), "not a number": x * np.nan}.get(case, x.copy())
    if case == "silent reference":
        x = np.zeros_like(x)
    if case == "empty":
        x = y = x[:0]
    wanted = ["si_sdr", "pesq_wb", "estoi"] + ["dnsmos_first"] * (case in ("not a number", "empty"))
    scores, notes = score(x, y, wanted)
    if case == "silent estimate":
        assert notes == [f"{name}: the enhanced signal is silent" for name in ("si_sdr", "pesq_wb")]
        assert math.isnan(scores["si_sdr"]) and math.isnan(scores["pesq_wb"]) and scores["estoi"] < 0.1
    else:
        assert all(math.isnan(value) for value in scores.values())
        assert [note.split(":")[0] for note in notes] == wanted
    assert list(scores) == columns(wanted)


def test_a_missing_package_is_named(monkeypatch):
    assert all(measure.missing is None for measure in MEASURES.values())
    monkeypatch.setitem(sys.modules, "pesq", None)
    assert "package pesq is not installed" in MEASURES["pesq_wb"].missing
    assert MEASURES["estoi"].missing is None


def test_every_column_has_a_heading():
    assert set(columns(MEASURES)) == set(NAMES)
    assert set(DEFAULT) < set(MEASURES)
