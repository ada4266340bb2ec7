"""LiveStream: a microphone, enhanced, into a speaker or a virtual microphone, for hours."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from realtime import interpreter
from realtime.audio import Device, PortAudio
from realtime.contract import ModelSpec
from realtime.counters import Counters
from realtime.enhancer import Enhancer
from realtime.governor import Governor
from realtime.live_status import LiveEvent, LiveOptions, LiveStatus
from realtime.priority import WORKER, raise_thread
from realtime.pump import Engine, Pump
from realtime.record import Recorder
from realtime.route import Route
from realtime.supervisor import Supervisor
from realtime.tap import Tap, TapBlock
from realtime.virtual_mic import VirtualMicrophone

__all__ = ["KEEP", "LiveEvent", "LiveOptions", "LiveStatus", "LiveStream", "Tap", "TapBlock"]
KEEP: Any = object()  # for `switch`: leave this device as it is


class LiveStream:
    """Separate input and output streams, rings between them and one worker thread; see Pump.

    Settings may be changed at any time, from any thread. Everything irregular is counted in `status`.
    """

    def __init__(
        self,
        options: LiveOptions,
        on_event: Callable[[LiveEvent], None] | None = None,  # called from threads of the stream; be quick
        audio: Any = None,  # what lists and opens devices; None = PortAudio
    ):
        """Opens nothing. Raises ValueError for a queue that is out of range."""
        if not 0 <= options.queue_ms <= 1000:
            raise ValueError(f"queue is {options.queue_ms:g} ms: 0 ... 1000 are allowed")
        self.options, self.on_event = options, on_event
        self.audio = PortAudio() if audio is None else audio
        self.tap, self.counters = Tap(), Counters()
        self.state, self.message = "stopped", ""
        self.wanted = {"input": options.input, "output": options.output}
        self.former: dict[str, Any] = {}  # what `switch` left, to fall back to
        self.devices: dict[str, Device] = {}
        self.route: Route | None = None
        self.pump: Pump | None = None
        self.engine: Engine | None = None
        self._steps: int | str = options.steps
        self._mode, self._limit_db = options.mode, options.attenuation_limit_db
        self._gain_db = options.output_gain_db
        self._recorder: Recorder | None = None
        self._microphone: VirtualMicrophone | None = None
        self.lock = threading.RLock()  # who opens, closes and exchanges
        self.stopping, self._wake = threading.Event(), threading.Event()
        self.ended = threading.Event()  # a device's stream ended by itself
        self._threads: list[threading.Thread] = []
        self._started = 0.0

    # ---- life

    def start(self) -> None:
        """Opens model and devices, and runs. Raises AudioDeviceError, ModelError, ContractError, DeviceError, or
        ValueError for settings; nothing is left open then.
        """
        with self.lock:
            if self.state != "stopped":
                return
            self.state = "starting"
            self.stopping.clear()
            self.counters = Counters()
            interpreter.hold()
            try:
                if self.engine is None:
                    self.engine = self._load(self.options.model, self.options.device)
                else:
                    self.engine.enhancer.reset()
                    self.engine = Engine(self.engine.enhancer, self.engine.governor)
                if self.options.virtual_mic is not None:
                    self._microphone = VirtualMicrophone(self.options.virtual_mic, self.sample_rate)
                    self.wanted["output"] = self._microphone.create()
                if self.options.record is not None:
                    self.start_recording(self.options.record)
                self.open_devices()
            except BaseException:
                self._clear()
                raise
            self._started = time.monotonic()
            self.state = "running"
            for run in (self._work, Supervisor(self).run):
                thread = threading.Thread(target=run, name="klarstrom-live", daemon=True)
                self._threads.append(thread)
                thread.start()
        self.tell("started", f"{self.devices['input'].name} -> {self.devices['output'].name}")

    def stop(self) -> None:
        """Idempotent. Every thread has ended and everything is undone when it returns."""
        self.stopping.set()
        self._wake.set()
        with self.lock:
            if self.state == "stopped":
                return
            threads, self._threads = self._threads, []
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join()
        with self.lock:
            self._clear()
        self.tell("stopped", "stopped")

    def _clear(self) -> None:
        self.close_devices()
        if self._recorder is not None:
            self.stop_recording()
        if self._microphone is not None:
            self._microphone.remove()
            self._microphone = None
        interpreter.release()
        self.state = "stopped"

    def __enter__(self) -> LiveStream:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def tell(self, kind: str, message: str) -> None:
        """An event, for whoever listens; a listener that fails does not stop the audio."""
        self.message = message
        if self.on_event is not None:
            with contextlib.suppress(Exception):
                self.on_event(LiveEvent(kind, message))

    # ---- model and settings

    def _load(self, model: str | Path | None, device: str) -> Engine:
        """A model that has run: the first calls are the slow ones. Settings are checked against it."""
        steps = None if self._steps == "auto" else self._steps
        enhancer = Enhancer(model, steps, device, self._limit_db, self.options.seed)  # type: ignore[arg-type]
        enhancer.mixer.mode, enhancer.mixer.output_gain_db = self._mode, self._gain_db
        kept = enhancer.steps
        for count in range(1, enhancer.spec.max_steps + 1):
            enhancer.steps = count
            for _ in range(3):
                enhancer.process(np.zeros(enhancer.hop_length, np.float32))
        enhancer.reset()
        enhancer.steps = kept
        return Engine(enhancer, self._governor(enhancer, kept))

    def _governor(self, enhancer: Enhancer, start: int) -> Governor:
        most, hop_s = enhancer.spec.max_steps, enhancer.hop_length / enhancer.sample_rate
        if self._steps == "auto":
            return Governor(hop_s, 1, most, min(max(start, 1), most))
        return Governor(hop_s, int(self._steps), int(self._steps), int(self._steps))

    def set_model(self, model: str | Path | None, device: str = "auto") -> None:
        """Loads in the caller's thread and exchanges between two hops. On an error the old one stays."""
        engine = self._load(model, device)
        with self.lock:
            self.engine = engine
            if self.pump is not None:
                self.pump.exchange(engine)
        self.tell("switched", f"model {engine.enhancer.spec.name}")

    @property
    def spec(self) -> ModelSpec:
        """Of the model; RuntimeError before the first start."""
        if self.engine is None:
            raise RuntimeError("the stream has no model before it is started")
        return self.engine.enhancer.spec

    @property
    def sample_rate(self) -> int:
        """The model's, Hz."""
        return self.spec.sample_rate

    @property
    def steps(self) -> int | str:
        """ "auto", or 1 ... the model's most. Fixed steps too are given up for the delayed input before audio is lost."""
        return self._steps

    @steps.setter
    def steps(self, steps: int | str) -> None:
        engine = self.engine
        if steps != "auto":
            if isinstance(steps, str):
                raise ValueError(f"steps is {steps!r}: auto, or a whole number, is wanted")
            if engine is not None:
                engine.enhancer.steps = steps  # refuses what the model does not allow
        self._steps = steps
        if engine is not None:
            engine.governor = self._governor(engine.enhancer, engine.governor.steps)

    @property
    def mode(self) -> str:
        """enhance, bypass or mute."""
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        if self.engine is not None:
            self.engine.enhancer.mixer.mode = mode
        self._mode = mode

    @property
    def attenuation_limit_db(self) -> float | None:
        """Most attenuation, dB >= 0; None = no limit."""
        return self._limit_db

    @attenuation_limit_db.setter
    def attenuation_limit_db(self, db: float | None) -> None:
        if self.engine is not None:
            self.engine.enhancer.attenuation_limit_db = db
        self._limit_db = db

    @property
    def output_gain_db(self) -> float:
        """dB, -100 ... 40."""
        return self._gain_db

    @output_gain_db.setter
    def output_gain_db(self, db: float) -> None:
        if self.engine is not None:
            self.engine.enhancer.mixer.output_gain_db = db
        self._gain_db = db

    # ---- devices

    def open_devices(self, wanted: dict[str, Any] | None = None) -> None:
        """Opens both directions around a pump of their own, then lets the former ones go. Raises AudioDeviceError,
        and the former ones stay.
        """
        with self.lock:
            route = Route(
                self.audio, self.wanted if wanted is None else wanted, self._rates, self._pump, self._wake.set
            )
            former, self.route = self.route, route
            self.devices, self.pump, self.ended = route.devices, route.pump, route.ended
            route.begin()
            if former is not None:
                former.close()

    def _rates(self, device: Device) -> list[int]:
        if self.options.rate is not None:
            return [self.options.rate]
        return list(dict.fromkeys([self.sample_rate, device.default_rate]))

    def _pump(self, rate_in: int, rate_out: int) -> Pump:
        assert self.engine is not None
        queue_s = self.options.queue_ms / 1000
        return Pump(self.engine, rate_in, rate_out, queue_s, self.counters, self.tap, self._on_hop)

    def close_devices(self) -> None:
        with self.lock:
            route, self.route = self.route, None
            if route is not None:
                route.close()

    def switch(self, input: str | int | None = KEEP, output: str | int | None = KEEP) -> None:
        """Goes over to other devices. Raises AudioDeviceError; the old ones then go on."""
        with self.lock:
            new = dict(self.wanted)
            new.update({k: v for k, v in (("input", input), ("output", output)) if v is not KEEP})
            if self.state == "running":
                self.open_devices(new)
                self.former.update({k: self.wanted[k] for k in new if new[k] != self.wanted[k]})
            self.wanted = new
        self.tell("switched", " -> ".join(d.name for d in self.devices.values()) or "devices chosen")

    # ---- worker

    def _on_hop(self, noisy: Any, enhanced: Any) -> None:
        recorder = self._recorder
        if recorder is not None:
            recorder.add(noisy, enhanced)

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
                    self.tell("error", f"the model failed: {error}")
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
        self.tell("error", f"the recording ended: {error.strerror or error}; what is written so far is whole")

    def stop_recording(self) -> tuple[Path, Path]:
        """The files: what came in, what went out. Raises RuntimeError if nothing was being recorded."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            raise RuntimeError("nothing is being recorded")
        return recorder.close()

    # ---- status

    def status(self) -> LiveStatus:
        """Cheap, from any thread."""
        from realtime.live_report import report

        return report(self, self._steps, self._started)
