"""The model that files and pipes get by their rate, with the models that are shipped."""

import numpy as np
import pytest
import soundfile
import soxr

from realtime.demo import CLIP
from realtime.engine.enhancer import Enhancer
from tests.helpers.cli_runner import call, from_s16, run, s16


def speech(rate, seconds=2.0):
    """Noisy speech with a tone at 11 kHz that comes and goes with it, where the rate has room for one."""
    clip, native = soundfile.read(CLIP, dtype="float32", frames=round(16000 * seconds))
    x = clip if rate == native else soxr.resample(clip, native, rate, "VHQ").astype(np.float32)
    if rate > 22000:
        x = x + 0.3 * np.abs(x) * np.sin(2 * np.pi * 11000 / rate * np.arange(len(x))).astype(np.float32)
    return x.astype(np.float32)


def level_above(x, rate, edge=8500):
    """dB of what lies above `edge` Hz."""
    spectrum = np.abs(np.fft.rfft(x)) ** 2
    return 10 * np.log10(spectrum[np.fft.rfftfreq(len(x), 1 / rate) > edge].sum() / len(x) ** 2 + 1e-20)


@pytest.mark.parametrize("rate", [48000, 44100])
def test_a_file_of_a_high_rate_keeps_what_lies_above_8_khz(tmp_path, rate):
    soundfile.write(tmp_path / "a.wav", speech(rate), rate)
    levels = {}
    for band in ("auto", "full", "wide"):
        code, _, told = call("file", tmp_path / "a.wav", "-o", tmp_path / f"{band}.wav", "--band", band)
        assert code == 0 and ("klarstrom-16k" if band == "wide" else "klarstrom-48k") in told, told
        y, found = soundfile.read(tmp_path / f"{band}.wav")
        assert found == rate and len(y) == 2 * rate
        levels[band] = level_above(y, rate)
    assert levels["auto"] == levels["full"] > levels["wide"] + 30, levels


def test_a_folder_of_both_rates_gets_both_models(tmp_path):
    for rate in (16000, 48000):
        (tmp_path / "in").mkdir(exist_ok=True)
        soundfile.write(tmp_path / f"in/{rate}.wav", speech(rate, 0.5), rate)
    code, _, told = call("file", tmp_path / "in", "-o", tmp_path / "out")
    assert code == 0
    for rate, model in ((16000, "klarstrom-16k"), (48000, "klarstrom-48k")):
        (line,) = [line for line in told.splitlines() if f"{rate}.wav" in line and f"({model})" in line]
        x, _ = soundfile.read(tmp_path / f"in/{rate}.wav", dtype="float32")
        y, _ = soundfile.read(tmp_path / f"out/{rate}.wav", dtype="float32")
        assert line and np.array_equal(y, from_s16(s16(Enhancer(model).enhance(x))))


def test_raw_audio_has_16_khz_unless_it_is_told(tmp_path):
    for rate, arguments, model in (
        (16000, (), "klarstrom-16k"),
        (48000, ("--rate", 48000), "klarstrom-48k"),
        (48000, ("--band", "full"), "klarstrom-48k"),
        (48000, ("--rate", 48000, "--band", "wide"), "klarstrom-16k"),
    ):
        done = run("pipe", *arguments, input=s16(speech(rate, 0.2)))
        told = done.stderr.decode()
        assert done.returncode == 0 and f"s16le, {rate} Hz" in told and model in told, told


def test_a_band_beside_a_model_is_refused(model, tmp_path):
    soundfile.write(tmp_path / "a.wav", speech(16000, 0.1), 16000)
    code, _, told = call(
        "file", tmp_path / "a.wav", "-o", tmp_path / "b.wav", "--model", model, "--band", "full"
    )
    assert code == 2 and "leave it out where one is named" in told
    assert not (tmp_path / "b.wav").exists()
