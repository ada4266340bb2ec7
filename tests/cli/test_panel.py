"""What the terminal shows while a stream runs."""

import os
import pty
import re
import signal
import subprocess
import threading

import pytest

from realtime.cli.panel import panel_lines
from realtime.live.status import LiveStatus
from tests.helpers.audio_server import PulseServer, running, wait_until
from tests.helpers.cli_runner import CLI

LATENCY = {"device_in": 112, "queue_in": 10, "resample": 2.1, "algorithmic": 20, "compute": 1.2, "queue_out": 108,
           "device_out": 130, "total": 383.3}  # fmt: skip
STATUS = LiveStatus(
    "running", steps=2, level_in_dbfs=-23.2, level_out_dbfs=-120, reduction_db=96.8, load=0.123, hop_ms_p99=1.91,
    latency_ms=LATENCY, uptime_s=3723, input_drops=1234, output_fills=2345, xruns_in=3000, xruns_out=456,
)  # fmt: skip


def changed(**values):
    return "\n".join(panel_lines(LiveStatus(**{**STATUS.as_dict(), **values})))


def test_everything_is_there_and_fits_80_columns():
    lines = panel_lines(STATUS)
    for words in ("in #", " -23 dB", "out ", "-120 dB", "reduction 96.8 dB", "enhance  2 steps (auto)", "load  12%",
                  "p99 1.9 ms", "62:03", "latency 383 ms: in 112, queue 10, rate 2, model 20, calc 1, queue 108, out 130",
                  "1234 drops  2345 fills  3456 xruns"):  # fmt: skip
        assert words in "\n".join(lines), words
    assert max(map(len, lines)) < 80


def test_rare_things_show_when_they_happen():
    text = changed(restarts=3, late_hops=7, clipped=9, failed_hops=1)
    assert "7 late  1 failed  3 restarts  9 clipped" in text and " late" not in changed()
    assert "model resting" in changed(steps=0) and "4 steps  load" in changed(steps=4, steps_setting=4)
    assert changed(state="waiting", message="usb is gone") == "waiting: usb is gone"
    assert "rate" not in changed(latency_ms={**LATENCY, "resample": 0.0})


def screen(data):
    """The lines that a terminal shows after these bytes."""
    rows, row, column = [""], 0, 0
    for up, erase, control, text in re.findall(r"\x1b\[(\d+)A|(\x1b\[J)|(\r|\n)|([^\x1b\r\n]+)", data):
        if up:
            row -= int(up)
        elif erase:
            rows[row:] = [rows[row][:column]]
        elif control == "\r":
            column = 0
        elif control == "\n":
            row, column = row + 1, column
            rows += [""] * (row + 1 - len(rows))
        else:
            rows[row] = (rows[row][:column].ljust(column) + text) + rows[row][column + len(text) :]
            column += len(text)
    return rows


@pytest.mark.parametrize(("term", "lines"), [("xterm", 4), ("dumb", 1)])
def test_a_terminal_keeps_one_panel_below_the_remarks(model, term, lines):
    with running(PulseServer) as server:
        server.sink("mic_in")
        server.sink("loud")
        server.source("virt_mic", "mic_in")
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [*CLI, "live", "--model", model, "-i", "virt_mic", "-o", "loud"], stderr=slave, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, env={**os.environ, "TERM": term, "COLUMNS": "80"},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # fmt: skip
        os.close(slave)
        written = bytearray()
        reader = threading.Thread(target=read, args=(master, written))
        reader.start()
        try:
            wait_until(lambda: written.count(b"reduction") > 3, 20, "a panel that is drawn again")
            middle = screen(written.decode())
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 130
        finally:
            process.kill()
            process.wait()
            reader.join()
            os.close(master)
        assert process.stdout.read() == b""
        process.stdout.close()
    assert "realtime-cli: started: " in middle[0] and max(map(len, middle)) < 80
    assert len(middle) <= 1 + lines and sum("reduction" in row for row in middle) <= 1
    last = [row.rstrip() for row in screen(written.decode()) if row.strip()]
    kinds = [row.split(":")[1].strip() for row in last]
    assert [kind for kind in kinds if kind != "governor"] == ["started", "stopped", "interrupted"]


def read(master, written):
    while True:
        try:
            data = os.read(master, 4096)
        except OSError:  # the other end was closed
            return
        if not data:
            return
        written += data
