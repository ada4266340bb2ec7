"""`trainer fit` as a user runs it: the real command, on audio made here, for a few steps."""

import re
import signal
import subprocess
import time

import pytest
import torch

from tests.helpers.called import called
from tests.helpers.training_runs import fit_command, make_audio
from trainer.cli import main
from trainer.diffusion.sde import OUVESDE
from trainer.networks.checkpoint import build, load_model, load_weights, save_snapshot
from trainer.networks.score_model import ScoreModel
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.streaming import StreamingNet


@pytest.fixture(scope="module")
def audio(tmp_path_factory):
    return make_audio(tmp_path_factory.mktemp("audio"))


def fit(audio, folder, *options, code=0):
    command = fit_command(audio, folder, *options)
    # what is refused needs no process of its own, which takes seconds to load torch
    apart = {"capture_output": True, "text": True, "timeout": 240}
    done = called(main, *command[3:]) if code else subprocess.run(command, **apart)
    assert done.returncode == code, done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def trained(audio, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    done = fit(audio, folder, "--trainer.max_steps", "4", "--trainer.val_check_interval", "2")
    said = done.stdout + done.stderr
    assert not re.search("Tip:|deprecated|https?://|no last checkpoint", said), f"no news of ours: {said}"
    return folder


def scalars(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    tags = {}
    for file in sorted(folder.glob("events*")):
        events = EventAccumulator(str(file)).Reload()
        for kind in ("scalars", "audio", "images"):
            tags.setdefault(kind, set()).update(events.Tags()[kind])
    return tags


def test_fit_leaves_a_checkpoint_a_snapshot_and_a_log(trained):
    tags = scalars(trained)
    assert {"train/supervised", "valid/si_sdr_1", "valid/si_sdr_4"} <= tags["scalars"]
    assert "0/enhanced" in tags["audio"] and tags["images"]
    a, b = load_model(trained / "last.ckpt"), load_model(trained / "ema.safetensors")
    assert a.config == b.config and not a.training
    for (name, x), (_, y) in zip(a.state_dict().items(), b.state_dict().items(), strict=True):
        assert torch.equal(x, y), name
    raw = torch.load(trained / "last.ckpt", weights_only=True)
    assert raw["global_step"] == 4


def test_the_average_is_not_the_last_step(trained):
    raw = torch.load(trained / "last.ckpt", weights_only=True)
    name = "model.network.head.weight"
    assert not torch.equal(raw["current_model_state"][name], raw["state_dict"][name])


def test_a_killed_run_goes_on_where_it_was(audio, tmp_path):
    folder = tmp_path / "run"
    endless = fit_command(
        audio, folder, "--trainer.max_steps", "100000", "--checkpoint.train_time_interval", "0:00:01",
        "--trainer.limit_val_batches", "0",
    )  # fmt: skip
    process = subprocess.Popen(endless, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (folder / "last.ckpt").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(1.5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    reached = torch.load(folder / "last.ckpt", weights_only=True)["global_step"]
    assert reached > 0
    done = fit(audio, folder, "--trainer.max_steps", str(reached + 2), "--trainer.limit_val_batches", "0")
    assert "Restored all states" in done.stderr + done.stdout
    assert torch.load(folder / "last.ckpt", weights_only=True)["global_step"] == reached + 2


def test_init_starts_from_the_snapshot(audio, trained, tmp_path):
    folder = tmp_path / "tuned"
    fit(
        audio, folder, "--init", str(trained / "ema.safetensors"), "--trainer.max_steps", "1",
        "--model.learning_rate", "0", "--trainer.limit_val_batches", "0",
    )  # fmt: skip
    before, after = load_model(trained / "ema.safetensors"), load_model(folder / "ema.safetensors")
    for (name, x), (_, y) in zip(before.state_dict().items(), after.state_dict().items(), strict=True):
        assert torch.allclose(x, y, atol=1e-6), name


def test_init_into_the_folder_of_another_run_is_refused(audio, trained):
    before = (trained / "last.ckpt").read_bytes()
    done = fit(audio, trained, "--init", str(trained / "ema.safetensors"), "--trainer.max_steps", "9", code=1)
    last = done.stderr.strip().splitlines()[-1]
    assert "holds a run that started from scratch" in last and "give another --folder" in last
    assert (trained / "last.ckpt").read_bytes() == before


def test_a_missing_folder_is_one_sentence(audio, tmp_path):
    done = fit(audio, tmp_path / "none", "--data.speech", '["nowhere/speech"]', code=1)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("trainer:") and "nowhere/speech" in last


def small():
    return ScoreModel(Spectrogram(), OUVESDE(), StreamingNet(channels=16, blocks=1, bands=8))


def test_a_snapshot_builds_the_same_model(tmp_path):
    model = small().eval()
    save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    again = load_model(tmp_path / "m.safetensors")
    audio = torch.randn(1, 4000) * 0.1
    noise = torch.randn(30, 4, 2, 161) * 0.5**0.5
    assert torch.equal(model.enhance(audio, 2, noise), again.enhance(audio, 2, noise))
    assert model.enhance(audio, 2).shape == audio.shape


def test_files_that_are_no_models_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no model file at .*none\.ckpt"):
        load_model(tmp_path / "none.ckpt")
    (tmp_path / "text.safetensors").write_text("hello")
    with pytest.raises(ValueError, match="not a readable safetensors"):
        load_model(tmp_path / "text.safetensors")

    class Evil:
        def __reduce__(self):
            return (print, ("ran",))

    torch.save({"klarstrom": {}, "state_dict": Evil()}, tmp_path / "evil.ckpt")
    with pytest.raises(ValueError, match="without running code"):
        load_model(tmp_path / "evil.ckpt")
    torch.save({"state_dict": {}}, tmp_path / "foreign.ckpt")
    with pytest.raises(ValueError, match="no entry 'klarstrom'"):
        load_model(tmp_path / "foreign.ckpt")
    with pytest.raises(ValueError, match="lacks or does not know"):
        build({"network": {"name": "Other"}})
    with pytest.raises(ValueError, match="model config does not fit"):
        build([])
    model = small()
    save_snapshot(model.config, {"network.head.weight": torch.zeros(1)}, tmp_path / "part.safetensors")
    with pytest.raises(ValueError, match=r"part\.safetensors: Error") as told:
        load_model(tmp_path / "part.safetensors")
    assert len(str(told.value).splitlines()) == 1


def test_init_tells_what_differs_beside_the_weights(tmp_path):
    model = small()
    save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    other = ScoreModel(Spectrogram(release=0.5), model.sde, StreamingNet(channels=16, blocks=1, bands=8))
    with pytest.warns(UserWarning, match="was trained with spectrogram .*'release': 5.0"):
        load_weights(other, tmp_path / "m.safetensors")


def test_init_from_another_shape_is_refused(tmp_path):
    model = small()
    save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    other = ScoreModel(Spectrogram(), OUVESDE(), StreamingNet(channels=32, blocks=1, bands=8))
    with pytest.raises(ValueError, match="the configuration asks for"):
        load_weights(other, tmp_path / "m.safetensors")


def test_init_of_a_deeper_network_begins_as_the_shallower_one_and_then_uses_its_new_blocks(tmp_path):
    model = small().eval()
    torch.nn.init.normal_(model.network.embedding.out.weight, std=0.1)
    torch.nn.init.normal_(model.network.head.weight, std=0.1)
    save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    deeper = ScoreModel(Spectrogram(), OUVESDE(), StreamingNet(channels=16, blocks=3, bands=8)).eval()
    load_weights(deeper, tmp_path / "m.safetensors", grow=True)
    y, x_t, t = torch.randn(2, 2, 9, 161), torch.randn(2, 2, 9, 161), torch.tensor([0.3, 0.9])
    estimates = []
    for m in (model, deeper):
        noisy, _ = m.network.prepare(y)
        estimates.append(m.network(x_t, noisy, m.network.film(t))[0])
    torch.testing.assert_close(estimates[1], estimates[0])
    assert (estimates[0] - y).abs().max() > 0.1  # it is not the identity that agrees with itself
    estimates[1].square().mean().backward()
    for block in deeper.network.blocks:
        assert block.project.weight.grad.abs().max() > 0
        assert block.mixer.outward.weight.grad.abs().max() > 0


def test_init_of_finer_bins_begins_with_what_was_known_of_the_coarse_ones(tmp_path):
    """What the coarse network sees at its bins, the finer one sees at every second, and says the same there."""
    torch.manual_seed(0)
    model = small().eval()
    torch.nn.init.normal_(model.network.head.weight, std=0.1)
    torch.nn.init.normal_(model.network.head.bias, std=0.1)
    save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    front = Spectrogram(window_length=640, synthesis_length=320)
    finer = ScoreModel(
        front, OUVESDE(), StreamingNet(bins=321, channels=16, blocks=1, stride=8, bands=8)
    ).eval()
    with pytest.warns(UserWarning, match="window_length"):
        load_weights(finer, tmp_path / "m.safetensors", grow=True)
    y, x_t, t = torch.randn(2, 2, 9, 321), torch.randn(2, 2, 9, 321), torch.tensor([0.3, 0.9])
    noisy, _ = finer.network.prepare(y)
    fine, _ = finer.network(x_t, noisy, finer.network.film(t))
    noisy, _ = model.network.prepare(y[..., ::2])
    coarse, _ = model.network(x_t[..., ::2], noisy, model.network.film(t))
    torch.testing.assert_close(fine[..., ::2], coarse)
    assert (coarse - y[..., ::2])[..., :-1].abs().min(-1).values.max() > 0.01  # not the identity
    fine.square().mean().backward()
    assert (finer.network.conv_noisy.weight.grad[..., 1::2] != 0).any()


@pytest.mark.parametrize("larger", [{"blocks": 2}, {"bins": 321, "stride": 8}])
def test_init_of_a_smaller_network_is_refused_unless_growth_was_asked_for(tmp_path, larger):
    model = small()
    save_snapshot(model.config, model.state_dict(), tmp_path / "m.safetensors")
    front = Spectrogram(window_length=640, synthesis_length=320) if "bins" in larger else Spectrogram()
    grown = ScoreModel(front, OUVESDE(), StreamingNet(**{**model.network.config, **larger}))
    before = {name: value.clone() for name, value in grown.state_dict().items()}
    with pytest.raises(ValueError, match=r"m\.safetensors holds the network .*: give --grow") as told:
        load_weights(grown, tmp_path / "m.safetensors")
    assert len(str(told.value).splitlines()) == 1
    assert all(torch.equal(before[name], value) for name, value in grown.state_dict().items())


def test_fit_grows_a_smaller_snapshot_with_grow_alone_or_with_init_grow_in_the_configuration(
    audio, trained, tmp_path
):
    snapshot = str(trained / "ema.safetensors")
    options = ["--init", snapshot, "--model.network.blocks", "2", "--trainer.max_steps", "1"]
    options += ["--trainer.limit_val_batches", "0", "--model.learning_rate", "0"]
    done = fit(audio, tmp_path / "refused", *options, code=1)
    assert "give --grow" in done.stderr.strip().splitlines()[-1]
    assert not (tmp_path / "refused" / "ema.safetensors").exists()
    for name, way in (("grow", ["--grow"]), ("init_grow", ["--model.init_grow", "true"])):
        fit(audio, tmp_path / name, *options, *way)
        model = load_model(tmp_path / name / "ema.safetensors")
        assert model.network.config["blocks"] == 2
        assert torch.equal(model.network.blocks[1].project.weight, torch.zeros(16, 16))


def test_init_of_a_shallower_network_or_from_a_part_of_the_weights_is_refused(tmp_path):
    model = small()
    deeper = ScoreModel(Spectrogram(), OUVESDE(), StreamingNet(channels=16, blocks=2, bands=8))
    save_snapshot(deeper.config, deeper.state_dict(), tmp_path / "deep.safetensors")
    with pytest.raises(ValueError, match="the configuration asks for"):
        load_weights(model, tmp_path / "deep.safetensors", grow=True)
    part = {k: v for k, v in model.state_dict().items() if "blocks.0.project" not in k}
    save_snapshot(model.config, part, tmp_path / "part.safetensors")
    with pytest.raises(ValueError, match="project"):
        load_weights(deeper, tmp_path / "part.safetensors", grow=True)
