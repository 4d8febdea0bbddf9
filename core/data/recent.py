"""Thread-safe caches: of a few recent values, and of arrays for as long as somebody uses them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """The last `size` values by key. Unlike an LRU cache, reading does not renew them."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        """The value of `key`; None if absent or dropped."""
        with self._lock:
            return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Store `value` as the newest."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)

    def clear(self) -> None:
        """Drop all values."""
        with self._lock:
            self._values.clear()


Arrays = tuple[NDArray[np.float32], NDArray[Any]]


class WeakArrayCache:
    """Inputs and targets by key, shared by the window and a run that reloads them for another scaling or network."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inputs: WeakValueDictionary[Hashable, NDArray[np.float32]] = WeakValueDictionary()
        self._targets: WeakValueDictionary[Hashable, NDArray[Any]] = WeakValueDictionary()

    def get(self, key: Hashable, make: Callable[[], Arrays]) -> Arrays:
        """The arrays under `key`, of any shape, made if absent. Other threads wait meanwhile."""
        with self._lock:
            inputs, targets = self._inputs.get(key), self._targets.get(key)
            if inputs is None or targets is None:
                inputs, targets = make()
                self._inputs[key], self._targets[key] = inputs, targets
            return inputs, targets
