"""Columns, pictures and meters of the window: what is shown is what was heard."""

import itertools
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton

from gui import texts
from gui.plots.axes import frequency_ticks, time_ticks
from gui.plots.frequency_scale import SCALES, FrequencyScale
from gui.plots.meter import LOWEST_DBFS, Meter
from gui.plots.pictures import CLOSER, Pictures
from gui.plots.reduction_strip import ReductionStrip
from gui.plots.spectrogram_view import SpectrogramView, colour_table
from gui.plots.strip_ring import StripRing
from gui.plots.zoom import NARROWEST, Zoom
from gui.state.columns import FLOOR_DB, ColumnMaker, level_db
from gui.state.live_session import LiveSession
from gui.state.settings import CurrentSettings, Settings
from gui.window.live_view import LiveView
from realtime.live.status import LiveStatus
from realtime.live.tap import TapBlock
from tests.helpers.sound_card import SoundCard


def sine(hz, seconds=1.0, rate=16000, level=1.0):
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def columns_of(samples, blocks, **options):
    maker = ColumnMaker(16000, **options)
    edges = [0, *np.cumsum(blocks), len(samples)]
    parts = [maker.push(samples[a:b]) for a, b in itertools.pairwise(edges)]
    return np.concatenate([*parts, maker.finish()])


@pytest.mark.parametrize("pool", [1, 3])
def test_columns_do_not_depend_on_blocks(noise, pool):
    samples = noise(5003)
    whole = columns_of(samples, [], pool=pool)
    assert np.array_equal(whole, columns_of(samples, [1, 159, 1000, 0, 7], pool=pool))
    assert len(whole) == ColumnMaker(16000, pool=pool).count(len(samples))


def test_a_full_scale_sine_is_0_db_at_its_frequency():
    columns = columns_of(sine(1000), [])
    assert columns[50].argmax() == 32  # 1000 Hz of 8000 in 257 bins
    assert columns[50].max() == pytest.approx(0, abs=0.1)
    assert columns_of(sine(1000, level=0.01), [])[50].max() == pytest.approx(-40, abs=0.1)


def test_both_sides_in_one_go_are_as_one_after_the_other(noise):
    sides = [noise(4000, seed=seed) for seed in (0, 1)]
    maker = ColumnMaker(16000, pool=3, sides=(2,))
    both = np.concatenate([maker.push(np.stack(sides)[:, :1500]), maker.push(np.stack(sides)[:, 1500:]),
                           maker.finish()], axis=1)  # fmt: skip
    for found, side in zip(both, sides, strict=True):
        assert np.allclose(found, columns_of(side, [], pool=3), atol=1e-3)


def test_silence_is_the_floor_and_pooling_keeps_onsets():
    click = np.zeros(16000, np.float32)
    assert (columns_of(click, []) == FLOOR_DB).all()
    click[8000] = 1
    assert columns_of(click, [], pool=10).max() == columns_of(click, []).max()


def test_level_of_columns_follows_the_gain(noise):
    loud, quiet = (level_db(columns_of(noise(16000, level=level), [])) for level in (0.1, 0.01))
    assert np.allclose(loud - quiet, 20, atol=0.1)


@pytest.mark.parametrize("scrolling", [True, False])
def test_the_ring_shows_the_newest_or_the_first(qtbot, scrolling):
    view = SpectrogramView("x")
    qtbot.addWidget(view)
    view.configure(4, 10, 0.01, 8000, scrolling)
    fed = np.arange(27, dtype=np.float32)[:, None] - 60 + np.zeros((1, 4), np.float32)
    for start, end in ((0, 3), (3, 9), (9, 16), (16, 27)):
        view.append(fed[start:end])
    shown = view.levels()[:, 0] + 60
    assert shown.tolist() == (list(range(17, 27)) if scrolling else list(range(10)))
    view.configure(4, 10, 0.01, 8000, scrolling)
    view.append(fed)
    assert (view.levels()[:, 0] + 60).tolist() == shown.tolist()  # in one go as in parts


