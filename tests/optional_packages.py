"""Optional packages: which there are, tests that need one, and what a run of the tests says of them.

`python -m tests.optional_packages` prints the first line of `make test`.
"""

from __future__ import annotations

import platform
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest

_PROJECT: Final = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8"))
_EXTRAS: Final = _PROJECT["project"]["optional-dependencies"]
OPTIONAL: Final = sorted(
    {re.split(r"\W", each)[0] for each in chain(*_EXTRAS.values())}
    | {"jupyterlab", "onnxscript", "pandas", "skl2onnx", "torch"}
)
"""What the extras of pyproject.toml and `.ci/setup foreign` install, by the names that are imported."""

_REASON = re.compile(r"needs the package ([\w, ]+)|could not import '(\w+)")
"""The reasons of `needs` and of `pytest.importorskip`."""


def needs(*names: str) -> pytest.MarkDecorator:
    """Skip a test where one of these packages is missing."""
    missing = [name for name in names if find_spec(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs the package {', '.join(missing)}")


class Late:
    """A module that is imported when something of it is used, for those that take seconds: PyTorch takes one.

    Each of the processes that share the tests reads all test files, and most run no test that needs it.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)


def skipped_for(reasons: Iterable[str]) -> str:
    """How many tests were skipped for want of which package; empty without any. A file that needs one counts once."""
    found = [_REASON.search(reason) for reason in reasons]
    counts = Counter(name for each in found if each is not None for name in (each[1] or each[2]).split(", "))
    listed = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    return f"Skipped for want of a package: {listed}; `make foreign` installs them" if listed else ""


def _first_line() -> str:
    missing = ", ".join(name for name in OPTIONAL if find_spec(name) is None)
    return f"Python {platform.python_version()}, numpy {version('numpy')}; not installed: {missing or 'none'}"


if __name__ == "__main__":
    print(_first_line())
