"""`trainer experiments`: plans, runs that are not run twice, and what the table says of known scores."""

import argparse
import json

import numpy as np
import pytest
import soundfile
import yaml

from trainer.experiments import (
    PLANS,
    Plan,
    add_arguments,
    markdown,
    read_plan,
    run,
    shipped,
    summarise,
    train,
)

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
    record = json.loads((out / "mse-1" / "done.json").read_text())["training"]
    assert record["gradient_norm"] > 0 and "supervised" in record
    stamps = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file() and p.name != "experiments.md"}
    assert run(a) == text
    assert stamps == {p: p.stat().st_mtime_ns for p in stamps}
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


def results(offset, seed):
    rng = np.random.default_rng(7)  # the files are the same for all
    rows = [
        {"system": "s", "file": f"{i}", "nfe": 1, "pesq_wb": 2 + base + offset + 0.01 * seed}
        for i, base in enumerate(rng.normal(0, 0.5, 12))
    ]
    return {
        "columns": ["pesq_wb"],
        "rows": [*rows, {"system": "noisy", "file": "0", "nfe": None, "pesq_wb": 1.0}],
    }


def test_the_table_marks_a_paired_difference_and_only_that(tmp_path):
    rows = {"a": {}, "same": {}, "better": {}}
    plan = Plan(tmp_path, {}, rows, "a", (1, 2))
    offsets = {"a": 0.0, "same": 0.0, "better": 0.1}
    scores = {(row, seed): results(offsets[row], seed) for row in rows for seed in plan.seeds}
    training = {key: {"supervised": float(key[1])} for key in scores}
    entries = {e.row: e for e in summarise(plan, scores, training)}
    assert entries["a"].differences["pesq_wb"] is None
    interval = entries["better"].differences["pesq_wb"]
    # files differ by 0.5, yet the pairs by exactly 0.1
    assert interval.low == pytest.approx(0.1) and interval.high == pytest.approx(0.1)
    assert entries["same"].differences["pesq_wb"].low == pytest.approx(0)
    assert entries["a"].spread["pesq_wb"] == pytest.approx(0.01 / 2**0.5)
    assert entries["a"].training["supervised"] == (1.5, 1.0)
    lines = markdown(plan, list(entries.values())).splitlines()
    assert [line.split("|")[1].strip() for line in lines if "**" in line] == ["better"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reference": "none"}, "reference 'none' .* none of its rows: score, mse"),
        ({"config": "none.yaml"}, "config .*none.yaml .* does not exist"),
        ({"colour": 1}, "must have config, rows and reference"),
    ],
)
def test_wrong_plans_are_refused_in_a_sentence(tmp_path, changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_plan(write_plan(tmp_path / "plan.yaml", **changes))


def test_only_keeps_the_reference(tmp_path):
    path = write_plan(tmp_path / "plan.yaml", rows={"score": {}, "b": {}, "c": {}})
    assert list(read_plan(path, only=["c"]).rows) == ["score", "c"]
    with pytest.raises(ValueError, match="row 'd' is none of those"):
        read_plan(path, only=["d"])


def test_shipped_plans_are_plans():
    assert "weights" in shipped()
    for name in shipped():
        plan = read_plan(PLANS / "plans" / f"{name}.yaml")
        assert len(plan.seeds) >= 2 and len(plan.rows) >= 2
