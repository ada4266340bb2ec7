"""`trainer import-sgmse`: a Lightning checkpoint of SGMSE+ becomes a model of ours, without any of its code.

Such a file is a pickle that names classes of other packages. Nothing it names is imported: PyTorch's restricted loader
gets an inert stand-in for each name of the packages that SGMSE's training brings along, and refuses any other.
"""

from __future__ import annotations

import argparse
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import torch
from torch import Tensor

from trainer.atomic import atomic_path
from trainer.diffusion.bridge import BridgeVE
from trainer.diffusion.preconditioning import Preconditioning
from trainer.diffusion.samplers import Eta
from trainer.diffusion.sde import OUVESDE
from trainer.networks.centred_spectrogram import CentredSpectrogram
from trainer.networks.checkpoint import save_snapshot
from trainer.networks.ncsnpp import NCSNpp
from trainer.networks.offline_model import FewStepSampling, OfflineModel, Sampling

Number = TypeVar("Number", int, float)
BACKBONES = ("ncsnpp", "ncsnpp_v2")
# what a checkpoint of SGMSE may name beside tensors: its data module's class, Lightning's and NumPy's bookkeeping
HARMLESS_PACKAGES = (
    "sgmse",
    "pytorch_lightning",
    "lightning",
    "lightning_fabric",
    "torch_ema",
    "numpy",
    "pathlib",
)
HARMLESS_NAMES = ("argparse.Namespace",)
# options that change what the network computes, and the one value of each that is known here
FIXED = {
    "nonlinearity": "swish", "resamp_with_conv": True, "fir": True, "fir_kernel": [1, 3, 3, 1],
    "skip_rescale": True, "resblock_type": "biggan", "progressive": "output_skip", "progressive_input": "input_skip",
    "progressive_combine": "sum", "centered": True, "transform_type": "exponent",
}  # fmt: skip


