"""A call of the command line that fails."""

from __future__ import annotations

import pytest

from playground.cli import main

# --- failures -----------------------------------------------------------------------------------------------------


def failing(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The sentence on standard error of a call that must exit with 1."""
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    lines = [line for line in err.splitlines() if line and "epoch" not in line]
    assert len(lines) == 1, err
    assert lines[0].startswith("numpynet: ")
    assert "Traceback" not in err
    return lines[0]
