"""How published training and test sets are made from their sources."""
