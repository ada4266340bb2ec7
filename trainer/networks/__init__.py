"""Score models: front ends, networks and their snapshots."""
