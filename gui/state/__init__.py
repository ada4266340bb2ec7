"""What works without a widget."""
