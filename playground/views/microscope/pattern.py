"""Formula patterns of layers, filled with symbols or numbers, as rich text for labels."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from string import Formatter

from core.io.number_text import rounded_text
from core.spec import Spec

# Negative numbers after one of these get parentheses.
_OPERATORS = "+−·/"
_POWER = re.compile(r"exp\(([^()]*)\)")
# Placeholders for tags, until the text is escaped.
_RAISE, _LOWER = "\x01", "\x02"


def filled(pattern: str, values: Mapping[str, str]) -> str | None:
    """The pattern with `values` (rich text) in its fields; None if a value is missing."""
    text = ""
    for literal, field, _, _ in Formatter().parse(_POWER.sub(rf"e{_RAISE}\1{_LOWER}", pattern)):
        text += html.escape(literal, quote=False)
        if field is None:
            continue
        if field not in values:
            return None
        value = values[field]
        signed = value.startswith("−") and text.rstrip().endswith(tuple(_OPERATORS))
        text += f"({value})" if signed else value
    return text.replace(_RAISE, "<sup>").replace(_LOWER, "</sup>")


def is_identity(pattern: str) -> bool:
    """Whether the output equals the input."""
    return pattern == "{x}"


def setting_texts(spec: Spec) -> dict[str, str]:
    """The numeric settings of a spec as texts, by name."""
    values = {item.name: getattr(spec, item.name) for item in spec.settings()}
    return {name: rounded_text(value, 4) for name, value in values.items() if isinstance(value, int | float)}
