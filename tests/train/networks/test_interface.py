"""A streaming network from one file of its own: configuration, training, snapshot and exported file take it as it is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from export.convert import convert
from export.verify import offline, run, speech
from realtime.engine.session import Session
from tests.helpers.other_network import GainNet
from tests.helpers.training_runs import make_audio
from trainer.diffusion.sde import OUVESDE
from trainer.fused.choice import put_on_operators
from trainer.networks.checkpoint import build, load_model, read, save_snapshot
from trainer.networks.interface import StreamingNetwork, network_class, network_name
from trainer.networks.ncsnpp import NCSNpp
from trainer.networks.score_model import ScoreModel
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.streaming import StreamingNet
from trainer.training.module import Enhancement

PATH = "tests.helpers.other_network.GainNet"


def gain_model():
    torch.manual_seed(0)
    return ScoreModel(Spectrogram(), OUVESDE(), GainNet()).eval()


def test_a_snapshot_of_another_network_loads_in_a_process_that_never_saw_it(tmp_path):
    model = gain_model()
    path = tmp_path / "gain.safetensors"
    save_snapshot(model.config, model.state_dict(), path)
    assert read(path)[0]["network"] == {"name": PATH, "bins": 161, "width": 4}
    code = (
        "import sys; from trainer.networks.checkpoint import load_model; "
        f"model = load_model(sys.argv[1]); print(type(model.network).__name__, {PATH.rpartition('.')[0]!r} in sys.modules)"
    )
    # the folder of the class must be named: our own processes do not look into the current folder
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["GainNet", "True"], done.stderr
    again = load_model(path)
    audio, noise = 0.1 * torch.randn(1, 4000), torch.randn(26, 2, 2, 161)
    assert torch.equal(again.enhance(audio, 2, noise), model.enhance(audio, 2, noise))


def test_the_exported_file_of_another_network_says_what_the_trainer_says(tmp_path):
    model, path = gain_model(), tmp_path / "gain.onnx"
    convert(model, path, 3, 2, {"name": "gain", "version": "1", "license": "MIT", "trained_on": "nothing"})
    session = Session(path, device="cpu")
    audio = speech(2.0, session.spec)
    whole = offline(model, audio, 3, session.spec.noise_shape)
    assert np.abs(whole).max() > 0.01
    assert np.abs(run(session, audio, 3) - whole).max() < 1e-5


def test_fit_takes_another_network_by_its_class_path(tmp_path, monkeypatch):
    from trainer import cli

    audio = make_audio(tmp_path)
    cli.main([
        "fit", "--config", "trainer/configs/stream.yaml",
        "--data.speech", json.dumps([str(audio / "speech")]), "--data.noise", json.dumps([str(audio / "noise")]),
        "--data.valid_count", "1", "--data.valid_seconds", "1", "--data.batch_size", "2", "--data.workers", "0",
        "--data.examples_per_epoch", "8", "--data.rooms", "2", "--data.seconds", "0.5", "--data.cache_dir", "null",
        "--model.network", json.dumps({"class_path": PATH, "init_args": {"bins": 321, "width": 3}}),
        "--model.path_from", "1", "--model.path_share", "1.0", "--trainer.max_steps", "2",
        "--trainer.limit_val_batches", "0", "--trainer.accelerator", "cpu", "--folder", str(tmp_path / "run"),
    ])  # fmt: skip
    network = load_model(tmp_path / "run" / "ema.safetensors").network
    assert type(network) is GainNet and network.width == 3


def test_a_network_without_class_path_is_the_shipped_one():
    from lightning.pytorch.cli import LightningArgumentParser

    parser = LightningArgumentParser(exit_on_error=False)
    parser.add_lightning_class_args(Enhancement, "model")
    around = ["--model.spectrogram", "{}", "--model.sde", "{}"]
    short = ["--model.network", '{"channels": 32, "blocks": 2}', "--model.network.blocks", "1"]
    network = parser.instantiate_classes(parser.parse_args([*around, *short])).model.model.network
    assert type(network) is StreamingNet
    assert (network.channels, len(network.blocks)) == (32, 1)


def test_names_that_snapshots_hold():
    assert network_name(StreamingNet) == "StreamingNet" and network_class("StreamingNet") is StreamingNet
    assert network_name(GainNet) == PATH and network_class(PATH) is GainNet
    assert network_class("GainNet") is GainNet  # imported, and there is one of this name


def test_a_class_that_could_not_be_loaded_again_is_refused_when_it_is_saved(tmp_path):
    class Local(StreamingNet):
        pass

    spectrogram = Spectrogram()
    model = ScoreModel(spectrogram, OUVESDE(), Local(channels=16, blocks=1, bands=8))
    with pytest.raises(ValueError, match=r"Local could not be loaded again: the class must stand") as told:
        save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    assert len(str(told.value).splitlines()) == 1
    with pytest.raises(ValueError, match="could not be loaded again"):
        Enhancement(spectrogram, OUVESDE(), Local(channels=16, blocks=1, bands=8))

    class OtherSDE(OUVESDE):
        pass

    model = ScoreModel(spectrogram, OtherSDE(), StreamingNet(channels=16, blocks=1, bands=8))
    with pytest.raises(ValueError, match="a snapshot with sde OtherSDE could not be loaded again"):
        save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nowhere.at_all.Net", "class nowhere.at_all.Net, which cannot be imported here"),
        ("tests.helpers.other_network.Missing", "which cannot be imported here"),
        ("NeverImported", "class NeverImported, which cannot be imported here"),
        ("trainer.networks.ncsnpp.NCSNpp", "which is no StreamingNetwork"),
        ("os.system", "which is no StreamingNetwork"),
        (7, "no name of a class"),
    ],
)
def test_a_snapshot_of_an_unknown_class_is_refused_in_one_sentence_when_it_is_loaded(name, why):
    config = gain_model().config
    with pytest.raises(ValueError, match=why) as told:
        build(config | {"network": {"name": name}})
    assert len(str(told.value).splitlines()) == 1


def test_the_interface_cannot_be_built_and_whole_file_networks_are_none():
    with pytest.raises(TypeError, match="abstract"):
        StreamingNetwork()
    with pytest.raises(ValueError, match="is no StreamingNetwork"):
        network_name(NCSNpp)


@pytest.mark.parametrize("network", [GainNet, lambda: StreamingNet(channels=16, blocks=2, bands=8)])
def test_a_copy_for_export_computes_the_same_and_leaves_its_original_alone(network):
    network = network().eval()
    with torch.no_grad():
        for p in network.parameters():
            p += 0.1 * torch.randn_like(p)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    copy = network.for_export()
    x_t, y, t = torch.randn(1, 2, 6, 161), torch.randn(1, 2, 6, 161), torch.tensor([0.4])
    for film in network.film(t):
        assert len(film) == network.film_layers
    with torch.no_grad():
        a, b = (n(x_t, n.prepare(y)[0], n.film(t))[0] for n in (network, copy))
    torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_fused_operators_leave_other_networks_alone(caplog):
    network = GainNet()
    put_on_operators(network, "auto", torch.device("cpu"))
    assert "they compute StreamingNet, and the network is a GainNet" in caplog.text
    put_on_operators(network, "plain", torch.device("cpu"))
    with pytest.raises(ValueError, match="operators fused cannot be used: they compute StreamingNet"):
        put_on_operators(network, "fused", torch.device("cpu"))
