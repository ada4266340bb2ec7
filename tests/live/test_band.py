"""The model that a live stream takes by the rate of its devices, with the models that are shipped."""

from dataclasses import replace

import pytest

from realtime.live.stream import LiveOptions, LiveStream
from tests.helpers.sound_card import SoundCard


class Card(SoundCard):
    """Microphones of 48 kHz (but the headset, of 16 kHz), headphones of 48 kHz."""

    def __init__(self):
        super().__init__()
        self.asked = []
        self.found = [d if d.name == "Headset" else replace(d, default_rate=48000) for d in self.found]

    def open(self, device, kind, rates, callback, finished):
        self.asked.append((device.name, rates))
        return super().open(device, kind, rates, callback, finished)


@pytest.mark.parametrize(
    ("options", "model", "why"),
    [
        (LiveOptions(), "klarstrom-48k", "full band for 48000 Hz"),
        (LiveOptions(input="Headset"), "klarstrom-16k", "wide band for 16000 Hz"),
        (LiveOptions(band="wide"), "klarstrom-16k", "band wide"),
        (LiveOptions(input="Headset", band="full"), "klarstrom-48k", "band full"),
        (LiveOptions(rate=16000), "klarstrom-16k", "wide band for 16000 Hz"),
        (LiveOptions("klarstrom-16k-lite"), "klarstrom-16k-lite", "named"),
    ],
)
def test_the_lower_rate_of_the_devices_decides(options, model, why):
    events, card = [], Card()
    with LiveStream(options, events.append, card) as stream:
        status = stream.status()
    assert (status.model, status.model_reason) == (model, why)
    (started,) = [e.message for e in events if e.kind == "started"]
    assert (f"{model}: {why}" in started) == (options.model is None)
    first = options.rate or (48000 if model == "klarstrom-48k" else 16000)
    assert all(rates[0] == first for _, rates in card.asked), card.asked


def test_another_microphone_brings_its_model_unless_one_is_named():
    with LiveStream(LiveOptions(), audio=Card()) as stream:
        assert stream.status().model == "klarstrom-48k"
        stream.switch(input="Headset")
        assert stream.status().model == "klarstrom-16k"
        stream.set_model("klarstrom-16k-lite")
        stream.switch(input="Desk")
        assert stream.status().model == "klarstrom-16k-lite"
        stream.set_model(None)
        assert stream.status().model == "klarstrom-48k"


def test_a_band_beside_a_model_is_refused():
    with pytest.raises(ValueError, match="leave it out where one is named"):
        LiveStream(LiveOptions("klarstrom-16k-lite", band="full"), audio=Card())
