"""Opens a model file on CPU or CUDA and owns its states."""

from __future__ import annotations

import contextlib
import ctypes
import io
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from realtime.contract import ContractError, ModelSpec, Tensor, validate

DEVICES = ("auto", "cpu", "cuda")


class ModelError(ContractError):
    """A file that is missing, or no ONNX model at all."""


class DeviceError(RuntimeError):
    """The device that was asked for cannot be used; the message says why and what to do."""


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    # a thread that spins between hops burns the core that the rest of the machine would like to have
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    return options


def missing_cuda() -> str | None:
    """Why CUDA cannot work here, or None if a driver is there. Cheap and silent."""
    if "CUDAExecutionProvider" not in ort.get_available_providers():
        return "this onnxruntime was built without CUDA: install onnxruntime-gpu instead of onnxruntime"
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return "no NVIDIA driver was found on this machine"
    return None


def _open(model: str | bytes, device: str, threads: int) -> ort.InferenceSession:
    if device == "cpu":
        return ort.InferenceSession(model, _options(threads), providers=["CPUExecutionProvider"])
    ort.set_default_logger_severity(4)  # a failing provider writes to stderr from C++
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            if hasattr(ort, "preload_dlls"):
                ort.preload_dlls()
            return ort.InferenceSession(
                model, _options(threads), providers=["CUDAExecutionProvider", "CPUExecutionProvider"]
            )
    finally:
        ort.set_default_logger_severity(2)


class Session:
    """One stream's graph: `run` takes a hop and gives a hop, states stay inside, on the device.

    Two sets of state buffers with two prepared bindings take turns, so that nothing is copied or allocated per hop.
    """

    def __init__(self, model: str | Path | bytes, device: str = "auto", threads: int = 1):
        if device not in DEVICES:
            raise ValueError(f"device {device!r} is not one of {', '.join(DEVICES)}")
        what = "the model" if isinstance(model, bytes) else str(model)
        if not isinstance(model, bytes) and not Path(model).is_file():
            raise ModelError(f"no model file at {what}")
        source = model if isinstance(model, bytes) else str(model)
        absent = missing_cuda() if device != "cpu" else None
        if device == "cuda" and absent:
            raise DeviceError(f"CUDA was asked for, but {absent}")
        wanted = "cpu" if device == "cpu" or absent else "cuda"
        try:
            session = _open(source, wanted, threads)
        except Exception as error:
            text = str(error).splitlines()[0]
            raise ModelError(f"{what} is not an ONNX model that can be opened: {text}") from None
        self.device = "cuda" if session.get_providers()[0] == "CUDAExecutionProvider" else "cpu"
        self.device_note = f"{self.device}" + (f" ({absent})" if device == "auto" and absent else "")
        if device == "cuda" and self.device != "cuda":
            raise DeviceError(
                "CUDA was asked for, but its libraries (CUDA and cuDNN) did not load: install the extra 'gpu', klarstrom[gpu]"
            )
        if device == "auto" and not absent and self.device == "cpu":
            self.device_note = "cpu (there is a driver, but CUDA's libraries did not load: install klarstrom[gpu])"
        try:
            self.spec = ModelSpec.from_metadata(session.get_modelmeta().custom_metadata_map)
            validate(
                self.spec,
                [Tensor(t.name, t.type, tuple(t.shape)) for t in session.get_inputs()],
                [Tensor(t.name, t.type, tuple(t.shape)) for t in session.get_outputs()],
            )
        except ContractError as error:
            raise ContractError(f"{what} cannot be used: {error}") from None
        self._session = session
        self._bind()

    def _bind(self) -> None:
        spec, device = self.spec, self.device
        self._audio = np.zeros((1, spec.hop_length), np.float32)
        self._noise = np.zeros(spec.noise_shape, np.float32)
        self._steps = np.array(spec.default_steps, np.int64)
        self._enhanced = np.zeros((1, spec.hop_length), np.float32)
        # on the CPU an OrtValue shares the array's memory, so writing into the array feeds the graph
        self._values = {
            name: ort.OrtValue.ortvalue_from_numpy(array)
            for name, array in (("audio", self._audio), ("noise", self._noise), ("steps", self._steps))
        }
        out = ort.OrtValue.ortvalue_from_numpy(self._enhanced)
        # states are worked on in place of two sets; both are ours, so that reset can write into them
        self._sets = [
            {name: np.zeros(shape, np.float32) for name, shape in spec.states.items()} for _ in range(2)
        ]
        self._state_values = [
            {name: ort.OrtValue.ortvalue_from_numpy(array, device, 0) for name, array in s.items()} for s in self._sets
        ]
        self._bindings = []
        for old, new in ((0, 1), (1, 0)):
            binding = self._session.io_binding()
            for name, value in self._values.items():
                binding.bind_ortvalue_input(name, value)
            for name in spec.states:
                binding.bind_ortvalue_input(name, self._state_values[old][name])
                binding.bind_ortvalue_output(f"new_{name}", self._state_values[new][name])
            binding.bind_ortvalue_output("enhanced", out)
            self._bindings.append(binding)
        self._turn = 0

    def run(self, audio: NDArray[np.float32], noise: NDArray[np.float32], steps: int) -> NDArray[np.float32]:
        """One hop. audio: [hop]; noise: noise_shape; steps: 1 ... max_steps. Returns [hop], valid until the next call."""
        self._audio[0] = audio
        self._noise[...] = noise
        self._steps[...] = steps
        binding = self._bindings[self._turn]
        if self.device == "cuda":
            binding.synchronize_inputs()
        self._session.run_with_iobinding(binding)
        if self.device == "cuda":
            binding.synchronize_outputs()
        self._turn ^= 1
        return self._enhanced[0]

    def reset(self) -> None:
        """Zeros all states: the start of a stream."""
        self.set_states({name: np.zeros(shape, np.float32) for name, shape in self.spec.states.items()})

    def states(self) -> dict[str, NDArray[np.float32]]:
        """A copy of the states that the next hop will see."""
        return {name: value.numpy().copy() for name, value in self._state_values[self._turn].items()}

    def set_states(self, states: dict[str, NDArray[np.float32]]) -> None:
        """Replaces states by name, shapes as in the contract."""
        for name, array in states.items():
            self._state_values[self._turn][name].update_inplace(np.ascontiguousarray(array, np.float32))
