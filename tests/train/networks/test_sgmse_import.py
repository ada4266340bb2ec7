"""`trainer import-sgmse` on small checkpoints in the published layout, and on files that mean harm."""

import contextlib
import json
import sys
import types

import pytest
import torch

from trainer import cli
from trainer.diffusion.preconditioning import Preconditioning
from trainer.diffusion.sde import OUVESDE
from trainer.networks.checkpoint import load_model
from trainer.networks.ncsnpp import NCSNpp
from trainer.networks.offline_model import FewStepSampling, OfflineModel
from trainer.networks.sgmse_import import read_sgmse

HYPER = {
    "backbone": "ncsnpp", "sde": "ouve", "lr": 1e-4, "ema_decay": 0.999, "t_eps": 0.02, "loss_type": "mse",
    "theta": 1.4, "sigma_min": 0.04, "sigma_max": 0.6, "N": 20, "base_dir": "/data", "batch_size": 8, "n_fft": 62,
    "hop_length": 16, "num_frames": 256, "window": "hann", "spec_factor": 0.2, "spec_abs_exponent": 0.4,
    "normalize": "noisy", "transform_type": "exponent", "centered": True, "format": "default",
}  # fmt: skip
# v2 names its shape; the first version has none but the published one, which is too big here
SMALL = {"nf": 16, "ch_mult": [1, 2, 2], "num_res_blocks": 1, "attn_resolutions": [8]}


@contextlib.contextmanager
def foreign(module, name):
    """A class that a checkpoint can name, and that is gone when it is loaded."""
    parts = module.split(".")
    made = {".".join(parts[: i + 1]): types.ModuleType(module) for i in range(len(parts))}
    cls = type(name, (), {"__module__": module})
    setattr(made[module], name, cls)
    sys.modules.update(made)
    try:
        yield cls
    finally:
        for each in made:
            del sys.modules[each]


def write(path, hyper=None, fixed_in_average=True, seed=0, network=None, shape=None, **extra):
    """A checkpoint as Lightning writes one of SGMSE. Returns network, its raw weights and the average, by name."""
    torch.manual_seed(seed)
    h = {**HYPER, **(SMALL if shape is None else shape), **(hyper or {})}
    network = network or NCSNpp(
        h["nf"], h["ch_mult"], h["num_res_blocks"], h["attn_resolutions"], h["n_fft"] // 2 + 1,
        scale_by_time=h["backbone"] == "ncsnpp",
    )  # fmt: skip
    raw = {name: torch.randn_like(p) * 0.1 for name, p in network.named_parameters()}
    averaged = {name: value + 1 for name, value in raw.items()}
    trained = dict(network.named_parameters())
    shadow = [v for n, v in averaged.items() if fixed_in_average or trained[n].requires_grad]
    with foreign("sgmse.data_module", "SpecsDataModule") as cls:
        data = {
            "epoch": 3, "global_step": 1000, "pytorch-lightning_version": "2.0.0",
            "state_dict": {f"dnn.{n}": v for n, v in raw.items()},
            "hyper_parameters": {**h, "data_module_cls": cls},
            "ema": {"decay": 0.999, "num_updates": 10, "shadow_params": shadow, "collected_params": None},
            **extra,
        }  # fmt: skip
        torch.save(data, path)
    return network, raw, averaged


def test_the_average_arrives_with_its_options(tmp_path, capsys):
    _, _, averaged = write(tmp_path / "a.ckpt")
    cli.main(["import-sgmse", str(tmp_path / "a.ckpt"), "-o", str(tmp_path / "out")])
    assert "nf 16" in capsys.readouterr().out
    model = load_model(tmp_path / "out")
    assert isinstance(model, OfflineModel) and not model.training
    weights = model.network.state_dict()
    assert list(weights) == list(averaged)
    assert all(torch.equal(weights[n], averaged[n]) for n in weights)
    assert (model.sde.theta, model.sde.sigma_min, model.sde.sigma_max, model.sde.t_eps) == (
        1.4,
        0.04,
        0.6,
        0.02,
    )
    s = model.spectrogram.config
    assert (s["n_fft"], s["hop_length"], s["exponent"], s["factor"]) == (62, 16, 0.4, 0.2)
    assert len(model.times) == 20 and model.network.config["ch_mult"] == [1, 2, 2]
    assert json.loads((tmp_path / "out" / "config.json").read_text()) == model.config
    # and again, from the file it wrote
    again = load_model(tmp_path / "out" / "model.safetensors")
    assert again.config == model.config


def test_an_average_without_the_fixed_frequencies_takes_them_from_the_weights(tmp_path):
    _, raw, averaged = write(tmp_path / "a.ckpt", fixed_in_average=False)
    _, weights = read_sgmse(tmp_path / "a.ckpt")
    assert torch.equal(weights["network.all_modules.0.W"], raw["all_modules.0.W"])
    assert torch.equal(weights["network.all_modules.1.weight"], averaged["all_modules.1.weight"])


