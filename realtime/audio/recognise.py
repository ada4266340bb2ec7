"""What a stream is, by its first bytes: WAV, samples without a name, or something that is no PCM at all."""

from __future__ import annotations

from realtime.audio.pcm import PcmError

HEAD = 12  # bytes that name most files
ENOUGH = 4096  # bytes that tell compressed sound without a header from samples

# name -> what files of it begin with
_MAGIC: dict[str, tuple[bytes, ...]] = {
    "FLAC": (b"fLaC",),
    "Ogg": (b"OggS",),
    "MP3": (b"ID3\2", b"ID3\3", b"ID3\4"),
    "AIFF": (b"FORM",),
    "CAF": (b"caff",),
    "big-endian WAV": (b"RIFX",),
    "W64": (b"riff",),
    "AU": (b".snd", b"dns."),
    "Matroska or WebM": (b"\x1aE\xdf\xa3",),
    "ASF (WMA, WMV)": (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")[:12],),
    "NIST SPHERE": (b"NIST_1A",),
    "VOC": (b"Creative Voi",),
    "WavPack": (b"wvpk",),
    "AMR": (b"#!AMR",),
    "AC-3": (b"\x0b\x77",),
    "DTS": (b"\x7f\xfe\x80\x01", b"\xfe\x7f\x01\x80"),
    "Monkey's Audio": (b"MAC ",),
    "True Audio": (b"TTA1", b"TTA2"),
    "Musepack": (b"MPCK", b"MP+"),
    "DSD": (b"DSD ", b"FRM8"),
    "TAK": (b"tBaK",),
    "RealMedia": (b".RMF", b".ra\xfd"),
    "AAC": (b"ADIF",),
    "IRCAM": (b"\x64\xa3\1\0", b"\x64\xa3\2\0", b"\x64\xa3\3\0"),
    "AVR": (b"2BIT",),
    "PVF": (b"PVF1",),
    "PAF": (b" paf", b"fap "),
    "XI": (b"Extended Ins",),
    "MIDI": (b"MThd",),
    "MPEG": (b"\0\0\1\xba", b"\0\0\1\xb3"),
    "Flash video": (b"FLV\1",),
    "PNG": (b"\x89PNG",),
    "JPEG": (b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1", b"\xff\xd8\xff\xdb", b"\xff\xd8\xff\xee"),
    "GIF": (b"GIF87a", b"GIF89a"),
    "TIFF": (b"II*\0", b"MM\0*"),
    "PDF": (b"%PDF-",),
    "gzip": (b"\x1f\x8b\x08",),
    "bzip2": (b"BZh1", b"BZh2", b"BZh3", b"BZh4", b"BZh5", b"BZh6", b"BZh7", b"BZh8", b"BZh9"),
    "xz": (b"\xfd7zXZ\0",),
    "Zstandard": (b"\x28\xb5\x2f\xfd",),
    "LZ4": (b"\x04\x22\x4d\x18",),
    "a ZIP archive": (b"PK\3\4", b"PK\5\6"),
    "a 7z archive": (b"7z\xbc\xaf\x27\x1c",),
    "a RAR archive": (b"Rar!\x1a\x07",),
    "a program": (b"\x7fELF", b"MZ\x90\0", b"\xcf\xfa\xed\xfe"),
    "an SQLite database": (b"SQLite forma",),
    "a NumPy array": (b"\x93NUMPY",),
    "MATLAB": (b"MATLAB 5.0",),
    "HDF5": (b"\x89HDF",),
    "text": (b"\xef\xbb\xbf", b"\xff\xfe<\0", b"\xfe\xff\0<"),
}  # fmt: skip
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"styp", b"moof", b"pnot", b"skip", b"free")
_SOUND = frozenset({
    "FLAC", "Ogg", "MP3", "AIFF", "CAF", "W64", "AU", "ASF", "NIST", "VOC", "WavPack", "AMR", "AC-3", "DTS", "Monkey's",
    "True", "Musepack", "DSD", "TAK", "RealMedia", "AAC", "IRCAM", "AVR", "PVF", "PAF", "XI", "MP4", "Matroska",
})  # fmt: skip
_SHORTEST_TEXT = 4


def named(head: bytes) -> str | None:
    """What calls itself by its first bytes: a phrase for the user, `WAV` for RIFF and RF64; None if nothing does."""
    if head[:4] in (b"RIFF", b"RF64"):
        return "WAV"
    if head[4:8] in _MP4_BOXES and int.from_bytes(head[:4], "big") >= 8:
        return "MP4"
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return "BMP"
    for name, beginnings in _MAGIC.items():
        if head.startswith(beginnings):
            return name
    return None


def is_sound(head: bytes) -> bool:
    """Does it begin as a sound file does, whatever its name says? head: ENOUGH bytes where there are so many."""
    name = named(head) or framed(head) or ""
    return (name == "WAV" and head[8:12] == b"WAVE") or name.split(" ")[0] in _SOUND


def framed(data: bytes) -> str | None:
    """Compressed sound that has no header but frames: told by three that follow one another."""
    for name, length in (("MP3", _mpeg_frame), ("AAC", _adts_frame), ("AAC (LATM)", _loas_frame)):
        position = frames = 0
        while frames < 3 and (step := length(data[position : position + 8])):
            position, frames = position + step, frames + 1
        if frames == 3 or (frames == 2 and position >= len(data)):
            return name
    if len(data) > 376 and data[0] == data[188] == data[376] == 0x47:
        return "an MPEG transport stream"
    if data[257:262] == b"ustar":
        return "a tar archive"
    return "text" if _is_text(data) else None


def may_be_framed(data: bytes) -> bool:
    """Is it worth reading on before it is taken for samples?"""
    return bool(_mpeg_frame(data) or _adts_frame(data) or _loas_frame(data)) or data[:1] == b"\x47"


_KBITS = {
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}  # (version, layer) as in the header -> kbit/s by index, from 1


def _mpeg_frame(b: bytes) -> int:
    """Length of the MPEG audio frame that begins here; 0 if none does."""
    if len(b) < 4 or b[0] != 0xFF or b[1] & 0xE0 != 0xE0:
        return 0
    version, layer, bitrate, rate = b[1] >> 3 & 3, b[1] >> 1 & 3, b[2] >> 4, b[2] >> 2 & 3
    if version == 1 or layer == 0 or bitrate in (0, 15) or rate == 3:
        return 0
    table = _KBITS[3 if version == 3 else 2, layer if version == 3 or layer == 3 else 2]
    hz = (44100, 48000, 32000)[rate] >> {3: 0, 2: 1, 0: 2}[version]
    bits, padding = 1000 * table[bitrate - 1], b[2] >> 1 & 1
    if layer == 3:
        return (12 * bits // hz + padding) * 4
    return (72 if layer == 1 and version != 3 else 144) * bits // hz + padding


def _adts_frame(b: bytes) -> int:
    if len(b) < 6 or b[0] != 0xFF or b[1] & 0xF6 != 0xF0 or b[2] >> 2 & 15 > 12:
        return 0
    length = (b[3] & 3) << 11 | b[4] << 3 | b[5] >> 5
    return length if length > 7 else 0


def _loas_frame(b: bytes) -> int:
    if len(b) < 3 or b[0] != 0x56 or b[1] & 0xE0 != 0xE0:
        return 0
    return ((b[1] & 0x1F) << 8 | b[2]) + 3


def _is_text(data: bytes) -> bool:
    """Nothing but what a text file holds. Samples are not so for long: one in a hundred streaks of 4 is."""
    if len(data) < _SHORTEST_TEXT:
        return False
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(data) - 3 or error.reason != "unexpected end of data":
            return False
        text = data[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\t\n\r\f" for character in text)


def detect(head: bytes) -> str:
    """The format of a stream from its first bytes, HEAD or more: `wav` for RIFF, `s16le` for what carries no name.

    Raises PcmError for compressed sound, other containers, pictures, archives and text, which would else be played as
    noise.
    """
    name = named(head)
    if name == "WAV":
        return "wav"
    name = name or framed(head)
    if name:
        raise PcmError(
            f"the input is {name}; a pipe takes s16le, f32le or WAV: decode it first, `ffmpeg -i FILE -f wav - | "
            "realtime-cli`, or use `realtime-cli file`; samples that only look so are told by --format s16le"
        )
    return "s16le"
