"""Probes of the network: between their dialog, the training and the document."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.io.budget import OnProgress
from core.probes.baselines import BaselineResult
from core.probes.subject import Subject
from core.runs.run import FinishedRun, data_key, data_text
from core.runs.run_settings import RunSettings
from core.runs.trial import Trial, TrialResult
from core.spec.arrays import Array
from playground.commands.waiting import wait_for_checkpoint
from playground.model.timeline.store import TimelineStore
from playground.plugin import PLUGINS, BackgroundJob, Moment, TrainingState, WindowController, bring_up
from playground.training.checkpoint import SessionCheckpoint
from playground.views.output.run_thumbnail import boundary_pixmap, boundary_thumbnail

if TYPE_CHECKING:
    from playground.plugins.probes.views import ProbesDialog
    from playground.plugins.probes.views.page import Work
    from playground.window.plugin_window import PluginWindow


def baseline_run(experiment: Experiment, result: BaselineResult, text: str, thumbnail: bytes) -> FinishedRun:
    """A baseline that was trained on the data of an experiment, which opens with it; `text` is about the data."""
    name, nan = f"Baseline: {result.title}", math.nan
    inputs = " ".join(experiment.features) if experiment.dataset.family == "points" else ""
    network = dict(RunSettings.of(experiment).values)
    kept = tuple((key, network[key]) for key in ("inputs", "preprocess"))
    # Its only moment is its end.
    scores = float(result.train_score), float(result.test_score)
    reached = TrialResult(
        Trial(0, 0, experiment.seed, 0), "done", "", 0.0, result.seconds, 0, nan, nan, *scores,
        curve=np.array([[0.0, nan, nan, *scores]], np.float32),
    )  # fmt: skip
    return FinishedRun(
        experiment, reached, text, thumbnail, name,
        settings=RunSettings(((name, "", "", ""),), (("baseline", result.settings), *kept)),
        # Equal for the same kind of model on the same inputs.
        own_origin=f"baseline {result.name} {data_key(experiment)} {experiment.scaling.to_json()} {inputs}",
    )  # fmt: skip


_WITHOUT_RUN = {
    TrainingState.LOADING: "The data are being loaded.",
    TrainingState.BLOCKED: "No network can run yet.",
    TrainingState.FAILED: "The training has failed; reset it first.",
}


class ProbeController(WindowController):
    """Opens the dialog and runs its probes, one at a time, on copies of the network."""

    def __init__(self, window: PluginWindow) -> None:
        context = window.context
        super().__init__(context)
        self._mark = window.panels.canvas.scene.field.show_importance
        self._dialog: ProbesDialog | None = None
        self._prepared: PreparedData | None = None
        self.job = BackgroundJob("probe", self, daemon=True)
        context.session.run_started.connect(self._on_run_started)
        context.session.state_changed.connect(self._on_state_changed)
        context.document.experiment_changed.connect(self._on_experiment_changed)

    def open(self, kind: str = "") -> None:
        """Show the dialog, with the page `kind` if given."""
        from playground.plugins.probes.views import ProbesDialog

        if self._dialog is None:
            dialog = self._dialog = ProbesDialog(self._themes, self._window)
            dialog.run_requested.connect(self.run)
            dialog.cancel_requested.connect(self.job.cancel)
            dialog.change_requested.connect(self._change)
            dialog.marks_changed.connect(self._mark)
            dialog.paint_boundaries_by(boundary_pixmap)
            self.job.progressed.connect(dialog.show_progress)
            self.job.finished.connect(lambda result: self._keep(dialog.show_result(result).baselines))
            self.job.failed.connect(dialog.show_failure)
            self.job.cancelled.connect(dialog.show_cancelled)
            self._on_state_changed(self._session.state)
            self._on_experiment_changed(self._document.experiment)
        if kind:
            self._dialog.list.choose(kind)
        bring_up(self._dialog)

    def run(self, kind: str) -> None:
        """Run a probe on the network as it is now."""
        if self._dialog is None or self._prepared is None or self.job.busy or self._session.is_locked():
            return
        self._dialog.show_running(kind)
        work = self._dialog.pages[kind].work()
        answer = self._session.request_checkpoint()
        moments, store = self._session.past.moments, self._session.timeline
        self.job.start(partial(_run, work, answer, self._prepared, moments, store))

    def _change(self, text: str, change: Callable[[Experiment], Experiment], key: str) -> None:
        self._document.change(text, change(self._document.experiment), key)

    def _on_run_started(self, prepared: PreparedData) -> None:
        self._prepared = prepared
        # What was found is about other weights.
        self.job.cancel()
        if self._dialog is not None:
            self._dialog.clear()

    def _on_state_changed(self, state: TrainingState) -> None:
        if self._dialog is not None:
            sentence = _WITHOUT_RUN.get(state, "")
            self._dialog.show_blocked(self._session.message or sentence if sentence else "")

    def _on_experiment_changed(self, experiment: Experiment) -> None:
        if self._dialog is not None:
            self._dialog.show_experiment(experiment)

    def _keep(self, results: Sequence[BaselineResult]) -> None:
        """Put baselines into the table of runs, beside the network's own runs on these data."""
        find_runs = PLUGINS.given("run_library")
        if self._prepared is None or find_runs is None:
            return
        experiment = self._document.experiment
        text = data_text(experiment, self._prepared.data)
        classifies = self._prepared.task.classifies
        for result in results:
            if math.isfinite(result.test_score):
                picture = b"" if result.boundary is None else boundary_thumbnail(result.boundary, classifies)
                find_runs(self._window).record(baseline_run(experiment, result, text, picture))


def _run(
    work: Work,
    answer: Future[SessionCheckpoint],
    prepared: PreparedData,
    moments: tuple[Moment, ...],
    store: TimelineStore,
    report: OnProgress,
) -> Any:
    from playground.plugins.probes.views.page import Material

    given = wait_for_checkpoint(answer, report)
    if given.failed or given.experiment is None or given.checkpoint is None:
        raise ValueError("There is no network that could be probed.")
    if prepared.train.inputs.shape[1:] != given.experiment.input_shape:
        raise ValueError("The data changed meanwhile; run the probe again.")
    subject = Subject.of(given.experiment, prepared, given.checkpoint)
    score = given.checkpoint.figures.of("test").score
    return work(Material(subject, partial(_path, moments, store), score), report)


def _path(moments: tuple[Moment, ...], store: TimelineStore) -> list[Array]:
    """The parameter vectors of the moments that are still there."""
    found = (store.vectors(moment) for moment in moments)
    return [vectors[0] for vectors in found if vectors is not None]
