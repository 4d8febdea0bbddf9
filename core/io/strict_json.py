"""JSON from files that anyone may have written: what Python's reader lets pass, and we must not, is an error here."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["dump", "load"]


def load(text: str | bytes) -> Any:
    """The value of a JSON text. `ValueError` for bad JSON, NaN or Infinity, a key given twice, and absurd depth."""
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite_float
        )
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def dump(value: Any, ascii_only: bool = False) -> str:
    """Readable JSON; `ValueError` for NaN and infinities. `ascii_only` escapes all other characters."""
    return json.dumps(value, indent=2, ensure_ascii=ascii_only, allow_nan=False) + "\n"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the JSON has the key {key!r} twice")
            seen.add(key)
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"the JSON holds {name}, which is no number")


def _finite_float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the JSON holds {text}, which is too large")
    return value
