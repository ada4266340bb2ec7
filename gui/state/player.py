"""Plays a recording before and after; the side changes at the same place, without a click."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui import texts
from realtime.audio.devices import AudioDeviceError, Device, OpenDevice, PortAudio

Samples = NDArray[np.float32]
SIDES = ("before", "after")
_FADE_S = 0.01
_BLOCK_S, _LATENCY_MS = 0.02, 100.0  # nobody waits for a recording
_SILENT = 1e-6


class PlaybackError(Exception):
    """No sound can be played; the message is one sentence for the user."""


def open_output(sample_rate: int, fill: Callable[[Samples], None], device: Device | None = None) -> Any:
    """A started stream, to be closed, that calls `fill` with float32 [n] to be written.

    device: one of the sound server's, at any rate; for others, and None, the system's default is taken, which
    converts rates where a single device does not. Raises PlaybackError.
    """
    if device is not None and device.server_name is not None:
        try:
            return PortAudio(_BLOCK_S, _LATENCY_MS).open(
                device, "output", [sample_rate], lambda frames, xrun: fill(frames[:, 0]), lambda: None
            )
        except AudioDeviceError as error:
            raise PlaybackError(texts.OUTPUT_FAILED.format(why=error)) from error
    try:
        import sounddevice
    except OSError as error:  # PortAudio itself is missing
        raise PlaybackError(texts.NO_PORTAUDIO) from error

    def callback(out: NDArray[np.float32], frames: int, when: object, status: object) -> None:
        fill(out[:, 0])

    try:
        stream = sounddevice.OutputStream(
            sample_rate, channels=1, dtype="float32", latency="high", callback=callback
        )
        stream.start()
    except (sounddevice.PortAudioError, ValueError) as error:
        raise PlaybackError(texts.NO_OUTPUT.format(why=str(error).splitlines()[0])) from error
    default = Device(-1, texts.DEFAULT_DEVICE, "", 0, 1, sample_rate, False, True)
    return OpenDevice(default, stream)  # known there: PortAudio does not look again under a stream that runs


class Player:
    """The position and the side belong to the player, the samples to whoever loaded them.

    `fill` runs in the sound device's thread; everything else in the window's.
    """

    def __init__(self, open_stream: Callable[[int, Callable[[Samples], None]], Any] | None = None):
        """open_stream: what takes the sound; None is `device`."""
        self._open_stream = open_stream
        self.device: Device | None = None  # for the next time that something is played
        self._stream: Any = None
        self._lock = threading.Lock()
        self._sounds: dict[str, Samples] = {side: np.zeros(0, np.float32) for side in SIDES}
        self.sample_rate = 0
        self._at = 0  # samples
        self._side, self._faded = "after", 1.0  # faded: share of "after" that was last heard
        self.muted = False
        self._gain = 1.0
        self._finished = False
        self.levels_dbfs = (-120.0, -120.0)  # of the block last played: before, after

    def load(self, before: Samples, after: Samples, sample_rate: int, keep_position: bool = False) -> None:
        """Two signals [n] of one length."""
        if len(before) != len(after):
            raise ValueError(f"before has {len(before)} samples and after {len(after)}: they must be aligned")
        if sample_rate != self.sample_rate or not keep_position:
            self.pause()
        with self._lock:
            self._sounds = {"before": before, "after": after}
            self.sample_rate = sample_rate
            self._at = min(self._at, len(before)) if keep_position else 0

    @property
    def side(self) -> str:
        """before or after: what is heard; settable while playing."""
        return self._side

    @side.setter
    def side(self, side: str) -> None:
        if side not in SIDES:
            raise ValueError(f"side {side!r} is not one of {', '.join(SIDES)}")
        self._side = side

    @property
    def playing(self) -> bool:
        """Is sound going out?"""
        return self._stream is not None and not self._finished

    @property
    def position_s(self) -> float:
        """Seconds from the beginning."""
        return self._at / self.sample_rate if self.sample_rate else 0.0

    def seek(self, seconds: float) -> None:
        """Clamped to the recording."""
        with self._lock:
            self._at = min(max(0, round(seconds * self.sample_rate)), len(self._sounds["before"]))

    def play(self) -> None:
        """From the position on; at the end it starts again. Raises PlaybackError."""
        if self.playing or not len(self._sounds["before"]):
            return
        self.pause()
        if self._at >= len(self._sounds["before"]):
            self._at = 0
        self._finished = False
        if self._open_stream is not None:
            self._stream = self._open_stream(self.sample_rate, self.fill)
        else:
            self._stream = open_output(self.sample_rate, self.fill, self.device)

    def pause(self) -> None:
        """The position stays."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()
        self.levels_dbfs = (-120.0, -120.0)

    def fill(self, out: Samples) -> None:
        """Writes the next samples into out [n]; silence after the end."""
        with self._lock:
            before, after = (sound[self._at : self._at + len(out)] for sound in self._sounds.values())
            self._at += len(before)
        count = len(before)
        step = np.arange(1, count + 1, dtype=np.float32) / max(1.0, _FADE_S * self.sample_rate)
        share = _towards(self._faded, 1.0 if self._side == "after" else 0.0, step)
        gain = _towards(self._gain, 0.0 if self.muted else 1.0, step)
        out[:count] = gain * (share * after + (1 - share) * before)
        out[count:] = 0
        if count:
            self._faded, self._gain = float(share[-1]), float(gain[-1])
            self.levels_dbfs = _dbfs(before), _dbfs(after)
        self._finished = count < len(out)


def _towards(old: float, new: float, step: Samples) -> Samples:
    """A ramp from old to new that moves by 1 in the time of the fade."""
    return np.asarray(np.maximum(new, old - step) if new < old else np.minimum(new, old + step))


def _dbfs(samples: Samples) -> float:
    return float(20 * np.log10(max(float(np.sqrt(np.mean(np.square(samples)))), _SILENT)))
