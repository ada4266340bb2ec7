"""Files, folders and pipes."""
