"""The network of a frame: a column of maps or units for each layer, and the weights between them as curves."""

from __future__ import annotations

from functools import lru_cache
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.inspect.network_columns import network_columns
from core.inspect.snapshot import Snapshot
from core.spec.arrays import Array
from playground.film.drawing import Canvas, rounded_mask
from playground.film.layout import Box
from playground.film.palette import Palette

MAX_UNITS = 8
"""Units drawn of each layer."""
_BEND = 16
_MIN_WEIGHT = 0.04
"""Weights below this share of the largest are not drawn."""

Place = tuple[float, float]


def draw_network(image: Image.Image, palette: Palette, snapshot: Snapshot, box: Box, unit: float) -> None:
    """Draw into the box; `unit` scales widths."""
    columns = network_columns(snapshot, MAX_UNITS)
    counts = tuple(len(column.units) for column in columns)
    tile, centers = _places(counts, box, unit)
    canvas = Canvas(box, unit, palette.color("surface"))
    for before, column, sources, targets in zip(columns, columns[1:], centers, centers[1:], strict=False):
        if column.kernel is not None and column.follows(before):
            _draw_weights(canvas, palette, column.kernel, sources, targets, unit)
        else:
            _draw_order(canvas, palette, sources, targets)
    classes = range(snapshot.experiment.class_units)
    for column, places in zip(columns, centers, strict=True):
        of = classes if column is columns[-1] else ()
        for value, place, index in zip_longest(column.units, places, of[: len(places)]):
            if value is None or isinstance(value, float):
                color = (
                    palette.color("field_pressed") if value is None else palette.signed_color(value, index)
                )
                canvas.dot(place, tile / 2, color)
    canvas.paste(image)
    side = max(2, round(tile))
    mask = rounded_mask((side, side), side / 8)
    for column, places in zip(columns, centers, strict=True):
        of = classes if column is columns[-1] else ()
        for value, (x, y), index in zip_longest(column.units, places, of[: len(places)]):
            if value is not None and not isinstance(value, float):
                corner = round(x - side / 2), round(y - side / 2)
                image.paste(palette.small_map(value, side, index), corner, mask)


@lru_cache(maxsize=8)
def _places(counts: tuple[int, ...], box: Box, unit: float) -> tuple[float, list[list[Place]]]:
    """The side of a tile, and the centers of all units."""
    most = max(counts)
    tile = min(7.5 * unit, 0.86 * box.height / most, 0.6 * box.width / len(counts))
    step = min(1.25 * tile, (box.height - tile) / max(1, most - 1))
    middle = box.top + box.height / 2
    centers = [
        [
            (
                box.left + tile / 2 + (box.width - tile) * index / max(1, len(counts) - 1),
                middle + (row - (count - 1) / 2) * step,
            )
            for row in range(count)
        ]
        for index, count in enumerate(counts)
    ]
    return tile, centers


def _draw_weights(
    canvas: Canvas, palette: Palette, kernel: Array, sources: list[Place], targets: list[Place], unit: float
) -> None:
    """A band for each weight between drawn units, as wide as the weight is large."""
    part = np.nan_to_num(kernel[: len(sources), : len(targets)])
    if part.shape != (len(sources), len(targets)):
        return
    part = part / max(1e-9, float(np.abs(part).max(initial=0.0)))
    rows, columns = np.nonzero(np.abs(part) > _MIN_WEIGHT)
    if not len(rows):
        return
    weights = part[rows, columns]
    bands = _bands(
        np.array(sources)[rows], np.array(targets)[columns], np.maximum(0.5, 0.6 * unit * abs(weights)) / 2
    )
    shades = np.sign(weights) * (0.35 + 0.65 * np.abs(weights))
    canvas.polygons(bands, [palette.signed_color(shade) for shade in shades.tolist()])


def _draw_order(canvas: Canvas, palette: Palette, sources: list[Place], targets: list[Place]) -> None:
    """Thin lines between all drawn units where there is no weight for each pair."""
    pairs = np.array([(source, target) for source in sources for target in targets])
    bands = _bands(pairs[:, 0], pairs[:, 1], np.full(len(pairs), 0.25))
    canvas.polygons(bands, [palette.color("border_strong")] * len(bands))


def _bands(
    starts: NDArray[np.float64], ends: NDArray[np.float64], reach: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Outlines (links, points, 2) of curves that leave and arrive horizontally; `reach` (links,) is half the width."""
    share = np.linspace(0.0, 1.0, _BEND + 1)
    across, down = (ends - starts).T
    x = starts[:, :1] + across[:, None] * share
    y = starts[:, 1:] + down[:, None] * (3 * share**2 - 2 * share**3)
    slope = down[:, None] * (6 * share - 6 * share**2)
    length = np.hypot(across[:, None], slope)
    side = reach[:, None] / np.maximum(1e-9, length)
    normal = np.stack([-slope * side, across[:, None] * side], axis=2)
    middle = np.stack([x, y], axis=2)
    return np.concatenate([middle + normal, (middle - normal)[:, ::-1]], axis=1)
