"""Columns, pictures and meters of the window: what is shown is what was heard."""

import itertools
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from PySide6.QtCore import Qt

from gui.axes import time_ticks
from gui.columns import FLOOR_DB, ColumnMaker, level_db
from gui.meter import LOWEST_DBFS, Meter
from gui.reduction_strip import ReductionStrip
from gui.spectrogram_view import SpectrogramView, colour_table


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
    frame, painted = view._frame, []
    view.update = lambda *region: painted.append(region)
    view.append(np.full((3, 4), -30, np.float32))
    view.play_head = 1.0
    assert painted == [(view.plot,)] * 2 and view._frame is frame
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
        (0, 600, ["0:00", "2:00", "4:00", "6:00", "8:00", "10:00 s"]),
    ],
)
def test_time_ticks_are_whole_steps(left, right, texts):
    assert [text for _, text in time_ticks(left, right, 450)] == texts


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
