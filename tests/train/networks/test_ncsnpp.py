"""NCSN++: the published layout on the meta device, and laws of its layers on small maps."""

import math

import pytest
import torch
from torch.nn import functional as F

from trainer.networks.ncsnpp import NCSNpp
from trainer.networks.ncsnpp_layers import AttnBlockpp, Resample, ResnetBlockBigGANpp


def tiny(**options):
    return NCSNpp(**{"nf": 16, "ch_mult": (1, 2, 2), "image_size": 32, "attn_resolutions": (16,), **options})


def on_meta(**options):
    with torch.device("meta"):
        return NCSNpp(**options)


def shapes(network):
    return {name: tuple(p.shape) for name, p in network.state_dict().items()}


# module of the published checkpoints -> what stands there, at width 128: names and shapes of all its parameters
GOLDEN = {
    0: {"W": (128,)},
    1: {"weight": (512, 256), "bias": (512,)},
    2: {"weight": (512, 512), "bias": (512,)},
    3: {"weight": (128, 4, 3, 3), "bias": (128,)},
    4: {
        "GroupNorm_0.weight": (128,), "GroupNorm_0.bias": (128,),
        "Conv_0.weight": (128, 128, 3, 3), "Conv_0.bias": (128,),
        "Dense_0.weight": (128, 512), "Dense_0.bias": (128,),
        "GroupNorm_1.weight": (128,), "GroupNorm_1.bias": (128,),
        "Conv_1.weight": (128, 128, 3, 3), "Conv_1.bias": (128,),
    },  # the first residual block needs no shortcut
    7: {"Conv_0.weight": (128, 4, 1, 1), "Conv_0.bias": (128,)},  # the halved input joins
    21: {
        "GroupNorm_0.weight": (256,), "GroupNorm_0.bias": (256,),
        **{f"NIN_{i}.W": (256, 256) for i in range(4)}, **{f"NIN_{i}.b": (256,) for i in range(4)},
    },
    75: {"weight": (128,), "bias": (128,)},
    76: {"weight": (4, 128, 3, 3), "bias": (4,)},
}  # fmt: skip


def test_width_128_is_the_published_network():
    network = on_meta()
    found = shapes(network)
    assert sum(math.prod(s) for s in found.values()) == 65_590_822  # 65.6 million
    assert len(network.all_modules) == 77 and len(found) == 647
    names = list(found)
    assert names[:3] == ["output_layer.weight", "output_layer.bias", "all_modules.0.W"]
    assert names[-1] == "all_modules.76.bias"
    assert found["output_layer.weight"] == (2, 4, 1, 1)
    for number, parameters in GOLDEN.items():
        prefix = f"all_modules.{number}."
        assert {n.removeprefix(prefix): s for n, s in found.items() if n.startswith(prefix)} == parameters
    # the order is that of the published moving averages, which have no names
    block = [n.removeprefix("all_modules.10.") for n in names if n.startswith("all_modules.10.")]
    assert block[:6:2] == ["GroupNorm_0.weight", "Conv_0.weight", "Dense_0.weight"]
    assert [n for n, p in network.named_parameters() if not p.requires_grad] == ["all_modules.0.W"]
    assert list(dict(network.named_parameters())) == names  # no buffers that a checkpoint would lack


def test_attention_stands_where_there_are_16_bins_and_at_the_bottom():
    network = on_meta()
    places = [i for i, layer in enumerate(network.all_modules) if isinstance(layer, AttnBlockpp)]
    assert len(places) == 4  # two on the way down, the bottom, one on the way up
    assert [type(network.all_modules[i - 1]) for i in places] == [ResnetBlockBigGANpp] * 4
    assert sum(isinstance(m, AttnBlockpp) for m in on_meta(attn_resolutions=()).all_modules) == 1


def test_the_supervised_network_of_the_paper_knows_no_time():
    network = on_meta(conditional=False, scale_by_time=False, inputs=2)
    found = shapes(network)
    assert found["all_modules.0.weight"] == (128, 2, 3, 3) and len(network.all_modules) == 74
    assert not [n for n in found if "Dense" in n]


