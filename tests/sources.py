"""The program's sources, read once for all tests that look at them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent

Sources = Mapping[str, str]
"""Source text by dotted module name; a package is its `__init__`."""


def _paths() -> dict[str, Path]:
    found = {}
    for path in (path for folder in ("core", "playground") for path in sorted((ROOT / folder).rglob("*.py"))):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


PATHS: Final = _paths()
PACKAGES: Final = {name for name, path in PATHS.items() if path.stem == "__init__"}
SOURCES: Final[Sources] = {name: path.read_text(encoding="utf-8") for name, path in PATHS.items()}


def trees(words: str, under: str = "", sources: Sources = SOURCES) -> Iterator[tuple[str, ast.Module]]:
    """Name and syntax tree of each module below a name in whose text a regular expression finds something.

    Parsing all takes a second, and their trees are 275 MB; the words that a test is about stand in few.
    """
    for name, text in sources.items():
        if under in name and re.search(words, text):
            yield name, ast.parse(text)
