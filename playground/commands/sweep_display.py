"""Results on the page of sweeps: pictures, tables, lines, and one trial."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QPixmap

from core.io.number_text import count_text
from core.runs.trial import Key, TrialResult
from core.spec import SettingError
from core.sweep.importance import Importances, setting_importances
from core.sweep.results_table import latest_results, point_summaries
from core.sweep.sweep import Sweep
from playground.commands.trial_pictures import TrialPictures
from playground.model.background_job import BackgroundJob, Report
from playground.training.follower import SweepTraining
from playground.views.sweep import SweepPage
from playground.views.sweep.grid_model import (
    GridChoice,
    GridModel,
    best_of,
    grid_axes,
    grid_of,
)
from playground.views.sweep.parallel_model import parallel_model
from playground.views.theme.theme import ThemeSource

_REFRESH_MS: Final = 60
"""Results that come closer together are drawn at once."""
_REST: Final = 8
"""Drawing takes at most about this share of the time: one in so many."""
_FRAME_SECONDS: Final = 1 / 60
_SLOW_REFRESH_MS: Final = 2000
"""Drawings longer than a frame are so seldom that 99 of 100 frames are in time."""
_IMPORTANCE_SECONDS: Final = 3.0


def classifies(sweep: Sweep, result: TrialResult | None = None) -> bool:
    """Whether a trial, or the sweep's experiment, is a classification."""
    experiment = sweep.experiment
    if result is not None:
        with suppress(SettingError):
            experiment = result.trial.experiment(experiment)
    return experiment.task.classifies


