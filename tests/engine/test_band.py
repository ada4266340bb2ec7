"""Which shipped model runs for which sound."""

import numpy as np
import pytest

from realtime.engine import band
from realtime.engine.band import FULL, model_for, reason
from realtime.engine.channels import BankFactory, EnhancerOptions


@pytest.mark.parametrize(
    ("chosen", "rate", "expected"),
    [
        ("auto", None, None), ("auto", 8000, None), ("auto", 22050, None), ("auto", 31999, None),
        ("auto", 32000, FULL), ("auto", 44100, FULL), ("auto", 48000, FULL), ("auto", 192000, FULL),
        ("wide", 48000, None), ("full", 16000, FULL), ("full", None, FULL),
    ],
)  # fmt: skip
def test_the_rate_of_the_sound_decides_unless_the_band_is_told(chosen, rate, expected):
    assert model_for(None, chosen, rate) == expected


def test_a_model_that_is_named_runs_at_any_rate():
    assert model_for("mine.onnx", "auto", 48000) == "mine.onnx" == model_for("mine.onnx", "auto", None)
    assert reason("mine.onnx", "auto", 48000) == "named"
    with pytest.raises(ValueError, match="band full chooses between the shipped models"):
        model_for("mine.onnx", "full", 48000)
    with pytest.raises(ValueError, match="band is 'wider': it must be one of auto, wide, full"):
        model_for(None, "wider", 48000)


def test_an_installation_without_the_full_band_file_keeps_to_the_other(monkeypatch, tmp_path):
    monkeypatch.setattr(band, "_FULL_FILE", tmp_path / "none.onnx")
    assert model_for(None, "auto", 48000) is None
    assert reason(None, "auto", 48000) == "wide band for 48000 Hz"


def test_the_reason_names_the_rate_or_the_band():
    assert reason(None, "auto", 44100) == "full band for 44100 Hz"
    assert reason(None, "auto", 16000) == "wide band for 16000 Hz"
    assert reason(None, "wide", 48000) == "band wide"


def test_one_factory_has_a_model_for_each_kind_of_file():
    factory = BankFactory(EnhancerOptions(), sample_rate=16000)
    first = factory.enhancers[0]
    assert first.spec.name == "klarstrom-16k"
    bank = factory(44100, 2)
    assert [lane.enhancer.spec.name for lane in bank.lanes] == ["klarstrom-48k"] * 2
    assert bank.process(np.zeros((4410, 2), np.float32)).shape[1] == 2
    assert factory(8000, 1).lanes[0].enhancer is first, "loaded once"
