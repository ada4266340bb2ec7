"""Opens a model file on CPU or CUDA and owns its states."""

from __future__ import annotations

import contextlib
import ctypes
import io
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realtime.engine.contract import ContractError, ModelSpec, Tensor, validate
from realtime.engine.onnx_runtime import ort

Array = NDArray[np.float32]
DEVICES = ("auto", "cpu", "cuda")
_CPU, _CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
_SILENT, _WARNING = 4, 2  # ONNX Runtime's log severities


class ModelError(ContractError):
    """A file that is missing, or no ONNX model at all; one sentence with the file's name."""


class DeviceError(RuntimeError):
    """The device that was asked for cannot be used; the message says why and what to do."""


def missing_cuda() -> str | None:
    """Why CUDA cannot work here, or None if a driver is there. Cheap and silent.

    ONNX Runtime's own list of available providers only says what was compiled in.
    """
    if _CUDA not in ort.get_available_providers():
        return "this onnxruntime was built without CUDA: install onnxruntime-gpu in its place"
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return "no NVIDIA driver was found on this machine"
    return None


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    # a thread that spins between hops burns the core that the rest of the machine would like to have
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = _SILENT
    return options


def _create(model: str | bytes, providers: list[str], threads: int) -> ort.InferenceSession:
    # without its own fallback ONNX Runtime raises, instead of printing a banner and trying again
    return ort.InferenceSession(model, _options(threads), providers=providers, enable_fallback=0)


def _create_on_cuda(model: str | bytes, threads: int) -> tuple[ort.InferenceSession | None, str]:
    """A session that really runs on CUDA and "", or None and the reason."""
    ort.set_default_logger_severity(_SILENT)  # C++ writes of failing providers past every other setting
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # preload_dlls prints what it does not find
            if hasattr(ort, "preload_dlls"):
                ort.preload_dlls()
        session = _create(model, [_CUDA, _CPU], threads)
    except Exception as error:
        return None, f"it failed to start: {_first_line(error)}"
    finally:
        ort.set_default_logger_severity(_WARNING)
    if session.get_providers()[0] != _CUDA:
        return None, "the CUDA and cuDNN libraries did not load: install klarstrom[gpu]"
    return session, ""


def _first_line(error: Exception) -> str:
    """What ONNX Runtime says, without its codes: "[ONNXRuntimeError] : 7 : INVALID_PROTOBUF : what"."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return line.split(" : ", 3)[-1].rpartition(" failed:")[-1]


def _open(model: str | bytes, device: str, threads: int, what: str) -> tuple[ort.InferenceSession, str, str]:
    """Session, the device it runs on, and why it is not CUDA where that might have been expected."""
    why = ""
    if device != "cpu":
        why = missing_cuda() or ""
        if not why:
            session, why = _create_on_cuda(model, threads)
            if session is not None:
                return session, "cuda", ""
    try:
        # also where CUDA failed and was demanded: this tells whether it is the file that is bad
        session = _create(model, [_CPU], threads)
    except Exception as error:
        raise ModelError(f"{what} cannot be opened as an ONNX model: {_first_line(error)}") from None
    if device == "cuda":
        raise DeviceError(f"CUDA cannot be used: {why}")
    return session, "cpu", why


def _for_runtime(path: Path) -> str | bytes:
    """ONNX Runtime takes names that are valid text only; of other files it gets the content."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return path.read_bytes()
    return str(path)


