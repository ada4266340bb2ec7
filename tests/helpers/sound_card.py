"""A sound card without hardware: devices that come and go, a microphone that hears a noisy recording."""

import threading
import time
from types import SimpleNamespace

import numpy as np
import soundfile

from realtime.audio.devices import AudioDeviceError, Device, find_device
from realtime.demo import CLIP


def device(index, name, inputs=0, outputs=0, default=False):
    return Device(
        index, name, "test", inputs, outputs, 16000, default and inputs > 0, default and outputs > 0, index
    )


class SoundCard:
    """An AudioBackend: two microphones that hear a noisy recording, headphones, and an output that cannot be opened."""

    def __init__(self):
        self.speech, _ = soundfile.read(str(CLIP), dtype="float32")
        self.opened = []
        self.changed = None
        self.found = [
            device(0, "Desk microphone", inputs=1, default=True),
            device(1, "Headset", inputs=1),
            device(2, "Headphones", outputs=1, default=True),
            device(3, "Broken cable", outputs=1),
        ]

    def devices(self):
        return self.found

    def find(self, which, kind):
        return find_device(which, kind, self.found)

    def rescan(self):
        pass

    def watch(self, changed):
        self.changed = changed
        return lambda: setattr(self, "changed", None)

    def open(self, device, kind, rates, callback, finished):
        if "Broken" in device.name:
            raise AudioDeviceError(f"{kind} {device.name!r} cannot be opened")
        stop = threading.Event()

        def run():
            begin, at = time.monotonic(), 0
            while not stop.wait(max(0.0, begin + at / 16000 - time.monotonic())):
                frames = np.zeros((160, 1), np.float32)
                if kind == "input":
                    frames[:, 0] = np.take(self.speech, range(at, at + 160), mode="wrap")
                callback(frames, False)
                at += 160

        thread = threading.Thread(target=run, daemon=True)

        def close():
            stop.set()
            thread.join()

        thread.start()
        self.opened.append(device.name)
        return SimpleNamespace(rate=16000, channels=1, latency_s=0.01, queue_in_server=None, close=close)
