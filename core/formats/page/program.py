"""The program of a page, `resources/page`, and what it can compute."""

from __future__ import annotations

import re
from functools import cache

from ...io.resources import resource


@cache
def page_text(name: str) -> str:
    """The text of a file of `resources/page`."""
    return resource("page", name).read_text("utf-8")


@cache
def operators(*, learning: bool = False) -> frozenset[str]:
    """The operators that the page's program knows, in ONNX's words; `learning`: those that have slopes."""
    _, _, table = page_text("runtime.js").partition("const OPERATORS = {")
    entry = r"^  (\w+): learns\(" if learning else r"^  (\w+): "
    return frozenset(re.findall(entry, table.partition("\n};")[0], re.MULTILINE))
