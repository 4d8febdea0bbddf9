"""Where the good ones are: a sweep over its settings, other runs over what they cost."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QSplitter, QStackedWidget, QWidget

from core.io.budget import OnProgress
from core.io.number_text import held_text
from core.runs.run import Run
from core.runs.run_columns import held_of, run_score
from core.sweep.importance import Importances, setting_importances
from core.sweep.results_table import point_summaries
from core.sweep.sweep import Sweep
from playground.plugin import BackgroundJob, ChoiceCombo, ScrollArea, Segments, ThemeSource, push_button
from playground.plugins.runs.sweep.grid_model import best_of, grid_axes, grid_of
from playground.plugins.runs.sweep.importance_view import ImportanceView
from playground.plugins.runs.sweep.parallel_model import parallel_model
from playground.plugins.runs.sweep.parallel_plot import ParallelPlot
from playground.plugins.runs.sweep.trial_grid import TrialGrid
from playground.plugins.runs.views.scatter import RunScatter
from playground.plugins.runs.views.shown import VIEWS, RunView, Shown, ViewRow
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox

_IMPORTANCE_SECONDS: Final = 3.0
_HINT: Final = "A picture of every combination appears here"


class SweepMap(QWidget):
    """The combinations of a sweep as a grid, its trials as lines, and how much each setting matters."""

    def __init__(self, themes: ThemeSource, view: RunView) -> None:
        super().__init__(view.content)
        self._view = view
        self.sweep: Sweep | None = None
        self.runs: dict[int, Run] = {}
        """The trials, by their numbers."""
        self.columns, self.rows = (
            ChoiceCombo(name=name, tooltip=f"Which setting varies from {way}", parent=self)
            for name, way in (("Columns", "left to right"), ("Rows", "top to bottom"))
        )
        self.swap = push_button("⇄", "Swap columns and rows", self, clicked=self._swap)
        self.swap.setAccessibleName("Swap columns and rows")
        self._choosers = [QLabel("Columns", self), self.columns, self.swap, QLabel("Rows", self), self.rows]
        self._axes = 0, 1
        self.mode = Segments(
            [
                ("boundaries", "Pictures", "What each combination has learned"),
                ("numbers", "Numbers", "The score of each combination, as a color"),
            ],
            name="Cells",
            parent=self,
        )
        self.grid = TrialGrid(themes, _HINT, self)
        self.lines = ParallelPlot(themes, self)
        self.importance = ImportanceView(themes, self)
        self.inside = set_up(QLabel(self), role="muted")
        self.clear = push_button(
            "Show all", "Remove the brushes of all axes", self, clicked=self.lines.clear_brushes
        )
        self._job = BackgroundJob("importance of settings", self, daemon=True)
        self._job.finished.connect(self._show_importances)
        self._of: tuple[Sweep, int] | None = None
        self._importance_at = -_IMPORTANCE_SECONDS
        self._lay_out()
        self.grid.selected.connect(lambda point, more: view.pick(self._best_at(point).id, more))
        self.grid.opened.connect(lambda point: view.opened.emit(self._best_at(point).id))
        self.lines.selected.connect(lambda number, more: view.pick(self.runs[number].id, more))
        self.lines.opened.connect(lambda number: view.opened.emit(self.runs[number].id))
        self.lines.brushed.connect(self._draw_grid)
        self.mode.chosen.connect(
            lambda mode: self.grid.show_mode("numbers" if mode == "numbers" else "boundaries")
        )
        for combo, other in ((self.columns, self.rows), (self.rows, self.columns)):
            combo.chosen.connect(partial(self._on_axis, combo, other))

    def show_trials(self, sweep: Sweep, runs: list[Run]) -> None:
        """Show a sweep, and those of its trials that are finished."""
        if sweep is not self.sweep:
            choices = [(str(place), title) for place, title in enumerate(grid_axes(sweep))]
            for place, combo in enumerate((self.columns, self.rows)):
                combo.set_choices(choices, str(place) if choices else None)
            self._axes = 0, 1
            for widget in self._choosers:
                widget.setVisible(bool(choices))
            self.importance.show_importances(Importances(why_not="Not known yet"), {})
        self.sweep, self.runs = sweep, {run.trial.number: run for run in runs}
        self.lines.show_model(parallel_model(sweep, runs))
        selected = self._view.shown.selected[:1]
        self.lines.choose(next((number for number, run in self.runs.items() if run.id in selected), None))
        self._draw_grid()
        self._find_importances()

    def _draw_grid(self) -> None:
        sweep, inside = self.sweep, self.lines.inside
        if sweep is None:
            return
        points = None if inside is None else {self.runs[number].trial.point for number in inside}
        self.grid.show_model(grid_of(sweep, self.runs.values(), self._picture, points, self._axes))
        first = next((run for run in self.runs.values() if run.id in self._view.shown.selected[:1]), None)
        self.grid.choose_point(None if first is None else first.trial.point)
        self.clear.setVisible(inside is not None)
        told = (
            "Drag on an axis to filter" if inside is None else f"{len(inside):,} of {len(self.runs):,} inside"
        )
        self.inside.setText(told)
        best = (best_of(sweep, point.results) for point in point_summaries(sweep, self.runs.values()))
        self._view.want("pictures", (run.id for run in best))

    def _picture(self, run: Run) -> QPixmap | None:
        image = self._view.shown.pictures.get(run.id)
        return None if image is None or image.isNull() else QPixmap.fromImage(image)

    def _best_at(self, point: int) -> Run:
        """The best seed of a combination that has one."""
        assert self.sweep is not None
        return best_of(self.sweep, (run for run in self.runs.values() if run.trial.point == point))

    def _swap(self) -> None:
        self._axes = self._axes[1], self._axes[0]
        for combo, axis in zip((self.columns, self.rows), self._axes, strict=True):
            combo.set_current(str(axis))
        self._draw_grid()

    def _on_axis(self, combo: ChoiceCombo, other: ChoiceCombo, key: str) -> None:
        """The setting that the other one has changes places with the one that was here."""
        if other.current == key:
            other.set_current(str(self._axes[combo is self.rows]))
        self._axes = int(self.columns.current), int(self.rows.current)
        self._draw_grid()

    def _find_importances(self) -> None:
        """Compute importances on a thread, at most every few seconds, if there are other results."""
        sweep, runs = self.sweep, list(self.runs.values())
        if sweep is None or self._job.busy or self._of == (sweep, len(runs)):
            return
        wait = self._importance_at + _IMPORTANCE_SECONDS - perf_counter()
        if wait > 0:
            QTimer.singleShot(round(1000 * wait), self, self._find_importances)
            return
        self._of, self._importance_at = (sweep, len(runs)), perf_counter()

        def work(report: OnProgress) -> tuple[Sweep, Importances]:
            return sweep, setting_importances(sweep, runs)

        self._job.start(work)

    def _show_importances(self, found: tuple[Sweep, Importances]) -> None:
        sweep, importances = found
        if sweep is self.sweep:
            paths = [axis.path for axis in sweep.axes]
            self.importance.show_importances(importances, dict(zip(paths, sweep.short_titles, strict=True)))
        self._find_importances()

    def _lay_out(self) -> None:
        upper, lower, beside = QWidget(self), QWidget(self), QWidget(self)
        head = hbox(*self._choosers, STRETCH, self.mode, spacing=8)
        vbox(
            head,
            (ScrollArea(upper, self.grid, sideways=True), 1),
            parent=upper,
            margins=(16, 8, 16, 8),
            spacing=6,
        )
        title = set_up(QLabel("Importance", beside), role="title")
        vbox(
            title, (ScrollArea(beside, self.importance), 1), parent=beside, margins=(12, 8, 16, 8), spacing=6
        )
        title = set_up(QLabel("Every trial as a line", lower), role="title")
        row = hbox(title, STRETCH, self.inside, self.clear, spacing=8)
        vbox(row, (self.lines, 1), parent=lower, margins=(16, 8, 16, 6), spacing=4)
        above, whole = QSplitter(Qt.Orientation.Horizontal, self), QSplitter(Qt.Orientation.Vertical, self)
        for splitter, parts in ((above, ((upper, 5), (beside, 2))), (whole, ((above, 5), (lower, 3)))):
            splitter.setChildrenCollapsible(False)
            for place, (part, stretch) in enumerate(parts):
                splitter.addWidget(part)
                splitter.setStretchFactor(place, stretch)
        vbox((whole, 1), parent=self, margins=0)


class MapView(RunView):
    """The trials of a sweep as `SweepMap`, others in a plot of their scores against a cost."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.sweep_map = SweepMap(themes, self)
        self.cost = Segments(
            [
                ("parameters", "Parameters", "How large the network is"),
                ("seconds", "Seconds", "How long it trained"),
            ],
            name="Cost",
            parent=self.content,
        )
        self.scatter = RunScatter(themes, self.content)
        self.title = set_up(QLabel(self.content), role="title")
        self.told = set_up(QLabel(self.content), role="muted")
        self.stack = QStackedWidget(self.content)
        costs = QWidget(self.content)
        head = hbox(self.title, self.cost, STRETCH, spacing=8)
        vbox(head, (self.scatter, 1), self.told, parent=costs, margins=(16, 8, 16, 8), spacing=6)
        self.stack.addWidget(costs)
        self.stack.addWidget(self.sweep_map)
        vbox(self.stack, parent=self.content, margins=0)
        self._plan: tuple[str, Sweep | None] = "", None
        self.cost.chosen.connect(lambda _: self.show_runs(self.shown))
        self.scatter.selected.connect(self.pick)
        self.scatter.opened.connect(self.opened)

    def why_not(self, shown: Shown) -> str:
        if self.sweep_of(shown) is not None:
            # Its combinations are known before one of them is trained.
            return ""
        if sentence := super().why_not(shown):
            return sentence
        runs, _ = shown.of_one_data()
        return "" if any(run.final_score == run.final_score for run in runs) else "No run has a score yet"

    def sweep_of(self, shown: Shown) -> Sweep | None:
        """The sweep of a set that is one; None of others, and of one whose plan is damaged."""
        if shown.set is None or shown.set.kind != "sweep":
            return None
        if self._plan[0] != shown.set.plan_json:
            try:
                found = Sweep.from_json(shown.set.plan["sweep"])
            except (ValueError, TypeError, KeyError):
                found = None
            self._plan = shown.set.plan_json, found
        return self._plan[1]

    def draw(self, shown: Shown) -> None:
        sweep = self.sweep_of(shown)
        self.stack.setCurrentIndex(int(sweep is not None))
        self.setFocusProxy(self.scatter if sweep is None else self.sweep_map.grid)
        if sweep is not None:
            of_axes = [run for run in shown.runs if len(run.trial.settings) == len(sweep.axes)]
            self.sweep_map.show_trials(sweep, of_axes)
            return
        runs, others = shown.of_one_data()
        self.scatter.show_runs(runs, self.cost.current, self.colors)
        self.title.setText(held_text(f"Test {run_score(runs[0]).name} against", held_of(runs)))
        self.told.setText(others and f"{others}.")
        self.told.setVisible(bool(others))


VIEWS.register(ViewRow("map", "Map", "Scores over settings, or over what they cost", 40, MapView))
