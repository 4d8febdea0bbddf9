"""Display names of classes."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["class_name", "class_words"]


def class_name(names: Sequence[str], number: int) -> str:
    """The name of a class, or its number without a name."""
    return names[number] if number < len(names) else str(number)


def class_words(names: Sequence[str], number: int) -> str:
    """A class within a sentence: its name, or "class 3" if names are missing or numbers."""
    name = class_name(names, number)
    return f"class {name}" if name.isdigit() else name
