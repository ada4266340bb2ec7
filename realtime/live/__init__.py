"""Live streams: threads, clocks and queues."""
