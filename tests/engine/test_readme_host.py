"""The host in CONTRACT.md is run as it stands there: nothing of ours but the model file."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from realtime.engine.enhancer import DEFAULT_MODEL, MODELS, Enhancer
from tests.helpers.cli_runner import from_s16, s16, speechlike
from tests.helpers.engine_models import Recipe, build, save

CONTRACT = Path(__file__).parents[2] / "realtime" / "CONTRACT.md"


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """Runs the page's code on a signal: (model, samples, *arguments) -> samples."""
    text = CONTRACT.read_text(encoding="utf-8")
    section = text[text.index("Host in 40 lines") :]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    assert len(code.splitlines()) <= 40
    assert not re.search(r"^\s*(import|from)\s+(realtime|trainer|export|gui|torch)\b", code, re.MULTILINE)
    folder = tmp_path_factory.mktemp("host")
    (folder / "host.py").write_text(code)

    def run(model, samples, *arguments, rate=16000):
        soundfile.write(folder / "noisy.wav", np.frombuffer(s16(samples), "<i2"), rate)
        command = [sys.executable, "host.py", model, "noisy.wav", "clean.wav", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return soundfile.read(folder / "clean.wav", dtype="int16")[0] / 32767

    return run


def test_it_computes_what_the_engine_computes(host, tmp_path):
    model = save(build(Recipe(gain=0.7, echo=0.4, step_gain=0.8)), tmp_path / "exact.onnx")
    x = from_s16(s16(speechlike(8000 + 33)))
    for steps in (None, 1, 4):
        y = host(model, x, *([] if steps is None else [str(steps)]))
        np.testing.assert_allclose(y, Enhancer(model, steps=steps).enhance(x), atol=1.01 / 32767)


def test_its_noise_has_the_contracts_variance(host, tmp_path):
    model = save(build(Recipe(gain=0.5, noise_gain=0.5)), tmp_path / "noisy.onnx")
    x = np.full(32000, 0.25, np.float32)
    z = (host(model, x, "1") / 0.125 - 1) / 0.5
    assert abs(z.mean()) < 0.02 and abs(z.var() - 0.5) < 0.02


def test_other_rates_are_refused(host, model):
    with pytest.raises(RuntimeError, match="wanted 16-bit mono at 16000 Hz"):
        host(model, speechlike(800), rate=8000)


@pytest.mark.skipif(not (MODELS / DEFAULT_MODEL).exists(), reason="no model is shipped")
def test_it_enhances_the_demo_with_the_shipped_model(host):
    noisy, _ = soundfile.read(MODELS / "demo-noisy.flac", dtype="float32")
    y, ours = host(str(MODELS / DEFAULT_MODEL), noisy), Enhancer().enhance(noisy)
    # two draws of the diffusion's noise: the same speech, not the same samples
    assert len(y) == len(noisy)
    difference = 10 * np.log10(np.square(ours).sum() / np.square(ours - y).sum())
    change = 10 * np.log10(np.square(noisy).sum() / np.square(noisy - y).sum())
    assert difference > 10 and difference > change
