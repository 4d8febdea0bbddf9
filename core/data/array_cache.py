"""A weak cache: arrays are shared while referenced and freed with the last reference."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

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
