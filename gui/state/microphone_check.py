"""Does a microphone hear anything? Opens it alone, without a model, and tells its level."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QObject, Signal

from gui.state.live_session import EXPECTED
from gui.state.worker import Worker
from realtime.audio.backend import AudioBackend
from realtime.audio.device import Exactly
from realtime.audio.devices import Device
from realtime.audio.streams import OutputStream, Samples

RATE = 16000  # Hz, if the device takes it
LOWEST_DBFS = -120.0
HEARS_DBFS, SILENT_DBFS = -45.0, -80.0
_PATIENCE_S = 3.0  # before silence is called silence
_MEMORY_S = 2.0  # what was heard counts that long


def _is_microphone(device: Device) -> bool:
    """Loop-backs of outputs hear no voice."""
    return device.channels["input"] > 0 and not device.is_monitor


class MicrophoneCheck(QObject):
    """`listen` returns at once; `verdict` is opening, absent, failed, waiting, silent, quiet or hears."""

    failed = Signal(str)

    def __init__(self, audio: AudioBackend) -> None:
        super().__init__()
        self._audio, self._worker = audio, Worker("microphone", EXPECTED, self._refused)
        self._handle: OutputStream | None = None
        self._peak = 0.0  # since the last look, full scale 1
        self._opened_at = self._heard_at = 0.0
        self._hears = False
        self.loudest_dbfs = LOWEST_DBFS  # since it was opened
        self.state = "opening"

    def listen(self, which: str | None) -> None:
        """To this device, None for the default, instead of the one before."""
        self._worker.do(lambda: self._listen(which))

    def _listen(self, which: str | None) -> None:
        self._close()
        self._peak = 0.0
        self.state, self.loudest_dbfs, self._hears = "opening", LOWEST_DBFS, False
        if which is None and not any(_is_microphone(d) for d in self._audio.devices()):
            self.state = "absent"
            return
        device = self._audio.find(None if which is None else Exactly(which), "input")
        rates = list(dict.fromkeys([RATE, device.default_rate]))
        self._handle = self._audio.open(device, "input", rates, self._fed, self._lost)
        self._opened_at = time.monotonic()
        self.state = "open"

    def _fed(self, frames: Samples, xrun: bool) -> None:
        self._peak = max(self._peak, float(np.abs(np.nan_to_num(frames)).max(initial=0.0)))

    def _lost(self) -> None:
        self.state = "absent"

    def _refused(self, why: str) -> None:
        self.state = "failed"
        self.failed.emit(why)

    def _close(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.close()

    def look(self) -> float:
        """Peak since the last look, dBFS."""
        peak, self._peak = self._peak, 0.0
        dbfs = float(20 * np.log10(max(peak, 1e-6)))
        self.loudest_dbfs = max(self.loudest_dbfs, dbfs)
        if dbfs > HEARS_DBFS:
            self._hears, self._heard_at = True, time.monotonic()
        return dbfs

    @property
    def verdict(self) -> str:
        """What is heard, in a word; see the class."""
        if self.state != "open":
            return self.state
        if self._hears and time.monotonic() - self._heard_at < _MEMORY_S:
            return "hears"
        if time.monotonic() - self._opened_at < _PATIENCE_S:
            return "waiting"
        return "silent" if self.loudest_dbfs < SILENT_DBFS else "quiet"

    def close(self, timeout_s: float = 0.9) -> None:
        """The device is let go; waits no longer than this."""
        self._worker.end(timeout_s, self._close)
