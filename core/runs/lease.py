"""Hold a set of runs while it is trained, and say so now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread

from .store import LEASE_SECONDS, Store, StoreError


@contextmanager
def held(store: Store, set_id: int, is_done: Callable[[], bool]) -> Iterator[bool]:
    """Whether this process holds a set of a file meanwhile; it is then left as done or paused.

    A thread of its own renews the lease: a trial may take longer than that lasts. Raises `StoreError`.
    """
    if not store.hold(set_id):
        yield False
        return
    ended = Event()

    def renew() -> None:
        with closing(type(store)(store.path)) as own:
            while not ended.wait(LEASE_SECONDS / 3):
                with suppress(StoreError):
                    own.hold(set_id)

    thread = Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield True
    finally:
        ended.set()
        thread.join()
        with suppress(StoreError):
            store.release(set_id, "done" if is_done() else "paused")
