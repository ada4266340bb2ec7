"""PCM and WAV headers: whatever a pipe may carry, in pieces of any size."""

import io
import itertools
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from realtime.audio.pcm import PcmError, PcmFormat, PcmReader, WavHeader, decode, encode, wav_header
from realtime.audio.recognise import detect

ENCODINGS = {"s16": "PCM_16", "s24": "PCM_24", "s32": "PCM_32", "f32": "FLOAT"}


def noise(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, count).astype(np.float32)


def read_wav(data: bytes, piece: int) -> tuple[WavHeader, np.ndarray]:
    """All of a WAV, fed `piece` bytes at a time."""
    header, reader, frames = WavHeader(), None, []
    for start in range(0, len(data), piece):
        part: bytes | None = data[start : start + piece]
        if reader is None:
            part = header.feed(part)
            if part is None:
                continue
            reader = PcmReader(header.format, header.data_bytes, header.doubtful)
        frames.append(reader.feed(part))
    return header, np.concatenate(frames)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_decoding_agrees_with_libsndfile(encoding):
    x = noise(1000).reshape(-1, 2)
    file = io.BytesIO()
    soundfile.write(file, x, 44100, ENCODINGS[encoding], format="WAV")
    header, frames = read_wav(file.getvalue(), 7)
    assert (
        header.format.encoding == encoding
        and header.format.sample_rate == 44100
        and header.format.channels == 2
    )
    expected, _ = soundfile.read(io.BytesIO(file.getvalue()), dtype="float32")
    np.testing.assert_array_equal(frames, expected)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_libsndfile_reads_our_wav(encoding, channels):
    x = noise(999 * channels).reshape(-1, channels)
    format = PcmFormat(encoding, 22050, channels, wav=True, channel_mask=7 if channels == 3 else 0)
    body = encode(x, encoding)
    y, rate = soundfile.read(
        io.BytesIO(wav_header(format, len(body)) + body), dtype="float32", always_2d=True
    )
    assert rate == 22050 and y.shape == x.shape
    np.testing.assert_allclose(y, x, atol={"s16": 2**-15, "s24": 2**-23, "s32": 2**-23, "f32": 0}[encoding])
    again = WavHeader()
    again.feed(wav_header(format, len(body)))
    assert again.format == format and again.data_bytes == len(body)


@pytest.mark.parametrize("encoding", ["s16", "s24", "f32"])
def test_decoded_bytes_encode_to_themselves(encoding):
    data = encode(noise(4096), encoding)
    assert encode(decode(data, encoding), encoding) == data


def test_every_16_bit_value_survives():
    data = np.arange(-32768, 32768).astype("<i2").tobytes()
    assert encode(decode(data, "s16"), "s16") == data


@pytest.mark.parametrize(("encoding", "top"), [("s16", 2**15 - 1), ("s24", 2**23 - 1), ("s32", 2**31 - 1)])
def test_over_full_scale_is_clipped_and_never_wraps(encoding, top):
    back = decode(encode(np.array([1.0, 1.5, -1.0, -1.5], np.float32), encoding), encoding)
    np.testing.assert_allclose(back, [top / (top + 1)] * 2 + [-1.0] * 2, atol=1e-7)


@given(cuts=st.lists(st.integers(0, 603), max_size=12), encoding=st.sampled_from(sorted(ENCODINGS)))
def test_pieces_of_any_size_give_the_same_frames(cuts, encoding):
    data = encode(noise(300), encoding)[:603]
    format = PcmFormat(encoding, 16000, 2)
    whole = PcmReader(format)
    expected = whole.feed(data)
    reader = PcmReader(format)
    edges = [0, *sorted(cuts), len(data)]
    frames = np.concatenate([reader.feed(data[a:b]) for a, b in itertools.pairwise(edges)])
    np.testing.assert_array_equal(frames, expected)
    assert reader.leftover_bytes == whole.leftover_bytes == len(data) % format.frame_bytes


@pytest.mark.parametrize("size", [0, 0x7FFFF000, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF - 36])
def test_placeholder_sizes_mean_to_the_end(size):
    x = encode(noise(500), "s16")
    data = wav_header(PcmFormat("s16", 16000, 1, wav=True))[:-4] + struct.pack("<I", size) + x
    header, frames = read_wav(data, 64)
    assert (header.data_bytes is None or header.doubtful) and len(frames) == 500


def test_chunks_around_the_data_are_not_audio():
    x = encode(noise(500), "s16")
    head = wav_header(PcmFormat("s16", 16000, 1, wav=True), len(x))
    note = b"LIST" + struct.pack("<I", 5) + b"hello\0"  # odd chunks are padded
    data = head[:12] + note + head[12:-8] + note + head[-8:] + x + note
    for piece in (1, 13, 4096):
        header, frames = read_wav(data, piece)
        np.testing.assert_array_equal(frames[:, 0], decode(x, "s16"))
    assert header.data_bytes == len(x)


def test_an_empty_file_with_chunks_after_its_data_is_empty():
    head = wav_header(PcmFormat("s16", 16000, 1, wav=True), 0)
    note = b"LIST" + struct.pack("<I", 4) + b"note"
    data = head[:4] + struct.pack("<I", len(head) + len(note) - 8) + head[8:] + note
    header, frames = read_wav(data, 64)
    assert header.data_bytes == 0 and len(frames) == 0


def test_rf64_has_its_size_elsewhere():
    x = encode(noise(500), "s16")
    head = wav_header(PcmFormat("s16", 16000, 1, wav=True))
    ds64 = b"ds64" + struct.pack("<IQQQI", 28, 0, len(x), 500, 0)
    _, frames = read_wav(b"RF64" + head[4:12] + ds64 + head[12:] + x + b"LIST\4\0\0\0junk", 50)
    assert len(frames) == 500


def wav(tag=1, channels=1, rate=16000, frame=2, bits=16, first=b"RIFF") -> bytes:
    fmt = struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits)
    return first + b"\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data\xff\xff\xff\xff"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (wav(first=b"RIFX"), "not WAV"),
        (wav(tag=6, bits=8, frame=1), "format 6 with 8 bits"),
        (wav(tag=1, bits=8, frame=1), "format 1 with 8 bits"),
        (wav(channels=0, frame=0), "0 channels"),
        (wav(rate=0), "0 Hz"),
        (wav(frame=4), "4 bytes a frame"),
        (wav()[:12] + wav()[-8:], "before its fmt"),
        (wav()[:12] + b"junk\xff\xff\xff\x7f", "damaged"),
        (wav()[:12] + b"fmt \4\0\0\0abcd", "4 bytes; 16"),
    ],
)
def test_bad_headers_are_refused_with_a_sentence(data, words):
    with pytest.raises(PcmError, match=words):
        WavHeader().feed(data)


def test_detection_by_the_first_bytes():
    assert detect(b"RIFF") == "wav" and detect(b"\0\0\1\0") == "s16le" and detect(b"") == "s16le"
    for magic, name in (
        (b"fLaC", "FLAC"),
        (b"OggS", "Ogg"),
        (b"ID3\x04", "MP3"),
        (b"\0\0\0\x20ftypM4A ", "MP4"),
    ):
        with pytest.raises(PcmError, match=name):
            detect(magic)


def test_sizes_beyond_four_gigabytes_become_placeholders():
    header = wav_header(PcmFormat("s16", 16000, 1, wav=True), 5_000_000_000)
    assert header[4:8] == header[-4:] == b"\xff\xff\xff\xff"
