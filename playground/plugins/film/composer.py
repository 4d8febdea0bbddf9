"""Compose a frame: boundary with its points, network, curves, caption and epoch.

What stays from frame to frame is drawn once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.experiment.prepare import PreparedData
from core.inspect.latent import draws_samples
from core.inspect.network_columns import network_columns
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.texts import SampleTextsPart
from core.io.number_text import held_text, loss_text, place_text
from core.spec.arrays import Array
from core.train.figures import SPLITS
from core.train.history import History
from playground.headless.drawing import SCALE, Box, Canvas, Color, Palette, draw_text, lay_out, rounded_mask
from playground.plugins.film.settings import FilmSettings

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


_CURVE_POINTS = 240
_CURVES = ("test", "train")


class LossChart:
    """Up to epoch `end`; `history` is that of the whole run, which fixes the height. `unit` scales widths and text."""

    def __init__(self, box: Box, palette: Palette, history: History, end: float, unit: float) -> None:
        self._box = Box(box.left, box.top, box.width, max(4 * unit, box.height - 4 * unit))
        self._palette, self._history, self._end, self._unit = palette, history, max(end, 1e-9), unit
        losses = np.concatenate([history.drawn_loss, history.test_loss])
        losses = losses[np.isfinite(losses)]
        # A spike would flatten the rest.
        self._highest = float(np.quantile(losses, 0.995)) * 1.05 if losses.size else 1.0

    def draw_axes(self, draw: ImageDraw.ImageDraw) -> None:
        """The numbers below, which stay."""
        box, unit, color = self._box, self._unit, self._palette.color("text_muted")
        below = box.top + box.height + 2.4 * unit
        draw_text(draw, (box.left, below), "0", color, 2.4 * unit, anchor="lm")
        draw_text(draw, (box.left + box.width, below), f"{int(self._end):,}", color, 2.4 * unit, anchor="rm")

    def draw(self, image: Image.Image, position: float) -> None:
        """Lines and curves up to `position` in epochs."""
        box, history = self._box, self._history
        canvas = Canvas(box, 1.2 * self._unit, self._palette.color("surface"))
        for share in (0.0, 1 / 3, 2 / 3, 1.0):
            y = box.top + share * box.height
            role = "border_strong" if share == 1.0 else "border"
            canvas.line([(box.left, y), (box.left + box.width, y)], self._palette.color(role), 1)
        count = int(np.searchsorted(history.epoch, position, side="right"))
        for name, values in zip(_CURVES, (history.test_loss, history.drawn_loss), strict=True):
            places = self._curve(history.epoch[:count], values[:count])
            if len(places) > 1:
                canvas.line(places, self._palette.color(name), 0.3 * self._unit)
            if places:
                canvas.dot(places[-1], 0.9 * self._unit, self._palette.color(name))
        canvas.paste(image)

    def _curve(self, epochs: Array, values: Array) -> list[tuple[float, float]]:
        good = np.isfinite(values)
        epochs, values = epochs[good], values[good]
        step = max(1, len(epochs) // _CURVE_POINTS)
        picked = np.arange(len(epochs) - 1, -1, -step)[::-1]
        x = self._box.left + np.clip(epochs[picked] / self._end, 0.0, 1.0) * self._box.width
        share = np.clip(values[picked] / max(1e-12, self._highest), 0.0, 1.0)
        y = self._box.top + (1.0 - share) * self._box.height
        return list(zip(x.tolist(), y.tolist(), strict=True))


_MAX_POINTS = 600


def frame_request(settings: FilmSettings) -> SnapshotRequest:
    """Required contents of the snapshots of a film."""
    return SnapshotRequest(grid=100, maps=MAX_UNITS if settings.network else 0)


class FrameComposer:
    """Draws the frames of one film. `history`, of the whole run, and its last epoch `end` fix the chart's axes."""

    def __init__(
        self, settings: FilmSettings, data: PreparedData, history: History, end: float, footer: str = ""
    ) -> None:
        self._settings, self._data, self._footer = settings, data, footer
        self._palette = Palette.of(dark=settings.dark)
        self._size = settings.size
        self._unit = unit = min(self._size) / 100
        parts = [name for name in ("boundary", "curves", "network") if getattr(settings, name)]
        if len(parts) > 1 and data.data.form in ("tokens", "sequence"):
            # The last layer alone has units that the picture could show.
            parts = [name for name in parts if name != "network"]
        top = (12 if settings.caption or settings.epoch else 4) * unit
        self._boxes = lay_out(parts, self._size, top, (5 if footer else 4) * unit)
        # What is made is seen without the data.
        has_points = "boundary" in self._boxes and data.has_plane and not draws_samples(data)
        self._points = self._points_layer(self._boxes["boundary"]) if has_points else None
        self._chart: LossChart | None = None
        if (box := self._boxes.get("curves")) is not None:
            below = Box(box.left, box.top + 19 * unit, box.width, box.height - 19 * unit)
            self._chart = LossChart(below, self._palette, history, end, unit)
        self._ground = self._draw_ground()

    def title(self) -> Image.Image:
        """The title card."""
        image = Image.new("RGB", self._size, self._palette.color("surface"))
        draw = ImageDraw.Draw(image)
        width, height = self._size
        text = self._settings.caption or "A network learns"
        place = width / 2, height * 0.46
        self._text(draw, place, text, "text", 5.5, anchor="mm", most=width * 0.88, bold=True)
        self._text(draw, (width / 2, height * 0.56), self._footer, "text_muted", 3.0, anchor="mm")
        return image

    def frame(self, snapshot: Snapshot, position: float) -> Image.Image:
        """One frame, of the settings' size, for `position` in epochs."""
        image = self._ground.copy()
        draw = ImageDraw.Draw(image)
        if self._settings.epoch:
            unit = self._unit
            place = self._size[0] - 4 * unit, 6.5 * unit
            self._text(draw, place, f"epoch {place_text(position)}", "text_muted", 3.1, anchor="rm")
        if (box := self._boxes.get("boundary")) is not None:
            self._draw_boundary(image, snapshot, box)
        if self._chart is not None:
            self._draw_scores(draw, snapshot, self._boxes["curves"])
            self._chart.draw(image, position)
        if (box := self._boxes.get("network")) is not None:
            draw_network(image, self._palette, snapshot, box, self._unit)
        return image

    def small(self, snapshot: Snapshot, side: int) -> Image.Image:
        """The boundary alone, `side` pixels high and wide; the whole frame where there is none."""
        if snapshot.boundary is not None:
            return self._palette.outputs(snapshot.boundary, (side, side))
        if texts := snapshot.part(SampleTextsPart):
            image = Image.new("RGB", (side, side), self._palette.color("field"))
            self._write(image, texts.short_lines[:3], Box(0, 0, side, side))
            return image
        whole = self.frame(snapshot, snapshot.epoch)
        whole.thumbnail((side, side))
        return whole

    def _draw_ground(self) -> Image.Image:
        image = Image.new("RGB", self._size, self._palette.color("surface"))
        draw = ImageDraw.Draw(image)
        settings, unit, (width, height) = self._settings, self._unit, self._size
        if settings.caption:
            room = width - (30 if settings.epoch else 8) * unit
            place = 4 * unit, 6.5 * unit
            self._text(draw, place, settings.caption, "text", 3.6, anchor="lm", most=room, bold=True)
        if self._footer:
            place = 4 * unit, height - 2.2 * unit
            self._text(draw, place, self._footer, "text_faint", 2.0, anchor="lm")
        if self._chart is not None:
            box = self._boxes["curves"]
            self._text(draw, (box.left, box.top + 12 * unit), "Loss", "text_muted", 2.5, anchor="lm")
            self._chart.draw_axes(draw)
        return image

    def _write(self, image: Image.Image, lines: Sequence[str], box: Box) -> None:
        """Write texts below each other."""
        draw, height = ImageDraw.Draw(image), box.height / max(1, len(lines))
        for number, line in enumerate(lines):
            place, color = (
                (box.left + 0.3 * height, box.top + (number + 0.5) * height),
                self._palette.color("text"),
            )
            most = box.width - 0.6 * height
            draw_text(draw, place, line, color, 0.5 * height, anchor="lm", most=most, bold=True)

    def _draw_boundary(self, image: Image.Image, snapshot: Snapshot, box: Box) -> None:
        if texts := snapshot.part(SampleTextsPart):
            self._write(image, texts.marked_lines, box)
            return
        if snapshot.boundary is None:
            return
        picture = self._palette.outputs(snapshot.boundary, box.side)
        image.paste(picture, box.corner, rounded_mask(box.side, 1.6 * self._unit))
        if self._points is not None:
            image.paste(self._points, box.corner, self._points)

    def _points_layer(self, box: Box) -> Image.Image:
        """The points, which do not move, on a transparent ground."""
        data, (width, height) = self._data, box.side
        layer = Image.new("RGBA", (width * SCALE, height * SCALE))
        draw = ImageDraw.Draw(layer)
        (left, low), (right, high) = data.plane.low, data.plane.high
        radius = 0.95 * self._unit * SCALE
        for points, labels, edge in (
            (data.train_points, data.train.labels, "surface"),
            (data.test_points, data.test.labels, "text"),
        ):
            step = max(1, math.ceil(len(points) / _MAX_POINTS))
            for (x, y), label in zip(points[::step], labels.reshape(-1)[::step], strict=True):
                across = (x - left) / (right - left) * layer.width
                down = (high - y) / (high - low) * layer.height
                corners = (across - radius, down - radius, across + radius, down + radius)
                draw.ellipse(corners, self._label_color(float(label)), self._palette.color(edge), 2)
        # Of colors times opacity, or transparent pixels darken the edges.
        return layer.convert("RGBa").reduce(SCALE).convert("RGBA")

    def _label_color(self, label: float) -> Color:
        data = self._data.data
        if data.labels == "values":
            reach = max(1e-9, float(np.abs(data.targets).max(initial=0.0)))
            return self._palette.signed_color(label / max(1.0, reach))
        return self._palette.class_color(int(label))

    def _draw_scores(self, draw: ImageDraw.ImageDraw, snapshot: Snapshot, box: Box) -> None:
        unit, left, top = self._unit, box.left, box.top
        figures, score = snapshot.figures, self._data.task.score.name
        name = f"Training {score}"
        if figures.decisive is not figures.train:
            name = held_text(f"Test {score}", self._data.held_name)
        value = self._data.task.score.text(figures.decisive.score, 0)
        self._text(draw, (left, top + 1.6 * unit), name, "text_muted", 2.5, anchor="lm")
        self._text(draw, (left, top + 6 * unit), value, "text", 4.0, anchor="lm", bold=True)
        for index, split in enumerate(SPLITS):
            if math.isfinite(loss := figures.of(split).loss):
                place = left + index * box.width, top + 15.6 * unit
                self._text(
                    draw, place, f"{split} {loss_text(loss)}", split, 2.3, anchor="rm" if index else "lm"
                )

    def _text(
        self, draw: ImageDraw.ImageDraw, place: Place, text: str, role: str, size: float, **how: Any
    ) -> None:
        """Write as `draw_text`, in a size in hundredths of the shorter side."""
        draw_text(draw, place, text, self._palette.color(role), size * self._unit, **how)
