"""Nobody is told of the user's machine: the telemetry of ONNX Runtime is off in every process of ours.

Since version 1.29 the library makes a device identifier and a store of events below the home folder as soon as it is
loaded, and uploads them. It reads the switch once, while it is loaded, so that `disable_telemetry_events` comes too
late. Other packages load it as well (lightning through torchmetrics, speechmos), therefore the switch is set when one
of our packages is imported, and not where we use the library.
"""

import os

SWITCH = "ORT_DISABLE_TELEMETRY"


def switch_off() -> None:
    """For this process and its children; what the environment said before does not count."""
    os.environ[SWITCH] = "1"
