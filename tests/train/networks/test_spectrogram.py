import pytest
import torch

from trainer.networks.spectrogram import Spectrogram


@pytest.mark.parametrize(
    ("window", "hop", "synthesis", "latency"),
    [
        (320, 160, None, 160),
        (512, 128, None, 384),
        (510, 128, None, 382),
        (640, 160, 320, 160),
        (512, 160, 320, 160),
    ],
)
def test_overlap_add_returns_the_signal_as_late_as_the_inverse_is_long(window, hop, synthesis, latency):
    torch.manual_seed(0)
    s = Spectrogram(window_length=window, hop_length=hop, synthesis_length=synthesis)
    x = torch.randn(2, 40 * hop)
    out, _ = s.istft(s.stft(x)[0])
    assert s.latency == latency
    assert torch.allclose(out[:, latency:], x[:, :-latency], atol=1e-5)
    assert torch.allclose(out[:, :latency], torch.zeros(2, latency), atol=1e-6)


def test_a_longer_analysis_window_tells_harmonics_apart_that_the_short_one_cannot():
    """The power of 100 Hz harmonics, on and between them: a man's voice seen by 20 ms and by 40 ms."""
    n = torch.arange(16000) / 16000
    x = sum(torch.cos(2 * torch.pi * 100 * k * n + k * k) for k in range(5, 15))[None]
    contrast = []
    for s in (Spectrogram(), Spectrogram(window_length=640, synthesis_length=320)):
        power = s.stft(x)[0][0, :, 20:].square().sum(0).mean(0)
        per_hz = (s.bins - 1) / 8000
        contrast.append(10 * (power[round(1000 * per_hz)] / power[round(1050 * per_hz)]).log10())
    assert contrast[1] > contrast[0] + 10


def test_bins_of_one_frequency_have_one_phase_whatever_the_window():
    x = torch.zeros(1, 1600)
    x[0, 960] = 1.0
    short, long = Spectrogram(), Spectrogram(window_length=640, synthesis_length=320)
    a, b = (torch.view_as_complex(s.stft(x)[0][0, :, 6].T.contiguous()) for s in (short, long))
    assert torch.allclose((a[1:-1] * b[2:-2:2].conj()).angle(), torch.zeros(159), atol=1e-3)


def test_matrix_product_is_the_fourier_transform():
    s = Spectrogram()
    x = torch.randn(1, 320)
    frame = torch.cat([x.new_zeros(1, 160), x], 1)[:, 160:480]
    window = torch.hann_window(320, periodic=True).sqrt()
    expected = torch.fft.rfft(frame * window) / window.square().sum().sqrt()
    got, _ = s.stft(x)
    assert torch.allclose(torch.complex(got[0, 0, 1], got[0, 1, 1]), expected[0], atol=1e-5)


@pytest.mark.parametrize("window", [320, 640])
def test_hop_by_hop_equals_the_whole(window):
    torch.manual_seed(0)
    s = Spectrogram(window_length=window, synthesis_length=320)
    x = torch.randn(1, 160 * 300) * torch.linspace(0, 0.3, 160 * 300)
    x[:, :1600] = 0
    y, _, amplitude, power = s.encode(x)
    whole = s.decode(y, amplitude, power)
    past_audio = past_level = past_output = None
    parts = []
    for hop in x.split(160, 1):
        spectrum, past_audio = s.stft(hop, past_audio)
        p = s.power(spectrum)
        a, past_level = s.level(p, past_level)
        out, past_output = s.istft(s.bound(s.expand(s.compress(spectrum, a), a), p), past_output)
        parts.append(out)
    assert torch.allclose(torch.cat(parts, 1), whole, atol=2e-5)


def test_level_makes_a_quiet_and_a_loud_microphone_look_alike():
    torch.manual_seed(0)
    s = Spectrogram()
    x = torch.randn(1, 16000) * 0.1
    loud, _, _, _ = s.encode(x)
    quiet, _, _, _ = s.encode(x * 0.01)
    assert torch.allclose(loud, quiet, atol=1e-3)


def test_level_is_held_in_silence():
    s = Spectrogram()
    x = torch.cat([torch.randn(1, 16000) * 0.1, torch.zeros(1, 160 * 500)], 1)
    _, _, amplitude, _ = s.encode(x)
    assert torch.equal(amplitude[:, 150], amplitude[:, -1])


def test_expand_undoes_compress():
    torch.manual_seed(0)
    s = Spectrogram()
    spectrum = torch.randn(2, 2, 7, 161)
    amplitude = torch.rand(2, 7) + 0.1
    assert torch.allclose(s.expand(s.compress(spectrum, amplitude), amplitude), spectrum, atol=1e-4)


def test_nothing_in_is_nothing_out_whatever_the_estimate():
    s = Spectrogram()
    dreamt = torch.randn(1, 2, 20, 161)
    silent = torch.zeros(1, 20)
    assert s.bound(dreamt, silent).abs().max() == 0
    loud = s.bound(dreamt, torch.full((1, 20), 0.01))
    assert s.power(loud).max() <= 4 * 0.01 * 1.001


def test_noise_is_real_where_a_real_signal_is():
    s = Spectrogram()
    assert s.circular[1, 0] == 0 and s.circular[1, -1] == 0 and s.circular.sum() == 2 * 161 - 2


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match="exponent 0"):
        Spectrogram(exponent=0)
    with pytest.raises(ValueError, match="hop_length 400"):
        Spectrogram(hop_length=400)
    with pytest.raises(ValueError, match=r"synthesis_length 100 must be even and lie in hop_length \(160\)"):
        Spectrogram(synthesis_length=100)
    with pytest.raises(ValueError, match="synthesis_length 640"):
        Spectrogram(synthesis_length=640)
    with pytest.raises(ValueError, match="161 samples"):
        Spectrogram().stft(torch.zeros(1, 161))
