"""ONNX Runtime, loaded with its telemetry off: the rest of the engine takes it from here.

Where somebody loaded it before us, what it had begun to collect ends here.
"""

from realtime import telemetry

telemetry.switch_off()  # again: a host may have changed its environment since our package was imported

import onnxruntime as ort  # noqa: E402

if hasattr(ort, "disable_telemetry_events"):
    ort.disable_telemetry_events()

__all__ = ["ort"]
