"""What a model file must say of itself; every refusal is one sentence with the value and what is allowed."""

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from realtime.engine.contract import FORMAT, METADATA_KEY, ContractError, ModelSpec, Tensor, validate
from realtime.engine.session import ModelError, Session
from tests.helpers.engine_models import Recipe, build, contract_of, save, with_contract

GOOD = dict(
    format=1, name="m", version="1", license="MIT", sample_rate=16000, hop_length=160, latency=160, max_steps=4,
    default_steps=2, kind="streaming", noise_shape=[1, 4, 2, 161], states={"tail": [1, 160]},
)  # fmt: skip


def read(**changes):
    """The spec of GOOD with changes; None takes a key out."""
    values = {key: value for key, value in (GOOD | changes).items() if value is not None}
    return ModelSpec.from_metadata({METADATA_KEY: json.dumps(values)})


def sentence(error) -> str:
    text = str(error.value)
    assert text and "\n" not in text and "Traceback" not in text and len(text) < 300
    return text


def test_what_is_written_is_read_again():
    spec = read(
        description="d",
        trained_on="t",
        window_length=320,
        kind="block",
        scores={"pesq": {"1": 1.6}},
        extra={"a": [1]},
    )
    assert ModelSpec.from_metadata({METADATA_KEY: spec.to_json()}) == spec
    assert spec.states == {"tail": (1, 160)} and spec.noise_shape == (1, 4, 2, 161)
    assert json.loads(spec.to_json())["format"] == FORMAT


def test_what_is_optional_may_be_missing():
    spec = read(kind=None)
    assert (spec.kind, spec.window_length, spec.scores, spec.extra) == ("streaming", 0, {}, {})


def test_a_model_may_have_no_state_and_no_delay():
    assert read(states={}, latency=0).states == {}


def test_keys_of_a_newer_version_in_the_same_format_do_no_harm():
    assert read(colour="blue") == read()


@pytest.mark.parametrize("key", ["name", "version", "license", "sample_rate", "hop_length", "latency", "max_steps",
                                 "default_steps", "noise_shape", "states", "format"])  # fmt: skip
def test_a_missing_key_is_named(key):
    with pytest.raises(ContractError) as error:
        read(**{key: None})
    assert f"lacks {key!r}" in sentence(error)


@pytest.mark.parametrize(
    ("changes", "value", "allowed"),
    [
        (dict(format=2), "2", "reads 1: update klarstrom"),
        (dict(format=0), "0", "at least 1"),
        (dict(format="1"), "'1'", "a whole number"),
        (dict(kind="offline"), "'offline'", "streaming, block"),
        (dict(kind=3), "3", "a text"),
        (dict(name=""), "name", "needs one"),
        (dict(name=["m"]), "['m']", "a text"),
        (dict(license=1), "1", "a text"),
        (dict(description=1), "1", "a text"),
        (dict(trained_on={}), "{}", "a text"),
        (dict(sample_rate=0), "0", "at least 1"),
        (dict(sample_rate=16000.0), "16000.0", "a whole number"),
        (dict(sample_rate="16000"), "'16000'", "a whole number"),
        (dict(hop_length=-160), "-160", "at least 1"),
        (dict(hop_length=True), "True", "a whole number"),
        (dict(latency=-1), "-1", "at least 0"),
        (dict(max_steps=0), "0", "at least 1"),
        (dict(default_steps=0), "0", "at least 1"),
        (dict(default_steps=5), "5", "at most max_steps (4)"),
        (dict(window_length=-1), "-1", "at least 0"),
        (dict(noise_shape=[1, 3, 2, 161]), "[1, 3, 2, 161]", "[1, 4, 2, bins]"),
        (dict(noise_shape=[1, 4, 2]), "[1, 4, 2]", "[1, 4, 2, bins]"),
        (dict(noise_shape=[1, 4, 1, 161]), "[1, 4, 1, 161]", "[1, 4, 2, bins]"),
        (dict(noise_shape=[1, 4, 2, 0]), "[1, 4, 2, 0]", "whole numbers above 0"),
        (dict(streams=2), "[1, 4, 2, 161]", "[2, 4, 2, bins]"),
        (dict(streams=2, noise_shape=[2, 4, 2, 161]), "[1, 160]", "2 streams"),
        (dict(streams=0), "streams is 0", "at least 1"),
        (dict(noise_shape="1x4x2x161"), "1x4x2x161", "whole numbers above 0"),
        (dict(states=["tail"]), "['tail']", "an object"),
        (dict(states={"tail": 160}), "160", "whole numbers above 0"),
        (dict(states={"tail": [1, -160]}), "[1, -160]", "whole numbers above 0"),
        (dict(states={"tail": [1, "time"]}), "'time'", "whole numbers above 0"),
        (dict(states={"tail": [1, True]}), "True", "whole numbers above 0"),
        (dict(states={"audio": [1, 160]}), "'audio'", "audio, noise, steps are taken"),
        (dict(states={"": [1, 160]}), "''", "needs another name"),
        (dict(scores=[1]), "[1]", "an object"),
        (dict(extra="more"), "'more'", "an object"),
    ],
)  # fmt: skip
def test_a_bad_value_is_shown_with_what_is_allowed(changes, value, allowed):
    with pytest.raises(ContractError) as error:
        read(**changes)
    text = sentence(error)
    assert value in text and allowed in text
    assert next(iter(changes)).split("_")[0] in text or "state" in text or "noise" in text


