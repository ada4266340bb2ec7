"""A small 16 kHz score model with the robust front end, to stand below an upper band."""

import torch

from trainer.diffusion.sde import OUVESDE
from trainer.networks.score_model import ScoreModel
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.streaming import StreamingNet

FRONT = dict(window_length=640, synthesis_length=320, factor=1.0, release=0.35, burst=0.2, high_pass=40.0)


def small_model() -> ScoreModel:
    """All of its weights matter."""
    torch.manual_seed(0)
    net = StreamingNet(bins=321, channels=16, blocks=1, heads=1, stride=8, bands=8, recurrence="qrnn")
    with torch.no_grad():
        for p in net.parameters():
            p.add_(0.02 * torch.randn_like(p))
    return ScoreModel(Spectrogram(**FRONT), OUVESDE(sigma_max=0.35), net, (1.0, 0.25)).eval()
