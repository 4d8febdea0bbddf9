"""The chart of both losses up to an epoch, with its axes."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from core.spec.arrays import Array
from core.train.history import History
from playground.film.drawing import Canvas, draw_text
from playground.film.layout import Box
from playground.film.palette import Palette

_CURVE_POINTS = 240
_CURVES = ("test", "train")


class LossChart:
    """Up to epoch `end`; `history` is that of the whole run, which fixes the height. `unit` scales widths and text."""

    def __init__(self, box: Box, palette: Palette, history: History, end: float, unit: float) -> None:
        self._box = Box(box.left, box.top, box.width, max(4 * unit, box.height - 4 * unit))
        self._palette, self._history, self._end, self._unit = palette, history, max(end, 1e-9), unit
        losses = np.concatenate([history.train_loss, history.test_loss])
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
        for name, values in zip(_CURVES, (history.test_loss, history.train_loss), strict=True):
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
