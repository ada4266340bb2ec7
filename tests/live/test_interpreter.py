"""What a live stream changes of Python while it runs."""

import gc
import sys

import pytest

from realtime.live import interpreter


@pytest.fixture
def nobody(monkeypatch):
    monkeypatch.setattr(interpreter, "_users", 0)
    interval = sys.getswitchinterval()
    yield
    sys.setswitchinterval(interval)
    gc.unfreeze()


def test_hold_sets_the_interval_and_puts_old_objects_aside_until_the_last_release(nobody):
    sys.setswitchinterval(0.003)
    gc.unfreeze()
    old = ["needed"]
    old.append(old)  # the collector looks after it
    interpreter.hold()
    interpreter.hold()
    assert sys.getswitchinterval() == pytest.approx(interpreter.SWITCH_INTERVAL_S)
    assert gc.get_freeze_count() > 1000 and not any(found is old for found in gc.get_objects())
    interpreter.release()
    assert sys.getswitchinterval() == pytest.approx(interpreter.SWITCH_INTERVAL_S), "one still holds"
    assert gc.get_freeze_count() > 1000
    interpreter.release()
    assert sys.getswitchinterval() == pytest.approx(0.003) and gc.get_freeze_count() == 0
    assert any(found is old for found in gc.get_objects())
