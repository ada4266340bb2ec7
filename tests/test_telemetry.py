"""Nobody is told of the user's machine: no file below the home folder, no socket to the network, in any program."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from tests.helpers.cli_runner import need, s16, speechlike

ROOT = Path(__file__).resolve().parents[1]
SWITCHES = ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED", "CI", "XDG_CACHE_HOME")
HOST_PAGE = Path(__file__).parents[1] / "realtime" / "CONTRACT.md"
PLAIN = "import onnxruntime"  # without us: what must not happen, so that the tests can fail
LOADS = {
    "engine": "from realtime import Enhancer; Enhancer('klarstrom-16k-lite')",
    "engine, switched on by its host": (
        "import os, realtime; os.environ['ORT_DISABLE_TELEMETRY'] = '0'; from realtime import Enhancer; Enhancer()"
    ),
    "pipe": "from realtime.cli.main import run; run(['info'])",
    "batch worker": (
        "from realtime.files import batch; from realtime.engine.channels import BankFactory, EnhancerOptions\n"
        "BankFactory(EnhancerOptions(), False, True)"
    ),
    "Ray worker": "import realtime.files.ray_batch, onnxruntime",
    "window": "import gui.app, realtime.engine.session",
    "exporter": "import export, onnxruntime",
    "trainer": "import trainer, onnxruntime",
    "child process": (
        "import realtime, subprocess, sys; subprocess.run([sys.executable, '-c', 'import onnxruntime'], check=True)"
    ),
}


def traces_of(code, home, *arguments, before=()):
    """Runs Python code with a fresh home folder -> the files that it left there."""
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    done = subprocess.run(
        [*before, sys.executable, "-c", code, *arguments], env={**environment, "HOME": str(home)}, cwd=ROOT,
        capture_output=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())


def collects(home):
    """Does the ONNX Runtime of this machine write by itself? Older ones and other systems do not."""
    return bool(traces_of(PLAIN, home))


@pytest.mark.parametrize("what", LOADS)
def test_nothing_is_written_below_the_home_folder(what, tmp_path):
    if what == "window":
        pytest.importorskip("PySide6")
    assert traces_of(LOADS[what], tmp_path / "home") == []


def test_without_us_the_library_would_write(tmp_path):
    """Else the test above could not fail."""
    if not collects(tmp_path / "home"):
        pytest.skip("this ONNX Runtime collects nothing")


def test_the_hosts_code_in_the_readme_leaves_nothing_either(tmp_path):
    text = HOST_PAGE.read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text[text.index("Host in 40 lines") :], re.DOTALL)[1]
    model = ROOT / "realtime/models/klarstrom-16k-lite.onnx"
    soundfile.write(tmp_path / "noisy.wav", speechlike(3200), 16000)
    arguments = str(model), str(tmp_path / "noisy.wav"), str(tmp_path / "clean.wav")
    assert traces_of(code, tmp_path / "home", *arguments) == []
    assert (tmp_path / "clean.wav").exists()


def test_a_whole_run_opens_no_socket_to_the_network(tmp_path):
    need("strace")
    log = tmp_path / "calls"
    traced = "strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", str(log)
    if subprocess.run([*traced, "true"], capture_output=True).returncode:
        pytest.skip("programs cannot be traced here")
    # the tracing sees a socket where there is one
    code = "import socket; socket.socket(socket.AF_INET).close()"
    traces_of(code, tmp_path / "shown", before=traced)
    assert "AF_INET" in log.read_text()
    (tmp_path / "in.raw").write_bytes(s16(speechlike(16000)))
    code = "import os, sys; os.dup2(os.open(sys.argv[1], 0), 0); from realtime.cli.main import run; sys.exit(run([]))"
    assert traces_of(code, tmp_path / "home", str(tmp_path / "in.raw"), before=traced) == []
    assert not re.findall(r".*AF_INET.*", log.read_text())


def test_lightning_is_loaded_after_the_switch(tmp_path):
    """It loads ONNX Runtime by itself: the sibling that `trainer fit` would have had."""
    pytest.importorskip("lightning")
    code = "import trainer.cli, lightning, sys; assert 'onnxruntime' in sys.modules"
    left = traces_of(code, tmp_path / "home")
    assert [
        name for name in left if "matplotlib" not in name
    ] == []  # which remembers the machine's fonts, for itself
