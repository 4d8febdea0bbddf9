"""The database of runs. A damaged one is set aside, and a new one is begun."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path

from core.runs.store import Store, StoreError
from tests.core.runs.made_runs import finished
from tests.fuzz.mutations import mutate_database
from tests.fuzz.target import Target, made


def _write(path: Path) -> None:
    store = Store(path)
    for epochs in (1, 2):
        store.record(finished(epochs=epochs))
    store.close()


@cache
def _seeds() -> list[bytes]:
    return [made(_write, ".sqlite")]


def _read(path: Path) -> None:
    for left in path.parent.glob(f"{path.stem}-damaged-*"):
        left.unlink()
    store = Store(path)
    try:
        rows = store.summaries()
        store.thumbnails([row.id for row in rows])
        for row in rows:
            assert isinstance(row.settings.layers_text, str)
            for read in (store.curves, store.load):
                with suppress(StoreError):
                    read(row.id)
        store.prune()
        store.record(finished())
    finally:
        store.close()
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)


# Each writes a database to the disk again.
TARGET = Target("runs", ".sqlite", _seeds, mutate_database, _read, (StoreError,), share=0.2)
