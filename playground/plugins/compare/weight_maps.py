"""Heat maps of the weights of a layer in two models, and of their difference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from core.inspect.feature_map import Place
from core.io.number_text import rounded_text
from core.spec.arrays import Array
from playground.plugin import LEFT, ThemeSource, draw_text, font, packed_lut, reach, value_image
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme, model_colors
from playground.views.widgets.map_view import MapView, box_rect, paint_box, place_in

_HEIGHT_PX, _NAME_PX, _GAP_PX, _EDGE_PX = 104, 18, 16, 4


class WeightMaps(MapView):
    """A, B and B − A beside each other, inputs in rows and units in columns; one link is marked in all of them.

    Without another choice it is the one that differs most. A layer of one model, or of two sizes, has no difference.
    """

    name = "Weights of both models; arrow keys go from link to link"

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.maps: list[tuple[str, Array]] = []
        self._inputs: Sequence[str] = ()
        self.setFixedHeight(_HEIGHT_PX)
        self.setToolTip("")

    def show_weights(self, weights: Sequence[Array | None], inputs: Sequence[str]) -> None:
        """Set the weights (inputs, units) of A and of B, None for a layer that has none; and names of the inputs."""
        self.maps = [(name, each) for name, each in zip("AB", weights, strict=True) if each is not None]
        if len(self.maps) == 2 and self.maps[0][1].shape == self.maps[1][1].shape:
            self.maps.append(("B − A", self.maps[1][1] - self.maps[0][1]))
        self._inputs = inputs
        self.setVisible(bool(self.maps))
        if self.maps:
            values = self.maps[-1][1]
            row, column = divmod(int(np.abs(np.nan_to_num(values)).argmax()), values.shape[1])
            self.show_map(values, (row, column))

    def words(self) -> str:
        row, column = self.place
        source = self._inputs[row] if len(self._inputs) == len(self._values) else f"input {row + 1}"
        numbers = (
            f"{name} {rounded_text(float(each[self.place]))}" for name, each in self.maps if self._has(each)
        )
        largest = "largest: " if self.place == self._strongest else ""
        return f"{largest}{source} → {column + 1}, {', '.join(numbers)}"

    def place_at(self, at: QPointF) -> Place | None:
        found = (
            place_in(area, each.shape, at) for (_, each), area in zip(self.maps, self.areas(), strict=True)
        )
        return next((place for place in found if place is not None), None)

    def areas(self) -> list[QRectF]:
        """Where the maps are."""
        width = (self.width() - 2 * _EDGE_PX - 2 * _GAP_PX) / 3
        height = self.height() - _NAME_PX - _EDGE_PX
        lefts = (_EDGE_PX + number * (width + _GAP_PX) for number in range(len(self.maps)))
        return [QRectF(left, _NAME_PX, width, height) for left in lefts]

    def _has(self, values: Array) -> bool:
        """Whether the marked link is in a map; of two sizes one has more."""
        return bool(np.all(np.less(self.place, values.shape)))

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        # Of both models by one scale.
        scale = max(reach(each) for _, each in self.maps[:2])
        inks = *model_colors(theme), theme.text
        for (name, values), area, ink in zip(self.maps, self.areas(), inks, strict=False):
            draw_text(
                painter,
                QRectF(area.left(), 0, area.width(), _NAME_PX),
                name,
                ink,
                font("small", bold=True),
                LEFT,
            )
            image = value_image(values, packed_lut(theme), scale if len(name) == 1 else reach(values))
            size = area.size().toSize()
            if values.shape[0] > size.height() or values.shape[1] > size.width():
                # Each pixel is the mean of its weights.
                image = image.scaled(size, mode=Qt.TransformationMode.SmoothTransformation)
            painter.drawImage(area, image)
            if self._has(values):
                box = box_rect((*self.place, self.place[0] + 1, self.place[1] + 1), values.shape, area)
                paint_box(painter, box, theme.text, theme.surface)
        self._paint_focus(painter, RADIUS_SMALL_PX)
