"""What every test relies on: a failure is reported, and the run goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.sources import ROOT

_RAISING = """
import pytest
from playground.views.results import ResultsPanel
from playground.views.theme.theme import ThemeSource

@pytest.fixture
def panel(qtbot, monkeypatch):
    lay_out = ResultsPanel._lay_out

    def fail(panel):
        lay_out(panel)
        raise TypeError("planted")

    monkeypatch.setattr(ResultsPanel, "_lay_out", fail)
    return ResultsPanel(ThemeSource(mode="light"))

def test_a_constructor_that_raises(panel):
    pass

def test_the_next_one(qtbot):
    pass
"""


def test_an_exception_in_a_constructor_is_shown_and_the_run_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "test_raising.py"
    file.write_text(_RAISING, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(file)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "TypeError: planted" in run.stdout
    assert "1 passed, 1 error" in run.stdout
