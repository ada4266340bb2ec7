"""`realtime-cli info | bench | demo`, help, version: what a person reads, and what a program reads."""

import argparse
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from realtime.cli.arguments import parser
from realtime.cli.help import GROUPS
from realtime.cli.levels import level_changes_db
from realtime.cli.main import COMMANDS
from tests.helpers.cli_runner import call, run, s16, speechlike


def out(*arguments):
    code, text, errors = call(*arguments)
    assert code == 0, errors
    return text


def test_help_lists_commands_and_exit_codes():
    text = out("--help")
    assert list(COMMANDS) == [name for names in GROUPS.values() for name in names]
    for command in COMMANDS:
        assert re.search(rf"^    {command} ", text, re.MULTILINE)
        assert "exit codes" in out(command, "--help")
    at = [text.index(f"\n  {heading}\n") for heading in GROUPS]
    assert at == sorted(at) and at[0] < text.index("    pipe ") < at[1] < text.index("    info ") < at[2]
    for code in (0, 1, 2, 3, 4, 130):
        assert re.search(rf"^  {code} ", text, re.MULTILINE)


def test_every_option_with_a_default_says_which():
    for command, names in _options():
        for action in names:
            if action.default not in (None, False, "==SUPPRESS=="):
                assert "(default: " in action.help, (command, action.option_strings)


def _options():
    commands = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)).choices
    return [(name, [a for a in one._actions if a.option_strings]) for name, one in commands.items()]


@pytest.mark.parametrize(
    ("line", "offered"),
    [("realtime-cli com", {"compare "}), ("realtime-cli live --mo", {"--model", "--mode"}),
     ("realtime-cli file --device c", {"cpu", "cuda"})],
)  # fmt: skip
def test_a_shell_completes_commands_options_and_choices(line, offered, tmp_path):
    """As register-python-argcomplete asks: the answer is written to a file that the shell names."""
    answer = tmp_path / "answer"
    asked = {
        "_ARGCOMPLETE": "1", "_ARGCOMPLETE_STDOUT_FILENAME": str(answer), "COMP_LINE": line, "COMP_TYPE": "9",
        "COMP_POINT": str(len(line)), "_ARGCOMPLETE_SUPPRESS_SPACE": "0", "_ARGCOMPLETE_IFS": "\n",
    }  # fmt: skip
    run(env=os.environ | asked)
    assert {word.rstrip() for word in answer.read_text().split("\n")} == {word.rstrip() for word in offered}


def test_version_is_the_distributions():
    assert out("--version") == f"realtime-cli {importlib.metadata.version('klarstrom')}\n"


def test_the_console_script_is_the_same_command():
    script = shutil.which("realtime-cli", path=str(Path(sys.executable).parent))
    if script is None:
        pytest.skip("klarstrom is not installed here")
    assert subprocess.run([script, "--version"], capture_output=True).stdout == run("--version").stdout


def test_help_and_usage_errors_load_no_engine():
    code = "import sys\nfrom realtime.cli.main import run\ntry: run(['file', '--frob'])\nexcept SystemExit: pass\n"
    code += "print({'numpy', 'onnxruntime', 'soundfile'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).stdout == b"set()\n"


def test_an_unknown_command_is_usage():
    done = run("frobnicate")
    assert done.returncode == 2 and b"frobnicate" in done.stderr and done.stdout == b""


def test_info_for_people_and_programs(model):
    text = out("info", model)
    assert re.search(r"^max_steps +4$", text, re.MULTILINE)
    assert "160 samples; with the caller's hop 20 ms" in text
    contract = json.loads(out("info", model, "--json"))
    assert contract["name"] == "instrument" and contract["max_steps"] == 4 and "states" in contract


def test_info_of_no_model_is_code_3(tmp_path):
    code, text, errors = call("info", tmp_path / "nothing.onnx")
    assert code == 3 and "nothing.onnx" in errors and text == ""


