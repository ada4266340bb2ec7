"""No sound is lost with exit status 0 and no word: unfinished headers, cut and damaged files, outputs that exist."""

import struct

import numpy as np
import pytest
import soundfile

from realtime.audio.pcm import PcmFormat, PcmReader, WavHeader, wav_header
from tests.helpers.cli_runner import call, run, s16, speechlike

LENGTH = 16000 * 4
SUBTYPES = {"opus": "OPUS"}
FORMATS = {"opus": "OGG"}


def write(path, count=LENGTH, rate=16000):
    ending = path.suffix[1:]
    soundfile.write(path, speechlike(count, rate), rate, SUBTYPES.get(ending), format=FORMATS.get(ending))
    return path


def file(tmp_path, model, source, target="out.wav", *more):
    return call("file", "-q", source, "-o", tmp_path / target, "--model", model, *more)


@pytest.mark.parametrize(
    ("riff", "data"),
    [
        (0, 0),
        (36, 0),
        (LENGTH * 2 + 36, 0),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0x7FFFF024, 0x7FFFF000),
        (8, 0),
        (0, 0x80000000),
    ],
)
def test_a_wav_whose_sizes_were_never_filled_in_gives_all_its_sound(model, tmp_path, riff, data):
    source = write(tmp_path / "a.wav")
    content = bytearray(source.read_bytes())
    struct.pack_into("<I", content, 4, riff)
    struct.pack_into("<I", content, 40, data)
    source.write_bytes(content)
    code, _, text = file(tmp_path, model, source)
    assert code == 0 and soundfile.info(tmp_path / "out.wav").frames == LENGTH, text
    if data == 0 and riff != 8:  # libsndfile knows that one itself
        assert "a.wav: its header was never finished" in text
    piped = run("-q", "--model", model, "--output-format", "s16le", input=bytes(content))
    assert piped.returncode == 0 and len(piped.stdout) == 2 * LENGTH


def test_other_formats_that_were_never_finished(model, tmp_path):
    cases = {
        "aiff": (b"SSND", 4, struct.pack(">I", 8)),
        "au": (b".snd", 8, bytes(4)),
        "caf": (b"data", 4, b"\xff" * 8),
    }
    for ending, (chunk, offset, size) in cases.items():
        source = write(tmp_path / f"a.{ending}")
        content = bytearray(source.read_bytes())
        at = content.find(chunk) + offset
        content[at : at + len(size)] = size
        source.write_bytes(content)
        code, _, text = file(tmp_path, model, source, f"{ending}.wav")
        assert code == 0 and "never finished" in text, (ending, text)
        found = soundfile.info(tmp_path / f"{ending}.wav").frames
        assert LENGTH <= found < LENGTH + 8, ending


