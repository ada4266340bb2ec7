"""A sound server of our own in a folder of its own: real PulseAudio or PipeWire, no hardware."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.helpers.cli_runner import IN_CI, need


def need_portaudio():
    try:
        import sounddevice  # noqa: F401
    except OSError as error:
        if IN_CI:
            pytest.fail(f"CI must have PortAudio: {error}")
        pytest.skip(f"PortAudio: {error}")


def wait_until(true, seconds=10.0, what="it"):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds:g} s")
        time.sleep(0.02)


class AudioServer:
    """Environment variables of this process lead to it while it is open."""

    AWAKE: tuple[str, ...] = ()  # makes a null sink that nobody uses move its blocks as a sound card does

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="ks-"))
        self.processes = []
        self.changed = {}

    def environment(self, **values):
        for name, value in values.items():
            self.changed.setdefault(name, os.environ.get(name))
            os.environ[name] = str(value)

    def spawn(self, *arguments, **options):
        log = open(self.folder / f"{Path(arguments[0]).name}.log", "ab")  # noqa: SIM115
        process = subprocess.Popen(arguments, stdout=log, stderr=log, **options)
        log.close()
        self.processes.append(process)
        return process

    def pactl(self, *arguments):
        done = subprocess.run(["pactl", *arguments], capture_output=True, text=True, timeout=10)
        assert done.returncode == 0, f"pactl {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def answers(self):
        done = subprocess.run(["pactl", "info"], capture_output=True, timeout=10)
        return done.returncode == 0

    def hurry(self):
        """Real-time priority for the threads that serve programs: what is measured is us, not a server that starves.

        To be called once the server runs: PulseAudio resets its own priority as it starts.
        """
        for process in self.processes:
            with contextlib.suppress(OSError):
                os.sched_setscheduler(process.pid, os.SCHED_RR, os.sched_param(5))

    def sink(self, name, rate=16000, sleeps=False):
        """sleeps: it may move in blocks of two seconds while nobody uses it, as PulseAudio's null sinks do."""
        return self.pactl("load-module", "module-null-sink", f"sink_name={name}", f"rate={rate}", "channels=1",
                          "channel_map=mono", "format=float32le", *(() if sleeps else self.AWAKE))  # fmt: skip

    def source(self, name, sink, rate=16000):
        return self.pactl("load-module", "module-remap-source", f"source_name={name}", f"master={sink}.monitor",
                          f"rate={rate}", "channels=1", "channel_map=mono", "format=float32le", "remix=no")  # fmt: skip

    def kill(self):
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            process.wait(5)
        self.processes = []

    def close(self):
        self.kill()
        for name, value in self.changed.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        shutil.rmtree(self.folder, ignore_errors=True)


class PulseServer(AudioServer):
    AWAKE = ("norewinds=1",)

    def start(self):
        self.environment(XDG_RUNTIME_DIR=self.folder, PULSE_SERVER=f"unix:{self.folder}/pulse/native",
                         HOME=self.folder, PULSE_STATE_PATH=self.folder / "state",
                         PULSE_RUNTIME_PATH=self.folder / "pulse")  # fmt: skip
        (self.folder / "pulse").mkdir(mode=0o700, exist_ok=True)
        (self.folder / "pulse/native").unlink(missing_ok=True)
        (self.folder / "pulse/pid").unlink(missing_ok=True)
        # PulseAudio 16 aborts when a program is killed that had lent it memory, and tests kill programs
        self.spawn("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
                   "--disable-shm=yes", "-L", "module-native-protocol-unix auth-anonymous=1")  # fmt: skip
        wait_until(self.answers, 20, "PulseAudio's first answer")
        self.hurry()


class PipeWireServer(AudioServer):
    def start(self):
        self.environment(XDG_RUNTIME_DIR=self.folder, PULSE_SERVER=f"unix:{self.folder}/pulse/native",
                         HOME=self.folder, DBUS_SESSION_BUS_ADDRESS=f"unix:path={self.folder}/bus")  # fmt: skip
        self.spawn("dbus-daemon", "--session", "--nofork", f"--address=unix:path={self.folder}/bus")
        wait_until((self.folder / "bus").exists, 10, "the message bus")
        self.spawn("pipewire")
        wait_until((self.folder / "pipewire-0").exists, 20, "PipeWire")
        self.spawn("wireplumber")
        self.spawn("pipewire-pulse")
        wait_until(self.answers, 20, "PipeWire's first answer")
        self.hurry()


@contextlib.contextmanager
def running(kind):
    need(
        "pactl",
        "parec",
        *(["pulseaudio"] if kind is PulseServer else ["pipewire", "wireplumber", "dbus-daemon"]),
    )
    need_portaudio()
    server = kind()
    try:
        server.start()
        yield server
    finally:
        server.close()
