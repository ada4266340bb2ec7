"""The exporter. What checks a file loads ONNX Runtime: its telemetry is off before that."""

from realtime.telemetry import switch_off

switch_off()