def test_pixels_are_the_colour_of_the_level(qtbot):
    view = SpectrogramView("x")
    qtbot.addWidget(view)
    view.resize(462, 224)
    view.configure(2, 4, 0.01, 8000, scrolling=False)
    view.range_db = (-100, 0)
    view.append(np.array([[-100, 0]] * 4, np.float32))  # low frequencies dark, high ones bright
    picture, plot, table = view.grab().toImage(), view.plot, colour_table("inferno")
    middle, quarter = plot.center().x(), plot.height() // 4
    assert picture.pixel(middle, plot.top() + quarter) == table[255]
    assert picture.pixel(middle, plot.bottom() - quarter) == table[0]
    view.range_db = (0, 10)  # what is there is painted anew
    assert view.grab().toImage().pixel(middle, plot.top() + quarter) == table[0]


def test_the_mouse_asks_time_frequency_and_level(qtbot):
    view = SpectrogramView("x")
    qtbot.addWidget(view)
    view.resize(462, 224)
    view.configure(2, 100, 0.01, 8000, scrolling=False)
    view.append(np.tile(np.array([[-70, -30]], np.float32), (100, 1)))
    plot = view.plot
    seconds, hz, db = view.at(plot.center().x(), plot.top() + plot.height() / 4)
    assert seconds == pytest.approx(0.5, abs=0.01) and hz == pytest.approx(6000, abs=50) and db == -30
    assert view.at(plot.center().x(), plot.bottom() - 5)[2] == -70
    assert view.at(2, 2) is None
    view.play_head = 0.0
    with qtbot.waitSignal(view.seeked) as seeked:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=plot.center())
    assert seeked.args[0] == pytest.approx(0.5, abs=0.01)


def test_new_columns_leave_the_axes_alone_and_a_new_palette_does_not(qtbot):
    view = SpectrogramView("x")
    qtbot.addWidget(view)
    view.resize(462, 224)
    view.configure(4, 100, 0.01, 8000, scrolling=True)
    view.show()
    qtbot.waitExposed(view)
    view.grab()
    frame, painted = view._ground, []
    view.update = lambda *region: painted.append(region)
    view.append(np.full((3, 4), -30, np.float32))
    view.play_head = 1.0
    assert painted == [(view.plot,)] * 2 and view._ground is frame
    del view.update
    light = view.grab().toImage().pixel(2, 2)
    palette = view.palette()
    palette.setColor(palette.ColorRole.Window, Qt.GlobalColor.red)
    view.setPalette(palette)
    assert view.grab().toImage().pixel(2, 2) != light


def test_a_picture_that_does_not_move_is_scaled_once_and_anew_when_it_changes(qtbot):
    view = SpectrogramView("x")
    qtbot.addWidget(view)
    view.resize(462, 224)
    view.configure(2, 4, 0.01, 8000, scrolling=False)
    view.show()
    qtbot.waitExposed(view)
    view.grab()
    still = view._still
    view.play_head = 0.02
    view.grab()
    assert view._still is still and still is not None
    for change in (lambda: view.append(np.zeros((1, 2), np.float32)), lambda: setattr(view, "smooth", True),
                   lambda: setattr(view, "range_db", (-50, 0)), lambda: view.resize(500, 224)):  # fmt: skip
        view.grab()
        still = view._still
        change()
        view.grab()
        assert view._still is not still


def test_an_empty_range_and_an_unknown_colour_map_are_refused(qtbot):
    view = SpectrogramView("x")
    qtbot.addWidget(view)
    with pytest.raises(ValueError, match="-20 ... -50 dB is empty"):
        view.range_db = (-20, -50)
    with pytest.raises(ValueError, match="'jet' is not one of inferno"):
        view.set_colour_map("jet")


