"""One model and its stream, without threads."""
