"""Runs as rows of a table."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from playground.plugin import ThemeSource, vbox
from playground.plugins.runs.views.run_table import RunTable
from playground.plugins.runs.views.shown import VIEWS, RunView, Shown, ViewRow


class TableView(RunView):
    """Sorts and groups by the filter of `table.run_model`, which whoever owns the list sets."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.table = table = RunTable(themes, self.content)
        vbox(table, parent=self.content, margins=0)
        self.setFocusProxy(table)
        table.selection_changed.connect(self.select)
        table.open_requested.connect(self.opened)
        table.star_requested.connect(lambda run, _: self.wished.emit("star", run))
        table.rename_requested.connect(partial(self.wished.emit, "rename"))
        table.delete_requested.connect(self._delete)
        table.menu_requested.connect(self.menu_requested)
        table.too_many.connect(self.message_requested)
        table.pictures_requested.connect(partial(self.want, "pictures"))

    def draw(self, shown: Shown) -> None:
        self.table.run_model.training = shown.training
        self.table.show_runs(shown.runs, shown.selected, shown.pictures)

    def _delete(self) -> None:
        for run in self.shown.selected[:1]:
            self.wished.emit("delete", run)


VIEWS.register(ViewRow("table", "Table", "Every run as a row", 10, TableView))
