"""The two-stage transforms are the discrete Fourier transform and its inverse, for every length that a window may have."""

import math

import pytest
import torch

from trainer.networks.short_dft import ShortDFT, ShortInverseDFT, factors

LENGTHS = [320, 512, 510, 600, 640, 1920, 33]


@pytest.mark.parametrize("length", LENGTHS)
def test_forward_is_the_transform_with_its_window_and_factors(length):
    torch.manual_seed(0)
    bins = length // 2 + 1
    window = torch.rand(length, dtype=torch.float64)
    factor = torch.polar(torch.rand(bins, dtype=torch.float64), 7 * torch.rand(bins, dtype=torch.float64))
    x = torch.randn(2, 3, length)
    expected = torch.fft.rfft(x.double() * window) * factor
    found = ShortDFT(window, factor)(x)
    assert found.shape == (2, 3, 2 * bins)
    error = found - torch.cat([expected.real, expected.imag], -1)
    assert error.abs().max() < 1e-5 * math.sqrt(length)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("part", [1.0, 0.5, 0.3])
def test_inverse_gives_the_last_samples(length, part):
    torch.manual_seed(0)
    bins, samples = length // 2 + 1, int(length * part)
    window = torch.rand(samples, dtype=torch.float64)
    factor = torch.polar(torch.rand(bins, dtype=torch.float64), 7 * torch.rand(bins, dtype=torch.float64))
    spectrum = torch.randn(2, 3, bins, dtype=torch.complex64)
    n, k = torch.arange(length - samples, length), torch.arange(bins)
    wave = torch.polar(torch.ones(1, dtype=torch.float64), 2 * math.pi / length * torch.outer(k, n).double())
    expected = ((spectrum * factor) @ wave).real * window
    found = ShortInverseDFT(length, window, factor)(torch.cat([spectrum.real, spectrum.imag], -1))
    assert found.shape == (2, 3, samples)
    assert (found - expected).abs().max() < 1e-5 * length


@pytest.mark.parametrize("length", [640, 1920])
def test_tables_are_a_small_part_of_the_matrix(length):
    first, second = factors(length)
    assert first * second == length
    tables = sum(
        b.numel()
        for b in ShortDFT(torch.ones(length), torch.ones(length // 2 + 1, dtype=torch.complex128)).buffers()
    )
    assert tables < length * (length + 2) / 20
