"""The page "Why": asks the snapshots of the document's training for what it shows, and saves it."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt, QTimer

from core.data.batches import Samples
from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from core.explain.attribution import attribution_csv
from core.explain.certainty import fit_temperature, why_not_scaled, with_temperature
from core.explain.counterfactual import Goal
from core.formats.trained_experiment import trained_model
from core.inspect.snapshot import Snapshot
from core.io.number_text import apart_texts, rounded_text
from core.nn.network import Network
from playground.plugin import BoundaryPlot, FollowingPage, PluginWindow, Question, SquareFrame
from playground.plugins.why.page import WhyPage

_HELD = 0.1
"""The share of the training samples that is set apart."""
_PLOT_MS = 100
"""As often as what it shows beside the boundary is computed; drawing its 690 px with each snapshot left 6 a second."""


def ask_what_if(window: PluginWindow, goal: Goal) -> None:
    """Show the change of the sample that a lesson looks for."""
    page = cast(WhyController, window.pages.page("why")).page
    window.pages.show("why")
    page.question.set_current("what_if")
    page.question.chosen.emit("what_if")
    page.what_if.ask(goal)


class WhyController(FollowingPage):
    """Made when the page is first shown."""

    page: WhyPage
    viewer = "why"

    def __init__(self, window: PluginWindow) -> None:
        context, show_sample = window.context, window.inspection.show_sample
        self.plot = BoundaryPlot(context.themes)
        page = WhyPage(context.themes, SquareFrame(self.plot), context.window)
        super().__init__(context, window.snapshot_router, page, show_sample)
        self._due = QTimer(self, singleShot=True, interval=_PLOT_MS)
        self._due.timeout.connect(self._show_plot)
        self.plot.test_point_clicked.connect(show_sample)
        save = window.actions_by_name.get("export_page_picture")
        self.page.picture.setVisible(save is not None)
        if save is not None:
            self.page.picture.clicked.connect(save.trigger)
        page.position_chosen.connect(self._session.inspection.choose_position)
        self.page.certainty.calibrate_requested.connect(self.calibrate)
        self.page.hold_requested.connect(self._offer_to_hold)
        self.page.certainty.threshold_chosen.connect(self._move_threshold)

    def enter(self) -> None:
        super().enter()
        self.page.waterfall.setFocus()

    def _on_data(self) -> None:
        assert self._data is not None
        self.plot.show_data(self._data)

    def _show(self, snapshot: Snapshot | None) -> None:
        super()._show(snapshot)
        if self._data is None:
            if self.plot.plane is not None:
                self.plot.clear()
        elif self.plot.isVisible() and not self._due.isActive():
            self._due.start()

    def _show_plot(self) -> None:
        snapshot = self._shown.snapshot
        if self._is_front and self._data is not None and snapshot is not None:
            self.plot.show_outputs(snapshot.boundary)
            self.plot.mark_test_point(snapshot.request.sample)
            self.plot.show_arrow(None if self.page.change is None else self.page.change.points)

    def calibrate(self) -> None:
        """Divide the last layer by the temperature that suits the samples set apart, or offer to set some apart."""
        data = self._data
        if self._session.past.is_past:
            self.message_requested.emit(
                "This is an earlier moment; go back to the latest one to calibrate it"
            )
            return
        taken = self._session.checkpoint()
        if taken is None or data is None:
            self.message_requested.emit("There is no network to calibrate now")
            return
        experiment, state = taken
        network = trained_model(experiment, state).network
        if reason := why_not_scaled(network, data.encoding):
            self.message_requested.emit(reason)
        elif data.held is None:
            self._offer_to_hold(True)
        elif not state.has_trained:
            self.message_requested.emit("Train the network first: what it says now is chance")
        else:
            self._divide(experiment, state, network, data.held)

    def _move_threshold(self, threshold: float) -> None:
        """Say the second class from this probability on: in the window, and in what is exported."""
        experiment, encoding = self._document.experiment, self._document.experiment.encoding
        if encoding.classes != 2 or encoding.outputs != 1:
            self.message_requested.emit(
                "The threshold is moved where two classes share an output, as with binary cross-entropy"
            )
            return
        rule = Experiment.setting("threshold")
        assert rule.low is not None
        assert rule.high is not None
        moved = experiment.replace(threshold=min(rule.high, max(rule.low, round(threshold, 6))))
        self._document.change("Move the threshold", moved, merge_key="threshold")

    def _offer_to_hold(self, on: bool) -> None:
        """Ask whether to begin anew without a tenth of the training samples, or with all of them again."""
        text = (
            "Set a tenth of the training samples apart?" if on else "Learn from all training samples again?"
        )
        details = (
            "Calibrating needs samples that the network has not learned from. Training starts anew without them; "
            "train, then calibrate."
            if on
            else "Training starts anew."
        )
        question = Question(self._window, text, f"{details} Undo brings back what is learned now.")
        question.setStandardButtons(Question.StandardButton.Ok | Question.StandardButton.Cancel)
        question.button(Question.StandardButton.Ok).setText("Start anew")
        question.accepted.connect(lambda: self._hold(on))
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.open()

    def _hold(self, on: bool) -> None:
        changed = self._document.experiment.replace(held_out=_HELD if on else 0.0)
        self._document.change("Set samples apart" if on else "Learn from all samples", changed, fresh=True)

    def _divide(self, experiment: Experiment, state: TrainerState, network: Network, held: Samples) -> None:
        try:
            found = fit_temperature(network, experiment.encoding, held)
        except ValueError as error:
            self.message_requested.emit(str(error))
            return
        name = f"T = {rounded_text(found.value)}"
        self._document.start_from(
            f"Calibrate, {name}", experiment, with_temperature(state, network, found.value)
        )
        before, after = apart_texts(found.before, found.after)
        self.message_requested.emit(
            f"Divided the last layer by {name}: the loss on {found.count:,} samples set apart went from {before} "
            f"to {after}"
        )

    def _save_csv(self) -> None:
        found, data = self.page.found, self._data
        if found is None or data is None:
            return
        name = self._named(" why.csv")
        path = self._ask_path("Save what moved the prediction", name, "CSV (*.csv)")
        if path is not None:
            self._write(
                path, attribution_csv(data, found).encode(), "has what each column adds to the prediction"
            )
