"""LiveStream: a microphone, enhanced, into a speaker or a virtual microphone, for hours."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from realtime.audio.backend import AudioBackend
from realtime.audio.devices import AudioDeviceError, Device, PortAudio
from realtime.audio.priority import WORKER, raise_thread
from realtime.audio.streams import Samples
from realtime.engine.band import model_for, reason
from realtime.live import interpreter
from realtime.live.counters import Counters
from realtime.live.engine import Engine, EngineHolder
from realtime.live.link import DeviceLink
from realtime.live.pump import Pump
from realtime.live.record import Recorder
from realtime.live.report import report
from realtime.live.state import StreamState
from realtime.live.status import LiveEvent, LiveOptions, LiveStatus
from realtime.live.supervisor import Supervisor
from realtime.live.tap import Tap, TapBlock

__all__ = ["KEEP", "LiveEvent", "LiveOptions", "LiveStatus", "LiveStream", "Tap", "TapBlock"]
KEEP: Any = object()  # for `switch`: leave this device as it is


class LiveStream(EngineHolder):
    """Separate input and output streams, rings between them and one worker thread; see Pump.

    Settings may be changed at any time, from any thread. Everything irregular is counted in `status`.
    """

    def __init__(
        self,
        options: LiveOptions,
        on_event: Callable[[LiveEvent], None] | None = None,  # called from threads of the stream; be quick
        audio: AudioBackend | None = None,  # None: the devices of this machine
    ) -> None:
        """Opens nothing. Raises ValueError for a queue that is out of range, or a band that does not go with the model."""
        if options.queue_ms is not None and not 0 <= options.queue_ms <= 1000:
            raise ValueError(f"queue is {options.queue_ms:g} ms: 0 ... 1000 are allowed")
        super().__init__(options)
        self._model = options.model  # that is wanted
        model_for(options.model, options.band, None)
        self._state = StreamState(on_event)
        self.tap = Tap()
        self._recorder: Recorder | None = None
        self.stopping, self._wake = threading.Event(), threading.Event()
        wanted = {"input": options.input, "output": options.output}
        audio = PortAudio() if audio is None else audio
        self.link = DeviceLink(audio, wanted, self._rates, self._pump, self._wake.set)
        self._threads: list[threading.Thread] = []
        self._ending: threading.Event | None = None  # of the `stop` that is at work: set when it is through
        self._started = 0.0
        self._chosen: str | Path | None = None  # what was loaded for it
        self._device = options.device
        self.why = ""  # it is this model, as a phrase

    # ---- life

    def start(self) -> None:
        """Opens model and devices, and runs. Raises AudioDeviceError, ModelError, ContractError, DeviceError, or
        ValueError for settings; nothing is left open then.
        """
        with self.link.lock:
            if self.state != "stopped":
                return
            self._state.phase = "starting"
            self.stopping.clear()
            self._state.counters = Counters()
            self.link.defaults.clear()
            interpreter.hold()
            try:
                chosen, self.why = self._choice()
                if self.engine is None or chosen != self._chosen:
                    self.adopt(self.load(chosen, self._device))
                    self._chosen = chosen
                else:
                    self.engine.enhancer.reset()
                    self.adopt(Engine(self.engine.enhancer, self.engine.governor))
                if self.options.virtual_mic is not None:
                    self.link.create_microphone(self.options.virtual_mic, self.sample_rate)
                if self.options.record is not None:
                    self.start_recording(self.options.record)
                self.link.open()
            except BaseException:
                self._clear()
                raise
            self._started = time.monotonic()
            self._state.phase = "running"
            self.supervisor = Supervisor(self.link, self._state, self.stopping, lambda: self.engine)
            for run in (self._work, self.supervisor.run):
                thread = threading.Thread(target=run, name="klarstrom-live", daemon=True)
                self._threads.append(thread)
                thread.start()
        names = " -> ".join(device.name for device in self.devices.values())
        chosen = "" if self._model is not None else f"; {self.spec.name}: {self.why}"
        self._state.tell("started", names + chosen)

    def stop(self) -> None:
        """Idempotent, from any thread. Every thread has ended and everything is undone when it returns; one of the
        stream's own threads does not wait for another that is stopping it already.
        """
        self.stopping.set()  # at once: who has the lock may be waiting for devices
        self._wake.set()
        with self.link.lock:
            if self.state == "stopped":
                return
            self.stopping.set()  # a `start` that had the lock may have cleared it
            threads, this = self._threads, threading.current_thread()
            first, ending = self._ending is None, self._ending or threading.Event()
            self._ending = ending
        if not first:
            if this not in threads:
                ending.wait()
            return
        for thread in threads:
            if thread is not this:
                thread.join()
        try:
            with self.link.lock:
                self._clear()
        finally:
            ending.set()
        self._state.tell("stopped", "stopped")

    def _clear(self) -> None:
        # the last one first, and each of them whatever becomes of the others
        with contextlib.ExitStack() as undone:
            undone.callback(self._is_stopped)
            undone.callback(interpreter.release)
            undone.callback(self.link.remove_microphone)
            undone.callback(self._end_recording)
            undone.callback(self.link.close)

    def _is_stopped(self) -> None:
        self._state.phase, self._threads, self._ending = "stopped", [], None

    def __enter__(self) -> LiveStream:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # ---- what it is doing

    @property
    def state(self) -> str:
        """stopped, starting, running or waiting (a device is gone)."""
        return self._state.phase

    @property
    def message(self) -> str:
        """The last event, or why a device cannot be opened."""
        return self._state.message

    @property
    def counters(self) -> Counters:
        """Everything irregular since the last start."""
        return self._state.counters

    @property
    def devices(self) -> dict[str, Device]:
        """The devices that are open or were opened last, input and output; empty before the first start."""
        return self.link.devices

    @property
    def pump(self) -> Pump | None:
        """Between the devices that are open or were opened last; None before the first start."""
        return self.link.pump

    # ---- model

    def set_model(self, model: str | Path | None, device: str = "auto") -> None:
        """Loads in the caller's thread and exchanges between two hops. On an error the old one stays.

        A recording goes on in new files if the sample rate is another.
        """
        self._exchange(model, device, *self._choice(model))

    def _exchange(self, model: str | Path | None, device: str, chosen: str | Path | None, why: str) -> None:
        """Loads `chosen`, which stands for the wanted `model`, and why it does."""
        engine = self.load(chosen, device)
        with self.link.lock:
            rate = None if self.engine is None else self.sample_rate
            self.adopt(engine)
            self._model, self._chosen, self._device, self.why = model, chosen, device, why
            if self.pump is not None:
                self.pump.exchange(engine)
            new_take = self._recorder is not None and rate not in (None, self.sample_rate)
        message = f"model {engine.enhancer.spec.name}"
        if new_take:
            message += f"; the recording goes on in new files of {engine.enhancer.sample_rate} Hz"
        self._state.tell("switched", message)

    def _choice(self, model: str | Path | None = KEEP) -> tuple[str | Path | None, str]:
        """The model to load for a wanted one (KEEP: the one that is wanted now), by the devices' rates where none is named;
        and why it is that one, as a phrase.
        """
        model = self._model if model is KEEP else model
        rate = self._sound_rate() if model is None and self.options.band == "auto" else None
        # a model that is named later takes precedence over --band
        band = "auto" if model is not None else self.options.band
        return model_for(model, band, rate), reason(model, band, rate)

    def _sound_rate(self) -> int | None:
        """Of what is heard in the end, Hz: the lower one of the devices, of which a microphone that we make is none. None
        where a device is missing, which is told when it is opened.
        """
        if self.options.rate is not None:
            return self.options.rate
        kinds = ("input",) if self.options.virtual_mic is not None else ("input", "output")
        if self.state not in ("starting", "stopped"):
            return min(self.devices[kind].default_rate for kind in kinds)
        try:
            return min(self.link.find(self.link.wanted[kind], kind).default_rate for kind in kinds)
        except AudioDeviceError:
            return None

    def _follow_devices(self) -> None:
        """Exchanges the model where the devices are better served by another."""
        chosen, why = self._choice()
        if self.engine is not None and chosen != self._chosen:
            self._exchange(self._model, self._device, chosen, why)

    # ---- devices

    def _rates(self, device: Device) -> list[int]:
        if self.options.rate is not None:
            return [self.options.rate]
        return list(dict.fromkeys([self.sample_rate, device.default_rate]))

    def _pump(self, rate_in: int, rate_out: int) -> Pump:
        assert self.engine is not None
        queue_s = None if self.options.queue_ms is None else self.options.queue_ms / 1000
        return Pump(self.engine, rate_in, rate_out, queue_s, self.counters, self.tap, self._on_hop)

    def switch(self, input: str | int | None = KEEP, output: str | int | None = KEEP) -> None:
        """Goes over to other devices. Raises AudioDeviceError; the old ones then go on."""
        choice = {"input": input, "output": output}
        changes = {kind: which for kind, which in choice.items() if which is not KEEP}
        with self.link.lock:
            self.link.switch(changes, now=self.state == "running")
        names = " -> ".join(device.name for device in self.devices.values())
        self._state.tell("switched", names or "devices chosen")
        if self.state == "running":
            self._follow_devices()

    # ---- worker

    def _on_hop(self, noisy: Samples, enhanced: Samples, sample_rate: int) -> None:
        recorder = self._recorder
        if recorder is not None:
            recorder.add(noisy, enhanced, sample_rate)

    def _work(self) -> None:
        raise_thread(WORKER)
        told = False
        while not self.stopping.is_set():
            pump = self.pump
            try:
                if pump is not None and pump.step():
                    told = False
                    continue
            except Exception as error:  # a broken model must not take the stream with it
                if not told:
                    self._state.tell("error", f"the model failed: {error}")
                    told = True
            self._wake.wait(0.05)
            self._wake.clear()

    # ---- recording

    def start_recording(self, folder: str | Path) -> None:
        """From now on into two WAV files of this folder. Raises OSError."""
        recorder = Recorder(Path(folder), self.sample_rate, self._recording_ended)
        if self._recorder is not None:
            self.stop_recording()
        self._recorder = recorder

    def _recording_ended(self, error: OSError) -> None:
        self._state.tell(
            "error", f"the recording ended: {error.strerror or error}; what is written so far is whole"
        )

    def _end_recording(self) -> None:
        try:
            if self._recorder is not None:
                self.stop_recording()
        except OSError as error:
            self._recording_ended(error)

    def stop_recording(self) -> tuple[Path, Path]:
        """The files: what came in, what went out; the last ones, where the sample rate changed. Raises RuntimeError
        if nothing was being recorded, OSError if a file cannot be ended.
        """
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            raise RuntimeError("nothing is being recorded")
        return recorder.close()

    # ---- status

    def status(self) -> LiveStatus:
        """Cheap, from any thread."""
        return report(self._state, self, self.link, self._started, self.why)
