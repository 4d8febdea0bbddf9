"""Write values as Python, as a formatter would break their lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ...spec.arrays import Array

LINE_WIDTH: Final = 100


def written(value: Any, indent: int = 0) -> str:
    """A value of JSON as Python, in one line where that fits."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        parts = [f"{written(key)}: {written(each, indent + 4)}" for key, each in value.items()]
        return _in_brackets("{}", parts, indent)
    if isinstance(value, list):
        return _in_brackets("[]", [written(each, indent + 4) for each in value], indent)
    return repr(value)


def _in_brackets(brackets: str, parts: list[str], indent: int) -> str:
    line = f"{brackets[0]}{', '.join(parts)}{brackets[1]}"
    if len(line) + indent <= LINE_WIDTH - 30 and "\n" not in line:
        return line
    inner = "".join(f"{' ' * (indent + 4)}{part},\n" for part in parts)
    return f"{brackets[0]}\n{inner}{' ' * indent}{brackets[1]}"


def call_text(function: str, arguments: Sequence[str], after: str = "", before: str = "") -> str:
    """`before` + `function(arguments)` + `after`, in one line where that fits."""
    line = f"{before}{function}({', '.join(arguments)}){after}"
    if len(line) <= LINE_WIDTH and "\n" not in line:
        return line
    inner = f"    {', '.join(arguments)}\n"
    if len(inner) > LINE_WIDTH or "\n" in inner[:-1]:
        inner = "".join(f"    {argument},\n" for argument in arguments)
    return f"{before}{function}(\n{inner}){after}"


def path_text(path: Path) -> str:
    """A path as a string literal, in double quotes where they need no escape."""
    text = repr(str(path))
    return f'"{text[1:-1]}"' if text.startswith("'") and '"' not in text else text


def nested(array: Array) -> Any:
    """Nested lists; each float32 becomes the shortest number that gives it again."""
    if array.ndim == 0:
        return float(str(array[()])) if array.dtype.kind == "f" else int(array[()])
    return [nested(part) for part in array]
