"""The fused operators as functions of tensors, over the C interface of the built library."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from trainer.fused.build import Unavailable, built_library


class BlockShape(ctypes.Structure):
    """As in block.h."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("batch", "frames")),
        *((name, ctypes.c_int) for name in ("bands", "channels", "heads")),
        ("state_gates", ctypes.c_bool),
    )


class EndShape(ctypes.Structure):
    """As in ends.h."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("batch", "frames")),
        *((name, ctypes.c_int) for name in ("bins", "stride", "bands", "channels")),
    )


def _address(tensor: Tensor | None) -> ctypes.c_void_p | None:
    """Where a contiguous tensor lies; nothing for None."""
    if tensor is None:
        return None
    assert tensor.is_contiguous() and tensor.device.type == "cpu", (
        tensor.shape,
        tensor.stride(),
        tensor.device,
    )
    return ctypes.c_void_p(tensor.data_ptr())


def _addresses(tensors: Sequence[Tensor]) -> ctypes.Array[ctypes.c_void_p]:
    return (ctypes.c_void_p * len(tensors))(*(t.data_ptr() if t.numel() else None for t in tensors))


class FlatGradients:
    """Room for the gradients of several weights, for each example of a batch, and their sum over the batch."""

    def __init__(self, weights: Sequence[Tensor], batch: int) -> None:
        self.shapes = [w.shape for w in weights]
        sizes = [-(-w.numel() // 16) * 16 for w in weights]
        self.starts = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
        self.all = torch.zeros(batch, self.starts[-1])
        self.places = (ctypes.c_int64 * len(self.starts))(*self.starts)

    def summed(self) -> list[Tensor]:
        """One gradient for each weight, of its shape; added in the order of the examples."""
        total = self.all.sum(0)
        return [
            total[start : start + shape.numel()].reshape(shape)
            for start, shape in zip(self.starts, self.shapes, strict=False)
        ]


class Operators:
    """The library of one instruction set. Tensors are contiguous float32 on the CPU; what is kept may be bfloat16."""

    def __init__(self, library: Path, bfloat16: bool) -> None:
        try:
            self._library = ctypes.CDLL(str(library))
        except OSError as error:
            raise Unavailable(f"{library} cannot be loaded: {error}") from None
        self._library.klarstrom_kept_bytes.restype = ctypes.c_int64
        self.lanes: int = self._library.klarstrom_lanes()
        self.bfloat16 = bfloat16

    def _call(self, name: str, *arguments: object) -> None:
        getattr(self._library, f"klarstrom_{name}")(*arguments, torch.get_num_threads())

    def encode(
        self, y: Tensor, x_t: Tensor, scale: Tensor, shift: Tensor, weights: Sequence[Tensor], stride: int, keep: bool,
        half: bool,
    ) -> tuple[Tensor, Tensor, Tensor | None]:  # fmt: skip
        """Spectra [B, 2, T, F] -> u [B, T, bands, C], e [B, T, fine C], and a like e if it is kept."""
        s = _end_shape(y, stride, *weights[6].shape)
        u = torch.empty(s.batch, s.frames, s.bands, s.channels)
        kind = torch.bfloat16 if half else torch.float32
        e = torch.empty(s.batch, s.frames, (s.bins - 1) // stride * s.channels, dtype=kind)
        a = torch.empty_like(e) if keep else None
        self._call(
            "encode",
            ctypes.byref(s),
            _addresses(weights),
            *map(_address, (y, x_t, scale, shift, u, e, a)),
            int(half),
        )
        return u, e, a

    def encode_backward(
        self, du: Tensor, de: Tensor, y: Tensor, x_t: Tensor, scale: Tensor, shift: Tensor, weights: Sequence[Tensor],
        e: Tensor, a: Tensor, stride: int, half: bool,
    ) -> tuple[Tensor, ...]:  # fmt: skip
        """Gradients of scale, shift and each weight."""
        s = _end_shape(y, stride, *weights[6].shape)
        d_scale, d_shift, flat = (
            torch.zeros_like(scale),
            torch.zeros_like(shift),
            FlatGradients(weights, s.batch),
        )
        self._call(
            "encode_backward", ctypes.byref(s), _addresses(weights),
            *map(_address, (du, de, y, x_t, scale, shift, e, a, d_scale, d_shift, flat.all)), flat.places, int(half),
        )  # fmt: skip
        return d_scale, d_shift, *flat.summed()

    def decode(
        self,
        u: Tensor,
        e: Tensor,
        y: Tensor,
        x_t: Tensor,
        weights: Sequence[Tensor],
        stride: int,
        keep: bool,
        half: bool,
    ) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """x̂₀ [B, 2, T, F] and, if kept, the padded inputs of both convolutions."""
        s = _end_shape(y, stride, *u.shape[2:])
        out, d0, d1 = torch.zeros_like(y), None, None
        if keep:
            d0 = torch.empty(s.batch, s.frames, ((s.bins - 1) // stride + 2) * s.channels, dtype=e.dtype)
            d1 = torch.empty_like(d0)
        self._call(
            "decode",
            ctypes.byref(s),
            _addresses(weights),
            *map(_address, (u, e, y, x_t, out, d0, d1)),
            int(half),
        )
        return out, d0, d1

    def decode_backward(
        self, grad: Tensor, u: Tensor, y: Tensor, x_t: Tensor, weights: Sequence[Tensor], d0: Tensor, d1: Tensor,
        stride: int, half: bool,
    ) -> tuple[Tensor, ...]:  # fmt: skip
        """Gradients of u, of e (float32) and of each weight."""
        s = _end_shape(y, stride, *u.shape[2:])
        du, flat = torch.empty_like(u), FlatGradients(weights, s.batch)
        de = torch.empty(s.batch, s.frames, (s.bins - 1) // stride * s.channels)
        self._call(
            "decode_backward", ctypes.byref(s), _addresses(weights),
            *map(_address, (grad, u, y, x_t, d0, d1, du, de, flat.all)), flat.places, int(half),
        )  # fmt: skip
        return du, de, *flat.summed()

    def block_forward(
        self, u: Tensor, scale: Tensor, shift: Tensor, weights: Sequence[Tensor], active: Tensor | None, heads: int,
        state_gates: bool, keep: bool, half: bool,
    ) -> tuple[Tensor, Tensor | None]:  # fmt: skip
        """A block's output, like u [B, T, bands, C], and what its backward pass needs, if kept."""
        s = BlockShape(*u.shape, heads, state_gates)
        out, kept = torch.empty_like(u), None
        if keep:
            size = self._library.klarstrom_kept_bytes(ctypes.byref(s), int(half))
            kept = torch.empty(s.batch, size, dtype=torch.uint8)
        self._call(
            "block_forward", ctypes.byref(s), _addresses(weights),
            *map(_address, (u, scale, shift, active, kept, out)), int(half),
        )  # fmt: skip
        return out, kept

    def block_backward(
        self, grad: Tensor, scale: Tensor, shift: Tensor, weights: Sequence[Tensor], active: Tensor | None, kept: Tensor,
        heads: int, state_gates: bool, half: bool,
    ) -> tuple[Tensor, ...]:  # fmt: skip
        """Gradients of u, scale, shift and each weight."""
        s = BlockShape(*grad.shape, heads, state_gates)
        du, d_scale, d_shift = torch.empty_like(grad), torch.zeros_like(scale), torch.zeros_like(shift)
        flat = FlatGradients(weights, s.batch)
        self._call(
            "block_backward", ctypes.byref(s), _addresses(weights),
            *map(_address, (grad, scale, shift, active, kept, du, d_scale, d_shift, flat.all)), flat.places, int(half),
        )  # fmt: skip
        return du, d_scale, d_shift, *flat.summed()

    def spectral_error(
        self, x_hat: Tensor, x: Tensor, magnitude: float, whole: float, lost: float
    ) -> tuple[Tensor, Tensor]:
        """Value [B] and gradient of the mean of magnitude (|x̂| - |x|)² + whole |x̂ - x|² + lost max(0, |x| - |x̂|)²."""
        value, gradient = torch.empty(len(x)), torch.empty_like(x_hat)
        factors = (ctypes.c_float(v) for v in (magnitude, whole, lost))
        self._call(
            "spectral_error",
            *_sizes(x),
            _address(x_hat),
            _address(x),
            *factors,
            _address(value),
            _address(gradient),
        )
        return value, gradient

    def power_law_error(self, spectra: Tensor, scale: float, exponent: float) -> tuple[Tensor, Tensor]:
        """Value [B] and gradient [B, N, 2] of `multi_resolution` at one length; spectra [2 B, N, 2], estimates first."""
        value, gradient = torch.empty(len(spectra) // 2), torch.empty_like(spectra[: len(spectra) // 2])
        sizes = ctypes.c_int64(len(value)), ctypes.c_int64(spectra[0].numel())
        numbers = ctypes.c_float(scale), ctypes.c_float(exponent)
        self._call(
            "power_law_error", *sizes, _address(spectra), *numbers, _address(value), _address(gradient)
        )
        return value, gradient

    def power_scale(self, c: Tensor, slopes: Tensor | None, p: float) -> Tensor:
        """c max(|c|², 1e-12)^p, or with the gradient of that, `slopes`, the gradient of c."""
        out = torch.empty_like(c)
        self._call("power_scale", *_sizes(c), _address(c), _address(slopes), ctypes.c_float(p), _address(out))
        return out


def _end_shape(y: Tensor, stride: int, bands: int, channels: int) -> EndShape:
    return EndShape(y.shape[0], y.shape[2], y.shape[3], stride, bands, channels)


def _sizes(c: Tensor) -> tuple[ctypes.c_int64, ctypes.c_int64]:
    """Examples and complex numbers of each, for [B, 2, T, F]."""
    return ctypes.c_int64(c.shape[0]), ctypes.c_int64(c.shape[2] * c.shape[3])


@cache
def load_operators(instructions: str | None = None) -> Operators:
    """The operators for an instruction set (None: the widest that is there). Raises Unavailable."""
    library = built_library(instructions)
    return Operators(library, "avx512_bf16" in library.name)
