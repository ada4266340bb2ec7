"""Who may import whom: DESIGN section 1."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("realtime", "trainer", "export", "gui")
HEAVY = (
    "torch",
    "lightning",
    "onnx",
    "sounddevice",
    "PySide6",
    "pyqtgraph",
    "scipy",
    "trainer",
    "export",
    "gui",
)


def modules(package):
    return sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / package).rglob("*.py")
    )


def imports(module):
    """(imported module, is it inside a function) of every import statement, type checkers' ones left out."""
    path = ROOT / (module.replace(".", "/") + ".py")
    path = path if path.exists() else ROOT / module.replace(".", "/") / "__init__.py"
    found = []

    def visit(node, inside):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            found.extend((alias.name, inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: write whole names, from {'.' * node.level}{node.module}"
            found.append((node.module, inside))
        inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            visit(child, inside)

    visit(ast.parse(path.read_text("utf-8")), False)
    return found


def top(name):
    return name.split(".")[0]


IMPORT_EACH = """
import importlib, json, sys
names, forbidden = json.loads(sys.argv[1])
for name in names:
    importlib.import_module(name)
    loaded = sorted(set(forbidden) & set(sys.modules))
    if loaded:
        sys.exit(f"{name} loads {', '.join(loaded)}")
"""


def load(names, forbidden):
    argument = json.dumps([names, forbidden])
    return subprocess.run(
        [sys.executable, "-c", IMPORT_EACH, argument], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_realtime_loads_nothing_heavy():
    """A fresh interpreter imports one module after another; the first that brings something heavy is named."""
    names = [name for name in modules("realtime") if name != "realtime.__main__"]
    assert "realtime.engine.enhancer" in names
    done = load(names, HEAVY)
    assert done.returncode == 0, done.stderr


def test_that_check_can_fail():
    done = load(["realtime.engine.contract", "wave"], [*HEAVY, "wave"])
    assert done.returncode != 0 and "wave loads wave" in done.stderr


@pytest.mark.parametrize("module", modules("realtime"))
def test_realtime_imports_no_other_package_of_ours_anywhere(module):
    found = imports(module)
    assert not {top(name) for name, _ in found} & {
        "trainer",
        "export",
        "gui",
        "torch",
        "PySide6",
        "pyqtgraph",
    }
    sound = [inside for name, inside in found if top(name) == "sounddevice"]
    assert all(sound) and (not sound or module == "realtime.audio.devices"), (
        "PortAudio: in realtime.audio.devices, when it is needed"
    )


@pytest.mark.parametrize("module", modules("trainer"))
def test_trainer_imports_none_of_the_others(module):
    """Save that scoring an exported file runs it through the engine: inside the function that does it."""
    found = imports(module)
    assert not {top(name) for name, _ in found} & {"export", "gui"}
    assert all(inside for name, inside in found if top(name) == "realtime")


@pytest.mark.parametrize("module", modules("export"))
def test_export_takes_the_contract_and_the_verifier_the_engine(module):
    found = imports(module)
    assert not {top(name) for name, _ in found} & {"gui"}
    if module not in ("export.verify", "export.offline_blocks"):  # the second is what the first compares with
        assert {name for name, _ in found if top(name) == "realtime"} <= {"realtime.engine.contract"}


@pytest.mark.parametrize("module", modules("gui") or ["gui"])
def test_the_window_imports_the_engine_only(module):
    if module == "gui" and not (ROOT / "gui/__init__.py").exists():
        pytest.skip("the window is not built yet")
    found = imports(module)
    assert not {top(name) for name, _ in found} & {"trainer", "export", "torch", "onnxruntime"}
    sound = [inside for name, inside in found if top(name) == "sounddevice"]
    assert all(sound) and (not sound or module == "gui.state.player"), "PortAudio: to play, when it is needed"


# what stands at the top of a package: the public names of the engine, and the trainer's old names
DOORS = {ROOT / "realtime/__init__.py", ROOT / "trainer/__init__.py"}


@pytest.mark.parametrize("package", OURS)
def test_rooms_start_empty(package):
    """Importing one module must not bring its neighbours along."""
    for path in (ROOT / package).rglob("__init__.py"):
        assert path in DOORS or not path.read_text("utf-8").strip(), path
