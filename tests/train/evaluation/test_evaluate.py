"""Laws of `trainer test`: its tables hold what was measured, on which files, at which cost."""

import csv
import json
import math
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from tests.helpers.engine_models import Recipe, build, save
from trainer.cli import COMMANDS, LIGHTNING, main
from trainer.data.testset import find_items
from trainer.diffusion.sde import OUVESDE
from trainer.evaluation import report
from trainer.evaluation.bootstrap import compare
from trainer.evaluation.evaluate import evaluate, steps_of
from trainer.evaluation.metrics import estoi, si_sdr
from trainer.evaluation.systems import Folder, Model, open_model
from trainer.networks.checkpoint import save_snapshot
from trainer.networks.score_model import ScoreModel
from trainer.networks.spectrogram import Spectrogram
from trainer.networks.streaming import StreamingNet

RATE = 16000


def voice(seed, samples=RATE):
    t = np.arange(samples) / RATE
    x = sum(np.sin(2 * np.pi * (110 + 10 * seed) * k * t) / k for k in range(1, 20))
    return (0.05 * x * (np.sin(2 * np.pi * 3 * t) > -0.3)).astype(np.float32)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """clean/, noisy/ and enhanced/ (a fixed share of the noise left) of six files: two SNRs, three noises, two speakers."""
    root = tmp_path_factory.mktemp("set")
    for kind in ("clean", "noisy", "enhanced"):
        (root / kind).mkdir()
    rng = np.random.default_rng(0)
    for k in range(6):
        snr, noise = (-5, 10)[k % 2], ("Cafe", "Car", "Street")[k // 2]
        name, x = f"utt{k}_sp{k % 2}_{snr}dB_{noise}", voice(k)
        n = rng.standard_normal(len(x)).astype(np.float32)
        n *= np.sqrt(np.mean(x**2) / np.mean(n**2)) / 10 ** (snr / 20)
        soundfile.write(root / "clean" / f"{name}.flac", x, RATE, subtype="PCM_24")
        soundfile.write(root / "noisy" / f"{name}.wav", x + n, RATE, subtype="FLOAT")
        soundfile.write(root / "enhanced" / f"{name}.wav", x + (0.1 + 0.1 * k) * n, RATE, subtype="FLOAT")
    return root


def load(path):
    return soundfile.read(path, dtype="float64")[0]


def sdr(data, kind, name):
    x, y = (torch.from_numpy(load(next((data / k).glob(f"{name}.*")))) for k in ("clean", kind))
    return si_sdr(x[None], y[None]).item()


@pytest.fixture(scope="module")
def found(data):
    return evaluate(data / "clean", [Folder("ours", data / "enhanced")], data / "noisy", ["si_sdr"])


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A small untrained model as `trainer fit` leaves it."""
    torch.manual_seed(0)
    network = StreamingNet(channels=16, blocks=1, heads=2, bands=8)
    model = ScoreModel(Spectrogram(), OUVESDE(), network, (1.0, 0.5, 0.2))
    with torch.no_grad():  # not the identity, so that its noise is heard
        for parameter in model.network.head.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    save_snapshot(model.config, model.state_dict(), path)
    return path


def model_file(recipe, path):
    return Path(save(build(recipe), path))


# --- the tables ---


def test_each_file_has_what_its_measure_says(found, data):
    assert len(found["rows"]) == 12
    for row in found["rows"]:
        kind = {"noisy": "noisy", "ours": "enhanced"}[row["system"]]
        assert row["si_sdr"] == pytest.approx(sdr(data, kind, row["file"]), abs=1e-4)
        _, speaker, snr, noise = re.fullmatch(r"(\w+?)_(sp\d)_(-?\d+)dB_(\w+)", row["file"]).groups()
        assert (row["speaker"], row["snr_db"], row["noise"]) == (speaker, float(snr), noise)


def test_means_and_standard_errors_per_split(found, data):
    table = {(e["split"], e["value"], e["system"]): e for e in found["table"]}
    assert len(table) == 2 * (1 + 2 + 3)
    scores = {row["file"]: row["si_sdr"] for row in found["rows"] if row["system"] == "ours"}
    for split, value, pattern in (
        ("all", None, ""),
        ("snr_db", -5.0, "_-5dB_"),
        ("noise", "Street", "_Street"),
    ):
        chosen = np.array([score for name, score in scores.items() if pattern in name])
        entry = table[split, value, "ours"]
        assert entry["files"] == entry["si_sdr"]["files"] == len(chosen)
        assert entry["si_sdr"]["mean"] == pytest.approx(chosen.mean())
        assert entry["si_sdr"]["standard_error"] == pytest.approx(chosen.std(ddof=1) / math.sqrt(len(chosen)))


def test_the_files_hold_what_was_found(found, tmp_path):
    report.write(found, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"table.md", "table.csv", "files.csv", "results.json"}
    entry = next(
        e for e in found["table"] if (e["split"], e["value"], e["system"]) == ("snr_db", 10.0, "ours")
    )
    mean, error = entry["si_sdr"]["mean"], entry["si_sdr"]["standard_error"]
    assert f"| 10 | ours | 3 | {mean:.2f} ± {error:.2f} |" in (tmp_path / "table.md").read_text()
    lines = list(csv.DictReader((tmp_path / "table.csv").open()))
    line = next(li for li in lines if (li["split"], li["value"], li["system"]) == ("snr_db", "10.0", "ours"))
    assert float(line["mean"]) == pytest.approx(mean) and float(line["standard_error"]) == pytest.approx(
        error
    )
    files = list(csv.DictReader((tmp_path / "files.csv").open()))
    assert [float(f["si_sdr"]) for f in files] == [row["si_sdr"] for row in found["rows"]]
    assert json.loads((tmp_path / "results.json").read_text())["rows"] == found["rows"]


def test_the_results_can_be_compared(found, tmp_path):
    report.write(found, tmp_path)
    again = report.read(tmp_path)
    line = compare(again, again, "noisy", "ours")[0]
    assert line.interval.low > 0 and line.b - line.a == pytest.approx(line.interval.difference)


def test_a_value_that_cannot_be_computed_is_left_out_and_told(data, tmp_path):
    for kind in ("clean", "enhanced"):
        (tmp_path / kind).mkdir()
        for k in range(3):
            silent = k == 0 and kind == "enhanced"
            soundfile.write(
                tmp_path / kind / f"{k}.wav", voice(k) * (not silent) + 0.01 * voice(k + 3) * (k > 0), RATE
            )
    results = evaluate(tmp_path / "clean", [Folder("e", tmp_path / "enhanced")], measures=["si_sdr"])
    assert results["table"][0]["files"] == 3 and results["table"][0]["si_sdr"]["files"] == 2
    text = report.markdown(results)
    assert "1 values could not be computed" in text and "the enhanced signal is silent" in text
    assert "nothing is split" in text
    report.write(results, tmp_path)  # NaN is no JSON
    assert '"si_sdr": null' in (tmp_path / "results.json").read_text()


def test_a_missing_package_stops_nothing(data, monkeypatch):
    monkeypatch.setitem(sys.modules, "pesq", None)
    results = evaluate(data / "clean", [Folder("ours", data / "enhanced")], measures=["pesq_wb", "si_sdr"])
    assert results["columns"] == ["si_sdr"] and list(results["missing"]) == ["pesq_wb"]
    text = report.markdown(results)
    assert "not installed" in text.split("## By")[0] and "the package pesq is not installed" in text
    assert all("pesq_wb" not in row for row in results["rows"])


def test_two_processes_find_what_one_finds(data):
    """In the order of the names, whoever is first."""
    arguments = (data / "clean", [Folder("ours", data / "enhanced")], None, ["estoi"])
    one, two = (evaluate(*arguments, jobs=jobs) for jobs in (1, 2))
    assert [row["file"] for row in one["rows"]] == [row["file"] for row in two["rows"]]
    assert [row["estoi"] for row in one["rows"]] == pytest.approx(
        [row["estoi"] for row in two["rows"]], abs=1e-9
    )
    first = one["rows"][0]["file"]
    x, y = load(data / "clean" / f"{first}.flac"), load(data / "enhanced" / f"{first}.wav")
    assert one["rows"][0]["estoi"] == pytest.approx(estoi(x, y), abs=1e-6)


# --- the test set ---


def test_a_pattern_of_ones_own_and_a_manifest(data, tmp_path):
    items = find_items(data / "clean", pattern=r"utt(?P<snr>\d)_sp(?P<speaker>\d)")
    assert [item.snr_db for item in items] == [0, 1, 2, 3, 4, 5] and items[1].speaker == "1"
    assert all(item.noise is None for item in items)
    name = items[0].name
    (tmp_path / "m.tsv").write_text(f"path\tnoise\tsnr_db\n{name}.wav\tRain\t2.5\n")
    listed = find_items(data / "clean", manifest=tmp_path / "m.tsv")
    assert (listed[0].noise, listed[0].snr_db, listed[0].speaker) == ("Rain", 2.5, "sp0")
    assert listed[1].noise == "Cafe"


def test_names_of_corpora_are_understood(tmp_path):
    names = ["ls_000_1688_0dB_AirConditioner", "440c0201_440_-5dB_CAFE-CAFE-2", "a_b_2.5dB_x", "p232_001"]
    for name in names:
        soundfile.write(tmp_path / f"{name}.wav", voice(0), RATE)
    items = {i.name: (i.speaker, i.snr_db, i.noise) for i in find_items(tmp_path)}
    assert items == {
        names[0]: ("1688", 0.0, "AirConditioner"), names[1]: ("440", -5.0, "CAFE-CAFE-2"),
        names[2]: ("b", 2.5, "x"), names[3]: (None, None, None),
    }  # fmt: skip


def test_some_files_are_always_the_same(data):
    four = [item.name for item in find_items(data / "clean", max_files=4)]
    assert (
        len(four) == 4
        and four == sorted(four)
        and four == [i.name for i in find_items(data / "clean", max_files=4)]
    )
    assert set(i.name for i in find_items(data / "clean", max_files=2)) < set(four)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pattern": "("}, "no regular expression"),
        ({"max_files": 0}, "max_files is 0"),
        ({"measures": ["polqa"]}, "'polqa' is unknown: there are si_sdr, pesq_wb"),
        ({"jobs": 0}, "jobs is 0"),
        ({"systems": []}, "nothing to score"),
    ],
)
def test_wrong_options_are_told(data, options, message):
    arguments = {"systems": [Folder("ours", data / "enhanced")], "measures": ["si_sdr"], **options}
    with pytest.raises(ValueError, match=message):
        evaluate(data / "clean", **arguments)


def test_folders_that_do_not_fit_are_told(data, tmp_path):
    with pytest.raises(ValueError, match="no audio found"):
        find_items(tmp_path)
    with pytest.raises(ValueError, match="is not a folder"):
        find_items(tmp_path / "nowhere")
    (tmp_path / "m.tsv").write_text("path\nother.wav\n")
    with pytest.raises(ValueError, match="names 1 files, none of them"):
        find_items(data / "clean", manifest=tmp_path / "m.tsv")
    names = sorted(p.stem for p in (data / "clean").iterdir())
    for name in names[:5]:
        soundfile.write(tmp_path / f"{name}.wav", voice(0, 3 * RATE), RATE)
    with pytest.raises(ValueError, match=f"has 6 audio files and .* has 5; .* 1 are in one only: {names[5]}"):
        find_items(data / "clean", [tmp_path])
    soundfile.write(tmp_path / f"{names[5]}.wav", voice(0, 3 * RATE), RATE)
    with pytest.raises(ValueError, match=r"lasts 1\.000 s clean but 3\.000 s from late"):
        evaluate(data / "clean", [Folder("late", tmp_path)], measures=["si_sdr"])


# --- models ---


def test_a_checkpoint_runs_its_sampler(data, checkpoint, tmp_path):
    """Calls of the network are counted, not assumed; the noise is another for each file and the same each time."""
    systems = [Model(f"{n}", checkpoint, n) for n in (1, 3)]
    first = evaluate(data / "clean", systems, data / "noisy", ["si_sdr"], max_files=2, keep=tmp_path)
    rows = [row for row in first["rows"] if row["system"] != "noisy"]
    assert [row["nfe"] for row in rows] == [1, 1, 3, 3] and all(row["compute_s"] > 0 for row in rows)
    for row in rows:
        clean = load(data / "clean" / f"{row['file']}.flac")
        kept, rate = soundfile.read(tmp_path / row["system"] / f"{row['file']}.wav")
        assert rate == RATE and len(kept) == len(clean)
        direct = si_sdr(torch.from_numpy(clean)[None], torch.from_numpy(kept)[None]).item()
        assert row["si_sdr"] == pytest.approx(direct, abs=1e-3)
    again = evaluate(data / "clean", systems, data / "noisy", ["si_sdr"], max_files=2)
    assert [row["si_sdr"] for row in again["rows"]] == [row["si_sdr"] for row in first["rows"]]
    other = evaluate(data / "clean", systems, data / "noisy", ["si_sdr"], max_files=2, seed=1)
    assert [row["si_sdr"] for row in other["rows"]][2:] != [row["si_sdr"] for row in first["rows"]][2:]
    enhance, _ = open_model(systems[0])
    y = voice(0)
    a, b, c = (enhance(y, seed).x_hat for seed in (0, 0, 1))
    assert np.array_equal(a, b) and not np.array_equal(a, c)
    assert "| 3 | 3 |" in report.markdown(first)


def test_an_exported_file_runs_through_the_engine(data, tmp_path):
    """An instrument whose output is half its input: the delay is removed, so it scores what the noisy file scores."""
    path = model_file(Recipe(gain=0.5, max_steps=4, default_steps=2), tmp_path / "half.onnx")
    systems = [Model("half", path, 3)]
    rows = evaluate(data / "clean", systems, data / "noisy", ["si_sdr"], max_files=3)["rows"]
    noisy, half = rows[:3], rows[3:]
    assert [row["si_sdr"] for row in half] == pytest.approx([row["si_sdr"] for row in noisy], abs=1e-3)
    assert all(row["nfe"] == 3 for row in half) and all(row["nfe"] is None for row in noisy)


def test_a_model_of_another_rate_is_fed_at_its_rate(data, tmp_path):
    path = model_file(Recipe(rate=8000, hop=80, delay=80), tmp_path / "narrow.onnx")
    (tmp_path / "clean").mkdir()
    t = np.arange(RATE) / RATE
    low = 0.1 * np.sin(2 * np.pi * 500 * t)
    soundfile.write(tmp_path / "clean" / "a.wav", low, RATE)
    results = evaluate(tmp_path / "clean", [Model("m", path, 1)], tmp_path / "clean", ["si_sdr"])
    assert results["rows"][1]["si_sdr"] > 30


def test_steps_are_the_models_own_or_those_asked_for(checkpoint, tmp_path):
    onnx = model_file(Recipe(max_steps=4, default_steps=2), tmp_path / "m.onnx")
    assert steps_of(onnx, None) == [2] and steps_of(checkpoint, None) == [3]
    assert steps_of(onnx, "1,4,1") == [1, 4]
    with pytest.raises(ValueError, match=r"steps is 5: this model allows 1 \.\.\. 4"):
        steps_of(onnx, "1,5")
    with pytest.raises(ValueError, match="steps is 'two'"):
        steps_of(onnx, "two")
    with pytest.raises(FileNotFoundError, match="no model file"):
        steps_of(tmp_path / "none.onnx", None)
    (tmp_path / "m.txt").write_text("")
    with pytest.raises(ValueError, match=r"must end in \.onnx, \.ckpt or \.safetensors"):
        steps_of(tmp_path / "m.txt", None)


# --- the command ---


def test_the_command(data, checkpoint, tmp_path, capsys):
    arguments = ["test", str(checkpoint), "--clean", str(data / "clean"), "--noisy", str(data / "noisy")]
    arguments += ["--steps", "1,2", "--measures", "si_sdr", "--max-files", "2", "-o", str(tmp_path / "out")]
    main(arguments)
    shown = capsys.readouterr().out
    assert "| small, 1 step | 1 |" in shown and "| small, 2 steps | 2 |" in shown and "| noisy | – |" in shown
    assert shown.strip() == (tmp_path / "out" / "table.md").read_text().strip()
    before = (tmp_path / "out" / "results.json").read_text()
    with pytest.raises(SystemExit) as end:
        main([*arguments, "--seed", "1"])
    assert end.value.code == 1 and "--overwrite" in capsys.readouterr().err
    assert (tmp_path / "out" / "results.json").read_text() == before
    main([*arguments, "--seed", "1", "--overwrite"])
    assert (tmp_path / "out" / "results.json").read_text() != before


def test_the_command_says_what_it_needs(data, checkpoint, tmp_path, capsys):
    def fails(*arguments):
        with pytest.raises(SystemExit) as end:
            main(["test", "--clean", str(data / "clean"), "-o", str(tmp_path / "o"), *arguments])
        assert not (tmp_path / "o").exists()
        return end.value.code, capsys.readouterr().err

    assert fails() == (1, "trainer: give either a model file or --enhanced with a folder of enhanced files\n")
    code, message = fails(str(checkpoint))
    assert code == 1 and "give the folder of noisy files" in message
    code, message = fails(str(tmp_path / "none.ckpt"), "--noisy", str(data / "noisy"))
    assert code == 1 and "no model file at" in message
    assert fails("--stepz", "1")[0] == 2


def test_help_lists_every_command_and_what_it_does(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    text = capsys.readouterr().out
    assert end.value.code == 0 and len(text.splitlines()) < 30
    listed = [line.split()[0] for line in text.split("examples:")[0].splitlines() if line.startswith("  ")]
    assert sorted(listed) == sorted([*LIGHTNING, *COMMANDS])
    with pytest.raises(SystemExit) as end:
        main([])
    assert end.value.code == 2 and "usage: trainer" in capsys.readouterr().err
