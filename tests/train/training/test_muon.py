"""Muon for matrices, AdamW for the rest: as torch has them, on one schedule, and through a checkpoint."""

import pytest
import torch
from torch import nn

from trainer.diffusion.sde import OUVESDE
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.streaming import StreamingNet
from trainer.training.module import Enhancement
from trainer.training.muon import MuonWithAdamW

pytestmark = pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="muon needs torch 2.9 or later")


def layer() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(32, 16)


def train(module: nn.Module, optimiser: torch.optim.Optimizer, steps: int, first: int = 0) -> None:
    for k in range(first, first + steps):
        torch.manual_seed(k)
        module(torch.randn(8, 32)).square().sum().backward()
        optimiser.step()
        optimiser.zero_grad()


def test_each_parameter_is_updated_by_its_own_optimiser():
    ours, theirs = layer(), layer()
    both = MuonWithAdamW([ours.weight], [ours.bias], lr=0.01, rest_lr=0.02, weight_decay=0.1)
    muon = torch.optim.Muon([theirs.weight], lr=0.01, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    adamw = torch.optim.AdamW([theirs.bias], lr=0.02, betas=(0.9, 0.99), weight_decay=0.0)
    train(ours, both, 3)
    for k in range(3):
        torch.manual_seed(k)
        theirs(torch.randn(8, 32)).square().sum().backward()
        muon.step(), adamw.step()
        muon.zero_grad(), adamw.zero_grad()
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=0, atol=0)


def test_resumed_from_its_state_it_goes_on_as_if_never_stopped():
    whole, halves = layer(), layer()
    train(whole, MuonWithAdamW([whole.weight], [whole.bias], 0.01, 0.02), 6)
    train(halves, first := MuonWithAdamW([halves.weight], [halves.bias], 0.01, 0.02), 3)
    second = MuonWithAdamW([halves.weight], [halves.bias], 0.5, 0.5)
    second.load_state_dict(first.state_dict())
    train(halves, second, 3, first=3)
    torch.testing.assert_close(halves.state_dict(), whole.state_dict(), rtol=0, atol=0)


def test_a_schedule_moves_both_rates_before_and_after_a_resume():
    module = layer()
    optimiser = MuonWithAdamW([module.weight], [module.bias], 0.01, 0.02)
    optimiser.load_state_dict(optimiser.state_dict())
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda k: 0.5**k)
    train(module, optimiser, 1)
    schedule.step()
    assert optimiser.muon.param_groups[0]["lr"] == pytest.approx(0.005)
    assert all(g["lr"] == pytest.approx(0.01) for g in optimiser.adamw.param_groups)


def test_the_state_of_another_optimiser_is_refused():
    module = layer()
    with pytest.raises(ValueError, match="made with another optimizer than muon"):
        MuonWithAdamW([module.weight], [module.bias], 0.01, 0.02).load_state_dict(
            torch.optim.AdamW(module.parameters()).state_dict()
        )


def test_before_torch_2_9_it_is_refused_in_one_sentence(monkeypatch):
    monkeypatch.delattr(torch.optim, "Muon")
    module = layer()
    with pytest.raises(RuntimeError, match=r"optimizer muon needs torch 2\.9 or later, this is torch"):
        MuonWithAdamW([module.weight], [module.bias], 0.01, 0.02)


def test_the_module_gives_every_parameter_to_one_optimiser_once():
    net = StreamingNet(bins=161, channels=16, blocks=2, heads=1, stride=4, bands=4)
    module = Enhancement(Spectrogram(), OUVESDE(), net, optimizer="muon")
    optimiser = module.make_optimizer()
    given = [p for group in optimiser.param_groups for p in group["params"]]
    assert sorted(map(id, given)) == sorted(map(id, module.parameters()))
    matrices = {id(p) for group in optimiser.muon.param_groups for p in group["params"]}
    assert id(net.blocks[0].recurrence.hidden.weight) in matrices
    assert id(net.gather) not in matrices
