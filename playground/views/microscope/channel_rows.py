"""Rows of the patch table: the input channels of a feature map, and their names."""

from __future__ import annotations

import numpy as np

from core.inspect.feature_map import FeatureMapView, MapPosition
from core.nn import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from playground.views.microscope.patch_table import PatchRow

FOLDED_CHANNELS = 3
MAX_CHANNELS = 64


def shows_patches(feature_map: FeatureMapView) -> bool:
    """Whether the layer computes each output from a patch of its input."""
    if feature_map.inputs.ndim == 3:
        return feature_map.kind.windows(feature_map.inputs.shape) is not None
    return "kernel" in feature_map.weights and feature_map.seen_as is not None


def patch_rows(
    feature_map: FeatureMapView, position: MapPosition, *, unfolded: bool = False
) -> tuple[list[PatchRow], int]:
    """A row per channel and the number of channels left out; folded, only the largest contributions are kept."""
    if position.kernel is None:
        return [_pool_row(feature_map, position)], 0
    sums = position.channel_sums
    count = len(sums)
    shown = list(range(min(count, MAX_CHANNELS)))
    if not unfolded and count > FOLDED_CHANNELS:
        shown = [int(index) for index in np.argsort(-np.abs(sums), kind="stable")[:FOLDED_CHANNELS]]
    is_whole = feature_map.inputs.ndim == 1
    rows = [
        PatchRow(
            channel_name(feature_map, channel),
            None if is_whole else feature_map.inputs[:, :, channel],
            position.box,
            position.patch[:, :, channel],
            position.inside,
            position.kernel[:, :, channel],
            float(sums[channel]),
        )
        for channel in shown
    ]
    return rows, count - len(rows)


def channel_name(feature_map: FeatureMapView, channel: int) -> str:
    """ "The image", "Red" or "Map 3 of layer 1"."""
    is_whole = feature_map.inputs.ndim == 1
    shape = feature_map.seen_as if is_whole else feature_map.inputs.shape
    count = 1 if shape is None else shape[2]
    if feature_map.layer == 0 or (is_whole and count in (1, 3)):
        return "The image" if count == 1 else ("Red", "Green", "Blue")[channel] if count == 3 else "Channel"
    if is_whole:
        return f"Map {channel + 1}, as it was before it was flattened"
    return f"Map {channel + 1} of layer {feature_map.layer}"


def _pool_row(feature_map: FeatureMapView, position: MapPosition) -> PatchRow:
    patch, winner = position.patch[:, :, 0], None
    sign = (
        "mean"
        if isinstance(feature_map.kind, AveragePooling2D | GlobalAveragePooling2D)
        else feature_map.kind.title
    )
    if isinstance(feature_map.kind, MaxPooling2D):
        sign = "max"
        best = int(np.argmax(np.where(position.inside, patch, -np.inf)))
        row, column = np.unravel_index(best, patch.shape)
        winner = int(row), int(column)
    whole = feature_map.inputs[:, :, feature_map.unit]
    name = channel_name(feature_map, feature_map.unit)
    return PatchRow(name, whole, position.box, patch, position.inside, None, position.output, sign, winner)
