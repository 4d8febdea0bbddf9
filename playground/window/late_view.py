"""Views that are made when they are first asked for: the start does not wait for what few users open at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar, runtime_checkable

from core.experiment.prepare import PreparedData
from core.inspect.snapshot import Snapshot, SnapshotRequest


@runtime_checkable
class ShowsInspection(Protocol):
    def show_inspection(self, state: SnapshotRequest) -> None: ...


class _View(Protocol):
    """Interface of a late view of a run; all calls but the last come before it is made, too."""

    def show_data(self, prepared: PreparedData) -> None: ...

    def show_snapshot(self, snapshot: Snapshot) -> None: ...

    def clear(self) -> None: ...

    def isVisible(self) -> bool: ...


V = TypeVar("V", bound=_View)


class LateView(Generic[V]):
    """Stands for a view that `make` makes. Who connects the view, or shows something to it, does so `when_made`."""

    def __init__(self, make: Callable[[], V]) -> None:
        self._make = make
        self._view: V | None = None
        self._waiting: list[Callable[[V], object]] = []

    @property
    def view(self) -> V:
        """The view, made if necessary."""
        if self._view is None:
            self._view = self._make()
            for call in self._waiting:
                call(self._view)
            self._waiting.clear()
        return self._view

    @property
    def is_made(self) -> bool:
        return self._view is not None

    @property
    def is_visible(self) -> bool:
        return self._view is not None and self._view.isVisible()

    def when_made(self, call: Callable[[V], object]) -> None:
        """Call with the view as soon as there is one, in the order of these requests."""
        if self._view is None:
            self._waiting.append(call)
        else:
            call(self._view)

    def show_data(self, prepared: PreparedData) -> None:
        """Pass on; a view that is not made does not miss it, see `SnapshotRouter`."""
        if self._view is not None:
            self._view.show_data(prepared)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """As `show_data`."""
        if self._view is not None:
            self._view.show_snapshot(snapshot)

    def show_inspection(self, state: SnapshotRequest) -> None:
        """As `show_data`, to views that show it."""
        view: object = self._view
        if isinstance(view, ShowsInspection):
            view.show_inspection(state)

    def clear(self) -> None:
        """As `show_data`."""
        if self._view is not None:
            self._view.clear()
