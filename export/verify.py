"""Checks of an exported file: against torch, against the trainer's own offline path, its delay, its cost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
import torch

from export.blockwise import BlockGraph
from export.graph import StepsError, StreamingGraph
from export.offline_blocks import offline_blocks
from realtime.engine.contract import ModelSpec
from realtime.engine.enhancer import MODELS
from realtime.engine.enhancer_batch import EnhancerBatch
from realtime.engine.noise import HopNoise
from realtime.engine.resample import StreamingResampler
from realtime.engine.session import Session
from trainer.networks.checkpoint import narrowed
from trainer.networks.offline_model import OfflineModel
from trainer.networks.score_model import ScoreModel


@dataclass(frozen=True)
class Finding:
    """One line of the report. limit: the value that must not be passed, None for a figure without a verdict."""

    what: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the value is within its limit; a finding without a limit only informs."""
        return self.limit is None or self.value <= self.limit


def speech(seconds: float, spec: ModelSpec) -> np.ndarray:
    """Real speech with noise, the package's own clip again and again. float32 [whole hops], full scale ±1.

    A model that removes what is not speech would make any check with noise or tones an easy one: nothing comes out.
    """
    clip, rate = soundfile.read(MODELS / "demo-noisy.flac", dtype="float32")
    if rate != spec.sample_rate:
        resampler = StreamingResampler(rate, spec.sample_rate)
        clip = resampler.process(clip)
    samples = round(seconds * spec.sample_rate) // spec.hop_length * spec.hop_length
    return np.tile(clip, -(-samples // len(clip)))[:samples]


def impulse_delay(session: Session | OneOfMany, steps: int, seed: int = 0) -> int:
    """Delay of the output stream against the input stream in samples, measured.

    A small click is added to speech at many odd places; what it changes in the output is laid over the clicks. Speech
    keeps the network open, so that the click passes; the difference of two runs leaves only the click.
    """
    spec = session.spec
    audio = speech(3.0, spec)
    loud = np.abs(audio) > np.quantile(np.abs(audio), 0.9)
    clicks = np.zeros_like(audio)
    wanted = np.random.default_rng(seed).permutation(np.flatnonzero(loud))[:60]
    clicks[wanted] = 0.05
    response = run(session, audio + clicks, steps, seed) - run(session, audio, steps, seed)
    most = spec.latency + 4 * max(spec.window_length, spec.hop_length)
    scores = [float(np.dot(clicks[: len(audio) - lag], response[lag:])) for lag in range(most)]
    return int(np.argmax(np.abs(scores)))


class OneOfMany:
    """The last stream of a batched session as a session of its own; the others hear something else meanwhile."""

    def __init__(self, session: Session) -> None:
        self.session, spec = session, session.spec
        states = {name: (1, *shape[1:]) for name, shape in spec.states.items()}
        self.spec = replace(spec, streams=1, noise_shape=(1, *spec.noise_shape[1:]), states=states)

    def reset(self) -> None:
        """Starts all streams afresh."""
        self.session.reset()

    def run(self, audio: np.ndarray, noise: np.ndarray, steps: int) -> np.ndarray:
        """One hop of the last stream. audio: [hop]; noise: [1, steps, 2, bins]. Returns [hop]."""
        spec = self.session.spec
        hops, draws = (
            np.tile(np.float32(-0.5) * audio, (spec.streams, 1)),
            np.tile(-noise, (spec.streams, 1, 1, 1)),
        )
        hops[-1], draws[-1] = audio, noise[0]
        enhanced: np.ndarray = self.session.run(hops, draws, steps)[-1]
        return enhanced

    def states(self) -> dict[str, np.ndarray]:
        """The states of the last stream, first axis 1."""
        return {name: array[-1:] for name, array in self.session.states().items()}


def run(session: Session | OneOfMany, audio: np.ndarray, steps: int, seed: int = 0) -> np.ndarray:
    """Hop by hop through the session, nothing but the contract. audio: [n hop] -> the same shape."""
    session.reset()
    noise = HopNoise(seed, session.spec.noise_shape)
    hop = session.spec.hop_length
    hops = audio.reshape(-1, hop)
    return np.concatenate([np.array(session.run(a, noise.draw(i), steps)) for i, a in enumerate(hops)])


def offline(
    model: ScoreModel, audio: np.ndarray, steps: int, noise_shape: tuple[int, ...], seed: int = 0
) -> np.ndarray:
    """The trainer's own offline path with the very noise that the stream draws, delay left in. [n hop] -> [n hop]."""
    s = model.spectrogram
    draws = HopNoise(seed, noise_shape)
    count = len(audio) // s.hop_length
    noise = torch.from_numpy(np.stack([np.array(draws.draw(i))[0] for i in range(count)]))
    padded = torch.from_numpy(audio)[None]
    with torch.no_grad():
        y, _, amplitude, power = s.encode(padded)
        drawn = [model.shape_noise(noise[:, k].transpose(0, 1)[None]) for k in range(steps)]
        return model.decode(padded, y, model.sample(y, drawn, steps), amplitude, power)[0].numpy()


def low_band_error(
    model: ScoreModel, session: Session | OneOfMany, steps: int, seconds: float = 5.0
) -> float:
    """How far a full-band file is from the 16 kHz model below it on the same signal, dB of the error over that output.

    The signal is speech below 7.7 kHz: at both rates it is the same band-limited function of time, exactly, and what a
    resampler or the 16 kHz spectrum makes of the last 300 Hz below 8 kHz is no part of the comparison.
    """
    low, spec = narrowed(model), session.spec
    clip, rate = soundfile.read(MODELS / "demo-noisy.flac", dtype="float32")
    inside = low.spectrogram.sample_rate
    if rate != inside:
        raise ValueError(f"the package's clip has {rate} Hz, the low band {inside} Hz")
    hop = low.spectrogram.hop_length
    count = round(seconds * rate) // hop * hop
    place = np.minimum(np.arange(count), np.arange(count)[::-1]) / rate
    # silent ends: the filter is periodic, and what it smears from one end to the other would begin with a click
    spectrum = np.fft.rfft(clip[:count] * np.clip((place - 0.1) / 0.05, 0, 1))
    frequency = np.fft.rfftfreq(count, 1 / rate)
    spectrum *= np.clip((0.4875 * rate - frequency) / (0.0125 * rate), 0, 1)  # falls from 7.6 to 7.8 kHz
    ratio = spec.sample_rate // rate
    wide = np.zeros(ratio * count // 2 + 1, complex)
    wide[: len(spectrum)] = ratio * spectrum
    narrow = np.fft.irfft(spectrum, count).astype(np.float32)
    expected = np.fft.rfft(offline(low, narrow, steps, spec.noise_shape))
    found = np.fft.rfft(run(session, np.fft.irfft(wide, ratio * count).astype(np.float32), steps)) / ratio
    compared = frequency < 0.475 * rate
    error = np.abs(found[: len(expected)] - expected)[compared]
    return float(20 * np.log10(np.linalg.norm(error) / np.linalg.norm(expected[compared])))


def verify(
    path: Path,
    model: ScoreModel | OfflineModel | None,
    seconds: float | None = None,
    cost_seconds: float = 5.0,
    steps: Sequence[int] | None = None,
    device: str = "cpu",
) -> list[Finding]:
    """The report. model: the checkpoint the file was made from, None to leave out what needs it.

    seconds: of streaming vs offline, None for 60, of block-wise files 2; steps: None for all, of block-wise files for 1
    and the most. Of a file of many streams the last is checked against the model of one; its cost is that of a call.
    Raises StepsError for other steps than the file has, ValueError for a model of another kind.
    """
    whole = Session(path, device)
    streams = whole.spec.streams
    session = whole if streams == 1 else OneOfMany(whole)
    spec = session.spec
    blocks = spec.kind == "block"
    if steps is None:
        steps = sorted({1, spec.max_steps}) if blocks else range(1, spec.max_steps + 1)
    for n in steps:
        if not 1 <= n <= spec.max_steps:
            raise StepsError(f"steps {n} must lie in 1 ... {spec.max_steps}, the steps of this file")
    if model is not None and isinstance(model, OfflineModel) != blocks:
        kind = "whole-file model (NCSN++)" if isinstance(model, OfflineModel) else "streaming model"
        raise ValueError(f"{path} is a {spec.kind} file and was not made from this checkpoint, a {kind}")
    seconds = (2.0 if blocks else 60.0) if seconds is None else seconds
    # a convolution on a GPU multiplies with 10 bits of mantissa
    limit = 1e-4 if whole.device == "cpu" else 1e-2
    # a block is full of sound after as many hops as it holds
    hops = spec.states["past_audio"][1] // spec.hop_length + 3 if blocks else 50
    audio = speech(seconds, spec)
    findings = []
    for n in steps:
        if model is not None:
            graph: BlockGraph | StreamingGraph
            if isinstance(model, OfflineModel):
                graph = BlockGraph.again(model, spec)
                whole_file = offline_blocks(model, audio, n, spec)
            else:
                graph = StreamingGraph(model, spec.max_steps)
                whole_file = offline(model, audio, n, spec.noise_shape)
            error = hop_error(graph, session, n, hops)
            findings.append(
                Finding(f"torch vs ONNX Runtime, {n} steps, {hops} hops, states too", error, "max abs", limit)
            )
            error = float(np.abs(run(session, audio, n) - whole_file).max())
            findings.append(
                Finding(f"streaming vs offline, {n} steps, {seconds:g} s", error, "max abs", limit)
            )
        if isinstance(model, ScoreModel) and model.upper is not None:
            error = low_band_error(model, session, n)
            findings.append(Finding(f"low band vs the 16 kHz model, {n} steps", error, "dB", -50))
        delay = impulse_delay(session, n)
        findings.append(
            Finding(
                f"delay off the declared {spec.latency} samples, {n} steps",
                abs(delay - spec.latency),
                "samples",
                0,
            )
        )
    return findings + [f for n in steps for f in cost(whole, audio, n, cost_seconds)]


def cost(session: Session, audio: np.ndarray, steps: int, seconds: float) -> list[Finding]:
    """Wall-clock time of a hop, all streams in one call, p50 and p99 over so many seconds of sound, 10 hops at least."""
    spec = session.spec
    enhancer = EnhancerBatch(session, steps=steps)
    enhancer.reset()
    count = max(10, round(seconds * spec.sample_rate / spec.hop_length))
    warm = 50 if spec.kind == "streaming" else 3
    times = []
    for i in range(warm + count):
        at = i * spec.hop_length % len(audio)
        hop = np.tile(audio[at : at + spec.hop_length], (spec.streams, 1))
        start = time.perf_counter()
        enhancer.process(hop)
        times.append(time.perf_counter() - start)
    hop_ms = 1000 * spec.hop_length / spec.sample_rate
    return [
        Finding(f"cost per hop, {steps} steps, {name} ({100 * ms / hop_ms:.0f} % of the hop)", ms, "ms")
        for name, ms in zip(("p50", "p99"), np.percentile(times[warm:], [50, 99]) * 1000, strict=True)
    ]


def hop_error(
    graph: StreamingGraph | BlockGraph, session: Session | OneOfMany, steps: int, hops: int = 50
) -> float:
    """Largest difference of output and states between the torch graph and the file over some hops."""
    spec = session.spec
    audio = speech(3.0 + hops * spec.hop_length / spec.sample_rate, spec)
    # from where somebody speaks: in silence all files agree
    first = int(np.argmax(np.abs(audio) > 0.5 * np.abs(audio).max()))
    audio = audio[first : first + hops * spec.hop_length].reshape(-1, spec.hop_length)
    noise = HopNoise(1, spec.noise_shape)
    states = [torch.zeros(shape) for shape in graph.states().values()]
    session.reset()
    worst = 0.0
    for i, hop in enumerate(audio):
        z = np.array(noise.draw(i))
        with torch.no_grad():
            expected, *states = graph(
                torch.from_numpy(hop)[None], torch.from_numpy(z), torch.tensor(steps), *states
            )
        worst = max(worst, float(np.abs(expected[0].numpy() - session.run(hop, z, steps)).max()))
    for state, got in zip(states, session.states().values(), strict=True):
        worst = max(worst, float(np.abs(state.numpy() - got).max()))
    return worst
