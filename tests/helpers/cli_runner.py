"""Runs the real command in a process of its own."""

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from realtime.cli import main as cli

CLI = [sys.executable, "-m", "realtime"]
CLI_SHELL = f"'{sys.executable}' -m realtime"
IN_CI = any(os.environ.get(name, "") not in ("", "0", "false") for name in ("CI", "KLARSTROM_CI"))


def run(*arguments, input=b"", **options):
    """-> CompletedProcess with bytes on both outputs."""
    return subprocess.run(
        [*CLI, *map(str, arguments)], input=input, capture_output=True, timeout=120, **options
    )


def call(*arguments):
    """The same command in this process, which is quicker -> exit code, stdout, stderr."""
    out, text = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(text):
        try:
            code = cli.run([*map(str, arguments)])
        except SystemExit as error:  # argparse
            code = error.code
    return code, out.getvalue(), text.getvalue()


def start(*arguments, **options):
    """A process with pipes; SIGINT works in it even where the tests run in the background of a shell."""
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0) | options
    restore = dict(preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    return subprocess.Popen([*CLI, *map(str, arguments)], **pipes, **restore)


def shell(line, **options):
    """A pipeline; fails if any of its parts does."""
    return subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, timeout=120, **options)


def need(*binaries):
    """Skips on a machine without them; in CI they are not optional."""
    missing = [name for name in binaries if shutil.which(name) is None]
    if missing and IN_CI:
        pytest.fail(f"CI must have {', '.join(missing)}")
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")


def speechlike(count, rate=16000, seed=0):
    """float32 [n]: tones and noise below 3 kHz, swelling like syllables; fades in and out, peaks near 0.5."""
    t = np.arange(count) / rate
    random = np.random.default_rng(seed)
    x = sum(
        np.sin(2 * np.pi * f * t + p) / k
        for k, (f, p) in enumerate(zip(random.uniform(150, 3000, 6), random.uniform(0, 6, 6), strict=True), 1)
    )
    x = x * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * t))
    fade = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.02 * rate))
    return (0.2 * x * fade).astype(np.float32)


def s16(samples):
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes()


def from_s16(data):
    return np.frombuffer(data, "<i2").astype(np.float32) / 32768
