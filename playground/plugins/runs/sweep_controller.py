"""The page of sweeps: trains combinations of values in processes or on a cluster, and opens what comes of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QUndoStack

from core.experiment.experiment import Experiment
from core.io import strict_json
from core.io.command_lines import numpynet_line
from core.io.number_text import count_text
from core.io.sentence import error_reason
from core.runs.run_set import RunSet
from core.runs.trial import Key, TrialResult
from core.spec import SettingError
from core.sweep.plan import Plan
from core.sweep.processes import jobs_beside_window
from core.sweep.results_table import results_csv
from core.sweep.sweep import Sweep, load_sweep
from playground.commands.file_commands import FileController
from playground.plugin import WindowContext
from playground.plugins.runs.follower import SweepTraining
from playground.plugins.runs.left_sweeps import left_sweep, place_of
from playground.plugins.runs.library import RunLibrary
from playground.plugins.runs.set_page import SetPage
from playground.plugins.runs.sweep.sweep_form import SweepForm
from playground.plugins.runs.sweep_draft import SweepDraft
from playground.plugins.runs.views.set_form import SetForm
from playground.plugins.runs.views.sets import OpenState, SetRow
from playground.views.output.run_thumbnail import boundary_thumbnail, confusion_thumbnail, lines_thumbnail

_TICK_MS: Final = 250
_LIBRARY_SECONDS: Final = 1.0
_MINUTE: Final = 60
_SPECS: Final = "Sweep (*.json)"


class SweepController(SetPage):
    """Made when the page is first shown. A sweep goes on while another page is shown."""

    page: SetForm[SweepForm]
    kind = "sweep"

    finished = Signal()
    """All that will come of the sweep is shown."""

    def __init__(self, context: WindowContext, files: FileController, runs: RunLibrary) -> None:
        super().__init__(context)
        self._files, self._runs = files, runs
        self._refreshed_at, self._is_left = 0.0, False
        self.draft = SweepDraft(context.document.experiment, self)
        self.session = SweepTraining(_picture, runs.path, self)
        form = SweepForm(context.themes, self.draft)
        tip = "Train every combination, in processes beside the window"
        page = self.form = self.page = SetForm("sweep", context.themes, form, tip, context.window)
        self.sweep: Sweep | None = None
        """The sweep that is shown, which runs or has run."""
        self._results: dict[Key, TrialResult] = {}
        self._ticks = QTimer(self, interval=_TICK_MS)
        self._ticks.timeout.connect(self._show_state)
        session = self.session
        session.started.connect(self._on_started)
        session.run_ended.connect(self._on_result)
        session.running_changed.connect(self._on_running_changed)
        session.failed.connect(self.say)
        page.run_requested.connect(self.run)
        page.pause_requested.connect(self.toggle_set)
        page.stop_requested.connect(session.stop)
        page.export_requested.connect(self._export)
        page.form.open_requested.connect(self._ask_spec)
        page.form.save_requested.connect(self._save_spec)
        context.document.experiment_changed.connect(self._on_experiment)
        self.draft.changed.connect(self._show_state)
        runs.request(left_sweep, session.reopen)

    @property
    def undo_stack(self) -> QUndoStack:
        return self.draft.undo_stack

    @property
    def results(self) -> list[TrialResult]:
        """The finished part of it."""
        return list(self._results.values())

    @property
    def status(self) -> tuple[str, str]:
        """The sweep's while it runs or is paused."""
        if self.sweep is None or not self.session.running:
            return super().status
        state, words = ("paused", "Sweep is paused") if self.session.paused else ("running", "Sweeping")
        return state, f"{words}, {len(self.results):,} of {self.sweep.count():,}"

    def enter(self) -> None:
        """Offer the settings of the open experiment."""
        self._on_experiment()
        super().enter()

    @property
    def set_row(self) -> SetRow | None:
        sweep, kept = self.sweep, self.session.kept
        if sweep is None:
            return None
        done, total, left = len(self.results), sweep.count(), self._left_text()
        line = f"{done:,} of {total:,} done" + (f", {left}" if left else "")
        failed = sum(each.status == "failed" for each in self.results)
        faults = [f"{count_text(failed, 'trial')} failed"] if failed else []
        name, number = (sweep.heading, 0) if kept is None else (kept.name, kept.id)
        return SetRow.open(
            self.key, self.kind, self.state, name, total, line, done / max(1, total), faults, number
        )

    def rename_set(self, name: str) -> None:
        if self.session.kept is not None:
            self.session.kept = replace(self.session.kept, name=name)

    def forget_set(self) -> bool:
        if self.session.running:
            return False
        self.session.kept = self.sweep = None
        self._results = {}
        return True

    def go_on(self, kept: RunSet, then: Callable[[], object], seeds: int = 0, epochs: int = 0) -> None:
        if self.session.running:
            self.message_requested.emit("A sweep runs: cancel that before another one goes on")
            return
        self.session.kept, self._is_left = kept, True
        self.toggle_set()
        then()

    def close(self) -> None:
        """End processes and thread; a cluster goes on."""
        self._ticks.stop()
        self.session.close()

    def run(self) -> None:
        """Train every combination, in place of those of the sweep before."""
        if self.session.running or self._session.is_locked():
            return
        self.page.show_message("")
        form = self.page.form
        try:
            self.session.start(Plan("sweep", sweep=form.sweep(), target=form.place.place()))
        except SettingError as error:
            self.page.show_message(str(error))

    def toggle_set(self) -> None:
        """Pause a running sweep; go on with one that is paused, cancelled or from an earlier start."""
        session = self.session
        self.page.show_message("")
        if session.running and not session.paused:
            session.pause()
        elif self._session.is_locked():
            return
        elif session.running:
            session.pause(False)
        else:
            session.go_on()

    def open_spec(self, path: Path) -> None:
        """Open the sweep of a file: its experiment as the document, and what is swept as a step of undo."""
        try:
            sweep = load_sweep(path)
        except ValueError as error:
            self.message_requested.emit(str(error))
            return
        except OSError as error:
            self.message_requested.emit(f"{path.name} cannot be opened: {error_reason(error)}")
            return
        if sweep.experiment != self._document.experiment and not self._files.open_loaded(
            sweep.experiment, None
        ):
            return
        self.draft.set_experiment(self._document.experiment)
        self.draft.change(f"Open {path.name}", sweep)

    def save_spec(self, path: Path) -> None:
        """Write the chosen sweep and its experiment as JSON."""
        try:
            text = strict_json.dump(self.page.form.sweep().to_json())
        except SettingError as error:
            self.message_requested.emit(str(error))
        else:
            self._write(path, text.encode(), f"is written; it runs by: {numpynet_line('sweep', str(path))}")

    def _ask_spec(self) -> None:
        if (path := self._file_to_open("Open a sweep", _SPECS)) is not None:
            self.open_spec(path)

    def _save_spec(self) -> None:
        proposed = self._named(" sweep.json")
        if (path := self._ask_path("Save the sweep", proposed, _SPECS)) is not None:
            self.save_spec(path)

    def _export(self) -> None:
        """Write the table of trials."""
        assert self.sweep is not None
        name = self._named(" trials.csv")
        if (path := self._ask_path("Export trials", name, "Table (*.csv)")) is not None:
            table = results_csv(self.sweep, self.results)
            self._write(path, table.encode(), f"has {count_text(len(self.results), 'trial')}")

    def _on_experiment(self, _: Experiment | None = None) -> None:
        # Cards are rebuilt when the page comes to the front, not at each step of a slider behind it.
        if self.page.isVisible():
            self.draft.set_experiment(self._document.experiment)

    def _on_started(self, found: tuple[Sweep, list[TrialResult]]) -> None:
        (sweep, results), kept = found, self.session.kept
        if kept is not None and (self._is_left or not self.session.running):
            # Of an earlier start.
            self._is_left = False
            self.page.form.place.show_place(place_of(kept))
            self.draft.adopt(sweep)
        self.sweep, self._results = sweep, {each.key: each for each in results}
        self._show_state()

    def _on_result(self, result: TrialResult) -> None:
        self._results[result.key] = result
        # Who looks at the runs sees them come.
        if self._runs.loaded and perf_counter() - self._refreshed_at > _LIBRARY_SECONDS:
            self._refresh_runs()

    def _refresh_runs(self) -> None:
        kept = self.session.kept
        if kept is not None and kept.listed:
            self._refreshed_at = perf_counter()
            self._runs.refresh()

    def _on_running_changed(self, running: bool) -> None:
        if running:
            self._ticks.start()
        else:
            self._ticks.stop()
            self._explain_failures()
            self._refresh_runs()
        self._show_state()
        if not running:
            self.finished.emit()

    def _explain_failures(self) -> None:
        """If nothing has worked, the reason is said."""
        results = self.results
        if results and all(result.status != "done" for result in results):
            self.say(f"Every trial has failed: {results[0].sentence}")

    def _show_state(self) -> None:
        is_changed = self.draft.sweep != self.sweep
        self.page.show_set(self.set_row, self.state, self._detail_text(), is_changed=is_changed)
        self.status_changed.emit()

    @property
    def state(self) -> OpenState:
        if self.session.running:
            return "paused" if self.session.paused else "running"
        if self.sweep is None:
            return "empty"
        return "done" if len(self.results) >= self.sweep.count() else "stopped"

    def _left_text(self) -> str:
        progress, state = self.session.progress, self.state
        if state == "paused":
            running = progress is not None and progress.state == "pausing" and progress.running
            return "pausing" if running else "paused"
        if state != "running":
            return "stopped" if state == "stopped" else ""
        if progress is None or progress.seconds_left is None:
            return f"starting {self._where_text()}"
        left = progress.seconds_left
        return f"about {left:.0f} s left" if left < 2 * _MINUTE else f"about {left / _MINUTE:.0f} min left"

    def _where_text(self) -> str:
        place = self.session.place
        return (
            "on the cluster" if place.scheduler else count_text(place.jobs or jobs_beside_window(), "process")
        )

    def _detail_text(self) -> str:
        progress = self.session.progress
        if self.sweep is None or not self.session.running or progress is None:
            return ""
        total = self.sweep.count()
        runs = len(progress.running)
        waiting = max(0, total - len(self.results) - runs)
        minutes, seconds = divmod(round(progress.seconds), _MINUTE)
        spent = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
        return f"{runs} running, {waiting:,} waiting · {spent} so far"


def _classifies(sweep: Sweep, result: TrialResult) -> bool:
    experiment = sweep.experiment
    with suppress(SettingError):
        experiment = result.trial.experiment(experiment)
    return experiment.task.classifies


def _picture(sweep: Sweep, result: TrialResult) -> bytes:
    """The picture of a trial among the runs."""
    if result.lines:
        return lines_thumbnail(result.lines)
    if result.confusion is not None:
        return confusion_thumbnail(result.confusion)
    if result.boundary is None:
        return b""
    return boundary_thumbnail(result.boundary.astype("f4"), _classifies(sweep, result))
