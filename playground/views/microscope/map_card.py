"""The microscope's card of a feature map: map, sample and the selected position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import shapes_of
from core.inspect.feature_map import FeatureMapView, receptive_field
from core.inspect.top_activations import TopPatch, TopPatches
from core.nn.shapes import Box
from core.spec.arrays import Array
from playground.views.microscope.map_view import MapView, box_rect, paint_box, scaler
from playground.views.microscope.top_patches import TopPatchStrip
from playground.views.theme.colors import GRID_PX, Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.number_format import number_text
from playground.views.widgets.painted import Painted

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_SIDE_PX = 132


class ReceptiveFieldView(Painted):
    """Draws an image (height, width, channels)."""

    name = "Sample"
    is_antialiased = False

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._sample: Array | None = None
        self.box: Box | None = None
        """(top, left, bottom, right) in pixels of the sample."""
        self.setFixedSize(_SIDE_PX, _SIDE_PX)
        self.setToolTip("The sample, and what of it the number at the chosen place of the map can depend on.")

    def show_sample(self, sample: Array | None, box: Box | None) -> None:
        self._sample, self.box = sample, box
        if box is not None:
            self.setAccessibleDescription(
                f"Rows {box[0] + 1} to {box[2]}, columns {box[1] + 1} to {box[3]} count"
            )
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.fillRect(self.rect(), QColor(theme.field))
        if self._sample is not None and self._sample.ndim == 3:
            area = scaler(self._sample.shape, QRectF(self.rect()))
            ratio = self.devicePixelRatioF()
            image = gray_image(self._sample, theme, round(max(area.width(), area.height()) * ratio))
            painter.drawImage(area, image)
            if self.box is not None:
                place = box_rect(self.box, self._sample.shape, area).intersected(area.adjusted(1, 1, -1, -1))
                paint_box(painter, place, theme.accent, theme.surface)


class MapCard(QFrame):
    """`place_changed` is emitted when pointer or keyboard select another position of the map."""

    place_changed = Signal()
    sample_requested = Signal(int)
    """Carries the index of a test sample."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.title = SectionTitle("The map", self)
        self.map = set_up(MapView(themes, self), toolTip="The unit's answer at every place of the sample")
        self.map.setFixedSize(self.map.sizeHint())
        self.sample = ReceptiveFieldView(themes, self)
        self.patches = TopPatchStrip(themes, self)
        self.place_text = QLabel(self)
        self.info = set_up(QLabel(self), role="muted")
        self.hint = QLabel("Move over the map; a click or the arrow keys keep a place.", self)
        self.hint.setProperty("role", "caption")
        self.hint.setWordWrap(True)
        self.strongest = QPushButton("Strongest", self)
        self.strongest.setToolTip("Look at the place where the map is strongest, and follow it (Home)")
        self.strongest.setAccessibleName("Strongest place of the map")
        self._trace: FeatureMapView | None = None
        self._experiment: Experiment | None = None
        self._lay_out()
        self.map.place_changed.connect(self._on_place_changed)
        self.strongest.clicked.connect(self._follow)
        self.patches.patch_chosen.connect(self._choose)

    def show_trace(
        self, trace: FeatureMapView, best: TopPatches | None, experiment: Experiment, prepared: PreparedData
    ) -> None:
        """Show a unit's map; within a layer the selected position is kept."""
        if self._trace is not None and self._trace.layer != trace.layer and self.map.is_kept:
            self.map.keep(None)
        self._trace, self._experiment = trace, experiment
        self.map.setAccessibleName(f"Map {trace.unit + 1} of layer {trace.layer + 1}")
        self.map.show_map(trace.outputs, trace.strongest)
        self._show_text()
        if best is not None and (best.layer, best.unit) == (trace.layer, trace.unit):
            self.patches.show_patches(best, experiment, prepared)

    def _choose(self, patch: TopPatch) -> None:
        # The patch is at this sample's maximum.
        self.map.keep(None)
        self.sample_requested.emit(patch.row)

    def _on_place_changed(self) -> None:
        self._show_text()
        self.place_changed.emit()

    def _follow(self) -> None:
        self.map.keep(None)
        self.map.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_text(self) -> None:
        trace, experiment = self._trace, self._experiment
        if trace is None or experiment is None:
            return
        self.place_text.setText(self.map.words())
        low, high = float(trace.outputs.min()), float(trace.outputs.max())
        size = " × ".join(map(str, trace.outputs.shape))
        self.info.setText(f"{size} numbers, {number_text(low)} … {number_text(high)}")
        self.strongest.setEnabled(self.map.is_kept)
        shapes, _ = shapes_of(experiment)
        field = None
        if trace.layer < len(shapes):
            field = receptive_field(
                experiment.stack(), experiment.input_shape, shapes, trace.layer, self.map.place
            )
        self.sample.show_sample(trace.image, field)

    def _lay_out(self) -> None:
        beside = vbox(self.sample, spacing=6)
        self.place_text.setWordWrap(True)
        beside.addWidget(self.place_text)
        beside.addWidget(self.info)
        beside.addWidget(self.strongest, 0, Qt.AlignmentFlag.AlignLeft)
        beside.addStretch(1)
        beside.addWidget(self.hint)
        pictures = hbox((self.map, 0, Qt.AlignmentFlag.AlignTop), (beside, 1), spacing=2 * GRID_PX)
        vbox(self.title, pictures, self.patches, parent=self, margins=(12, GRID_PX, 12, 10), spacing=6)
