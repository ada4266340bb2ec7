"""Random inputs at every door: never a traceback, a hang or a lost stream.

Some 12 s in all, two minutes in .ci/run; KLARSTROM_FUZZ_S=600 takes ten. What Hypothesis finds it keeps in .hypothesis,
and each failure prints the line that repeats it. The seeds of former faults stand as examples.
"""

import contextlib
import dataclasses
import functools
import io
import json
import os
import struct
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gui.state.settings import Settings as Stored
from gui.state.settings import load as load_settings
from realtime.audio.pcm import PcmError, PcmReader, WavHeader, wav_header
from realtime.audio.pcm import PcmFormat as Format
from realtime.audio.recognise import detect, framed, is_sound, named
from realtime.engine.channels import ChannelBank
from realtime.engine.contract import ContractError, ModelSpec
from realtime.engine.enhancer import Enhancer
from realtime.engine.mix import MODES
from realtime.engine.session import Session
from realtime.engine.settings import EngineSettings
from realtime.files import sources
from realtime.files.foreign import ForeignError
from realtime.files.mended import mended
from realtime.files.pipe import PipeOptions, StopOnInterrupt, run_pipe
from realtime.files.sources import SourceError, open_sound
from tests.helpers.cli_runner import speechlike
from tests.helpers.engine_models import Recipe, build, contract_of

pytestmark = pytest.mark.slow
DOORS = 8
SECONDS = float(os.environ.get("KLARSTROM_FUZZ_S", "12")) / DOORS
SLOWEST_S = 5.0  # of the processor, for one input; one that waits for ever ends at pytest's timeout
RATES = (8000, 16000, 44100, 192000)


def fuzz(*strategies):
    """Runs a test on random inputs for its share of the time, however fast one is."""

    def decorate(test):
        @functools.wraps(test)  # also what Hypothesis wants to know of it: arguments and examples
        def timed(*args, **kwargs):
            start = time.process_time()
            test(*args, **kwargs)
            assert time.process_time() - start < SLOWEST_S, "an input took too long"

        often = settings(
            max_examples=200, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck)
        )
        once = often(given(*strategies)(timed))

        def run():
            deadline = time.monotonic() + SECONDS
            once()
            while time.monotonic() < deadline:
                once()

        run.__name__, run.__doc__ = test.__name__, test.__doc__
        return run

    return decorate


numbers = st.one_of(
    st.integers(0, 64),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0x7FFFF000, 0x7FFFFFFF, 2**31, 0xFFFFFFFF, 2**32 - 36]),
)
chunks = st.builds(
    lambda name, size, body: name + struct.pack("<I", len(body) if size is None else size) + body,
    st.sampled_from([b"fmt ", b"data", b"LIST", b"ds64", b"fact", b"JUNK", b"\0\0\0\0"]),
    st.one_of(st.none(), numbers),
    st.binary(max_size=64),
)
formats = st.builds(
    lambda tag, channels, rate, frame, bits: b"fmt " + struct.pack("<IHHIIHH", 16, tag, channels, rate, 0, frame, bits),
    st.sampled_from([1, 3, 6, 0xFFFE]), st.integers(0, 70), st.sampled_from([0, *RATES, 2**32 - 1]), st.integers(0, 300),
    st.sampled_from([8, 16, 24, 32, 64]),
)  # fmt: skip
wavs = st.builds(
    lambda first, riff, parts, size, sound: (
        first + struct.pack("<I", riff) + b"WAVE" + b"".join(parts) + b"data" + struct.pack("<I", size) + sound
    ),
    st.sampled_from([b"RIFF", b"RF64", b"RIFX"]), numbers, st.lists(st.one_of(chunks, formats), max_size=4), numbers,
    st.binary(max_size=600),
)  # fmt: skip


def _sounds():
    """Small files of every format, to be cut and changed."""
    made = []
    for format in sorted(soundfile.available_formats()):
        file = io.BytesIO()
        with contextlib.suppress(Exception):
            soundfile.write(file, speechlike(1600), 16000, format=format)
            made.append(file.getvalue())
    return made


@st.composite
def broken(draw):
    data = bytearray(draw(st.sampled_from(_SOUNDS)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, min(len(data) - 1, draw(st.sampled_from([64, len(data)])))))
        new = draw(st.binary(min_size=1, max_size=8))
        data[at : at + len(new)] = new
    return bytes(data[: draw(st.integers(0, len(data)))])


_SOUNDS = _sounds()
_SESSION = Session(build(Recipe(gain=0.8, echo=0.3, noise_gain=0.1)).SerializeToString(), "cpu")
_ENHANCER = Enhancer(_SESSION)


@fuzz(st.one_of(wavs, st.binary(max_size=400), broken()), st.integers(1, 700))
def test_headers_and_readers(data, piece):
    """What goes in comes out as whole frames, however it is cut; else one PcmError."""

    def whole(piece):
        header, reader, count = WavHeader(), None, 0
        for at in range(0, len(data), piece):
            part = data[at : at + piece]
            if reader is None:
                part = header.feed(part)
                if part is None:
                    continue
                reader = PcmReader(header.format, header.data_bytes, header.doubtful)
            count += len(reader.feed(part))
        return count

    try:
        expected = whole(len(data) + 1)
    except PcmError as error:
        with pytest.raises(PcmError):
            whole(piece)
        assert "\n" not in str(error)
        return
    assert whole(piece) == expected


@fuzz(st.one_of(st.binary(max_size=5000), broken(), wavs))
def test_recognition(data):
    named(data)
    framed(data)
    is_sound(data)
    try:
        assert detect(data) in ("wav", "s16le")
    except PcmError as error:
        assert "ffmpeg -i FILE" in str(error)


