"""Whole-file models small enough to be run as streams in a test, and a loop that runs them."""

import numpy as np
import torch

from realtime.engine.contract import ModelSpec
from trainer.diffusion.preconditioning import Preconditioning
from trainer.diffusion.sde import OUVESDE
from trainer.networks.centred_spectrogram import CentredSpectrogram
from trainer.networks.ncsnpp import NCSNpp
from trainer.networks.offline_model import OfflineModel

SIZES = dict(frames=16, hop_frames=4, ahead_frames=2, fade_frames=2)


def tiny(preconditioning=None, spread=0.05, **options):
    """A network of two resolutions on 32 bins whose weights are not those of a fresh one, which says nothing."""
    torch.manual_seed(0)
    network = NCSNpp(16, (1, 2), 1, (), 32, **options)
    with torch.no_grad():
        for p in network.parameters():
            p.normal_(std=spread) if p.ndim > 1 else None
        network.output_layer.bias.zero_()
    return OfflineModel(CentredSpectrogram(16000, 62, 16), OUVESDE(), network, preconditioning)


def passing():
    """A network that says nothing, with a skip around it: x̂₀ is x_t, so that without noise the input comes through."""
    model = tiny(Preconditioning("data", 1, c_out="edm", c_skip="edm", sigma_data=1e4))
    with torch.no_grad():
        model.network.output_layer.weight.zero_()
    return model


def stream(graph, audio, noise, steps):
    """Hop by hop through the torch graph. audio: [n hop]; noise(i) -> [1, steps, 2, ...]."""
    states, out = [torch.zeros(shape) for shape in graph.states().values()], []
    with torch.no_grad():
        for i, hop in enumerate(torch.from_numpy(audio).reshape(-1, 1, graph.hop_length)):
            enhanced, *states = graph(hop, noise(i), torch.tensor(steps), *states)
            out.append(enhanced[0])
    return torch.cat(out).numpy()


def noisy(hops, hop=64):
    return (np.random.default_rng(0).standard_normal(hops * hop) * 0.1).astype(np.float32)


def spec_of(graph):
    """What a file of this graph says of itself, without the file."""
    extra = {"block": graph.sizes, "sampler": graph.sampler.config, "calls_per_step": graph.sampler.calls}
    return ModelSpec(
        "m", "1", "none", 16000, graph.hop_length, graph.latency, graph.max_steps, 1, graph.noise_shape(),
        graph.states(), "block", extra=extra,
    )  # fmt: skip
