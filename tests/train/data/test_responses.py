"""Measured impulse responses: aligned, scaled, paired by room, and heard in the mixtures."""

import numpy as np
import pytest
import soundfile

from trainer.data.module import DataModule
from trainer.data.responses import load_responses
from trainer.data.scene import MixConfig

RATE = 16000


def write(path, delay, direct, decay=0.01, rate=RATE, seconds=0.3):
    """A response: `delay` samples of silence, the direct sound, then a tail that decays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = int(seconds * rate)
    tail = np.random.default_rng(len(path.name)).standard_normal(samples) * np.exp(
        -np.arange(samples) / (decay * rate)
    )
    response = np.zeros(delay + samples)
    response[delay:] = 0.05 * tail
    response[delay] = direct
    soundfile.write(path, response, rate, subtype="FLOAT")
    return path


def test_the_direct_sound_comes_first_and_is_one(tmp_path):
    for number, (delay, direct) in enumerate([(0, 0.9), (123, 0.3), (4000, -0.5)]):
        write(tmp_path / f"room{number}" / "a.wav", delay, direct)
    pairs = load_responses([str(tmp_path)], RATE)
    assert len(pairs) == 3
    for speech, noise in pairs:
        assert speech[0] == noise[0] == 1
        assert len(speech) == int(0.3 * RATE)


def test_the_noise_comes_from_another_place_of_the_same_room(tmp_path):
    for name in ("a", "bb", "ccc"):
        write(tmp_path / "kitchen" / f"{name}.wav", 10, 0.5)
    write(tmp_path / "hall" / "only.wav", 10, 0.5)
    pairs = load_responses([str(tmp_path)], RATE)
    assert len(pairs) == 4
    alike = [np.array_equal(speech, noise) for speech, noise in pairs]
    assert sorted(alike) == [False, False, False, True]
    kitchen = [pair for pair, same in zip(pairs, alike, strict=True) if not same]
    assert {speech.tobytes() for speech, _ in kitchen} == {noise.tobytes() for _, noise in kitchen}


def test_a_long_response_is_faded_out_at_one_second(tmp_path):
    write(tmp_path / "cave.wav", 0, 1.0, decay=5.0, seconds=3.0)
    ((speech, _),) = load_responses([str(tmp_path)], RATE)
    assert len(speech) == RATE
    assert abs(speech[-1]) < 1e-6
    assert np.abs(speech[-400:-100]).mean() < 0.3 * np.abs(speech[1000:2000]).mean()


def test_a_silent_response_is_refused_by_name(tmp_path):
    soundfile.write(tmp_path / "nothing.wav", np.zeros(100), RATE)
    with pytest.raises(ValueError, match=r"nothing\.wav is silent"):
        load_responses([str(tmp_path)], RATE)


def test_measured_rooms_are_heard_beside_the_simulated_ones(tmp_path):
    rng = np.random.default_rng(0)
    for what in ("speech", "noise"):
        for number in range(4):
            path = tmp_path / what / f"{number}.wav"
            path.parent.mkdir(exist_ok=True)
            soundfile.write(path, 0.1 * rng.standard_normal(2 * RATE), RATE)
    write(tmp_path / "rooms" / "a.wav", 0, 1.0)
    places = {"speech": [str(tmp_path / "speech")], "noise": [str(tmp_path / "noise")]}

    def first(mix: MixConfig, responses: list[str] | None) -> np.ndarray:
        data = DataModule(
            **places, rooms=0, responses=responses, mix=mix, batch_size=1, workers=0, valid_count=1
        )
        data.setup("fit")
        return data.training[0][1]

    measured = [str(tmp_path / "rooms")]
    wet = MixConfig(reverb=1.0, speech_absent=0.0, noise_absent=0.0)
    assert not np.array_equal(first(wet, measured), first(wet, None))
    dry = MixConfig(reverb=0.0, speech_absent=0.0, noise_absent=0.0)
    assert np.array_equal(first(dry, measured), first(dry, None))
