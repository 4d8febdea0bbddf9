"""The sidebar as a scroll area, and which columns of a table the network learns from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from core.data.datasets import DataError
from core.data.pipeline import unit_of, without_unit
from core.experiment.adapt import with_dataset
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.snapshot import SnapshotRequest
from core.spec import SettingError
from playground.model.document import Document
from playground.views.sidebar.augment_section import AugmentSection
from playground.views.sidebar.dataset_panel import DatasetPanel
from playground.views.sidebar.input_section import InputSection
from playground.views.sidebar.layer_form import LayerForm
from playground.views.sidebar.token_bars import TokenBars
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle, Toast
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.settings_form.disclosure import Disclosure
from playground.views.widgets.spoken import Role, speak_as

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
        same = dataset.info().outputs == experiment.dataset.info().outputs
        changed = experiment.replace(dataset=dataset) if same else with_dataset(experiment, dataset)
        self._document.change(f"{'Learn from' if on else 'Leave out'} {without_unit(name)}", changed)


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
