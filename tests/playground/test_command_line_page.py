"""Every command in the documentation and the README is one that the program takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from playground.cli import entry
from tests.left_out_plugins import WITHOUT

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"```(?:sh|console)\n(.*?)```", re.DOTALL)
COMMAND_LINE = ROOT / "docs" / "command-line.md"
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))


def documented() -> list[str]:
    """Lines of shell that call the program, without their remarks."""
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    lines = [line.removeprefix("$ ") for block in BLOCK.findall(text) for line in block.splitlines()]
    called = [line for line in lines if line.startswith("numpynet ")]
    # The pages of a plug-in that is left out are still here.
    return [line for line in called if not WITHOUT or line.split()[1] in entry.all_commands()]


@pytest.mark.parametrize("line", documented())
def test_the_program_takes_it(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    works: list[object] = []

    def note(work: object) -> int:
        works.append(work)
        return 0

    for command in entry.all_commands().values():
        monkeypatch.setitem(command.run.__globals__, "exit_code", note)
    words = shlex.split(line, comments=True)
    # The shell takes what follows.
    assert entry.main(words[1 : words.index(">") if ">" in words else None]) == 0
    assert len(works) == 1


def test_every_command_has_an_example_or_a_row() -> None:
    page = COMMAND_LINE.read_text(encoding="utf-8")
    for command in entry.all_commands():
        assert f"numpynet {command}" in page
