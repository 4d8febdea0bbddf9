"""Hold a set of runs while it is trained, and say so now and then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from .store import LEASE_SECONDS, Store, StoreError


@contextmanager
def held(path: Path, set_id: int) -> Iterator[bool]:
    """Whether this process holds a set of the file at `path` meanwhile; it is for the caller to release it.

    A thread of its own renews the lease: a trial may take longer than that lasts. Raises `StoreError`.
    """
    with closing(Store(path)) as store:
        if not store.hold(set_id):
            yield False
            return
    ended = Event()

    def renew() -> None:
        with closing(Store(path)) as store:
            while not ended.wait(LEASE_SECONDS / 3):
                with suppress(StoreError):
                    store.hold(set_id)

    thread = Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield True
    finally:
        ended.set()
        thread.join()
