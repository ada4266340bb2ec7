"""SGMSE's front end: a centred STFT of the whole signal, divided by its largest noisy sample. Offline only.

It has the methods of `trainer.networks.spectrogram.Spectrogram`, which objective and training call, and the same layout:
spectra are real tensors [B, 2, T, F].
"""

from __future__ import annotations

from typing import Any, overload

import torch
from torch import Tensor, nn

# keeps the gradient of a power of an exact zero finite; the square of a compressed value that nobody hears
TINY = 1e-12


class CentredSpectrogram(nn.Module):
    """C = β |S|^a e^{j arg S} of the STFT S of audio / max |noisy audio|, periodic Hann window, frames centred.

    T frames belong to (T − 1) hop samples. The defaults are SGMSE+'s, at 16 kHz: 256 bins, and 256 frames are 2.04 s.
    """

    def __init__(
        self,
        sample_rate: int = 16000,  # Hz
        n_fft: int = 510,  # samples of the window and of the transform: n_fft // 2 + 1 bins
        hop_length: int = 128,  # samples
        exponent: float = 0.5,  # a, 0 < a <= 1
        factor: float = 0.15,  # β
        window: str = "hann",  # or sqrthann, its square root
        normalize: str = "noisy",  # divide by max |noisy|; "not" leaves the level as it is
    ) -> None:
        super().__init__()
        if not 0 < hop_length <= n_fft // 2:
            raise ValueError(f"hop_length {hop_length} must lie in 1 ... n_fft / 2 ({n_fft // 2})")
        if not 0 < exponent <= 1:
            raise ValueError(f"exponent {exponent} must lie in (0, 1]")
        if window not in ("hann", "sqrthann"):
            raise ValueError(f"window '{window}' is not one of hann, sqrthann")
        if normalize not in ("noisy", "not"):
            raise ValueError(f"normalize '{normalize}' is not one of noisy, not")
        self.config: dict[str, Any] = dict(
            sample_rate=sample_rate,
            n_fft=n_fft,
            hop_length=hop_length,
            exponent=exponent,
            factor=factor,
            window=window,
            normalize=normalize,
        )
        self.sample_rate, self.n_fft, self.hop_length = sample_rate, n_fft, hop_length
        self.exponent, self.factor, self.normalize = exponent, factor, normalize
        self.bins = n_fft // 2 + 1
        shape = torch.hann_window(n_fft, periodic=True)
        self.window: Tensor
        self.register_buffer("window", shape.sqrt() if window == "sqrthann" else shape, persistent=False)

    def stft(self, audio: Tensor) -> tuple[Tensor, None]:
        """audio: [B, S], S > n_fft / 2 -> S [B, 2, T, F] with T = 1 + S // hop, and no state."""
        if audio.shape[1] <= self.n_fft // 2:
            raise ValueError(
                f"audio of {audio.shape[1]} samples is shorter than half a window ({self.n_fft // 2})"
            )
        s = torch.stft(
            audio, self.n_fft, self.hop_length, window=self.window, center=True, return_complex=True
        )
        return torch.view_as_real(s).permute(0, 3, 2, 1), None

    def istft(self, spectrum: Tensor, length: int | None = None) -> tuple[Tensor, None]:
        """spectrum: [B, 2, T, F] -> audio [B, (T − 1) hop] or [B, length], and no state."""
        s = torch.complex(spectrum[:, 0], spectrum[:, 1]).transpose(1, 2)
        audio = torch.istft(s, self.n_fft, self.hop_length, window=self.window, center=True, length=length)
        return audio, None

    def level(self, audio: Tensor) -> Tensor:
        """What a signal is divided by: its largest sample, and 1 for silence. [B, S] -> [B]."""
        if self.normalize == "not":
            return audio.new_ones(len(audio))
        peak = audio.abs().amax(1)
        return torch.where(peak > 0, peak, 1.0)

    def compress(self, spectrum: Tensor, amplitude: Tensor) -> Tensor:
        """S [B, 2, T, F], level [B, T] -> C = β |S/level|^a e^{j arg S}."""
        s = spectrum / amplitude[:, None, :, None]
        energy = s.square().sum(1, keepdim=True).clamp_min(TINY)
        return s * (self.factor * energy ** ((self.exponent - 1) / 2))

    def expand(self, c: Tensor, amplitude: Tensor) -> Tensor:
        """The inverse of `compress`."""
        c = c / self.factor
        energy = c.square().sum(1, keepdim=True).clamp_min(TINY)
        return c * energy ** ((1 / self.exponent - 1) / 2) * amplitude[:, None, :, None]

    @overload
    def encode(self, noisy: Tensor, clean: Tensor) -> tuple[Tensor, Tensor, Tensor, None]: ...

    @overload
    def encode(self, noisy: Tensor, clean: None = None) -> tuple[Tensor, None, Tensor, None]: ...

    def encode(
        self, noisy: Tensor, clean: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None, Tensor, None]:
        """[B, S] -> compressed y and x [B, 2, T, F], the level [B, T], and nothing where the other front end has power."""
        spectrum, _ = self.stft(noisy)
        amplitude = self.level(noisy)[:, None].expand(-1, spectrum.shape[2])
        y = self.compress(spectrum, amplitude)
        x = None if clean is None else self.compress(self.stft(clean)[0], amplitude)
        return y, x, amplitude, None
