"""Every loss of a live stream is counted, in its status, and marked where it is drawn."""

import numpy as np
import pytest

from realtime.live.pump import INBOX_S, OUTBOX_S
from realtime.live.stream import LiveOptions, LiveStream
from realtime.live.tap import Tap
from tests.helpers.audio_server import wait_until
from tests.helpers.engine_models import HOP, RATE, Recipe, build, save
from tests.helpers.simulated_devices import Bench, Server
from tests.helpers.sound_card import SoundCard


def run_and_mark(bench, seconds):
    """Half seconds, so that the tap loses nothing -> how often each mark came."""
    found = []
    for _ in range(round(2 * seconds)):
        bench.run(0.5)
        block = bench.pump.tap.pull()
        assert block.lost == 0
        found += [what for _, what in block.marks]
    return {what: found.count(what) for what in ("drop", "fill")}


def test_gaps_and_what_goes_after_them_are_marked(open_model):
    bench = Bench(open_model())
    assert run_and_mark(bench, 2) == {"drop": 0, "fill": 0}
    late = bench.now + 0.4
    bench.asleep = lambda now: now < late
    marks = run_and_mark(bench, 6)
    c = bench.counters
    assert marks == {"drop": c.input_drops, "fill": c.output_fills} and c.gaps == 1 and c.input_drops >= 1


def test_a_server_that_starves_is_marked_too(open_model):
    server = Server(open_model()).run(2)
    server.pump.tap.pull()
    server.frozen_until = server.now + 0.2
    marks, c = run_and_mark(server, 4), server.counters
    assert marks == {"drop": c.input_drops, "fill": c.output_fills} and c.gaps >= 1 and c.output_fills >= 1


def test_what_finds_no_room_on_either_side_is_a_drop(open_model):
    bench, second = Bench(open_model()), np.zeros((RATE, 1), np.float32)
    for _ in range(int(INBOX_S) + 3):
        bench.pump.on_input(second)
    c = bench.counters
    assert (c.overflow_in.times, c.overflow_in.ms) == (1, 3000), "one after another: one time"
    assert (c.input_drops, c.dropped_ms) == (1, 3000)
    hops = [np.zeros(int(OUTBOX_S * RATE), np.float32), np.zeros(160, np.float32), np.zeros(160, np.float32)]
    for hop in hops:  # nobody plays them
        bench.pump._put(bench.pump.outbox, hop, RATE, c.overflow_out)
    assert (c.overflow_out.times, c.overflow_out.ms) == (1, pytest.approx(20))
    assert (c.input_drops, c.dropped_ms) == (2, pytest.approx(3020))


def test_what_waited_while_the_machine_slept_is_one_drop_and_the_queue_stays(open_model):
    """Eight seconds at once, before a device that plays on: a fade, no catching up, and all of it counted."""
    bench = Bench(open_model()).run(3)
    bench.tap.pull()
    before = bench.counters.dropped_ms
    bench.pump.on_input(bench.signal(np.arange(8 * RATE))[:, None])
    bench.run(0.3)
    c = bench.counters
    assert c.splices_out == c.input_drops == 1 and c.dropped_ms - before == pytest.approx(8000, abs=60)
    assert max(bench.depths[-10:]) < 0.1, "within a third of a second"
    assert [what for _, what in bench.tap.pull().marks] == ["drop"]
    out = bench.out[-int(0.4 * RATE) :]
    assert np.abs(np.diff(out)).max() < 0.06, "200 Hz at half of full scale moves 0.04 a sample: no click"


def test_a_mark_waits_for_the_next_hop():
    tap, hop = Tap(), np.zeros(HOP, np.float32)
    tap.push(hop, hop, [])
    tap.mark("fill")
    assert tap.pull().marks == []
    tap.push(hop, hop, ["late"])
    tap.push(hop, hop, [])
    assert tap.pull().marks == [(0, "late"), (0, "fill")]


def test_the_status_keeps_what_was_lost_before_the_devices_were_opened_anew(tmp_path):
    model = save(build(Recipe()), tmp_path / "exact.onnx")
    with LiveStream(LiveOptions(model), audio=SoundCard()) as stream:
        wait_until(lambda: stream.status().hops > 3, 10, "hops")
        stream.pump.on_input(
            np.zeros((int(INBOX_S + 1) * RATE, 1), np.float32)
        )  # at once: a second has no room
        before = stream.status()
        assert before.input_drops >= 1 and before.dropped_ms >= 1000
        stream.switch(input="Headset")
        after = stream.status()
        assert after.input_drops >= before.input_drops and after.dropped_ms >= before.dropped_ms