def test_the_first_version_does_not_name_its_shape(tmp_path):
    """Seven resolutions as published, and the width is seen in the tensors."""
    sizes = {"n_fft": 510, "hop_length": 128}
    write(tmp_path / "a.ckpt", sizes, shape={}, network=NCSNpp(nf=16))
    model, _ = read_sgmse(tmp_path / "a.ckpt")
    assert model.network.config["nf"] == 16 and model.network.config["ch_mult"] == [1, 1, 2, 2, 2, 2, 2]


def maps_of(x_t, y):
    return torch.cat([x_t.real, x_t.imag, y.real, y.imag], 1)


def complex_pair(frames=8, batch=2, bins=32):
    return (torch.randn(batch, 1, bins, frames, dtype=torch.complex64) for _ in range(2))


def imported(tmp_path, **hyper):
    write(tmp_path / "a.ckpt", hyper)
    cli.main(["import-sgmse", str(tmp_path / "a.ckpt"), "-o", str(tmp_path / "out")])
    return load_model(tmp_path / "out")


def test_score_of_the_first_version_is_minus_the_network(tmp_path):
    model = imported(tmp_path)
    (x_t, y), t = complex_pair(), torch.tensor([0.3, 0.9])
    with torch.no_grad():
        out = model.network(maps_of(x_t, y), t)
        score = model.score(x_t, y, t)
    assert score.dtype == torch.complex64 and score.shape == x_t.shape
    assert torch.allclose(score, -torch.complex(out[:, 0], out[:, 1])[:, None], atol=1e-5)


def test_score_of_the_second_version_has_its_scalings(tmp_path):
    """score = c_skip x_t + c_out F / sigma with F of c_in x_t and c_in y, all edm."""
    model = imported(
        tmp_path, backbone="ncsnpp_v2", loss_type="score_matching", network_scaling="1/sigma", c_in="edm",
        c_out="edm", c_skip="edm", sigma_data=0.2,
    )  # fmt: skip
    (x_t, y), t = complex_pair(), torch.tensor([0.3, 0.9])
    sigma = model.sde.std(t)[:, None, None, None]
    total = (sigma**2 + 0.2**2).sqrt()
    with torch.no_grad():
        out = model.network(maps_of(x_t / total, y / total), t)
        f = torch.complex(out[:, 0], out[:, 1])[:, None] / sigma
        expected = 0.2**2 / total**2 * x_t + sigma * 0.2 / total * f
        assert torch.allclose(model.score(x_t, y, t), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("around", "wanted"),
    [
        (Preconditioning(), lambda x, z, mean, std, t: z / std),  # ncsnpp: its score is minus this
        (Preconditioning(sign=1, network_scaling="1/sigma"), lambda x, z, mean, std, t: -z),
        (Preconditioning(sign=1, network_scaling="1/t"), lambda x, z, mean, std, t: -z / std * t),
        (Preconditioning(sign=1, c_out="1/sigma"), lambda x, z, mean, std, t: -z),
        (Preconditioning(sign=1, c_out="sigma"), lambda x, z, mean, std, t: -z / std**2),
        (Preconditioning("denoiser", 1), lambda x, z, mean, std, t: mean),
        (Preconditioning("data", 1), lambda x, z, mean, std, t: x),
    ],
)  # fmt: skip
def test_a_perfect_network_gives_the_score_and_the_clean_signal(around, wanted):
    sde, t = OUVESDE(), torch.tensor([0.05, 0.4, 1.0], dtype=torch.float64)
    x, y, z = torch.randn(3, 3, 2, 5, 4, dtype=torch.float64)
    std = sde.std(t)[:, None, None, None]
    mean = sde.mean(x, y, t)
    x_t = mean + std * z
    out = wanted(x, z, mean, std, t[:, None, None, None])
    x_hat, score = around(out, x_t, y, t, sde)
    assert torch.allclose(score, -z / std)
    assert torch.allclose(x_hat, x)


def test_the_supervised_network_of_the_paper_is_imported(tmp_path):
    network = NCSNpp(16, (1, 2, 2), 1, (8,), 32, scale_by_time=False, conditional=False, inputs=2)
    write(
        tmp_path / "a.ckpt",
        {"supervised": True, "embedding_type": "none", "conditional": False},
        network=network,
    )
    cli.main(["import-sgmse", str(tmp_path / "a.ckpt"), "-o", str(tmp_path / "out")])
    model = load_model(tmp_path / "out")
    calls = []
    model.network.register_forward_hook(lambda *_: calls.append(1))
    assert model.times == (1.0,)
    assert model.enhance(torch.randn(1, 500) * 0.1).shape == (1, 500) and len(calls) == 1
    with pytest.raises(ValueError, match="no score"):
        model.score(*complex_pair(), torch.ones(2))


