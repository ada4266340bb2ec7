"""Laws of the comparison: its intervals hold the true difference as often as they say, and it compares like with like."""

import json

import numpy as np
import pytest
import scipy.stats

from trainer.cli import main
from trainer.evaluation import report
from trainer.evaluation.bootstrap import choose, compare, markdown, paired_bootstrap


def test_intervals_hold_the_true_difference_as_often_as_they_say():
    """Shared difficulty of the files is far larger than the difference: only pairing finds it."""
    rng = np.random.default_rng(0)
    held = clear = 0
    for k in range(400):
        difficulty = 10 * rng.standard_normal(50)
        a, b = difficulty, difficulty + 0.5 + rng.standard_normal(50)
        found = paired_bootstrap(a, b, resamples=400, seed=k)
        held += found.low <= 0.5 <= found.high
        clear += found.low > 0
    assert 0.91 <= held / 400 <= 0.98  # 95 % meant; a percentile interval of 50 pairs falls a little short
    assert clear / 400 > 0.85


def test_the_interval_is_that_of_scipy():
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((2, 60))
    ours = paired_bootstrap(a, b, resamples=20000)
    theirs = scipy.stats.bootstrap((b - a,), np.mean, n_resamples=20000, method="percentile", random_state=1)
    assert ours.difference == pytest.approx(np.mean(b - a))
    assert [ours.low, ours.high] == pytest.approx([*theirs.confidence_interval], abs=0.02)


def test_whole_groups_are_drawn():
    """Twenty files of each of eight speakers, alike within a speaker: the speakers decide how wide the interval is."""
    rng = np.random.default_rng(2)
    effect = rng.standard_normal(8)
    speakers = np.repeat(np.arange(8), 20).astype(str)
    b = np.repeat(effect, 20) + 0.01 * rng.standard_normal(160)
    files, groups = (paired_bootstrap(np.zeros(160), b, g) for g in (None, speakers))
    assert groups.high - groups.low > 3 * (files.high - files.low)
    speakers_alone = paired_bootstrap(np.zeros(8), effect)
    assert groups.high - groups.low == pytest.approx(speakers_alone.high - speakers_alone.low, rel=0.05)


def test_a_seed_fixes_the_interval_and_equal_systems_do_not_differ():
    a = np.random.default_rng(3).standard_normal(30)
    assert (
        paired_bootstrap(a, a**2, seed=5)
        == paired_bootstrap(a, a**2, seed=5)
        != paired_bootstrap(a, a**2, seed=6)
    )
    nothing = paired_bootstrap(a, a)
    assert (nothing.difference, nothing.low, nothing.high) == (0, 0, 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"a": [1.0], "b": [2.0]}, "1 pairs"),
        ({"groups": ["p", "p", "p"]}, "1 groups"),
        ({"confidence": 95}, "confidence is 95"),
        ({"resamples": 0}, "resamples is 0"),
    ],
)
def test_what_cannot_be_compared_is_said(options, message):
    with pytest.raises(ValueError, match=message):
        paired_bootstrap(**{"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 4.0], **options})


# --- results of trainer test ---


def results(scores, systems=("noisy", "ours"), seed=0):
    """As `trainer test` gives them: `scores` of the last system for eight files, the others random."""
    rng = np.random.default_rng(seed)
    rows = []
    for system in systems:
        for k, value in enumerate(scores):
            own = value if system == systems[-1] else float(rng.standard_normal())
            facts = {"speaker": f"s{k % 4}", "noise": "cafe", "snr_db": 0.0, "seconds": 1.0}
            row = {"system": system, "file": f"f{k}", **facts, "si_sdr": own, "pesq_wb": 2.0 + 0.1 * own}
            rows.append(row | {"nfe": None, "compute_s": None, "notes": []})
    columns = ["si_sdr", "pesq_wb"]
    return {
        "format": 1, "clean": "clean", "systems": {}, "measures": columns, "columns": columns, "missing": {},
        "timing": "", "table": report.summarise(rows, columns), "rows": rows,
    }  # fmt: skip


A = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
B = [1.5, 2.4, 3.6, 4.5, 5.5, 6.4, 7.6, 8.5]


def test_files_are_paired_by_name_whatever_their_order():
    a, b = results(A), results(B)
    b["rows"].reverse()
    line = compare(a, b, "ours", "ours")[0]
    assert (
        line.interval.difference == pytest.approx(0.5)
        and line.interval.low >= 0.4
        and line.interval.high <= 0.6
    )
    assert (line.a, line.b) == (pytest.approx(4.5), pytest.approx(5.0))


def test_a_file_without_a_value_is_left_out_of_both():
    a, b = results(A), results(B)
    a["rows"][-1]["si_sdr"] = None
    lines = {line.measure: line for line in compare(a, b, "ours", "ours")}
    assert lines["si_sdr"].files == 7 and lines["pesq_wb"].files == 8
    assert lines["si_sdr"].b == pytest.approx(np.mean(B[:7]))


def test_different_files_are_not_compared():
    with pytest.raises(ValueError, match="A was scored on 8 files and B on 7; .* 1 are in one only: f7"):
        compare(results(A), results(B[:7]), "ours", "ours")


def test_the_system_is_the_only_one_or_named(tmp_path):
    both = results(A, ("noisy", "one", "two"))
    with pytest.raises(ValueError, match="'one', 'two'"):
        choose(both, tmp_path, None)
    assert choose(both, tmp_path, "one") == "one" and choose(results(A), tmp_path, None) == "ours"
    with pytest.raises(ValueError, match="no system 'three'"):
        choose(both, tmp_path, "three")


def test_markdown_marks_what_is_clear():
    a, b = results(A), results(B)
    text = markdown(compare(a, b, "ours", "ours"), "x", "y", 0.95, None)
    assert "| SI-SDR, dB | 4.50 | 5.00 | +0.50 | +0.4" in text and "| B | 8 |" in text
    same = markdown(compare(a, a, "ours", "ours"), "x", "y", 0.95, None)
    assert "| B |" not in same.split("---")[-1]


def test_the_command(tmp_path, capsys):
    for name, scores in (("a", A), ("b", B)):
        report.write(results(scores), tmp_path / name)
    arguments = ["compare", str(tmp_path / "a"), str(tmp_path / "b" / "results.json"), "--by", "speaker"]
    main([*arguments, "-o", str(tmp_path / "c.json")])
    assert "bootstrap over speakers" in capsys.readouterr().out
    found = json.loads((tmp_path / "c.json").read_text())["measures"][0]
    assert found["interval"]["difference"] == pytest.approx(0.5)
    with pytest.raises(SystemExit) as end:
        main([*arguments, "-o", str(tmp_path / "c.json")])
    assert end.value.code == 1 and "--overwrite" in capsys.readouterr().err
    main([*arguments, "-o", str(tmp_path / "c.csv")])
    assert (tmp_path / "c.csv").read_text().splitlines()[1].startswith("si_sdr,8,4.5,5.0,0.5")
    (tmp_path / "bad.json").write_text("[]")
    with pytest.raises(SystemExit):
        main(["compare", str(tmp_path / "bad.json"), str(tmp_path / "a")])
    assert "no results.json" in capsys.readouterr().err
