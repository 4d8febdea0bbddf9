"""Item delegate of the welcome page: thumbnail, name and layer summary of a preset."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from playground.views.dialogs.welcome.preset import Preset
from playground.views.theme.colors import RADIUS_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.dataset_thumbnails import Thumbnail, paint_thumbnail

PRESET: Final = Qt.ItemDataRole.UserRole
THUMBNAIL: Final = Qt.ItemDataRole.UserRole + 1
TILE_PX: Final = QSize(178, 135)
_MARGIN_PX = 5
_PICTURE_PX = 80


class TilePainter(QStyledItemDelegate):
    """Reads the item's roles PRESET and SKETCH (a Thumbnail, or None while it is made)."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return TILE_PX

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, preset, made = self._themes.theme, index.data(PRESET), index.data(THUMBNAIL)
        assert isinstance(preset, Preset)
        tile = QRectF(option.rect).adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = theme.accent if chosen else theme.border_strong if hovered else theme.border
        inset = 1.0 if chosen else 0.5
        painter.setPen(QPen(QColor(edge), 2 * inset))
        painter.setBrush(QColor(theme.surface_raised))
        painter.drawRoundedRect(tile.adjusted(inset, inset, -inset, -inset), RADIUS_PX, RADIUS_PX)
        self._paint_picture(painter, tile, made, theme)
        _paint_texts(painter, tile, preset, theme)
        painter.restore()

    def _paint_picture(self, painter: QPainter, tile: QRectF, made: object, theme: Theme) -> None:
        ground = QRectF(tile.x() + 6, tile.y() + 6, tile.width() - 12, _PICTURE_PX - 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.field))
        painter.drawRoundedRect(ground, RADIUS_PX - 3, RADIUS_PX - 3)
        if isinstance(made, Thumbnail):
            widget = self.parent()
            ratio = widget.devicePixelRatioF() if isinstance(widget, QWidget) else 1.0
            picture = paint_thumbnail(made, theme, int(ground.width()), int(ground.height()), ratio)
            painter.drawImage(ground.topLeft(), picture)
            return
        painter.setBrush(QColor(theme.field_pressed))
        for shift in (-10, 0, 10):
            painter.drawEllipse(ground.center() + QPointF(shift, 0), 2.5, 2.5)


def _paint_texts(painter: QPainter, tile: QRectF, preset: Preset, theme: Theme) -> None:
    room = int(tile.width()) - 20
    top = tile.y() + _PICTURE_PX + 5
    name = font(bold=True)
    if QFontMetrics(name).horizontalAdvance(preset.heading) > room:
        name = font("small", bold=True)
    for text, style, color, height in (
        (preset.heading, name, theme.text, 18),
        (preset.caption, font("small"), theme.text_muted, 15),
    ):
        painter.setFont(style)
        painter.setPen(QColor(color))
        shown = QFontMetrics(style).elidedText(text, Qt.TextElideMode.ElideRight, room)
        line = QRectF(tile.x() + 10, top, room, height)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        top += height
