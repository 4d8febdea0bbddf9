"""Read the preferences of earlier versions, QSettings' INI text, without QSettings."""

from __future__ import annotations

import re
from pathlib import Path

_MAX_BYTES = 1 << 20
_BOOLEANS = {"true": True, "false": False}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


def read_old_settings(path: Path) -> tuple[dict[str, object], tuple[str, ...]]:
    """Strings and booleans of an INI file by "section/key", and the keys of all other values.

    The others are QSettings' typed values ("@Variant(...)", "@ByteArray(...)"), which may hold a pickle and are never
    parsed: window geometry and recent files start anew. Both are empty without a readable file.
    """
    values: dict[str, object] = {}
    foreign: list[str] = []
    section = ""
    for line in _text(path).splitlines():
        key, equals, text = line.partition("=")
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif equals:
            value = _value(text)
            if value is None:
                foreign.append(f"{section}/{key}")
            else:
                values[f"{section}/{key}"] = value
    return values, tuple(foreign)


def _text(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            return ""
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _value(text: str) -> str | bool | None:
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if text.startswith("@"):
        # QSettings escapes a leading @ as @@.
        return _without_escapes(text[1:]) if text.startswith("@@") else None
    return _without_escapes(text)


def _without_escapes(text: str) -> str:
    return re.sub(r'\\([ntr"\\])', lambda found: _ESCAPES[found[1]], text)
