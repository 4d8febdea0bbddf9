"""Small multiples of a sweep: a picture of every combination of values, with its accuracy, or a heat map of those."""

from __future__ import annotations

import math
from typing import Final, Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.plugin import RADIUS_SMALL_PX, Role, ThemeSource, contrast, font, mix, speak_as
from playground.plugins.runs.sweep.grid_model import Cell, GridModel, Place
from playground.views.widgets.painted import (
    LEFT_RIGHT,
    PaintedWidget,
    clear_pixmap,
    cut_text,
    draw_box,
    draw_dot,
    draw_text,
    faded,
)

CellMode = Literal["boundaries", "numbers"]
_LEFT_PX: Final = 84.0
_TOP_PX: Final = 40.0
_GAP_PX: Final = 8.0
_MIN_PX: Final = 28.0
_MAX_PX: Final = 240.0
_CAPTION_PX: Final = 64.0
"""Below this side a cell has no words of its own."""
_DOTS_PX: Final = 110.0
_PILL_PX: Final = 20.0
_MAX_DOTS: Final = 5
_VEIL: Final = 200 / 255
"""Opacity of the canvas over all that is not inside the brush."""
_STEPS: Final = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class TrialGrid(PaintedWidget):
    """Arrow keys choose a cell, Return or a double click opens it; a click, Space or Ctrl+Space selects it."""

    role = Role.Table
    steps = LEFT_RIGHT
    is_tracking = True
    size_px = 520, 420
    opened = Signal(int)
    """The point of a cell."""
    selected = Signal(int, bool)
    """The point of a cell, and whether it is added to those that are selected, or taken from them."""

    def __init__(self, themes: ThemeSource, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._hint = hint
        self.model = GridModel()
        self.mode: CellMode = "boundaries"
        self.chosen: Place | None = None
        self.least_side_px, self.most_side_px = _MIN_PX, _MAX_PX
        """Ends of the side of a cell."""
        self._tiles: dict[int, QPixmap] = {}
        """Of the pictures of the model's cells, by their cache keys, in the size in which they were last drawn."""
        self._tile_size = QSizeF(), 1.0
        speak_as(self, self.role, press=Qt.Key.Key_Return, steps=self.steps)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.show_model(self.model)

    def show_model(self, model: GridModel) -> None:
        """Draw other cells."""
        self.model = model
        shown = {cell.picture.cacheKey() for cell in model.cells.values() if cell.picture is not None}
        self._tiles = {key: tile for key, tile in self._tiles.items() if key in shown}
        if self.chosen not in model.cells:
            self.chosen = None
        rows, columns = model.size
        done = sum(cell.point is not None for cell in model.cells.values())
        self.setAccessibleName(
            f"{done} of {len(model.cells)} combinations; arrow keys choose, Return opens one"
        )
        self.setMinimumSize(
            round(self._left + columns * (self.least_side_px + _GAP_PX)),
            round(self._top + rows * (self.least_side_px + _GAP_PX)),
        )
        self.update()

    def choose_point(self, point: int | None) -> None:
        """Mark a cell, as when it is pointed at in another view."""
        self.chosen = None if point is None else self.place_of(point)
        self.update()

    def show_mode(self, mode: CellMode) -> None:
        """Draw "boundaries", or "numbers" on colors."""
        self.mode = mode
        self.update()

    def rect_of(self, place: Place) -> QRectF:
        """Rectangle of a cell."""
        side = self._side
        row, column = place
        step = side + _GAP_PX
        _, columns = self.model.size
        free = (self.width() - self._left - columns * step + _GAP_PX) / 2
        left = self._left + max(0.0, free - self._left / 2 if self.model.rows else free)
        return QRectF(left + column * step, self._top + row * step, side, side)

    def places_in(self, area: QRectF) -> list[Place]:
        """The cells that are seen in an area."""
        first, size = self.rect_of((0, 0)), self.model.size
        step = first.width() + _GAP_PX

        def spans(low: float, high: float, origin: float, count: int) -> range:
            # A cell's outline is outside of it.
            start, end = (low - origin - _GAP_PX) / step, (high - origin + _GAP_PX) / step
            return range(max(0, math.floor(start)), min(count, math.floor(end) + 1))

        rows = spans(area.top(), area.bottom(), first.top(), size[0])
        columns = spans(area.left(), area.right(), first.left(), size[1])
        return [(row, column) for row in rows for column in columns if (row, column) in self.model.cells]

    def place_of(self, point: int) -> Place | None:
        """Cell of a point."""
        return next((place for place, cell in self.model.cells.items() if cell.point == point), None)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Up to 10 MB behind another page; one takes a fraction of a millisecond to draw again.
        self._tiles.clear()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        self._choose(found)
        can_open = found is not None and self.model.cells[found].point is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if can_open else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._choose(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        found = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self._select(found, event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self._open(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen is not None:
            self._open(self.chosen)
        elif key == Qt.Key.Key_Space and self.chosen is not None:
            self._select(self.chosen, event.modifiers())
        elif key in _STEPS and self.model.cells:
            down, right = _STEPS[key]
            row, column = self.chosen or (-down if down > 0 else 0, -right if right > 0 else 0)
            wanted = row + down, column + right
            self._choose(wanted if wanted in self.model.cells else self.chosen or (0, 0))
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._themes.theme
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(font("small"))
        if not self.model.cells:
            draw_text(painter, self.rect(), self._hint, theme.text_muted)
        self._draw_captions(painter)
        for place in self.places_in(QRectF(event.rect())):
            self._draw_cell(painter, place, self.model.cells[place])
        if self.chosen is None:
            self._paint_focus(painter, RADIUS_SMALL_PX)
        painter.end()

    @property
    def _left(self) -> float:
        return _LEFT_PX if any(self.model.rows) else _GAP_PX

    @property
    def _top(self) -> float:
        return _TOP_PX if any(self.model.columns) else _GAP_PX

    @property
    def _side(self) -> float:
        rows, columns = self.model.size
        wide = (self.width() - self._left - _GAP_PX) / max(1, columns) - _GAP_PX
        high = (self.height() - self._top) / max(1, rows) - _GAP_PX
        return math.floor(max(self.least_side_px, min(wide, high, self.most_side_px)))

    def _at(self, position: QPointF) -> Place | None:
        found = self.places_in(QRectF(position, QSizeF(1, 1)))
        return found[0] if found and self.rect_of(found[0]).contains(position) else None

    def _choose(self, place: Place | None) -> None:
        if place == self.chosen:
            return
        self.chosen = place
        self.update()

    def _open(self, place: Place) -> None:
        point = self.model.cells[place].point
        if point is not None:
            self.opened.emit(point)

    def _select(self, place: Place, modifiers: Qt.KeyboardModifier) -> None:
        point = self.model.cells[place].point
        if point is not None:
            self.selected.emit(point, bool(modifiers & Qt.KeyboardModifier.ControlModifier))

    def _draw_captions(self, painter: QPainter) -> None:
        """The values above the columns and beside the rows, with the names of their settings."""
        theme, model = self._themes.theme, self.model
        if not model.cells:
            return
        first, side = self.rect_of((0, 0)), self._side
        metrics = QFontMetricsF(painter.font())
        _, columns = model.size
        center, right = Qt.AlignmentFlag.AlignCenter, Qt.AlignmentFlag.AlignRight
        painter.setPen(QColor(theme.text_muted))
        if any(model.columns):
            width = columns * (side + _GAP_PX)
            painter.drawText(QRectF(first.left(), 2, width - _GAP_PX, 18), center, model.column_title)
        if any(model.rows):
            area = QRectF(first.left() - _LEFT_PX, 2, _LEFT_PX - 10, first.top() - 6)
            words = metrics.elidedText(model.row_title, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, right | Qt.AlignmentFlag.AlignBottom, words)
        painter.setFont(font("small", bold=True))
        painter.setPen(QColor(theme.text))
        for column, text in enumerate(model.columns):
            area = self.rect_of((0, column))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, side)
            painter.drawText(QRectF(area.left(), _TOP_PX - 20, side, 18), center, shown)
        for row, text in enumerate(model.rows):
            area = self.rect_of((row, 0))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, _LEFT_PX - 12)
            beside = QRectF(area.left() - _LEFT_PX, area.top(), _LEFT_PX - 10, side)
            painter.drawText(beside, right | Qt.AlignmentFlag.AlignVCenter, shown)

    def _draw_cell(self, painter: QPainter, place: Place, cell: Cell) -> None:
        theme, area = self._themes.theme, self.rect_of(place)
        path = QPainterPath()
        path.addRoundedRect(area, RADIUS_SMALL_PX, RADIUS_SMALL_PX)
        shows = self.mode == "boundaries" and cell.picture is not None
        fill = theme.field if math.isnan(cell.share) else mix(theme.field, theme.accent, cell.share)
        painter.fillPath(path, QColor(theme.field if shows else fill))
        if shows and cell.picture is not None:
            painter.drawPixmap(area.topLeft(), self._tile(cell.picture, area.size()))
        if area.width() >= _CAPTION_PX:
            if shows:
                self._draw_words(painter, area, cell)
            else:
                self._draw_number(painter, area, cell, fill)
            self._draw_dots(painter, area, cell)
        if cell.is_faded:
            painter.fillRect(area.adjusted(-3, -3, 3, 3), faded(theme.canvas, _VEIL))
        self._draw_outline(painter, area, cell, is_chosen=place == self.chosen)

    def _tile(self, picture: QPixmap, size: QSizeF) -> QPixmap:
        """A picture in the size of a cell, with its round corners. To scale and clip all in each frame took 12 ms."""
        ratio, key = self.devicePixelRatioF(), picture.cacheKey()
        if (size, ratio) != self._tile_size:
            self._tiles.clear()
            self._tile_size = size, ratio
        if key not in self._tiles:
            tile = clear_pixmap(size.toSize(), ratio)
            painter = QPainter(tile)
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
            )
            area, path = QRectF(QPointF(), size), QPainterPath()
            path.addRoundedRect(area, RADIUS_SMALL_PX, RADIUS_SMALL_PX)
            painter.setClipPath(path)
            painter.drawPixmap(area, picture, QRectF(picture.rect()))
            painter.end()
            self._tiles[key] = tile
        return self._tiles[key]

    def _draw_number(self, painter: QPainter, area: QRectF, cell: Cell, fill: str) -> None:
        """The accuracy in the middle of its color."""
        theme = self._themes.theme
        ink = max((theme.text, theme.accent_text), key=lambda color: contrast(color, fill))
        draw_text(painter, area, cell.text, ink, font("normal", bold=True))
        if cell.name:
            painter.setFont(font("small"))
            self._draw_name(painter, area, cell.name)
        if cell.is_best:
            self._draw_best(painter, area)

    def _draw_words(self, painter: QPainter, area: QRectF, cell: Cell) -> None:
        """Accuracy and "best" in pills on the picture."""
        painter.setFont(font("small", bold=True))
        width = QFontMetricsF(painter.font()).horizontalAdvance(cell.text) + 14
        bottom = area.bottom() - _PILL_PX - 6
        self._draw_pill(painter, QRectF(area.left() + 6, bottom, width, _PILL_PX), cell.text)
        if cell.is_best:
            self._draw_best(painter, area)
        elif cell.name:
            painter.setFont(font("small"))
            width = min(area.width() - 12, QFontMetricsF(painter.font()).horizontalAdvance(cell.name) + 14)
            shown = cut_text(painter.font(), cell.name, width - 12)
            self._draw_pill(painter, QRectF(area.left() + 6, area.top() + 6, width, _PILL_PX), shown)

    def _draw_dots(self, painter: QPainter, area: QRectF, cell: Cell) -> None:
        """A dot for every seed: finished or waiting."""
        theme = self._themes.theme
        fits = area.width() >= _DOTS_PX and cell.seeds <= _MAX_DOTS
        if not fits or cell.seeds == 1:
            return
        room = 8.0 * cell.seeds + 8
        pill = QRectF(area.right() - 6 - room, area.bottom() - _PILL_PX - 3, room, _PILL_PX - 6)
        self._draw_pill(painter, pill, "")
        for place in range(cell.seeds):
            center = QPointF(pill.left() + 8 + 8 * place, pill.center().y())
            draw_dot(painter, center, 2.6, theme.text if place < cell.done else None, theme.text_muted)

    def _draw_name(self, painter: QPainter, area: QRectF, name: str) -> None:
        foot = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
        draw_text(painter, area.adjusted(6, 0, -6, -6), name, align=foot, cut=True)

    def _draw_best(self, painter: QPainter, area: QRectF) -> None:
        theme = self._themes.theme
        painter.setFont(font("small", bold=True))
        width = QFontMetricsF(painter.font()).horizontalAdvance("best") + 14
        pill = QRectF(area.left() + 6, area.top() + 6, width, _PILL_PX)
        draw_box(painter, pill, _PILL_PX / 2, theme.accent)
        draw_text(painter, pill, "best", theme.accent_text)

    def _draw_pill(self, painter: QPainter, pill: QRectF, text: str) -> None:
        theme = self._themes.theme
        draw_box(painter, pill, pill.height() / 2, theme.surface)
        draw_text(painter, pill, text, theme.text)

    def _draw_outline(self, painter: QPainter, area: QRectF, cell: Cell, *, is_chosen: bool) -> None:
        theme = self._themes.theme
        if cell.color:
            draw_box(painter, area.adjusted(1, 1, -1, -1), RADIUS_SMALL_PX, None, cell.color, 3)
        if not is_chosen and (not cell.is_best or cell.is_faded):
            return
        color, width = (theme.accent, 3) if cell.is_best else (theme.text, 2)
        draw_box(painter, area.adjusted(-2.5, -2.5, 2.5, 2.5), RADIUS_SMALL_PX + 2, None, color, width)
        if cell.is_best and is_chosen:
            draw_box(painter, area, RADIUS_SMALL_PX, None, theme.text)