def test_a_newer_format_is_told_before_anything_else():
    with pytest.raises(ContractError, match="format 7"):
        ModelSpec.from_metadata({METADATA_KEY: '{"format": 7, "everything": "else"}'})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("name: m", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "an object"),
        ('"text"', "an object"),
        ("null", "an object"),
    ],
)
def test_what_is_no_json_object_is_refused(text, words):
    with pytest.raises(ContractError) as error:
        ModelSpec.from_metadata({METADATA_KEY: text})
    assert words in sentence(error)


@pytest.mark.parametrize("metadata", [{}, {"author": "x", "model_id": "y"}])
def test_a_file_of_another_maker_is_refused(metadata):
    with pytest.raises(ContractError) as error:
        ModelSpec.from_metadata(metadata)
    assert f"no metadata entry {METADATA_KEY!r}" in sentence(error)
    assert all(key in str(error.value) for key in metadata)


@pytest.mark.parametrize("value", [{1, 2}, np.float32(1)])
def test_scores_that_json_cannot_hold_are_refused(value):
    spec = ModelSpec(**{key: v for key, v in GOOD.items()}, scores={"pesq": value})
    with pytest.raises(ContractError) as error:
        spec.to_json()
    assert "scores or extra" in sentence(error)


INPUTS = [
    Tensor("audio", "tensor(float)", (1, 160)),
    Tensor("noise", "tensor(float)", (1, 4, 2, 161)),
    Tensor("steps", "tensor(int64)", ()),
    Tensor("tail", "tensor(float)", (1, 160)),
]
OUTPUTS = [Tensor("enhanced", "tensor(float)", (1, 160)), Tensor("new_tail", "tensor(float)", (1, 160))]


def put(tensors, name, **changes):
    """The list with one tensor changed; no changes take it out."""
    assert any(t.name == name for t in tensors)
    fields = {"name": name} | changes
    return [t for t in tensors if t.name != name] + (
        [Tensor(**({"type": t.type, "shape": t.shape} | fields)) for t in tensors if t.name == name]
        if changes
        else []
    )


def test_the_order_of_tensors_does_not_matter_and_outputs_may_be_more():
    validate(read(), INPUTS[::-1], [Tensor("attention", "tensor(double)", (3,)), *OUTPUTS[::-1]])


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        (put(INPUTS, "audio"), OUTPUTS, ["no input 'audio'"]),
        (put(INPUTS, "noise"), OUTPUTS, ["no input 'noise'"]),
        (put(INPUTS, "steps"), OUTPUTS, ["no input 'steps'"]),
        (put(INPUTS, "tail"), OUTPUTS, ["no input 'tail'"]),
        (INPUTS, put(OUTPUTS, "enhanced"), ["no output 'enhanced'"]),
        (INPUTS, put(OUTPUTS, "new_tail"), ["no output 'new_tail'"]),
        (put(INPUTS, "audio", shape=(1, 128)), OUTPUTS, ["'audio'", "[1, 128]", "[1, 160]"]),
        (put(INPUTS, "audio", shape=(160,)), OUTPUTS, ["'audio'", "[160]", "[1, 160]"]),
        (put(INPUTS, "audio", shape=("batch", 160)), OUTPUTS, ["'audio'", "['batch', 160]"]),
        (put(INPUTS, "audio", type="tensor(float16)"), OUTPUTS, ["'audio'", "tensor(float16)", "tensor(float)"]),
        (put(INPUTS, "noise", shape=(1, 4, 2, 129)), OUTPUTS, ["'noise'", "129", "161"]),
        (put(INPUTS, "steps", type="tensor(int32)"), OUTPUTS, ["'steps'", "tensor(int32)", "tensor(int64)"]),
        (put(INPUTS, "steps", shape=(1,)), OUTPUTS, ["'steps'", "[1]", "[]"]),
        (put(INPUTS, "tail", shape=(1, 161)), OUTPUTS, ["'tail'", "[1, 161]", "[1, 160]"]),
        (INPUTS, put(OUTPUTS, "enhanced", shape=(1, 320)), ["'enhanced'", "[1, 320]", "[1, 160]"]),
        (INPUTS, put(OUTPUTS, "new_tail", shape=(1, 1)), ["'new_tail'", "[1, 1]", "[1, 160]"]),
        (INPUTS, put(OUTPUTS, "new_tail", type="tensor(double)"), ["'new_tail'", "tensor(double)"]),
        ([*INPUTS, Tensor("speaker", "tensor(float)", (256,))], OUTPUTS, ["'speaker'", "says nothing"]),
    ],
)  # fmt: skip
def test_a_graph_that_is_not_its_contract_is_refused(inputs, outputs, words):
    with pytest.raises(ContractError) as error:
        validate(read(), inputs, outputs)
    assert all(word in sentence(error) for word in words)


