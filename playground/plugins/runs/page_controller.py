"""The page of runs: which set is in sight, what of it trains, and names and deletion of sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import QTimer

from core.io.number_text import count_text
from core.runs.run import Run
from core.runs.run_set import RunSet
from playground.plugin import Page, WindowContext
from playground.plugins.runs.board_controller import RunController
from playground.plugins.runs.duplicates import DuplicateMenu
from playground.plugins.runs.library import RunLibrary
from playground.plugins.runs.set_page import SetPage
from playground.plugins.runs.views.page import RunsPage
from playground.plugins.runs.views.sets import GO_ON, PAUSE, WAYS, Mark, SetRow

if TYPE_CHECKING:
    from playground.plugins.runs.race_controller import RaceController
    from playground.plugins.runs.seeds_controller import SeedsController

_TICK_MS: Final = 250
_MAX_LANE_SETS: Final = 4
"""Races and sets of seeds that train at once."""
_ALL, _STAR = "all", "star"
_NEW: Final = {"race": "New race", "seeds": "New seeds", "sweep": "New sweep"}
_FIRST: Final = {"race": "pictures", "seeds": "spread", "sweep": "map"}
"""The view in which a set is seen first; others as a table."""
_EMPTY: Final = {
    _ALL: "",
    _STAR: "No run has a star yet.",
    "race": "The lanes of the race appear here.",
    "seeds": "What most seeds say appears here, and where luck decides: run them.",
    "sweep": "A picture of every combination appears here, once the sweep runs.",
}
_GONE: Final = "This set has no runs, or none yet."
_MARKS: Final[Mapping[str, Mark]] = {"done": "done", "failed": "failed"}


class RunsPageController(Page):
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
        self.page = RunsPage(context.themes, board.board, context.window)
        self.duplicates = DuplicateMenu(context.document, self.page)
        self._made: dict[str, SetPage] = {}
        self.key, self._front, self._is_front = _ALL, self._added(board), False
        self._ticks = QTimer(self, interval=_TICK_MS)
        self._ticks.timeout.connect(self._tick)
        self._views: dict[str, str] = {}
        """How sets were looked at last."""
        board.board.view.chosen.connect(self._on_view)
        board.board.lane_wished.connect(lambda *wish: cast("RaceController", self._front).act(*wish))
        board.board.pixels_changed.connect(self._draw_at)
        library.changed.connect(self._show)
        self.status_changed.connect(self._show)
        page, sets = self.page, self.page.sets
        page.race.setMenu(self.duplicates)
        page.many_requested.connect(partial(self.show_set, form=True))
        sets.picked.connect(self.show_set)
        sets.settings_requested.connect(partial(self.show_set, form=True))
        sets.rename_requested.connect(self._rename)
        sets.delete_requested.connect(self._delete)
        sets.train_requested.connect(self.train_on)
        board.board.way_chosen.connect(lambda way: self.train_on(self.key, way))

    @property
    def front(self) -> Page:
        return self._front

    @property
    def parts(self) -> Sequence[Page]:
        return (self, self.board, *self._made.values())

    def part(self, kind: str, key: str = "") -> SetPage:
        """What makes sets of a kind: "race", "seeds" or "sweep"; another one by another `key`."""
        key = key or kind
        if key not in self._made:
            page = self._made[key] = self._makers[kind]()
            page.key = key
            self._added(page)
        return self._made[key]

    def _free(self, kind: str) -> SetPage:
        """What makes sets of a kind and trains none now: of lanes, some sets train at once."""
        own = [page for page in self._made.values() if page.kind == kind]
        busy = [page for page in self._made.values() if page.kind != "sweep" and page.state == "running"]
        free = [page for page in own if page.state != "running"]
        if not own or free or kind == "sweep" or len(busy) >= _MAX_LANE_SETS:
            return free[0] if free else self.part(kind)
        return self.part(kind, f"{kind} {len(own) + 1}")

    def newest(self, kind: str) -> str:
        """The key of the newest race or seeds that are kept, unless some are open in the window, or of what makes one.

        A sweep that was left is open at once.
        """
        is_open = kind in self._made and self._made[kind].set_row is not None
        kept = [str(each.id) for each in self._library.sets.values() if each.kind == kind != "sweep"]
        return kind if is_open or not kept else kept[-1]

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
        if key in self._makers:
            self.part(key)
        if not (key in self._made or key in (_ALL, _STAR) or self._kept(key) is not None):
            return
        self.key, part = key, self._made.get(key)
        page = part or self.board
        self._show_board()
        if page is not self._front:
            in_list = self.page.sets.hasFocus()
            self._leave()
            self._front = page
            if self._is_front:
                self._enter()
            if in_list:
                # Where the arrows go on.
                self.page.sets.setFocus()
            self.front_changed.emit()
        if form and part is not None and part.form is not None:
            self.page.show_form(part.form)
            part.form.take_focus()
        elif self.page.has_form:
            self.page.show_sets()
        self._show()

    def _draw_at(self, pixels: int) -> None:
        if isinstance(self._front, SetPage) and self._front.kind == "seeds":
            cast("SeedsController", self._front).group.draw_at(pixels)

    def _enter(self) -> None:
        for page in dict.fromkeys((self.board, self._front)):
            page.enter()

    def _leave(self) -> None:
        for page in dict.fromkeys((self.board, self._front)):
            page.leave()

    def _on_moved(self) -> None:
        if self.sender() is self._front:
            self.board.follow(seen=self._is_front)

    def _show_board(self) -> None:
        """Show the runs of the set in sight."""
        key, kept = self.key, self._kept(self.key)
        usual = (kept and kept.view) or _FIRST.get(kept.kind if kept else key, "table")
        empty = _EMPTY.get(key, _GONE) if kept is None else _GONE
        self.board.show_only(self._filter(key), kept, self._views.get(key, usual), empty, self._made.get(key))

    def _on_view(self, view: str) -> None:
        self._views[self.key] = view
        if (kept := self._kept(self.key)) is not None:
            self._library.request(lambda store: store.change_set(kept.id, view=view))

    def _added(self, page: Page) -> Page:
        page.message_requested.connect(self.message_requested)
        page.build_requested.connect(self.build_requested)
        page.status_changed.connect(self.status_changed)
        page.moved.connect(self.moved)
        page.moved.connect(self._on_moved)
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
        if (kept and kept.id) != (shown and shown.id):
            self._show_board()
        self.page.sets.show_sets(rows, self.key)
        self.board.board.heading.setText(self._title(self.key))
        ways = next(row.ways for row in rows if row.key == self.key)
        # The bar and the head have Pause.
        self.board.board.show_ways([way for way in ways if way != PAUSE])
        self.page.of.setText(self._document.experiment.name)

    def _rows(self) -> Iterator[SetRow]:
        runs, sets = self._library.rows.values(), self._library.sets
        yield SetRow(_ALL, "All runs", len(runs), "all")
        own = [row for page in self._made.values() if (row := page.set_row) is not None]
        if self.key in self._makers and self.key not in {row.key for row in own}:
            own.insert(0, SetRow(self.key, _NEW[self.key], 0, "paused", "Nothing is trained yet"))
        yield from own
        taken = {row.set_id for row in own}
        first: dict[int | None, Run] = {}
        for run in runs:
            behind = first.setdefault(run.set_id, run)
            if run.epochs < behind.epochs:
                first[run.set_id] = run
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
        if kept is not None:
            return kept.name
        row = self._made[key].set_row if key in self._made else None
        names = {_ALL: "All runs", _STAR: "With a star", **_NEW}
        return row.title if row is not None else names[self._made[key].kind if key in self._made else key]

    def _filter(self, key: str) -> Callable[[Run], bool] | None:
        kept = self._kept(key)
        if kept is not None:
            return lambda run: run.set_id == kept.id
        if key in self._made:
            return lambda run: False
        return (lambda run: run.starred) if key == _STAR else None

    def _row(self, key: str) -> SetRow | None:
        return next((row for row in self.page.sets.rows if row.key == key), None)

    def train_on(self, key: str, way: str) -> None:
        """Train a set further, in one of the `ways` of its row."""
        row = self._row(key)
        if row is None or way not in row.ways:
            return
        if key in self._made and way in (PAUSE, GO_ON):
            self._made[key].toggle_set()
            return
        part, more = self._free(row.kind), WAYS.get(way, ())

        def go_on(found: list[RunSet]) -> None:
            for kept in found:
                part.go_on(kept, partial(self.show_set, part.key), *more)

        # One that was begun just now is not yet among those that were read.
        self._library.request(lambda store: [each for each in store.sets() if each.id == row.set_id], go_on)

    def _rename(self, key: str) -> None:
        row = self._row(key)
        if row is None:
            return
        name = " ".join((self._ask_text("Rename", "The name of the set:", row.title) or "").split())
        if not name:
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
        self._offer_undo(
            f"{row.title} is deleted with {count_text(len(runs) - stars, 'run')}{kept}",
            lambda: self._library.write(lambda store: store.change_set(number, deleted=False)),
        )


def _kept_row(each: RunSet, first: Run | None, count: int) -> SetRow:
    data = "" if first is None else first.data_label
    if each.is_held:
        line = "Trains in another window or program"
    elif each.state in ("paused", "training"):
        line = f"{count:,} of {each.total:,} done"
        if each.kind != "sweep" and first is not None:
            line = f"epoch {first.place_text}, {data}"
    elif each.gone:
        line = f"{each.gone:,} of {each.total:,} made room"
    else:
        line = data if first is None else f"{data}, {first.epochs:,.0f} epochs"
    mark: Mark = "live" if each.is_held else _MARKS.get(each.state, "paused")
    return SetRow(
        str(each.id), each.name, each.total, mark, line, tip=each.sentence, set_id=each.id, kind=each.kind
    )
