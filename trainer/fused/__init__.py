"""Compiled operators that make training on a CPU faster."""
