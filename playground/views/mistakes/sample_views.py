"""List views of the gallery: thumbnails for images, each with "4 → 9" and confidence, a table for rows."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QListView,
    QStyle,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from playground.views.mistakes.sample_model import SampleModel
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import Index, PaintedDelegate, draw_box, draw_dot, draw_text

_ROW_PX = 24
_AIR_PX = 12
_TIP = "Choose a sample to see its way through the network; Ctrl and Shift choose several."
_IMAGE_PX: Final = 64
_MARGIN_PX: Final = 7
_LINE_PX: Final = 15
_DOT_PX: Final = 4.0

_ITEM_SIZE: Final = QSize(_IMAGE_PX + 2 * _MARGIN_PX + 6, _IMAGE_PX + 2 * _LINE_PX + 2 * _MARGIN_PX + 2)


class SampleThumbnails(QListView):
    """A wrapping list of thumbnails."""

    def __init__(self, model: SampleModel, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Qt need not measure ten thousand items.
        self.setUniformItemSizes(True)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setGridSize(_ITEM_SIZE)
        self.setMouseTracking(True)
        self.setItemDelegate(ThumbnailDelegate(model, themes, self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        _set_up(self, model)


class SampleTable(QTableView):
    """A row per sample, with its values."""

    def __init__(self, model: SampleModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        # Size columns by visible rows only.
        self.horizontalHeader().setResizeContentsPrecision(0)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        _set_up(self, model)

    def fit_columns(self) -> None:
        """Fit column widths to the visible rows, with some padding."""
        self.resizeColumnsToContents()
        for column in range(self.model().columnCount()):
            self.setColumnWidth(column, self.columnWidth(column) + _AIR_PX)


def _set_up(view: QAbstractItemView, model: SampleModel) -> None:
    view.setModel(model)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.setAccessibleName("Samples")
    view.setToolTip(_TIP)


class ThumbnailDelegate(PaintedDelegate):
    """For the items of a `SampleModel` of images."""

    def __init__(self, model: SampleModel, themes: ThemeSource, parent: QObject) -> None:
        super().__init__(themes, parent)
        self._model, self._small = model, font("small")

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return _ITEM_SIZE

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme) -> None:
        whole, state = QRectF(option.rect), option.state
        tile = QRectF(whole.center().x() - _IMAGE_PX / 2, whole.top() + _MARGIN_PX, _IMAGE_PX, _IMAGE_PX)
        self._paint_ground(painter, whole.adjusted(1, 1, -1, -1), state)
        self._paint_image(painter, tile, index.row())
        self._paint_caption(painter, tile, whole, index.row())

    def _paint_ground(self, painter: QPainter, place: QRectF, state: QStyle.StateFlag) -> None:
        theme = self._themes.theme
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if selected or focused or hovered:
            ground, edge = theme.accent_soft if selected else theme.field, theme.accent
            draw_box(painter, place, RADIUS_SMALL_PX, ground, edge if selected or focused else None, 2)

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
            draw_dot(painter, tile.topRight() + QPointF(-2, 2), _DOT_PX, theme.accent, theme.surface, 2)

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
