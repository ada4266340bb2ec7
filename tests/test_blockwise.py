"""Whole-file models as streams: the block graph in torch, its file in ONNX Runtime, and the command that runs it."""

import numpy as np
import pytest
import soundfile
import torch
from cli_runner import call

from export import cli as export_cli
from export.blockwise import TIMES, BlockGraph, convert_blockwise
from export.graph import StepsError
from export.verify import run
from realtime.noise import HopNoise
from realtime.session import Session
from trainer.centred_spectrogram import CentredSpectrogram
from trainer.checkpoint import save_snapshot
from trainer.networks.ncsnpp import NCSNpp
from trainer.offline_model import OfflineModel
from trainer.preconditioning import Preconditioning
from trainer.samplers import few_step
from trainer.sde import OUVESDE

SIZES = dict(frames=16, hop_frames=4, ahead_frames=2, fade_frames=2)


def tiny(preconditioning=None, spread=0.05, **options):
    """A network of two resolutions on 32 bins whose weights are not those of a fresh one, which says nothing."""
    torch.manual_seed(0)
    network = NCSNpp(16, (1, 2), 1, (), 32, **options)
    with torch.no_grad():
        for p in network.parameters():
            p.normal_(std=spread) if p.ndim > 1 else None
        network.output_layer.bias.zero_()
    return OfflineModel(CentredSpectrogram(16000, 62, 16), OUVESDE(), network, preconditioning)


def passing():
    """A network that says nothing, with a skip around it: x̂₀ is x_t, so that without noise the input comes through."""
    model = tiny(Preconditioning("data", 1, c_out="edm", c_skip="edm", sigma_data=1e4))
    with torch.no_grad():
        model.network.output_layer.weight.zero_()
    return model


def stream(graph, audio, noise, steps):
    """Hop by hop through the torch graph. audio: [n hop]; noise(i) -> [1, steps, 2, ...]."""
    states, out = [torch.zeros(shape) for shape in graph.states().values()], []
    with torch.no_grad():
        for i, hop in enumerate(torch.from_numpy(audio).reshape(-1, 1, graph.hop_length)):
            enhanced, *states = graph(hop, noise(i), torch.tensor(steps), *states)
            out.append(enhanced[0])
    return torch.cat(out).numpy()


def noisy(hops, hop=64):
    return (np.random.default_rng(0).standard_normal(hops * hop) * 0.1).astype(np.float32)


def test_latency_is_declared():
    """What is passed through unchanged comes out unchanged, exactly `latency` samples late: window, overlap-add,
    cross-fade and delay in one.
    """
    graph, audio = BlockGraph(passing(), **SIZES), noisy(40)
    out = stream(graph, audio, lambda _: torch.zeros(graph.noise_shape()), 1)
    assert graph.latency == 2 * 16 + (62 - 16) + 2 * 16
    assert np.abs(out[graph.latency :] - audio[: -graph.latency]).max() < 1e-6


def test_a_block_is_the_few_step_sampler_on_the_whole_signal():
    """The middle of one block against trainer.samplers on the trainer's own spectra of the same samples."""
    model, steps = tiny(), 3
    graph, audio = BlockGraph(model, **SIZES), noisy(6)
    audio = audio[: graph.length]
    z = torch.randn(graph.noise_shape(), generator=torch.Generator().manual_seed(1)) * 0.5**0.5
    block = torch.from_numpy(audio[-graph.length :])[None]
    s = model.spectrogram
    spectrum = torch.stft(block, 62, 16, window=s.window, center=False, return_complex=True)
    spectrum = torch.view_as_real(spectrum).permute(0, 3, 2, 1)
    amplitude = s.level(block)[:, None].expand(-1, spectrum.shape[2])
    y = s.compress(spectrum, amplitude)
    draws = list(z.reshape(1, 4, 2, 16, 32).unbind(1))
    with torch.no_grad():
        x_hat = few_step(
            lambda x_t, t, k: model.predict(x_t, y, t)[0], model.sde, y, draws, TIMES, 1.0, steps
        )
        out = s.expand(x_hat, amplitude)
        limit = 4 * spectrum.square().sum((1, 3), keepdim=True)
        out = out * (limit / out.square().sum((1, 3), keepdim=True)).clamp_max(1).sqrt()
        frames = torch.fft.irfft(torch.complex(out[0, 0], out[0, 1]), 62) * s.window
        wave = torch.zeros(graph.length)
        weight = torch.zeros(graph.length)
        for m, frame in enumerate(frames):
            wave[16 * m : 16 * m + 62] += frame
            weight[16 * m : 16 * m + 62] += s.window**2
        wanted = (wave / weight.clamp_min(1e-6))[graph.length - graph.ahead - graph.fade :][: graph.fade]
        past = block[:, : graph.length - graph.hop_length]
        _, _, tail = graph(
            block[:, -graph.hop_length :], z, torch.tensor(steps), past, torch.zeros(1, graph.fade)
        )
    assert wanted.abs().max() > 1e-3
    assert torch.allclose(tail[0], wanted, atol=1e-5)


