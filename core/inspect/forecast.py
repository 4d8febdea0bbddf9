"""A small picture of a series and its forecasts, for thumbnails, films, races and seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ..data.raw_form import RawSeries
from ..experiment.prepare import PreparedData
from ..spec.arrays import Array
from .snapshot import OFTEN, PARTS, Shown, SnapshotPart

_TRUE, _FORECAST = 0.5, -1.0
_MARGIN: Final = 0.16
"""Above and below, as strips of thumbnails cut both off."""


def forecasts_series(prepared: PreparedData) -> bool:
    """Whether values over time are forecast, and some to compare with are left."""
    is_series = isinstance(prepared.data.raw, RawSeries) and prepared.data.labels == "values"
    return is_series and prepared.task.labels == "values" and len(prepared.test) > 0


@PARTS.register
class ForecastPart(SnapshotPart[int, Array]):
    """The last test values of a series (side, side, 1) as a curve of 0.5, and their first steps ahead as one of -1."""

    kind = "forecast"
    cost = OFTEN

    def take(self, asked: int, shown: Shown) -> Array | None:
        prepared = self.prepared
        if not forecasts_series(prepared):
            return None
        # Of three for each column, a season is seen.
        last = slice(-3 * asked, None)
        truth = prepared.data.targets[prepared.test_index[last], 0]
        found = prepared.encoding.to_values(self.trainer.network.predict(prepared.test.inputs[last]))[:, 0]
        return curve_picture((truth, found), (_TRUE, _FORECAST), asked)


def curve_picture(curves: Sequence[Array], tones: Sequence[float], side: int) -> Array:
    """Curves as a picture (side, side, 1), row 0 the lowest, the later ones in front; the first one sets the scale."""
    low, high = float(curves[0].min()), float(curves[0].max())
    picture, rows, places = np.zeros((side, side, 1), np.float32), np.arange(side)[:, None], np.arange(side)
    for values, tone in zip(curves, tones, strict=True):
        share = (np.nan_to_num(values) - low) / max(high - low, 1e-12)
        heights = (_MARGIN + (1 - 2 * _MARGIN) * share).clip(0.0, 1.0) * (side - 1)
        line = np.interp(places, np.linspace(0, side - 1, len(values)), heights)
        ends = np.stack([line, np.append(line[1:], line[-1])])
        picture[(rows > ends.min(axis=0) - 0.7) & (rows < ends.max(axis=0) + 0.7)] = tone
    return picture
