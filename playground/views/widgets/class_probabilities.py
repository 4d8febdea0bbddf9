"""Probabilities of classes, each with bar and percentage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.data.target_encoding import TargetEncoding
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.views.theme.colors import Theme, class_color
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import LEFT, RIGHT, PaintedWidget, cut_text, draw_box, draw_text

ClassProbability = tuple[str, float]

MAX_CLASSES: Final = 3
ROW_PX: Final = 26
BAR_PX: Final = 12
_PERCENT_PX: Final = 44
_GAP_PX: Final = 8
_MAX_NAME_SHARE: Final = 0.35


def top_classes(output: Array, encoding: TargetEncoding, names: Sequence[str]) -> list[ClassProbability]:
    """The most probable classes of an output vector (outputs,), best first."""
    shares = np.nan_to_num(np.asarray(output, np.float64))
    if encoding.outputs == 1:
        second = (shares[0] - encoding.low) / (encoding.high - encoding.low)
        shares = np.array([1.0 - second, second])
    shares = np.clip(shares, 0.0, 1.0)
    best = np.argsort(-shares, kind="stable")[:MAX_CLASSES]
    if encoding.cut != 0.5 and encoding.decode(output[None])[0] != best[0]:
        # What it says, though less probable.
        best = best[::-1]
    return [(names[number], float(shares[number])) for number in best]


class ClassProbabilities(PaintedWidget):
    """At most `most` rows "name, bar, percent"; empty without a prediction.

    The best has the accent color; in `class_colors`, each has its own.
    """

    name = "What the network takes it for"

    def __init__(
        self,
        themes: ThemeSource,
        parent: QWidget | None = None,
        *,
        most: int = MAX_CLASSES,
        class_colors: bool = False,
    ) -> None:
        super().__init__(themes, parent)
        self._most, self._class_colors = most, class_colors
        self._colors: dict[str, str] = {}
        self._probabilities: list[ClassProbability] = []
        self._shown: list[tuple[str, int]] = []
        self._rows = most
        self._font, self._bold = font(), font(bold=True)
        self._name_px = 0.0
        self.setToolTip("The classes that the network believes in most, for what it sees.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def texts(self) -> list[str]:
        """Texts of the rows: "3 91 %"."""
        return [f"{name} {percent} %" for name, percent in self._shown]

    def set_names(self, names: Sequence[str]) -> None:
        """Set all possible class names: bars keep their place while the probabilities change."""
        metrics = QFontMetricsF(self._bold)
        self._name_px = max((metrics.horizontalAdvance(name) for name in names), default=0.0) + 1
        self._rows = max(1, min(self._most, len(names)))
        if self._class_colors:
            self._colors = {name: class_color(number) for number, name in enumerate(names)}
        self.updateGeometry()
        self.show_probabilities([])

    def show_probabilities(self, probabilities: Sequence[ClassProbability]) -> None:
        """Set the probabilities of some classes; repaints only if a text changes."""
        shown = [(name, round(100 * share)) for name, share in probabilities]
        self._probabilities = list(probabilities)
        if shown != self._shown:
            self._shown = shown
            self.setAccessibleDescription(", ".join(self.texts))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, self._rows * ROW_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        for row in range(self._rows):
            self._paint_row(painter, row)

    def _paint_row(self, painter: QPainter, row: int) -> None:
        theme, place = self._themes.theme, QRectF(0, row * ROW_PX, self.width(), ROW_PX)
        name_px = min(self._name_px, _MAX_NAME_SHARE * self.width())
        left = name_px + _GAP_PX
        bar = QRectF(left, place.center().y() - BAR_PX / 2, place.width() - left - _PERCENT_PX, BAR_PX)
        draw_box(painter, bar, 5, theme.groove)
        if row >= len(self._probabilities):
            return
        name, share = self._probabilities[row]
        best = share == max(each for _, each in self._probabilities)
        filled = QRectF(bar.left(), bar.top(), max(3.0, share * bar.width()), BAR_PX)
        color = self._colors.get(name, theme.accent if best else theme.text_muted)
        draw_box(painter, filled, min(5.0, filled.width() / 2), color)
        ink = theme.text if best else theme.text_muted
        draw_text(painter, place, cut_text(self._bold, name, name_px), ink, self._bold, LEFT)
        draw_text(painter, place, percent_text(share), None, self._font, RIGHT)
