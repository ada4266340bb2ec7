"""A live stream beside the window: what can block runs in a thread of its own, one thing after another."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui import texts
from gui.state.clip import Take
from gui.state.worker import Worker
from realtime.audio.backend import AudioBackend
from realtime.audio.device import Exactly
from realtime.audio.devices import AudioDeviceError, Device, PortAudio
from realtime.engine.contract import ContractError
from realtime.engine.session import DeviceError
from realtime.live.stream import LiveEvent, LiveOptions, LiveStatus, LiveStream, TapBlock

EXPECTED = (AudioDeviceError, ContractError, DeviceError, ValueError, OSError, RuntimeError)
_NEWS = ("device_lost", "device_back", "fallback", "error")  # events that are worth a line


def _exactly(name: Any) -> Any:
    """What is picked from the list is meant wholly: one that is away must not become another of a like name."""
    return Exactly(name) if isinstance(name, str) else name


class LiveSession(QObject):
    """Starts and stops streams, keeps their settings in between, and follows the devices of the machine.

    Methods return at once; what comes of them is told by signals.
    """

    running = Signal(bool)
    devices = Signal(object)  # list[Device]
    failed = Signal(str)
    noticed = Signal(str)
    recorded = Signal(object)  # Take
    model_opened = Signal(object, str)  # ModelSpec, device note
    virtual_mic = Signal(str)  # the microphone that was made for other programs; empty: none

    def __init__(self, make_stream: Callable[..., Any] = LiveStream, audio: AudioBackend | None = None):
        super().__init__()
        self._make_stream = make_stream
        self.audio: AudioBackend = PortAudio() if audio is None else audio
        self.options = LiveOptions()
        self._stream: Any = None
        self._worker = Worker("live", EXPECTED, self.failed.emit)
        self._do = self._worker.do
        self._stop_watching: Callable[[], None] | None = None
        self.recording = False
        self._looks = False  # is to be looked for devices?
        self.found: list[Device] | None = None  # as last listed

    # ---- life

    @property
    def stream(self) -> Any:
        """The running stream, or None."""
        return self._stream

    def start(self) -> None:
        """Opens model and devices and runs; told by `running`."""
        self._do(self._start)

    def _start(self) -> None:
        if self._stream is not None:
            return
        try:
            self._open()
        except BaseException:
            self.running.emit(False)
            raise

    def _open(self) -> None:
        """Tells that it runs, but not that it does not: who calls may try again."""
        try:
            stream = self._started()
        except ContractError as error:
            if self.options.model is None:
                raise
            self.options = replace(self.options, model=None)
            stream = self._started()
            self.failed.emit(texts.OTHER_MODEL.format(why=error, name=texts.DEFAULT_MODEL))
        self._give_settings(stream)
        self._stream = stream
        enhancer = stream.engine.enhancer
        self.model_opened.emit(stream.spec, enhancer.device_note)
        self.virtual_mic.emit(stream.options.virtual_mic or "")
        self.running.emit(True)

    def _started(self) -> Any:
        # how many steps the model has is known when it is open
        chosen = {kind: _exactly(getattr(self.options, kind)) for kind in ("input", "output")}
        options = replace(_automatic(self.options), **chosen)
        stream = self._make_stream(options, self._heard, self.audio)
        stream.start()
        return stream

    def stop(self) -> None:
        """Ends the stream; told by `running`."""
        self._do(self._stop)

    def _stop(self) -> None:
        self._end_stream()
        self.running.emit(False)

    def _end_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            self._end_recording(stream)
        finally:
            stream.stop()

    def _begin_again(self, former: str | None) -> None:
        """With the new virtual microphone; if it does not go, with the former one. Live does not end in between."""
        self._end_stream()
        try:
            self._open()
        except Exception:
            self.options = replace(self.options, virtual_mic=former)
            self._start()
            raise

    def _give_settings(self, stream: Any) -> None:
        """Steps are those that were chosen, or the most that the model has."""
        stream.apply(self.options.settings.within(stream.spec.max_steps))

    def close(self, timeout_s: float = 0.9) -> None:
        """Ends everything; waits no longer than this."""
        last = [self._stop] if self._stop_watching is None else [self._stop_watching, self._stop]
        self._worker.end(timeout_s, *last)

    def _heard(self, event: LiveEvent) -> None:
        if event.kind in _NEWS:
            self.noticed.emit(event.message)

    # ---- settings

    def configure(self, **changes: Any) -> None:
        """Fields of LiveOptions, together; a running stream hears them at once, the next one begins with them."""
        self.options = replace(self.options, **changes)
        self._do(lambda: self._apply(changes))

    def _apply(self, changes: dict[str, Any]) -> None:
        stream = self._stream
        if stream is None:
            return
        if "virtual_mic" in changes and self.options.virtual_mic != stream.options.virtual_mic:
            self._begin_again(stream.options.virtual_mic)
            return
        if "settings" in changes:
            self._give_settings(stream)
        if {"model", "device"} & set(changes):
            self._exchange_model(stream)
        moved = {name: _exactly(changes[name]) for name in ("input", "output") if name in changes}
        if "output" in moved and stream.options.virtual_mic is not None:
            moved.pop("output", None)
        if moved:
            engine = stream.engine
            stream.switch(**moved)
            if stream.engine is not engine:  # the rate of the devices asks for another model
                self._give_settings(stream)
                self.model_opened.emit(stream.spec, stream.engine.enhancer.device_note)

    def _exchange_model(self, stream: Any) -> None:
        stream.apply(_automatic(self.options).settings)  # which the new one allows is known when it is open
        try:
            stream.set_model(self.options.model, self.options.device)
        finally:
            self._give_settings(stream)
        self.model_opened.emit(stream.spec, stream.engine.enhancer.device_note)

    # ---- devices

    def follow_devices(self) -> None:
        """`devices` now, and again whenever one comes or goes."""
        self._look_again()
        self._do(self._watch)

    def _watch(self) -> None:
        if self._stop_watching is None:
            self._stop_watching = self.audio.watch(self._look_again)

    def _look_again(self) -> None:
        """A device brings several events: those that come before it was looked are one."""
        if not self._looks:
            self._looks = True
            self._do(self._list_devices)

    def _list_devices(self) -> None:
        self._looks = False
        with contextlib.suppress(Exception):  # without PortAudio there are still the sound server's devices
            self.audio.rescan()
        found: list[Device] = self.audio.devices()
        self.found = found
        self.devices.emit(found)

    # ---- recording

    def start_recording(self, folder: str) -> None:
        """Into two new files in this folder."""

        def begin() -> None:
            if self._stream is not None:
                self._stream.start_recording(folder)
                self.recording = True

        self._do(begin)

    def stop_recording(self) -> None:
        """Told by `recorded`."""
        self._do(lambda: self._end_recording(self._stream))

    def _end_recording(self, stream: Any) -> None:
        if stream is not None and self.recording:
            self.recording = False
            before, after = stream.stop_recording()
            self.recorded.emit(Take(before, after, stream.engine.enhancer.latency_samples))

    # ---- what the window pulls

    def pull(self) -> TapBlock | None:
        """What was heard since the last pull, None without a stream."""
        stream = self._stream
        return None if stream is None else stream.tap.pull()

    def status(self) -> LiveStatus | None:
        """Of this moment, None without a stream."""
        stream = self._stream
        return None if stream is None else stream.status()


def _automatic(options: LiveOptions) -> LiveOptions:
    """The same with automatic steps."""
    return replace(options, settings=replace(options.settings, steps=None))
