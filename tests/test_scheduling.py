"""Shared runs: a process that crashes costs no other test, and what has passed is not run again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = """
from pathlib import Path
from tests.scheduling import SharedRun

def pytest_addoption(parser):
    parser.addoption("--passed-to", type=Path)
    parser.addoption("--passed-in", type=Path)

def pytest_configure(config):
    config.addinivalue_line("markers", "environment")
    config.pluginmanager.register(SharedRun(config))
"""
TESTS = """
import os
from pathlib import Path
import pytest

here = Path(__file__)

@pytest.mark.parametrize("number", range(3))
def test_it(number):
    crashes = {crashes}
    if number == {at} and crashes:
        tries = here.with_suffix(".tries")
        tried = int(tries.read_text()) if tries.exists() else 0
        tries.write_text(str(tried + 1))
        if tried < crashes:
            os._exit(1)
"""


def _run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_crash_costs_its_file_which_is_run_once_more(tmp_path: Path, at: int) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    for name, crashes in (("once", 1), ("never", 0), ("always", 9), ("late", 1)):
        (tmp_path / f"test_{name}.py").write_text(TESTS.format(crashes=crashes, at=at))
    shared = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--max-worker-restart", "8")
    run = _run(tmp_path, *shared)
    assert "1 failed, 11 passed" in run.stdout, run.stdout + run.stderr
    assert f"FAILED test_always.py::test_it[{at}]" in run.stdout
    for name in ("once", "always", "late"):
        said = f"Run once more, since a process crashed in test_{name}.py::test_it[{at}]: test_{name}.py"
        assert said in run.stdout
    assert "test_never.py: " not in run.stdout


def test_what_has_passed_elsewhere_is_left_out_but_for_the_environments(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_python.py").write_text(
        "import pytest\n"
        "def test_right(): pass\n"
        "@pytest.mark.environment\n"
        "def test_typing(): pass\n"
        "@pytest.mark.skipif('not config.getoption(\"--passed-in\")')\n"
        "def test_foreign(): pass\n"
    )
    passed = tmp_path / "passed"
    assert "2 passed, 1 skipped" in _run(tmp_path, "--passed-to", str(passed)).stdout
    assert passed.read_text().split() == ["test_python.py::test_right", "test_python.py::test_typing"]
    assert "2 passed, 1 deselected" in _run(tmp_path, "--passed-in", str(passed)).stdout
