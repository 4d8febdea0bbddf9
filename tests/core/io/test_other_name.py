"""`core` and `numpynet` are one library: the same module objects, in either order, in one process."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import core
import numpynet
from core.io.other_name import _Finder

pytestmark = pytest.mark.environment

ROOT = Path(core.__file__).parents[1]
BOTH = """
import importlib, pickle, sys, warnings

first, second = map(importlib.import_module, sys.argv[1:])
assert first is second is sys.modules["core"] is sys.modules["numpynet"]
for name in ("nn.dense", "formats.onnx.own_files", "model.estimators"):
    one, other = (importlib.import_module(f"{each}.{name}") for each in ("numpynet", "core"))
    assert one is other, name
    assert one.__spec__.name == one.__name__
from numpynet import Dense, Sequence
import core

model = core.Sequence([Dense(3), core.Residual((Dense(3),))], loss="mse", feedback_steps=0)
assert isinstance(model, Sequence)
model.train([[0.0]] * 4, [[0.0] * 3] * 4, epochs=1).train([[0.0]] * 4, [[0.0] * 3] * 4, epochs=1)
written = pickle.dumps(core.Dense(3), 0)
for name in (b"core.nn", b"numpynet.nn"):
    old = written.replace(b"numpynet.nn", name).replace(b"core.nn", name)
    assert pickle.loads(old) == Dense(3)
try:
    importlib.import_module("numpynet.nothing")
except ModuleNotFoundError as error:
    assert error.name in ("numpynet.nothing", "core.nothing")
print("one")
"""


def run(folder: Path, *command: str, path: str = str(ROOT)) -> str:
    found = subprocess.run(
        [sys.executable, "-W", "error", *command],
        cwd=folder, env={"PYTHONPATH": path}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return found.stdout + found.stderr


@pytest.mark.parametrize(
    "order", [("core", "numpynet"), ("numpynet", "core"), ("numpynet.nn.dense", "core.nn.dense")]
)
def test_both_names_are_one_library_in_either_order(order: tuple[str, str], tmp_path: Path) -> None:
    program = (
        BOTH
        if "." not in order[0]
        else "import "
        + ", ".join(order)
        + BOTH.replace(
            "map(importlib.import_module, sys.argv[1:])", 'sys.modules["core"], sys.modules["numpynet"]'
        )
    )
    assert run(tmp_path, "-c", program, *order) == "one\n"


def test_the_other_name_answers_only_while_it_is_the_librarys(monkeypatch: pytest.MonkeyPatch) -> None:
    assert numpynet is core
    finder = _Finder("numpynet")
    found = finder.find_spec("numpynet.compiled.__main__")
    assert found is not None
    assert finder.get_code("numpynet.compiled.__main__") is not None
    assert finder.find_spec("numpynet.compiled").submodule_search_locations == []
    assert finder.find_spec("numpynet.none") is finder.find_spec("others.nn") is None
    monkeypatch.setitem(sys.modules, "numpynet", pickle)
    assert finder.find_spec("numpynet.nn") is None


@pytest.mark.parametrize("kind", ["module", "package"])
def test_a_core_of_ones_own_on_the_path_stops_no_command(kind: str, tmp_path: Path) -> None:
    mine = tmp_path / ("core.py" if kind == "module" else "core/__init__.py")
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("MINE = 1\n")
    path = f"{tmp_path}:{ROOT}"
    assert "spirals" in run(tmp_path, "-m", "playground", "presets", path=path)
    # Once a program has its own, the window says why it cannot open.
    said = run(tmp_path, "-c", "import core; assert core.MINE; import playground", path=path)
    assert "ImportError: playground needs the name core, which is " in said
    assert said.rstrip().endswith("in this program; import playground before it")
