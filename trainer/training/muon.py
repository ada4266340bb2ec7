"""Muon for the matrices of a network and AdamW for the rest, as one optimiser."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, overload

import torch
from torch import nn


class MuonWithAdamW(torch.optim.Optimizer):
    """`torch.optim.Muon` updates the matrices, `torch.optim.AdamW` all other parameters.

    Muon replaces a matrix's averaged gradient by the nearest orthogonal matrix (Newton-Schulz iteration;
    https://kellerjordan.github.io/posts/muon), scaled to the root mean square that AdamW's updates have
    (arXiv 2502.16982): one learning rate would suit both, and each may have its own.

    Args:
        matrices: parameters with two dimensions, inside the network: Muon's.
        rest: all other parameters: AdamW's.
        lr: learning rate of the matrices, above 0.
        rest_lr: learning rate of the rest, above 0.
        weight_decay: decoupled, for the matrices and for those of the rest that have two dimensions or more.

    Raises RuntimeError where torch has no Muon (before 2.9).
    """

    def __init__(
        self,
        matrices: Iterable[nn.Parameter],
        rest: Iterable[nn.Parameter],
        lr: float,
        rest_lr: float,
        weight_decay: float = 0.0,
    ) -> None:
        if not hasattr(torch.optim, "Muon"):
            raise RuntimeError(f"optimizer muon needs torch 2.9 or later, this is torch {torch.__version__}")
        rest = list(rest)
        self.muon = torch.optim.Muon(
            list(matrices), lr=lr, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw"
        )
        groups = [
            {"params": [p for p in rest if p.ndim >= 2], "weight_decay": weight_decay},
            {"params": [p for p in rest if p.ndim < 2], "weight_decay": 0.0},
        ]
        self.adamw = torch.optim.AdamW(groups, lr=rest_lr, betas=(0.9, 0.99))
        super().__init__([*self.muon.param_groups, *self.adamw.param_groups], {})
        self._share()

    def _share(self) -> None:
        """A learning rate that is set here, by a schedule, is the one that both parts use."""
        self.param_groups = [*self.muon.param_groups, *self.adamw.param_groups]

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], float]) -> float: ...

    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """One step of both; `closure` computes the loss and the gradients again, and its loss is returned."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self.muon.step()
        self.adamw.step()
        return loss

    def state_dict(self) -> dict[str, Any]:
        """The states of both parts."""
        return {"muon": self.muon.state_dict(), "adamw": self.adamw.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes the states of both parts. Raises ValueError if they are another optimiser's."""
        if set(state_dict) != {"muon", "adamw"}:
            raise ValueError("the checkpoint was made with another optimizer than muon: give its `optimizer`")
        self.muon.load_state_dict(state_dict["muon"])
        self.adamw.load_state_dict(state_dict["adamw"])
        self._share()
