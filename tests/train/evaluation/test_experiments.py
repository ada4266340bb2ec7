"""`trainer experiments`: plans, runs that are not run twice, and what the table says of known scores."""

import argparse
import json
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile
import torch
import yaml

from trainer.diffusion.loss_weighting import FAMILIES
from trainer.evaluation.comparison import markdown, stability, summarise
from trainer.evaluation.experiments import add_arguments, run, train
from trainer.evaluation.plans import PLANS, Plan, read_plan, shipped

TINY = {
    "model.network.channels": 16, "model.network.blocks": 1, "model.network.bands": 8, "data.batch_size": 2,
    "data.workers": 0, "data.examples_per_epoch": 8, "data.rooms": 2, "data.seconds": 0.5, "data.cache_dir": None,
    "data.valid_count": 1, "data.valid_seconds": 0.5, "trainer.accelerator": "cpu", "trainer.log_every_n_steps": 1,
    "trainer.limit_val_batches": 0, "model.path_share": 0.0,
}  # fmt: skip


def write_plan(path, **changes):
    plan = {
        "config": str(PLANS / "stream.yaml"), "reference": "score", "seeds": [1], "steps": "1",
        "options": TINY | {"trainer.max_steps": 2},
        "rows": {"score": {"model.weight": 0.0}, "mse": {"model.weight": "linear", "model.supervised": {"mse": 1.0}}},
    }  # fmt: skip
    path.write_text(yaml.safe_dump(plan | changes, sort_keys=False))
    return path


@pytest.fixture(scope="module")
def audio(tmp_path_factory):
    """speech/, noise/, and a test set of two pairs."""
    folder, rng = tmp_path_factory.mktemp("audio"), np.random.default_rng(0)
    t = np.arange(2 * 16000) / 16000
    for kind in ("speech", "noise", "clean", "noisy"):
        (folder / kind).mkdir()
    for i in range(2):
        voice = 0.1 * np.sin(2 * np.pi * (150 + 30 * i) * t) * (np.sin(2 * np.pi * 3 * t) > 0)
        hiss = 0.05 * rng.standard_normal(len(t))
        for kind, x in (("speech", voice), ("noise", hiss), ("clean", voice), ("noisy", voice + hiss)):
            soundfile.write(folder / kind / f"{i}.wav", x.astype(np.float32), 16000)
    return folder


def arguments(*given):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args([str(g) for g in given])


def test_a_plan_is_trained_tested_and_not_run_twice(audio, tmp_path):
    plan = write_plan(tmp_path / "plan.yaml")
    out = tmp_path / "runs"
    a = arguments(
        plan, "-o", out, "--clean", audio / "clean", "--noisy", audio / "noisy", "--measures", "si_sdr",
        "--fit", "--data.speech", json.dumps([str(audio / "speech")]), "--data.noise", json.dumps([str(audio / "noise")]),
    )  # fmt: skip
    text = run(a)
    assert (
        "| score |" in text
        and "| mse |" in text
        and (out / "experiments.md").read_text().strip() == text.strip()
    )
    config = yaml.safe_load((out / "mse-1" / "config.yaml").read_text())
    # the row's own discrepancy replaces the configuration's, it does not join it
    options = config["model"]["init_args"]
    assert options["supervised"] == {"mse": 1.0} and config["seed_everything"] == 1
    found = json.loads((out / "experiments.json").read_text())
    assert {e["row"] for e in found["entries"]} == {"score", "mse"} == set(found["training"])
    record = json.loads((out / "mse-1" / "done.json").read_text())["training"]
    assert record["gradient_norm"] > 0 and "supervised" in record
    stamps = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file() and p.stem != "experiments"}
    assert run(a) == text
    assert stamps == {p: p.stat().st_mtime_ns for p in stamps}
    config = read_plan(plan).config
    record = out / "mse-1" / "done.json"
    record.write_text(record.read_text().replace(json.dumps(config.read_text()), json.dumps("other")))
    with pytest.raises(ValueError, match="said something else"):
        run(a)
    a.fit = [*a.fit, "--trainer.max_steps", "3"]
    with pytest.raises(ValueError, match="made by other options"):
        run(a)


