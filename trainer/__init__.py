"""The trainer. Modules that moved into the rooms are still found under their old names (`trainer.moved`)."""

import os

from trainer.moved import follow_moves

follow_moves()
# lightning and speechmos load ONNX Runtime, which would send telemetry; realtime.telemetry says more, but the trainer
# does not know the engine
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
