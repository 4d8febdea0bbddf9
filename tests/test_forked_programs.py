"""A forked program is like a new process: what it gets, prints and leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forked_programs import ForkedPrograms

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")

PROGRAM = """
import os, sys, warnings
print(sys.argv[1:], os.getcwd(), os.environ["MINE"], __name__, "core" in sys.modules, sorted(vars())[-1])
print("told", file=sys.stderr)
open("made", "w").close()
if sys.argv[1:] == ["warn"]:
    warnings.warn("a warning")
if sys.argv[1:] == ["fail"]:
    sys.exit(3)
if sys.argv[1:] == ["say"]:
    sys.exit("a sentence")
"""


@pytest.fixture(scope="module")
def programs() -> Iterator[ForkedPrograms]:
    programs = ForkedPrograms()
    yield programs
    programs.close()


@pytest.mark.parametrize("word", ["ü ö", "warn", "fail", "say"])
@pytest.mark.parametrize("flags", [["-I"], ["-W", "error", "-I"]])
def test_a_fork_does_what_a_process_does(
    programs: ForkedPrograms, tmp_path: Path, word: str, flags: list[str]
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM, "utf-8")
    found = []
    for run in (subprocess.run, programs.run):
        done = run(
            [sys.executable, *flags, str(tmp_path / "program.py"), word],
            cwd=tmp_path, env={**os.environ, "MINE": "x"}, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        (tmp_path / "made").unlink()
        found.append(
            (done.returncode, done.stdout, done.stderr.splitlines()[:1], done.stderr.splitlines()[-1:])
        )
    assert found[0] == found[1]


def test_what_never_ends_is_ended(programs: ForkedPrograms, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("while True: pass")
    with pytest.raises(subprocess.TimeoutExpired):
        programs.run([sys.executable, "-I", str(tmp_path / "program.py")], timeout=0.5)
    (tmp_path / "program.py").write_text("print(1)")
    assert programs.run([sys.executable, "-I", str(tmp_path / "program.py")]).stdout == "1\n"


def test_other_commands_are_real_processes(programs: ForkedPrograms) -> None:
    done = programs.run([sys.executable, "-c", "print(2)"], capture_output=True, text=True)
    assert done.stdout == "2\n"