def test_an_rf64_of_unknown_length_in_a_file_and_in_a_pipe(model, tmp_path):
    sound = s16(speechlike(LENGTH))
    fmt = struct.pack("<IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16)
    content = (
        b"RF64\xff\xff\xff\xffWAVEds64"
        + struct.pack("<I", 28)
        + bytes(28)
        + b"fmt "
        + fmt
        + b"data\xff\xff\xff\xff"
        + sound
    )
    (tmp_path / "a.wav").write_bytes(content)
    assert file(tmp_path, model, tmp_path / "a.wav")[0] == 0
    assert soundfile.info(tmp_path / "out.wav").frames == LENGTH
    done = run("-q", "--model", model, "--output-format", "s16le", input=content)
    assert done.returncode == 0 and len(done.stdout) == len(sound)


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3", "ogg", "opus", "aiff", "au", "caf", "w64", "sph"])
def test_what_was_cut_off_is_told_and_what_is_there_is_kept(model, tmp_path, ending):
    count = 4 * LENGTH  # a page of Ogg lasts seconds
    source = write(tmp_path / f"a.{ending}", count) if ending != "sph" else tmp_path / "a.sph"
    if ending == "sph":
        soundfile.write(source, speechlike(count), 16000, format="NIST")
    content = source.read_bytes()
    source.write_bytes(content[: len(content) // 2])
    code, _, text = file(tmp_path, model, source)
    assert code == 1 and f"a.{ending}: it" in text and ("promises" in text or "end is missing" in text), text
    assert 0.2 * count < soundfile.info(tmp_path / "out.wav").frames < 0.6 * count


def test_what_was_cut_off_before_its_first_sound_leaves_no_empty_output(model, tmp_path):
    source = write(tmp_path / "a.wav")
    source.write_bytes(source.read_bytes()[:44])
    code, _, text = file(tmp_path, model, source)
    assert code == 1 and "nothing of its sound" in text and not (tmp_path / "out.wav").exists()


def test_a_pipe_that_ends_early_is_told(model, tmp_path):
    content = write(tmp_path / "a.wav").read_bytes()
    done = run("-q", "--model", model, input=content[: len(content) // 2])
    assert done.returncode == 1 and b"ended 2.00 s before the end" in done.stderr
    assert len(done.stdout) == len(content) // 2 - len(content) // 2 % 2


def test_the_good_half_of_a_damaged_flac(model, tmp_path):
    source = write(tmp_path / "a.flac")
    content = bytearray(source.read_bytes())
    half = len(content) // 2
    content[half : half + 3000] = bytes(3000)
    source.write_bytes(content)
    code, _, text = file(tmp_path, model, source)
    assert code == 1 and "a.flac: it is shorter than it promises" in text and "4.00 s" in text
    assert soundfile.info(tmp_path / "out.wav").frames > 0.3 * LENGTH


@pytest.mark.parametrize("more", [b"", b"\0" * 3])
def test_a_chunk_behind_two_gigabytes_of_data_is_no_sound(more):
    """Sizes from 2 GiB on are what some programs write that know none: the bytes behind them decide."""
    size = 0x7FFFF000
    reader = PcmReader(PcmFormat("s16", 16000, 1), size, doubtful=True)
    reader._left = 4  # the rest of it has been read
    assert len(reader.feed(b"\1\0" * 2)) == 2 and not reader.done
    assert len(reader.feed(b"LI")) == 0
    assert len(reader.feed(b"ST\4\0\0\0abcd" + more)) == 0 and reader.done


def test_sound_behind_a_placeholder_is_sound():
    reader = PcmReader(PcmFormat("s16", 16000, 1), 0x7FFFF000, doubtful=True)
    reader._left = 4
    assert len(reader.feed(b"\1\0" * 3)) == 2
    assert len(reader.feed(b"\1\0" * 5)) == 6 and not reader.done and reader.missing_bytes == 0


def test_a_long_chunk_before_the_data_takes_no_quadratic_time():
    format = PcmFormat("s16", 16000, 1, wav=True)
    head = wav_header(format, 4)
    junk = b"JUNK" + struct.pack("<I", 16 << 20)
    header = WavHeader()
    assert header.feed(head[:12] + junk) is None
    piece = bytes(320)
    for _ in range((16 << 20) // 320):
        assert header.feed(piece) is None
    header.feed(bytes((16 << 20) % 320))
    assert len(header._bytes) < 8
    assert header.feed(head[12:] + b"abcd") == b"abcd"


def test_another_recording_in_the_output_is_never_taken_for_done(model, tmp_path):
    first, second = write(tmp_path / "a.wav"), write(tmp_path / "b.wav", LENGTH // 2)
    assert file(tmp_path, model, first) == (0, "", "")
    code, _, text = file(tmp_path, model, second)
    assert code == 1 and "is not of" in text and "--overwrite" in text
    assert soundfile.info(tmp_path / "out.wav").frames == LENGTH
    code, _, text = file(tmp_path, model, first)
    assert code == 0 and "1 of 1 exist already" in text
    assert file(tmp_path, model, second, "out.wav", "--overwrite")[0] == 0
    assert soundfile.info(tmp_path / "out.wav").frames == LENGTH // 2


@pytest.mark.parametrize(("ending", "rate"), [("wve", 44100), ("xi", 16000), ("htk", 44100), ("svx", 96000)])
def test_formats_that_would_say_another_rate_are_refused(model, tmp_path, ending, rate):
    source = write(tmp_path / "a.wav", rate, rate)
    code, _, text = file(tmp_path, model, source, f"out.{ending}")
    assert code == 1 and "Hz" in text and not (tmp_path / f"out.{ending}").exists()


def test_a_format_that_holds_the_rate_is_written(model, tmp_path):
    assert file(tmp_path, model, write(tmp_path / "a.wav", 8000, 8000), "out.wve")[0] == 0
    assert soundfile.info(tmp_path / "out.wve").samplerate == 8000


def test_a_file_of_nothing_is_called_empty(model, tmp_path):
    (tmp_path / "a.mp3").write_bytes(b"")
    code, _, text = file(tmp_path, model, tmp_path / "a.mp3")
    assert code == 1 and "it is empty: 0 bytes" in text and not (tmp_path / "out.wav").exists()


def test_zero_samples_stay_zero_samples(model, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 16000)
    assert file(tmp_path, model, tmp_path / "a.wav") == (0, "", "")
