"""What no live stream can have is refused with one sentence, before anything is allocated."""

import json

import pytest

from realtime.engine.contract import ContractError, ModelSpec
from realtime.engine.session import Session
from tests.helpers.cli_runner import run
from tests.helpers.engine_models import build, contract_of, save, with_contract


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"latency": 10**9}, "latency is 1000000000"),
        ({"latency": 10**30}, "latency is 10000"),
        ({"latency": 16000 * 31}, "30 s at most"),
        ({"sample_rate": 10**400}, "sample_rate is 1000"),
        ({"hop_length": 2**31}, "hop_length is 2147483648"),
        ({"max_steps": 5000, "noise_shape": [1, 5000, 2, 161]}, "max_steps is 5000"),
        ({"streams": 10**7}, "streams is 10000000"),
        ({"window_length": 10**12}, "window_length is"),
        ({"noise_shape": [1, 4, 2, 2**40]}, "numbers: at most"),
        ({"states": {"tail": [10**6, 10**6]}}, "numbers: at most"),
        ({"states": {f"s{i}": [1] for i in range(20_000)}}, "20000 states"),
        ({"states": {"tail": [1] * 100}}, "100 axes"),
        ({"states": {"tail": [1, "x" * 10_000]}}, "must be a list of whole numbers"),
        ({"name": "\ud800"}, "no valid text"),
        ({"states": {"\udc00": [1]}}, "no valid text"),
        ({"description": "x" * 10**6}, "1000000 characters"),
        ({"kind": "y" * 10_000}, "kind is"),
    ],
)
def test_contracts_beyond_all_measure_are_refused(change, words):
    contract = contract_of(build()) | change
    with pytest.raises(ContractError, match=words) as caught:
        ModelSpec.from_metadata({"klarstrom": json.dumps(contract)})
    assert len(str(caught.value)) < 400 and "\n" not in str(caught.value)


def test_the_command_says_so_with_exit_code_3(tmp_path):
    path = save(with_contract(build(), contract_of(build()) | {"latency": 10**9}), tmp_path / "m.onnx")
    done = run("--model", path, input=bytes(3200))
    assert done.returncode == 3 and b"latency is 1000000000" in done.stderr and done.stdout == b""
    assert b"Traceback" not in done.stderr


def test_a_contract_at_the_limit_is_taken():
    contract = contract_of(build()) | {"latency": 16000 * 30}
    assert ModelSpec.from_metadata({"klarstrom": json.dumps(contract)}).latency == 480_000


def test_escape_sequences_of_a_model_do_not_reach_the_terminal(tmp_path):
    contract = contract_of(build()) | {"description": "good\x1b]0;owned\x07 model\x9b2J"}
    path = save(with_contract(build(), contract), tmp_path / "m.onnx")
    assert "\x1b" in Session(path, "cpu").spec.description
    done = run("info", path)
    assert done.returncode == 0 and b"\x1b" not in done.stdout and b"\x07" not in done.stdout
    assert b"good" in done.stdout and "\x9b".encode() not in done.stdout


def test_nor_do_those_of_a_file_name(tmp_path):
    done = run("info", tmp_path / "a\x1b[2J.onnx")
    assert done.returncode == 3 and b"\x1b" not in done.stderr and b"\\x1b[2J" in done.stderr
