"""The page of kept runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QImage, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QStackedWidget, QWidget

from core.runs.packing import Curves
from core.runs.run import Run
from core.runs.run_columns import RUNS
from core.runs.run_set import RunSet
from playground.plugin import CutLabel, ThemeSource, hairline, hbox, icon, push_button, set_up, vbox
from playground.plugins.runs.live_run import LiveRun, LiveSet
from playground.plugins.runs.views.details import MAX_PX, MIN_PX, RunDetails
from playground.plugins.runs.views.heads import RaceHead
from playground.plugins.runs.views.kinds.table import TableView
from playground.plugins.runs.views.row_painter import picture_of
from playground.plugins.runs.views.run_model import COLUMNS
from playground.plugins.runs.views.sets import WAY_TITLES
from playground.plugins.runs.views.shown import VIEWS, RunView, Shown
from playground.views.widgets import ChoiceCombo, Segments

_ALL = ""
_DETAILS_SHARE = 0.25
_KEPT_PICTURES = 1_000
"""28 KB each: of ten thousand runs that were scrolled through, all would take 280 MB."""
_GREEDY = 1000
_SEARCH, _SEARCH_FRAME_PX = "Name, note or setting", 26
_EMPTY = (
    "No runs yet. Train a network on the page Build: every run outside a lesson is kept here after an epoch."
)
_ALWAYS = ("check", "starred", "name", "test_score")
_NOTHING_FOUND = "No run has all of these words."


class RunsBoard(QWidget):
    """Shows rows, and emits wishes; whoever owns the runs carries them out."""

    requested = Signal(str, list)
    """The name of one of `ACTIONS`, and the runs."""
    wanted = Signal(str, list)
    """See `RunView`."""
    message_requested = Signal(str)
    lane_wished = Signal(str, int, tuple)
    """See `RunView`."""
    pixels_changed = Signal(int)
    way_chosen = Signal(str)
    """How the set in sight is to be trained on."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs_board")
        self.setProperty("role", "panel")
        self._themes = themes
        self._rows: dict[int, Run] = {}
        self._curves: dict[int, Curves] = {}
        self._live: LiveRun | None = None
        self._data_choices: list[tuple[str, str]] = []
        self.heading = set_up(CutLabel(self), role="heading")
        self.heading.setText("All runs")
        self.count = set_up(QLabel(self), role="muted")
        self.search = set_up(
            QLineEdit(self),
            accessibleName="Search runs",
            toolTip="Only runs that have all of these words in name, note, data or settings (Ctrl+F)",
        )
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(84)
        self.data = ChoiceCombo(
            [(_ALL, "All data")], name="Data", tooltip="Only runs on these data", parent=self
        )
        self.order = ChoiceCombo(
            [("test_score", RUNS.orders["test_score"]), *RUNS.orders.items()],
            name="Order",
            tooltip="The order of the runs; a click on a heading sorts too",
            parent=self,
        )
        self.by_data = push_button("Group", "Put the runs on the same data together", self)
        self.by_data.setCheckable(True)
        self.by_data.setChecked(True)
        self.columns = push_button("Columns", "Choose the columns", self, menu="true")
        self.columns.setMenu(self._columns_menu())
        self.starred = push_button("★", "Only runs with a star", self, accessibleName="Only runs with a star")
        self.starred.setCheckable(True)
        views = [(row.kind, row.title, f"{row.tip} (Alt+{place})") for place, row in enumerate(VIEWS, 1)]
        self.view = Segments(views, name="View", parent=self)
        self.view.setVisible(len(VIEWS) > 1)
        self.fold = push_button("Details", "Show what is known of the chosen runs", self)
        self.fold.setCheckable(True)
        self.train_on = push_button("Train on", "Train the members of this set further", self, menu="true")
        self.train_on.setMenu(QMenu(self))
        self.train_on.menu().triggered.connect(lambda way: self.way_chosen.emit(way.data()))
        self.show_ways([])
        self.filters = QWidget(self)
        self.head: QWidget | None = None
        """What stands in place of the filters above a set that is open in the window."""
        self.set: RunSet | None = None
        self.empty = _EMPTY
        """What is said where there are no runs."""
        self._pictures: dict[int, QImage] = {}
        self.views: dict[str, RunView] = {}
        table = TableView(themes, self)
        self.views["table"], self.table = table, table.table
        self.stack = QStackedWidget(self)
        self.stack.addWidget(table)
        self.details = RunDetails(themes, self)
        self.hint = set_up(QLabel(_EMPTY, self), role="muted", wordWrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self._connect()
        keys = {f"Alt+{place}": row.kind for place, row in enumerate(VIEWS, 1)}
        for key in ("Ctrl+F", *keys):
            action = QAction(self)
            action.setShortcut(key)
            if key in keys:
                action.triggered.connect(self.view.buttons[keys[key]].click)
            else:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                action.triggered.connect(self._find)
            self.addAction(action)
        themes.theme_changed.connect(self._restyle)
        self._restyle()

    @property
    def live(self) -> LiveSet | None:
        """The set that is shown, where it is open in the window."""
        return self._live if isinstance(self._live, LiveSet) else None

    @property
    def selected(self) -> list[int]:
        """The numbers of the selected runs."""
        return list(self.table.run_model.checked)

    def show_set(self, of: RunSet | None, empty: str, head: QWidget | None) -> None:
        """Set what the next runs are of, what is said where there are none ("" for the usual), and the `head`."""
        self.set, self.empty = of, empty or _EMPTY
        if head is not self.head:
            # First, or both together would make a small window wider.
            if self.head is not None:
                self.head.hide()
            # The cards of a race have all that the details say.
            self.fold.setChecked(not isinstance(head, RaceHead))
        self.head = head
        if head is not None:
            self._column.insertWidget(1, head)
            head.show()
        self.filters.setVisible(head is None)

    def show_runs(self, rows: dict[int, Run], live: LiveRun | None = None) -> None:
        """Show these runs, among them those of `live` as they are now; the selection stays."""
        before, self._live, model = self._live, live, self.table.run_model
        changed = [row for run, row in rows.items() if self._rows.get(run) is not row]
        model.training = frozenset() if live is None else live.training
        if live is not None:
            self._curves |= zip(live.rows, live.curves, strict=True)
            if before is not None:
                # Who was selected before it was kept stays so.
                numbers = dict(zip(before.rows, before.numbers, strict=True))
                now = dict(zip(live.numbers, live.rows, strict=True))
                model.checked = [now.get(numbers.get(run, -1), run) for run in model.checked]
            if (
                live.training
                and rows.keys() == self._rows.keys()
                and {run.id for run in changed} <= live.rows.keys()
            ):
                # Sorted at rest: rows that jump cannot be clicked.
                for run in changed:
                    model.update_run(run)
                self._rows = dict(rows)
                self._draw()
                return
        for run in changed:
            if run.id in self._rows and self._rows[run.id].epochs != run.epochs:
                self._pictures.pop(run.id, None)
                if live is None or run.id not in live.rows:
                    self._curves.pop(run.id, None)
        self._rows = dict(rows)
        self._list_data()
        model.set_runs(self._rows)
        self._on_filtered()
        self._on_selected(self.selected)

    def show_ways(self, ways: Sequence[str]) -> None:
        """Set the ways to train the set in sight further."""
        menu = self.train_on.menu()
        if [action.data() for action in menu.actions()] != list(ways):
            menu.clear()
            for way in ways:
                menu.addAction(WAY_TITLES[way]).setData(way)
        self.train_on.setVisible(bool(ways))

    def follow(self, live: LiveSet) -> None:
        """Show what of a live set changes with every frame."""
        view = self.views[self.view.current]
        if view.shown.live is not None:
            view.follow(live)

    def show_curves(self, curves: dict[int, Curves]) -> None:
        """Set curves that were requested."""
        self._curves |= curves
        self._draw()

    def show_pictures(self, pictures: dict[int, bytes]) -> None:
        """Set pictures that were requested."""
        theme = self._themes.theme
        found = {run: picture_of(pixels, theme) if pixels else QImage() for run, pixels in pictures.items()}
        self._pictures = dict([*self._pictures.items(), *found.items()][-_KEPT_PICTURES:])
        self._draw()

    def show_view(self, kind: str) -> None:
        """Look at the runs in a way of `VIEWS`, or as a table."""
        rows = {row.kind: row for row in VIEWS}
        kind = kind if kind in rows else "table"
        self.view.set_current(kind)
        if kind not in self.views:
            view = self.views[kind] = rows[kind].widget(self._themes, self)
            self.stack.addWidget(view)
            view.chosen.connect(lambda run: self.table.select_runs([run]))
            view.selection_changed.connect(self.table.select_runs)
            self._follow(view)
        self.stack.setCurrentWidget(self.views[kind])
        for button in (self.by_data, self.columns):
            button.setVisible(kind == "table")
        self._draw()

    def _draw(self) -> None:
        """Show the runs of the list in the view; the table, which filters them itself, has all."""
        model, view = self.table.run_model, self.views[self.view.current]
        live = self.live
        base = self._live.runs[0].id if self._live is not None and live is None else None
        shown = Shown(
            self.set, tuple(model.matching), tuple(model.checked), base, self._curves, self._pictures,
            model.training, live,
        )  # fmt: skip
        if shown.kind == "race" and self._rows:
            shown = replace(shown, base=min((run.trial.number, run.id) for run in self._rows.values())[1])
        self.details.show_runs(shown)
        if view is self.views["table"]:
            shown = replace(shown, runs=tuple(self._rows.values()))
        for each in self.views.values():
            if each.shown.live is not None and (each is not view or not model.shown):
                each.show_runs(Shown())
        if model.shown:
            view.show_runs(shown)

    def _connect(self) -> None:
        table, details = self.table, self.details
        self.view.chosen.connect(self.show_view)
        self.search.textChanged.connect(lambda text: self._change(words=text))
        self.data.chosen.connect(lambda key: self._change(data_key=key))
        self.order.chosen.connect(lambda order: self._change(order=order, reverse=False))
        self.by_data.toggled.connect(lambda on: self._change(grouped=on))
        self.starred.toggled.connect(lambda on: self._change(starred=on))
        table.order_requested.connect(self._sort_by)
        table.selection_changed.connect(self._on_selected)
        self._follow(self.views["table"])
        details.chosen.connect(self._go_to)
        details.requested.connect(self._request)
        details.wanted.connect(self.wanted)

    def _follow(self, view: RunView) -> None:
        view.opened.connect(lambda run: self.requested.emit("open", [run]))
        view.wished.connect(self._on_wish)
        view.wanted.connect(self.wanted)
        view.menu_requested.connect(self.details.show_menu)
        view.message_requested.connect(self.message_requested)
        view.lane_wished.connect(self.lane_wished)
        view.pixels_changed.connect(self.pixels_changed)

    def _on_wish(self, wish: str, run: int) -> None:
        """Delete all that are selected with the run; else it alone is meant."""
        all_selected = wish == "delete" and run in self.selected
        self._request(wish, self.selected if all_selected else [run])

    def _request(self, name: str, runs: list[int]) -> None:
        if runs:
            if name == "delete":
                # Its button has nothing to delete after that, and would leave the focus to the next one: to Reset.
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self.requested.emit(name, runs)

    def _change(self, **changes: object) -> None:
        model = self.table.run_model
        model.set_view(replace(model.view, **changes))  # type: ignore[arg-type]
        self._on_filtered()

    def _sort_by(self, order: str) -> None:
        view = self.table.run_model.view
        self.order.set_current(order)
        self._change(order=order, reverse=view.order == order and not view.reverse)

    def _on_filtered(self) -> None:
        model = self.table.run_model
        empty = model.shown == 0
        if empty and self.table.hasFocus():
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hint.setText(_NOTHING_FOUND if self._rows else self.empty)
        self.hint.setVisible(empty)
        self.stack.setVisible(not empty)
        self._show_count()
        self.table.horizontalHeader().viewport().update()
        self._draw()

    def _show_count(self) -> None:
        model = self.table.run_model
        shown, total = model.shown, len(self._rows)
        words = [f"{shown:,}" if shown == total else f"{shown:,} of {total:,}"]
        if model.checked:
            words.append(f"{len(model.checked)} selected")
        self.count.setText(", ".join(words))
        self._fit_search()

    def _on_selected(self, _: Sequence[int]) -> None:
        self._show_count()
        self._draw()

    def _go_to(self, run: int) -> None:
        self.table.select_runs([run])
        row = self.table.run_model.place_of(run)
        if row >= 0:
            index = self.table.run_model.index(row, 3)
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index)

    def _list_data(self) -> None:
        found = {row.data_key: f"{row.data_label}, {row.data_text}" for row in self._rows.values()}
        choices = [(_ALL, "All data"), *found.items()]
        if choices != self._data_choices:
            self._data_choices = choices
            key = self.table.run_model.view.data_key
            self.data.set_choices(choices, key if key in found else _ALL)
            if key and key not in found:
                self._change(data_key=_ALL)

    def _find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _columns_menu(self) -> QMenu:
        menu = QMenu(self)
        for column in COLUMNS:
            if column.name not in _ALWAYS:
                action = QAction(column.title, menu, checkable=True, checked=True)
                action.toggled.connect(lambda on, name=column.name: self.table.set_column_shown(name, on))
                menu.addAction(action)
        return menu

    def _lay_out(self) -> None:
        parts = self.count, self.train_on, self.view, self.fold
        title = hbox((self.heading, 1), *parts, margins=(16, 8, 16, 0), spacing=8)
        hbox(
            (self.search, 1),
            self.data,
            self.order,
            self.by_data,
            self.starred,
            self.columns,
            parent=self.filters,
            margins=(16, 8, 16, 6),
            spacing=8,
        )
        self._column = vbox(title, self.filters, (self.stack, 1), (self.hint, 1), margins=0, spacing=0)
        line = hairline(self, vertical=True)
        row = hbox((self._column, 1), line, parent=self, margins=0, spacing=0)
        for part in (line, self.details):
            self.fold.toggled.connect(part.setVisible)
        self.fold.setChecked(True)
        # As wide as it may be: with a fixed width, a window could not be made smaller at once.
        row.addWidget(self.details, _GREEDY)
        for combo, least, most in ((self.data, 60, 140), (self.order, 64, 160)):
            combo.setMinimumWidth(least)
            combo.setMaximumWidth(most)
        self.by_data.setIconSize(QSize(16, 16))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.details.setMaximumWidth(min(MAX_PX, max(MIN_PX, round(_DETAILS_SHARE * self.width()))))
        self._fit_search()

    def _fit_search(self) -> None:
        """Say where words are searched, if there is room for it."""
        if (layout := self.layout()) is not None:
            layout.activate()
        room = self.search.width() - _SEARCH_FRAME_PX
        fits = self.search.fontMetrics().horizontalAdvance(_SEARCH) <= room
        self.search.setPlaceholderText(_SEARCH if fits else "Search")

    def _restyle(self) -> None:
        self._pictures.clear()
        self.by_data.setIcon(icon("group", self._themes.theme, "accent"))
