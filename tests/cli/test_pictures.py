"""`realtime-cli compare` and the pictures of `demo`."""

import io
import re

import numpy as np
import pytest
import soundfile
from PIL import Image

from realtime.cli.picture import HEADER, HIGH, LEFT, Titled, colours, level_db, png, spectrograms
from tests.helpers.cli_runner import call, speechlike

WIDE = 400


def tone(hertz, seconds=2, rate=16000):
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(seconds * rate) / rate)).astype(np.float32)


def brightness(image, column=0, row=0):
    """float [HIGH, WIDE] of one spectrogram."""
    top, left = HEADER + row * (HEADER + HIGH), LEFT + column * (LEFT + WIDE)
    return np.asarray(image).astype(float).sum(-1)[top : top + HIGH, left : left + WIDE]


def test_levels_are_decibels_of_full_scale():
    level = level_db(tone(1000, 1), 512, 80)
    middle = level[len(level) // 2]
    assert np.argmax(middle) == 32 and middle.max() == pytest.approx(-6.02, abs=0.01)


def test_the_colour_scale_only_gets_lighter():
    light = colours(np.linspace(0, 1, 256)).astype(float) @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(light) > 0).all()


@pytest.mark.parametrize("side_by_side", [False, True])
def test_a_tone_is_drawn_at_its_place(side_by_side):
    pictures = [Titled("noisy", tone(2000), 16000), Titled("enhanced", 0 * tone(2000), 16000)]
    image = spectrograms(pictures, WIDE, side_by_side)
    assert abs(np.argmax(brightness(image).mean(1)) - 0.75 * HIGH) < 4  # 2 of 8 kHz, counted from the bottom
    second = brightness(image, *((1, 0) if side_by_side else (0, 1)))
    assert len(np.unique(second)) == 1  # silence is one colour
    assert Image.open(io.BytesIO(png(image))).size == image.size


def test_axes_are_shared():
    """Half as long and a third of the rate: the left half of the lower third; paper elsewhere."""
    pictures = [Titled("a", tone(2000, 2, 48000), 48000), Titled("b", tone(2000, 1, 16000), 16000)]
    image = spectrograms(pictures, WIDE, side_by_side=True)
    paper = brightness(image, 1) == 250 + 250 + 248
    high = round(HIGH / 3)
    assert paper[: HIGH - high].all() and paper[:, WIDE // 2 :].all()
    assert not paper[HIGH - high :, : WIDE // 2].any()
    rows = [
        int(np.argmax(brightness(image, k)[:, 20:180].mean(1) * (~paper[:, 50] if k else 1))) for k in (0, 1)
    ]
    assert abs(rows[0] - rows[1]) < 4  # one scale of frequency


def test_compare_writes_a_picture_and_levels(tmp_path):
    first, second = tmp_path / "before.wav", tmp_path / "after.flac"
    sound = speechlike(32000)
    soundfile.write(first, sound, 16000)
    soundfile.write(second, 0.5 * sound, 16000)
    code, text, errors = call("compare", first, second, "-o", tmp_path / "c.png")
    assert code == 0, errors
    with Image.open(tmp_path / "c.png") as image:
        assert image.format == "PNG" and image.width > 1.5 * image.height
    lines = text.splitlines()
    assert lines[0].endswith("before.wav") and lines[1].endswith("after.flac") and lines[-1].endswith("c.png")
    levels = [float(re.search(r"(-[\d.]+) dBFS", line)[1]) for line in lines[:2]]
    assert levels[0] - levels[1] == pytest.approx(6, abs=0.2)
    assert re.search(r"level change +-6\.0 dB in speech pauses, -6\.0 dB overall", text)


def test_recordings_that_do_not_lie_on_each_other_have_no_change(tmp_path):
    soundfile.write(tmp_path / "a.wav", speechlike(8000), 8000)
    soundfile.write(tmp_path / "b.wav", speechlike(16000), 16000)
    code, text, _ = call("compare", tmp_path / "a.wav", tmp_path / "b.wav", "-o", tmp_path / "c.png")
    assert code == 0 and "level change" not in text and (tmp_path / "c.png").is_file()


def test_what_cannot_be_compared_is_one_sentence(tmp_path):
    soundfile.write(tmp_path / "a.wav", speechlike(8000), 8000)
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), 8000)
    for other, word in (("none.wav", "none.wav"), ("empty.wav", "holds nothing")):
        code, text, errors = call("compare", tmp_path / "a.wav", tmp_path / other, "-o", tmp_path / "c.png")
        assert code in (1, 2) and word in errors and errors.count("\n") == 1 and text == ""
    assert not (tmp_path / "c.png").exists()
