"""When a device counts as lost: not because the whole program stood still."""

import threading
from types import SimpleNamespace

import pytest

from realtime.live import supervisor
from realtime.live.state import StreamState
from realtime.live.supervisor import Supervisor


@pytest.fixture
def watch():
    """A supervisor, and the pump whose clock the test turns."""
    pump = SimpleNamespace(
        now=100.0, last_input=100.0, last_output=100.0, heard_input=True, heard_output=True
    )
    pump.clock = lambda: pump.now
    link = SimpleNamespace(
        pump=pump, ended=threading.Event(),
        devices={"input": SimpleNamespace(name="Desk"), "output": SimpleNamespace(name="Loud")},
    )  # fmt: skip
    return Supervisor(link, StreamState(), threading.Event(), lambda: None), pump


def look(watch, pump, seconds, calls=True):
    """Looks as often as it does, devices calling or not -> the last reason."""
    reason = None
    for _ in range(round(seconds / supervisor.LOOK_S)):
        pump.now += supervisor.LOOK_S
        if calls:
            pump.last_input = pump.last_output = pump.now
        reason = watch._trouble()
    return reason


def test_a_device_that_calls_no_more_is_lost(watch):
    watch, pump = watch
    assert look(watch, pump, 1) is None
    assert look(watch, pump, supervisor.SILENT_S - 0.1, calls=False) is None
    assert look(watch, pump, 0.3, calls=False) == "input 'Desk' gives no sign of life"


def test_after_a_sleep_the_devices_have_the_usual_time_to_call(watch):
    watch, pump = watch
    look(watch, pump, 1)
    pump.now += 8.0
    assert watch._trouble() is None
    assert look(watch, pump, supervisor.SILENT_S - 0.2, calls=False) is None
    assert look(watch, pump, 1.0) is None
    assert "no sign of life" in look(watch, pump, supervisor.SILENT_S + 0.2, calls=False)
