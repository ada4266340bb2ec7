"""A long run of `realtime-cli live` in a private PulseAudio, with what happens to a stream in an hour.

    python -m tests.helpers.soak --minutes 60

Two busy processes come and go, the program stands still for ten seconds (a suspended machine), its microphone is taken
away and given back, and the sound server is killed and started again, in turn, once every two minutes. A line each
half minute tells memory, threads and what was counted; at the end it says what grew and what was left behind, and exits
with 1 if memory or threads did, or if the stream did not run to the end.
"""

import argparse
import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from tests.helpers.audio_server import PulseServer, running, wait_until
from tests.helpers.cli_runner import CLI
from tests.helpers.live_command import playing

EVERY_S, LOOK_S, LASTS_S = 120.0, 30.0, 30.0
MOST_GROWTH_MIB = 8.0  # between the end of the first fifth and the end
COUNTED = ("input_drops", "dropped_ms", "output_fills", "filled_ms", "xruns_in", "xruns_out", "late_hops",
           "failed_hops", "restarts", "shortened_ms")  # fmt: skip


def of_process(pid: int) -> tuple[float, int]:
    """Resident memory, MiB, and threads."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024, int(fields["Threads"])


class Soak:
    """The server, the command, and what is done to them."""

    def __init__(self, server, folder, stack):
        self.server, self.folder, self.stack = server, folder, stack
        self.status, self.rows = {}, []
        self._devices()
        self._player = None
        self._play()
        self.live = stack.enter_context(self._command())
        threading.Thread(target=self._read, daemon=True).start()

    def _devices(self):
        self.server.sink("near", sleeps=True)
        self.server.sink("far", sleeps=True)
        self.microphone = self.server.source("soak_mic", "near")

    def _play(self):
        """An hour's noise into the microphone; a server that is killed takes the player along."""
        if self._player is not None:
            self._player.close()
        self._player = contextlib.ExitStack()
        self._player.enter_context(playing("near", self.folder, seconds=900))
        self.stack.callback(self._player.close)

    @contextlib.contextmanager
    def _command(self):
        with open(self.folder / "log", "wb") as log:
            process = subprocess.Popen(
                [*CLI, "live", "-i", "soak_mic", "-o", "far", "--json"], stdout=subprocess.PIPE, stderr=log
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _read(self):
        for line in self.live.stdout:
            self.status = json.loads(line)

    def sleep(self, seconds):
        """While the stream runs; a line every LOOK_S."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.live.poll() is not None:
                raise AssertionError(f"the stream ended: {self.log()}")
            if not self.rows or time.monotonic() - self.rows[-1]["at"] >= LOOK_S:
                self.look()
            time.sleep(0.2)

    def look(self):
        memory, threads = of_process(self.live.pid)
        row = {"at": time.monotonic(), "mib": memory, "threads": threads, **self.status}
        self.rows.append(row)
        counts = ", ".join(f"{name} {row[name]:.0f}" for name in COUNTED if row.get(name))
        print(
            f"{row['at'] - self.rows[0]['at']:6.0f} s  {memory:6.1f} MiB  {threads:2d} threads  "
            f"{row.get('state', 'starting'):8s} queue {row.get('queue_ms', 0):3.0f} ms  {counts}",
            flush=True,
        )

    def log(self):
        return (self.folder / "log").read_text(errors="replace")[-2000:]

    # ---- what happens

    def load(self):
        with contextlib.ExitStack() as busy:
            for _ in range(2):
                process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
                busy.callback(process.wait)
                busy.callback(process.kill)
            self.sleep(LASTS_S)

    def suspend(self):
        self.live.send_signal(signal.SIGSTOP)
        time.sleep(10)
        self.live.send_signal(signal.SIGCONT)
        self.sleep(LASTS_S)
        self.runs("after a suspension")

    def device_lost(self):
        self.server.pactl("unload-module", self.microphone)
        self.sleep(10)
        self.microphone = self.server.source("soak_mic", "near")
        self.sleep(LASTS_S)
        self.runs("after its microphone was gone")

    def server_lost(self):
        self.server.kill()
        self.sleep(5)
        self.server.start()
        self._devices()
        self._play()
        self.sleep(LASTS_S)
        self.runs("after the server was killed")

    def runs(self, when):
        """It must hear again within a while."""
        wait_until(lambda: self.status.get("state") == "running", 30, f"running {when}")
        wait_until(lambda: self.status["level_in_dbfs"] > -40, 30, f"sound {when}")


def soak(minutes: float) -> bool:
    """Did it hold?"""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        server = stack.enter_context(running(PulseServer))
        it = Soak(server, folder, stack)
        wait_until(lambda: it.status.get("state") == "running", 60, "the start")
        end, happens = time.monotonic() + 60 * minutes, [it.load, it.suspend, it.device_lost, it.server_lost]
        begin = time.monotonic()
        while (now := time.monotonic()) < end:
            what = happens[int((now - begin) / EVERY_S) % len(happens)]
            print(f"---- {what.__name__}", flush=True)
            what()
            it.sleep(max(0.0, min(EVERY_S - (time.monotonic() - now), end - time.monotonic())))
        it.look()
        first, last = it.rows[len(it.rows) // 5], it.rows[-1]
        it.live.terminate()
        code = it.live.wait(20)
        print(it.log(), flush=True)
    growth = np.median([row["mib"] for row in it.rows[-3:]]) - first["mib"]
    threads = last["threads"] - first["threads"]
    print(
        f"memory {growth:+.1f} MiB since {first['at'] - it.rows[0]['at']:.0f} s, threads {threads:+d}, exit code {code}"
    )
    return growth < MOST_GROWTH_MIB and threads <= 0 and code == 143


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0, metavar="M", help="how long (default: 60)")
    sys.exit(0 if soak(parser.parse_args().minutes) else 1)
