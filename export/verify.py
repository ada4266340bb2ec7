"""Checks of an exported file: against torch, against itself offline, its delay, its cost."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
import torch

from export.graph import StreamingGraph
from realtime.contract import ModelSpec
from realtime.enhancer import MODELS
from realtime.enhancer_batch import EnhancerBatch
from realtime.noise import HopNoise
from realtime.resample import StreamingResampler
from realtime.session import Session
from trainer.score_model import ScoreModel


@dataclass(frozen=True)
class Finding:
    """One line of the report. limit: the value that must not be passed, None for a figure without a verdict."""

    what: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def passed(self) -> bool:
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

    def __init__(self, session: Session):
        self.session, spec = session, session.spec
        states = {name: (1, *shape[1:]) for name, shape in spec.states.items()}
        self.spec = replace(spec, streams=1, noise_shape=(1, *spec.noise_shape[1:]), states=states)

    def reset(self) -> None:
        self.session.reset()

    def run(self, audio: np.ndarray, noise: np.ndarray, steps: int) -> np.ndarray:
        spec = self.session.spec
        hops, draws = np.tile(-0.5 * audio, (spec.streams, 1)), np.tile(-noise, (spec.streams, 1, 1, 1))
        hops[-1], draws[-1] = audio, noise[0]
        return self.session.run(hops, draws, steps)[-1]

    def states(self) -> dict[str, np.ndarray]:
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
        return s.decode(model.sample(y, drawn, steps), amplitude, power)[0].numpy()


def verify(
    path: Path, model: ScoreModel | None, seconds: float = 60.0, cost_seconds: float = 5.0
) -> list[Finding]:
    """The report. model: the checkpoint the file was made from, None to leave out what needs it.

    Of a file of many streams the last is checked against the model of one; its cost is that of a call.
    """
    whole = Session(path, device="cpu")
    streams = whole.spec.streams
    session = whole if streams == 1 else OneOfMany(whole)
    spec = session.spec
    audio = speech(seconds, spec)
    findings = []
    for steps in range(1, spec.max_steps + 1):
        if model is not None:
            graph = StreamingGraph(model, spec.max_steps)
            findings.append(
                Finding(
                    f"torch vs ONNX Runtime, {steps} steps, 50 hops, states too",
                    hop_error(graph, session, steps),
                    "max abs",
                    1e-4,
                )
            )
            streamed = run(session, audio, steps)
            error = float(np.abs(streamed - offline(model, audio, steps, spec.noise_shape)).max())
            findings.append(
                Finding(f"streaming vs offline, {steps} steps, {seconds:g} s", error, "max abs", 1e-4)
            )
        delay = impulse_delay(session, steps)
        findings.append(
            Finding(
                f"delay off the declared {spec.latency} samples, {steps} steps",
                abs(delay - spec.latency),
                "samples",
                0,
            )
        )
    hop_ms = 1000 * spec.hop_length / spec.sample_rate
    for steps in range(1, spec.max_steps + 1):
        enhancer = EnhancerBatch(whole, steps=steps)
        enhancer.reset()
        enhancer.process(np.tile(audio[: 50 * spec.hop_length], (streams, 1)))
        times = []
        for hop in audio[: round(cost_seconds * 1000 / hop_ms) * spec.hop_length].reshape(
            -1, spec.hop_length
        ):
            start = time.perf_counter()
            enhancer.process(np.tile(hop, (streams, 1)))
            times.append(time.perf_counter() - start)
        p50, p99 = np.percentile(times, [50, 99]) * 1000
        findings.append(
            Finding(f"cost per hop, {steps} steps, p50 ({100 * p50 / hop_ms:.0f} % of the hop)", p50, "ms")
        )
        findings.append(
            Finding(f"cost per hop, {steps} steps, p99 ({100 * p99 / hop_ms:.0f} % of the hop)", p99, "ms")
        )
    return findings


def hop_error(graph: StreamingGraph, session: Session | OneOfMany, steps: int, hops: int = 50) -> float:
    """Largest difference of output and states between the torch graph and the file over some hops."""
    spec = session.spec
    audio = speech(hops * spec.hop_length / spec.sample_rate, spec).reshape(-1, spec.hop_length)
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