class SweepDisplay(QObject):
    """Draws while the page is visible; what comes meanwhile is drawn when it is shown again."""

    def __init__(self, page: SweepPage, themes: ThemeSource, session: SweepTraining, parent: QObject) -> None:
        super().__init__(parent)
        self._page, self._session = page, session
        self.sweep: Sweep | None = None
        self._results: dict[Key, TrialResult] = {}
        self._latest: list[TrialResult] | None = None
        """The last rung of every trial, the best first; None before it is asked for."""
        self._pictures = TrialPictures(themes, session.project, self)
        self._shown: int | None = None
        """The number of the trial that the user has chosen; None shows the best one."""
        self._in_panel: TrialResult | None = None
        self._in_cells: list[TrialResult] = []
        self._running: tuple[int, ...] = ()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.refresh)
        self._job = BackgroundJob("importance of settings", self, daemon=True)
        self._job.finished.connect(self._show_importances)
        self._of_results, self._importance_at = -1, -math.inf
        self._cost = 0.0
        grid, table, parallel, panel = page.grid, page.table, page.parallel, page.panel
        grid.pointed.connect(self._show_point)
        table.pointed.connect(self.show_trial)
        parallel.pointed.connect(self.show_trial)
        panel.seed_chosen.connect(self.show_trial)
        panel.stepped.connect(self._step)
        parallel.brushed.connect(self._show_inside)
        page.view_changed.connect(self.refresh)
        page.view.chosen.connect(lambda _: self.refresh())
        page.axes_changed.connect(self.refresh)
        self._pictures.refined.connect(self.refresh_soon)
        for part in (grid, panel.picture):
            part.resized.connect(self.refresh_soon)
        themes.theme_changed.connect(self._on_theme)

    @property
    def results(self) -> list[TrialResult]:
        """All of the sweep, as they came."""
        return list(self._results.values())

    def show_sweep(self, sweep: Sweep, results: Iterable[TrialResult]) -> None:
        """Show another sweep, and what is finished of it."""
        self.sweep, self._shown, self._running = sweep, None, ()
        self._in_panel = None
        self._in_cells.clear()
        self._results = {result.key: result for result in results}
        self._latest = None
        self._pictures.begin(partial(classifies, sweep))
        self._of_results = -1
        page = self._page
        page.show_axes(grid_axes(sweep))
        page.panel.show_hint()
        page.grid.show_model(GridModel())
        page.importance.show_importances(Importances(why_not="No trial is finished yet"), {})
        self.refresh()

    def add(self, result: TrialResult) -> None:
        """Show one more result, soon."""
        self._results[result.key] = result
        self._latest = None
        self.refresh_soon()

    def refresh_soon(self) -> None:
        """Draw after a while; the longer that took, the longer the while."""
        if not self._timer.isActive():
            slowest = _SLOW_REFRESH_MS if self._cost > _FRAME_SECONDS else _REFRESH_MS
            self._timer.start(max(slowest, round(1000 * _REST * self._cost)))

    def follow(self) -> None:
        """Show which trials run now."""
        progress = self._session.progress
        running = () if progress is None or progress.state != "running" else progress.points
        if running != self._running:
            self._running = running
            self.refresh_soon()

    def refresh(self) -> None:
        """Draw everything that is visible."""
        self._timer.stop()
        page, sweep = self._page, self.sweep
        if sweep is None or not page.isVisible():
            return
        start = perf_counter()
        page.heading.setText(sweep.heading)
        page.heading.setToolTip(" × ".join(sweep.axis_titles))
        page.subtitle.setText(self._subtitle(sweep))
        results = self.results
        if page.lower_view.current == "parallel":
            page.parallel.show_model(parallel_model(sweep, results))
        else:
            self._find_importances()
        inside = page.parallel.inside
        if page.view.current == "table":
            shown = [each for each in results if inside is None or each.trial.number in inside]
            page.table.show_results(sweep, shown)
        else:
            self._in_cells.clear()
            page.grid.show_model(grid_of(sweep, results, self._choice()))
        page.show_inside(None if inside is None else len(inside), len(self._ranked()))
        best = self.best_trials()
        page.panel.show_raced(sum(each.status == "done" for each in best))
        if self._shown is not None:
            self.show_trial(self._shown)
        elif best:
            # Marked in all views already.
            self._show_panel(sweep, best[0])
            self._refine()
        self._cost = perf_counter() - start

    def close(self) -> None:
        """End what runs."""
        self._timer.stop()
        self._job.abandon()
        self._pictures.close()

    def best_trials(self, most: int = 4) -> list[TrialResult]:
        """The best trials inside the brush, the best first: one of each combination, unless there is only one."""
        inside = self._page.parallel.inside
        known = [each for each in self._results.values() if inside is None or each.trial.number in inside]
        if self.sweep is None or not known:
            return []
        points = point_summaries(self.sweep, known)
        if len(points) == 1:
            of = self.sweep.objective
            return sorted(points[0].results, key=lambda each: each.rank(of), reverse=True)[:most]
        return [best_of(self.sweep, point.results) for point in points[:most]]

    def best_at(self, point: int) -> TrialResult | None:
        """The best seed of a combination; None without results."""
        found = [each for each in self._ranked() if each.trial.point == point]
        return best_of(self.sweep, found) if found and self.sweep is not None else None

    def result(self, number: int) -> TrialResult | None:
        """The last result of a trial."""
        found = [each for key, each in self._results.items() if key[0] == number]
        return max(found, key=lambda each: each.trial.rung, default=None)

    def show_trial(self, number: int) -> None:
        """Show a trial at the right, and mark it in all views."""
        result, sweep = self.result(number), self.sweep
        if result is None or sweep is None:
            return
        self._shown = number
        page = self._page
        page.parallel.choose(number)
        page.table.choose(number)
        if not page.grid.underMouse():
            page.grid.choose_point(result.trial.point)
        self._show_panel(sweep, result)
        self._refine()

    def _choice(self) -> GridChoice[TrialResult]:
        inside = self._page.parallel.inside
        points: set[int] | None = None
        if inside is not None:
            points = {each.trial.point for each in self._results.values() if each.trial.number in inside}
        return GridChoice(self._picture, self._running, points, self._page.axes)

    def _show_point(self, point: int) -> None:
        best = self.best_at(point)
        if best is not None:
            self.show_trial(best.trial.number)

    def _show_inside(self) -> None:
        """Another brush."""
        inside = self._page.parallel.inside
        self._page.show_inside(None if inside is None else len(inside), len(self._ranked()))
        self.refresh_soon()

    def _show_panel(self, sweep: Sweep, result: TrialResult) -> None:
        self._in_panel, panel = result, self._page.panel
        seeds = [each for each in self._ranked() if each.trial.point == result.trial.point]
        panel.show_trial(sweep, result, self._pictures.picture(result, panel.picture.pixels), seeds)
        ranked, number = self._inside(), result.trial.number
        panel.show_place(ranked.index(number) if number in ranked else 0, len(ranked))

    def _ranked(self) -> list[TrialResult]:
        """The last rung of every trial, the best first."""
        if self._latest is None:
            self._latest = [] if self.sweep is None else _ranked(self.sweep, self._results.values())
        return self._latest

    def _inside(self) -> list[int]:
        """The numbers of the trials inside the brush, the best first."""
        inside = self._page.parallel.inside
        numbers = [each.trial.number for each in self._ranked()]
        return numbers if inside is None else [number for number in numbers if number in inside]

    def _step(self, count: int) -> None:
        """Show the trial that is some places worse than the one in the panel."""
        if self._in_panel is None:
            return
        ranked, shown = self._inside(), self._in_panel.trial.number
        place = ranked.index(shown) + count if shown in ranked else 0
        if 0 <= place < len(ranked):
            self.show_trial(ranked[place])

    def _subtitle(self, sweep: Sweep) -> str:
        seeds = f", mean of {count_text(sweep.seeds, 'seed')}" if sweep.seeds > 1 else ""
        others = (
            ", the best of all other settings" if len(sweep.axes) > 2 and self._page.grid.model.rows else ""
        )
        return f"{sweep.experiment.name}: {sweep.objective_name}{seeds}{others}"

    def _picture(self, result: TrialResult) -> QPixmap | None:
        """The picture of a cell."""
        self._in_cells.append(result)
        return self._pictures.picture(result, self._page.grid.pixels)

    def _refine(self) -> None:
        """Predict what is seen at the pixels of the screen."""
        page, shown = self._page, self._in_panel
        large = [] if shown is None else [(shown, page.panel.picture.pixels)]
        cells = self._in_cells if page.view.current == "boundaries" else ()
        self._pictures.refine(cells, page.grid.pixels, large)

    def _on_theme(self) -> None:
        self._pictures.redraw()
        self.refresh()

    def _find_importances(self) -> None:
        """Compute importances on a thread, at most every few seconds, if there are other results."""
        sweep, results = self.sweep, self.results
        if sweep is None or self._job.busy or len(results) == self._of_results:
            return
        wait = self._importance_at + _IMPORTANCE_SECONDS - perf_counter()
        if wait > 0:
            QTimer.singleShot(round(1000 * wait), self, self.refresh_soon)
            return
        self._of_results, self._importance_at = len(results), perf_counter()
        if not self._page.importance.found.settings:
            self._page.importance.show_importances(Importances(why_not="Growing a forest"), {})

        def work(report: Report) -> tuple[Sweep, Importances]:
            return sweep, setting_importances(sweep, results)

        self._job.start(work)

    def _show_importances(self, found: tuple[Sweep, Importances]) -> None:
        sweep, importances = found
        if sweep is not self.sweep:
            return
        paths = [axis.path for axis in sweep.axes]
        self._page.importance.show_importances(importances, dict(zip(paths, sweep.short_titles, strict=True)))
        self.refresh_soon()


def _ranked(sweep: Sweep, results: Iterable[TrialResult]) -> list[TrialResult]:
    """The last rung of every trial, the best first; of equals those of the best combination."""
    latest = latest_results(results)
    places = {point.point: place for place, point in enumerate(point_summaries(sweep, latest))}
    of = sweep.objective
    return sorted(latest, key=lambda each: (-each.score(of), places[each.trial.point], each.trial.number))