class Session:
    """A graph and its stream (or streams): `run` takes a hop and gives a hop, states stay inside, on the device.

    Two sets of state buffers with two prepared bindings take turns, so that no state is copied or allocated
    while it runs, and only the hop and its noise travel to a GPU. Not for two threads at a time.
    """

    def __init__(
        self,
        model: str | Path | bytes,  # a file, or its bytes
        device: str = "auto",  # auto, cpu or cuda
        threads: int = 1,  # within one operator; small networks gain nothing from more
    ) -> None:
        """Raises ModelError or ContractError for the model, DeviceError for CUDA, ValueError for the rest."""
        if device not in DEVICES:
            raise ValueError(f"device {device!r} is not one of {', '.join(DEVICES)}")
        if not isinstance(threads, int) or isinstance(threads, bool) or threads < 1:
            raise ValueError(f"threads is {threads!r}: it must be a whole number from 1")
        what = "the model" if isinstance(model, bytes) else str(model)
        if not isinstance(model, bytes) and not Path(model).is_file():
            raise ModelError(f"no model file at {what}")
        source = model if isinstance(model, bytes) else _for_runtime(Path(model))
        self._session, self.device, why = _open(source, device, threads, what)
        # does the calling thread itself do all the work? ONNX Runtime starts no other for one, and a GPU is no thread
        self.on_caller = self.device == "cpu" and threads == 1
        self.device_note = f"{self.device} ({why})" if why else self.device
        try:
            self.spec = ModelSpec.from_metadata(self._session.get_modelmeta().custom_metadata_map)
            validate(self.spec, _tensors(self._session.get_inputs()), _tensors(self._session.get_outputs()))
        except ContractError as error:
            raise ContractError(f"{what} cannot be used: {error}") from None
        self._bind()

    def _bind(self) -> None:
        spec = self.spec
        self._audio = np.zeros((spec.streams, spec.hop_length), np.float32)
        self._noise = np.zeros(spec.noise_shape, np.float32)
        self._steps = np.array(spec.default_steps, np.int64)
        self._enhanced = np.zeros((spec.streams, spec.hop_length), np.float32)
        self._out: Array = self._enhanced[0] if spec.streams == 1 else self._enhanced
        # an OrtValue on the CPU shares the array's memory: writing into the array feeds the graph
        self._fed = {
            name: ort.OrtValue.ortvalue_from_numpy(array)
            for name, array in (("audio", self._audio), ("noise", self._noise), ("steps", self._steps))
        }
        enhanced = ort.OrtValue.ortvalue_from_numpy(self._enhanced)
        self._arrays = [
            {name: np.zeros(shape, np.float32) for name, shape in spec.states.items()} for _ in range(2)
        ]
        self._states = [
            {name: ort.OrtValue.ortvalue_from_numpy(array, self.device, 0) for name, array in arrays.items()}
            for arrays in self._arrays
        ]
        self._bindings = []
        for old, new in ((0, 1), (1, 0)):
            binding = self._session.io_binding()
            for name, value in self._fed.items():
                binding.bind_ortvalue_input(name, value)
            for name in spec.states:
                binding.bind_ortvalue_input(name, self._states[old][name])
                binding.bind_ortvalue_output(f"new_{name}", self._states[new][name])
            binding.bind_ortvalue_output("enhanced", enhanced)
            self._bindings.append(binding)
        self._turn = 0  # which set and binding the next hop starts from

    def run(self, audio: Array, noise: Array, steps: int) -> Array:
        """One hop. audio: [hop], full scale ±1; noise: noise_shape, variance 1/2; steps: 1 ... max_steps.

        Returns [hop], valid until the next call. A file of several streams takes and gives [streams, hop]. Values
        are not checked: that is the work of Enhancer and EnhancerBatch.
        """
        self._audio[...] = audio
        self._noise[...] = noise
        self._steps[...] = steps
        binding = self._bindings[self._turn]
        if self.device == "cuda":
            # what comes from another device is copied when it is bound, not when the graph runs
            for name, value in self._fed.items():
                binding.bind_ortvalue_input(name, value)
            binding.synchronize_inputs()
        try:
            self._session.run_with_iobinding(binding)
        except Exception as error:  # ONNX Runtime's own exceptions have no common base but this
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise RuntimeError(f"the model failed while it ran: {reason}") from error
        if self.device == "cuda":
            binding.synchronize_outputs()
        self._turn ^= 1
        return self._out

    def reset(self, stream: int | None = None) -> None:
        """Zeros all states: the start of a stream. stream: of this one alone, 0 ... streams - 1, others go on."""
        if stream is None:
            self.set_states({name: np.zeros(shape, np.float32) for name, shape in self.spec.states.items()})
            return
        states = self.states()
        for array in states.values():
            array[stream] = 0
        self.set_states(states)

    def states(self) -> dict[str, Array]:
        """A copy of the states that the next hop will see: name -> shape of the contract."""
        return {name: value.numpy().copy() for name, value in self._states[self._turn].items()}

    def set_states(self, states: Mapping[str, Array]) -> None:
        """Replaces states, name -> shape of the contract; those not named stay. Raises ValueError."""
        for name, array in states.items():
            shape = self.spec.states.get(name)
            if shape is None:
                raise ValueError(
                    f"there is no state {name!r}: there are {', '.join(self.spec.states) or 'none'}"
                )
            if np.shape(array) != shape:
                raise ValueError(
                    f"state {name!r} has the shape {list(np.shape(array))}: it must be {list(shape)}"
                )
            self._states[self._turn][name].update_inplace(np.ascontiguousarray(array, np.float32))


def _tensors(arguments: list[ort.NodeArg]) -> list[Tensor]:
    return [Tensor(a.name, a.type, tuple(a.shape)) for a in arguments]