def test_bench_for_people_and_programs(model):
    lines = out("bench", "--model", model, "--seconds", 0.3).splitlines()
    assert [int(line.split()[0]) for line in lines[1:]] == [1, 2, 3, 4]
    costs = json.loads(out("bench", "--model", model, "--seconds", 0.3, "--steps", 1, 3, "--json"))
    assert [cost["steps"] for cost in costs] == [1, 3]
    for cost in costs:
        assert cost["hops"] == 30 and 0 < cost["p50_ms"] <= cost["p99_ms"] <= cost["max_ms"]
        assert cost["share"] == pytest.approx(cost["p50_ms"] / 10)


@pytest.mark.parametrize(
    "arguments", [["--steps", "9"], ["--seconds", "0"], ["--seconds", "nan"], ["--seconds", "inf"]]
)
def test_bench_refuses_what_it_cannot_measure(model, arguments):
    code, _, errors = call("bench", "--model", model, *arguments)
    assert code == 2 and arguments[0][2:] in errors


def test_demo_writes_sound_and_picture(model, tmp_path):
    text = out("demo", "-o", tmp_path / "demo", "--model", model)
    noisy, rate = soundfile.read(tmp_path / "demo/demo-noisy.wav")
    enhanced, _ = soundfile.read(tmp_path / "demo/demo-enhanced.wav")
    assert rate == 16000 and len(noisy) == len(enhanced) > 16000
    assert (tmp_path / "demo/demo-spectrograms.png").read_bytes().startswith(b"\x89PNG")
    assert len(list((tmp_path / "demo").iterdir())) == 3
    # this model takes 0.8 · 0.9, adds 0.3 of a hop before, and changes nothing else: nearly the same everywhere
    pauses, overall = map(
        float, re.search(r"level change +([-+\d.]+) dB in .*pauses, ([-+\d.]+) dB", text).groups()
    )
    expected = 20 * np.log10(np.sqrt(np.mean(enhanced**2) / np.mean(noisy**2)))
    assert overall == pytest.approx(expected, abs=0.06) and abs(pauses - overall) < 1.5
    assert re.search(r"^latency +20 ms$", text, re.MULTILINE)
    assert re.search(r"^cost per hop +p50 [\d.]+ ms, p99 [\d.]+ ms: \d+% of the 10 ms", text, re.MULTILINE)


def test_demo_takes_a_clip_of_the_users(model, tmp_path):
    soundfile.write(tmp_path / "mine.wav", np.frombuffer(s16(speechlike(8000)), "<i2"), 16000)
    out("demo", tmp_path / "mine.wav", "-o", tmp_path, "--model", model)
    x, _ = soundfile.read(tmp_path / "mine.wav", dtype="int16")
    y, _ = soundfile.read(tmp_path / "demo-noisy.wav", dtype="int16")
    np.testing.assert_array_equal(x, y)
    soundfile.write(tmp_path / "fast.wav", speechlike(8000), 48000)
    code, _, text = call("demo", tmp_path / "fast.wav", "-o", tmp_path, "--model", model)
    assert code == 2 and "48000 Hz" in text
    code, _, text = call("demo", tmp_path / "none.wav", "-o", tmp_path, "--model", model)
    assert code == 1 and "none.wav" in text


def test_level_changes_separate_pauses_from_speech():
    noise = 0.01 * np.random.default_rng(0).standard_normal(32000).astype(np.float32)
    speech = speechlike(32000) * (np.arange(32000) >= 8000)
    pauses, overall = level_changes_db(noise + speech, 0.1 * noise + speech, 16000)
    assert pauses == pytest.approx(-20, abs=0.2) and abs(overall) < 0.2


def test_commands_in_this_process_and_in_their_own_agree(model):
    assert out("info", model, "--json").encode() == run("info", model, "--json").stdout
    for arguments, code in ((["info", "no.onnx"], 3), (["bench", "--model", model, "--steps", "9"], 2)):
        done = run(*arguments)
        assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == call(*arguments)
        assert done.returncode == code
