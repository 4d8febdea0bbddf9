"""A number of a feature map as patch times kernel, channel by channel, in grids with numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.io.number_text import true_minus
from core.nn.layer_types import Box
from core.spec.arrays import Array
from playground.plugin import LEFT, ThemeSource, draw_text, font, packed_lut, reach, use_colors, value_image
from playground.views.theme.colors import LIGHT, Theme, contrast, diverging_lut
from playground.views.widgets.map_view import box_rect, paint_box, place_in, scaler
from playground.views.widgets.number_format import number

_NAME_PX = 18
_GAP_PX = 10
_SIGN_PX = 18
_SUM_PX = 62
_THUMB_PX = 92
_MAX_SIDE_PX = 132
_MAX_CELL_PX = 44
# Narrower squares show one decimal, then none.
_TWO_DECIMALS_PX, _ONE_DECIMAL_PX = 33, 25
_TITLES = {"whole": "Input map", "patch": "Patch", "kernel": "Kernel", "product": "Product"}


@dataclass(frozen=True, eq=False)
class PatchRow:
    """One channel. `whole` is the input map with the patch at `box`; None if the patch is the whole map.

    `patch` (height, width) · `kernel` sums to `result`; without a kernel, `sign` stands for the operation and `winner`
    is the index of the selected number.
    """

    name: str
    whole: Array | None
    box: Box | None
    patch: Array
    inside: NDArray[np.bool_]
    kernel: Array | None
    result: float
    sign: str = "Σ"
    winner: tuple[int, int] | None = None


class PatchTable(QWidget):
    """A painted widget, to update at pointer speed."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.rows: tuple[PatchRow, ...] = ()
        self._scales = (1.0, 1.0, 1.0)
        self._small, self._font, self._bold = font("small"), font(), font(bold=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Patch, kernel and products")
        themes.theme_changed.connect(self.update)

    def show_rows(self, rows: Sequence[PatchRow]) -> None:
        """Set the rows; patches, kernels and products each share one color scale."""
        before = self.sizeHint().height()
        self.rows = tuple(rows)
        parts = ([r.patch for r in rows], [r.kernel for r in rows], [_products(r) for r in rows])
        self._scales = tuple(  # type: ignore[assignment]
            max((reach(part) for part in found if part is not None), default=1.0) for found in parts
        )
        self.setAccessibleDescription("; ".join(f"{row.name}: {number(row.result)}" for row in rows))
        if self.sizeHint().height() != before:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(560, sum(self._height(row) for row in self.rows))

    def minimumSizeHint(self) -> QSize:
        return QSize(320, self.sizeHint().height())

    def grids(self, row: int) -> list[tuple[str, Array, QRectF]]:
        """The grids of a row from left to right: (name, numbers, rectangle)."""
        top = sum(self._height(other) for other in self.rows[:row])
        return self._grids(self.rows[row], top)

    def text_at(self, at: QPointF) -> str:
        """Text of the number at a position: "Patch, row 1, column 2: 0.85"; empty without one."""
        for row in range(len(self.rows)):
            for what, values, place in self.grids(row):
                if (found := place_in(place, values.shape, at)) is not None:
                    where = f"row {found[0] + 1}, column {found[1] + 1}"
                    return f"{_TITLES[what]}, {where}: {number(float(values[found]))}"
        return ""

    def event(self, event: Any) -> bool:
        if isinstance(event, QHelpEvent):
            text = self.text_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), text, self) if text else QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = 0.0
        for row in self.rows:
            height = self._height(row)
            if event.rect().top() <= top + height and top <= event.rect().bottom():
                self._paint_row(painter, row, top, theme)
            top += height
        painter.end()

    def _side(self, row: PatchRow) -> float:
        """Size of one square of a row's patch."""
        count = 1 if row.kernel is None else 3
        fixed = _SUM_PX + (count + 1) * _SIGN_PX + (0 if row.whole is None else _THUMB_PX + _GAP_PX)
        room = min(_MAX_SIDE_PX, (max(self.width(), 320) - fixed) / count)
        return float(min(_MAX_CELL_PX, room / max(row.patch.shape)))

    def _height(self, row: PatchRow) -> int:
        tallest = max(_THUMB_PX if row.whole is not None else 0, _MAX_SIDE_PX)
        if max(row.patch.shape) * _MAX_CELL_PX < tallest:
            tallest = max(_THUMB_PX if row.whole is not None else 0, row.patch.shape[0] * _MAX_CELL_PX)
        return _NAME_PX + tallest + _GAP_PX

    def _grids(self, row: PatchRow, top: float) -> list[tuple[str, Array, QRectF]]:
        room = self._height(row) - _NAME_PX - _GAP_PX
        side, x, found = self._side(row), 0.0, []
        height, width = row.patch.shape[0] * side, row.patch.shape[1] * side
        y = top + _NAME_PX + (room - height) / 2
        if row.whole is not None:
            thumb = scaler(
                row.whole.shape, QRectF(0, top + _NAME_PX + (room - _THUMB_PX) / 2, *(_THUMB_PX,) * 2)
            )
            found.append(("whole", row.whole, thumb))
            x = _THUMB_PX + _GAP_PX
        parts = [("patch", row.patch)]
        if row.kernel is not None:
            parts += [("kernel", row.kernel), ("product", _products(row))]
        for what, values in parts:
            x += 0 if what == "patch" else _SIGN_PX
            found.append((what, values, QRectF(round(x), round(y), width, height)))
            x += width
        return found

    def _paint_row(self, painter: QPainter, row: PatchRow, top: float, theme: Theme) -> None:
        name = QRectF(0, top, self.width(), _NAME_PX - 4)
        draw_text(painter, name, row.name, theme.text_muted, self._small, Qt.AlignmentFlag.AlignLeft)
        lut = packed_lut(theme)
        grids, last = self._grids(row, top), QRectF()
        for what, values, place in grids:
            if what == "whole":
                painter.drawImage(place, value_image(values, lut, reach(values)))
                use_colors(painter, None, theme.border)
                painter.drawRect(place)
                if row.box is not None:
                    paint_box(painter, box_rect(row.box, values.shape, place), theme.accent, theme.surface)
                continue
            scale = self._scales[("patch", "kernel", "product").index(what)]
            self._paint_grid(painter, values, place, scale, row, theme)
            sign = {"kernel": "×", "product": "="}.get(what)
            if sign is not None:
                between = QRectF(last.right(), place.top(), _SIGN_PX, place.height())
                draw_text(painter, between, sign, theme.text_muted, self._bold)
            last = place
        beside = QRectF(last.right() + 4, last.top(), _SIGN_PX + 16, last.height())
        draw_text(painter, beside, row.sign, theme.text_muted, self._font)
        place = QRectF(beside.right() + 4, last.top(), self.width() - beside.right() - 4, last.height())
        draw_text(painter, place, number(row.result), theme.text, self._bold, LEFT)

    def _paint_grid(
        self, painter: QPainter, values: Array, place: QRectF, scale: float, row: PatchRow, theme: Theme
    ) -> None:
        painter.drawImage(place, value_image(values, packed_lut(theme), scale))
        rows, columns = values.shape
        side = place.width() / columns
        use_colors(painter, None, theme.surface if side >= 12 else theme.border)
        if side < 12:
            painter.drawRect(place)
            return
        for i, j in np.ndindex(rows, columns):
            painter.drawRect(QRectF(place.left() + j * side, place.top() + i * side, side, side))
        if side >= _ONE_DECIMAL_PX:
            self._write_numbers(painter, values, place, scale, row, theme)
        if row.winner is not None:
            i, j = row.winner
            won = QRectF(place.left() + j * side, place.top() + i * side, side, side)
            paint_box(painter, won.adjusted(1, 1, -1, -1), theme.accent, theme.surface)

    def _write_numbers(
        self, painter: QPainter, values: Array, place: QRectF, scale: float, row: PatchRow, theme: Theme
    ) -> None:
        rows, columns = values.shape
        side = place.width() / columns
        decimals = 2 if side >= _TWO_DECIMALS_PX else 1
        inks = _inks(theme.name)
        painter.setFont(self._small)
        for i, j in np.ndindex(rows, columns):
            value = float(values[i, j])
            share = min(1.0, max(-1.0, value / scale)) if np.isfinite(value) else 0.0
            inside = (row.kernel is not None and values is row.kernel) or bool(row.inside[i, j])
            ink = inks[int(127.5 + 127.5 * share)] if inside else theme.text_faint
            cell = QRectF(place.left() + j * side, place.top() + i * side, side, side)
            draw_text(painter, cell, _short(value, decimals), ink)


def _products(row: PatchRow) -> Array:
    return row.patch if row.kernel is None else row.patch * row.kernel


def _short(value: float, decimals: int) -> str:
    if not np.isfinite(value):
        return "?"
    text = f"{value:.{decimals}f}" if abs(value) < 100.0 else f"{value:.0f}"
    return "0" if float(text) == 0.0 else true_minus(text)


@lru_cache(maxsize=2)
def _inks(name: str) -> tuple[str, ...]:
    """A readable text color for each entry of the signed color map."""
    from playground.views.theme.colors import DARK

    colors = diverging_lut(DARK if name.startswith("dark") else LIGHT)
    grounds = ("#{:02x}{:02x}{:02x}".format(*color[:3]) for color in colors)
    return tuple(
        max((LIGHT.surface, LIGHT.text), key=lambda ink: contrast(ink, ground)) for ground in grounds
    )