def test_a_run_that_fails_says_which_and_why(tmp_path):
    plan = read_plan(write_plan(tmp_path / "plan.yaml"))
    with pytest.raises(RuntimeError, match=r"row mse, seed 3 ended with exit code 1: .*nowhere"):
        train(
            plan, "mse", 3, tmp_path / "run", ["--data.speech", '["nowhere"]', "--data.noise", '["nowhere"]']
        )
    assert not (tmp_path / "run" / "done.json").exists()


def test_a_terminated_plan_takes_its_run_along_and_goes_on_where_it_was(audio, tmp_path):
    rest = [
        "--data.speech", json.dumps([str(audio / "speech")]), "--data.noise", json.dumps([str(audio / "noise")]),
        "--checkpoint.train_time_interval", "0:00:01",
    ]  # fmt: skip
    path, last = write_plan(tmp_path / "plan.yaml"), tmp_path / "runs" / "mse-1" / "last.ckpt"
    command = [
        sys.executable, "-m", "trainer.cli", "experiments", path, "-o", tmp_path / "runs", "--only", "mse",
        "--clean", audio / "clean", "--noisy", audio / "noisy", "--fit", *rest, "--trainer.max_steps", "100000",
    ]  # fmt: skip
    # the reference is done: a note of it is all that is looked at
    (tmp_path / "runs" / "score-1").mkdir(parents=True)
    plan = read_plan(path)
    done = {"command": plan.command("score", 1, [*rest, "--trainer.max_steps", "100000"]), "training": {}}
    (tmp_path / "runs" / "score-1" / "done.json").write_text(json.dumps(done))
    (tmp_path / "runs" / "score-1" / "results.json").write_text('{"format": 1, "rows": []}')
    process = subprocess.Popen(
        [str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 200
    while not last.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    process.terminate()
    assert process.wait(60) == 143 and last.exists()
    reached = torch.load(last, weights_only=True)["global_step"]
    time.sleep(2.5)  # a run that had been left behind would have saved again
    assert torch.load(last, weights_only=True)["global_step"] == reached > 0
    train(plan, "mse", 1, last.parent, [*rest, "--trainer.max_steps", str(reached + 2)])
    assert torch.load(last, weights_only=True)["global_step"] == reached + 2
    assert "Restored all states" in (last.parent / "fit.log").read_text()


def results(offset, seed):
    """Twelve files, half of them with each noise; in hiss the offset is larger by 0.2, in hum smaller."""
    rng = np.random.default_rng(7)  # the files are the same for all
    rows = [
        {
            "system": "s", "file": f"{i}", "nfe": 1, "noise": "hiss" if i % 2 else "hum", "snr_db": 5.0,
            "pesq_wb": 2 + base + offset * (1 + (2 if i % 2 else -2)) + 0.01 * seed,
        }
        for i, base in enumerate(rng.normal(0, 0.5, 12))
    ]  # fmt: skip
    return {
        "columns": ["pesq_wb"],
        "rows": [*rows, {**rows[0], "system": "noisy", "nfe": None, "pesq_wb": 1.0}],
    }


def compared(tmp_path, offsets, references=None):
    plan = Plan(tmp_path, {}, {row: {} for row in offsets}, "a", (1, 2), references=references or {})
    scores = {(row, seed): results(offsets[row], seed) for row in offsets for seed in plan.seeds}
    training = stability(plan, {key: {"supervised": float(key[1])} for key in scores})
    return plan, summarise(plan, scores), training


def test_the_table_marks_a_paired_difference_and_only_that(tmp_path):
    _, entries, training = compared(tmp_path, {"a": 0.0, "same": 0.0, "better": 0.1})
    whole = {e.row: e for e in entries if e.split == "all"}
    assert whole["a"].differences["pesq_wb"] is None and whole["a"].files == 12
    interval = whole["better"].differences["pesq_wb"]
    # files differ by 0.5, yet the pairs by exactly 0.3 or -0.1
    assert interval.difference == pytest.approx(0.1) and -0.1 < interval.low < 0.1 < interval.high < 0.3
    assert whole["same"].differences["pesq_wb"].low == pytest.approx(0)
    assert whole["a"].spread["pesq_wb"] == pytest.approx(0.01 / 2**0.5)
    assert training["a"]["supervised"] == (1.5, 1.0)


def test_results_are_split_by_noise_and_each_split_has_its_own_intervals(tmp_path):
    plan, entries, training = compared(tmp_path, {"a": 0.0, "better": 0.1})
    split = {(e.row, e.value): e for e in entries if e.split == "noise"}
    for noise, difference in (("hiss", 0.3), ("hum", -0.1)):
        i = split["better", noise].differences["pesq_wb"]
        assert split["better", noise].files == 6
        assert i.low == pytest.approx(difference) == pytest.approx(i.high)
    lines = markdown(plan, entries, training).splitlines()
    title = next(k for k, line in enumerate(lines) if "by noise" in line)
    assert lines[title + 2] == "| row | hiss | hum |"
    assert lines[title + 5].count("**") == 4 and "**" not in lines[title + 4]


def test_a_row_may_have_a_reference_of_its_own(tmp_path):
    plan, entries, training = compared(tmp_path, {"a": 0.0, "b": 0.1, "c": 0.1}, {"c": "b"})
    whole = {e.row: e for e in entries if e.split == "all"}
    assert whole["b"].differences["pesq_wb"].difference == pytest.approx(0.1)
    assert whole["c"].differences["pesq_wb"].difference == pytest.approx(0)
    assert "| c | b |" in markdown(plan, entries, training)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reference": "none"}, "reference 'none' .* none of its rows: score, mse"),
        ({"config": "none.yaml"}, "config .*none.yaml .* does not exist"),
        ({"references": {"mse": "none"}}, "row 'none' is none of those"),
        ({"colour": 1}, "must have config, rows and reference"),
    ],
)
def test_wrong_plans_are_refused_in_a_sentence(tmp_path, changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_plan(write_plan(tmp_path / "plan.yaml", **changes))


def test_only_keeps_the_references(tmp_path):
    rows = {"score": {}, "b": {}, "c": {}, "d": {}}
    path = write_plan(tmp_path / "plan.yaml", rows=rows, references={"c": "b", "d": "b"})
    plan = read_plan(path, only=["c"])
    assert list(plan.rows) == ["score", "b", "c"] and plan.references == {"c": "b"}
    with pytest.raises(ValueError, match="row 'e' is none of those"):
        read_plan(path, only=["e"])


def test_the_plan_of_the_paper_asks_all_its_questions():
    plan = read_plan(PLANS / "plans" / "weights.yaml")
    weights = {row: options["model.weight"] for row, options in plan.rows.items()}
    assert {0.0, 0.5, 1.0, *FAMILIES} == set(weights.values())
    terms = {name for options in plan.rows.values() for name in options.get("model.supervised", {"mse": 1.0})}
    assert terms == {"mse", "l1", "compressed", "multi_resolution", "si_sdr", "waveform_l1", "energy"}
    assert plan.rows["linear-as-published"]["model.tweedie"] == "as_published"
    assert all(plan.reference_of(row) == "linear" for row in plan.rows if row.startswith("linear-"))
    assert plan.options["model.path_share"] == 0.0 and len(plan.seeds) >= 2 and len(plan.rows) == 15


def test_shipped_plans_are_plans():
    assert "weights" in shipped()
    for name in shipped():
        plan = read_plan(PLANS / "plans" / f"{name}.yaml")
        assert len(plan.seeds) >= 2 and len(plan.rows) >= 2
