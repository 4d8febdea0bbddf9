"""The journal of a sweep: the set of runs in the file beside its spec, with every trial that is finished."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self

from ..compiled.readiness import is_compiled
from ..runs.run_set import RunSet
from ..runs.schema import OtherDatabaseError, open_database
from ..runs.store import Store, StoreError, address_of
from ..runs.trial import Key, TrialResult
from .compute_target import ComputeTarget
from .plan import Plan
from .sweep import Sweep

SUFFIX: Final = ".trials"
JournalError = StoreError
"""A sentence for the user: why a journal cannot be read or written."""


def journal_path(spec: Path) -> Path:
    """The journal of the sweep in a file: "rates.trials" beside "rates.json"."""
    return spec.with_suffix(SUFFIX)


class _File(Store):
    """The file of one sweep, or none in memory. A damaged one is left as it is."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path or Path("The journal"))
        self._is_kept = path is not None
        self._cannot = f"{self.path.name} cannot be used"

    def _open(self) -> sqlite3.Connection:
        try:
            return open_database(self.path if self._is_kept else None)
        except OtherDatabaseError:
            raise StoreError(f"{self.path.name} is no journal of a sweep") from None

    def _begin_anew(self, error: Exception) -> None:
        raise StoreError(f"{self._cannot}: {error}")


def begin_sweep(
    store: Store,
    name: str,
    sweep: Sweep,
    target: ComputeTarget | None = None,
    *,
    engine: str = "",
    **about: Any,
) -> int:
    """Begin the set of a sweep, by default called by its heading; returns its number. `about`: see `Store.begin`."""
    plan = Plan("sweep", sweep=sweep, target=target or ComputeTarget()).to_json()
    # So that all trials have the same numbers, even when an engine is compiled meanwhile.
    engine = engine or ("compiled" if is_compiled() else "numpy")
    return store.begin("sweep", name or sweep.heading, plan, sweep.count(), engine=engine, **about)


class Journal:
    """Results by trial. Every method raises `JournalError`; an instance belongs to the thread that uses it.

    What `add` has returned from is there after the program or its process ends in any way.
    """

    def __init__(
        self, path: Path | None = None, *, store: Store | None = None, set_id: int | None = None, **about: Any
    ) -> None:
        """Open or begin a journal, in memory without a path; or that of a set of a `store`, which stays open.

        `about`: what makes the other parts of a member, as in `Store.add`, each from its result.
        """
        self.store = store or _File(path)
        self._is_own, self._set_id, self._about = store is None, set_id, about
        self._path = None if path is None else path.absolute()
        self._set: RunSet | None = None
        self._sweep: Sweep | None = None
        self._known: dict[Key, TrialResult] = {}
        try:
            self.sweep()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._is_own:
            self.store.close()

    def sweep(self) -> Sweep | None:
        """The sweep whose trials these are; None for a new journal."""
        found = [
            each for each in self.store.sets() if self._set_id in (None, each.id) and each.kind == "sweep"
        ]
        self._set = found[0] if found else None
        try:
            self._sweep = Sweep.from_json(self._set.plan["sweep"]) if self._set else None
        except (ValueError, TypeError, KeyError) as error:
            raise JournalError(f"{self.store.path.name} cannot be read: {error}") from None
        return self._sweep

    def prepared_for(
        self, sweep: Sweep, report: Callable[[Any], None] | None = None
    ) -> tuple[dict[Key, TrialResult], str]:
        """The finished part of a sweep, and the engine that "auto" has stood for since it was begun.

        A new journal is begun; one of another sweep raises `JournalError`. `report`: see `Store.results`.
        """
        known = self.sweep()
        if known is None:
            self.begin(sweep)
        elif known != sweep:
            raise JournalError(
                "The journal has the trials of another sweep; begin anew, or choose another name"
            )
        self._known = self.results(report)
        return self._known, self.engine

    def begin(self, sweep: Sweep) -> None:
        """Remove all trials, and begin with those of a sweep."""
        if not self._is_own:
            raise JournalError("This sweep has been removed")
        begin_sweep(self.store, self.store.path.stem, sweep, alone=True)
        self.sweep()

    def add(self, result: TrialResult) -> None:
        """Keep a result of the sweep that `begin` has begun or `sweep` has found."""
        try:
            self._write(result)
        except StoreError:
            if self._begun.id in {each.id for each in self.store.sets()}:
                raise
            if self._is_own:
                text = f"Another program has begun another sweep in {self.store.path.name}"
                raise JournalError(text) from None
            # Its file was deleted, or could not be saved when it was damaged.
            self._set_id = self.begin_copy(self.store, self._begun.name)
            self.sweep()
            for each in (*self._known.values(), result):
                self._write(each)

    def _write(self, result: TrialResult) -> None:
        assert self._sweep is not None
        about = {name: make(result) for name, make in self._about.items()}
        self.store.add(self._begun.id, self._sweep.experiment, result, **about)

    def results(self, report: Callable[[Any], None] | None = None) -> dict[Key, TrialResult]:
        """All results without their projects, in the order of their numbers; see `Store.results`."""
        return {} if self._set is None else self.store.results(self._set.id, report)

    def project(self, key: Key) -> bytes:
        """The weights of a trial as a project; b"" if none were kept."""
        return b"" if self._set is None else self.store.project(self._set.id, key)

    def address(self, key: Key) -> str:
        """Address of the weights of a trial, or of one about to be added; "" in memory."""
        return "" if self._path is None or self._set is None else address_of(self._path, self._set.key, key)

    def begin_copy(
        self, store: Store, name: str = "", target: ComputeTarget | None = None, **about: Any
    ) -> int:
        """Begin the set of this sweep in another `store`; with a `home`, its weights are addresses of that file."""
        assert self._sweep is not None
        return begin_sweep(store, name, self._sweep, target, engine=self._begun.engine, key=self.key, **about)

    @property
    def engine(self) -> str:
        """What "auto" has stood for since it was begun."""
        return "compiled" if self._begun.engine == "compiled" else "numpy"

    @property
    def set_id(self) -> int:
        """The number of its set."""
        return self._begun.id

    @property
    def key(self) -> int:
        """That of the set; see `RunSet`."""
        return self._begun.key

    @property
    def _begun(self) -> RunSet:
        if self._set is None:
            raise JournalError("The journal has no sweep yet")
        return self._set
