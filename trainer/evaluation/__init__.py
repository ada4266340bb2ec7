"""Measures of enhanced files, experiments and their reports."""
