"""The test-set patches that activate a filter most, as buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import shapes_of
from core.inspect.feature_map import Box, receptive_field
from core.inspect.top_activations import TopPatch, TopPatches
from core.spec.arrays import Array
from playground.views.microscope.formulas import number
from playground.views.theme.theme import GRID_PX, ThemeSource
from playground.views.widgets import SectionTitle
from playground.views.widgets.array_images import gray_image

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

__all__ = ["TopPatchStrip"]


_COUNT: Final = 6
_SIDE_PX: Final = 56


class TopPatchStrip(QWidget):
    """Up to six patches. A click selects the sample and the position."""

    patch_chosen = Signal(object)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._shown: tuple[TopPatches, Experiment, PreparedData] | None = None
        self.title = SectionTitle("What excites it most", self)
        self.hint = QLabel(self)
        self.hint.setProperty("role", "caption")
        self.hint.setWordWrap(True)
        self.buttons = [self._button() for _ in range(_COUNT)]
        row = QHBoxLayout()
        row.setSpacing(GRID_PX)
        for button in self.buttons:
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID_PX, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.title)
        column.addLayout(row)
        column.addWidget(self.hint)
        themes.theme_changed.connect(self._draw)

    def show_patches(self, found: TopPatches, experiment: Experiment, prepared: PreparedData) -> None:
        """Set the patches; does nothing for the same object."""
        before = self._shown
        self._shown = (found, experiment, prepared)
        if before is None or before[0] is not found:
            self._draw()

    def _draw(self) -> None:
        if self._shown is None:
            return
        found, experiment, prepared = self._shown
        shapes, stack = shapes_of(experiment)[0], experiment.stack()
        for index, button in enumerate(self.buttons):
            patch = found.patches[index] if index < len(found.patches) else None
            button.setVisible(patch is not None)
            if patch is not None:
                field = None
                if found.layer < len(shapes):
                    field = receptive_field(stack, experiment.input_shape, shapes, found.layer, patch.place)
                self._fill(button, patch, field, prepared.test.inputs)
        silent = f"None of {found.searched} test samples excites it: the map is zero or below everywhere."
        told = f"Of {found.searched} test samples. Click one to look at it."
        self.hint.setText(told if found.patches else silent)

    def _fill(self, button: QToolButton, patch: TopPatch, box: Box | None, inputs: Array) -> None:
        if patch.row >= len(inputs) or box is None:
            return
        top, left, bottom, right = box
        ratio = self.devicePixelRatioF()
        image = gray_image(
            inputs[patch.row][top:bottom, left:right], self._themes.theme, round(_SIDE_PX * ratio)
        )
        pixmap = QPixmap.fromImage(image)
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
        if self._shown is not None and index < len(self._shown[0].patches):
            self.patch_chosen.emit(self._shown[0].patches[index])
