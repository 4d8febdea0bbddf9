"""Embedding of the test samples by the last hidden layer: during training the classes separate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from core.inspect.embedding import EmbeddingFrame
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.views.output.output_plot import SamplesPlot

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

# Rescale only if points leave the plot or fill less than this fraction of it.
_MIN_FILLED: Final = 0.6
_ROOM: Final = 1.1


class EmbeddingPlot(SamplesPlot[EmbeddingFrame]):
    """Points in class colors."""

    name = "Embedding of the test samples by the last hidden layer"
    empty = "The picture appears with the test samples"
    _reach = 0.0

    def show_data(self, prepared: PreparedData | None) -> None:
        self._reach = 0.0
        super().show_data(prepared)

    def show_picture(self, picture: EmbeddingFrame | None) -> None:
        if picture is not None:
            far = float(np.abs(picture.places).max(initial=0.0))
            if far > self._reach or far < _MIN_FILLED * self._reach:
                self._reach = _ROOM * far
        super().show_picture(picture)

    def text(self) -> str:
        picture = self._picture
        if picture is None:
            return ""
        share = percent_text(picture.share)
        if picture.layer < 0:
            return f"The inputs, {share} of their variance"
        return f"Layer {picture.layer + 1}, {share} of its variance"

    def _shares(self) -> Array:
        assert self._picture is not None
        shares: Array = 0.5 + 0.5 * self._picture.places / (self._reach or 1.0)
        return shares
