"""The commands of plug-ins on the command line."""

from __future__ import annotations

import pytest

from playground.cli import main
from playground.plugins import PLUGINS
from tests.playground.command_line import failing

COMMANDS = [row.name for row in PLUGINS.rows("command_line")]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_call_ends_with_2(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--unknown"])
    assert end.value.code == 2
    assert "usage: numpynet" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["predict", "{}", "new.csv"], ["evaluate", "{}"], ["sweep", "{}"]])
def test_a_name_that_is_too_long_for_a_file_is_told(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = failing([word.format(f"{'long' * 75}.nnplay") for word in command], capsys)
    assert sentence.endswith("long.nnplay cannot be used: File name too long")
    assert len(sentence) < 450
