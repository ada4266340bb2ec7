"""The end of a live stream: once, whole and from any thread, whatever goes wrong on the way."""

import gc
import sys
import threading

import pytest

from realtime.live import interpreter
from realtime.live.stream import LiveOptions, LiveStream
from tests.helpers.audio_server import wait_until
from tests.helpers.engine_models import Recipe, build, save
from tests.helpers.sound_card import SoundCard


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    return save(build(Recipe()), tmp_path_factory.mktemp("stop") / "exact.onnx")


def held():
    """What a running stream changes of the interpreter."""
    return sys.getswitchinterval(), gc.get_freeze_count() > 0


def test_two_threads_that_stop_undo_everything_once(exact):
    before, events, users = held(), [], interpreter._users
    stream = LiveStream(LiveOptions(exact), lambda e: events.append(e.kind), SoundCard())
    for _ in range(2):
        stream.start()
        assert held() == (pytest.approx(interpreter.SWITCH_INTERVAL_S), True)
        both, left = threading.Barrier(3), []

        def end(both=both, left=left):
            both.wait()
            stream.stop()
            left.append(stream.state)

        threads = [threading.Thread(target=end) for _ in range(2)]
        for thread in threads:
            thread.start()
        both.wait()
        for thread in threads:
            thread.join(10)
        assert left == ["stopped"] * 2, "neither returns before the end"
        assert held() == before and interpreter._users == users
    assert events.count("stopped") == 2, "one of each run"


def test_a_listener_may_stop_while_another_thread_is_stopping(exact):
    waits = threading.Event()

    def heard(event):
        if event.kind == "device_lost":
            waits.set()
            stream.stopping.wait(10)
            stream.stop()

    stream = LiveStream(LiveOptions(exact), heard, SoundCard())
    stream.start()
    stream.link.ended.set()
    assert waits.wait(10)
    end = threading.Thread(target=stream.stop)
    end.start()
    end.join(10)
    assert not end.is_alive() and stream.state == "stopped"


@pytest.mark.parametrize("broken", ["close", "remove_microphone"])
def test_a_step_of_the_end_that_fails_leaves_nothing_else_undone(exact, tmp_path, monkeypatch, broken):
    before, users = held(), interpreter._users
    stream = LiveStream(LiveOptions(exact, record=tmp_path), audio=SoundCard())
    stream.start()
    done = getattr(stream.link, broken)

    def fail():
        done()
        raise RuntimeError("broken")

    monkeypatch.setattr(stream.link, broken, fail)
    with pytest.raises(RuntimeError, match="broken"):
        stream.stop()
    assert stream.state == "stopped" and stream._recorder is None
    assert held() == before and interpreter._users == users
    stream.stop()
    assert interpreter._users == users


def test_a_recording_that_cannot_be_ended_is_told_of_and_the_stream_stops(exact, tmp_path, monkeypatch):
    events, users = [], interpreter._users
    stream = LiveStream(LiveOptions(exact, record=tmp_path), events.append, SoundCard())
    stream.start()
    end = stream._recorder.close

    def fail():
        end()
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(stream._recorder, "close", fail)
    stream.stop()
    assert stream.state == "stopped" and interpreter._users == users
    assert [e.message for e in events if e.kind == "error"] == [
        "the recording ended: Input/output error; what is written so far is whole"
    ]


def test_a_model_that_does_not_load_leaves_the_interpreter_as_it_was(tmp_path):
    before, users = held(), interpreter._users
    with pytest.raises(ValueError, match=r"none\.onnx"):
        LiveStream(LiveOptions(tmp_path / "none.onnx"), audio=SoundCard()).start()
    assert held() == before and interpreter._users == users


def test_the_watch_outlives_an_error_that_nobody_thought_of(exact):
    card, events = SoundCard(), []
    look = card.find

    def broken(which, kind):
        raise KeyError("driver")

    with LiveStream(LiveOptions(exact), lambda e: events.append(e.kind), card) as stream:
        card.find = broken
        stream.link.ended.set()
        wait_until(lambda: "error" in events, 10, "the error")
        card.find = look
        wait_until(lambda: "device_back" in events and stream.state == "running", 10, "the return")
    assert events.count("error") == 1
