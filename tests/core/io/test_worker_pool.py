"""A process of the pool: it outlives Ctrl+C, watches its parent, and is gone at once when the pool is ended."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import pytest

from core.io import worker_pool
from core.io.worker_pool import WorkerPool

pytestmark = pytest.mark.environment

PATIENCE_SECONDS = 60


def _look() -> tuple[int, list[str], str]:
    return (
        os.getpid(),
        [thread.name for thread in threading.enumerate()],
        os.environ.get("OMP_NUM_THREADS", ""),
    )


@pytest.mark.parametrize("is_frozen", [False, True])
def test_a_worker_ends_with_the_pool_and_not_by_an_interrupt(
    is_frozen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_pool, "_is_frozen", lambda: is_frozen)
    pool = WorkerPool(1)
    try:
        number, threads, blas = pool.submit(_look).result(PATIENCE_SECONDS)
        assert "parent watch" in threads
        assert is_frozen or blas == "1"
        if sys.platform != "win32":
            os.kill(number, signal.SIGINT)
            assert pool.submit(_look).result(PATIENCE_SECONDS)[0] == number
        waiting = pool.submit(time.sleep, 2 * PATIENCE_SECONDS)
        end = time.monotonic() + PATIENCE_SECONDS
        # loky's thread fails, once all is ended, over work that it has not handed out yet.
        while not waiting.running() and time.monotonic() < end:
            time.sleep(0.001)
        pool.kill()
        assert waiting.exception(PATIENCE_SECONDS) is not None
    finally:
        pool.close()
