"""What a pipe is given by mistake is named; samples are never taken for it."""

import io
import struct

import numpy as np
import pytest
import soundfile

from realtime.audio.pcm import PcmError
from realtime.audio.recognise import ENOUGH, detect, is_sound
from tests.helpers.cli_runner import need, run, s16, shell, speechlike

BEGINNINGS = {
    "ASF": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
    "NIST": b"NIST_1A\n   1024\n",
    "VOC": b"Creative Voice File\x1a",
    "WavPack": b"wvpk\x20\x10\0\0\x10\x04\0\0",
    "AMR": b"#!AMR\n\x3c\0\0\0\0\0",
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0",
    "ZIP": b"PK\3\4\x14\0",
    "MP4": b"\0\0\0\x1cftypM4A ",
    "Matroska": b"\x1aE\xdf\xa3\x9fB",
    "MP3": b"ID3\4\0\0\0\0",
    "text": "Größe: 3 §\n".encode(),
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_what_names_itself_is_refused_with_the_conversion(name):
    data = BEGINNINGS[name]
    if name != "text":
        data += np.random.default_rng(3).bytes(400)
    with pytest.raises(PcmError, match=name) as caught:
        detect(data)
    assert "ffmpeg -i FILE -f wav" in str(caught.value)


@pytest.mark.parametrize(("format", "subtype"), [("MP3", "MPEG_LAYER_III"), ("FLAC", None), ("OGG", None)])
def test_compressed_sound_is_named_with_and_without_a_header(format, subtype):
    file = io.BytesIO()
    soundfile.write(file, speechlike(48000), 16000, subtype, format=format)
    data = file.getvalue()[:ENOUGH]
    assert is_sound(data)
    with pytest.raises(PcmError):
        detect(data)


@pytest.mark.parametrize(
    "options", ["-c:a aac -f adts", "-c:a mp2 -f mp2", "-f mpegts", "-c:a aac -f latm", "-f mp3"]
)
def test_streams_without_a_name_end_before_any_noise(model, tmp_path, options):
    need("ffmpeg")
    soundfile.write(tmp_path / "a.wav", speechlike(32000), 16000)
    made = shell(f"ffmpeg -v error -i '{tmp_path}/a.wav' {options} '{tmp_path}/b'")
    assert made.returncode == 0, made.stderr
    done = run("--model", model, input=(tmp_path / "b").read_bytes())
    assert done.returncode == 1 and done.stdout == b"" and b"ffmpeg -i" in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("seed", range(200))
def test_samples_are_not_taken_for_anything(seed):
    """Also where the first two look like the sync word of MP3 or AAC."""
    random = np.random.default_rng(seed)
    data = s16(random.uniform(-1, 1, ENOUGH // 2).astype(np.float32) * 10.0 ** random.uniform(-4, 0))
    assert detect(data) == "s16le"
    for sync in (b"\xff\xfb\x90\x64", b"\xff\xf1\x50\x80", b"\x56\xe0\x40", b"\x47"):
        looks = sync + data[len(sync) :]
        assert detect(looks) == "s16le"


def test_what_is_told_to_be_samples_is_taken_as_samples(model):
    data = b"text that somebody wants to hear" * 10
    done = run("--model", model, "--format", "s16le", "-q", input=data)
    assert done.returncode == 0 and len(done.stdout) == len(data)


def test_a_mov_without_its_brand_is_told_by_its_boxes():
    with pytest.raises(PcmError, match="MP4"):
        detect(struct.pack(">I", 5000) + b"moov" + bytes(300))
