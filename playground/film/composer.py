"""Compose a frame: boundary with its points, network, curves, caption and epoch.

Everything is drawn twice as large and reduced, which smooths lines, points and text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.experiment.prepare import PreparedData
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.spec.arrays import Array
from core.train.history import History
from playground.film.palette import Color, Palette
from playground.film.settings import FilmSettings

__all__ = ["Box", "FrameComposer", "frame_request"]

_SCALE = 2
_MAX_POINTS = 600
_MAX_UNITS = 8
_CURVE_POINTS = 240
_BEND = 12


def frame_request(settings: FilmSettings) -> SnapshotRequest:
    """What the snapshots of a film must contain."""
    return SnapshotRequest(grid=100, maps=_MAX_UNITS if settings.network else 0)


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the drawing."""

    left: float
    top: float
    width: float
    height: float

    @property
    def corners(self) -> tuple[float, float, float, float]:
        return self.left, self.top, self.left + self.width, self.top + self.height


class FrameComposer:
    """Draws the frames of one film. `history` is that of the whole run, which fixes the chart's axes."""

    def __init__(
        self, settings: FilmSettings, data: PreparedData, history: History, end: float, footer: str = ""
    ) -> None:
        self._settings, self._data, self._history = settings, data, history
        self._end, self._footer = max(end, 1e-9), footer
        self._palette = Palette.of(dark=settings.dark)
        width, height = settings.size
        self._size = width * _SCALE, height * _SCALE
        self._unit = min(self._size) / 100
        self._boxes = self._lay_out()
        self._points = self._points_layer() if "boundary" in self._boxes else None
        losses = np.concatenate([history.train_loss, history.test_loss])
        losses = losses[np.isfinite(losses)]
        # A spike would flatten the rest.
        self._highest = float(np.quantile(losses, 0.995)) * 1.05 if losses.size else 1.0

    def title(self) -> Image.Image:
        """The title card."""
        image = Image.new("RGB", self._size, self._palette.color("surface"))
        draw = ImageDraw.Draw(image)
        width, height = self._size
        text = self._settings.caption or "A network learns"
        self._text(draw, (width / 2, height * 0.46), text, "text", 6.5, anchor="mm", most=width * 0.88)
        self._text(draw, (width / 2, height * 0.56), self._footer, "text_muted", 3.2, anchor="mm")
        return image.reduce(_SCALE)

    def frame(self, snapshot: Snapshot, position: float) -> Image.Image:
        """One frame, of the settings' size, for `position` in epochs."""
        image = Image.new("RGB", self._size, self._palette.color("surface"))
        draw = ImageDraw.Draw(image)
        self._draw_head(draw, position)
        boxes = self._boxes
        if (box := boxes.get("boundary")) is not None:
            self._draw_boundary(image, snapshot, box)
        if (box := boxes.get("curves")) is not None:
            self._draw_scores(draw, snapshot, position, box)
        if (box := boxes.get("network")) is not None:
            self._draw_network(image, draw, snapshot, box)
        if self._footer:
            place = 4 * self._unit, self._size[1] - 2.2 * self._unit
            self._text(draw, place, self._footer, "text_faint", 2.2, anchor="lm")
        return image.reduce(_SCALE)

    # -- the places ---------------------------------------------------------------------------------------------------

    def _lay_out(self) -> dict[str, Box]:
        """The box of each part: the boundary first, then curves beside and the network below or beside it."""
        unit, (width, height) = self._unit, self._size
        parts = [name for name in ("boundary", "curves", "network") if getattr(self._settings, name)]
        top = 12 * unit if self._settings.caption or self._settings.epoch else 4 * unit
        whole = Box(4 * unit, top, width - 8 * unit, height - top - (5 if self._footer else 4) * unit)
        if len(parts) == 1:
            return {parts[0]: _square(whole) if parts[0] == "boundary" else whole}
        gap = 4 * unit
        if height > 1.2 * width:
            return _stacked(parts, whole, gap)
        if width > 1.2 * height or len(parts) == 2:
            return self._beside(parts, whole, gap)
        low = whole.height * 0.36
        side = whole.height - low - gap
        right = Box(whole.left + side + gap, top, whole.width - side - gap, side)
        below = Box(whole.left, top + side + gap, whole.width, low)
        return {"boundary": Box(whole.left, top, side, side), "curves": right, "network": below}

    @staticmethod
    def _beside(parts: list[str], whole: Box, gap: float) -> dict[str, Box]:
        """The first part on the left, the others in a column on its right."""
        side = min(whole.height, whole.width * 0.58)
        first, *others = parts
        boxes = {first: Box(whole.left, whole.top, side, side if first == "boundary" else whole.height)}
        right = Box(whole.left + side + gap, whole.top, whole.width - side - gap, whole.height)
        return boxes | _stacked(others, right, gap)

    # -- the parts ----------------------------------------------------------------------------------------------------

    def _draw_head(self, draw: ImageDraw.ImageDraw, position: float) -> None:
        unit, width = self._unit, self._size[0]
        if self._settings.caption:
            room = width - (28 if self._settings.epoch else 8) * unit
            self._text(
                draw, (4 * unit, 6.5 * unit), self._settings.caption, "text", 3.9, anchor="lm", most=room
            )
        if self._settings.epoch:
            text = f"epoch {int(position):,}"
            self._text(draw, (width - 4 * unit, 6.5 * unit), text, "text_muted", 3.4, anchor="rm")

    def _draw_boundary(self, image: Image.Image, snapshot: Snapshot, box: Box) -> None:
        if snapshot.boundary is None:
            return
        side = round(box.width), round(box.height)
        picture = self._palette.outputs(snapshot.boundary, side)
        place = round(box.left), round(box.top)
        image.paste(picture, place, _rounded(side, round(1.6 * self._unit)))
        if self._points is not None:
            image.paste(self._points, place, self._points)

    def _points_layer(self) -> Image.Image:
        """The points, which do not move, on a transparent ground."""
        box, data = self._boxes["boundary"], self._data
        layer = Image.new("RGBA", (round(box.width), round(box.height)))
        draw = ImageDraw.Draw(layer)
        (left, low), (right, high) = data.plane.low, data.plane.high
        radius = 0.95 * self._unit
        for points, labels, edge in (
            (data.train_points, data.train.labels, "surface"),
            (data.test_points, data.test.labels, "text"),
        ):
            step = max(1, math.ceil(len(points) / _MAX_POINTS))
            for (x, y), label in zip(points[::step], labels.reshape(-1)[::step], strict=True):
                across = (x - left) / (right - left) * box.width
                down = (high - y) / (high - low) * box.height
                corners = (across - radius, down - radius, across + radius, down + radius)
                draw.ellipse(corners, self._label_color(float(label)), self._palette.color(edge), 2)
        return layer

    def _label_color(self, label: float) -> Color:
        data = self._data.data
        if data.task == "regression":
            reach = max(1e-9, float(np.abs(data.targets).max(initial=0.0)))
            return self._palette.signed_color(label / max(1.0, reach))
        if self._data.encoding.outputs == 1:
            return self._palette.color("positive" if label else "negative")
        return self._palette.class_color(int(label))

    def _draw_scores(self, draw: ImageDraw.ImageDraw, snapshot: Snapshot, position: float, box: Box) -> None:
        unit, left, top = self._unit, box.left, box.top
        tested = math.isfinite(snapshot.test.accuracy)
        score = snapshot.test.accuracy if tested else snapshot.train.accuracy
        regression = self._data.data.task == "regression"
        name = f"{'Test' if tested else 'Training'} {'R²' if regression else 'accuracy'}"
        value = "–" if not math.isfinite(score) else f"{score:.3f}" if regression else f"{100 * score:.0f} %"
        self._text(draw, (left, top + 1.6 * unit), name, "text_muted", 2.7, anchor="lm")
        self._text(draw, (left, top + 6 * unit), value, "text", 4.4, anchor="lm")
        words = [("train", snapshot.train.loss, "train"), ("test", snapshot.test.loss, "test")]
        self._text(draw, (left, top + 12 * unit), "Loss", "text_muted", 2.7, anchor="lm")
        for index, (word, loss, color) in enumerate(words):
            if math.isfinite(loss):
                place = left + index * box.width, top + 15.6 * unit
                self._text(draw, place, f"{word} {loss:.2f}", color, 2.5, anchor="rm" if index else "lm")
        chart = Box(left, top + 19 * unit, box.width, max(4 * unit, box.height - 23 * unit))
        self._draw_chart(draw, position, chart)

    def _draw_chart(self, draw: ImageDraw.ImageDraw, position: float, box: Box) -> None:
        unit, history = self._unit, self._history
        for share in (0.0, 1 / 3, 2 / 3, 1.0):
            y = box.top + share * box.height
            role = "border_strong" if share == 1.0 else "border"
            draw.line((box.left, y, box.left + box.width, y), self._palette.color(role), _SCALE)
        count = int(np.searchsorted(history.epoch, position, side="right"))
        for values, color in ((history.test_loss, "test"), (history.train_loss, "train")):
            places = self._curve(history.epoch[:count], values[:count], box)
            if len(places) > 1:
                draw.line(places, self._palette.color(color), 2 * _SCALE - 1, joint="curve")
            if places:
                x, y = places[-1]
                radius = 0.9 * unit
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), self._palette.color(color))
        below = box.top + box.height + 2.2 * unit
        self._text(draw, (box.left, below), "0", "text_muted", 2.4, anchor="lm")
        self._text(draw, (box.left + box.width, below), f"{self._end:,.0f}", "text_muted", 2.4, anchor="rm")

    def _curve(self, epochs: Array, values: Array, box: Box) -> list[tuple[float, float]]:
        good = np.isfinite(values)
        epochs, values = epochs[good], values[good]
        step = max(1, len(epochs) // _CURVE_POINTS)
        picked = np.arange(len(epochs) - 1, -1, -step)[::-1]
        x = box.left + epochs[picked] / self._end * box.width
        share = np.clip(values[picked] / max(1e-12, self._highest), 0.0, 1.0)
        y = box.top + (1.0 - share) * box.height
        return list(zip(x.tolist(), y.tolist(), strict=True))

    def _draw_network(
        self, image: Image.Image, draw: ImageDraw.ImageDraw, snapshot: Snapshot, box: Box
    ) -> None:
        columns = _columns(snapshot)
        most = max(len(column) for column in columns)
        tile = min(7.5 * self._unit, 0.86 * box.height / max(1, most), 0.6 * box.width / len(columns))
        centers = [
            [
                (
                    box.left + tile / 2 + (box.width - tile) * (index / max(1, len(columns) - 1)),
                    box.top + box.height / 2 + (row - (len(column) - 1) / 2) * min(
                        1.25 * tile, (box.height - tile) / max(1, most - 1)
                    ),
                )
                for row in range(len(column))
            ]
            for index, column in enumerate(columns)
        ]  # fmt: skip
        self._draw_links(draw, snapshot, centers)
        side = max(2, round(tile))
        mask = _rounded((side, side), max(1, side // 8))
        for column, places in zip(columns, centers, strict=True):
            for values, (x, y) in zip(column, places, strict=True):
                corner = round(x - tile / 2), round(y - tile / 2)
                if values is None:
                    draw.ellipse(
                        (*corner, corner[0] + side, corner[1] + side), self._palette.color("field_pressed")
                    )
                else:
                    image.paste(self._palette.map(values[::-1], (side, side)), corner, mask)

    def _draw_links(
        self, draw: ImageDraw.ImageDraw, snapshot: Snapshot, centers: list[list[tuple[float, float]]]
    ) -> None:
        kernels = [layer.kernel for layer in snapshot.layers if layer.kernel is not None]
        if len(kernels) != len(centers) - 1:
            return
        for kernel, sources, targets in zip(kernels, centers, centers[1:], strict=False):
            part = kernel[: len(sources), : len(targets)]
            reach = max(1e-9, float(np.abs(part).max(initial=0.0)))
            for row, column in np.argwhere(np.abs(part) > 0.04 * reach):
                weight = float(part[row, column]) / reach
                line = _bent(sources[row], targets[column])
                draw.line(line, self._palette.signed_color(math.copysign(0.35 + 0.65 * abs(weight), weight)),
                          max(1, round(abs(weight) * 0.8 * self._unit)), joint="curve")  # fmt: skip

    def _text(
        self,
        draw: ImageDraw.ImageDraw,
        place: tuple[float, float],
        text: str,
        role: str,
        size: float,
        *,
        anchor: str,
        most: float = math.inf,
    ) -> None:
        """Write in a size in hundredths of the shorter side, cut with "…" where it is wider than `most`."""
        face = _font(max(8, round(size * self._unit)))
        if draw.textlength(text, face) > most:
            while text and draw.textlength(text + "…", face) > most:
                text = text[:-1]
            text += "…"
        draw.text(place, text, self._palette.color(role), face, anchor)


def _columns(snapshot: Snapshot) -> list[list[Array | None]]:
    """The maps of inputs and of every layer with weights; None for units without one."""
    first = snapshot.layers[0].kernel if snapshot.layers else None
    inputs: list[Array | None] = [None] * min(_MAX_UNITS, 1 if first is None else len(first))
    if snapshot.feature_maps is not None:
        inputs = list(snapshot.feature_maps[:_MAX_UNITS])
    columns = [inputs]
    for layer in snapshot.layers:
        if layer.kernel is None:
            continue
        units = min(_MAX_UNITS, layer.kernel.shape[1])
        maps = layer.maps
        columns.append([None if maps is None or unit >= len(maps) else maps[unit] for unit in range(units)])
    return columns


def _stacked(parts: list[str], whole: Box, gap: float) -> dict[str, Box]:
    """The parts one below the other; the boundary is square, the others share the rest."""
    boxes: dict[str, Box] = {}
    top, left = whole.top, len(parts)
    for name in parts:
        height = (whole.top + whole.height - top - gap * (left - 1)) / left
        box = Box(whole.left, top, whole.width, height)
        if name == "boundary":
            side = min(whole.width, whole.height * 0.55)
            box = Box(whole.left + (whole.width - side) / 2, top, side, side)
        boxes[name] = box
        top, left = top + box.height + gap, left - 1
    return boxes


def _square(box: Box) -> Box:
    side = min(box.width, box.height)
    return Box(box.left + (box.width - side) / 2, box.top + (box.height - side) / 2, side, side)


def _bent(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """Points of a curve that leaves and arrives horizontally."""
    (x, y), (right, low) = start, end
    shares = [index / _BEND for index in range(_BEND + 1)]
    return [(x + (right - x) * s, y + (low - y) * (3 * s * s - 2 * s * s * s)) for s in shares]


@lru_cache(maxsize=32)
def _font(pixels: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(pixels)


@lru_cache(maxsize=32)
def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    """A mask with rounded corners."""
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius, 255)
    return mask
