"""Devices, sound servers and samples as bytes."""
