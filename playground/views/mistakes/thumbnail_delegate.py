"""Item delegate of the gallery: image, "4 → 9" and confidence."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from playground.views.mistakes.sample_model import SampleModel
from playground.views.theme.colors import RADIUS_SMALL_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import draw_text, use_colors

_IMAGE_PX: Final = 64
_MARGIN_PX: Final = 7
_LINE_PX: Final = 15
_DOT_PX: Final = 4.0

ITEM_SIZE: Final = QSize(_IMAGE_PX + 2 * _MARGIN_PX + 6, _IMAGE_PX + 2 * _LINE_PX + 2 * _MARGIN_PX + 2)

Index = QModelIndex | QPersistentModelIndex


class ThumbnailDelegate(QStyledItemDelegate):
    """For the items of a `SampleModel` of images."""

    def __init__(self, model: SampleModel, themes: ThemeSource, parent: QObject) -> None:
        super().__init__(parent)
        self._model, self._themes = model, themes
        self._small = font("small")

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return ITEM_SIZE

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        whole, state = QRectF(option.rect), option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tile = QRectF(whole.center().x() - _IMAGE_PX / 2, whole.top() + _MARGIN_PX, _IMAGE_PX, _IMAGE_PX)
        self._paint_ground(painter, whole.adjusted(1, 1, -1, -1), state)
        self._paint_image(painter, tile, index.row())
        self._paint_caption(painter, tile, whole, index.row())
        painter.restore()

    def _paint_ground(self, painter: QPainter, place: QRectF, state: QStyle.StateFlag) -> None:
        theme = self._themes.theme
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if not (selected or focused or hovered):
            return
        painter.setPen(QPen(QColor(theme.accent), 2) if selected or focused else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent_soft if selected else theme.field))
        painter.drawRoundedRect(place, RADIUS_SMALL_PX, RADIUS_SMALL_PX)

    def _paint_image(self, painter: QPainter, tile: QRectF, row: int) -> None:
        rounded = QPainterPath()
        rounded.addRoundedRect(tile, 4, 4)
        painter.save()
        painter.setClipPath(rounded)
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(tile.topLeft(), self._model.picture(row, _IMAGE_PX, ratio))
        painter.restore()
        if self._model.is_corrected(row):
            theme = self._themes.theme
            use_colors(painter, theme.accent, theme.surface, 2)
            painter.drawEllipse(tile.topRight() + QPointF(-2, 2), _DOT_PX, _DOT_PX)

    def _paint_caption(self, painter: QPainter, tile: QRectF, whole: QRectF, row: int) -> None:
        theme, model = self._themes.theme, self._model
        true, predicted = model.name(model.true(row)), model.name(model.predicted(row))
        line = QRectF(whole.left() + 3, tile.bottom() + 2, whole.width() - 6, _LINE_PX)
        painter.setFont(self._small)
        metrics = QFontMetricsF(self._small)
        right = Qt.TextElideMode.ElideRight
        both = model.models > 1
        if not both and not model.is_wrong(row, 0):
            painter.setPen(QColor(theme.text))
            name = metrics.elidedText(predicted, right, line.width() - 14)
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, f"{name} ✓")
        else:
            between = " | " if both else " → "
            words = [model.said(row, 0), model.said(row, 1)] if both else [true, predicted]
            room = (line.width() - metrics.horizontalAdvance(between)) / 2
            names = [metrics.elidedText(word, right, room) for word in words]
            wrong = [both and model.is_wrong(row, 0), model.is_wrong(row, 1) if both else True]
            left = line.center().x() - metrics.horizontalAdvance(between.join(names)) / 2
            for text, red in ((f"{names[0]}{between}", wrong[0]), (names[1], wrong[1])):
                painter.setPen(QColor(theme.danger if red else theme.text_muted))
                painter.drawText(QPointF(left, line.top() + metrics.ascent()), text)
                left += metrics.horizontalAdvance(text)
        below = f"is {true}" if both else model.percent(row)
        draw_text(painter, line.translated(0, _LINE_PX), below, theme.text_muted)
