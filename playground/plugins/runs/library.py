"""The kept runs as the window sees them: rows in memory, and a thread of their own for the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from core.runs.run import FinishedRun, Run
from core.runs.run_set import RunSet
from core.runs.store import Store, StoreError

_POLL_MS = 10

T = TypeVar("T")


class RunLibrary(QObject):
    """Every request is served in order on one thread, which opens the database first when there is one.

    Changes show in `rows` at once and are written behind. Emits on the thread of the object.
    """

    changed = Signal()
    """`rows` changed."""
    message_requested = Signal(str)
    """A sentence for the user: why runs cannot be kept, or that a damaged file was set aside."""

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[int, Run] = {}
        """The runs by their numbers, oldest first."""
        self.sets: dict[int, RunSet] = {}
        """The sets that are listed, oldest first."""
        self.loaded = False
        """Whether `rows` were read since the start."""
        self._store = Store(path)
        self._executor: ThreadPoolExecutor | None = None
        self._is_closed = False
        self._waiting: list[tuple[Future[Any], Callable[[Any], None] | None, Callable[[], None] | None]] = []
        self._told: set[str] = set()
        """Faults since the last request that succeeded."""
        self._told_damage = ""
        self._stamp: int | None = None
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._deliver)

    @property
    def path(self) -> Path:
        """The database."""
        return self._store.path

    @property
    def busy(self) -> bool:
        """Whether a request is waiting or being served."""
        return bool(self._waiting)

    def refresh(self) -> None:
        """Read the rows, if another program has changed them since, or if they were never read."""
        self.request(partial(_read_if_changed, before=self._stamp), self._show)

    def record(
        self,
        run: FinishedRun,
        known: int | None = None,
        then: Callable[[Run | None], None] | None = None,
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Keep a run; see `Store.record`. `then` gets its row; `failed` is called where it cannot be kept."""

        def show(summary: Run | None) -> None:
            self._show_row(summary)
            if then is not None:
                then(summary)

        self.request(lambda store: store.record(run, known), show, failed)

    def edit(self, run: int, **values: Any) -> None:
        """Change name, note or star of a run; see `Store.edit`."""
        if run in self.rows:
            self.rows[run] = replace(self.rows[run], **values)
            self.changed.emit()
        self.request(lambda store: store.edit([run], **values), failed=self._read_again)

    def delete(self, runs: Sequence[int]) -> None:
        """Take runs off the list."""
        for run in runs:
            self.rows.pop(run, None)
        self.changed.emit()
        self.request(lambda store: store.edit(runs, deleted=True), failed=self._read_again)

    def undelete(self, runs: Sequence[int]) -> None:
        """Bring deleted runs back."""
        self.request(lambda store: store.edit(runs, deleted=False), lambda _: self._read_again())

    def request(
        self,
        work: Callable[[Store], T],
        then: Callable[[T], None] | None = None,
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Run `work` on the thread of the database; `then` gets its result, or `failed` is called if it fails.

        Nothing is done once the library is closed: a checkpoint that comes late would open the database for good.
        """
        if self._is_closed:
            return
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="runs")
        self._waiting.append((self._executor.submit(work, self._store), then, failed))
        self._timer.start()

    def write(self, work: Callable[[Store], T], then: Callable[[T], None] | None = None) -> None:
        """As `request`, for what changes rows elsewhere than here; they are read again, if they were read before."""

        def show(found: T) -> None:
            if then is not None:
                then(found)
            if self.loaded:
                self._read_again()

        self.request(work, show)

    def tell_again(self) -> None:
        """Tell the next fault even if it was told before: the user asks for what may fail."""
        self._told.clear()

    def close(self) -> None:
        """Serve what was requested, without answers, and end the thread."""
        self._timer.stop()
        self._is_closed = True
        if self._executor is not None:
            self._executor.submit(self._store.prune)
            self._executor.submit(self._store.close)
            self._executor.shutdown(wait=True)
            self._executor = None
        self._waiting.clear()

    def _read_again(self) -> None:
        """Show what is stored, after a change that was shown and could not be written."""
        self.request(partial(_read_if_changed, before=None), self._show)

    def _show_row(self, summary: Run | None) -> None:
        if summary is not None:
            self.rows[summary.id] = summary
            self.changed.emit()

    def _show(self, found: _Found | None) -> None:
        if found is None:
            return
        self._stamp, rows, sets = found
        self.rows = {row.id: row for row in rows}
        self.sets = {each.id: each for each in sets}
        self.loaded = True
        self.changed.emit()

    def _deliver(self) -> None:
        """Hand out the results that are there, in order."""
        while self._waiting and self._waiting[0][0].done():
            future, then, failed = self._waiting.pop(0)
            error = future.exception()
            if error is None:
                self._told.clear()
                if then is not None:
                    then(future.result())
            else:
                if failed is not None:
                    failed()
                if not isinstance(error, StoreError):
                    raise error
                self._tell(str(error))
            if self._store.damage != self._told_damage:
                self._told_damage = self._store.damage
                self.message_requested.emit(self._told_damage)
        if not self._waiting:
            self._timer.stop()

    def _tell(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self.message_requested.emit(sentence)


_Found = tuple[int, list[Run], list[RunSet]]


def _read_if_changed(store: Store, before: int | None) -> _Found | None:
    """The stamp of the database, its rows and its sets; None if they are as before."""
    stamp = store.stamp()
    if before == stamp:
        return None
    rows = store.summaries()
    for row in rows:
        # Made here, what is searched in is ready when the table asks for it.
        row.words  # noqa: B018
    return stamp, rows, [each for each in store.sets() if each.listed]
