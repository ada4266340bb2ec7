"""The session alone: hops, states, devices."""

import time

import numpy as np
import onnx
import onnxruntime
import pytest

from realtime.engine import session as session_module
from realtime.engine.enhancer import Enhancer
from realtime.engine.noise import HopNoise
from realtime.engine.session import DeviceError, Session, missing_cuda
from tests.helpers.engine_models import DAMAGES, Damaged, Recipe, build

ECHO = Recipe(echo=0.5)


def stream(session, audio, steps=1, seed=0):
    """float32 [whole hops] -> the same, from the start of a stream."""
    session.reset()
    noise = HopNoise(seed, session.spec.noise_shape)
    hops = audio.reshape(-1, session.spec.hop_length)
    return np.concatenate([session.run(hop, noise.draw(i), steps).copy() for i, hop in enumerate(hops)])


def check_latency(session):
    """The click comes out where the contract says, at its size, and nothing else does but the model's own echo."""
    click = np.zeros(8 * 160, np.float32)
    click[160 + 7] = 1
    out = stream(session, click)
    assert np.argmax(np.abs(out)) == 160 + 7 + session.spec.latency
    assert out.max() == 1 and np.count_nonzero(out) == 2


def check_output(session):
    """Equal to the difference equation, y[n] = x[n - 160] + x[n - 320] / 2, in one piece."""
    audio = np.random.default_rng(0).standard_normal(20 * 160).astype(np.float32)
    late, later = np.pad(audio, (160, 0))[: len(audio)], np.pad(audio, (320, 0))[: len(audio)]
    np.testing.assert_array_equal(stream(session, audio), late + np.float32(0.5) * later)


@pytest.mark.parametrize("check", [check_latency, check_output])
def test_output_and_latency_are_as_declared(check):
    check(Damaged(build(ECHO), "sound", "tail"))


@pytest.mark.parametrize("check", [check_latency, check_output])
@pytest.mark.parametrize(("damage", "name"), DAMAGES)
def test_a_damaged_state_is_noticed(check, damage, name):
    with pytest.raises(AssertionError):
        check(Damaged(build(ECHO), damage, name))


@pytest.mark.parametrize("delay", [1, 80, 160, 352])
def test_any_latency(open_model, delay):
    session = open_model(delay=delay)
    click = np.zeros(8 * 160, np.float32)
    click[100] = 1
    assert np.flatnonzero(stream(session, click)).tolist() == [100 + delay] == [100 + session.spec.latency]


def test_steps_are_spent_as_asked_and_may_change_every_hop(open_model):
    session = open_model(step_gain=0.5)
    audio, z = np.ones(160, np.float32), np.zeros(session.spec.noise_shape, np.float32)
    session.run(audio, z, 1)
    calls = 1
    for steps in (1, 4, 2, 3, 1, 4):
        out = session.run(audio, z, steps)
        np.testing.assert_array_equal(out, np.full(160, 0.5 ** (steps - 1), np.float32))
        calls += steps
        assert session.states()["calls"] == calls


def test_noise_reaches_the_step_it_was_drawn_for(open_model):
    session = open_model(noise_gain=1.0)
    audio = np.ones(160, np.float32)
    z = np.zeros(session.spec.noise_shape, np.float32)
    z[0, 2, 0] = 0.25
    session.run(audio, z, 1)
    assert [session.run(audio, z, steps)[0] for steps in (1, 2, 3, 4)] == [1, 1, 1.25, 1.25]


def test_reset_begins_a_stream(open_model, noise):
    session = open_model(echo=0.5)
    audio = noise(1600)
    first = stream(session, audio)
    assert any(state.any() for state in session.states().values())
    session.reset()
    assert not any(state.any() for state in session.states().values())
    np.testing.assert_array_equal(stream(session, audio), first)


def test_a_stream_goes_on_from_saved_states(open_model, noise):
    """Also after an odd number of hops, when the other set of buffers is current, and in another session."""
    audio, z = noise(1600).reshape(-1, 160), np.zeros((1, 4, 2, 161), np.float32)
    one, other = open_model(echo=0.5), open_model(echo=0.5)
    for hop in audio[:3]:
        one.run(hop, z, 1)
    saved = one.states()
    expected = [one.run(hop, z, 1).copy() for hop in audio[3:]]
    for session in (one, other):
        session.set_states(saved)
        np.testing.assert_array_equal([session.run(hop, z, 1).copy() for hop in audio[3:]], expected)


def test_states_are_copies(open_model):
    session = open_model()
    session.states()["tail"][:] = 1
    assert not session.states()["tail"].any()


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({"tial": np.zeros((1, 160))}, "there are tail, past, calls"),
        ({"tail": np.zeros(160)}, r"must be \[1, 160\]"),
    ],
)
def test_states_that_do_not_fit_are_refused(open_model, states, words):
    with pytest.raises(ValueError, match=words):
        open_model().set_states(states)


def test_sessions_do_not_share_anything(model, noise):
    audio = noise(1600)
    alone = stream(Session(model, "cpu"), audio, 3)
    one, other = Session(model, "cpu"), Session(model, "cpu")
    draw = HopNoise(0, one.spec.noise_shape)
    mixed = []
    for i, hop in enumerate(audio.reshape(-1, 160)):
        mixed.append(one.run(hop, draw.draw(i), 3).copy())
        other.run(-hop, draw.draw(i + 1), 2)
    np.testing.assert_array_equal(np.concatenate(mixed), alone)


