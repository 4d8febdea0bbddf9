"""Strict TOML for untrusted files: numbers are bounded, and tables nested, as in `strict_json`."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from .bounded_number import MAX_DIGITS, MAX_WHOLE, finite
from .strict_json import TOO_DEEP, leaves

_AT_LINE: Final = re.compile(r" ?\(at line (\d+), column \d+\)")
_SUSPECT: Final = re.compile(rf"[\da-fA-F_]{{{MAX_DIGITS},}}|e\+?\d{{3}}|\b(?:inf|nan)\b")


class TomlError(ValueError):
    """It is no TOML that is read here; `line` counts from 1, and is 0 where it is not known."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def load(text: str) -> dict[str, Any]:
    """Parse TOML. `ValueError` for bad TOML, numbers out of bounds and excessive depth."""
    try:
        values = tomllib.loads(text, parse_float=finite)
    except RecursionError:
        raise TomlError(TOO_DEEP) from None
    except tomllib.TOMLDecodeError as error:
        place = _AT_LINE.search(str(error))
        raise TomlError(_AT_LINE.sub("", str(error)), int(place[1]) if place else 0) from None
    except ValueError:  # of `finite`, or of Python for a whole number of thousands of digits
        raise _out_of_bounds(text) from None
    if any(type(value) is int and abs(value) > MAX_WHOLE for value in leaves(values)):
        raise _out_of_bounds(text)
    return values


def _out_of_bounds(text: str) -> TomlError:
    line = next((at for at, each in enumerate(text.splitlines(), 1) if _SUSPECT.search(each)), 0)
    return TomlError(f"a number must be finite and of at most {MAX_DIGITS} digits", line)
