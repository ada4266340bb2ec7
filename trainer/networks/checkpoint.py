"""Models on disk: Lightning checkpoints to train from, EMA snapshots (safetensors + config) to ship."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from trainer.atomic import atomic_path
from trainer.diffusion.bridge import BridgeVE
from trainer.diffusion.preconditioning import Preconditioning
from trainer.diffusion.sde import OUVESDE
from trainer.networks.centred_spectrogram import CentredSpectrogram
from trainer.networks.interface import StreamingNetwork, network_class
from trainer.networks.ncsnpp import NCSNpp
from trainer.networks.offline_model import FewStepSampling, FlowSampling, OfflineModel, Sampling
from trainer.networks.score_model import ScoreModel
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.upper_band import UpperBand

OFFLINE_NETWORKS = {"NCSNpp": NCSNpp}  # of whole-file models; those of streams are found by `network_class`
SDES = {"OUVESDE": OUVESDE, "BridgeVE": BridgeVE}
SAMPLINGS = {"Sampling": Sampling, "FewStepSampling": FewStepSampling, "FlowSampling": FlowSampling}


def build(config: dict[str, Any]) -> ScoreModel | OfflineModel:
    """A model with fresh weights from the config that the `config` of a ScoreModel or an OfflineModel gave.

    Raises ValueError in one sentence for what is no such config, or names a class that is not here.
    """
    try:
        network, sde = dict(config["network"]), dict(config["sde"])
        name, sde_class = network.pop("name"), SDES[sde.pop("name")]
        if config.get("model") == "OfflineModel":
            sampling = dict(config["sampling"])
            # models from before there were two have no name
            sampling_class = SAMPLINGS[sampling.pop("name", "Sampling")]
            around = Preconditioning(**config["preconditioning"]), sampling_class(**sampling)
            centred = CentredSpectrogram(**config["spectrogram"])
            return OfflineModel(centred, sde_class(**sde), OFFLINE_NETWORKS[name](**network), *around)
        spectrogram, times, eta = config["spectrogram"], config["times"], config["eta"]
        upper = UpperBand(**config["upper"]) if "upper" in config else None
        front = Spectrogram(**spectrogram)
        return ScoreModel(front, sde_class(**sde), network_class(name)(**network), times, eta, upper)
    except KeyError as missing:
        raise ValueError(f"model config lacks or does not know {missing}") from None
    except TypeError as error:  # no object where one should be, or an option that the class does not have
        raise ValueError(f"model config does not fit: {error}") from None


def check_named(config: dict[str, Any]) -> None:
    """Raises ValueError in one sentence for the config of a model that `build` would not find the classes of."""
    offline = config.get("model") == "OfflineModel"
    known = {"sde": SDES, "network": OFFLINE_NETWORKS if offline else None, "sampling": SAMPLINGS}
    for part, classes in known.items():
        name = config.get(part, {}).get("name")
        if name is None:
            continue
        if classes is None:
            network_class(name)
        elif name not in classes:
            raise ValueError(
                f"a snapshot with {part} {name} could not be loaded again: it must be one of {', '.join(classes)}"
            )


def save_snapshot(
    config: dict[str, Any], weights: dict[str, torch.Tensor], path: Path, extra: dict[str, str] | None = None
) -> None:
    """Config and weights of a model in one safetensors file; the file appears whole or not at all.

    Raises ValueError for a config that could not be loaded again.
    """
    check_named(config)
    tensors = {name: value.detach().cpu().contiguous() for name, value in weights.items()}
    with atomic_path(path) as temporary:
        save_file(tensors, temporary, {"klarstrom": json.dumps(config), **(extra or {})})


def read(path: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """Config and EMA weights of a snapshot or of a Lightning checkpoint of ours. No code in the file is run.

    A folder stands for its model.safetensors, as `trainer import-sgmse` leaves it.
    """
    if path.is_dir():
        path = path / "model.safetensors"
    if not path.is_file():
        raise FileNotFoundError(f"no model file at {path}")
    if path.suffix == ".safetensors":
        try:
            with safe_open(path, "pt") as file:
                metadata = file.metadata() or {}
                weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except SafetensorError as error:
            raise ValueError(f"{path} is not a readable safetensors file: {error}") from None
        if "klarstrom" not in metadata:
            raise ValueError(f"{path} is not a Klarstrom snapshot: its metadata has no entry 'klarstrom'")
        return json.loads(metadata["klarstrom"]), weights
    try:
        data = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        first = str(error).splitlines()[0]
        raise ValueError(
            f"{path} is not a checkpoint that can be loaded without running code: {first}"
        ) from None
    if "klarstrom" not in data:
        raise ValueError(f"{path} is not a checkpoint of `trainer fit`: it has no entry 'klarstrom'")
    weights = data["state_dict"]  # the average: see trainer.training.ema
    return data["klarstrom"], {
        n.removeprefix("model."): w for n, w in weights.items() if n.startswith("model.")
    }


def hours_heard(path: Path) -> float:
    """Hours of noisy speech that the weights of a snapshot have heard; 0 where the file does not say."""
    if path.suffix != ".safetensors" or not path.is_file():
        return 0.0
    with safe_open(path, "pt") as file:
        return float((file.metadata() or {}).get("hours_heard", 0.0))


def load_model(path: str | Path) -> ScoreModel | OfflineModel:
    """A model with its EMA weights, in eval mode, from an EMA snapshot, a checkpoint, or a folder of import-sgmse.

    `score(x_t, y, t)` takes complex64 [B, 1, F, T], and t [B].
    """
    config, weights = read(Path(path))
    model = build(config)
    _fill(model, weights, Path(path))
    return model.eval()


def widened(model: ScoreModel, upper: UpperBand, sample_rate: int = 48000) -> ScoreModel:
    """A score model as the low band of a full-band one: its network and its front end, at `sample_rate`, and `upper`.

    Raises ValueError for a model that is not of a third of the rate, or has an upper band already.
    """
    c = model.spectrogram.config
    ratio, rest = divmod(sample_rate, c["sample_rate"])
    if rest or ratio < 2 or model.upper is not None:
        raise ValueError(
            f"a model of {c['sample_rate']} Hz cannot be the low band of one of {sample_rate} Hz"
        )
    lengths = {name: ratio * c[name] for name in ("window_length", "hop_length", "synthesis_length")}
    front = Spectrogram(**{**c, **lengths, "sample_rate": sample_rate, "base_rate": c["sample_rate"]})
    return ScoreModel(front, model.sde, model.network, model.times, model.eta, upper)


def narrowed(model: ScoreModel) -> ScoreModel:
    """The low band of a full-band model as a model of its own, at its own rate: what `widened` was given.

    Raises ValueError for a model without an upper band.
    """
    if model.upper is None:
        raise ValueError(
            f"a model of {model.spectrogram.sample_rate} Hz without an upper band has no low band"
        )
    c = dict(model.spectrogram.config)
    rate = c.pop("base_rate")
    ratio = c["sample_rate"] // rate
    lengths = {name: c[name] // ratio for name in ("window_length", "hop_length", "synthesis_length")}
    front = Spectrogram(**{**c, **lengths, "sample_rate": rate})
    return ScoreModel(front, model.sde, model.network, model.times, model.eta).eval()


def with_upper_band(model: ScoreModel, path: Path) -> ScoreModel:
    """A score model with the upper band of another, full-band snapshot. Raises ValueError if that one has none."""
    config, weights = read(path)
    if "upper" not in config:
        raise ValueError(f"{path} has no upper band: it is no full-band model")
    upper = UpperBand(**config["upper"])
    upper.load_state_dict({n.removeprefix("upper."): w for n, w in weights.items() if n.startswith("upper.")})
    return widened(model, upper, config["spectrogram"]["sample_rate"]).eval()


def _fill(model: ScoreModel | OfflineModel, weights: dict[str, torch.Tensor], path: Path) -> None:
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(f"{path}: {' '.join(str(error).split())[:300]}") from None


def load_weights(model: ScoreModel | OfflineModel, path: Path, grow: bool = False) -> None:
    """EMA weights of a file into a model of the same shape, to train on from there.

    grow: the file may hold a smaller network that this one can begin as (`StreamingNetwork.can_grow`). Raises ValueError
    in one sentence for another shape, or for a smaller network where growth was not asked for.
    """
    config, weights = read(path)
    held = config.get("network") if isinstance(config, dict) else config
    wanted = model.config["network"]
    if held != wanted:
        weights = _grown(model, weights, held, path, grow)
    for part in ("spectrogram", "sde", "times", "eta"):
        if config.get(part) != model.config.get(part):
            warnings.warn(
                f"{path} was trained with {part} {config.get(part)}, and goes on with {model.config.get(part)}",
                stacklevel=2,
            )
    _fill(model, weights, path)


def _grown(
    model: ScoreModel | OfflineModel, weights: dict[str, torch.Tensor], held: object, path: Path, grow: bool
) -> dict[str, torch.Tensor]:
    """The weights of a model whose network is `held`, for `model`. Raises ValueError in one sentence."""
    network, wanted = model.network, model.config["network"]
    differ = f"{path} holds the network {held}, the configuration asks for {wanted}"
    if not isinstance(held, dict) or held.get("name") != wanted["name"]:
        raise ValueError(differ)
    smaller = {name: value for name, value in held.items() if name != "name"}
    if not isinstance(network, StreamingNetwork) or not network.can_grow(smaller):
        raise ValueError(differ)
    if not grow:
        raise ValueError(
            f"{differ}: give --grow (or init_grow: true) to let the smaller network grow into it"
        )
    inner = {n.removeprefix("network."): w for n, w in weights.items() if n.startswith("network.")}
    outer = {n: w for n, w in weights.items() if not n.startswith("network.")}
    return outer | {f"network.{n}": w for n, w in network.grow(inner, smaller).items()}
