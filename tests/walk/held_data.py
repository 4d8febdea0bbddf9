"""What holds prepared data: ways from the program's objects to them."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import numpy as np

from core.experiment.prepare import PreparedData

_MAX_STEPS = 8
"""References that are followed from the data to what holds them."""


def prepared_data() -> list[PreparedData]:
    """All that are alive, but those that are exempt from collections.

    Not by `gc.get_objects`: while that holds a tuple that another thread is making, that thread gets a SystemError.
    """
    return [each for each in gc.get_referrers(PreparedData) if isinstance(each, PreparedData)]


def owner(array: np.ndarray) -> np.ndarray:
    """The array that holds the memory of a view."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def holders(thing: object) -> Iterator[str]:
    """The ways to data or to an array, from their end: "playground.plugins.film.footage.Take > data"."""
    left, seen = [(thing, type(thing).__name__)], {id(thing)}
    while left:
        thing, path = left.pop(0)
        for each in _referrers(thing):
            if id(each) in seen or each is left:
                continue
            seen.add(id(each))
            name = f"{type(each).__module__}.{type(each).__qualname__}"
            if type(each).__module__.startswith("playground"):
                yield f"{name} > {path}"
            elif (path.count(">") < _MAX_STEPS and isinstance(each, dict | list | tuple)) or name.startswith(
                "core"
            ):
                left.append((each, f"{type(each).__name__} > {path}"))


def _referrers(thing: object) -> list[object]:
    """Also what holds views of an array: the collector does not follow those."""
    found = gc.get_referrers(thing)
    if isinstance(thing, np.ndarray):
        found += [
            each
            for each in gc.get_objects()
            if any(isinstance(at, np.ndarray) and owner(at) is thing for at in gc.get_referents(each))
        ]
    return found
