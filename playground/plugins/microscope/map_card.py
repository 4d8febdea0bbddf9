"""The card of a unit's feature map: the map, what of the sample the unit sees, and what excites it most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QToolButton, QWidget

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import shapes_of
from core.inspect.feature_map import FeatureMapView, receptive_field
from core.inspect.found_samples import TopPatch, TopPatches
from core.nn import Shape
from core.nn.layer_types import Box
from core.nn.stage import layer_text
from core.spec.arrays import Array
from playground.plugin import GRID_PX, PaintedWidget, SectionTitle, Theme, ThemeSource, gray_image
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.map_view import MapView, box_rect, paint_box, scaler
from playground.views.widgets.number_format import number, number_text

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_COUNT: Final = 6
_PATCH_PX: Final = 56


class TopPatchStrip(QWidget):
    """Up to six patches. A click selects the sample and the position."""

    patch_chosen = Signal(object)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._shown: TopPatches | None = None
        self._images: list[Array | None] = []
        """Content of each patch; None where it lies beyond the data."""
        self.title = SectionTitle("What excites it most", self)
        self.hint = set_up(QLabel(self), role="caption", wordWrap=True)
        self.buttons = [self._button() for _ in range(_COUNT)]
        row = hbox(*self.buttons, STRETCH, spacing=GRID_PX)
        vbox(self.title, row, self.hint, parent=self, margins=(0, GRID_PX, 0, 0), spacing=6)
        themes.theme_changed.connect(self._draw)

    def show_patches(self, found: TopPatches, experiment: Experiment, prepared: PreparedData) -> None:
        """Set the patches; does nothing for the same object."""
        if self._shown is found:
            return
        self._shown = found
        shapes = shapes_of(experiment)[0]
        self._images = [
            _seen(patch, found.layer, experiment, shapes, prepared.test.inputs) for patch in found.patches
        ]
        self._draw()

    def _draw(self) -> None:
        if self._shown is None:
            return
        patches = self._shown.patches
        for index, button in enumerate(self.buttons):
            button.setVisible(index < len(patches))
            if index < len(patches):
                self._fill(button, patches[index], self._images[index])
        silent = f"None of {self._shown.searched} samples excites it: the map is zero or below everywhere."
        told = f"Of {self._shown.searched} samples. Click one to look at it."
        self.hint.setText(told if patches else silent)

    def _fill(self, button: QToolButton, patch: TopPatch, shown: Array | None) -> None:
        if shown is None:
            return
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(gray_image(shown, self._themes.theme, round(_PATCH_PX * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        button.setIcon(QIcon(pixmap))
        button.setText(number(patch.value))
        row, column = patch.place
        text = f"Sample {patch.row + 1}, row {row + 1}, column {column + 1} of its map: {number(patch.value)}"
        button.setToolTip(text)
        button.setAccessibleName(text)

    def _button(self) -> QToolButton:
        # It shows a patch, in pictures too: no control.
        button = set_up(QToolButton(self), small="true", control=False, clicked=self._choose)
        button.setIconSize(QSize(_PATCH_PX, _PATCH_PX))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _choose(self) -> None:
        index = self.buttons.index(self.sender())  # type: ignore[arg-type]
        if self._shown is not None and index < len(self._shown.patches):
            self.patch_chosen.emit(self._shown.patches[index])


def _seen(
    patch: TopPatch, layer: int, experiment: Experiment, shapes: Sequence[Shape], inputs: Array
) -> Array | None:
    """Input of a unit; None beyond the network or the data. A copy: a view would keep all samples."""
    if layer >= len(shapes) or patch.row >= len(inputs):
        return None
    box = receptive_field(experiment.stack(), experiment.input_shape, shapes, layer, patch.place)
    if box is None:
        return None
    top, left, bottom, right = box
    seen: Array = inputs[patch.row][top:bottom, left:right].copy()
    return seen


_PICTURE_PX = 132


class ReceptiveFieldView(PaintedWidget):
    """Draws an image (height, width, channels)."""

    name = "Sample"
    is_antialiased = False

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._sample: Array | None = None
        self.box: Box | None = None
        """(top, left, bottom, right) in pixels of the sample."""
        self.setFixedSize(_PICTURE_PX, _PICTURE_PX)
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
        self.map = set_up(MapView(themes, self), toolTip="The unit's output at every place of the sample")
        self.map.setFixedSize(self.map.sizeHint())
        self.sample = ReceptiveFieldView(themes, self)
        self.patches = TopPatchStrip(themes, self)
        self.place_text = QLabel(self)
        self.info = set_up(QLabel(self), role="muted")
        self.hint = QLabel("Move over the map; a click or the arrow keys keep a place.", self)
        self.hint.setProperty("role", "caption")
        self.hint.setWordWrap(True)
        self.strongest = set_up(QPushButton("Strongest", self), accessibleName="Strongest place of the map")
        self.strongest.setToolTip("Look at the place where the map is strongest, and follow it (Home)")
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
        self.map.setAccessibleName(f"Map {trace.unit + 1} of {layer_text(trace.layer)}")
        self.map.show_map(trace.outputs, trace.strongest)
        self._show_text()
        # They are known of layers of the stack alone.
        self.patches.setVisible(isinstance(trace.layer, int))
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
        if isinstance(trace.layer, int) and trace.layer < len(shapes):
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