def test_a_good_file_opens(model):
    spec = Session(model, "cpu").spec
    assert (spec.hop_length, spec.latency, spec.max_steps) == (160, 160, 4)
    assert spec.states == {"tail": (1, 160), "past": (1, 160), "calls": (1, 1)}


def rename(model: onnx.ModelProto, old: str, new: str) -> onnx.ModelProto:
    for node in model.graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]
    for value in (*model.graph.input, *model.graph.output):
        value.name = new if value.name == old else value.name
    return model


def with_input(model: onnx.ModelProto, name: str) -> onnx.ModelProto:
    """One more input, which the graph really uses."""
    model.graph.input.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]))
    model.graph.output.append(helper.make_tensor_value_info("used", TensorProto.FLOAT, [1]))
    model.graph.node.append(helper.make_node("Identity", [name], ["used"]))
    return model


def edited(**changes) -> onnx.ModelProto:
    model = build()
    return with_contract(model, contract_of(model) | changes)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda: with_contract(build(), None), "no metadata entry 'klarstrom'"),
        (lambda: with_contract(build(), "{hop: 160}"), "not JSON"),
        (lambda: edited(format=2), "update klarstrom"),
        (lambda: edited(hop_length=128), "'audio' has the shape [1, 160]"),
        (lambda: edited(default_steps=9), "at most max_steps (4)"),
        (lambda: edited(max_steps=3, noise_shape=[1, 3, 2, 161]), "'noise' has the shape [1, 4, 2, 161]"),
        (lambda: edited(states={"tail": [1, 160]}), "'calls', of which its contract says nothing"),
        (lambda: edited(states=contract_of(build())["states"] | {"gone": [1]}), "no input 'gone'"),
        (lambda: rename(build(), "new_past", "past_after"), "no output 'new_past'"),
        (lambda: rename(build(), "enhanced", "clean"), "no output 'enhanced'"),
        (lambda: with_input(build(), "speaker"), "'speaker', of which its contract says nothing"),
    ],
)
def test_a_broken_file_is_refused_by_its_name(broken, words, tmp_path, capfd):
    path = save(broken(), tmp_path / "broken.onnx")
    with pytest.raises(ContractError) as error:
        Session(path)
    assert words in sentence(error) and path in str(error.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "content", [b"", b"RIFF\x24\x00\x00\x00WAVEfmt ", b"<html>404</html>", bytes(1000), b"half"]
)
def test_what_is_no_model_is_refused_by_its_name(content, tmp_path, capfd):
    whole = build(Recipe()).SerializeToString()
    path = tmp_path / "no-model.onnx"
    path.write_bytes(whole[: len(whole) // 2] if content == b"half" else content)
    with pytest.raises(ModelError) as error:
        Session(path)
    assert str(path) in sentence(error) and str(error.value).count(str(path)) == 1
    with pytest.raises(ModelError):
        Session(path.read_bytes(), "cpu")
    assert capfd.readouterr() == ("", "")


def test_a_missing_file_is_named(tmp_path):
    for path in (tmp_path / "none.onnx", tmp_path):
        with pytest.raises(ModelError) as error:
            Session(path)
        assert str(path) in sentence(error)
