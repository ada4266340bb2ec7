"""The controller without a window: recordings, playback, saving, and what goes wrong."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QSettings

from gui.state import settings
from gui.state.controller import Controller
from gui.state.player import PlaybackError, Player
from realtime.audio.devices import PortAudio
from realtime.demo import CLIP
from realtime.engine.enhancer import Enhancer
from realtime.engine.settings import EngineSettings
from tests.helpers.engine_models import Recipe, build, save


class Device:
    """A sound output that is driven by the test."""

    def __init__(self):
        self.fill = None
        self.open = False

    def __call__(self, sample_rate, fill):
        self.fill, self.open, self.sample_rate = fill, True, sample_rate
        return self

    def close(self):
        self.open = False

    def take(self, count):
        out = np.full(count, np.nan, np.float32)
        self.fill(out)
        return out


@pytest.fixture
def device():
    return Device()


@pytest.fixture
def controller(qtbot, device):
    made = Controller(Player(device))
    yield made
    made.close()


@pytest.fixture
def short(tmp_path):
    """A second and a half of the noisy clip."""
    samples, rate = soundfile.read(str(CLIP), frames=24000)
    path = tmp_path / "short.wav"
    soundfile.write(str(path), samples, rate)
    return path


def enhance(qtbot, controller, path):
    with qtbot.waitSignal(controller.done, timeout=60000):
        controller.open_file(path)
    return controller.result


def test_a_recording_is_enhanced_as_the_engine_does_it(qtbot, controller, short):
    with qtbot.waitSignals([controller.model_opened, controller.clip_opened], timeout=60000):
        result = enhance(qtbot, controller, short)
    noisy, _ = soundfile.read(str(short), dtype="float32")
    assert np.array_equal(result.clip.samples, noisy)
    assert np.array_equal(result.enhanced, Enhancer().enhance(noisy))
    assert result.columns.shape == result.clip.columns.shape
    quiet = np.sort(result.clip.columns.mean(1)).mean() - np.sort(result.columns.mean(1)).mean()
    assert quiet > 10  # dB: noise is visibly gone


def test_progress_brings_every_column_once(qtbot, controller, short):
    columns, shares = [], []
    controller.advanced.connect(lambda part, share: (columns.append(part), shares.append(share)))
    result = enhance(qtbot, controller, short)
    assert np.array_equal(np.concatenate(columns), result.columns)
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_other_rates_and_channels_open(qtbot, controller, tmp_path, noise):
    path = tmp_path / "stereo.flac"
    soundfile.write(str(path), np.stack([noise(22050), noise(22050, 1)], 1), 44100)
    result = enhance(qtbot, controller, path)
    assert result.clip.sample_rate == 44100 and len(result.enhanced) == 22050


def test_cancel_stops_soon_and_leaves_no_result(qtbot, controller, tmp_path, noise):
    path = tmp_path / "long.wav"
    soundfile.write(str(path), noise(16000 * 120), 16000)
    with qtbot.waitSignal(controller.advanced, timeout=60000):
        controller.open_file(path)
    assert controller.busy
    with qtbot.waitSignal(controller.noticed):
        controller.cancel()
    assert not controller.busy
    assert controller._job.join(10)
    qtbot.wait(50)
    assert controller.result is None


def test_closing_during_work_takes_less_than_a_second(qtbot, device, tmp_path, noise):
    controller = Controller(Player(device))
    path = tmp_path / "long.wav"
    soundfile.write(str(path), noise(16000 * 60), 16000)
    with qtbot.waitSignal(controller.advanced, timeout=60000):
        controller.open_file(path)
    start = time.monotonic()
    controller.close()
    assert time.monotonic() - start < 1.0


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"no sound at all", "cannot be opened"), (None, "cannot be opened"), ("empty", "holds no audio")],
)
def test_a_bad_file_is_one_sentence_and_the_old_one_stays(qtbot, controller, short, tmp_path, content, says):
    result = enhance(qtbot, controller, short)
    path = tmp_path / "bad.wav"
    if content == "empty":
        soundfile.write(str(path), np.zeros(0), 16000)
    elif content is not None:
        path.write_bytes(content)
    with qtbot.waitSignal(controller.failed, timeout=60000) as failed:
        controller.open_file(path)
    assert "bad.wav" in failed.args[0] and says in failed.args[0] and "\n" not in failed.args[0]
    assert controller.result is result and controller.clip is result.clip


def test_a_bad_model_is_one_sentence_and_another_goes_on(qtbot, controller, short, tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"nothing")
    with qtbot.waitSignal(controller.failed, timeout=60000) as failed:
        controller.configure(model=str(broken))
    assert "broken.onnx" in failed.args[0] and "\n" not in failed.args[0]
    controller.configure(model="")
    assert enhance(qtbot, controller, short).steps == controller.spec.default_steps


def test_steps_that_were_chosen_for_another_model_are_as_many_as_this_one_has(
    qtbot, controller, short, tmp_path
):
    small = save(build(Recipe(max_steps=2, default_steps=1)), tmp_path / "small.onnx")
    controller.configure(model=str(small), settings=EngineSettings(steps=4))
    assert enhance(qtbot, controller, short).steps == controller.steps == 2


def test_a_changed_setting_enhances_again_and_counts(qtbot, controller, short):
    first = enhance(qtbot, controller, short)
    with qtbot.waitSignal(controller.done, timeout=60000):
        controller.configure(settings=EngineSettings(steps=1))
        controller.configure(settings=EngineSettings(1, attenuation_limit_db=0.0))  # nothing may be taken
    assert controller.result.steps == 1
    assert np.allclose(controller.result.enhanced[200:-200], first.clip.samples[200:-200], atol=1e-4)
    with pytest.raises(ValueError, match="no setting 'colour'"):
        controller.configure(colour=1)


def test_sides_change_at_the_same_place_without_a_click(device):
    player = Player(device)
    before, after = np.full(4000, 0.5, np.float32), np.full(4000, -0.5, np.float32)
    player.load(before, after, 16000)
    player.play()
    assert (device.take(400) == -0.5).all()
    player.side = "before"
    heard = device.take(800)
    assert np.abs(np.diff(heard)).max() < 0.01 and heard[-1] == 0.5
    assert player.position_s == 1200 / 16000
    player.muted = True
    assert device.take(800)[-1] == 0


def test_at_the_end_there_is_silence_and_play_begins_again(device):
    player = Player(device)
    player.load(np.ones(100, np.float32), np.ones(100, np.float32), 16000)
    player.play()
    out = device.take(150)
    assert (out[100:] == 0).all() and not player.playing
    player.play()
    assert player.playing and player.position_s == 0
    player.seek(99)
    assert player.position_s == 100 / 16000
    player.pause()
    assert not device.open
    with pytest.raises(ValueError, match="'left' is not one of before, after"):
        player.side = "left"


def test_portaudio_is_not_made_to_look_again_while_something_plays(monkeypatch):
    class Stream(SimpleNamespace):
        def __init__(self, rate, channels, **options):
            super().__init__(samplerate=rate, channels=channels, latency=0.1)

        def start(self):
            pass

        abort = close = lambda self, ignore_errors: done.append("closed")

    done = []
    portaudio = SimpleNamespace(OutputStream=Stream, PortAudioError=OSError, _initialize=lambda: None,
                                _terminate=lambda: done.append("ended"))  # fmt: skip
    monkeypatch.setitem(sys.modules, "sounddevice", portaudio)
    player = Player()
    player.load(np.ones(100, np.float32), np.ones(100, np.float32), 16000)
    player.play()
    PortAudio().rescan()
    assert player.playing and not done
    player.pause()
    PortAudio().rescan()
    assert done == ["closed", "closed", "ended"]


def test_no_sound_output_is_one_sentence(qtbot, short):
    def refuse(rate, fill):
        raise PlaybackError("nothing can be played: no output")

    controller = Controller(Player(refuse))
    enhance(qtbot, controller, short)
    with qtbot.waitSignal(controller.failed) as failed:
        controller.toggle_playing()
    assert failed.args == ["nothing can be played: no output"]
    assert not controller.player.playing
    controller.close()


def test_the_enhanced_side_is_saved_and_opens_again(qtbot, controller, short, tmp_path):
    with qtbot.waitSignal(controller.failed):
        assert not controller.save_audio(tmp_path / "x.wav")  # nothing is open yet
    result = enhance(qtbot, controller, short)
    assert controller.save_audio(tmp_path / "clean")
    saved, rate = soundfile.read(str(tmp_path / "clean.wav"), dtype="float32")
    assert rate == 16000 and np.abs(saved - result.enhanced).max() <= 1 / 32768
    enhance(qtbot, controller, tmp_path / "clean.wav")
    before = short.read_bytes()
    controller.configure()
    enhance(qtbot, controller, short)
    for target in (short, tmp_path / "no" / "such.wav", tmp_path / "strange.xyz"):
        with qtbot.waitSignal(controller.failed) as failed:
            assert not controller.save_audio(target)
        assert str(target) in failed.args[0]
    assert short.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clean.wav", "short.wav"]


def store_at(path):
    return QSettings(str(path), QSettings.Format.IniFormat)


def test_settings_come_back(tmp_path):
    wanted = settings.Settings(steps=3, limit_db=12.0, theme="dark", smooth=False, model="/m/a.onnx")
    wanted = settings.with_recent(settings.with_recent(wanted, "/m/b.onnx"), "/m/a.onnx")
    settings.save(store_at(tmp_path / "s.ini"), wanted)
    assert settings.load(store_at(tmp_path / "s.ini")) == wanted
    assert wanted.recent_models == ("/m/a.onnx", "/m/b.onnx")


def test_settings_that_are_not_allowed_become_the_defaults(tmp_path):
    path = Path(tmp_path / "s.ini")
    path.write_text(
        "[General]\nversion=1\nsteps=many\ntheme=pink\nlimit_db=-3\ngain_db=6\nunknown=1\n"
        "darkest_db=-20\nbrightest_db=-50\nsmooth=maybe\n"
    )
    assert settings.load(store_at(path)) == settings.Settings(gain_db=6.0)


def test_settings_of_the_first_window_are_taken_over(tmp_path):
    """As it wrote them: without live, tray and microphones, all of version 1."""
    path = Path(tmp_path / "s.ini")
    path.write_text(
        "[General]\nversion=1\nmodel=/m/a.onnx\ndevice=cpu\nsteps=2\nlimit_db=12\ngain_db=0\ndarkest_db=-90\n"
        "brightest_db=-25\nwindow_ms=64\ncolour_map=magma\ntheme=dark\nsmooth=false\nfolder=/sounds\n"
        "recent_models=/m/a.onnx, /m/b.onnx\ngeometry=@ByteArray()\n"
    )
    assert settings.load(store_at(path)) == settings.Settings(
        model="/m/a.onnx", device="cpu", steps=2, limit_db=12.0, window_ms=64, colour_map="magma", theme="dark",
        smooth=False, folder="/sounds", recent_models=("/m/a.onnx", "/m/b.onnx"))  # fmt: skip


def test_settings_of_an_older_version_take_every_migration_to_this_one(tmp_path, monkeypatch):
    def named_anew(values):
        return {**values, "limit_db": values["most_db"]}

    def in_tenths(values):
        return {**values, "limit_db": float(values["limit_db"]) / 10}

    monkeypatch.setattr(settings, "VERSION", 3)
    monkeypatch.setattr(settings, "MIGRATIONS", {1: named_anew, 2: in_tenths})
    path = Path(tmp_path / "s.ini")
    path.write_text("[General]\nversion=1\nmost_db=120\ntheme=dark\n")
    store = store_at(path)
    assert settings.load(store) == settings.Settings(limit_db=12.0, theme="dark")
    settings.save(store, settings.load(store))
    assert settings.load(store_at(path)).limit_db == 12 and int(store.value("version")) == 3


def test_every_older_version_has_a_migration():
    assert sorted(settings.MIGRATIONS) == list(range(1, settings.VERSION))


def test_settings_of_a_newer_version_are_left_alone(tmp_path):
    path = tmp_path / "s.ini"
    path.write_text("[General]\nversion=99\nsteps=3\n")
    store = store_at(path)
    assert settings.load(store) == settings.Settings()
    settings.save(store, settings.Settings(steps=1))
    assert store_at(path).value("steps") == "3"
