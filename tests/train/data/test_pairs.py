"""Training on fixed pairs: where they are found, how they are cut, and the real command on what `trainer prepare` made."""

import json

import numpy as np
import pytest
import soundfile
import torch

from trainer import cli
from trainer.data.datasets import CropDataset
from trainer.data.module import DataModule
from trainer.data.pairs import find_pairs, hold_out_pairs, pair_up
from trainer.networks.checkpoint import load_model
from trainer.networks.offline_model import OfflineModel
from trainer.networks.score_model import ScoreModel

RATE = 16000


def write(path, audio, rate=RATE):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.asarray(audio, np.float32), rate, subtype="FLOAT")


def ramps(folder, lengths, rate=RATE, split=""):
    """Pairs whose samples say where they are from: file k counts up from k, its noisy half is the same negated."""
    for k, length in enumerate(lengths):
        x = (k + 1) / 10 + np.arange(length) / 2**20
        write(folder / split / "clean" / f"{k}.wav", x, rate)
        write(folder / split / "noisy" / f"{k}.wav", -x, rate)
    return folder / split


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What `trainer prepare mix` makes of six talkers and three noises."""
    folder, rng = tmp_path_factory.mktemp("made"), np.random.default_rng(0)
    t = np.arange(RATE) / RATE
    for k in range(6):
        voice = 0.1 * np.sin(2 * np.pi * (120 + 20 * k) * t) * (np.sin(2 * np.pi * 3 * t) > 0)
        write(folder / f"speech/s{k}/a.wav", voice)
    for name in ("hum", "hiss", "rain"):
        write(folder / f"noise/{name}.wav", 0.1 * rng.standard_normal(3 * RATE))
    cli.main(
        [
            "prepare", "mix", "-o", str(folder / "out"), "--speech", str(folder / "speech"),
            "--noise", str(folder / "noise"), "--versions", "2",
        ]
    )  # fmt: skip
    return folder / "out"


# --- where they are ---


def test_what_prepare_makes_is_found_with_its_validation_split(made):
    train, valid = find_pairs(str(made))
    assert (len(train), len(valid)) == (8, 2)
    assert not {p.speaker for p in train} & {p.speaker for p in valid} and all(p.speaker for p in train)
    for place in (made / "train", made / "train" / "manifest.tsv"):
        assert find_pairs([str(place)]) == (train, valid)
    assert find_pairs(str(made / "test"))[1] == []


def test_a_manifest_says_which_pairs_are_used(tmp_path):
    ramps(tmp_path, [100] * 4)
    (tmp_path / "some.tsv").write_text("path\tspeaker\n0.wav\tann\n2.wav\tbob\n")
    train, valid = find_pairs(str(tmp_path / "some.tsv"))
    assert [(p.name, p.speaker) for p in train] == [("0", "ann"), ("2", "bob")] and not valid
    assert [p.name for p in find_pairs(str(tmp_path))[0]] == list("0123")
    assert len(find_pairs([str(tmp_path / "some.tsv"), str(tmp_path)])[0]) == 4, "a pair listed twice is one"


def test_held_out_are_whole_speakers_or_else_files(made, tmp_path):
    kept, held = hold_out_pairs(find_pairs(str(made))[0], 0.02)
    assert len(held) == 2 and len({p.speaker for p in held}) == 1 and len(kept) == 6
    assert not {p.speaker for p in kept} & {p.speaker for p in held}
    pairs, _ = find_pairs(str(ramps(tmp_path, [100] * 4)))
    kept, held = hold_out_pairs(pairs, 0.5)
    assert len(kept) == len(held) == 2 and set(kept) | set(held) == set(pairs)
    with pytest.raises(ValueError, match="1 pair cannot be split"):
        hold_out_pairs(pairs[:1], 0.5)


def test_wrong_layouts_are_one_sentence(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere does not exist; give what `trainer prepare` made"):
        find_pairs(str(tmp_path / "nowhere"))
    write(tmp_path / "flat/a.wav", np.zeros(10))
    with pytest.raises(
        ValueError, match=r"looked for clean/ and noisy/ in .*flat and in .*train.* are 1 WAV"
    ):
        find_pairs(str(tmp_path / "flat"))
    with pytest.raises(ValueError, match=r"looked for clean/ and noisy/ beside .*a.wav"):
        find_pairs(str(tmp_path / "flat/a.wav"))
    good = ramps(tmp_path / "good", [100] * 3)
    (good / "manifest.tsv").write_text("path\n0.wav\n9.wav\n")
    with pytest.raises(ValueError, match=r"the 2 names of .*manifest.tsv, but 1 are missing in one: 9"):
        find_pairs(str(good))
    (good / "manifest.tsv").write_text("0.wav\n1.wav\n")
    with pytest.raises(ValueError, match="is no manifest"):
        find_pairs(str(good))
    (good / "manifest.tsv").unlink()
    (good / "noisy/1.wav").unlink()
    with pytest.raises(ValueError, match=r"has 3 audio files and .* has 2; .*1 are missing in one: 1$"):
        find_pairs(str(good))
    with pytest.raises(ValueError, match="speech is None and noise is None: give both, or pairs"):
        DataModule()


# --- how they are cut ---


def test_both_are_cut_at_the_same_place_and_all_places_come(tmp_path):
    data = CropDataset(pair_up(*_folders(ramps(tmp_path, [500, 300, 200]))), 8, 200, seed=3)
    seen = {0: set(), 1: set(), 2: set()}
    for index in range(300):
        x, y = data[index]
        assert x.shape == (200,) and x.dtype == torch.float32 and torch.equal(x, -y)
        file = int(x[0] * 10 + 0.01) - 1
        start = float(x[0]) - (file + 1) / 10
        assert torch.allclose(x.diff(), torch.full((199,), 2.0**-20), atol=1e-7)
        seen[file].add(round(start * 2**20))
    assert seen[2] == {0} and len(seen[1]) > 40 and min(seen[0]) < 30 and max(seen[0]) > 270
    assert all(torch.equal(a, b) for a, b in zip(data[7], data[7], strict=True))


def test_every_pair_comes_once_before_any_comes_twice(tmp_path):
    data = CropDataset(pair_up(*_folders(ramps(tmp_path, [50] * 5))), 3, 50)
    files = [int(data[i][0][0] * 10 + 0.01) for i in range(20)]
    laps = [files[i : i + 5] for i in range(0, 20, 5)]
    assert all(sorted(lap) == [1, 2, 3, 4, 5] for lap in laps) and len({tuple(lap) for lap in laps}) > 1


def test_a_short_pair_stands_in_zeros_at_the_same_place(tmp_path):
    data = CropDataset(pair_up(*_folders(ramps(tmp_path, [60]))), 4, 200)
    firsts = set()
    for i in range(40):
        x, y = data[i]
        assert torch.equal(x, -y) and int((x != 0).sum()) == 60
        firsts.add(int(x.nonzero()[0]))
    assert len(firsts) > 20


def test_another_rate_is_resampled_and_unequal_pairs_are_refused(tmp_path):
    t = np.arange(48000) / 48000
    tone = 0.5 * np.sin(2 * np.pi * 440 * t)
    write(tmp_path / "a/clean/t.wav", tone, 48000)
    write(tmp_path / "a/noisy/t.wav", -tone, 48000)
    x, y = CropDataset(pair_up(*_folders(tmp_path / "a")), 1, 4000)[0]
    spectrum = torch.fft.rfft(x * torch.hann_window(4000)).abs()
    assert int(spectrum.argmax()) == 110 and torch.allclose(x, -y, atol=1e-6)
    write(tmp_path / "a/noisy/t.wav", tone[:40000], 48000)
    with pytest.raises(ValueError, match=r"t.wav has 48000 samples at 48000 Hz and .* has 40000"):
        CropDataset(pair_up(*_folders(tmp_path / "a")), 1, 4000)
    (tmp_path / "a/noisy/t.wav").write_bytes(b"no audio")
    with pytest.raises(ValueError, match=r"cannot read .*noisy.t.wav"):
        CropDataset(pair_up(*_folders(tmp_path / "a")), 1, 4000)


def _folders(folder):
    return folder / "clean", folder / "noisy"


# --- the command ---

SMALL = {
    "stream": [
        "--model.network.channels", "16", "--model.network.blocks", "1", "--model.network.bands", "8",
        "--data.seconds", "0.25",
    ],
    "time-dependent-weight": [
        "--config", "trainer/configs/ncsnpp-small.yaml", "--model.network.nf", "16", "--model.network.ch_mult", "[1, 2]",
        "--data.seconds", "0.248",
    ],
}  # fmt: skip


@pytest.mark.parametrize("config", SMALL)
def test_trainer_fit_learns_from_what_prepare_made(made, tmp_path, config, monkeypatch):
    heard = []
    draw = CropDataset.__getitem__
    monkeypatch.setattr(CropDataset, "__getitem__", lambda self, i: heard.append(i) or draw(self, i))
    cli.main(
        [
            "fit", "--config", f"trainer/configs/{config}.yaml", *SMALL[config], "--data.pairs", str(made),
            "--data.batch_size", "4", "--data.workers", "0", "--data.examples_per_epoch", "8", "--data.cache_dir", "null",
            "--trainer.max_steps", "3", "--trainer.val_check_interval", "2", "--trainer.accelerator", "cpu",
            "--trainer.log_every_n_steps", "1", "--model.validation_steps", "[1]", "--folder", str(tmp_path / "run"),
        ]
    )  # fmt: skip
    assert heard == list(range(12))
    assert isinstance(
        load_model(tmp_path / "run" / "ema.safetensors"), OfflineModel if "weight" in config else ScoreModel
    )
    config = (tmp_path / "run" / "config.yaml").read_text()
    assert f"pairs: {made}" in config


def test_a_wrong_place_is_one_line_of_the_command(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(
            [
                "fit", "--config", "trainer/configs/stream.yaml", "--data.pairs", json.dumps([str(tmp_path)]),
                "--data.workers", "0", "--trainer.accelerator", "cpu", "--folder", str(tmp_path / "run"),
            ]
        )  # fmt: skip
    assert stopped.value.code == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith(f"trainer: pairs: looked for clean/ and noisy/ in {tmp_path} and in")
