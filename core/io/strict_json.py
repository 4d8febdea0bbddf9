"""Strict JSON for untrusted files: rejects what Python's reader accepts beyond the standard."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from .bounded_number import finite, whole
from .sentence import short_sentence

LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""A byte of a file name that is not UTF-8, as Python holds it; UTF-8 has no such letter."""

MAX_DEPTH = 50
"""The deepest valid experiment (nested residual blocks) has 20. Python's limit is near 1,000, and building objects
from the JSON recurses several times per level.
"""


def load(text: str | bytes) -> Any:
    """Parse JSON. `ValueError` for bad JSON, NaN, numbers out of bounds, duplicate keys and excessive depth."""
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=finite, parse_int=whole
        )
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    except json.JSONDecodeError as error:
        # Python's "Expecting value: line 1 column 1 (char 0)" names neither what nor which.
        found = repr(error.doc[error.pos : error.pos + 20]) if error.pos < len(error.doc) else "its end"
        raise ValueError(
            f"its text must be JSON, got {found} in line {error.lineno}, column {error.colno}"
        ) from None
    except UnicodeDecodeError as error:
        raise ValueError(f"its text must be JSON, got the byte 0x{error.object[error.start]:02x}") from None
    for _ in leaves(value):
        pass
    return value


def dump(value: Any, ascii_only: bool = False) -> str:
    """Indented JSON; `ValueError` for NaN and infinities. `ascii_only` escapes all other characters.

    Lone surrogates are always escaped.
    """
    text = json.dumps(value, indent=2, ensure_ascii=ascii_only, allow_nan=False) + "\n"
    return LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


TOO_DEEP: Final = f"its text must be nested at most {MAX_DEPTH} deep, got more"


def leaves(value: Any) -> Iterator[Any]:
    """The texts, numbers and gaps of lists and objects. Raises `ValueError` where these are nested too deeply."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        inner = list[Any]()
        for item in level:
            if isinstance(item, dict | list):
                inner += item.values() if isinstance(item, dict) else item
            else:
                yield item
        level = inner
        if not level:
            return
    raise ValueError(TOO_DEEP)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        key, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(short_sentence(f"the JSON has the key {key!r} twice"))
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"the JSON holds {name}, which is no number")
