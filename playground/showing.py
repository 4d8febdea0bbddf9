"""What of a training is seen: pictures go to the views in turn, and what the views want to see goes to the training."""

from __future__ import annotations

import dataclasses
from time import perf_counter
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtWidgets import QGraphicsView

from core.drawing import Drawing
from core.features import FEATURES
from core.plane import PlaneChoice
from core.preparation import Prepared
from core.saliency import SaliencyKind
from core.snapshot import Snapshot
from playground.model.document import OUTPUT, Document
from playground.panels import Panels
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.turns import Turns

__all__ = ["Showing"]

# Pictures that follow each other more quickly than this may be shown by some of the views at a time.
_QUICK_SECONDS = 0.19


class _Picturing(Protocol):
    def show_snapshot(self, snapshot: Snapshot) -> None: ...


class Showing(QObject):
    """Between the session and the panels; both live as long as it does."""

    told = Signal(str)
    """A sentence for the user."""

    def __init__(self, document: Document, session: TrainingSession, panels: Panels, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._session, self._panels = document, session, panels
        self.snapshot: Snapshot | None = None
        self._hovered: tuple[int, int] | None = None
        self._shown_at = 0.0
        p = panels
        # The boundary is what people watch.
        groups: tuple[tuple[_Picturing, ...], ...] = (
            (p.bar, p.output, p.drawing),
            (p.canvas, p.strip, p.drawing),
            (p.bar, p.output, p.drawing),
            (p.drawing, p.results, p.doctor, p.microscope, p.mistakes),
        )
        self._turns = Turns(groups)
        self._charts = [*p.output.findChildren(QGraphicsView), *p.results.findChildren(QGraphicsView)]
        session.run_started.connect(self._show_data)
        session.snapshot_taken.connect(self._show_snapshot)
        session.state_changed.connect(self._show_at_rest)
        session.judged.connect(p.mistakes.show_verdicts)
        p.mistakes.verdicts_requested.connect(session.judge)
        p.mistakes.sample_chosen.connect(self._show_sample)
        p.mistakes.closed.connect(self._ring_sample)
        p.results.confusion.mistakes_requested.connect(p.mistakes.open_cell)
        p.canvas.neuron_hovered.connect(self._show_neuron)
        p.canvas.neuron_clicked.connect(self._look_at_neuron)
        p.results.histograms_requested.connect(self._request_histograms)
        p.microscope.lens_changed.connect(self._show_lens)
        p.microscope.sample_changed.connect(self._show_sample)
        p.output.plot.test_point_clicked.connect(self._show_sample)
        p.output.embedding.test_point_clicked.connect(self._show_sample)
        p.output.embedding_requested.connect(self._request_embedding)
        p.output.plane.plane_requested.connect(self._request_plane)
        p.strip.sample_selected.connect(self._show_sample)
        p.strip.next_mistake_requested.connect(self._show_next_mistake)
        p.strip.saliency_requested.connect(self._request_saliency)
        p.drawing.drawing_changed.connect(self._show_drawing)
        p.drawing.sample_requested.connect(self._draw_sample)

    def open_microscope(self) -> None:
        """Look at the selected layer, where it has neurons."""
        selected, count = self._document.selected, len(self._document.experiment.layers)
        if selected is not None:
            self._panels.microscope.look_at(count if selected == OUTPUT else selected, 0)
        self._panels.show_microscope()

    def _show_data(self, prepared: Prepared) -> None:
        self.snapshot = None
        self._session.set_request(dataclasses.replace(self._session.request, sample=0))
        p = self._panels
        for view in (p.bar, p.canvas, p.output, p.results, p.strip, p.side, p.microscope, p.drawing):
            view.show_data(prepared)
        self._ring_sample()
        p.mistakes.show_data(prepared)

    def _show_at_rest(self, state: TrainingState) -> None:
        if state is not TrainingState.RUNNING and self.snapshot is not None:
            self._show(self.snapshot, self._turns.all)

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        before, self.snapshot = self.snapshot, snapshot
        if before is not None and (snapshot.epoch, snapshot.step) != (before.epoch, before.step):
            self._document.mark_learned()
        self._request_maps()
        now = perf_counter()
        quick, self._shown_at = now - self._shown_at < _QUICK_SECONDS, now
        if quick and self._session.state is TrainingState.RUNNING:
            views = self._turns.next()
            self._show(snapshot, views)
            self._turns.note(views, perf_counter() - now)
        else:
            self._show(snapshot, self._turns.all)

    def _request_maps(self) -> None:
        """Ask for no more maps than there are tiles: folded units have none."""
        mapped = self._panels.canvas.mapped
        if mapped:
            self._session.set_request(dataclasses.replace(self._session.request, maps=mapped))

    def _show(self, snapshot: Snapshot, views: tuple[_Picturing, ...]) -> None:
        for view in views:
            view.show_snapshot(snapshot)
        if self._hovered is not None and self._panels.output in views:
            self._show_neuron(self._hovered)
        self._panels.status.show_learning_rate(snapshot.learning_rate)
        self._paint_now()

    def _paint_now(self) -> None:
        """Paint while the training waits for it, and not at some time when both threads want to go on."""
        for chart in self._charts:
            # A scene tells its view what to paint by a queued call.
            QCoreApplication.sendPostedEvents(chart.scene(), QEvent.Type.MetaCall)
        QCoreApplication.sendPostedEvents(self.parent(), QEvent.Type.UpdateRequest)

    def _show_neuron(self, place: tuple[int, int] | None) -> None:
        """Fill the large plot with a neuron's map while the pointer is on it."""
        self._hovered = place
        maps = None
        if place is not None and self.snapshot is not None:
            column, unit = place
            layers = self.snapshot.layers
            if column < 0:
                maps = self.snapshot.feature_maps
            elif column < len(layers):
                maps = layers[column].maps
        if place is None or maps is None or place[1] >= len(maps):
            self._panels.output.show_neuron(None)
        else:
            column, unit = place
            self._panels.output.show_neuron(maps[unit], self._neuron_name(column, unit))

    def _neuron_name(self, column: int, unit: int) -> str:
        experiment = self._document.experiment
        if column < 0:
            features = experiment.features
            return f"Feature {FEATURES[features[unit]].label if unit < len(features) else unit + 1}"
        where = "Output" if column == len(experiment.layers) else f"Layer {column + 1}"
        return f"{where}, neuron {unit + 1}"

    def _show_sample(self, row: int) -> None:
        self._session.set_request(dataclasses.replace(self._session.request, sample=row))
        self._panels.drawing.leave_network()
        self._panels.microscope.show_sample(row)
        self._panels.output.plane.show_sample(row)
        self._panels.strip.select(row)
        self._ring_sample()

    def _show_drawing(self, drawing: Drawing | None, in_network: bool) -> None:
        request = dataclasses.replace(self._session.request, drawn=drawing, show_drawn=in_network)
        self._session.set_request(request)

    def _draw_sample(self) -> None:
        self._panels.drawing.put_sample(self._session.request.sample)

    def _show_lens(self, place: tuple[int, int] | None) -> None:
        self._session.set_request(dataclasses.replace(self._session.request, lens=place))
        self._ring_sample()

    def _request_histograms(self, layer: int | None) -> None:
        self._session.set_request(dataclasses.replace(self._session.request, histograms=layer))

    def _request_saliency(self, kind: SaliencyKind | None) -> None:
        self._session.set_request(dataclasses.replace(self._session.request, saliency=kind))

    def _request_embedding(self, wanted: bool) -> None:
        self._session.set_request(dataclasses.replace(self._session.request, embedding=wanted))

    def _request_plane(self, choice: PlaneChoice | None) -> None:
        self._session.set_request(dataclasses.replace(self._session.request, plane=choice))
        self._ring_sample()

    def _ring_sample(self) -> None:
        """Mark the sample in the output while something else looks at it, or the plane can be laid through it."""
        request = self._session.request
        unseen = request.lens is None and request.plane is None and not self._panels.mistakes.isVisible()
        self._panels.output.plot.mark_test_point(None if unseen else request.sample)
        self._panels.output.embedding.mark_test_point(request.sample)

    def _look_at_neuron(self, place: tuple[int, int]) -> None:
        if self._panels.microscope.look_at(*place):
            self._panels.show_microscope()

    def _show_next_mistake(self) -> None:
        row = self._session.next_mistake(self._session.request.sample)
        if row is None:
            self.told.emit("The network makes no mistake on the test samples")
        else:
            self._show_sample(row)
