"""One hop in, one hop out: front end, network and unrolled few-step sampler as a graph with explicit states."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from export.conditional import asked_for
from trainer.diffusion.samplers import few_step_with_states
from trainer.networks.interface import Film
from trainer.networks.score_model import ScoreModel


class StepsError(ValueError):
    """More, or fewer, diffusion steps were asked for than there are."""


class StreamingGraph(nn.Module):
    """forward(audio [B, hop], noise [B, steps, 2, bins], steps, *states) -> enhanced [B, hop], *new states.

    B independent streams, one by default, with one number of steps; the first axis of every state is theirs.
    Steps after the first stand behind torch.cond: one that is not asked for costs nothing and its state passes
    through untouched. The arithmetic is the trainer's own: `Spectrogram`, `StreamingNetwork`, `few_step_with_states`.
    """

    def __init__(self, model: ScoreModel, max_steps: int, streams: int = 1) -> None:
        super().__init__()
        if streams < 1:
            raise StepsError(f"a batch of {streams} streams: it must be at least 1")
        self.streams = streams
        if not 1 <= max_steps <= len(model.times):
            raise StepsError(
                f"max_steps {max_steps} must lie in 1 ... {len(model.times)}, the steps of this model"
            )
        self.model = copy.deepcopy(model).eval()
        self.model.network = self.model.network.for_export()
        self.max_steps = max_steps
        for p in self.parameters():
            p.requires_grad_(False)
        self.times = model.times[:max_steps]
        for k, t in enumerate(self.times):
            # the time of a step is fixed: what it says to the network is a constant of the graph
            with torch.no_grad():
                film = self.model.network.film(torch.tensor([t]))
            for i, (scale, shift) in enumerate(zip(film.scales, film.shifts, strict=True)):
                self.register_buffer(f"scale_{k}_{i}", scale.clone(), persistent=False)
                self.register_buffer(f"shift_{k}_{i}", shift.clone(), persistent=False)

    def states(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every state, in the order of the arguments. Zeros start a stream."""
        s, network = self.model.spectrogram, self.model.network
        shapes = s.states()
        shapes |= {} if self.model.upper is None else self.model.upper.state()
        shapes |= {f"noisy_{name}": shape for name, shape in network.shared_state().items()}
        for k in range(self.max_steps):
            shapes |= {f"step{k + 1}_{name}": shape for name, shape in network.step_state().items()}
        return {name: (self.streams, *shape[1:]) for name, shape in shapes.items()}

    def noise_shape(self) -> tuple[int, ...]:
        """Shape of the noise of one call: [B, steps, 2, bins]."""
        return (self.streams, self.max_steps, 2, self.model.spectrogram.low_bins)

    def _film(self, k: int) -> Film:
        count = self.model.network.film_layers
        return Film(
            tuple(getattr(self, f"scale_{k}_{i}") for i in range(count)),
            tuple(getattr(self, f"shift_{k}_{i}") for i in range(count)),
        )

    def forward(self, audio: Tensor, noise: Tensor, steps: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        """One call of the exported file: one hop of every stream."""
        model, s, network = self.model, self.model.spectrogram, self.model.network
        given = dict(zip(self.states(), states, strict=True))
        new = {}

        if s.high_pass:
            audio, new["past_offset"] = s.remove_offset(audio, given["past_offset"])
        spectrum, new["past_audio"] = s.stft(audio, given["past_audio"])
        above, spectrum = spectrum[..., s.low_bins - 1 :], spectrum[..., : s.low_bins]
        power = s.power(spectrum)
        amplitude, new["past_level"] = s.level(power, given["past_level"])
        y = s.compress(spectrum, amplitude)
        noisy, shared = network.prepare(y, {name: given[f"noisy_{name}"] for name in network.shared_state()})
        new |= {f"noisy_{name}": value for name, value in shared.items()}

        names = list(network.step_state())
        # a branch may not be given one tensor twice, and networks hand y itself on
        same = [name for name, value in noisy.items() if value is y]
        other = [name for name in noisy if name not in same]
        noise = model.shape_noise(noise[:, :, :, None])  # [B, steps, 2, 1, bins]

        def own(k: int) -> tuple[Tensor, ...]:
            return *(noisy[name] for name in other), *(given[f"step{k + 1}_{name}"] for name in names)

        def predict(x_t: Tensor, y: Tensor, t: Tensor, k: int, *own: Tensor) -> tuple[Tensor, ...]:
            seen = dict.fromkeys(same, y) | dict(zip(other, own, strict=False))
            past = dict(zip(names, own[len(other) :], strict=True))
            x_hat, state = network(x_t, seen, self._film(k), past)
            return x_hat, *(state[name] for name in names)

        x_hat, states_after = few_step_with_states(
            predict, model.sde, y, noise.unbind(1), self.times, model.eta, self.max_steps,
            asked_for(steps, len(names)), own,
        )  # fmt: skip
        for k, after in enumerate(states_after):
            new |= {f"step{k + 1}_{name}": value for name, value in zip(names, after, strict=True)}

        if model.upper is None:
            spectrum = s.bound(s.expand(x_hat, amplitude), power)
        else:
            gains, new["upper_h"] = model.upper(above, y, x_hat, amplitude, given["upper_h"])
            spectrum = model.join(x_hat, amplitude, power, above, gains)
        enhanced, new["past_output"] = s.istft(spectrum, given["past_output"])
        return enhanced, *(new[name] for name in self.states())
