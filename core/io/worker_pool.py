"""Processes that work for this program: they end with it, Ctrl+C does not reach them, and they can be ended at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context, parent_process
from typing import Any, ClassVar, Final, TypeVar

_IDLE_SECONDS: Final = 20
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

T = TypeVar("T")


class WorkerPool:
    """`count` processes: loky's, or spawned ones in a frozen bundle, where loky's would start the program again.

    Raises `ImportError`, `NotImplementedError` or `OSError` on a machine without semaphores.
    """

    begin: ClassVar[Callable[[int], None]]
    """Called first in a process with the number of this one; a program that is around the library sets its own."""

    def __init__(self, count: int) -> None:
        self._is_spawned = _is_frozen()
        begin: dict[str, Any] = {"initializer": type(self).begin, "initargs": (os.getpid(),)}
        self._pool: Any
        if self._is_spawned:
            self._pool = ProcessPoolExecutor(count, get_context("spawn"), **begin)
        else:
            from joblib.externals.loky import ProcessPoolExecutor as LokyExecutor

            self._pool = LokyExecutor(count, timeout=_IDLE_SECONDS, env=_ONE_THREAD, **begin)

    def submit(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Call `work` in a process; `BrokenProcessPool` is raised by all futures when one dies."""
        future: Future[T] = self._pool.submit(work, *arguments)
        return future

    def kill(self) -> None:
        """End the processes that there are now, from any thread; the futures of what they do raise an exception."""
        if self._is_spawned:
            for process in list((getattr(self._pool, "_processes", None) or {}).values()):
                process.kill()
        else:
            self._pool.shutdown(wait=True, kill_workers=True)

    def close(self) -> None:
        """End the processes; what runs or waits is lost."""
        self.kill()
        if self._is_spawned:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _is_frozen() -> bool:
    return bool(getattr(sys, "frozen", False))


def begin_process(parent: int) -> None:
    """Start of a process. Ctrl+C reaches all of a terminal; the parent decides what it means."""
    end_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


WorkerPool.begin = staticmethod(begin_process)


_SECONDS = 1.0


@cache
def end_with_parent(parent: int) -> None:
    """Look every second, on a thread, whether the process `parent` still is this one's; once for a process.

    Its number comes from the parent itself: it may have ended before this process can ask for the first time.
    """
    threading.Thread(target=_watch, args=(parent,), name="parent watch", daemon=True).start()


def _watch(number: int) -> None:
    # On Windows the number stays, and python.exe of a virtual environment stands between the two.
    while (os.name == "nt" or os.getppid() == number) and _is_alive():
        time.sleep(_SECONDS)
    os._exit(1)


def _is_alive() -> bool:
    """What the standard library knows of the parent: nothing of loky's processes, and of those it has not spawned."""
    parent = parent_process()
    try:
        return parent is None or parent.is_alive()
    except ValueError:
        return True
