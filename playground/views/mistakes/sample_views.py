"""List views of the gallery: thumbnails for images, a table for rows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QListView, QTableView, QWidget

from playground.views.mistakes.sample_model import SampleModel
from playground.views.mistakes.thumbnail_delegate import ITEM_SIZE, ThumbnailDelegate
from playground.views.theme.theme import ThemeSource

_ROW_PX = 24
_AIR_PX = 12
_TIP = "Choose a sample to see its way through the network; Ctrl and Shift choose several."


class SampleThumbnails(QListView):
    """A wrapping list of thumbnails."""

    def __init__(self, model: SampleModel, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Qt need not measure ten thousand items.
        self.setUniformItemSizes(True)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setGridSize(ITEM_SIZE)
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
