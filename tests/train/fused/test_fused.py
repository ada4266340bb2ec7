"""The fused operators compute what the plain ones compute, and step aside in one sentence where they cannot."""

import logging
from dataclasses import replace
from functools import partial

import pytest
import torch

from trainer.diffusion.sde import OUVESDE
from trainer.fused import build
from trainer.fused.build import Unavailable, instruction_sets
from trainer.fused.choice import put_on_operators
from trainer.fused.losses import power_scale
from trainer.fused.network import fuse
from trainer.fused.operators import load_operators
from trainer.networks.score_model import ScoreModel
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.streaming import StreamingNet
from trainer.training.losses import DISCREPANCIES, Estimate
from trainer.training.objective import path_loss, weighted_loss

SHAPES = {
    "ships": dict(bins=321, channels=64, blocks=2, heads=4, stride=8, bands=24),
    "narrow": dict(bins=161, channels=32, blocks=1, heads=2, stride=4, bands=12),
    "linear": dict(bins=321, channels=64, blocks=2, heads=4, stride=8, bands=24, recurrence="qrnn"),
    "odd width": dict(bins=161, channels=48, blocks=1, heads=3, stride=4, bands=20),
}


@pytest.fixture(scope="module")
def operators():
    try:
        return load_operators()
    except Unavailable as why:
        pytest.skip(f"fused operators: {why}")


def network(shape: str = "ships", strange: float = 0.05) -> StreamingNet:
    torch.manual_seed(3)
    net = StreamingNet(**SHAPES[shape])
    with torch.no_grad():
        for (
            p
        ) in net.parameters():  # a fresh network is the identity in places: its gradients would be zero there
            p.add_(strange * torch.randn_like(p))
    return net


def inputs(net: StreamingNet, batch: int = 3, frames: int = 19):
    torch.manual_seed(4)
    y, x = (0.3 * torch.randn(batch, 2, frames, net.bins) for _ in range(2))
    return y, x, torch.rand(batch), torch.rand(batch, frames) < 0.7, torch.randn(batch, 2, frames, net.bins)


def value_and_gradients(net, call, weight):
    out = call()
    grads = torch.autograd.grad((out * weight).sum(), list(net.parameters()))
    return out.detach(), dict(zip((n for n, _ in net.named_parameters()), grads, strict=True))


@pytest.mark.parametrize("instructions", instruction_sets() or [None])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("skipping", [False, True])
def test_fused_network_equals_the_plain_one(operators, instructions, shape, skipping):
    net = network(shape)
    y, x, t, active, weight = inputs(net)
    active = active if skipping else None
    fused = fuse(net, "float32", instructions)
    noisy, _ = net.prepare(y)
    plain, plain_grads = value_and_gradients(net, lambda: net(x, noisy, net.film(t), None, active)[0], weight)
    out, grads = value_and_gradients(net, lambda: fused(net, x, y, net.film(t), active), weight)
    torch.testing.assert_close(out, plain, rtol=1e-4, atol=1e-4)
    for name, expected in plain_grads.items():
        error = (grads[name] - expected).norm() / expected.norm()
        assert error < 2e-5, f"{name}: {error}"


def test_bfloat16_products_keep_the_direction_of_the_gradient(operators):
    if not operators.bfloat16:
        pytest.skip("fused operators: this processor has no bfloat16 products")
    net = StreamingNet(**SHAPES["ships"])
    y, x, t, _, weight = inputs(net)
    results = []
    for products in ("float32", "bfloat16"):
        fused = fuse(net, products)
        results.append(value_and_gradients(net, partial(fused, net, x, y, net.film(t), None), weight))
    exact, rounded = (torch.cat([g.flatten() for g in grads.values()]) for _, grads in results)
    assert torch.nn.functional.cosine_similarity(exact, rounded, dim=0) > 0.998
    torch.testing.assert_close(results[1][0], results[0][0], rtol=0.02, atol=0.02)


def test_threads_do_not_change_the_result(operators):
    net = network()
    y, x, t, active, weight = inputs(net, batch=4)
    fused, before, results = fuse(net), torch.get_num_threads(), []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            results.append(value_and_gradients(net, lambda: fused(net, x, y, net.film(t), active), weight))
    finally:
        torch.set_num_threads(before)
    torch.testing.assert_close(results[0], results[1], rtol=0, atol=0)


def test_without_gradients_nothing_is_kept_and_the_estimate_is_the_same(operators):
    net = network()
    y, x, t, active, _ = inputs(net)
    fused = fuse(net)
    with torch.no_grad():
        without = fused(net, x, y, net.film(t), active)
    assert not without.requires_grad
    torch.testing.assert_close(without, fused(net, x, y, net.film(t), active).detach(), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        (dict(channels=40, heads=4), "channels 40 is no multiple of 16"),
        (dict(bands=22), "bands 22 is no multiple of 4"),
        (dict(channels=16, heads=4), "channels / heads = 4 is no multiple of"),
    ],
)
def test_sizes_that_do_not_fit_are_named(operators, change, clause):
    with pytest.raises(Unavailable, match=clause):
        fuse(StreamingNet(**{**SHAPES["ships"], **change}))


LOSSES = ["mse", "compressed", "over_suppression", "multi_resolution"]


