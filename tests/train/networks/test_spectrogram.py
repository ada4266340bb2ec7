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


ROBUST = dict(
    window_length=640, synthesis_length=320, release=0.35, burst=0.2, burst_window=0.5, high_pass=40.0
)


def test_hop_by_hop_equals_the_whole_with_a_robust_level_and_a_high_pass():
    torch.manual_seed(0)
    s = Spectrogram(**ROBUST)
    x = torch.randn(2, 160 * 200) * torch.linspace(0, 0.3, 160 * 200) + 0.05
    x[:, 9600:12000] += torch.randn(2, 2400)
    x[:, :1600] = 0
    y, _, amplitude, power = s.encode(x)
    whole = s.decode(y, amplitude, power)
    past_offset = past_audio = past_level = past_output = None
    parts = []
    for hop in x.split(160, 1):
        hop, past_offset = s.remove_offset(hop, past_offset)
        spectrum, past_audio = s.stft(hop, past_audio)
        p = s.power(spectrum)
        a, past_level = s.level(p, past_level)
        out, past_output = s.istft(s.bound(s.expand(s.compress(spectrum, a), a), p), past_output)
        parts.append(out)
    assert torch.allclose(torch.cat(parts, 1), whole, atol=2e-5)
    shapes = {name: shape[1:] for name, shape in s.states().items()}
    held = {
        "past_offset": past_offset,
        "past_audio": past_audio,
        "past_level": past_level,
        "past_output": past_output,
    }
    assert {name: value.shape[1:] for name, value in held.items()} == shapes


def level_db(s: Spectrogram, x: torch.Tensor) -> torch.Tensor:
    return 20 * s.encode(x)[2][0].log10()


def murmur(seconds: float) -> torch.Tensor:
    """Quiet noise in syllables, about -41 dBFS."""
    torch.manual_seed(1)
    n = torch.arange(int(seconds * 16000)) / 16000
    return 0.006 * torch.randn(1, len(n)) * (1.2 + torch.sin(25 * n))


@pytest.mark.parametrize("seconds", [0.01, 0.05, 0.2])
def test_a_burst_does_not_move_the_level(seconds):
    s, quiet = Spectrogram(**ROBUST), murmur(4)
    loud = quiet.clone()
    length = int(seconds * 16000)
    loud[:, 16000 : 16000 + length] += 0.5 * torch.randn(1, length)
    before, after = level_db(s, quiet), level_db(s, loud)
    touched = slice(100, 100 + int(seconds * 100) + 4)  # the frames that hold a part of the burst
    assert after[touched].max() > before[touched].max() + 10  # these are divided by more, for themselves
    moved = (after - before).abs()
    moved[touched] = 0
    assert moved.max() < 6


def test_after_a_burst_at_the_very_start_the_level_is_back_within_a_second():
    s, quiet = Spectrogram(**ROBUST), murmur(4)
    bang = 0.5 * torch.randn(1, 3200)
    late = level_db(s, torch.cat([bang, quiet], 1))[20:] - level_db(s, quiet)
    assert late[0] > 20
    assert late[100:].max() < 6


def test_the_level_follows_a_voice_that_gets_louder_and_stays():
    s, x = Spectrogram(**ROBUST), murmur(4)
    x[:, 32000:] *= 30
    levels = level_db(s, x)
    assert levels[250:].mean() - levels[100:200].mean() == pytest.approx(29.5, abs=1.5)


def test_a_robust_level_makes_a_quiet_and_a_loud_microphone_look_alike():
    s, x = Spectrogram(**ROBUST), murmur(2)
    loud, quiet = s.encode(x * 10)[0], s.encode(x * 0.3)[0]
    assert torch.allclose(loud, quiet, atol=2e-3)


def test_a_robust_level_is_held_in_silence():
    x = torch.cat([murmur(1) * 10, torch.zeros(1, 160 * 300)], 1)
    amplitude = Spectrogram(**ROBUST).encode(x)[2]
    assert torch.equal(amplitude[:, 150], amplitude[:, -1])


def through(s: Spectrogram, x: torch.Tensor) -> torch.Tensor:
    y, _, amplitude, power = s.encode(x)
    return s.decode(y, amplitude, power)


@pytest.mark.parametrize("offset", [0.1, -0.02])
def test_an_offset_is_taken_out_and_the_rest_is_not_touched(offset):
    torch.manual_seed(0)
    s = Spectrogram(**ROBUST)
    n = torch.arange(32000) / 16000
    x = (0.1 * torch.sin(2 * torch.pi * 180 * n) + 0.05 * torch.sin(2 * torch.pi * 1234 * n))[None]
    out, plain = through(s, x + offset), through(s, x)
    assert out.mean().abs() < 1e-3
    assert (out - plain)[:, 1600:].abs().max() < 0.01 * abs(offset)
    late = slice(8000, 30000)
    error = (plain[:, late] - x[:, late.start - s.latency : late.stop - s.latency]).square().mean()
    assert 10 * (x[:, late].square().mean() / error).log10() > 40


@pytest.mark.parametrize(
    ("frequency", "least", "most"), [(8, -99, -18), (15, -99, -15), (80, -0.5, 0.1), (120, -0.1, 0.1)]
)
def test_the_high_pass_lies_below_speech(frequency, least, most):
    x = 0.1 * torch.sin(2 * torch.pi * frequency * torch.arange(64000) / 16000)[None]
    out = through(Spectrogram(**ROBUST), x)[:, 16000:]
    gain = 10 * (out.square().mean() / x[:, 16000:].square().mean()).log10()
    assert least < gain < most


def test_old_configurations_have_no_new_entries_and_new_values_are_checked():
    assert not {"burst", "high_pass"} & set(Spectrogram().config)
    again = Spectrogram(**Spectrogram(**ROBUST).config)
    assert again.config == Spectrogram(**ROBUST).config
    with pytest.raises(
        ValueError, match=r"burst 0.47 s must be positive and two windows shorter than burst_window \(0.5 s\)"
    ):
        Spectrogram(burst=0.47)
    with pytest.raises(ValueError, match="high_pass 200"):
        Spectrogram(high_pass=200)
    with pytest.raises(ValueError, match="high_pass above 0"):
        Spectrogram().remove_offset(torch.zeros(1, 160))
