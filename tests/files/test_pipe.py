"""`realtime-cli pipe` as a process among processes."""

import os
import pty
import signal
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from realtime.engine.enhancer import Enhancer
from tests.helpers.cli_runner import CLI, CLI_SHELL, from_s16, need, run, s16, shell, speechlike, start


def streamed(model, samples, **options):
    enhancer = Enhancer(model, **options)
    return np.concatenate([enhancer.process(samples), enhancer.flush()])


def test_raw_pipe_is_the_enhancer(model):
    x = from_s16(s16(speechlike(16000 + 77)))
    done = run("pipe", "--model", model, "--seed", 5, "--steps", 2, input=s16(x))
    assert done.returncode == 0
    assert done.stdout == s16(streamed(model, x, seed=5, steps=2))
    assert b"s16le, 16000 Hz, 1 channel" in done.stderr


def test_without_a_command_it_is_a_pipe(model):
    x = s16(speechlike(3200))
    expected = run("pipe", "--model", model, "--steps", 1, "-q", input=x)
    done = run("--steps", 1, "--model", model, "-q", input=x)
    assert done.returncode == 0 and len(done.stdout) == len(x) and done.stdout == expected.stdout
    assert done.stderr == b""


def test_float_pipe(model):
    x = speechlike(4000)
    done = run("--model", model, "--format", "f32le", input=x.tobytes())
    assert done.stdout == streamed(model, x).tobytes()


def test_output_format_may_differ(model):
    x = speechlike(4000)
    done = run("--model", model, "--format", "f32le", "--output-format", "s16le", input=x.tobytes())
    assert done.stdout == s16(streamed(model, x))


def test_each_channel_is_enhanced_by_itself(model):
    left, right = from_s16(s16(speechlike(8000))), from_s16(s16(speechlike(8000, seed=1)))
    done = run("--model", model, "--channels", 2, input=s16(np.stack([left, right], 1)))
    y = from_s16(done.stdout).reshape(-1, 2)
    np.testing.assert_array_equal(y[:, 0], from_s16(s16(streamed(model, left))))
    np.testing.assert_array_equal(y[:, 1], from_s16(s16(streamed(model, right))))


def test_mono_mixes_down(model):
    left, right = from_s16(s16(speechlike(8000))), from_s16(s16(speechlike(8000, seed=1)))
    done = run("--model", model, "--channels", 2, "--mono", input=s16(np.stack([left, right], 1)))
    assert done.stdout == s16(streamed(model, (left + right) / 2))


