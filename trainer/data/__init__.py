"""Recordings, mixtures and the batches made of them."""
