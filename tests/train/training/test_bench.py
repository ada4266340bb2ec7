"""`trainer bench` times what this machine can run and says why it leaves the rest out."""

import re

import pytest

from trainer.cli import main
from trainer.fused.build import instruction_sets

SMALL = ["--blocks", "1", "--channels", "16", "--batch", "1", "--seconds", "0.2", "--steps", "1"]


def test_bench_prints_a_row_for_each_kind_of_operators(capsys):
    main(["bench", *SMALL, "--operators", "plain", "fused"])
    title, _, plain, fused = capsys.readouterr().out.rstrip().splitlines()
    assert title.startswith("one training step of 1 x 0.2 s, 16 channels x 1 blocks, 1 thread")
    seconds, speed, ratio, *parts = (float(v) for v in re.findall(r"\d+\.\d+", plain))
    assert ratio == 1 and len(parts) == 5
    assert sum(parts) == pytest.approx(seconds, abs=0.004)
    assert speed == pytest.approx(0.2 / seconds, rel=0.2)
    if instruction_sets():
        assert fused.startswith("fused ") and len(re.findall(r"\d+\.\d+", fused)) == 8
    else:
        assert "neither AVX2 nor AVX-512" in fused


def test_bench_says_which_network_the_operators_do_not_fit(capsys):
    main(["bench", *SMALL, "--channels", "24", "--operators", "fused"])
    row = capsys.readouterr().out.rstrip().splitlines()[-1]
    assert "operators fused cannot be used: " in row
    if instruction_sets():
        assert "channels 24 is no multiple of 16" in row


@pytest.mark.parametrize("wrong", [["--batch", "0"], ["--seconds", "0"], ["--threads", "-1"]])
def test_bench_refuses_what_cannot_be_timed(wrong, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["bench", *SMALL, *wrong])
    assert stopped.value.code == 1
    assert "must be at least 1" in capsys.readouterr().err