class Inert:
    """Stands for whatever a checkpoint names: takes any arguments and any state, keeps and does nothing."""

    def __init__(self, *arguments: object, **options: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        pass

    def __setitem__(self, key: object, value: object) -> None:
        pass


def load_without_code(path: Path) -> dict[str, Any]:
    """The contents of a checkpoint, with `Inert` objects for what is no tensor, number, text or list.

    Raises FileNotFoundError, or ValueError in one sentence: also for a file that names anything a checkpoint of SGMSE
    has no need of, which is how a malicious one would run code.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no checkpoint at {path}")
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is not a PyTorch checkpoint (a zip file, as torch.save writes since 1.6)")
    try:
        named = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    except Exception as error:
        raise ValueError(f"{path} is not a readable checkpoint: {str(error).splitlines()[0]}") from None
    foreign = [n for n in named if n not in HARMLESS_NAMES and n.split(".")[0] not in HARMLESS_PACKAGES]
    if foreign:
        raise ValueError(
            f"{path} names {', '.join(foreign[:3])}, which no checkpoint of SGMSE needs and which could run code: it is "
            "not loaded"
        )
    stand_ins: list[Callable[..., Any] | tuple[Callable[..., Any], str]] = [
        (type("Inert", (Inert,), {}), name) for name in named
    ]
    try:
        with torch.serialization.safe_globals(stand_ins):
            data = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        first = str(error).splitlines()[0]
        raise ValueError(f"{path} cannot be loaded without running code: {first}") from None
    if not isinstance(data, dict) or not {"state_dict", "hyper_parameters"} <= set(data):
        raise ValueError(f"{path} is not a Lightning checkpoint: it has no state_dict and hyper_parameters")
    return data


def number(h: Mapping[str, Any], name: str, default: Number) -> Number:
    """A number among the hyperparameters, of the type of its default."""
    value = h.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"the checkpoint has {name} {value!r}, which is no number")
    return type(default)(value)


def whole_numbers(h: Mapping[str, Any], name: str, default: tuple[int, ...]) -> list[int]:
    """A list of whole numbers among the hyperparameters."""
    value = h.get(name, default)
    if not isinstance(value, list | tuple) or not all(type(v) is int for v in value):
        raise ValueError(f"the checkpoint has {name} {value!r}, which is no list of whole numbers")
    return list(value)


def network_options(h: Mapping[str, Any], weights: Mapping[str, Tensor], supervised: bool) -> dict[str, Any]:
    """Options of NCSNpp: the width from the tensors, the rest from the hyperparameters or the published defaults."""
    first = "all_modules.0.weight" if supervised else "all_modules.3.weight"
    if first not in weights or weights[first].ndim != 4:
        raise ValueError(
            f"the checkpoint's network has no first convolution {first}: it is no NCSN++ of SGMSE"
        )
    for name, value in FIXED.items():
        given = h.get(name, value)
        if (list(given) if isinstance(given, tuple) else given) != value:
            raise ValueError(f"the checkpoint has {name} {given!r}, but only {value!r} is known here")
    return dict(
        nf=weights[first].shape[0],
        ch_mult=whole_numbers(h, "ch_mult", (1, 1, 2, 2, 2, 2, 2)),
        num_res_blocks=number(h, "num_res_blocks", 2),
        attn_resolutions=whole_numbers(h, "attn_resolutions", (16,)),
        image_size=number(h, "n_fft", 510) // 2 + 1,
        fourier_scale=number(h, "fourier_scale", 16.0),
        dropout=number(h, "dropout", 0.0),
        scale_by_time=not supervised and h["backbone"] == "ncsnpp" and bool(h.get("scale_by_sigma", True)),
        conditional=not supervised,
        inputs=2 if supervised else 4,
    )


def preconditioning_of(h: Mapping[str, Any], supervised: bool) -> Preconditioning:
    """What stands around the network: a minus for ncsnpp, the options of arXiv 2409.10753 for ncsnpp_v2."""
    if supervised:
        return Preconditioning(predicts="data", sign=1)
    if h["backbone"] == "ncsnpp":
        return Preconditioning()
    kinds: dict[str, Literal["score", "denoiser", "data"]] = {
        "score_matching": "score",
        "denoiser": "denoiser",
        "data_prediction": "data",
    }
    loss = h.get("loss_type", "score_matching")
    if loss not in kinds:
        raise ValueError(f"the checkpoint has loss_type {loss!r}; known for ncsnpp_v2 are {', '.join(kinds)}")
    return Preconditioning(
        predicts=kinds[loss],
        sign=1,
        network_scaling=h.get("network_scaling") or "none",
        c_in=h.get("c_in", "1"),
        c_out=h.get("c_out", "1"),
        c_skip=h.get("c_skip", "0"),
        sigma_data=number(h, "sigma_data", 0.1),
    )


def path_of(
    h: Mapping[str, Any], supervised: bool
) -> tuple[OUVESDE, Sampling] | tuple[BridgeVE, FewStepSampling]:
    """The SDE, and the sampler that goes with it: a supervised network has one, too, which is not used."""
    name = "ouve" if supervised else h.get("sde", "ouve")
    if name == "ouve":
        sde = OUVESDE(
            number(h, "theta", 1.5),
            number(h, "sigma_min", 0.05),
            number(h, "sigma_max", 0.5),
            number(h, "t_eps", 0.03),
        )
        return sde, Sampling(N=number(h, "N", 30))
    if name != "sbve":
        raise ValueError(f"the checkpoint has the sde {name!r}; known are ouve, sbve")
    etas: dict[str, Eta] = {"ode": 0.0, "sde": "posterior"}
    sampler = h.get("sampler_type", "ode")
    if sampler not in etas:
        raise ValueError(f"the checkpoint has sampler_type {sampler!r}; known for sbve are {', '.join(etas)}")
    # t_eps was the least time of its training; SGMSE samples a bridge down to 1e-4
    return BridgeVE(number(h, "k", 2.6), number(h, "c", 0.4), 1e-4), FewStepSampling(
        number(h, "N", 50), etas[sampler]
    )


def average(data: Mapping[str, Any], network: NCSNpp, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The EMA weights by name. They are saved as a list in the order of the parameters, with or without fixed ones."""
    ema = data.get("ema")
    if not isinstance(ema, dict) or not isinstance(ema.get("shadow_params"), list):
        raise ValueError(
            "the checkpoint has no moving average (ema, shadow_params), which is what SGMSE enhances with"
        )
    every = list(network.named_parameters())
    trained = [(name, p) for name, p in every if p.requires_grad]
    shadow = ema["shadow_params"]
    parameters = next((some for some in (every, trained) if len(some) == len(shadow)), None)
    if parameters is None:
        raise ValueError(
            f"the checkpoint's moving average has {len(shadow)} tensors, the network {len(every)} parameters"
        )
    found = {name: weights[name] for name, _ in every}
    for (name, p), value in zip(parameters, shadow, strict=True):
        if value.shape != p.shape:
            raise ValueError(
                f"the moving average of {name} has shape {tuple(value.shape)} instead of {tuple(p.shape)}"
            )
        found[name] = value
    return {name: value.float() for name, value in found.items()}


def read_sgmse(path: Path) -> tuple[OfflineModel, dict[str, Tensor]]:
    """A model on the meta device, whose config is the checkpoint's, and its EMA weights. Raises in one sentence."""
    data = load_without_code(path)
    h = data["hyper_parameters"]
    backbone = h.get("backbone") if isinstance(h, dict) else None
    if backbone not in BACKBONES:
        raise ValueError(f"{path} has the backbone {backbone!r}; known are {', '.join(BACKBONES)}")
    supervised = bool(h.get("supervised", False))
    sde, sampling = path_of(h, supervised)
    weights = {n.removeprefix("dnn."): w for n, w in data["state_dict"].items() if n.startswith("dnn.")}
    options = network_options(h, weights, supervised)
    with torch.device("meta"):
        network = NCSNpp(**options)
    expected = {name: p.shape for name, p in network.named_parameters()}
    for name in [*expected, *weights]:
        if name not in weights or name not in expected or weights[name].shape != expected[name]:
            has = tuple(weights[name].shape) if name in weights else "missing"
            wants = tuple(expected[name]) if name in expected else "nothing of that name"
            raise ValueError(f"{path}: {name} is {has}, an NCSN++ of nf {options['nf']} has {wants}")
    spectrogram = CentredSpectrogram(
        sample_rate=number(h, "sr", 16000),
        n_fft=number(h, "n_fft", 510),
        hop_length=number(h, "hop_length", 128),
        exponent=number(h, "spec_abs_exponent", 0.5),
        factor=number(h, "spec_factor", 0.15),
        window=str(h.get("window", "hann")),
        normalize="not" if h.get("normalize") == "not" else "noisy",
    )
    model = OfflineModel(spectrogram, sde, network, preconditioning_of(h, supervised), sampling)
    return model, {f"network.{name}": value for name, value in average(data, network, weights).items()}


# --- the command ---


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `trainer import-sgmse`."""
    parser.add_argument(
        "checkpoint", type=Path, help="FILE.ckpt of SGMSE+, or of the code of arXiv 2309.10457"
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="folder for model.safetensors and config.json"
    )


def run(a: argparse.Namespace) -> str:
    """Reads the checkpoint and writes model.safetensors (EMA weights, config inside) and config.json for the reader."""
    model, weights = read_sgmse(a.checkpoint)
    a.output.mkdir(parents=True, exist_ok=True)
    save_snapshot(model.config, weights, a.output / "model.safetensors")
    with atomic_path(a.output / "config.json") as temporary:
        temporary.write_text(json.dumps(model.config, indent=1) + "\n")
    count = sum(value.numel() for value in weights.values())
    kind = "supervised" if model.supervised else model.preconditioning.predicts
    return (
        f"{a.output / 'model.safetensors'}: {count / 1e6:.1f} M parameters, nf {model.network.config['nf']}, predicts "
        f"{kind}; use it with trainer test, or load_model({str(a.output)!r})"
    )
