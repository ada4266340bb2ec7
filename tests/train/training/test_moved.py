"""Old names of modules: in imports, in a user's YAML and in a checkpoint, they still mean what they meant."""

import importlib
import json
import subprocess
import sys

import pytest
import torch
import yaml

from tests.helpers.training_runs import fit_row, make_audio_with_pairs
from trainer.moved import MOVED, follow_moves
from trainer.networks.checkpoint import load_model, save_snapshot


@pytest.mark.parametrize("old", MOVED)
def test_an_old_name_gives_the_module_of_the_new_one(old):
    assert importlib.import_module(old) is importlib.import_module(MOVED[old])


def test_an_old_name_that_comes_first_is_no_copy():
    code = (
        "import trainer.recipes.make, trainer.sde, trainer.diffusion.sde, trainer.data.recipes.make as new\n"
        "assert trainer.recipes.make is new and trainer.sde is trainer.diffusion.sde\n"
        "assert trainer.sde.__spec__.name == trainer.sde.OUVESDE.__module__ == 'trainer.diffusion.sde'\n"
        "import trainer.nothing"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stderr.strip().splitlines()[-1] == "ModuleNotFoundError: No module named 'trainer.nothing'"


def test_following_twice_changes_nothing():
    before = list(sys.meta_path)
    follow_moves()
    assert sys.meta_path == before


def old_names(value):
    """The same configuration as it was written before the modules moved."""
    back = {new: old for old, new in MOVED.items()}
    if isinstance(value, dict):
        return {key: old_names(item) for key, item in value.items()}
    if isinstance(value, list):
        return [old_names(item) for item in value]
    if isinstance(value, str) and value.rpartition(".")[0] in back:
        module, _, name = value.rpartition(".")
        return f"{back[module]}.{name}"
    return value


def test_a_configuration_and_a_checkpoint_with_old_names_go_on(tmp_path, monkeypatch):
    """config.yaml and last.ckpt of a run, with every class path as it was, and two steps more."""
    audio = make_audio_with_pairs(tmp_path)
    run = tmp_path / "run"
    fit_row(audio, run, "fixed-weight")
    config = old_names(yaml.safe_load((run / "config.yaml").read_text()))
    text = yaml.safe_dump(config)
    assert "trainer.offline_module.OfflineEnhancement" in text and "trainer.sde.OUVESDE" in text
    assert "trainer.training" not in text and "trainer.networks.offline" not in text
    (tmp_path / "old.yaml").write_text(text)
    checkpoint = torch.load(run / "last.ckpt", weights_only=True)
    checkpoint["hyper_parameters"] = old_names(checkpoint["hyper_parameters"])
    assert checkpoint["hyper_parameters"]["_class_path"] == "trainer.offline_module.OfflineEnhancement"
    torch.save(checkpoint, run / "last.ckpt")
    from trainer import cli

    cli.main(["fit", "--config", str(tmp_path / "old.yaml"), "--trainer.max_steps", "4"])
    assert torch.load(run / "last.ckpt", weights_only=True)["global_step"] == 4


def test_snapshots_name_classes_without_modules(tmp_path):
    """So that they do not depend on where a class is."""
    model = load_model("realtime/models/klarstrom-16k.safetensors")
    assert "trainer." not in json.dumps(model.config)
    save_snapshot(model.config, model.state_dict(), tmp_path / "again.safetensors")
    assert load_model(tmp_path / "again.safetensors").config == model.config
