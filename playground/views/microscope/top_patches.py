"""The test-set patches that activate a filter most, as buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import shapes_of
from core.inspect.feature_map import receptive_field
from core.inspect.top_activations import TopPatch, TopPatches
from core.nn import Shape
from core.spec.arrays import Array
from playground.views.microscope.formulas import number
from playground.views.theme.colors import GRID_PX
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_COUNT: Final = 6
_SIDE_PX: Final = 56


class TopPatchStrip(QWidget):
    """Up to six patches. A click selects the sample and the position."""

    patch_chosen = Signal(object)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._shown: TopPatches | None = None
        self._images: list[Array | None] = []
        """What each patch shows; None where it lies beyond the data."""
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
        silent = (
            f"None of {self._shown.searched} test samples excites it: the map is zero or below everywhere."
        )
        told = f"Of {self._shown.searched} test samples. Click one to look at it."
        self.hint.setText(told if patches else silent)

    def _fill(self, button: QToolButton, patch: TopPatch, shown: Array | None) -> None:
        if shown is None:
            return
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(gray_image(shown, self._themes.theme, round(_SIDE_PX * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        button.setIcon(QIcon(pixmap))
        button.setText(number(patch.value))
        row, column = patch.place
        text = f"Test sample {patch.row + 1}, row {row + 1}, column {column + 1} of its map: {number(patch.value)}"
        button.setToolTip(text)
        button.setAccessibleName(text)

    def _button(self) -> QToolButton:
        button = QToolButton(self)
        button.setIconSize(QSize(_SIDE_PX, _SIDE_PX))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setProperty("small", "true")
        button.setProperty("control", False)  # it shows a patch, in pictures too
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(self._choose)
        return button

    def _choose(self) -> None:
        index = self.buttons.index(self.sender())  # type: ignore[arg-type]
        if self._shown is not None and index < len(self._shown.patches):
            self.patch_chosen.emit(self._shown.patches[index])


def _seen(
    patch: TopPatch, layer: int, experiment: Experiment, shapes: Sequence[Shape], inputs: Array
) -> Array | None:
    """What a unit sees of its sample; None beyond the network or the data. A copy: a view would keep all samples."""
    if layer >= len(shapes) or patch.row >= len(inputs):
        return None
    box = receptive_field(experiment.stack(), experiment.input_shape, shapes, layer, patch.place)
    if box is None:
        return None
    top, left, bottom, right = box
    seen: Array = inputs[patch.row][top:bottom, left:right].copy()
    return seen
