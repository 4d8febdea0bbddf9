"""The sidebar as a scroll area, and which columns of a table the network learns from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHelpEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from core.data.datasets import DataError
from core.data.pipeline import unit_of, without_unit
from core.data.raw_form import RawTokens
from core.data.texts import shown_token
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.snapshot import SnapshotRequest
from core.io.number_text import percent_text
from core.spec import SettingError
from core.spec.arrays import Array
from playground.model.document import Document
from playground.views.sidebar.augment_section import AugmentSection
from playground.views.sidebar.dataset_panel import DatasetPanel
from playground.views.sidebar.input_section import InputSection
from playground.views.sidebar.layer_form import LayerForm
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle, Toast
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.painted import LEFT, PaintedWidget, draw_box, draw_text
from playground.views.widgets.settings_form.disclosure import Disclosure
from playground.views.widgets.spoken import Role, speak_as

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData


_MAX_BARS: Final = 40
_MAX_WORDS: Final = 14
"""Words are turned, and need 12 px each."""
_MAX_TEXTS: Final = 2_000
_NAME_PX, _WORD_PX, _TITLE_PX = 14.0, 38.0, 22.0


class TokenBars(PaintedWidget):
    """A bar for each of the most frequent tokens, those of the chosen sample colored; hidden for other data."""

    name = "How often tokens occur"
    size_px = least_px = 150, 84

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.title = SectionTitle("", self)
        self.shares: Array = np.zeros(0)
        self.names: list[str] = []
        self._own = np.zeros(0, np.bool_)
        self._has_words = False
        self.show_data(None)

    def show_data(self, prepared: PreparedData | None) -> None:
        """Set the data."""
        raw, self._prepared = None if prepared is None else prepared.data.raw, prepared
        self.setVisible(isinstance(raw, RawTokens))
        if prepared is None or not isinstance(raw, RawTokens):
            return
        texts, end = prepared.data.inputs[:: -(-prepared.data.samples // _MAX_TEXTS)], raw.end
        counts = np.bincount(texts.ravel(), minlength=len(raw.vocabulary))
        if end >= 0:
            # It fills up short texts, too.
            counts[end] = len(texts)
        order = np.argsort(-counts, kind="stable")
        self._has_words = sum(len(raw.vocabulary[each]) > 1 for each in order[:_MAX_BARS]) > 1
        self._tokens = np.sort(order[: _MAX_WORDS if self._has_words else _MAX_BARS])
        self.names = ["·" if each == end else shown_token(raw.vocabulary[each]) for each in self._tokens]
        self.shares = counts[self._tokens] / counts.sum()
        pairs = zip(self.names, self.shares.tolist(), strict=True)
        self.setAccessibleDescription(", ".join(f"{name} {percent_text(share, 1)}" for name, share in pairs))
        self.title.set_text(f"{len(raw.vocabulary):,} {raw.plural}")
        self.title.adjustSize()
        self.mark_test_point(0)

    def mark_test_point(self, row: int) -> None:
        """Color the tokens of a test sample."""
        if self._prepared is not None and len(test := self._prepared.test.inputs) and self.names:
            self._own = np.isin(self._tokens, test[row % len(test)])
            self.update()

    def bar(self, place: int) -> QRectF:
        """The rectangle of a bar."""
        below = _WORD_PX if self._has_words else _NAME_PX
        room, width = self.height() - _TITLE_PX - below, self.width() / len(self.names)
        height = room * float(self.shares[place] / self.shares.max())
        return QRectF(place * width + 0.5, _TITLE_PX + room - height, width - 1, height)

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        for place, name in enumerate(self.names):
            bar, is_own = self.bar(place), place < len(self._own) and self._own[place]
            draw_box(painter, bar, 1, theme.accent if is_own else theme.border_strong)
            if not self._has_words:
                below = QRectF(bar.center().x() - 8, bar.bottom(), 16, _NAME_PX)
                draw_text(painter, below, name if len(name) == 1 else "", theme.text_muted, self._small)
                continue
            painter.save()
            painter.translate(bar.center().x(), bar.bottom() + 2)
            painter.rotate(90.0)
            below = QRectF(0, -8, _WORD_PX - 2, 16)
            draw_text(painter, below, name, theme.text_muted, self._small, LEFT, cut=True)
            painter.restore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self.names:
            place = min(len(self.names) - 1, int(event.pos().x() * len(self.names) / self.width()))
            text = f"{self.names[place]}: {percent_text(float(self.shares[place]), 1)}"
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)


_FEW = 8
"""More columns are folded."""
_MOST = 60
_LAST_STAYS = "The network needs at least one input: the last column stays on."


class ColumnList(QWidget):
    """A check box for each column; hidden for other data, and for tables with more than `_MOST` columns."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._offered: tuple[str, ...] = ()
        self.boxes: dict[str, QCheckBox] = {}
        self._rows: list[QWidget] = []
        self.count = set_up(QLabel(self), role="muted")
        self.more = Disclosure(
            themes, "Show", "Hide", tooltip="Choose the columns that the network learns from", parent=self
        )
        self.more.toggled_open.connect(self._show_rows)
        self.setAccessibleName("Columns")
        head = hbox((SectionTitle("Columns", self), 1), self.count, self.more)
        self._column = vbox(head, parent=self, margins=0, spacing=2)
        document.experiment_changed.connect(self._show_experiment)
        self._show_experiment(document.experiment)

    def refresh(self) -> None:
        """Show the columns of a file that has been read by now."""
        self._show_experiment(self._document.experiment)

    def _show_experiment(self, experiment: Experiment) -> None:
        offered = experiment.dataset.offered_columns
        if not 1 < len(offered) <= _MOST:
            offered = ()
        if offered != self._offered:
            self._offered = offered
            self._make_rows(offered)
        learned = set(experiment.dataset.learned_columns) & set(offered)
        for name, box in self.boxes.items():
            box.setChecked(name in learned)
        self.count.setText(f"{len(learned)} of {len(offered)}")
        self.count.setAccessibleName(f"{len(learned)} of {len(offered)} columns")
        self.setVisible(bool(offered))

    def _make_rows(self, names: Sequence[str]) -> None:
        for old in self._rows:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.boxes, self._rows = {}, []
        for name in names:
            row = QWidget(self)
            line = hbox(parent=row, margins=0, spacing=6)
            box = self.boxes[name] = QCheckBox(without_unit(name), row)
            # A long name is cut rather than widen the panel.
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.setAccessibleName(name)
            box.setToolTip(f"Give the network {name} of every row as an input.")
            box.setAccessibleDescription(box.toolTip())
            box.clicked.connect(lambda on, name=name: self._toggle(name, on))
            unit = set_up(QLabel(unit_of(name), row), role="muted")
            line.addWidget(box, 1)
            line.addWidget(unit, 0, Qt.AlignmentFlag.AlignRight)
            self._column.addWidget(row)
            self._rows.append(row)
        self.more.setVisible(len(names) > _FEW)
        self.more.set_open(len(names) <= _FEW)
        self._show_rows()

    def _show_rows(self) -> None:
        for row in self._rows:
            row.setVisible(self.more.is_open)

    def _toggle(self, name: str, on: bool) -> None:
        experiment = self._document.experiment
        wanted = [each for each, box in self.boxes.items() if box.isChecked()]
        if not wanted:
            self._show_experiment(experiment)
            Toast(_LAST_STAYS, self.window())
            return
        try:
            dataset = experiment.dataset.with_columns(wanted)
        except (SettingError, DataError) as error:
            self._show_experiment(experiment)
            Toast(f"{error}.", self.window())
            return
        self._document.use_data(f"{'Learn from' if on else 'Leave out'} {without_unit(name)}", dataset)


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
        # A scroll bar stands in the margin, or the buttons of the data would lack room.
        right = _MARGIN_PX - _BAR_PX if self.viewport().width() < self.width() else _MARGIN_PX
        self._column.setContentsMargins(_MARGIN_PX, _MARGIN_PX, right, _BOTTOM_PX)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, 600)