@pytest.mark.parametrize("name", LOSSES)
def test_fused_losses_equal_the_plain_ones(operators, name):
    torch.manual_seed(5)
    x, wave = 0.3 * torch.randn(2, 2, 13, 161), 0.1 * torch.randn(2, 4001)
    x[0, :, 3:5] = 0  # digital silence
    results = []
    for ops in (None, operators):
        torch.manual_seed(6)
        x_hat = (x + 0.1 * torch.randn_like(x)).requires_grad_()
        wave_hat = (wave + 0.05 * torch.randn_like(wave)).requires_grad_()
        value = DISCREPANCIES[name](Estimate(x_hat, x, wave_hat, wave, operators=ops))
        (value * torch.tensor([1.0, -0.5])).sum().backward()
        results.append((value.detach(), [v.grad for v in (x_hat, wave_hat) if v.grad is not None]))
    (expected, expected_grads), (found, found_grads) = results
    torch.testing.assert_close(found, expected, rtol=2e-5, atol=1e-8)
    assert len(found_grads) == len(expected_grads) == 1
    error = (found_grads[0] - expected_grads[0]).norm() / expected_grads[0].norm()
    assert error < 1e-4


@pytest.mark.parametrize("p", [(1 / 0.3 - 1) / 2, (0.3 - 1) / 2])
def test_fused_power_law_equals_the_plain_one(operators, p):
    torch.manual_seed(7)
    c, weight = torch.randn(2, 2, 5, 33, dtype=torch.float64), torch.randn(2, 2, 5, 33)
    c[0, :, 0] = 0
    c = c.float().requires_grad_()
    plain = c * c.square().sum(1, keepdim=True).clamp_min(1e-12) ** p
    fused = power_scale(operators, c, p)
    torch.testing.assert_close(fused, plain, rtol=2e-5, atol=1e-6)
    expected, found = (torch.autograd.grad((v * weight).sum(), c)[0] for v in (plain, fused))
    assert (found - expected).norm() / expected.norm() < 1e-5


def model() -> ScoreModel:
    front = Spectrogram(window_length=640, synthesis_length=320, factor=1.0, release=1.0)
    return ScoreModel(front, OUVESDE(sigma_max=0.35), network(strange=0.01), (1.0, 0.25, 0.12))


@pytest.mark.parametrize("objective", ["path", "all times"])
def test_objectives_are_the_same_on_fused_operators(operators, objective):
    m = model().train()
    clean, noise = 0.1 * torch.randn(2, 6400), 0.05 * torch.randn(2, 6400)
    y, x, _, _ = m.spectrogram.encode(clean + noise, clean)
    terms = {"compressed": 1.0, "over_suppression": 0.8, "multi_resolution": 1.0, "si_sdr": 0.05}
    losses = []
    for fused in (None, fuse(m.network)):
        m.network.fused = fused
        torch.manual_seed(8)
        if objective == "path":
            loss = path_loss(m, x, y, terms, most=3, changing=1.0)["loss"]
        else:
            loss = weighted_loss(m, x, y, "linear", terms, 25.0, 0.5)["loss"]
        loss.backward()
        losses.append((loss.detach(), torch.cat([p.grad.flatten() for p in m.parameters()])))
        m.zero_grad()
    torch.testing.assert_close(losses[1][0], losses[0][0], rtol=1e-4, atol=1e-5)
    assert (losses[1][1] - losses[0][1]).norm() / losses[0][1].norm() < 1e-3


def test_a_model_that_was_trained_on_fused_operators_streams_on_plain_ones(operators):
    m = model()
    m.network.fused = fuse(m.network)
    audio = 0.1 * torch.randn(1, 4800)
    noise = 0.5**0.5 * torch.randn(40, 1, 2, 321)
    with_fused = m.eval().enhance(audio, 1, noise)
    m.network.fused = None
    torch.testing.assert_close(with_fused, m.enhance(audio, 1, noise), rtol=0, atol=0)


def test_auto_falls_back_in_one_sentence(monkeypatch, caplog):
    monkeypatch.setattr(build, "instruction_sets", lambda: ())
    load_operators.cache_clear()
    net = network()
    try:
        with caplog.at_level(logging.WARNING):
            put_on_operators(net, "auto", torch.device("cpu"))
        assert net.fused is None
        assert "this processor has neither AVX2 nor AVX-512" in caplog.text
        with pytest.raises(ValueError, match="operators fused cannot be used: this processor has neither"):
            put_on_operators(net, "fused", torch.device("cpu"))
        with pytest.raises(ValueError, match="they run on the CPU, and this training runs on cuda"):
            put_on_operators(net, "fused", torch.device("cuda"))
    finally:
        load_operators.cache_clear()


def test_without_a_compiler_the_sentence_says_how_to_get_one(monkeypatch, tmp_path):
    if not instruction_sets():
        pytest.skip("fused operators: this processor has neither AVX2 nor AVX-512")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(build.shutil, "which", lambda name: None)
    load_operators.cache_clear()
    try:
        with pytest.raises(Unavailable, match="there is no C\\+\\+ compiler; on Debian or Ubuntu"):
            load_operators()
        assert not list(tmp_path.rglob("*.so"))
    finally:
        load_operators.cache_clear()


def test_a_plain_network_takes_what_prepare_gave_for_fused_ones_by_no_accident(operators):
    net = network().train()
    y, x, t, _, _ = inputs(net)
    net.fused = fuse(net)
    noisy, _ = net.prepare(y)
    net.fused = None
    with pytest.raises(ValueError, match="for the fused operators"):
        net(x, noisy, net.film(t))


def test_estimates_of_other_discrepancies_ignore_the_operators(operators):
    torch.manual_seed(9)
    x, wave = 0.3 * torch.randn(2, 2, 13, 161), 0.1 * torch.randn(2, 4001)
    e = Estimate(x + 0.1, x, wave + 0.01, wave, other=x - 0.1)
    for name in set(DISCREPANCIES) - set(LOSSES):
        torch.testing.assert_close(
            DISCREPANCIES[name](replace(e, operators=operators)), DISCREPANCIES[name](e)
        )
