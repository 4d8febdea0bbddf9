"""Thread count of numpy's matrix products: one, except where measured to be faster with more."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache, lru_cache
from typing import Any

from threadpoolctl import ThreadpoolController


def available_cores() -> int:
    """Number of cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def allowed_threads() -> int:
    """Threads for products: one per core, but no more than the caller, joblib or the environment has allowed."""
    left: list[int] = [pool.num_threads for pool in _pools()]
    return min([available_cores(), *left])


def limit_blas_threads() -> AbstractContextManager[Any]:
    """Limit every BLAS of this process to one thread; as a context manager, temporarily.

    Beside another busy process, two threads make a step of 784-512-512-10 twenty times slower.
    """
    limiter: AbstractContextManager[Any] = _libraries(len(sys.modules)).limit(limits=1, user_api="blas")
    return limiter


@lru_cache(maxsize=1)
def _libraries(modules: int) -> ThreadpoolController:
    """The loaded libraries, searched again after an import: the search takes 2 to 6 ms, a training may take less."""
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """As `with limit_blas_threads()`, for single steps: 3 µs instead of 130, and only for numpy's BLAS."""
    before = [(pool, pool.num_threads) for pool in _pools()]
    set_threads(1)
    try:
        yield
    finally:
        for pool, count in before:
            pool.set_num_threads(count)


def set_threads(count: int) -> bool:
    """Set the number of threads of matrix products; False if this BLAS has no control. Takes 1 µs."""
    pools = _pools()
    for pool in pools:
        pool.set_num_threads(count)
    return bool(pools)


@cache
def _pools() -> list[Any]:
    """Loaded BLAS libraries, cached: the search takes longer than a small step."""
    return list(ThreadpoolController().select(user_api="blas").lib_controllers)