def test_bytes_and_paths_are_the_same(model, noise, tmp_path):
    audio = noise(800)
    with open(model, "rb") as file:
        data = file.read()
    np.testing.assert_array_equal(stream(Session(data), audio, 3), stream(Session(model), audio, 3))


@pytest.mark.parametrize("device", ["gpu", "CPU", "cuda:1", None])
def test_unknown_devices_are_refused(model, device):
    with pytest.raises(ValueError, match="auto, cpu, cuda"):
        Session(model, device)


@pytest.mark.parametrize("threads", [0, -1, 1.5, True])
def test_unknown_threads_are_refused(model, threads):
    with pytest.raises(ValueError, match="a whole number from 1"):
        Session(model, "cpu", threads)


no_gpu = pytest.mark.skipif(missing_cuda() is None, reason="this machine has an NVIDIA driver")


@no_gpu
def test_cuda_without_cuda_is_one_sentence_and_nothing_else(model, capfd):
    with pytest.raises(DeviceError) as error:
        Session(model, "cuda")
    assert str(error.value).startswith("CUDA cannot be used: ") and "\n" not in str(error.value)
    assert capfd.readouterr() == ("", "")


@no_gpu
def test_auto_says_what_it_got_and_nothing_else(model, capfd):
    session = Session(model, "auto")
    assert session.device == "cpu" and session.device_note == f"cpu ({missing_cuda()})"
    assert Session(model, "cpu").device_note == "cpu"
    assert capfd.readouterr() == ("", "")


@no_gpu
def test_a_driver_without_its_libraries_is_one_sentence_and_nothing_else(model, monkeypatch, noise, capfd):
    """ONNX Runtime would write to stderr past Python, print, and go on with the CPU as if nothing were wrong."""
    monkeypatch.setattr(session_module, "missing_cuda", lambda: None)
    if "CUDAExecutionProvider" not in session_module.ort.get_available_providers():
        pytest.skip("this onnxruntime knows no CUDA at all")
    with pytest.raises(DeviceError) as error:
        Session(model, "cuda")
    assert "install klarstrom[gpu]" in str(error.value) and "\n" not in str(error.value)
    session = Session(model, "auto")
    assert session.device == "cpu" and "klarstrom[gpu]" in session.device_note
    np.testing.assert_array_equal(stream(session, noise(800)), stream(Session(model, "cpu"), noise(800)))
    assert capfd.readouterr() == ("", "")


@no_gpu
def test_a_bad_file_is_the_files_fault_on_any_device(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(session_module, "missing_cuda", lambda: None)
    path = tmp_path / "bad.onnx"
    path.write_bytes(b"no model")
    for device in ("auto", "cpu", "cuda"):
        with pytest.raises(session_module.ModelError, match=r"bad\.onnx cannot be opened"):
            Session(path, device)
    assert capfd.readouterr() == ("", "")


def test_what_onnx_runtime_remarks_about_a_graph_is_not_for_the_users_terminal(capfd):
    noisy = build()
    noisy.graph.initializer.append(onnx.numpy_helper.from_array(np.zeros(3, np.float32), "used_by_nobody"))
    onnxruntime.InferenceSession(noisy.SerializeToString(), providers=["CPUExecutionProvider"])
    assert "used_by_nobody" in capfd.readouterr().err, "it warns of this by itself, so silence below is ours"
    Session(noisy.SerializeToString())
    assert capfd.readouterr() == ("", "")


def test_inputs_that_are_bound_anew_each_hop_give_the_same(model, noise):
    """What a GPU needs, where an input is copied when it is bound; here it must at least do no harm."""
    session = Session(model, "cpu")
    expected = stream(session, noise(1600), 3)
    session.device = "cuda"
    np.testing.assert_array_equal(stream(session, noise(1600), 3), expected)


@pytest.mark.parametrize(
    ("threads", "device", "alone"), [(1, "cpu", True), (2, "cpu", False), (1, "cuda", False)]
)
def test_it_tells_where_a_caller_s_processor_time_is_what_a_hop_costs(
    model, monkeypatch, threads, device, alone
):
    cpu = session_module._open(model, "cpu", 1, "the model")[0]
    monkeypatch.setattr(session_module, "_open", lambda *_: (cpu, device, ""))
    monkeypatch.setattr(Session, "_bind", lambda self: None)
    assert Session(model, device, threads).on_caller is alone


def test_one_thread_on_the_cpu_is_the_caller_s():
    """What the governor judges by: no other thread of the process works while hops are enhanced."""
    enhancer = Enhancer(device="cpu")
    enhancer.process(np.zeros(160, np.float32))
    process, thread = time.process_time(), time.thread_time()
    enhancer.process(np.zeros(300 * 160, np.float32))
    process, thread = time.process_time() - process, time.thread_time() - thread
    assert enhancer.on_caller and thread > 0.9 * process > 0


@pytest.mark.skipif(missing_cuda() is not None, reason=f"{missing_cuda()}")
def test_cuda_hears_what_the_cpu_hears(model, noise):
    session = Session(model, "cuda")
    assert session.device == "cuda"
    np.testing.assert_allclose(
        stream(session, noise(1600), 3), stream(Session(model, "cpu"), noise(1600), 3), atol=1e-6
    )
