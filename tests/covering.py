"""The test files that a coverage report runs: those of the names of the modules it is about (`make coverage`).

`python -m tests.covering` prints them. The modules stand in pyproject.toml, under [tool.coverage.run].
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from tests.mirror import ELSEWHERE
from tests.test_architecture import ROOT
from tests.test_mirror import TESTS, own_files

_ALSO = {"playground/commands/project_saver.py": "playground/test_data_in_projects.py"}
"""Of a module with a test file of its name, what another one tests."""


def covered_modules() -> list[str]:
    """The modules of the report, relative to the project."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["coverage"]["run"]["include"]
    found = (path for pattern in patterns for path in ROOT.glob(pattern) if path.name != "__pycache__")
    return sorted({path.relative_to(ROOT).as_posix() for path in found})


def covering_tests() -> list[Path]:
    """The test files of these modules; of those without one, what `tests/mirror.py` names instead."""
    found: set[Path] = set()
    for module in covered_modules():
        elsewhere = ELSEWHERE[module].files if module in ELSEWHERE else ()
        found.update([TESTS / _ALSO[module]] if module in _ALSO else [])
        found.update(own_files(module) or [TESTS / f"{file}.py" for file in elsewhere])
    return sorted(found)


if __name__ == "__main__":
    sys.stdout.write("\n".join(str(path.relative_to(ROOT)) for path in covering_tests()) + "\n")
