"""`realtime-cli` and what it prints."""
