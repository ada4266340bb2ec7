"""STFT as short matrix products, running level, amplitude compression: one code path offline, streaming and in ONNX.

Spectra are real tensors [B, 2, T, F]: real and imaginary part, T frames, F = window // 2 + 1 bins.
"""

from __future__ import annotations

import math
from typing import Any, overload

import torch
from torch import Tensor, nn

from trainer.networks.short_dft import ShortDFT, ShortInverseDFT

# A floor, not an addend: the ONNX exporter drops "+ 1e-12" as if it were zero, and zero to a negative power is not finite.
TINY = 1e-12


def exact(transform: ShortDFT | ShortInverseDFT, a: Tensor) -> Tensor:
    """The transform of `a` in its tables' precision, also where autocast would round to bfloat16: 45 dB of noise."""
    if torch.compiler.is_exporting() or not torch.is_autocast_enabled(a.device.type):
        transformed: Tensor = transform(a)
        return transformed
    with torch.autocast(a.device.type, enabled=False):
        transformed = transform(a.to(transform.outer.dtype))
    return transformed


def windows(length: int, synthesis: int, hop: int) -> tuple[Tensor, Tensor]:
    """Analysis window h [length] and the dual window f of its last S = `synthesis` samples, float64.

    h(n) = sin(π/2 · n/R) for n < R = length − S/2, then cos(π/2 · (n − R)/(S/2)); f = Hann_S / h / Σ Hann_S, the sum over
    the frames that overlap: frames that are `hop` apart, windowed by both and added, give the signal back.
    """
    n = torch.arange(length, dtype=torch.float64)
    rise = length - synthesis // 2
    window = torch.where(
        n < rise,
        torch.sin(math.pi / 2 * n / rise),
        torch.cos(math.pi / 2 * (n - rise) / (synthesis // 2)),
    )
    hann = torch.sin(math.pi * torch.arange(synthesis, dtype=torch.float64) / synthesis).square()
    place = torch.arange(synthesis) % hop
    folded = torch.zeros(hop, dtype=torch.float64).index_add_(0, place, hann)
    # both are zero where a synthesis window as long as the analysis window begins
    dual = (hann / (window[-synthesis:] * folded[place])).nan_to_num(0.0)
    return window, dual


class Spectrogram(nn.Module):
    """Compressed complex STFT C = β |S|^a e^{j arg S} of a level-normalised signal (PAPER.md, "The front end").

    The level is a running power of the *noisy* frames, held in silence. It divides noisy and clean frames alike before
    the compression and multiplies the same frame after it, so a quiet microphone and a loud one look the same to the
    network although no file-wide maximum is ever known.

    With `burst` above 0 the level is robust: it follows an order statistic of the frames of the last `burst_window`, which
    a burst of up to `burst` seconds (a door, a clap, a cough) does not move, and its decibels fall exponentially. A frame
    that is more than `headroom_db` above the level is divided by what is missing as well, for itself alone. With `burst` 0
    it follows each frame, and its power falls exponentially.

    Every method takes and returns its state, zeros at the start of a stream, so that a whole file at once and one
    hop at a time are the same computation.

    The output is delayed by the window of the inverse only, so a `synthesis_length` shorter than the window buys finer
    bins for no latency: the analysis window then rises slowly over the past and falls within the last half of the
    synthesis window, and the two multiply to a Hann window of that length (Mauler and Martin, EUSIPCO 2007).
    """

    def __init__(
        self,
        sample_rate: int = 16000,  # Hz
        window_length: int = 320,  # samples of the analysis window
        hop_length: int = 160,  # samples
        synthesis_length: int
        | None = None,  # of the inverse's window; None = window_length: both √ of a Hann window
        exponent: float = 0.3,  # a, 0 < a <= 1
        factor: float = 0.3,  # β, brings compressed speech near unit scale
        level_floor_db: float = -75.0,  # dBFS; frames below it do not move the level
        attack: float = 0.05,  # s, time constant of the level upwards
        release: float = 5.0,  # s, time constant of the level downwards
        burst: float = 0.0,  # s, bursts up to this long do not move the level
        burst_window: float = 0.5,  # s, the frames among which a burst is known as one
        headroom_db: float = 20.0,  # of a frame over the level, where burst is above 0
        base_rate: int
        | None = None,  # Hz; the level, the scale and `low_bins` are those at this rate; None = sample_rate
        high_pass: float = 0.0,  # Hz, below speech: what lies lower is taken out, of noisy and clean alike; 0 = nothing is
    ) -> None:
        super().__init__()
        if not 0 < hop_length <= window_length:
            raise ValueError(f"hop_length {hop_length} must lie in 1 ... window_length ({window_length})")
        if not 0 < exponent <= 1:
            raise ValueError(f"exponent {exponent} must lie in (0, 1]")
        synthesis = window_length if synthesis_length is None else synthesis_length
        if not hop_length <= synthesis <= window_length or synthesis % 2:
            raise ValueError(
                f"synthesis_length {synthesis} must be even and lie in hop_length ({hop_length}) ... "
                f"window_length ({window_length})"
            )
        if burst and not 0 < burst <= burst_window - 2 * window_length / sample_rate:
            raise ValueError(
                f"burst {burst} s must be positive and two windows shorter than burst_window ({burst_window} s)"
            )
        if not 0 <= high_pass <= 80:
            raise ValueError(f"high_pass {high_pass} Hz must lie in 0 ... 80, below speech")
        self.config: dict[str, Any] = dict(
            sample_rate=sample_rate,
            window_length=window_length,
            hop_length=hop_length,
            synthesis_length=synthesis,
            exponent=exponent,
            factor=factor,
            level_floor_db=level_floor_db,
            attack=attack,
            release=release,
        )
        if burst:
            self.config |= dict(burst=burst, burst_window=burst_window, headroom_db=headroom_db)
        if high_pass:
            self.config |= dict(high_pass=high_pass)
        base_rate = sample_rate if base_rate is None else base_rate
        if sample_rate % base_rate or window_length * base_rate % (2 * sample_rate):
            raise ValueError(
                f"base_rate {base_rate} Hz must divide sample_rate ({sample_rate} Hz), and its window be of whole bins"
            )
        if base_rate != sample_rate:
            self.config |= dict(base_rate=base_rate)
        self.ratio = sample_rate // base_rate
        self.low_bins = (
            window_length // self.ratio // 2 + 1
        )  # of the score model; all of them at its own rate
        self.sample_rate, self.window_length, self.hop_length = sample_rate, window_length, hop_length
        self.exponent, self.factor = exponent, factor
        self.bins = window_length // 2 + 1
        self.synthesis_length = synthesis
        self.overlap = window_length - hop_length  # samples of a frame that came before its hop
        self.latency = synthesis - hop_length  # samples by which the output lags the input
        # mean power of a full-scale signal is 1, so a level in dBFS is a power in the units of `power`
        self.floor = 10 ** (level_floor_db / 10)
        hop = hop_length / sample_rate
        self.up = 1 - math.exp(-hop / attack)
        self.down = 1 - math.exp(-hop / release)
        # a burst is in all frames that it begins, ends or lies in
        self.burst_frames = round(burst / hop) + -(-self.overlap // hop_length) if burst else 0
        self.recent = (
            round(burst_window / hop) - 1 if burst else 0
        )  # frames that the level remembers beside itself
        self.headroom = 10 ** (-headroom_db / 10)
        self.high_pass = high_pass
        self.offset_pace = 1 - math.exp(-hop / 0.1)

        window, dual = windows(window_length, synthesis, hop_length)
        k = torch.arange(self.bins, dtype=torch.float64)
        # white noise of power 1 gives E|S|² = 1, at base_rate: a bin of one frequency has one value at every rate
        scale = 1 / math.sqrt(window.square().sum() * self.ratio)
        # phases count from where the synthesis window begins: bins of one frequency agree whatever the window's length
        turn = torch.polar(torch.ones_like(k), 2 * math.pi * k * (window_length - synthesis) / window_length)
        self.analysis = ShortDFT(window, turn * scale * self._passed(k * sample_rate / window_length))
        weight = torch.full((self.bins,), 2.0, dtype=torch.float64)
        weight[0] = 1.0
        if window_length % 2 == 0:
            weight[-1] = 1.0
        self.inverse = ShortInverseDFT(window_length, dual, turn.conj() * weight / (window_length * scale))
        # a real signal has no imaginary part at DC and Nyquist: noise there would be noise nobody can remove
        real = torch.ones(2, self.low_bins)
        real[1, 0] = 0.0
        if window_length // self.ratio % 2 == 0:
            real[1, -1] = 0.0
        self.circular: Tensor
        self.ramp: Tensor
        self.register_buffer("circular", real, persistent=False)  # [2, low_bins] 1 where noise may stand
        ramp = torch.arange(1, hop_length + 1) / hop_length
        self.register_buffer("ramp", ramp, persistent=False)  # [hop] from the offset of a hop to the next

    def _passed(self, frequency: Tensor) -> Tensor:
        """Gain of each bin: 0 up to half of `high_pass`, 1 from 5/4 of it, a raised cosine between. frequency: Hz."""
        if not self.high_pass:
            return torch.ones_like(frequency)
        place = ((frequency / self.high_pass - 0.5) / 0.75).clamp(0, 1)
        return torch.sin(math.pi / 2 * place).square()

    def states(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every state of the front end for one stream, in the order of the model file."""
        offset: dict[str, tuple[int, ...]] = {"past_offset": (1, 1)} if self.high_pass else {}
        return offset | {
            "past_audio": (1, self.overlap),
            "past_level": (1, 1 + self.recent),
            "past_output": (1, self.latency),
        }

    def remove_offset(self, audio: Tensor, past: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Subtracts a slow mean of the signal, which a cheap sound card adds to it.

        m_t = m_{t-1} + p (mean of hop t - m_{t-1}), 0.1 s, and within a hop a line from m_{t-1} to m_t.
        audio: [B, T hop]; past: [B, 1], 0 = nothing heard yet. Returns audio of the same shape, and the new past.
        """
        if not self.high_pass:
            raise ValueError("remove_offset is for a spectrogram with high_pass above 0")
        hops = audio.reshape(audio.shape[0], -1, self.hop_length)
        means = hops.mean(2)
        if past is None:
            past = audio.new_zeros(audio.shape[0], 1)
        offsets = []
        for now in means.unbind(1):
            begin = torch.where(past == 0, now[:, None], past)
            past = begin + self.offset_pace * (now[:, None] - begin)
            offsets.append(torch.cat([begin, past], 1))
        ends = torch.stack(offsets, 1)[..., None]  # [B, T, 2, 1]
        clean = hops - ends[:, :, 0] - self.ramp * (ends[:, :, 1] - ends[:, :, 0])
        return clean.reshape(audio.shape), past

    def stft(self, audio: Tensor, past: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Frames of audio, each ending with the newest hop.

        audio: [B, T hop], full scale ±1; past: [B, overlap], the samples before. Returns S [B, 2, T, F], new past.
        """
        if past is None:
            past = audio.new_zeros(audio.shape[0], self.overlap)
        if audio.shape[1] % self.hop_length:
            raise ValueError(
                f"audio has {audio.shape[1]} samples, not a multiple of the hop {self.hop_length}"
            )
        padded = torch.cat([past, audio], 1)
        if audio.shape[1] == self.hop_length:
            frames = padded[:, None]
        else:
            frames = padded.unfold(1, self.window_length, self.hop_length)
        spectrum = exact(self.analysis, frames)  # [B, T, 2 F]
        spectrum = torch.stack([spectrum[..., : self.bins], spectrum[..., self.bins :]], 1)
        return spectrum, padded[:, padded.shape[1] - self.overlap :]

    def istft(self, spectrum: Tensor, past: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Overlap-add. spectrum: [B, 2, T, F]; past: [B, latency] unfinished samples. Returns audio [B, T hop], new past.

        The audio lags the input of `stft` by `latency` samples.
        """
        frames = exact(self.inverse, torch.cat([spectrum[:, 0], spectrum[:, 1]], -1))  # [B, T, synthesis]
        batch, count, _ = frames.shape
        if past is None:
            past = frames.new_zeros(batch, self.latency)
        if count == 1:
            tail = torch.cat([past, frames.new_zeros(batch, self.hop_length)], 1) + frames[:, 0]
        else:
            length = (count - 1) * self.hop_length + self.synthesis_length
            tail = nn.functional.fold(
                frames.transpose(1, 2), (1, length), (1, self.synthesis_length), stride=(1, self.hop_length)
            ).reshape(batch, length)
            tail = torch.cat([tail[:, : self.latency] + past, tail[:, self.latency :]], 1)
        return tail[:, : count * self.hop_length], tail[:, count * self.hop_length :]

    def power(self, spectrum: Tensor) -> Tensor:
        """Mean power per bin and frame: [B, 2, T, F] -> [B, T]; about 1 for full-scale white noise."""
        return spectrum.square().sum(1).mean(-1)

    def level(self, power: Tensor, past: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Running level.

        power: [B, T]; past: [B, 1 + recent], the level and the powers of the frames before; 0 = nothing heard yet.
        Returns amplitude [B, T] > 0, new past.
        """
        if past is None:
            past = power.new_zeros(power.shape[0], 1 + self.recent)
        follow = self._robust if self.burst_frames else self._direct
        levels = []
        for now in power.unbind(1):
            past = torch.where(now[:, None] > self.floor, follow(now[:, None], past), past)
            levels.append(past[:, :1])
        level = torch.cat(levels, 1)
        if self.burst_frames:
            level = torch.maximum(level, power * self.headroom)
        return level.clamp_min(self.floor).sqrt(), past

    def _direct(self, now: Tensor, past: Tensor) -> Tensor:
        """L + k (now - L), k by direction. now, past: [B, 1]."""
        moved = past + torch.where(now > past, self.up, self.down) * (now - past)
        return torch.where(past > 0, moved, now)

    def _robust(self, now: Tensor, past: Tensor) -> Tensor:
        """L (M/L)^k, k by direction, M the power that all but the loudest `burst_frames` frames stay below."""
        recent = torch.cat([past[:, 1:], now], 1)
        heard = torch.where(recent > 0, recent, now)  # what was not heard yet counts as this frame
        usual = heard.topk(self.burst_frames + 1, 1).values[:, -1:]
        level = torch.where(past[:, :1] > 0, past[:, :1], usual)
        pace = torch.where(usual > level, self.up, self.down)
        return torch.cat([level * (usual / level) ** pace, recent[:, 1:]], 1)

    def compress(self, spectrum: Tensor, amplitude: Tensor) -> Tensor:
        """S [B, 2, T, F], level amplitude [B, T] -> C = β |S/level|^a e^{j arg S}."""
        s = spectrum / amplitude[:, None, :, None]
        energy = s.square().sum(1, keepdim=True).clamp_min(TINY)
        return s * (self.factor * energy ** ((self.exponent - 1) / 2))

    def expand(self, c: Tensor, amplitude: Tensor) -> Tensor:
        """The inverse of `compress`."""
        c = c / self.factor
        energy = c.square().sum(1, keepdim=True).clamp_min(TINY)
        return c * energy ** ((1 / self.exponent - 1) / 2) * amplitude[:, None, :, None]

    def bound(self, spectrum: Tensor, noisy_power: Tensor) -> Tensor:
        """Keeps a frame within 6 dB above its noisy frame: nothing in, nothing out, whatever the network dreams.

        spectrum: [B, 2, T, F]; noisy_power: [B, T]. Returns the spectrum, scaled down where it was louder than that.
        """
        ratio = 4 * noisy_power / self.power(spectrum).clamp_min(TINY)
        return spectrum * ratio.clamp_max(1.0).sqrt()[:, None, :, None]

    @overload
    def encode(self, noisy: Tensor, clean: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]: ...

    @overload
    def encode(self, noisy: Tensor, clean: None = None) -> tuple[Tensor, None, Tensor, Tensor]: ...

    def encode(
        self, noisy: Tensor, clean: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None, Tensor, Tensor]:
        """Whole signals for training, each [B, n hop].

        Returns compressed y and x [B, 2, T, low_bins], level amplitude and noisy power [B, T].
        """
        if self.high_pass:
            noisy = self.remove_offset(noisy)[0]
            clean = None if clean is None else self.remove_offset(clean)[0]
        spectrum = self.stft(noisy)[0][..., : self.low_bins]
        power = self.power(spectrum)
        amplitude, _ = self.level(power)
        y = self.compress(spectrum, amplitude)
        x = None if clean is None else self.compress(self.stft(clean)[0][..., : self.low_bins], amplitude)
        return y, x, amplitude, power

    def decode(self, c: Tensor, amplitude: Tensor, noisy_power: Tensor) -> Tensor:
        """Compressed estimate -> audio [B, T hop], lagging by `latency` samples."""
        return self.istft(self.bound(self.expand(c, amplitude), noisy_power))[0]
