"""Connect the panels to the inspection: their requests change it, and all of them show it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.experiment.prepare import PreparedData
from core.inspect.snapshot import SnapshotRequest
from playground.model.document import Document
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.window.late_view import ShowsInspection
from playground.window.panels import Panels


class InspectionController(QObject):
    """Between the session's inspection and the panels; lives as long as they do."""

    message_requested = Signal(str)
    """A sentence for the user."""

    def __init__(self, document: Document, session: TrainingSession, panels: Panels, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._session, self._panels = document, session, panels
        views = (viewer.view for viewer in panels.viewers)
        self._views = [view for view in views if isinstance(view, ShowsInspection)]
        inspection = self._inspection = session.inspection
        p = panels
        session.mistake_found.connect(self._show_mistake)
        p.canvas.neuron_hovered.connect(inspection.hover_neuron)
        p.canvas.position_chosen.connect(inspection.choose_position)
        p.strip.sample_selected.connect(self.show_sample)
        p.strip.next_mistake_requested.connect(self._find_next_mistake)
        p.strip.saliency_requested.connect(lambda of: inspection.show_parts("strip", {"saliency": of}))
        inspection.changed.connect(self._show)

    def hold_neuron(self) -> None:
        """Open the menu that mutes, clamps or freezes a neuron."""
        canvas = self._panels.canvas
        if not (canvas.isVisible() and canvas.scene.field.neurons.open_menu()):
            self.message_requested.emit("There is no neuron to be seen here")

    def set_data(self, prepared: PreparedData) -> None:
        """Keep the inspected sample in the data of a new run, which the panels already show."""
        self._inspection.set_data(prepared)
        self._show(self._inspection.state)

    def show_sample(self, row: int) -> None:
        """Inspect a test row, or ~row of a training sample, in all panels."""
        self._inspection.choose_sample(row)

    def _show(self, state: SnapshotRequest) -> None:
        for view in self._views:
            view.show_inspection(state)
        self.mark_sample()

    def mark_sample(self) -> None:
        """Mark the sample in the output while another view shows it or the plane can pass through it."""
        state = self._inspection.state
        viewers = (viewer for viewer in self._panels.viewers if viewer.marks_sample)
        is_seen = (
            state.neuron is not None
            or state.plane is not None
            or any(each.view.is_visible for each in viewers)
        )
        self._panels.output.plot.mark_test_point(state.sample if is_seen else None)

    def _find_next_mistake(self) -> None:
        if self._session.state in (TrainingState.BLOCKED, TrainingState.FAILED):
            self.message_requested.emit("No network runs that could make mistakes")
        else:
            self._session.find_mistake(max(-1, self._inspection.state.sample))

    def _show_mistake(self, row: int | None) -> None:
        if row is None:
            self.message_requested.emit(
                "The network makes no mistake on the samples that it does not learn from"
            )
        else:
            self.show_sample(row)