@pytest.mark.parametrize(("sampler", "eta"), [("ode", 0.0), ("sde", "posterior")])
def test_a_bridge_is_imported_with_its_sampler(tmp_path, sampler, eta):
    """The network's output is x̂₀ at once, and N calls enhance."""
    model = imported(
        tmp_path, backbone="ncsnpp_v2", loss_type="data_prediction", sde="sbve", k=2.4, c=0.5, N=7, sampler_type=sampler
    )  # fmt: skip
    assert model.sde.config == {"k": 2.4, "c": 0.5, "t_eps": 1e-4}
    assert model.sampling == FewStepSampling(7, eta) and len(model.times) == 7
    (x_t, y), t = complex_pair(), torch.tensor([0.3, 1.0])
    real = [torch.view_as_real(v[:, 0]).permute(0, 3, 2, 1) for v in (x_t, y)]
    calls = []
    with torch.no_grad():
        out = model.network(maps_of(x_t, y), t).transpose(2, 3)
        assert torch.allclose(model.predict(*real, t)[0], out, atol=1e-5)
        model.network.register_forward_hook(lambda *_: calls.append(1))
        assert torch.isfinite(model.enhance(torch.randn(2, 777) * 0.05)).all() and len(calls) == 7


def test_enhancing_counts_two_calls_a_step_and_keeps_the_length(tmp_path):
    model = imported(tmp_path)
    calls = []
    model.network.register_forward_hook(lambda *_: calls.append(1))
    audio = torch.randn(2, 777) * 0.05
    out = model.enhance(audio, 3)
    assert out.shape == audio.shape and torch.isfinite(out).all() and len(calls) == 6
    assert torch.isfinite(model.enhance(torch.zeros(1, 20), 1)).all()  # shorter than a window, and silent


class Harm:
    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


def test_a_malicious_checkpoint_is_refused_and_not_run(tmp_path, capsys):
    trap = tmp_path / "ran"
    for number, harm in enumerate(
        [
            Harm(exec, f"open({str(trap)!r}, 'w')"),
            Harm(getattr, str, "upper"),
            Harm(trap.touch.__func__, trap),
        ]
    ):
        path = tmp_path / f"{number}.ckpt"
        write(path, callbacks=harm)
        with pytest.raises(SystemExit) as stopped:
            cli.main(["import-sgmse", str(path), "-o", str(tmp_path / "out")])
        said = capsys.readouterr().err
        assert stopped.value.code == 1 and said.startswith("trainer: ") and said.count("\n") == 1
    assert not trap.exists() and not (tmp_path / "out").exists()


def test_names_of_known_packages_are_never_imported(tmp_path):
    """What a checkpoint calls numpy or torch_ema is a stand-in, whatever it asks for."""
    with foreign("torch_ema.evil", "Danger") as cls:
        cls.__reduce__ = lambda self: (cls, ("argument",))
        danger = cls()
        write(tmp_path / "a.ckpt", callbacks={"x": danger})
    read_sgmse(tmp_path / "a.ckpt")
    assert "torch_ema.evil" not in sys.modules


@pytest.mark.parametrize(
    ("hyper", "words"),
    [
        ({"backbone": "dcunet"}, "backbone 'dcunet'; known are ncsnpp, ncsnpp_v2"),
        ({"sde": "bbed"}, "sde 'bbed'; known are ouve, sbve"),
        ({"sde": "sbve"}, "predicts score needs noise at T"),
        ({"sde": "sbve", "sampler_type": "pc"}, "sampler_type 'pc'; known for sbve are ode, sde"),
        ({"centered": False}, "centered False"),
        ({"transform_type": "log"}, "transform_type 'log'"),
        ({"progressive": "none"}, "progressive 'none'"),
        ({"backbone": "ncsnpp_v2", "loss_type": "mae"}, "loss_type 'mae'"),
        ({"backbone": "ncsnpp_v2", "loss_type": "denoiser", "c_in": "2"}, "c_in '2'"),
        ({"window": "hamming"}, "window 'hamming'"),
        ({"theta": None}, "theta"),
    ],
)  # fmt: skip
def test_unknown_options_are_one_sentence(tmp_path, hyper, words):
    write(tmp_path / "a.ckpt", hyper)
    with pytest.raises(ValueError, match=words) as raised:
        read_sgmse(tmp_path / "a.ckpt")
    assert "\n" not in str(raised.value)


def test_files_that_are_no_checkpoints_are_one_sentence(tmp_path):
    path = tmp_path / "a.ckpt"
    with pytest.raises(FileNotFoundError, match="no checkpoint at"):
        read_sgmse(path)
    path.write_bytes(b"hello")
    with pytest.raises(ValueError, match="not a PyTorch checkpoint"):
        read_sgmse(path)
    torch.save({"a": 1}, path)
    with pytest.raises(ValueError, match="no state_dict"):
        read_sgmse(path)
    write(path, ema=None)
    with pytest.raises(ValueError, match="no moving average"):
        read_sgmse(path)
    write(path, ema={"shadow_params": [torch.zeros(2)]})
    with pytest.raises(ValueError, match="has 1 tensors"):
        read_sgmse(path)
    write(path, {"ch_mult": [1, 1, 2]}, network=NCSNpp(16, (1, 2, 2), 1, (8,), 32))
    with pytest.raises(ValueError, match=r"all_modules.*an NCSN\+\+ of nf 16"):
        read_sgmse(path)