def test_silence_in_is_silence_out():
    graph = BlockGraph(tiny(), **SIZES)
    noise = HopNoise(0, graph.noise_shape())
    out = stream(graph, np.zeros(20 * 64, np.float32), lambda i: torch.from_numpy(np.array(noise.draw(i))), 4)
    assert np.abs(out).max() < 1e-6


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A model and the file that the command made of it."""
    folder = tmp_path_factory.mktemp("blocks")
    model = tiny()
    save_snapshot(model.config, model.state_dict(), folder / "m.safetensors")
    options = [f"--{key.replace('_', '-').replace('frames', 'frames')}" for key in SIZES]
    options[0] = "--block-frames"
    flat = [part for key, value in zip(options, SIZES.values(), strict=True) for part in (key, str(value))]
    with pytest.raises(SystemExit) as done:
        export_cli.main(
            [
                "convert",
                str(folder / "m.safetensors"),
                "-o",
                str(folder / "m.onnx"),
                "--max-steps",
                "2",
                *flat,
            ]
        )
    assert done.value.code == 0
    return model, folder / "m.onnx"


def test_onnx_runtime_computes_what_torch_does(exported):
    model, path = exported
    session = Session(path, "cpu")
    spec = session.spec
    assert spec.kind == "block" and spec.hop_length == 64 and spec.max_steps == 2
    graph = BlockGraph(model, times=TIMES[:2], **SIZES)
    assert spec.latency == graph.latency and dict(spec.states) == graph.states()
    audio, noise = noisy(12), HopNoise(3, spec.noise_shape)
    for steps in (1, 2):
        wanted = stream(graph, audio, lambda i: torch.from_numpy(np.array(noise.draw(i))), steps)
        assert np.abs(wanted).max() > 1e-3
        assert np.abs(run(session, audio, steps, seed=3) - wanted).max() < 1e-4


def test_realtime_cli_enhances_a_file_with_it(exported, tmp_path):
    _, path = exported
    soundfile.write(tmp_path / "noisy.wav", noisy(50)[:3111], 16000, subtype="FLOAT")
    code, _, err = call("file", tmp_path / "noisy.wav", "-o", tmp_path / "clean.wav", "--model", path)
    assert code == 0, err
    enhanced, rate = soundfile.read(tmp_path / "clean.wav")
    assert rate == 16000 and len(enhanced) == 3111 and np.abs(enhanced).max() > 1e-3


def test_sizes_that_cannot_be_are_one_sentence(tmp_path):
    model = tiny()
    for sizes, words in (
        ({**SIZES, "frames": 15}, "multiples of 2"),
        ({**SIZES, "frames": 8}, "take more frames"),
        ({**SIZES, "fade_frames": 5}, "at most a hop"),
        ({**SIZES, "times": (1.0, 1.5)}, "must fall from T"),
    ):
        with pytest.raises(ValueError, match=words):
            BlockGraph(model, **sizes)
    with pytest.raises(StepsError, match="default steps 3"):
        convert_blockwise(model, tmp_path / "m.onnx", 3, {}, 2, **SIZES)
    assert not list(tmp_path.iterdir())