@pytest.mark.parametrize(
    ("left", "right", "texts"),
    [
        (0, 6, ["0", "1", "2", "3", "4", "5", "6 s"]),
        (-10, 0, ["-10", "-8", "-6", "-4", "-2", "0 s"]),
        (0, 600, ["0:00", "2:00", "4:00", "6:00", "8:00", "10:00 min"]),
    ],
)
def test_time_ticks_are_whole_steps(left, right, texts):
    assert [text for _, text in time_ticks(left, right, 450)] == texts


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 8000, ["0", "2", "4", "6", "8 kHz"]),
        (0, 24000, ["0", "5", "10", "15", "20 kHz"]),
        (300, 1250, ["0.4", "0.6", "0.8", "1", "1.2 kHz"]),
    ],
)
def test_frequency_ticks_are_whole_steps(low, high, texts):
    assert [text for _, text in frequency_ticks(low, high, 110, 22)] == texts


def test_zoom_keeps_the_place_under_the_mouse_and_stays_inside():
    closer = Zoom().in_frequency(4, 0.5)
    assert (closer.low, closer.high) == (0.375, 0.625) and (closer.left, closer.right) == (0, 1)
    assert closer.in_frequency(1 / 4, 0.5) == Zoom() == closer.in_frequency(1 / 100, 0.1)
    assert Zoom().in_time(1e9, 0.3).right - Zoom().in_time(1e9, 0.3).left == NARROWEST
    assert closer.moved(frequency=9) == Zoom(low=0.75, high=1.0) and closer.moved(frequency=-9).low == 0


@pytest.fixture
def pictures(qtbot):
    made = Pictures()
    qtbot.addWidget(made)
    made.resize(500, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def turn(view, across, up, keys=Qt.KeyboardModifier.NoModifier, notches=1):
    plot = view.plot
    at = QPointF(plot.left() + across * plot.width(), plot.bottom() + 1 - up * plot.height())
    delta = QPoint(0, round(120 * notches))
    buttons, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, QPointF(view.mapToGlobal(at)), QPoint(), delta, buttons, keys, phase, False)
    QApplication.sendEvent(view, event)