@pytest.mark.parametrize(("rate", "count"), [(8000, 4001), (22050, 9999), (44100, 20000), (48000, 24001)])
def test_as_many_samples_out_as_in_at_any_rate(model, rate, count):
    x = s16(speechlike(count, rate))
    done = run("--model", model, "--rate", rate, input=x)
    assert len(done.stdout) == len(x)
    assert np.abs(from_s16(done.stdout)).max() > 0.01


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_compensated_delay_aligns(model, rate):
    """With an attenuation limit of 0 dB the engine passes its input, so alignment shows as equality."""
    x = from_s16(s16(speechlike(rate // 2, rate)))
    done = run("--model", model, "--rate", rate, "--attenuation-limit", 0, "--compensate-delay", input=s16(x))
    y = from_s16(done.stdout)
    assert len(y) == len(x)
    np.testing.assert_allclose(y, x, atol=3e-4)


def test_pieces_of_any_size_give_the_same_bytes(model):
    x = s16(speechlike(8000))
    expected = run("--model", model, "--channels", 2, input=x).stdout
    random = np.random.default_rng(3)
    process = start("--model", model, "--channels", 2, "-q")
    position = 0
    while position < len(x):
        step = int(random.integers(1, 900))
        process.stdin.write(x[position : position + step])
        position += step
    process.stdin.close()
    assert process.stdout.read() == expected and process.wait(20) == 0
    close(process)


@pytest.mark.parametrize("rate", [16000, 48000])
def test_a_hop_comes_out_before_the_next_goes_in(model, rate):
    """Waits for one hop at most beyond what it gives: what goes in later cannot be in the pipe yet."""
    hop = rate // 100
    x = s16(speechlike(10 * hop, rate))
    process = start("--model", model, "--rate", rate, "-q")
    given = 0
    for k in range(10):
        process.stdin.write(x[2 * hop * k : 2 * hop * (k + 1)])
        while given < 2 * hop * (k if rate != 16000 else k + 1):
            given += len(read_some(process))
    process.stdin.close()
    assert given + len(process.stdout.read()) == len(x)
    assert process.wait(20) == 0
    close(process)


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_writes_the_tail(model, sign, code):
    x = s16(speechlike(1000))  # six hops and a part of one
    process = start("--model", model)
    process.stdin.write(x)
    got = b""
    while len(got) < 2 * 960:
        got += read_some(process)
    process.send_signal(sign)
    rest, text = process.communicate(timeout=20)
    assert process.returncode == code
    assert got + rest == s16(streamed(model, from_s16(x)))
    assert b"Traceback" not in text


def test_a_closed_stderr_puts_no_text_into_the_audio(model, tmp_path):
    x = s16(speechlike(1000))
    (tmp_path / "x.raw").write_bytes(x)
    done = shell(f"{CLI_SHELL} --model '{model}' < '{tmp_path}/x.raw' > '{tmp_path}/y.raw' 2>&-")
    assert done.returncode == 0
    assert (tmp_path / "y.raw").read_bytes() == s16(streamed(model, from_s16(x)))


def test_a_closed_stdout_is_called_closed(model):
    done = shell(f"head -c 3200 /dev/zero | {CLI_SHELL} --model '{model}' >&-")
    assert done.returncode == 2 and b"standard output is closed" in done.stderr


def test_a_reader_that_goes_away_ends_it_quietly(model):
    process = start("--model", model)
    process.stdin.write(s16(speechlike(1600)))
    read_some(process)
    process.stdout.close()
    try:
        while process.poll() is None:
            process.stdin.write(s16(speechlike(1600)))
    except BrokenPipeError:
        pass
    assert process.wait(20) == 0
    text = process.stderr.read()
    assert b"Traceback" not in text and b"rror" not in text
    close(process)


def read_some(process, seconds=30.0):
    """What is there to read, once there is something."""
    import select

    assert select.select([process.stdout], [], [], seconds)[0], "no output came"
    data = os.read(process.stdout.fileno(), 1 << 16)
    assert data, process.stderr.read()
    return data


def close(process):
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()


def wav_bytes(samples, rate=16000, subtype="PCM_16"):
    import io

    file = io.BytesIO()
    soundfile.write(file, samples, rate, subtype, format="WAV")
    return file.getvalue()


def read_wav(data):
    """Samples after a header whose sizes are placeholders: libsndfile reads to the end."""
    import io

    return soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32", "FLOAT"])
def test_wav_in_is_wav_out_of_the_same_kind(model, subtype, tmp_path):
    data = wav_bytes(speechlike(5001), subtype=subtype)
    done = run("--model", model, input=data)
    assert done.returncode == 0 and done.stdout[4:8] == b"\xff\xff\xff\xff"
    y, rate = read_wav(done.stdout)
    assert rate == 16000 and y.shape == (5001, 1)
    # to a file that can be sought in, the sizes are written in the end
    with open(tmp_path / "out.wav", "wb") as target:
        subprocess.run([*CLI, "--model", model, "-q"], input=data, stdout=target, check=True)
    info = soundfile.info(tmp_path / "out.wav")
    assert (info.frames, info.subtype) == (5001, subtype)
    assert (tmp_path / "out.wav").stat().st_size == int.from_bytes(
        (tmp_path / "out.wav").read_bytes()[4:8], "little"
    ) + 8


def test_appending_to_a_file_leaves_what_was_there(model, tmp_path):
    target = tmp_path / "log.bin"
    target.write_bytes(b"precious")
    with open(target, "ab") as file:
        subprocess.run(
            [*CLI, "--model", model, "-q"], input=wav_bytes(speechlike(1600)), stdout=file, check=True
        )
    assert target.read_bytes().startswith(b"preciousRIFF\xff\xff\xff\xff")


def test_ffmpeg_pipe(model, tmp_path):
    need("ffmpeg")
    soundfile.write(
        tmp_path / "in.flac", np.stack([speechlike(44100, 44100), speechlike(44100, 44100, 1)], 1), 44100
    )
    line = (
        f"ffmpeg -v error -i {tmp_path}/in.flac -f wav - | {CLI_SHELL} --model {model} --steps 2 "
        f"| ffmpeg -v error -i - {tmp_path}/out.flac"
    )
    done = shell(line)
    assert done.returncode == 0, done.stderr
    info = soundfile.info(tmp_path / "out.flac")
    assert (info.frames, info.samplerate, info.channels) == (44100, 44100, 2)
    y, _ = soundfile.read(tmp_path / "out.flac")
    assert (np.abs(y).max(0) > 0.01).all()


@pytest.mark.parametrize("codec", ["pcm_s24le", "pcm_f32le"])
def test_ffmpeg_pipe_with_other_samples_and_many_channels(model, tmp_path, codec):
    need("ffmpeg")
    soundfile.write(tmp_path / "in.wav", np.stack([speechlike(4800, 48000)] * 6, 1), 48000)
    line = (
        f"ffmpeg -v error -i {tmp_path}/in.wav -c:a {codec} -f wav - | {CLI_SHELL} --model {model} "
        f"| ffmpeg -v error -i - -c:a copy {tmp_path}/out.wav"
    )
    done = shell(line)
    assert done.returncode == 0, done.stderr
    info = soundfile.info(tmp_path / "out.wav")
    assert (info.frames, info.channels) == (4800, 6)
    y, _ = soundfile.read(tmp_path / "out.wav")
    assert (y == y[:, :1]).all()  # equal channels stay equal


def test_ffmpeg_raw_pipe(model, tmp_path):
    need("ffmpeg")
    soundfile.write(tmp_path / "in.wav", speechlike(16000), 16000)
    done = shell(
        f"ffmpeg -v error -i {tmp_path}/in.wav -f s16le - | {CLI_SHELL} --model {model} "
        f"| ffmpeg -v error -f s16le -ar 16000 -ac 1 -i - {tmp_path}/out.wav"
    )
    assert done.returncode == 0, done.stderr
    x, _ = soundfile.read(tmp_path / "in.wav", dtype="float32")
    y, _ = soundfile.read(tmp_path / "out.wav", dtype="float32")
    np.testing.assert_array_equal(y, from_s16(s16(streamed(model, x))))


def test_sox_pipe(model, tmp_path):
    need("sox")
    soundfile.write(tmp_path / "in.wav", np.stack([speechlike(48000, 48000)] * 2, 1), 48000)
    done = shell(
        f"sox {tmp_path}/in.wav -t wav - | {CLI_SHELL} --model {model} --mono | sox -t wav - {tmp_path}/out.wav"
    )
    assert done.returncode == 0, done.stderr
    info = soundfile.info(tmp_path / "out.wav")
    assert (info.frames, info.samplerate, info.channels) == (48000, 48000, 1)


def test_head_of_an_endless_pipe(model):
    """The usual way in which a reader goes away."""
    done = shell(f"head -c 2000000 /dev/urandom | {CLI_SHELL} --model {model} -q | head -c 3200 | wc -c")
    assert b"Traceback" not in done.stderr and done.stdout.strip() == b"3200"


@pytest.mark.parametrize(
    ("arguments", "input", "code", "words"),
    [
        (["--steps", "99"], b"", 2, "steps is 99"),
        (["--attenuation-limit", "-3"], b"", 2, "-3.0"),
        (["--rate", "0"], b"", 2, "--rate 0 must be 1 or more"),
        (["--rate", "100"], b"\0\0", 2, "rate is 100:"),
        (["--channels", "-2"], b"", 2, "--channels -2 must lie in 1 ... 64"),
        (["--format", "mp3"], b"", 2, "invalid choice: 'mp3'"),
        (["--frobnicate"], b"", 2, "--frobnicate"),
        (
            ["--rate", "48000"],
            wav_bytes(np.zeros(9)),
            2,
            "--rate 48000 contradicts the WAV header",
        ),
        (["--channels", "2"], wav_bytes(np.zeros(9)), 2, "--channels 2 contradicts"),
        ([], b"fLaC" + bytes(100), 1, "the input is FLAC"),
        ([], wav_bytes(np.zeros(9))[:30], 1, "ended inside its WAV header"),
        (["--format", "wav"], b"no audio at all", 1, "not WAV"),
        (["--device", "cuda"], b"", 1, "CUDA"),
    ],
)
def test_errors_are_one_sentence_and_a_code(model, arguments, input, code, words):
    if "cuda" in arguments and has_cuda(model):
        pytest.skip("this machine has CUDA")
    done = run(*arguments, "--model", model, input=input)
    assert done.returncode == code and done.stdout == b""
    text = done.stderr.decode()
    assert words in text and "Traceback" not in text


def has_cuda(model):
    return Enhancer(model).device == "cuda"


@pytest.mark.parametrize("content", [None, b"not onnx"])
def test_bad_models_are_code_3(content, tmp_path):
    path = tmp_path / "bad.onnx"
    if content is not None:
        path.write_bytes(content)
    done = run("--model", path, input=b"\0\0")
    assert done.returncode == 3 and str(path) in done.stderr.decode() and b"Traceback" not in done.stderr


def test_a_cut_frame_is_told(model):
    done = run("--model", model, "--channels", 2, input=bytes(4 * 100 + 3))
    assert done.returncode == 0 and len(done.stdout) == 400 and b"3 bytes" in done.stderr


def test_faults_of_the_input_are_told(model):
    x = speechlike(1600)
    x[800] = np.nan
    done = run("--model", model, "--format", "f32le", input=x.tobytes())
    assert done.returncode == 0 and b"1 samples that were not finite" in done.stderr
    assert np.isfinite(np.frombuffer(done.stdout, "<f4")).all()


def test_no_input_is_no_output(model):
    done = run("--model", model, input=b"")
    assert done.returncode == 0 and done.stdout == b""


def test_a_terminal_gets_help():
    master, slave = pty.openpty()
    done = subprocess.run(CLI, stdin=slave, capture_output=True, timeout=20)
    assert done.returncode == 2 and done.stdout == b"" and b"lists all commands" in done.stderr
    examples = [line for line in done.stderr.decode().splitlines() if line.startswith("  ")]
    assert len(examples) == 4 and all("realtime-cli" in line for line in examples)
    done = subprocess.run([*CLI, "pipe"], stdin=slave, capture_output=True, timeout=20)
    assert done.returncode == 2 and b"standard input is a terminal" in done.stderr
    os.close(master)
    os.close(slave)


HEAVY = {"torch", "sounddevice", "soundfile", "PySide6", "pyqtgraph", "scipy", "trainer", "export", "gui"}


def test_a_pipe_loads_no_torch_no_sound_library_no_window(model):
    code = (
        "import sys\nfrom realtime.cli.main import run\n"
        f"assert run(['pipe', '-q', '--rate', '48000', '--model', {str(model)!r}]) == 0\n"
        f"sys.stderr.write(' '.join({HEAVY!r} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], input=bytes(9600), capture_output=True, timeout=60)
    assert done.returncode == 0 and len(done.stdout) == 9600 and done.stderr == b"", done.stderr
