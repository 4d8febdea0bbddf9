"""The page of runs: which set is in sight, what of it trains, and names and deletion of sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QInputDialog

from core.io.number_text import count_text
from core.runs.run import Run
from core.runs.run_set import RunSet
from playground.commands.run_commands import RunController
from playground.commands.window_controller import Page, SetPage, WindowContext
from playground.model.run_library import RunLibrary
from playground.views.menus import DuplicateMenu
from playground.views.runs.page import RunsPage
from playground.views.runs.sets import Mark, SetRow
from playground.views.widgets import Toast

_TICK_MS: Final = 250
_ALL, _STAR = "all", "star"
_FIRST: Final = {"race": "pictures", "seeds": "spread", "sweep": "map"}
"""The view in which a set is seen first; others as a table."""
_NOT_RUN: Final = "A picture of every combination appears here, once the sweep runs."
_GONE: Final = "This set has no runs, or none yet."
_MARKS: Final[Mapping[str, Mark]] = {"done": "done", "failed": "failed"}


class RunsController(Page):
    """Each kind of set that is trained in the window has a page of its own, made when it is first wanted."""

    page: RunsPage

    def __init__(
        self,
        context: WindowContext,
        library: RunLibrary,
        board: RunController,
        makers: Mapping[str, Callable[[], SetPage]],
    ) -> None:
        super().__init__(context)
        self._library, self.board, self._makers = library, board, makers
        self.page = RunsPage(context.themes, context.window)
        self.duplicates = DuplicateMenu(context.document, self.page)
        self._made: dict[str, SetPage] = {}
        self.key, self._front, self._is_front = _ALL, self._added(board), False
        self._ticks = QTimer(self, interval=_TICK_MS)
        self._ticks.timeout.connect(self._tick)
        self._views: dict[str, str] = {}
        """How sets were looked at last."""
        board.board.view.chosen.connect(self._on_view)
        library.changed.connect(self._show)
        self.status_changed.connect(self._show)
        page, sets = self.page, self.page.sets
        page.race.setMenu(self.duplicates)
        page.many_requested.connect(partial(self.show_set, form=True))
        sets.picked.connect(self.show_set)
        sets.settings_requested.connect(partial(self.show_set, form=True))
        sets.rename_requested.connect(self._rename)
        sets.delete_requested.connect(self._delete)
        sets.toggle_requested.connect(lambda kind: self.part(kind).toggle_set())

    @property
    def front(self) -> Page:
        return self._front

    @property
    def parts(self) -> Sequence[Page]:
        return (self, self.board, *self._made.values())

    def part(self, kind: str) -> SetPage:
        """What makes sets of a kind: "race", "seeds" or "sweep"."""
        if kind not in self._made:
            self._made[kind] = self._makers[kind]()
            self._added(self._made[kind])
        return self._made[kind]

    def enter(self) -> None:
        """Read the sets, which other windows may have changed too."""
        self._is_front = True
        self._enter()
        self._show()
        self._ticks.start()

    def leave(self) -> None:
        self._is_front = False
        self._ticks.stop()
        self._leave()

    def show_set(self, key: str, *, form: bool = False) -> None:
        """Show a set by its key; with `form` what it is made by, where that has a place of its own."""
        if not (key in self._makers or key in (_ALL, _STAR) or self._kept(key) is not None):
            return
        self.key = key
        part = self.part(key) if key in self._makers else None
        page = part or self.board
        if part is None or part.form is not None:
            self._show_board()
        if page is not self._front:
            in_list = self.page.sets.hasFocus()
            self._leave()
            self._front = page
            self.page.stack.setCurrentWidget(self._seen.page)
            if self._is_front:
                self._enter()
            if in_list:
                # Where the arrows go on.
                self.page.sets.setFocus()
            self.front_changed.emit()
        if form and part is not None and part.form is not None:
            self.page.show_form(part.form)
        elif self.page.has_form:
            self.page.show_sets()
        self._show()

    @property
    def _seen(self) -> Page:
        """What is in the middle: a set that is made by a form is seen as kept ones are."""
        return self.board if isinstance(self._front, SetPage) and self._front.form else self._front

    def _enter(self) -> None:
        for page in dict.fromkeys((self._seen, self._front)):
            page.enter()

    def _leave(self) -> None:
        for page in dict.fromkeys((self._seen, self._front)):
            page.leave()

    def _show_board(self) -> None:
        """Show the kept runs of the set in sight."""
        key, kept = self.key, self._kept(self.key)
        usual = "table" if kept is None else kept.view or _FIRST.get(kept.kind, "table")
        empty = {_ALL: "", _STAR: "No run has a star yet."}.get(key, _GONE if kept else _NOT_RUN)
        self.board.show_only(self._title(key), self._filter(key), kept, self._views.get(key, usual), empty)

    def _on_view(self, view: str) -> None:
        self._views[self.key] = view
        if (kept := self._kept(self.key)) is not None:
            self._library.request(lambda store: store.change_set(kept.id, view=view))

    def _added(self, page: Page) -> Page:
        page.message_requested.connect(self.message_requested)
        page.build_requested.connect(self.build_requested)
        page.status_changed.connect(self.status_changed)
        page.moved.connect(self.moved)
        if not (isinstance(page, SetPage) and page.form):
            self.page.stack.addWidget(page.page)
        return page

    def _tick(self) -> None:
        if not self._library.busy:
            self._library.refresh()
        self._show()

    def _show(self) -> None:
        if not self._is_front:
            return
        rows = list(self._rows())
        if self.key not in {row.key for row in rows}:
            # Deleted here or elsewhere.
            self.show_set(_ALL)
            return
        kept, shown = self._kept(self.key), self.board.board.set
        if self._seen is self.board and (kept and kept.id) != (shown and shown.id):
            self._show_board()
        self.page.sets.show_sets(rows, self.key)
        document = self._document.experiment
        self.page.of.setText(f"From the open network: {document.name}")

    def _rows(self) -> Iterator[SetRow]:
        runs, sets = self._library.rows.values(), self._library.sets
        yield SetRow(_ALL, "All runs", len(runs), "all")
        own = [row for page in self._made.values() if (row := page.set_row) is not None]
        if self.key in self._makers and self.key not in {row.key for row in own}:
            own.insert(0, SetRow(self.key, f"New {self.key}", 0, "paused", "Nothing is trained yet"))
        yield from own
        taken = {row.set_id for row in own}
        first: dict[int | None, Run] = {}
        for run in runs:
            first.setdefault(run.set_id, run)
        counts = Counter(run.set_id for run in runs)
        for each in reversed(sets.values()):
            if each.id not in taken:
                yield _kept_row(each, first.get(each.id), counts[each.id])
        yield SetRow(_STAR, "With a star", sum(run.starred for run in runs), "star")

    def _kept(self, key: str) -> RunSet | None:
        row = self._made[key].set_row if key in self._made else None
        number = row.set_id if row is not None else int(key) if key.isdigit() else 0
        return self._library.sets.get(number)

    def _title(self, key: str) -> str:
        kept = self._kept(key)
        names = {_ALL: "All runs", _STAR: "With a star"}
        return kept.name if kept is not None else names.get(key, f"New {key}")

    def _filter(self, key: str) -> Callable[[Run], bool] | None:
        kept = self._kept(key)
        if kept is not None:
            return lambda run: run.set_id == kept.id
        if key in self._makers:
            return lambda run: False
        return (lambda run: run.starred) if key == _STAR else None

    def _row(self, key: str) -> SetRow | None:
        return next((row for row in self.page.sets.rows if row.key == key), None)

    def _rename(self, key: str) -> None:
        row = self._row(key)
        if row is None:
            return
        name, good = QInputDialog.getText(self._window, "Rename", "The name of the set:", text=row.title)
        name = " ".join(name.split())
        if not good or not name:
            return
        if key in self._made:
            self._made[key].rename_set(name)
        if row.set_id:
            self._library.write(lambda store: store.change_set(row.set_id, name=name))
        self._show()

    def _delete(self, key: str) -> None:
        """Delete a set and its runs but those with a star; the message that says so brings them back."""
        row = self._row(key)
        if row is None:
            return
        if key in self._made and not self._made[key].forget_set():
            self.message_requested.emit("Cancel the sweep before it is deleted")
            return
        self.show_set(_ALL)
        number = row.set_id
        if not number:
            return
        self._library.write(lambda store: store.change_set(number, deleted=True))
        runs = [run for run in self._library.rows.values() if run.set_id == number]
        stars = sum(run.starred for run in runs)
        kept = f"; {count_text(stars, 'run')} with a star stay" if stars else ""
        toast = Toast(
            f"{row.title} is deleted with {count_text(len(runs) - stars, 'run')}{kept}",
            self._window,
            action="Undo",
            duration_ms=10_000,
            reduced_motion=self._preferences.reduced_motion,
        )
        undo = partial(self._library.write, lambda store: store.change_set(number, deleted=False))
        toast.action_requested.connect(undo)


def _kept_row(each: RunSet, first: Run | None, count: int) -> SetRow:
    data = "" if first is None else first.data_label
    if each.is_held:
        line = "Trains in another window or program"
    elif each.state in ("paused", "training"):
        line = f"{count:,} of {each.total:,} done"
    elif each.gone:
        line = f"{each.gone:,} of {each.total:,} made room"
    else:
        line = data if first is None else f"{data}, {first.epochs:,.0f} epochs"
    mark: Mark = "live" if each.is_held else _MARKS.get(each.state, "paused")
    return SetRow(str(each.id), each.name, each.total, mark, line, tip=each.sentence, set_id=each.id)