def test_both_versions_have_the_same_parameters_and_differ_by_a_factor_of_t():
    first, second = tiny(), tiny(scale_by_time=False)
    assert shapes(first) == shapes(second)
    with torch.no_grad():
        for p in first.parameters():
            p.normal_(std=0.1) if p.ndim > 1 else None
    second.load_state_dict(first.state_dict())
    maps, t = torch.randn(2, 4, 32, 8), torch.tensor([0.2, 0.9])
    bias = first.output_layer.bias[:, None, None]
    a, b = first(maps, t) - bias, second(maps, t) - bias
    assert b.abs().max() > 1e-3
    assert torch.allclose(a * t[:, None, None, None], b, rtol=1e-4, atol=1e-5)


def test_resampling_is_the_published_filter():
    """Zeros inserted or points left out around a plain convolution with (1, 3, 3, 1)/8 in both directions."""
    x = torch.randn(2, 3, 6, 8, dtype=torch.float64)
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0], dtype=torch.float64) / 8
    kernel = (taps[:, None] * taps).expand(3, 1, 4, 4)
    down = F.conv2d(F.pad(x, (1, 1, 1, 1)), kernel, groups=3)[:, :, ::2, ::2]
    wide = torch.zeros(2, 3, 12, 16, dtype=torch.float64)
    wide[:, :, ::2, ::2] = x
    up = F.conv2d(F.pad(wide, (2, 1, 2, 1)), 4 * kernel, groups=3)
    assert torch.allclose(Resample(up=False).double()(x), down)
    assert torch.allclose(Resample(up=True).double()(x), up)
    flat = torch.ones(1, 1, 8, 8)
    assert torch.allclose(
        Resample(up=True)(flat)[..., 2:-2, 2:-2], torch.ones(12, 12)
    )  # a level stays a level


def test_attention_is_softmax_of_the_products_over_all_points():
    block = AttnBlockpp(8)
    torch.nn.init.normal_(block.NIN_3.W, std=0.5)
    x = torch.randn(2, 8, 4, 6)
    h = block.GroupNorm_0(x)
    q, k, v = (
        torch.einsum("bcft,cd->bdft", h, n.W) + n.b[:, None, None]
        for n in (block.NIN_0, block.NIN_1, block.NIN_2)
    )
    w = torch.einsum("bcft,bcij->bftij", q, k) / math.sqrt(8)
    w = w.flatten(3).softmax(-1).reshape(w.shape)
    h = torch.einsum("bftij,bcij,cd->bdft", w, v, block.NIN_3.W) + block.NIN_3.b[:, None, None]
    assert torch.allclose(block(x), (x + h) / math.sqrt(2), atol=1e-5)


def test_a_fresh_network_says_almost_nothing_and_learns():
    torch.manual_seed(0)
    network = tiny()
    torch.nn.init.zeros_(network.output_layer.bias)
    maps, t = torch.randn(3, 4, 32, 8), torch.tensor([0.1, 0.5, 1.0])
    out = network(maps, t)
    assert out.shape == (3, 2, 32, 8) and out.abs().max() < 1e-2
    (out - 1).square().mean().backward()
    # every parameter that training may move is reached, but for those behind a layer that is almost zero
    silent = [n for n, p in network.named_parameters() if p.requires_grad and p.grad is None]
    assert not silent


def test_examples_of_a_batch_do_not_meet():
    network = tiny().eval()
    with torch.no_grad():
        for p in network.parameters():
            p.normal_(std=0.1) if p.ndim > 1 else None
        maps, t = torch.randn(3, 4, 32, 8), torch.tensor([0.1, 0.5, 1.0])
        together = network(maps, t)
        alone = torch.cat([network(maps[i : i + 1], t[i : i + 1]) for i in range(3)])
    assert torch.allclose(together, alone, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"nf": 48}, "32 groups"),
        ({"nf": 2}, "at least 4"),
        ({"image_size": 30}, "multiple of 4"),
        ({"inputs": 3}, "inputs 3"),
        ({"conditional": False}, "scale_by_time"),
        ({"ch_mult": ()}, "ch_mult"),
    ],
)  # fmt: skip
def test_impossible_networks_are_refused_in_a_sentence(options, words):
    with pytest.raises(ValueError, match=words):
        tiny(**options)


def test_maps_of_another_size_are_refused():
    with pytest.raises(ValueError, match="31 bins and 8 frames"):
        tiny()(torch.randn(1, 4, 31, 8), torch.ones(1))
    with pytest.raises(ValueError, match="multiples of 4 frames"):
        tiny()(torch.randn(1, 4, 32, 6), torch.ones(1))
