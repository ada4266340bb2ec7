"""The window of Klarstrom."""
