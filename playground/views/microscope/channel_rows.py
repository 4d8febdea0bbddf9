"""Which channels of a layer's inputs are shown, and how they are called."""

from __future__ import annotations

import numpy as np

from core.inspect.feature_map import FeatureMapView, MapPosition
from core.nn import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from playground.views.microscope.patch_table import PatchRow

__all__ = ["MAX_CHANNELS", "patch_rows", "shows_patches"]

FOLDED_CHANNELS = 3
MAX_CHANNELS = 64


def shows_patches(trace: FeatureMapView) -> bool:
    """Whether a number of the layer is made of several that lie beside each other in an image."""
    if trace.inputs.ndim == 3:
        return trace.kind.windows(trace.inputs.shape) is not None
    return "kernel" in trace.weights and trace.seen_as is not None


def patch_rows(
    trace: FeatureMapView, spot: MapPosition, *, unfolded: bool = False
) -> tuple[list[PatchRow], int]:
    """A row for each channel, and how many are left out: folded, only those that count most."""
    if spot.kernel is None:
        return [_pool_row(trace, spot)], 0
    sums = spot.channel_sums
    count = len(sums)
    shown = list(range(min(count, MAX_CHANNELS)))
    if not unfolded and count > FOLDED_CHANNELS:
        shown = [int(index) for index in np.argsort(-np.abs(sums), kind="stable")[:FOLDED_CHANNELS]]
    is_whole = trace.inputs.ndim == 1
    rows = [
        PatchRow(
            channel_name(trace, channel),
            None if is_whole else trace.inputs[:, :, channel],
            spot.box,
            spot.patch[:, :, channel],
            spot.inside,
            spot.kernel[:, :, channel],
            float(sums[channel]),
        )
        for channel in shown
    ]
    return rows, count - len(rows)


def channel_name(trace: FeatureMapView, channel: int) -> str:
    """ "The image", "Red" or "Map 3 of layer 1"."""
    is_whole = trace.inputs.ndim == 1
    shape = trace.seen_as if is_whole else trace.inputs.shape
    count = 1 if shape is None else shape[2]
    if trace.layer == 0 or (is_whole and count in (1, 3)):
        return "The image" if count == 1 else ("Red", "Green", "Blue")[channel] if count == 3 else "Channel"
    if is_whole:
        return f"Map {channel + 1}, as it was before it was flattened"
    return f"Map {channel + 1} of layer {trace.layer}"


def _pool_row(trace: FeatureMapView, spot: MapPosition) -> PatchRow:
    patch, winner = spot.patch[:, :, 0], None
    sign = "mean" if isinstance(trace.kind, AveragePooling2D | GlobalAveragePooling2D) else trace.kind.title
    if isinstance(trace.kind, MaxPooling2D):
        sign = "max"
        best = int(np.argmax(np.where(spot.inside, patch, -np.inf)))
        row, column = np.unravel_index(best, patch.shape)
        winner = int(row), int(column)
    whole = trace.inputs[:, :, trace.unit]
    name = channel_name(trace, trace.unit)
    return PatchRow(name, whole, spot.box, patch, spot.inside, None, spot.output, sign, winner)
