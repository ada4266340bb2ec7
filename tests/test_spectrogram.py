import pytest
import torch

from trainer.spectrogram import Spectrogram


@pytest.mark.parametrize(("window", "hop"), [(320, 160), (512, 128), (510, 128)])
def test_overlap_add_returns_the_signal_one_overlap_later(window, hop):
    torch.manual_seed(0)
    s = Spectrogram(window_length=window, hop_length=hop)
    x = torch.randn(2, 40 * hop)
    out, _ = s.istft(s.stft(x)[0])
    assert torch.allclose(out[:, s.overlap :], x[:, : -s.overlap], atol=1e-5)
    assert torch.allclose(out[:, : s.overlap], torch.zeros(2, s.overlap), atol=1e-6)


def test_matrix_product_is_the_fourier_transform():
    s = Spectrogram()
    x = torch.randn(1, 320)
    frame = torch.cat([x.new_zeros(1, 160), x], 1)[:, 160:480]
    window = torch.hann_window(320, periodic=True).sqrt()
    expected = torch.fft.rfft(frame * window) / window.square().sum().sqrt()
    got, _ = s.stft(x)
    assert torch.allclose(torch.complex(got[0, 0, 1], got[0, 1, 1]), expected[0], atol=1e-5)


def test_hop_by_hop_equals_the_whole():
    torch.manual_seed(0)
    s = Spectrogram()
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
    with pytest.raises(ValueError, match="161 samples"):
        Spectrogram().stft(torch.zeros(1, 161))
