"""Large arrays that are made once for all who hold them at a time, and freed with the last of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

__all__ = ["WeakArrayCache"]

Arrays = tuple[NDArray[np.float32], NDArray[Any]]


class WeakArrayCache:
    """Inputs and answers by key, kept as long as somebody else keeps them.

    Another scaling or network asks for the data again while the window still shows the last: one array does for both.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inputs: WeakValueDictionary[Hashable, NDArray[np.float32]] = WeakValueDictionary()
        self._targets: WeakValueDictionary[Hashable, NDArray[Any]] = WeakValueDictionary()

    def get(self, key: Hashable, make: Callable[[], Arrays]) -> Arrays:
        """The arrays under `key`; made where nobody has them. Who asks meanwhile from another thread waits."""
        with self._lock:
            inputs, targets = self._inputs.get(key), self._targets.get(key)
            if inputs is None or targets is None:
                inputs, targets = make()
                self._inputs[key], self._targets[key] = inputs, targets
            return inputs, targets
