"""Distribute snapshots to the views, all at once or round-robin, and repaint immediately."""

from __future__ import annotations

import math
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal

from core.data.datasets import Painted
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.plane_image import PlaneImage
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.weight_images import unit_images, unit_map
from core.spec.arrays import Array
from playground.model.document import Document
from playground.training.session import TrainingSession
from playground.training.snapshot_rate import RedrawScheduler, drawing_turns
from playground.training.state import TrainingState
from playground.window.inspection_controller import InspectionController
from playground.window.late_view import LateView, ShowsInspection
from playground.window.panels import Panels
from playground.window.panels.panels import Clears, ShowsData, ShowsSnapshots

_FIGURES_SECONDS = 0.1
_WITHOUT_RUN = (TrainingState.LOADING, TrainingState.BLOCKED, TrainingState.FAILED)


class SnapshotRouter(QObject):
    """Between the session and the panels; both live as long as it does.

    Other data than the document's stay visible only while the new run is about to arrive: where none comes, or its
    data take time to load, all panels are cleared.
    """

    drawn = Signal(object)
    """Carries the Snapshot that the panels show now, or None: they are cleared."""

    def __init__(
        self,
        document: Document,
        session: TrainingSession,
        panels: Panels,
        inspection: InspectionController,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._document, self._session, self._panels = document, session, panels
        self._controller, self._inspection = inspection, session.inspection
        self.snapshot: Snapshot | None = None
        """The one that is drawn: the live one, or an earlier moment."""
        self._live: Snapshot | None = None
        self._is_replaced = True
        self._enlarged: tuple[int, int] | None = None
        self._prepared: PreparedData | None = None
        self.data: PreparedData | None = None
        """The data that the panels show: those of an earlier moment, while it is looked at."""
        viewers = panels.viewers
        self._scheduler: RedrawScheduler[ShowsSnapshots] = RedrawScheduler(
            drawing_turns((each.view, each.turn) for each in viewers if each.turn is not None)
        )
        # Numbers are read beside each other: they change together, and not too fast.
        self._figures: tuple[ShowsSnapshots, ...] = tuple(each.view for each in viewers if each.shows_figures)
        self._figures_at = -math.inf
        self._charts = panels.results.charts
        self._document.selection_changed.connect(lambda _: self._request_maps())
        document.replaced.connect(self._on_replaced)
        session.run_started.connect(self._show_data)
        session.snapshot_taken.connect(self._show_live)
        session.past.snapshot_taken.connect(self._show_past)
        session.past.changed.connect(self._on_past_changed)
        session.state_changed.connect(self._on_state_changed)
        session.inspection.changed.connect(self._enlarge_hovered)
        for viewer in viewers:
            if isinstance(viewer.view, LateView):
                viewer.view.when_made(self._show_to)

    def _show_data(self, prepared: PreparedData) -> None:
        self.snapshot = self._live = None
        self._prepared = self.data = prepared
        for viewer in self._panels.viewers:
            if isinstance(viewer.view, ShowsData):
                viewer.view.show_data(prepared)
        self._panels.fit_docks(prepared)
        self._controller.set_data(prepared)

    def _draw_data(self, prepared: PreparedData | None) -> None:
        """Show the data of the snapshot that comes next to all that follow the past."""
        if prepared is None or prepared is self.data:
            return
        self.data = prepared
        for viewer in self._panels.viewers:
            if viewer.view is self._panels.results:
                viewer.view.show_other_data(prepared)
            elif viewer.follows_past and isinstance(viewer.view, ShowsData):
                viewer.view.show_data(prepared)
        self._controller.set_data(prepared)

    def _show_to(self, view: object) -> None:
        """Show the run to an inspector that is made just now."""
        if self.data is not None and isinstance(view, ShowsData):
            view.show_data(self.data)
        if isinstance(view, ShowsInspection):
            view.show_inspection(self._inspection.state)

    def _on_replaced(self) -> None:
        # What is drawn stays until the new run is there, but is drawn no more.
        self._is_replaced, self.snapshot, self._live = True, None, None

    def _on_state_changed(self, state: TrainingState) -> None:
        if state in _WITHOUT_RUN and self._shows_other_data(loading=state is TrainingState.LOADING):
            self._clear()
        elif state is not TrainingState.RUNNING and self.snapshot is not None and not self.snapshot.is_past:
            self._show(self.snapshot, self._scheduler.all)

    def _shows_other_data(self, *, loading: bool) -> bool:
        """Whether the panels show the data of an earlier document or, unless `loading`, of an earlier choice."""
        if self._is_replaced:
            return True
        if loading or self.snapshot is None:
            return False
        shown, chosen = self.snapshot.experiment.dataset, self._document.experiment.dataset
        # Points that are too few to run are those of the pad, which draws them itself.
        painted = isinstance(shown, Painted) and isinstance(chosen, Painted) and len(chosen.points) > 0
        return not painted and not chosen.same_samples(shown)

    def _clear(self) -> None:
        """Return every panel to its state before the first run."""
        self.snapshot = self._live = self._enlarged = self._prepared = self.data = None
        for viewer in self._panels.viewers:
            if isinstance(viewer.view, Clears):
                viewer.view.clear()
        self._panels.fit_docks(None)
        self._panels.status.show_learning_rate(math.nan)
        self._inspection.clear_data()
        self.drawn.emit(None)

    def _show_live(self, snapshot: Snapshot) -> None:
        """Draw a snapshot of the training, unless an earlier moment is looked at."""
        before, self._live = self._live, snapshot
        if before is not None and self.snapshot is before and snapshot.only_images_differ(before):
            self.snapshot = snapshot
            self._show(snapshot, (self._panels.output,), figures=False)
            return
        self._is_replaced = False
        # The first snapshot of a run is replaced by a later one where the worker is faster than this thread.
        self._document.mark_place((snapshot.epoch, snapshot.step), has_trained=snapshot.has_trained)
        if self._session.past.is_past:
            return
        self.snapshot = snapshot
        self._request_maps()
        with self._scheduler.frame(running=self._session.state is TrainingState.RUNNING) as views:
            self._show(snapshot, views, figures=self._takes_figures())

    def _show_past(self, snapshot: Snapshot) -> None:
        """Draw an earlier moment, or only the history, which has grown."""
        before, self.snapshot = self.snapshot, snapshot
        if before is not None and before.is_past and before.layers is snapshot.layers:
            self._show(snapshot, (self._panels.results,), figures=self._takes_figures())
            if snapshot.image is not before.image or snapshot.neuron_image is not before.neuron_image:
                self._show(snapshot, (self._panels.output,), figures=False)
            return
        self._draw_data(self._session.past.data)
        live = [each.view for each in self._panels.viewers if not each.follows_past]
        self._show(snapshot, tuple(view for view in self._scheduler.all if view not in live))

    def _on_past_changed(self) -> None:
        if not self._session.past.is_past and self._live is not None:
            self.snapshot = self._live
            self._draw_data(self._prepared)
            self._show(self._live, self._scheduler.all)

    def _request_maps(self) -> None:
        """Request only as many maps as there are tiles (folded units have none), and the images beside the sample."""
        scene = self._panels.canvas.scene
        field = scene.field
        if field.mapped:
            self._inspection.map_units(field.mapped)
        parts = {"nearest": field.nearest or None, "attention": field.attends, "block": scene.opened}
        self._inspection.show_parts("canvas", parts)

    def _takes_figures(self) -> bool:
        """Whether the numbers are due: at rest always, else ten times a second."""
        now = perf_counter()
        if self._session.state is TrainingState.RUNNING and now < self._figures_at + _FIGURES_SECONDS:
            return False
        self._figures_at = now
        return True

    def _show(self, snapshot: Snapshot, views: tuple[ShowsSnapshots, ...], *, figures: bool = True) -> None:
        self._panels.results.holds_figures = not figures
        for view in dict.fromkeys((*views, *self._figures)) if figures else views:
            view.show_snapshot(snapshot)
        if self._enlarged is not None and self._panels.output in views:
            self._enlarge_neuron(self._enlarged)
        self._panels.status.show_learning_rate(snapshot.learning_rate)
        if not snapshot.is_past:
            # Another network, which never trains, takes pictures of the past.
            self._panels.status.show_engine(snapshot.engine, snapshot.why_not_compiled)
        self.drawn.emit(snapshot)
        self._paint_now()

    def _paint_now(self) -> None:
        """Paint while the training waits, not later when both threads need the interpreter."""
        for chart in self._charts:
            # A scene sends its view's updates by a queued call.
            QCoreApplication.sendPostedEvents(chart.scene(), QEvent.Type.MetaCall)
        QCoreApplication.sendPostedEvents(self.parent(), QEvent.Type.UpdateRequest)

    def _enlarge_hovered(self, state: SnapshotRequest) -> None:
        if state.hovered != self._enlarged:
            self._enlarge_neuron(state.hovered)

    def _enlarge_neuron(self, place: tuple[int, int] | None) -> None:
        """Show a neuron's map in the large plot while the pointer is on it."""
        self._enlarged = place
        snapshot = self.snapshot
        found: Array | PlaneImage | None = None
        if place is not None and snapshot is not None:
            found = snapshot.neuron_image if snapshot.request.hovered == place else None
            found = found or unit_map(snapshot, *place)
        if place is None or snapshot is None or found is None:
            self._show_images(place)
        else:
            column, unit = place
            experiment = snapshot.experiment
            is_class = column == len(experiment.layers) and unit < experiment.class_units
            self._panels.output.show_neuron(found, self._name(*place), unit if is_class else None)

    def _show_images(self, place: tuple[int, int] | None) -> None:
        """Show a unit's images in the large plot, or the network's outputs again."""
        snapshot = self.snapshot
        found = None if place is None or snapshot is None else unit_images(snapshot, *place)
        if place is None or snapshot is None or found is None:
            self._panels.output.show_neuron(None)
            return
        is_map = found.what == "map"
        title = self._name(*place, is_map=True) if is_map else f"{self._name(*place)}, weights"
        self._panels.output.show_maps(found.images, title)

    def _name(self, column: int, unit: int, *, is_map: bool = False) -> str:
        """Name of a unit above the large plot: a class, where it is the output of one."""
        assert self.snapshot is not None
        experiment = self.snapshot.experiment
        classes = () if self.data is None else self.data.data.class_names
        is_class = column == len(experiment.layers) and experiment.class_units and unit < len(classes)
        return f"Output {classes[unit]}" if is_class else _neuron_name(experiment, column, unit, is_map)


def _neuron_name(experiment: Experiment, column: int, unit: int, is_map: bool) -> str:
    if column < 0:
        return f"Feature {experiment.feature_labels[unit]}"
    where = "Output" if column == len(experiment.layers) else f"Layer {column + 1}"
    return f"{where}, map {unit + 1}" if is_map else f"{where}, neuron {unit + 1}"
