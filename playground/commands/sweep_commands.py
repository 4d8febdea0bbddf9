"""The page of sweeps: trains every combination of values in processes, and opens what comes of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from core.experiment.packed_project import unpack_project
from core.io.atomic_write import atomic_write
from core.spec import SettingError
from core.sweep.journal import JournalError
from core.sweep.processes import jobs_beside_window
from core.sweep.results_table import point_summaries, results_csv
from core.sweep.sweep import Sweep
from core.sweep.trial import TrialResult
from playground.commands.file_commands import FileController
from playground.commands.project_saver import error_reason
from playground.commands.window_controller import WindowContext, WindowController
from playground.training.sweep.session import SweepSession
from playground.views.output.run_thumbnail import boundary_pixmap
from playground.views.sweep import SweepPage
from playground.views.sweep.axis_card import short_value
from playground.views.sweep.grid_model import axis_titles, best_of, grid_of, score_text, short_titles
from playground.views.sweep.trial_grid import GridModel
from playground.views.sweep.trial_panel import ShownTrial
from playground.views.widgets.number_format import count_text, number_text, significant_text

__all__ = ["SweepController"]

_PICTURE_PX = 200
_REFRESH_MS = 60
"""Results that come closer together are drawn at once."""
_MINUTE = 60


class SweepController(WindowController):
    """Made when the page is first shown. A sweep goes on while another page is shown."""

    message_requested = Signal(str)
    build_requested = Signal()
    finished = Signal()
    """All that will come of the sweep is shown."""

    def __init__(self, context: WindowContext, files: FileController) -> None:
        super().__init__(context)
        self._files = files
        self.session = SweepSession(self)
        self.page = SweepPage(context.themes, context.window)
        self.sweep: Sweep | None = None
        self.results: list[TrialResult] = []
        self._pictures: dict[int, tuple[int, QPixmap | None]] = {}
        self._shown: int | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self._show_results)
        session, page = self.session, self.page
        session.result_taken.connect(self._on_result)
        session.running_changed.connect(self._on_running_changed)
        session.failed.connect(page.show_message)
        page.run_requested.connect(self.run)
        page.stop_requested.connect(session.stop)
        page.best_requested.connect(self._open_best)
        page.export_requested.connect(self._export)
        for view in (page.grid, page.table):
            view.opened.connect(self.open_point)
            view.pointed.connect(self._show_point)
        context.themes.theme_changed.connect(self._on_theme)
        context.document.experiment_changed.connect(self._on_experiment)
        self._show_results()

    @property
    def widget(self) -> QWidget:
        """The page."""
        return self.page

    def enter(self) -> None:
        """Offer the settings of the open experiment."""
        self._on_experiment()
        self.page.run.setFocus()

    def leave(self) -> None:
        """The sweep goes on."""

    def close(self) -> None:
        """End the processes and the thread."""
        self._timer.stop()
        self.session.close()

    def run(self) -> None:
        """Train every combination, in place of those of the sweep before."""
        if self.session.running:
            return
        self.page.show_message("")
        try:
            sweep = self.page.sweep()
            self.session.start(sweep)
        except (SettingError, OSError) as error:
            self.page.show_message(str(error))
            return
        self.sweep, self.results, self._shown = sweep, [], None
        self._pictures.clear()
        self.page.panel.show_trial(None)
        self.page.grid.show_model(GridModel())
        self._show_results()

    def open_point(self, point: int) -> None:
        """Go on with the best seed of a combination as the document; without its weights, where it has none."""
        results = [result for result in self.results if result.trial.point == point]
        if not results or self.sweep is None:
            return
        best = best_of(self.sweep, results)
        try:
            project = self.session.project(best.key)
            experiment, state = (
                unpack_project(project) if project else (best.trial.experiment(self.sweep.experiment), None)
            )
        except (JournalError, ValueError, OSError) as error:
            self.message_requested.emit(str(error))
            return
        if self._files.open_loaded(experiment, state):
            self.build_requested.emit()

    def _open_best(self) -> None:
        if self.sweep is not None and self.results:
            self.open_point(point_summaries(self.sweep, self.results)[0].point)

    def _export(self) -> None:
        """Write the table of trials."""
        assert self.sweep is not None
        proposed = str(Path(self._preferences.dialog_folder) / "sweep.csv")
        name, _ = QFileDialog.getSaveFileName(self._window, "Export trials", proposed, "Table (*.csv)")
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(f"{name}.csv")
        try:
            with atomic_write(path) as file:
                file.write(results_csv(self.sweep, self.results).encode())
        except OSError as error:
            self.message_requested.emit(f"{path.name} cannot be written: {error_reason(error)}")
        else:
            self.message_requested.emit(f"{path.name} has {count_text(len(self.results), 'trial')}")

    def _on_experiment(self, _: object = None) -> None:
        # Cards are rebuilt when the page comes to the front, not at each step of a slider behind it.
        if (self.page.isVisible() and not self.session.running) or not self.page.first.setting.count():
            self.page.show_experiment(self._document.experiment)

    def _on_result(self, result: TrialResult) -> None:
        self.results.append(result)
        if not self._timer.isActive():
            self._timer.start()

    def _on_running_changed(self, running: bool) -> None:
        self._show_results()
        if not running:
            self._explain_failures()
            self._on_experiment()
            self.finished.emit()

    def _on_theme(self) -> None:
        self._pictures.clear()
        self._show_results()

    def _explain_failures(self) -> None:
        """If nothing has worked, the reason is said."""
        if self.results and all(result.status != "done" for result in self.results):
            self.page.show_message(f"Every trial has failed: {self.results[0].sentence}")

    def _show_results(self) -> None:
        self._timer.stop()
        page, running = self.page, self.session.running
        page.show_running(running=running, has_results=bool(self.results))
        if self.sweep is None:
            page.heading.setText("No sweep yet")
            page.subtitle.setText("")
            return
        page.show_progress(len(self.results), self.sweep.count(), self._left_text())
        page.heading.setText(" × ".join(short_titles(self.sweep)))
        page.heading.setToolTip(" × ".join(axis_titles(self.sweep)))
        page.subtitle.setText(self._subtitle())
        page.grid.show_model(grid_of(self.sweep, self.results, self._picture))
        page.table.show_results(self.sweep, self.results)
        if self._shown is not None:
            self._show_point(self._shown)

    def _subtitle(self) -> str:
        assert self.sweep is not None
        quantity = "accuracy" if self._is_classes(self.sweep) else "R²"
        seeds = f", mean of {count_text(self.sweep.seeds, 'seed')}" if self.sweep.seeds > 1 else ""
        return f"test {quantity}{seeds}"

    def _left_text(self) -> str:
        progress = self.session.progress
        if not self.session.running:
            total = 0 if self.sweep is None else self.sweep.count()
            return "done" if len(self.results) >= total else "stopped"
        if progress is None or progress.seconds_left is None:
            return f"starting {count_text(jobs_beside_window(), 'process')}"
        left = progress.seconds_left
        return f"about {left:.0f} s left" if left < 2 * _MINUTE else f"about {left / _MINUTE:.0f} min left"

    def _picture(self, result: TrialResult) -> QPixmap | None:
        """The boundary of a trial, drawn once for each theme."""
        if result.boundary is None:
            return None
        known = self._pictures.get(result.trial.point)
        if known is None or known[0] != result.trial.number:
            values = result.boundary.astype("f4")
            assert self.sweep is not None
            drawn = boundary_pixmap(values, self._themes.theme, _PICTURE_PX, self._is_classes(self.sweep))
            known = self._pictures[result.trial.point] = (result.trial.number, drawn)
        return known[1]

    def _show_point(self, point: int) -> None:
        results = [result for result in self.results if result.trial.point == point]
        if not results or self.sweep is None:
            return
        self._shown = point
        sweep, best = self.sweep, best_of(self.sweep, results)
        values = zip(axis_titles(sweep), best.trial.settings, strict=True)
        self.page.panel.show_trial(
            ShownTrial(
                f"Trial {best.trial.number + 1}",
                _detail(best, len(results)),
                tuple(f"{title}  {short_value(value)}" for title, (_, value) in values),
                "Accuracy" if self._is_classes(sweep) else "R²",
                score_text(sweep, best.score(sweep.objective)),
                significant_text(best.test_loss),
                best.sentence,
                self._picture(best),
                best.curve,
            )
        )

    @staticmethod
    def _is_classes(sweep: Sweep) -> bool:
        return sweep.experiment.dataset.info().task == "classification"


def _detail(best: TrialResult, seeds: int) -> str:
    of = f", best of {seeds}" if seeds > 1 else ""
    return f"seed {best.trial.seed}{of} · {number_text(best.seconds, 2)} s"