@fuzz(st.one_of(wavs, broken(), st.binary(max_size=2000)))
def test_the_pipe(data):
    """As many frames out as in, or one PcmError or ValueError."""
    source, feed = os.pipe()
    try:
        os.write(feed, data)  # less than a pipe holds
        os.close(feed)
        with contextlib.suppress(PcmError, ValueError), open(os.devnull, "wb") as null:
            result = run_pipe(source, null.fileno(), PipeOptions(), 16000, 160, _bank, StopOnInterrupt())
            assert result.frames >= 0 and not result.interrupted and result.missing_s >= 0
    finally:
        os.close(source)


def _bank(rate, channels):
    if channels > 2:
        raise ValueError("enough for here")
    _ENHANCER.reset()
    return ChannelBank([_ENHANCER] * channels, rate)


@fuzz(st.one_of(broken(), wavs))
def test_files(data):
    """What a file yields is finite in number, and either all of it, or told; no error but SourceError."""
    path = _path(data)
    mend = mended(path)
    if mend.file is not None:
        mend.file.close()
    before, sources.open_foreign = sources.open_foreign, _no_decoder
    try:
        with open_sound(path) as sound:
            count = 0
            while sound.sample_rate < 10**7 and len(frames := sound.read(4000)):
                assert frames.shape[1] == sound.channels
                count += len(frames)
                assert count < 10**7
    except SourceError as error:
        assert "\n" not in str(error)
    finally:
        sources.open_foreign = before


def _no_decoder(path):
    raise ForeignError("libsndfile does not read this format")


def _path(data):
    path = Path(os.environ.get("PYTEST_FUZZ_FOLDER", "/tmp")) / f"klarstrom-fuzz-{os.getpid()}"
    path.write_bytes(data)
    return path


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_FUZZ_FOLDER", str(tmp_path))


values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.integers(10**9, 10**40), st.floats(), st.text(max_size=20)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@fuzz(
    st.dictionaries(st.sampled_from(sorted(contract_of(build()))), values, max_size=4), st.text(max_size=10)
)
@example({"name": "\ud800"}, "")
@example({"latency": 10**30}, "")
@example({"sample_rate": 10**400}, "")
def test_contracts(changes, junk):
    text = json.dumps(contract_of(build()) | changes)
    for candidate in (text, text[: len(text) // 2] + junk, junk):
        try:
            spec = ModelSpec.from_metadata({"klarstrom": candidate})
        except ContractError as error:
            assert "\n" not in str(error) and len(str(error)) < 1000
        else:
            assert spec.latency <= 30 * spec.sample_rate


odd = st.sampled_from([np.nan, np.inf, -np.inf, 1e-40, -1e-45, 1e30, 3e38, -3.4e38, 0.0, 1.0, -4.0, 4.1])


@fuzz(st.lists(st.tuples(st.integers(0, 159), odd), max_size=12), st.integers(1, 4), st.integers(0, 500))
def test_hops(poison, steps, extra):
    """Whatever comes in, what goes out is sound, as long as what came in, and the stream goes on."""
    noisy = speechlike(480 + extra).copy()
    for at, value in poison:
        noisy[at] = value
    _ENHANCER.reset()
    _ENHANCER.steps = steps
    out = np.concatenate([_ENHANCER.process(noisy), _ENHANCER.process(speechlike(1600)), _ENHANCER.flush()])
    assert len(out) == len(noisy) + 1600
    assert np.isfinite(out).all() and np.abs(out).max() <= 1
    assert np.abs(out[-800:]).max() > 0.01
    assert all(np.isfinite(state).all() for state in _SESSION.states().values())


class Store:
    """What QSettings is for the window's settings."""

    def __init__(self, values):
        self.values = values

    def allKeys(self):  # noqa: N802 - Qt's name
        return list(self.values)

    def value(self, name, default=None):
        return self.values.get(name, default)


@fuzz(
    st.dictionaries(st.sampled_from([f.name for f in dataclasses.fields(Stored)]), values), st.integers(-1, 2)
)
def test_the_windows_settings(found, version):
    """Whatever a store holds, the window gets settings of the right types, and what they say is allowed."""
    loaded = load_settings(Store(found | {"version": version}))
    for field in dataclasses.fields(Stored):
        value, default = getattr(loaded, field.name), field.default
        assert default is None or isinstance(value, type(default)), field.name
    assert loaded.darkest_db < loaded.brightest_db


whole = st.one_of(st.none(), st.integers(-3, 9), values)
decibels = st.one_of(st.none(), st.integers(-200, 200), st.floats(), values)


@fuzz(
    st.lists(
        st.tuples(whole, decibels, decibels, st.one_of(st.sampled_from(MODES), st.text(max_size=9))),
        max_size=4,
    )
)
def test_control_messages(messages):
    """A setting is taken or refused in one sentence, and then the former ones hold; the stream goes on."""
    _ENHANCER.reset()
    _ENHANCER.apply(EngineSettings(steps=1))
    for message in messages:
        try:
            _ENHANCER.apply(EngineSettings(*message))
        except ValueError as error:
            assert "\n" not in str(error)
        out = _ENHANCER.process(speechlike(320))
        assert len(out) == 320 and np.isfinite(out).all() and np.abs(out).max() <= 1
    _ENHANCER.apply(EngineSettings(steps=1))
    _ENHANCER.reset()


def test_what_is_fuzzed_can_fail():
    with pytest.raises(PcmError):
        WavHeader().feed(wav_header(Format("s16", 16000, 1, wav=True)).replace(b"WAVE", b"EVAW"))
