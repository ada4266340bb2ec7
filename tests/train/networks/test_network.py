import pytest
import torch

from trainer.networks.recurrence import Recurrence, cell
from trainer.networks.streaming import StreamingNet


def shaken(**options):
    """A network whose every weight matters: the fresh one is nearly the identity."""
    torch.manual_seed(0)
    network = StreamingNet(**{"channels": 16, "blocks": 2, "bands": 8, **options}).eval()
    for p in network.parameters():
        p.data += 0.05 * torch.randn_like(p)
    return network


def run(network, x_t, y, t, active=None):
    noisy, _ = network.prepare(y)
    with torch.no_grad():
        return network(x_t, noisy, network.film(t), None, active)[0]


def test_causal():
    network = shaken()
    x_t, y = torch.randn(2, 1, 2, 30, 161)
    t = torch.tensor([0.5])
    before = run(network, x_t, y, t)
    x_t[:, :, 20:], y[:, :, 20:] = 7.0, -7.0
    assert torch.allclose(run(network, x_t, y, t)[:, :, :20], before[:, :, :20], atol=1e-6)


def test_streaming_equals_offline():
    network = shaken()
    x_t, y = torch.randn(2, 1, 2, 40, 161)
    t = torch.tensor([0.3])
    whole = run(network, x_t, y, t)
    shared = {n: torch.zeros(s) for n, s in network.shared_state().items()}
    state = {n: torch.zeros(s) for n, s in network.step_state().items()}
    parts = []
    for i in range(40):
        with torch.no_grad():
            noisy, shared = network.prepare(y[:, :, i : i + 1], shared)
            out, state = network(x_t[:, :, i : i + 1], noisy, network.film(t), state)
        parts.append(out)
    assert torch.allclose(torch.cat(parts, 2), whole, atol=1e-5)


def test_a_skipped_step_leaves_its_state_alone():
    """Frames with active = False act as if they had not been there at all."""
    network = shaken()
    x_t, y = torch.randn(2, 1, 2, 20, 161)
    t = torch.tensor([0.3])
    active = torch.ones(1, 20, dtype=torch.bool)
    active[:, 5:12] = False
    noisy, _ = network.prepare(y)
    kept = torch.cat([torch.arange(5), torch.arange(12, 20)])
    with torch.no_grad():
        masked, _ = network(x_t, noisy, network.film(t), None, active)
        noisy = {n: v[:, :, kept] for n, v in noisy.items()}
        short, _ = network(x_t[:, :, kept], noisy, network.film(t))
    assert torch.allclose(masked[:, :, kept], short, atol=1e-5)


def test_time_changes_the_answer():
    network = shaken()
    x_t, y = torch.randn(2, 1, 2, 5, 161)
    assert not torch.allclose(
        run(network, x_t, y, torch.tensor([0.1])), run(network, x_t, y, torch.tensor([0.9]))
    )


def test_a_fresh_network_is_nearly_the_identity():
    network = StreamingNet()
    x_t, y = torch.randn(2, 1, 2, 5, 161)
    y[..., -1] = 0
    moved = run(network, x_t, y, torch.tensor([0.5])) - y
    assert moved.square().mean() < 0.01 * y.square().mean()


@pytest.mark.parametrize("masked", [False, True])
def test_written_out_gradient_equals_autograd(masked):
    torch.manual_seed(0)
    r = Recurrence(6).double()
    u = torch.randn(2, 9, 3, 6, dtype=torch.double, requires_grad=True)
    h = torch.randn(2, 3, 6, dtype=torch.double, requires_grad=True)
    active = torch.rand(2, 9) > 0.4 if masked else None
    inputs = [u, h, *r.parameters()]
    out, last = r(u, h, active)
    got = torch.autograd.grad(out.sin().sum() + last.sum(), inputs)
    past, outs = h, []
    for i in range(9):
        new = cell(r.input(u[:, i]), r.hidden(past), past)
        past = new if active is None else torch.where(active[:, i, None, None], new, past)
        outs.append(past)
    expected = torch.autograd.grad(torch.stack(outs, 1).sin().sum() + past.sum(), inputs)
    for a, b in zip(got, expected, strict=True):
        assert torch.allclose(a, b, atol=1e-10)


def test_bad_shapes_are_refused():
    with pytest.raises(ValueError, match="stride 7"):
        StreamingNet(stride=7)
    with pytest.raises(ValueError, match="heads 5"):
        StreamingNet(heads=5)
