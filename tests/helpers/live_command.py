"""`realtime-cli live` as a person starts it, and the programs around it."""

import contextlib
import subprocess
import threading

import numpy as np

from tests.helpers.audio_server import wait_until
from tests.helpers.cli_runner import start

LOUD = 0.05  # of full scale: nothing but what we play is louder


@contextlib.contextmanager
def playing(sink, folder, seconds=60, rate=16000):
    """Noise at -14 dBFS into a sink, from a program of its own.

    PulseAudio 16 aborts when a program goes that had lent it much sound: little latency, little lent.
    """
    sound = folder / "noise.raw"
    sound.write_bytes(
        (0.2 * np.random.default_rng(1).standard_normal(seconds * rate)).astype("<f4").tobytes()
    )
    process = subprocess.Popen(
        ["pacat", "--raw", "--latency-msec=60", "--format=float32le", f"--rate={rate}", "--channels=1", "-d", sink, sound],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def live(log, *arguments):
    """The running process, once it has said that it started; `log` gets its stderr. It is gone afterwards."""
    with open(log, "wb") as errors:
        process = start("live", "--mode", "bypass", *arguments, stderr=errors, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: process.poll() is not None or b"started" in log.read_bytes(), 30, "the start")
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()


def heard(command, seconds=1.0, rate=16000):
    """float32 [n] that a recording program writes to its standard output."""
    count = 4 * int(seconds * rate)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    timer = threading.Timer(seconds + 20, process.kill)
    timer.start()
    try:
        return np.frombuffer(process.stdout.read(count), "<f4")
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
