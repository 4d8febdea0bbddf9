"""Synchronize the inspected sample, neuron and plane between the panels and the session's request."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.data.drawing import Drawing
from core.data.plane import PlaneChoice
from core.experiment.prepare import PreparedData
from core.inspect.saliency import SaliencyKind
from playground.model.document import OUTPUT, Document
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.window.panels import Panels

__all__ = ["InspectionController"]


class InspectionController(QObject):
    """Turns the panels' signals into the session's request; lives as long as they do."""

    message_requested = Signal(str)
    """A sentence for the user."""

    def __init__(self, document: Document, session: TrainingSession, panels: Panels, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._session, self._panels = document, session, panels
        self._prepared: PreparedData | None = None
        p = panels
        session.predictions_ready.connect(p.mistakes.show_predictions)
        session.mistake_found.connect(self._show_mistake)
        p.mistakes.predictions_requested.connect(session.predict_part)
        p.mistakes.sample_chosen.connect(self.show_sample)
        p.mistakes.closed.connect(self.mark_sample)
        p.results.confusion.mistakes_requested.connect(p.mistakes.open_cell)
        p.results.histograms_requested.connect(self._request_histograms)
        p.canvas.neuron_clicked.connect(self._inspect_neuron)
        p.microscope.neuron_changed.connect(self._request_neuron)
        p.microscope.sample_changed.connect(self.show_sample)
        p.output.plot.test_point_clicked.connect(self.show_sample)
        p.output.embedding.test_point_clicked.connect(self.show_sample)
        p.output.embedding_requested.connect(self._request_embedding)
        p.output.plane.plane_requested.connect(self._request_plane)
        p.strip.sample_selected.connect(self.show_sample)
        p.strip.next_mistake_requested.connect(self._find_next_mistake)
        p.strip.saliency_requested.connect(self._request_saliency)
        p.drawing.drawing_changed.connect(self._show_drawing)
        p.drawing.sample_requested.connect(self._draw_sample)

    def update_request(self, **changes: Any) -> None:
        """Change fields of the session's `SnapshotRequest`."""
        self._session.set_request(dataclasses.replace(self._session.request, **changes))

    def open_microscope(self) -> None:
        """Open the microscope, on the selected layer if it has neurons."""
        selected, count = self._document.selected, len(self._document.experiment.layers)
        if selected is not None:
            self._panels.microscope.inspect(count if selected == OUTPUT else selected, 0)
        self._panels.show_microscope()

    def set_data(self, prepared: PreparedData) -> None:
        """Keep the inspected sample in the data of a new run, or select the first sample of other data."""
        before, self._prepared = self._prepared, prepared
        row = self._session.request.sample
        self._inspect_sample(0 if before is None else _row_in(prepared, before, row))

    def show_sample(self, row: int) -> None:
        """Inspect a test sample in all panels."""
        self._panels.drawing.leave_network()
        self._inspect_sample(row)

    def _inspect_sample(self, row: int) -> None:
        self.update_request(sample=row)
        self._panels.microscope.show_sample(row)
        self._panels.output.plane.show_sample(row)
        self._panels.strip.select(row)
        self.mark_sample()

    def mark_sample(self) -> None:
        """Mark the sample in the output while another view shows it or the plane can pass through it."""
        request = self._session.request
        unseen = request.neuron is None and request.plane is None and not self._panels.mistakes.isVisible()
        self._panels.output.plot.mark_test_point(None if unseen else request.sample)
        self._panels.output.embedding.mark_test_point(request.sample)

    def _find_next_mistake(self) -> None:
        if self._session.state in (TrainingState.BLOCKED, TrainingState.FAILED):
            self.message_requested.emit("No network runs that could make mistakes")
        else:
            self._session.find_mistake(self._session.request.sample)

    def _show_mistake(self, row: int | None) -> None:
        if row is None:
            self.message_requested.emit("The network makes no mistake on the test samples")
        else:
            self.show_sample(row)

    def _show_drawing(self, drawing: Drawing | None, in_network: bool) -> None:
        self.update_request(drawn=drawing, show_drawn=in_network)

    def _draw_sample(self) -> None:
        self._panels.drawing.put_sample(self._session.request.sample)

    def _request_neuron(self, place: tuple[int, int] | None) -> None:
        self.update_request(neuron=place)
        self.mark_sample()

    def _inspect_neuron(self, place: tuple[int, int]) -> None:
        if self._panels.microscope.inspect(*place):
            self._panels.show_microscope()

    def _request_histograms(self, layer: int | None) -> None:
        self.update_request(histograms=layer)

    def _request_saliency(self, kind: SaliencyKind | None) -> None:
        self.update_request(saliency=kind)

    def _request_embedding(self, wanted: bool) -> None:
        self.update_request(embedding=wanted)

    def _request_plane(self, choice: PlaneChoice | None) -> None:
        self.update_request(plane=choice)
        self.mark_sample()


def _row_in(now: PreparedData, before: PreparedData, row: int) -> int:
    """The new test row of a test row of `before`; 0 if the samples are others."""
    if row >= len(before.test_index):
        return 0
    sample = before.test_index[row]
    old, new = before.data.inputs[sample], now.data.inputs[sample : sample + 1]
    if not np.array_equal(old[None], new):
        return 0
    found = np.flatnonzero(now.test_index == sample)
    # The next sample takes the row of a removed one.
    return int(found[0]) if len(found) else max(0, min(row, len(now.test_index) - 1))
