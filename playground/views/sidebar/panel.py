"""The sidebar as a scroll area."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from core.experiment.prepare import PreparedData
from core.inspect.snapshot import SnapshotRequest
from playground.model.document import Document
from playground.views.sidebar.augment_section import AugmentSection
from playground.views.sidebar.column_list import ColumnList
from playground.views.sidebar.dataset_panel import DatasetPanel
from playground.views.sidebar.input_section import InputSection
from playground.views.sidebar.layer_form import LayerForm
from playground.views.sidebar.token_bars import TokenBars
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.spoken import Role, speak_as

_WIDTH_PX = 216
_MARGIN_PX = 12
_SECTION_GAP_PX = 7
_BAR_PX = 8
_BOTTOM_PX = 4


class _Content(QFrame):
    """Height for width: Qt's minimum height, with labels wrapped word by word, would scroll too early."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)


class SidePanel(QScrollArea):
    """Data, inputs and the selected layer, stacked; scrolls vertically."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        content = _Content(self)
        # While it is empty: later, Qt would measure all of it without its styles.
        self.setWidgetResizable(True)
        self.setWidget(content)
        self.data = DatasetPanel(document, themes, content)
        self.augment = AugmentSection(document, themes, content)
        self.inputs = InputSection(document, content, below=self.augment)
        self.columns = ColumnList(document, themes, content)
        self.layer = LayerForm(document, themes, content)
        column = self._column = QVBoxLayout(content)
        column.setContentsMargins(_MARGIN_PX, _MARGIN_PX, _MARGIN_PX, _BOTTOM_PX)
        column.setSpacing(_SECTION_GAP_PX)
        self.tokens = TokenBars(themes, content)
        for section in (self.data, self.inputs, self.tokens, self.columns, self.layer):
            column.addWidget(section)
        column.addStretch(1)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # With a scroll bar the buttons of the data just fit.
        self.setMinimumWidth(_WIDTH_PX - 14)
        self.setAccessibleName("Data and layer")
        speak_as(self, Role.Grouping)
        document.selection_changed.connect(self._follow_selection)

    def show_data(self, prepared: PreparedData) -> None:
        """Set the data of a run."""
        self.augment.show_data(prepared)
        self.columns.refresh()
        self.tokens.show_data(prepared)

    def show_inspection(self, state: SnapshotRequest) -> None:
        """Mark the selected sample."""
        self.tokens.mark_test_point(state.sample)

    def clear(self) -> None:
        """Drop the data of a run."""
        self.augment.clear()
        self.tokens.show_data(None)

    def _follow_selection(self, selected: int | None) -> None:
        if selected is not None:
            # After the form's rows have been laid out.
            QTimer.singleShot(0, self, self._scroll_to_layer)

    def _scroll_to_layer(self) -> None:
        """Scroll to the form, which may be below the edge of a low screen."""
        self.ensureWidgetVisible(self.layer, 0, _MARGIN_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.data.gallery.fit(self.viewport().height())
        # A scroll bar stands in the margin, or the buttons of the data would lack room.
        right = _MARGIN_PX - _BAR_PX if self.viewport().width() < self.width() else _MARGIN_PX
        self._column.setContentsMargins(_MARGIN_PX, _MARGIN_PX, right, _BOTTOM_PX)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, 600)
