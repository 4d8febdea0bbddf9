"""Strict JSON for untrusted files: rejects what Python's reader accepts beyond the standard."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from .sentence import short_sentence

LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""A byte of a file name that is not UTF-8, as Python holds it; UTF-8 has no such letter."""

MAX_DEPTH = 50
"""The deepest valid experiment (nested residual blocks) has 20. Python's limit is near 1,000, and building objects
from the JSON recurses several times per level.
"""


def load(text: str | bytes) -> Any:
    """Parse JSON. `ValueError` for bad JSON, NaN or Infinity, duplicate keys and excessive depth."""
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite_float
        )
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except json.JSONDecodeError as error:
        # Python's "Expecting value: line 1 column 1 (char 0)" names neither what nor which.
        found = repr(error.doc[error.pos : error.pos + 20]) if error.pos < len(error.doc) else "its end"
        raise ValueError(
            f"its text must be JSON, got {found} in line {error.lineno}, column {error.colno}"
        ) from None
    except UnicodeDecodeError as error:
        raise ValueError(f"its text must be JSON, got the byte 0x{error.object[error.start]:02x}") from None
    _check_depth(value)
    return value


def dump(value: Any, ascii_only: bool = False) -> str:
    """Indented JSON; `ValueError` for NaN and infinities. `ascii_only` escapes all other characters.

    Lone surrogates are always escaped.
    """
    text = json.dumps(value, indent=2, ensure_ascii=ascii_only, allow_nan=False) + "\n"
    return LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


_TOO_DEEP = f"the JSON must be nested at most {MAX_DEPTH} deep, got more"


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            part
            for item in level
            if isinstance(item, (dict, list))
            for part in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    raise ValueError(_TOO_DEEP)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        key, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(short_sentence(f"the JSON has the key {key!r} twice"))
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"the JSON holds {name}, which is no number")


def _finite_float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(short_sentence(f"the JSON holds {text}, which is too large"))
    return value
