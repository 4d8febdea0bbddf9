"""Paints the cells of the table of runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPainterPath, QPen, QPolygonF

from core.io.number_text import count_text
from core.runs.packing import THUMBNAIL_PX
from core.runs.run import Run
from core.runs.run_columns import run_score
from core.runs.run_index import Group
from core.runs.run_settings import Chip
from playground.plugin import Theme, ThemeSource, draw_box, draw_text, font, use_colors
from playground.plugins.runs.views.run_model import RunModel
from playground.views.widgets.array_images import in_theme

ROW_PX, GROUP_PX = 48, 30
_BOX_PX, _PICTURE_PX, _CHIP_PX, _GAP_PX, _PAD_PX = 15, 40, 21, 5, 8
_STAR = "#e69f00"
_NUMBERS: Final = frozenset(
    ("epochs", "seconds", "parameters", "train_loss", "test_loss", "train_score", "test_score")
)


class RowPainter:
    """Paints rows whole: a delegate would be called for each of the twelve cells, which takes twice as long.

    `color_of` gives the color of a selected run, or None; `picture_of` its picture once that is loaded.
    """

    def __init__(
        self,
        themes: ThemeSource,
        color_of: Callable[[int], str | None],
        picture_of: Callable[[int], QImage | None],
    ) -> None:
        self._themes, self._color_of, self._picture_of = themes, color_of, picture_of
        self._normal, self._bold, self._small = font(), font(bold=True), font("small")

    def paint_run(
        self, painter: QPainter, model: RunModel, row: int, cells: Mapping[str, QRect], *, focus: bool
    ) -> None:
        """Paint the row of a run; `cells` are the places of its columns."""
        run = model.entries[row]
        assert isinstance(run, Run)
        theme, color = self._themes.theme, self._color_of(run.id)
        whole = QRect(cells["check"]).united(cells["test_score"])
        self._paint_ground(painter, whole, theme, color, focus)
        self._paint_box(painter, cells["check"], theme, color)
        self._paint_star(painter, cells["starred"], theme, run.starred)
        trains = run.id in model.training
        self._paint_name(painter, cells["name"], theme, run, bold=color is not None, trains=trains)
        if "differs" in cells:
            self._paint_chips(painter, cells["differs"], theme, model.differs(row), run)
        for column in cells.keys() & _NUMBERS:
            self._paint_number(painter, cells[column], theme, model.text(row, column), column, run)
        if "picture" in cells:
            self._paint_picture(painter, cells["picture"], theme, run.id)

    def paint_group(self, painter: QPainter, rect: QRect, group: Group, *, open_: bool) -> None:
        """Paint the heading of a group over the whole width."""
        theme = self._themes.theme
        painter.fillRect(rect, QColor(theme.surface if group.is_set else theme.window))
        painter.setPen(QColor(theme.border))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if group.is_set:
            rect = rect.adjusted(20, 0, 0, 0)
        middle = QPointF(rect.left() + 20, rect.center().y() + 0.5)
        points = [(-4, -2), (0, 2), (4, -2)] if open_ else [(-2, -4), (2, 0), (-2, 4)]
        painter.setPen(QPen(QColor(theme.text_muted), 1.5))
        painter.drawPolyline(QPolygonF([middle + QPointF(x, y) for x, y in points]))
        line = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        left, text_rect = rect.left() + 36, QRect(rect)
        text_rect.setLeft(left)
        draw_text(painter, text_rect, group.label, theme.text, self._bold, line)
        text_rect.setLeft(left + QFontMetrics(self._bold).horizontalAdvance(group.label) + 10)
        draw_text(painter, text_rect, group.text, theme.text_muted, self._small, line)
        text_rect.setRight(rect.right() - 16)
        painter.drawText(text_rect, line | Qt.AlignmentFlag.AlignRight, _group_text(group))

    @staticmethod
    def _paint_ground(painter: QPainter, rect: QRect, theme: Theme, color: str | None, focus: bool) -> None:
        if color is not None:
            painter.fillRect(rect, QColor(theme.accent_soft))
        elif focus:
            painter.fillRect(rect, QColor(theme.field))
        painter.setPen(QColor(theme.border))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    @staticmethod
    def _paint_box(painter: QPainter, rect: QRect, theme: Theme, color: str | None) -> None:
        if color is not None:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(color))
        box = QRectF(0, 0, _BOX_PX, _BOX_PX)
        box.moveCenter(QPointF(rect.left() + 23, rect.center().y() + 0.5))
        draw_box(painter, box, 4, color or theme.surface, color or theme.text_faint)
        if color is not None:
            painter.setPen(QPen(QColor("#ffffff" if not theme.is_dark else theme.surface), 1.8))
            ticks = [(3.5, 7.8), (6.3, 10.5), (11.5, 4.8)]
            painter.drawPolyline(QPolygonF([box.topLeft() + QPointF(x, y) for x, y in ticks]))

    @staticmethod
    def _paint_star(painter: QPainter, rect: QRect, theme: Theme, starred: bool) -> None:
        use_colors(painter, _STAR if starred else None, _STAR if starred else theme.text_faint, 1.2)
        painter.drawPath(star_path(QPointF(rect.center()) + QPointF(0.5, 0.5), 7.0))

    def _paint_picture(self, painter: QPainter, rect: QRect, theme: Theme, run: int) -> None:
        place = QRectF(0, 0, _PICTURE_PX, _PICTURE_PX)
        place.moveCenter(QPointF(rect.center()) + QPointF(0.5, 0))
        path = QPainterPath()
        path.addRoundedRect(place, 4, 4)
        picture = self._picture_of(run)
        if picture is None:
            painter.fillPath(path, QColor(theme.field))
            return
        painter.save()
        painter.setClipPath(path)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, picture, QRectF(picture.rect()))
        painter.restore()

    def _paint_name(
        self, painter: QPainter, rect: QRect, theme: Theme, run: Run, *, bold: bool, trains: bool
    ) -> None:
        room = rect.adjusted(_PAD_PX, 0, -_PAD_PX, 0)
        note = "training now" if trains else run.note or ("diverged" if run.status == "diverged" else "")
        if note:
            below = room.adjusted(0, room.height() // 2 + 1, 0, -4)
            color = theme.accent if trains else theme.text_muted
            if run.status == "diverged" and not (trains or run.note):
                color = theme.danger
            _text(painter, below, note, self._small, color)
            room = room.adjusted(0, 6, 0, -room.height() // 2 - 1)
        using = self._bold if bold else self._normal
        for one in (using, self._small):
            if QFontMetrics(one).horizontalAdvance(run.name) <= room.width():
                _text(painter, room, run.name, one, theme.text)
                return
        room = room.adjusted(0, -2 if note else 6, 0, 0 if note else -6)
        first, second = _halves(run.name, QFontMetrics(self._small), room.width())
        for line, place in ((first, 0), (second, room.height() // 2)):
            half = QRect(room.left(), room.top() + place, room.width(), room.height() // 2)
            _text(painter, half, line, self._small, theme.text)

    def _paint_chips(
        self, painter: QPainter, rect: QRect, theme: Theme, found: Sequence[Chip] | None, run: Run
    ) -> None:
        """Chips as far as there is room, and how many are left."""
        outlined, on_accent = found is None, self._color_of(run.id) is not None
        chips = [Chip(text) for text in run.settings.summary] if found is None else list(found)
        if not chips:
            chips, outlined = [Chip("the same again")], True
        metrics, x = QFontMetrics(self._small), rect.left() + _PAD_PX
        for number, chip in enumerate(chips):
            rest = len(chips) - number - 1
            room = rect.right() - x - (36 if rest else 0)
            width = metrics.horizontalAdvance(chip.text) + 16
            if width > room and number:
                place, more = QRect(x, rect.top(), 36, rect.height()), Chip(f"+ {rest + 1}", "added")
                self._paint_chip(painter, place, theme, more, False, on_accent)
                return
            place = QRect(x, rect.top(), min(width, room), rect.height())
            self._paint_chip(painter, place, theme, chip, outlined, on_accent)
            x += min(width, room) + _GAP_PX

    def _paint_chip(
        self, painter: QPainter, rect: QRect, theme: Theme, chip: Chip, outlined: bool, on_accent: bool
    ) -> None:
        place = QRectF(rect.left() + 0.5, rect.center().y() - _CHIP_PX / 2 + 0.5, rect.width() - 1, _CHIP_PX)
        added = chip.kind == "added" and not outlined
        ground = theme.surface if on_accent else theme.accent_soft if added else theme.field
        colors = (None, theme.border_strong) if outlined else (ground, None)
        draw_box(painter, place, _CHIP_PX / 2, *colors)
        color = theme.text_muted if outlined else theme.accent if added else theme.text
        _text(painter, place.toRect().adjusted(7, 0, -6, 0), chip.text, self._small, color)

    def _paint_number(
        self, painter: QPainter, rect: QRect, theme: Theme, text: str, column: str, run: Run
    ) -> None:
        room = rect.adjusted(0, 0, -_PAD_PX, 0)
        right = Qt.AlignmentFlag.AlignRight
        if column != "test_score":
            muted = column in ("train_loss", "train_score")
            _text(painter, room, text, self._normal, theme.text_muted if muted else theme.text, right)
            return
        _text(painter, room.adjusted(0, -4, 0, -4), text, self._bold, theme.text, right)
        if not math.isnan(run.test_score):
            bar = QRectF(room.right() - 42, room.center().y() + 12, 42, 3)
            painter.fillRect(bar, QColor(theme.groove))
            bar.setWidth(42 * min(1.0, max(0.0, run.test_score)))
            painter.fillRect(bar, QColor(theme.accent))


def star_path(center: QPointF, radius: float) -> QPainterPath:
    """A star of five points."""
    path = QPainterPath()
    for corner in range(10):
        angle, reach = math.pi * corner / 5, radius if corner % 2 == 0 else 0.45 * radius
        point = center + QPointF(reach * math.sin(angle), -reach * math.cos(angle))
        path.lineTo(point) if corner else path.moveTo(point)
    path.closeSubpath()
    return path


def picture_of(pixels: bytes, theme: Theme) -> QImage:
    """The picture of RGB bytes in the colors of the light theme, in those of `theme`."""
    side = THUMBNAIL_PX
    colors = in_theme(np.frombuffer(pixels, np.uint8).reshape(side, side, 3), theme)
    image = QImage(colors.tobytes(), side, side, 3 * side, QImage.Format.Format_RGB888)
    return image.copy()


def _halves(text: str, metrics: QFontMetrics, width: int) -> tuple[str, str]:
    """A text as two lines, parted after a comma or between words where there are any: "seed 8" stays together."""
    fits = len(text)
    while fits > 1 and metrics.horizontalAdvance(text[:fits]) > width:
        fits -= 1
    at = max(text.rfind(", ", 1, fits) + 1, 0) or text.rfind(" ", 1, fits + 1)
    at = fits if at < 1 else at
    return text[:at], text[at:].strip()


def _text(
    painter: QPainter,
    rect: QRect,
    text: str,
    using: QFont,
    color: str,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """One line in the middle of `rect`, elided. By a point and not by a rectangle, which takes twice as long."""
    metrics = QFontMetrics(using)
    width = metrics.horizontalAdvance(text)
    if width > rect.width():
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        width = metrics.horizontalAdvance(text)
    left = rect.left() if align == Qt.AlignmentFlag.AlignLeft else rect.right() - width + 1
    painter.setFont(using)
    painter.setPen(QColor(color))
    painter.drawText(left, rect.top() + (rect.height() - metrics.height()) // 2 + metrics.ascent(), text)


def _group_text(group: Group) -> str:
    count = len(group.runs)
    score, median = run_score(group.runs[0]), ""
    if group.is_set:
        known = [run.final_score for run in group.runs if not math.isnan(run.final_score)]
        median = f" · median {score.text(float(np.median(known)))}" if known else ""
    return f"{count_text(count, 'run')}{median} · best {score.text(group.best)}"
