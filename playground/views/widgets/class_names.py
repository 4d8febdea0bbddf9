"""Display names of classes."""

from __future__ import annotations

from collections.abc import Sequence

from core.data.dataset import Data


def class_labels(data: Data) -> tuple[str, ...]:
    """The name of every class, "class 0" where there are none; empty for regression."""
    return tuple(class_name(data.class_names, number) for number in range(data.n_classes))


def class_name(names: Sequence[str], number: int) -> str:
    """The name of a class, "class 3" without a name."""
    return names[number] if number < len(names) else f"class {number}"


def class_words(names: Sequence[str], number: int) -> str:
    """A class within a sentence: its name, or "class 3" also if names are numbers."""
    name = class_name(names, number)
    return f"class {name}" if name.isdigit() else name
