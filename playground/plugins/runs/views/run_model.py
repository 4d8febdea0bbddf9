"""The rows of the table of runs: groups and runs, filtered and sorted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from core.io.number_text import HeldName, count_text, held_text
from core.runs.columns import Column, Columns
from core.runs.run import Run
from core.runs.run_columns import RUNS, held_of, sorted_runs
from core.runs.run_index import Group, Places, RunIndex
from core.runs.run_settings import Chip, changes
from playground.plugin import LEFT, RIGHT, Index
from playground.plugins.runs.live_run import LIVE_ID

COLUMNS: Final = Columns[Run](
    # What these say is in the table: what is selected, and how a run differs from the one above.
    Column("check", "Selected", lambda _: None, tip="Select to compare", width_px=36),
    RUNS["starred"],
    Column("picture", "Picture", lambda _: None, tip="Boundary or confusion", width_px=52),
    RUNS["name"],
    Column("differs", "Differs from above", lambda _: None, tip="What must be changed in the run above"),
    *RUNS.chosen(
        "epochs", "seconds", "parameters", "train_loss", "test_loss", "train_score", "test_score"
    ),
)  # fmt: skip
NAMES: Final = [column.name for column in COLUMNS]
_WITHOUT_HEADING: Final = ("check", "starred", "picture")


@dataclass(frozen=True)
class Filter:
    """Filter and order of the runs."""

    words: str = ""
    data_key: str = ""
    starred: bool = False
    order: str = "test_score"
    reverse: bool = False
    grouped: bool = True


class RunModel(QAbstractTableModel):
    """One row for each group and run that is shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Group | Run] = []
        self.group_rows: list[int] = []
        """The rows of `entries` that are groups."""
        self.view = Filter()
        self.shown = 0
        """The number of runs that pass the filter."""
        self.set_names: Mapping[int, str] = {}
        """The sets whose runs are folded into one row."""
        self._turned: set[str] = set()
        """The groups that are folded, and the sets that are not."""
        self.checked: list[int] = []
        """The selected runs, in the order of their selection."""
        self.training: frozenset[int] = frozenset()
        """The runs that train now."""
        self._places: Places = np.empty(0, np.intp)
        self._held: HeldName = "test"
        self.rows: dict[int, Run] = {}
        """All runs by their numbers, shown or not."""
        self._index: RunIndex | None = None
        self._sorted_by: tuple[str, bool] | None = None
        self._changes: dict[int, tuple[Chip, ...] | None] = {}

    def set_runs(self, rows: dict[int, Run]) -> None:
        """Show these runs; those that are gone are no longer selected."""
        self.rows, self._index = rows, None
        self.checked = [run for run in self.checked if run in rows]
        self._fill()

    def update_run(self, run: Run) -> None:
        """Change the values of a run, which keeps its place."""
        self.rows[run.id] = run
        if self._index is not None:
            self._index.replace(run)
        if (row := self.place_of(run.id)) >= 0:
            self.entries[row] = run
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(NAMES) - 1))
        for row in self.group_rows:
            group = self.entries[row]
            if isinstance(group, Group) and any(each.id == run.id for each in group.runs):
                runs = tuple(run if each.id == run.id else each for each in group.runs)
                self.entries[row] = replace(group, runs=runs)

    def set_view(self, view: Filter) -> None:
        """Filter and sort anew."""
        self.view = view
        self._fill()

    def toggle_group(self, key: str) -> None:
        """Fold or unfold a group."""
        self._turned ^= {key}
        self._fill()

    def is_open(self, group: Group) -> bool:
        """Whether the runs of a group are shown."""
        return (group.key in self._turned) == group.is_set

    @property
    def matching(self) -> list[Run]:
        """The runs that pass the filter, in order."""
        return self._sorted_index().runs(self._places)

    def place_of(self, number: int) -> int:
        """The row of a run; -1 if it is not shown."""
        shown = (
            place for place, entry in enumerate(self.entries) if isinstance(entry, Run) and entry.id == number
        )
        return next(shown, -1)

    def differs(self, row: int) -> tuple[Chip, ...] | None:
        """Differences from the run above; None without one, and where one of the two is no network."""
        if row not in self._changes:
            entry, above = self.entries[row], self.entries[row - 1] if row else None
            assert isinstance(entry, Run)
            self._changes[row] = None
            if isinstance(above, Run) and not (above.settings.is_baseline or entry.settings.is_baseline):
                self._changes[row] = changes(above.settings, entry.settings)
        return self._changes[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(NAMES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        column = COLUMNS[NAMES[section]]
        if role == Qt.ItemDataRole.ToolTipRole:
            return held_text(column.tip, self._held) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.width_px else LEFT
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        heading = "" if column.name in _WITHOUT_HEADING else held_text(column.heading, self._held)
        if column.name != self.view.order:
            return heading
        falls = (column.best == "high") != self.view.reverse
        return f"{heading} {'↓' if falls else '↑'}"

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry, column = self.entries[index.row()], NAMES[index.column()]
        if isinstance(entry, Group):
            text = f"{entry.label}, {entry.text}, {count_text(len(entry.runs), 'run')}"
            return text if role in _TEXTS and column == "name" else None
        if role in _TEXTS:
            return self.text(index.row(), column)
        if role == Qt.ItemDataRole.CheckStateRole and column == "check":
            return Qt.CheckState.Checked if entry.id in self.checked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole and column == "differs":
            return ", ".join(change.text for change in self.differs(index.row()) or ()) or None
        if role == Qt.ItemDataRole.ToolTipRole and column == "name":
            return f"{entry.name}\n{entry.note}".strip()
        # A cell may be too narrow for its text.
        return self.text(index.row(), column) or None if role == Qt.ItemDataRole.ToolTipRole else None

    def text(self, row: int, column: str) -> str:
        """Text of a cell of a run, by the name of its column."""
        run = self.entries[row]
        assert isinstance(run, Run)
        if column == "differs":
            found = self.differs(row)
            return ", ".join(run.settings.summary if found is None else (change.text for change in found))
        if column == "check":
            return "selected" if run.id in self.checked else ""
        return "" if column == "picture" else COLUMNS[column].shown(run)

    def _fill(self) -> None:
        view, index = self.view, self._sorted_index()
        places = index.matching(view.words, data_key=view.data_key, starred=view.starred)
        self.beginResetModel()
        self.shown, self._places = len(places), places
        self._changes = {}
        self._held = held_of(index.runs(places))
        self.entries, self.group_rows = [], []
        if view.grouped:
            self._add_groups(index.groups(places))
        else:
            self._add_runs(index.runs(places))
        self.endResetModel()

    def _add_groups(self, groups: Sequence[Group]) -> None:
        for group in groups:
            if self._begins(group):
                self._add_runs(group.runs)

    def _add_runs(self, runs: Sequence[Run]) -> None:
        """Add runs, with those of a set together in the place of its first, unless words are searched."""
        members: dict[int, list[Run]] = {}
        for run in runs:
            if run.set_id in self.set_names and not self.view.words:
                members.setdefault(run.set_id, []).append(run)  # type: ignore[arg-type]
        for run in runs:
            own = members.get(run.set_id or 0)
            if own is None:
                self.entries.append(run)
            elif run is own[0]:
                key = f"{run.data_key} {run.set_id}"
                group = Group(key, self.set_names[run.set_id or 0], "", tuple(own), is_set=True)
                if self._begins(group):
                    self.entries += own

    def _begins(self, group: Group) -> bool:
        """Add the heading of a group. Returns whether its runs are shown."""
        self.group_rows.append(len(self.entries))
        self.entries.append(group)
        return self.is_open(group)

    def _sorted_index(self) -> RunIndex:
        """The runs in the order of the view, sorted once and not with every letter that is typed."""
        view = self.view
        if self._index is None or self._sorted_by != (view.order, view.reverse):
            self._sorted_by = view.order, view.reverse
            runs = sorted_runs(self.rows.values(), view.order, reverse=view.reverse)
            # A run that is not kept yet would wander through the table while it trains.
            runs.sort(key=lambda run: run.id != LIVE_ID)
            self._index = RunIndex(runs)
        return self._index


_TEXTS = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
