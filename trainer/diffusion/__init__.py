"""The mathematics: SDEs, bridge, samplers and preconditioning, without networks."""
