"""What holds prepared data: ways from the program's objects to them."""

from __future__ import annotations

import gc
from collections.abc import Iterator

from core.experiment.prepare import PreparedData

__all__ = ["holders", "prepared_data"]

_MOST_STEPS = 8
"""References that are followed from the data to what holds them."""


def prepared_data() -> list[PreparedData]:
    """All that are alive, but those that are exempt from collections."""
    return [each for each in gc.get_objects() if isinstance(each, PreparedData)]


def holders(data: PreparedData) -> Iterator[str]:
    """The ways, from their end: "playground.film.footage.Take > data"."""
    left, seen = [(data, "data")], {id(data)}
    while left:
        thing, path = left.pop(0)
        found = [each for each in gc.get_referrers(thing) if id(each) not in seen and each is not left]
        for each in found:
            seen.add(id(each))
            name = f"{type(each).__module__}.{type(each).__qualname__}"
            if type(each).__module__.startswith("playground"):
                yield f"{name} > {path}"
            elif (path.count(">") < _MOST_STEPS and isinstance(each, dict | list | tuple)) or name.startswith(
                "core"
            ):
                left.append((each, f"{type(each).__name__} > {path}"))