def test_the_wheel_zooms_all_pictures_and_the_read_out_follows(pictures):
    steps = np.repeat(np.arange(-100, -20, 10, dtype=np.float32), 8)  # a level for every kHz
    pictures.show_live(64, 100, 0.1, 8000)
    pictures.append_live(np.tile(steps, (2, 100, 1)))
    view = pictures.after
    turn(view, 0.5, 0.25, notches=4)
    assert pictures.before.zoom == view.zoom == pictures.strip.zoom
    low, high = view.span_hz
    assert high - low == pytest.approx(8000 / CLOSER**4) and low + 0.25 * (high - low) == pytest.approx(2000)
    x, y = view.plot.center().x(), view.plot.top() + 0.01
    assert view.at(x, y)[1] == pytest.approx(high, abs=10)
    assert view.at(x, y)[2] == -100 + 10 * int(view.at(x, y)[1] // 1000)
    assert (
        view.grab().toImage().pixel(x, view.plot.top() + 1)
        == view._table[
            int((view.at(x, y)[2] - view.range_db[0]) * 255 / (view.range_db[1] - view.range_db[0]))
        ]
    )
    turn(view, 0.5, 0.5, Qt.KeyboardModifier.ControlModifier, 2)
    assert view.span_s == pytest.approx((-10 / CLOSER**2, 0))  # live, now stays
    turn(view, 0.5, 0.5, Qt.KeyboardModifier.ShiftModifier, 1)
    assert view.span_s[1] == pytest.approx(-1 / CLOSER**2)
    pictures.show_all()
    assert view.span_s == pytest.approx((-10, 0)) and view.span_hz == (0, 8000)


def test_a_zoomed_picture_follows_the_play_head(pictures):
    for view in pictures.views:
        view.configure(4, 100, 0.1, 8000, scrolling=False)
    pictures.set_play_head(0.5)
    pictures.closer_in_time(4)
    assert pictures.after.span_s == pytest.approx((0.375, 2.875))  # the head stays where it is
    pictures.set_play_head(2.9)
    assert pictures.after.span_s == pytest.approx((2.9, 5.4))
    pictures.go(time=20)
    looked_at = pictures.after.span_s
    pictures.set_play_head(3.0)  # elsewhere, as one wished
    assert pictures.after.span_s == looked_at


def test_the_live_strip_is_the_same_in_parts_as_in_one_go():
    values = np.abs(np.random.default_rng(0).normal(0, 20, (3, 57))).astype(np.float32)
    values[1:] /= 40
    whole, parts = StripRing(20), StripRing(20)
    for ring in (whole, parts):
        ring.dress((40, 3, 20), range(6), (40, 2))
    whole.append(values)
    for start, end in ((0, 1), (1, 9), (9, 10), (10, 33), (33, 57)):
        parts.append(values[:, start:end])
    assert np.array_equal(whole.shown(), values[:, -20:]) and np.array_equal(parts.shown(), values[:, -20:])
    first = parts.first
    later = parts._pixels[:, first + 10 : first + 20].copy()
    parts.dress((40, 3, 20), range(6), (40, 2))  # a new size or palette paints what is kept
    assert np.array_equal(parts._pixels[:, first + 10 : first + 20], later)
    assert np.array_equal(parts._pixels[:, :20], parts._pixels[:, 20:])


def test_the_live_strip_shows_load_and_steps_and_marks_what_went_wrong(qtbot):
    strip = ReductionStrip()
    qtbot.addWidget(strip)
    strip.resize(462, 10)
    strip.configure(100, scrolling=True, most_steps=4)
    strip.append_live(np.zeros(100, np.float32), 0.0, 0)
    empty = strip.grab().toImage()
    strip.append_live(np.zeros(50, np.float32), 0.5, 2, [(0.5, "drop"), (0.75, "late")])
    shown, plot = strip.grab().toImage(), strip._plot
    x = plot.left() + round(0.95 * plot.width())
    column = [y for y in range(strip.height()) if shown.pixel(x, y) != empty.pixel(x, y)]
    assert min(column) == max(column) - 17 and max(column) >= plot.bottom() - 1  # half of the lane of 34 px
    assert shown.pixel(x, min(column) - 5) == empty.pixel(x, min(column) - 5)
    drop, late = (
        shown.pixelColor(plot.left() + int(s * plot.width()), plot.top() + 30) for s in (0.75, 0.87)
    )
    assert drop.name() == "#e0503c" and late.name() == "#f0a030"
    strip.append_live(np.zeros(90, np.float32), 0.5, 2)
    assert not strip.ring.marks  # both have left


def test_what_nobody_pulled_in_time_is_a_gap_as_long_as_it_lasted(qtbot, monkeypatch, noise):
    session, pictures = LiveSession(audio=SoundCard()), Pictures()
    qtbot.addWidget(pictures)
    view = LiveView(session, pictures, QPushButton(), QPushButton(), CurrentSettings(Settings()))
    meters = (Meter("in"), Meter("out"))
    view.begin(SimpleNamespace(sample_rate=16000, max_steps=2))
    monkeypatch.setattr(session, "status", lambda: LiveStatus("running"))
    sound = noise(1600)
    for lost in (160 * 500, 160 * 3 + 100, 0, 60):  # the first was lost before there were pictures
        monkeypatch.setattr(session, "pull", lambda lost=lost: TapBlock(sound, sound, lost=lost))
        view.tick(*meters)
    shown = pictures.before
    dark = (shown.levels()[-shown.count :] == FLOOR_DB).all(axis=1)
    assert shown.count == pictures.after.count == 4 * 10 - 1 + 4
    assert np.flatnonzero(dark).tolist() == [9, 10, 11, 32]
    assert [column for column, kind in pictures.strip.ring.marks if kind == "lost"] == [9, 11, 32, 32]


def test_the_strip_paints_where_something_was_taken(qtbot):
    strip = ReductionStrip()
    qtbot.addWidget(strip)
    strip.resize(400, 64)
    strip.configure(100)
    empty = strip.grab().toImage()
    strip.append(np.full(100, 30, np.float32))
    assert strip.count == 100
    full = strip.grab().toImage()
    assert full.pixel(300, 20) != empty.pixel(300, 20) and full.pixel(300, 58) == empty.pixel(300, 58)


def test_a_meter_holds_its_peak_and_falls(qtbot):
    meter = Meter("Level in")
    qtbot.addWidget(meter)
    meter.show_level(-12.0)
    assert meter.level_dbfs == meter.peak_dbfs == -12
    qtbot.wait(60)
    meter.show_level(-200.0)
    assert LOWEST_DBFS < meter.level_dbfs < -12 and meter.peak_dbfs == -12


def test_the_bar_of_a_meter_ends_at_the_level_and_nothing_is_left_of_what_ended(qtbot):
    meter = Meter("Input level")
    qtbot.addWidget(meter)
    meter.resize(300, meter.sizeHint().height())
    bar = meter.bar
    empty = meter.grab().toImage()
    meter.show_level(-15.0)
    shown, edge, y = meter.grab().toImage(), bar.left() + round(bar.width() * 45 / 60), bar.center().y()
    assert shown.pixel(edge - 4, y) != empty.pixel(edge - 4, y) and shown.pixel(edge + 4, y) == empty.pixel(
        edge + 4, y
    )
    assert meter.text == "-15 dBFS"
    meter.show_nothing()
    assert meter.grab().toImage() == empty and meter.text == texts.NO_SIGNAL


@pytest.mark.parametrize("how", ["click", "key"])
def test_a_meter_counts_what_clipped_until_it_is_told_to_forget(qtbot, how):
    meter = Meter("Level in")
    qtbot.addWidget(meter)
    meter.resize(300, meter.sizeHint().height())
    dark = meter.grab().toImage().pixelColor(290, meter.bar.center().y())
    meter.show_level(0.0, 3)
    meter.show_level(0.0, 4)
    assert meter.clipped == 7
    red = meter.grab().toImage().pixelColor(290, meter.bar.center().y())
    assert red.name() == "#d9453a"
    if how == "click":
        qtbot.mouseClick(meter, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(meter, Qt.Key.Key_Return)
    assert meter.clipped == 0 and meter.grab().toImage().pixelColor(290, meter.bar.center().y()) == dark


@pytest.mark.parametrize("name", SCALES)
def test_a_frequency_stands_where_its_scale_has_it_and_is_read_back(qtbot, name):
    scale = FrequencyScale(name, 8000.0)
    for hz in (100.0, 440.0, 1000.0, 7999.0):
        assert scale.hz(scale.share(hz)) == pytest.approx(hz, rel=1e-6)
    assert scale.share(8000.0) == pytest.approx(1) and scale.share(50.0) < 0.03
    half = {"linear": 4000, "mel": 1767, "log": 632}[name]  # Hz in the middle of the axis
    assert scale.hz(0.5) == pytest.approx(half, rel=0.01)
    view = SpectrogramView("x")
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.configure(257, 10, 0.01, 8000.0, scrolling=False)
    view.range_db = (-100.0, 0.0)
    view.set_scale(name)
    columns = np.full((10, 257), -100.0, np.float32)
    columns[:, 32] = 0.0  # 1 kHz
    view.append(columns)
    shown, plot = view.grab().toImage(), view.plot
    ys = [
        y
        for y in range(plot.top(), plot.bottom())
        if shown.pixelColor(plot.center().x(), y).lightness() > 120
    ]
    assert ys
    middle = (ys[0] + ys[-1]) / 2
    expected = plot.bottom() - plot.height() * scale.share(1000.0)
    assert middle == pytest.approx(expected, abs=4 if name == "linear" else 8)
    assert view.at(plot.center().x(), expected)[1] == pytest.approx(1000, rel=0.05)


def test_an_unknown_frequency_scale_is_refused():
    with pytest.raises(ValueError, match="'bark' is not one of linear, mel, log"):
        FrequencyScale("bark", 8000.0)
