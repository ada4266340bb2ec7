"""What `trainer fit` runs: modules, objectives, optimisers and callbacks."""
