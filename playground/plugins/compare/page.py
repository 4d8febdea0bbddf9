"""The page "Compare": two models, layer by layer, over the plane, and where their predictions differ."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QItemSelectionModel, Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QLabel, QMenu, QStackedWidget, QWidget

from core.experiment.prepare import PreparedData
from core.explain.comparison import LayerChange, LayerPair, ModelComparison
from core.formats.trained_model import TrainedModel
from core.inspect.explanations import Beside, BesidePart
from core.inspect.plane_image import PlaneImage, difference_image, enlarged
from core.inspect.plane_scan import kind_of
from core.inspect.predictions import SplitPredictions
from core.inspect.snapshot import Snapshot
from core.io.number_text import count_text, held_word, number_text, percent_text, rounded_text
from core.io.sentence import in_sentence
from core.nn import Layer
from core.spec import Spec
from core.spec.arrays import Array, Indices
from playground.plugin import BoundaryPlot, Segments, SquareFrame, ThemeSource, hbox, set_up, vbox
from playground.plugins.compare.weight_maps import WeightMaps
from playground.views.canvas.card_text import layer_summary, short_title
from playground.views.results.confusion_matrix import ConfusionMatrix
from playground.views.theme.colors import model_colors
from playground.views.widgets.controls import plain_table, show_rows
from playground.views.widgets.labels import CutLabel, show_markup
from playground.views.widgets.number_format import class_labels, class_words
from playground.views.widgets.page_widget import PartsPage, fill_card, titled
from playground.views.widgets.sample_views import SampleModel, SampleTable, SampleThumbnails

_HINT: Final = "Choose another model: a file, a run that was kept, or a moment of this one."
_NO_TEST: Final = "There is no sample to compare on; leave some that are not learned from"
_HEADS: Final = (
    ("A", "The layer of this network"),
    ("Difference", "Another layer, setting or shape"),
    ("B", "The layer of the other model"),
    ("Moved by", "The norm of the difference of all weights"),
    ("Relative", "The same, over the norm of A's weights"),
)
_CHANGES: Final[dict[LayerChange, str]] = {
    "same": "the same",
    "weights": "other weights",
    "changed": "changed",
    "removed": "only in A",
    "added": "only in B",
}
_RIGHT: Final = ("right", "wrong")
_AXES: Final = "Rows: A, columns: B"
_MATRIX_PX: Final = 240
_MAX_ROWS: Final = 6
_ROW_PX: Final = 26
_MEASURED_ROWS: Final = 50
_PLANES_MS: Final = 100
"""Three images are drawn at most so often."""
_DRAWN_NUMBERS: Final = 3_000_000


class ComparePage(PartsPage):
    """Shows snapshots with the part that it asks for."""

    def __init__(self, themes: ThemeSource, menu: QMenu, parent: QWidget | None = None) -> None:
        """`menu` offers other models."""
        super().__init__("compare", themes, parent)
        self._prepared: PreparedData | None = None
        self._snapshot: Snapshot | None = None
        self._beside: Beside | None = None
        self._boundary: Array | None = None
        self._cell: tuple[int, int] | None = None
        self.other: TrainedModel | None = None
        """The model B; its name is shown."""
        self._due = QTimer(self, singleShot=True, interval=_PLANES_MS)
        self._due.timeout.connect(self._show_planes)
        self.choose = self._button("Compare with…", "open", "Choose a file, a run or a moment as model B")
        set_up(self.choose, menu="true").setMenu(menu)
        self.names = {letter: set_up(QLabel(self), wordWrap=True) for letter in "AB"}
        self.counts = self._caption()
        self.layers = plain_table(_HEADS, "Layers of both models", self)
        self.weights = WeightMaps(themes, self)
        self.weights_of, self.link = titled("", self), set_up(CutLabel(self), role="caption")
        kinds = [
            ("right", "Right or wrong", "How often both, one or none of the models is right"),
            ("classes", "Classes", "What A says in rows, what B says in columns"),
        ]
        self.kinds = Segments(kinds, name="Agreement", parent=self)
        self.matrix = ConfusionMatrix(themes, self, words=("A", "B"))
        self.matrix.setAccessibleName("Agreement; arrow keys read single cells, Enter lists their samples")
        self.matrix.setToolTip("Click a cell to list its samples; again to list all disagreements")
        self.pointed = set_up(CutLabel(self), role="caption")
        self.pointed.setText(_AXES)
        self.listed = set_up(CutLabel(self), role="title")
        self.samples = SampleModel(themes.theme, self)
        self.table = SampleTable(self.samples, self)
        self.thumbnails = SampleThumbnails(self.samples, themes, self)
        self.csv = self._button("Save as CSV…", "save", "Save what both models say of the samples")
        ends = (None, None, lambda theme: model_colors(theme)[::-1])
        self.plots = tuple(BoundaryPlot(themes, self, each) for each in ends)
        self.legend, self.share = self._caption(), self._caption()
        self._lay_out()
        self._connect()
        self._restyle()
        self.clear()

    @property
    def found(self) -> ModelComparison | None:
        """The comparison that is shown; None before there is one."""
        return None if self._beside is None else self._beside.found

    @property
    def parts(self) -> Mapping[str, Any]:
        return {BesidePart.kind: self.other}

    def clear(self) -> None:
        """Show nothing, without data; the other model stays."""
        self._prepared = self._snapshot = None
        for plot in self.plots:
            plot.clear()
        self._show(None)

    def show_model(self, other: TrainedModel | None) -> None:
        """Set the other model; None for none."""
        self.other = other
        self._show(None)
        self.parts_changed.emit()

    def show_data(self, prepared: PreparedData) -> None:
        self._prepared, self._snapshot = prepared, None
        self.agreement.setVisible(prepared.task.classifies)
        self.planes.setVisible(prepared.has_plane)
        for plot in self.plots:
            plot.show_data(prepared)
        self.show_message("" if len(prepared.test) else _NO_TEST)
        self._show(None)
        self._restyle()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        if self._prepared is None:
            return
        self._snapshot, beside = snapshot, snapshot.part(BesidePart)
        if beside is not None and beside.other is not self.other:
            beside = None  # the one before
        if beside is not self._beside:
            self._show(beside)
        if snapshot.boundary is not self._boundary and not self._due.isActive():
            self._due.start()
        for plot in self.plots:
            plot.show_plane(snapshot.plane)
            plot.mark_test_point(snapshot.request.sample)

    def _show(self, beside: Beside | None) -> None:
        self._beside = beside
        self.body.setVisible(beside is not None)
        self.empty.setVisible(beside is None)
        self.empty.setText(_HINT if self.other is None else "Comparing…")
        self._show_names()
        if beside is None:
            self._cell = None
            self.samples.show_samples(None, None, np.empty(0, np.int64))
            return
        self._show_layers(beside.found)
        self._show_predictions()
        self._due.start()

    def _show_names(self) -> None:
        found, snapshot, other = self.found, self._snapshot, self.other
        then = None if other is None or other.epoch is None else other.place_text
        epochs = snapshot.place_text if snapshot else None, then
        for place, (label, color) in enumerate(
            zip(self.names.values(), model_colors(self._themes.theme), strict=True)
        ):
            name, facts = ("this network" if place == 0 else other.name if other else ""), []
            if found is not None:
                epoch, score = epochs[place], found.scores[place]
                facts = [count_text(found.parameters[place], "weight")]
                facts += [] if epoch is None else [f"epoch {epoch}"]
                facts.append(
                    f"{percent_text(score, 1)} right" if found.classes else f"R² {number_text(score, 3)}"
                )
            mark = f'<b><span style="color:{color}">{"AB"[place]}</span> {escape(name)}</b>'
            show_markup(label, f"{mark} {escape(' · '.join(facts))}" if name else "")

    def _show_layers(self, found: ModelComparison) -> None:
        theme = self._themes.theme
        first, second = model_colors(theme)
        inks = {"removed": first, "added": second, "changed": theme.warning, "weights": theme.accent}
        said = Counter(pair.change for pair in found.layers)
        texts = [f"{said[kind]} {words}" for kind, words in _CHANGES.items() if said[kind]]
        self.counts.setText(" · ".join(texts + ["other inputs"] * (not found.same_inputs)))
        self.layers.setFixedHeight((min(len(found.layers), _MAX_ROWS) + 2) * _ROW_PX)
        rows = []
        for pair in found.layers:
            relative = "∞" if math.isinf(pair.relative) else percent_text(pair.relative, 1)
            distance = "–" if math.isnan(pair.distance) else number_text(pair.distance, 3)
            change = (_change_text(pair), inks.get(pair.change, theme.text_muted))
            cells = (_layer_text(pair.second), distance, relative)
            rows.append([(_layer_text(pair.first), ""), change, *((text, "") for text in cells)])
        show_rows(self.layers, rows)
        if not 0 <= self.layers.currentRow() < len(rows):
            self.layers.selectRow(
                next((n for n, pair in enumerate(found.layers) if pair.weights[0] is not None), 0)
            )
        self._show_weights()

    def _show_weights(self) -> None:
        """Those of the chosen layer."""
        found, row = self.found, self.layers.currentRow()
        if found is None or self._prepared is None or not 0 <= row < len(found.layers):
            return
        pair, inputs = found.layers[row], self._prepared.pipeline.inputs.names_out
        if self._prepared.features and self._snapshot is not None:
            inputs = self._snapshot.experiment.feature_labels
        self.weights.show_weights(pair.weights, inputs if row == 0 else ())
        self.weights_of.setText(f"Weights of {_layer_text(pair.first or pair.second)}")
        self._read_link()

    def _read_link(self) -> None:
        self.link.setText(self.weights.words() if self.weights.maps else "It has none")

    def _show_predictions(self) -> None:
        """The matrix, and the samples of its chosen cell, or those on which both disagree."""
        found, prepared = self.found, self._prepared
        if found is None or prepared is None:
            return
        by_right, total = self.kinds.current == "right", len(found.predictions[0])
        names = _RIGHT if by_right else class_labels(prepared.data)
        self.matrix.show_counts(found.right if by_right else found.agreement, names)
        of = f"of {count_text(total, f'{held_word(prepared.held_name)} sample')}"
        if total < len(prepared.test):
            of = f"of the first {total:,} of {len(prepared.test):,} {held_word(prepared.held_name)} samples"
        rows = found.disagreements
        text = f"They disagree on {f'{len(rows):,}' if len(rows) else 'none'} {of}"
        first, second = (found.wrong if by_right else None) or found.predictions
        if self._cell is not None:
            rows = np.flatnonzero((first == self._cell[0]) & (second == self._cell[1]))
            rows = rows[np.argsort(-found.apart[rows], kind="stable")]
            text = f"{len(rows):,} {of}: A {names[self._cell[0]]}, B {names[self._cell[1]]}"
        elif not found.classes:
            mean = rounded_text(float(found.apart.mean()))
            text = f"They say other values for {len(rows):,} {of}, {mean} apart on average"
        self.listed.setText(text)
        self._list(prepared, found, rows)

    def _list(self, prepared: PreparedData, found: ModelComparison, rows: Indices) -> None:
        """List samples, and keep the chosen one."""
        view, samples = self._view, self.samples
        place = view.currentIndex().row()
        chosen = samples.dataset_row(place) if 0 <= place < samples.rowCount() else -1
        selection = view.selectionModel()
        selection.blockSignals(True)
        samples.show_samples(prepared, _predictions(found, 0), rows, other=_predictions(found, 1))
        if (place := samples.place_of(chosen, -1)) >= 0:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            selection.setCurrentIndex(samples.index(place, 0), flags)
        selection.blockSignals(False)
        self.views.setCurrentWidget(view)

    @property
    def _view(self) -> SampleTable | SampleThumbnails:
        images = self._prepared is not None and len(self._prepared.data.shape) == 3
        return self.thumbnails if images else self.table

    def _show_planes(self) -> None:
        """Both boundaries, and where they differ, at the moment of the snapshot."""
        prepared, snapshot, beside = self._prepared, self._snapshot, self._beside
        if prepared is None or snapshot is None or beside is None or beside.boundary is None:
            return
        boundary = self._boundary = snapshot.boundary
        if boundary is None:
            return
        side = min(max(1, self.plots[2].pixels), math.isqrt(_DRAWN_NUMBERS // boundary.shape[2]))
        images = [enlarged(each, side, kind_of(prepared)) for each in (boundary, beside.boundary)]
        for plot, image in zip(self.plots, images, strict=False):
            plot.show_image(image)
        values, share = difference_image(*images)
        self.plots[2].show_neuron(PlaneImage(values))
        self.plots[2].show_dashed(list(zip(images, model_colors(self._themes.theme), strict=True)))
        self.share.setText("" if math.isnan(share) else f"{percent_text(share, 1)} of the plane")

    def _open_cell(self, row: int, column: int) -> None:
        self._cell = None if (row, column) == self._cell else (row, column)
        self._show_predictions()

    def _choose_kind(self) -> None:
        self._cell = None
        self._show_predictions()

    def _inspect(self) -> None:
        place = self._view.currentIndex().row()
        if 0 <= place < self.samples.rowCount():
            self.row_chosen.emit(self.samples.part_row(place))

    def _connect(self) -> None:
        self.layers.currentCellChanged.connect(self._show_weights)
        self.weights.place_changed.connect(self._read_link)
        self.kinds.chosen.connect(self._choose_kind)
        self.matrix.cell_pointed.connect(lambda text: self.pointed.setText(text or _AXES))
        self.matrix.cell_opened.connect(self._open_cell)
        for view in (self.table, self.thumbnails):
            view.selectionModel().currentChanged.connect(self._inspect)
        for plot in self.plots:
            plot.test_point_clicked.connect(self.row_chosen)
        self.plots[2].resized.connect(self._due.start)
        self.csv.clicked.connect(self.csv_requested)

    def _caption(self) -> QLabel:
        return set_up(QLabel(self), role="caption")

    def _lay_out(self) -> None:
        heading = set_up(QLabel("Two models side by side", self), role="heading")
        self.empty = set_up(QLabel(_HINT, self), role="muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.layers.verticalHeader().setDefaultSectionSize(_ROW_PX)
        header = self.layers.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in (3, 4):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setResizeContentsPrecision(_MEASURED_ROWS)
        self.views = QStackedWidget(self)
        for view in (self.table, self.thumbnails):
            view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
            self.views.addWidget(view)
        titles = [titled(text, self) for text in ("Layers", "A", "B", "Where they differ")]
        for label in (*self.names.values(), self.counts):
            # Long names are wrapped or cut rather than widen the window.
            label.setMinimumWidth(1)
        self.agreement, self.planes, self.body = QWidget(self), QWidget(self), QWidget(self)
        self.agreement.setFixedWidth(_MATRIX_PX)
        vbox(self.kinds, (self.matrix, 1), self.pointed, parent=self.agreement, margins=0, spacing=6)
        listed = vbox(hbox((self.listed, 1), self.csv), (self.views, 1), spacing=6)
        weights = hbox(self.weights_of, (self.link, 1))
        left = vbox(
            fill_card(QFrame(self), hbox((titles[0], 1), self.counts), self.layers, weights, self.weights),
            (fill_card(QFrame(self), (hbox(self.agreement, (listed, 1), spacing=12), 1)), 1),
            spacing=10,
        )
        frames = [SquareFrame(plot, self) for plot in self.plots]
        columns = (
            vbox(title, (frame, 1), spacing=4) for title, frame in zip(titles[1:3], frames, strict=False)
        )
        small = hbox(*((column, 1) for column in columns), spacing=10)
        names = "Output of model A", "Output of model B", "Where both differ"
        for plot, name in zip(self.plots, names, strict=True):
            plot.setAccessibleName(f"{name} over the plane")
        differ = hbox((titles[3], 1), self.share)
        vbox((small, 2), differ, (frames[2], 3), self.legend, parent=self.planes, margins=0, spacing=6)
        hbox((left, 5), (self.planes, 3), parent=self.body, margins=0, spacing=12)
        head = hbox(heading, *((label, 1) for label in self.names.values()), self.choose, spacing=12)
        shown = head, self.message, (self.empty, 1), (self.body, 1)
        vbox(*shown, parent=self, margins=(16, 10, 16, 8), spacing=8)

    def _restyle(self) -> None:
        super()._restyle()
        self.samples.show_theme(self._themes.theme)
        prepared, words = self._prepared, ("A is higher", "B is higher")
        if prepared is not None and prepared.task.classifies:
            words = ("they disagree, A is surer", "they disagree, B is surer")
            if kind_of(prepared) == "signed":
                name = class_words(class_labels(prepared.data), 1)
                words = (f"only A says {name}", f"only B says {name}")
        colors = zip(model_colors(self._themes.theme), words, strict=True)
        shown = (f'<span style="color:{ink}">■</span> {escape(word)}' for ink, word in colors)
        show_markup(self.legend, " &nbsp; ".join(shown))
        self._show_names()
        if self.found is not None:
            self._show_layers(self.found)
            self._due.start()


def _predictions(found: ModelComparison, place: int) -> SplitPredictions:
    """Predictions of a model, as lists of samples take them; of several values the first."""
    predictions, truth = found.predictions[place], found.truth
    assert truth is not None
    if found.shares is None:
        return SplitPredictions("test", truth[:, 0], predictions[:, 0], np.full(len(truth), np.nan))
    return SplitPredictions(
        "test", truth, predictions, found.shares[place][np.arange(len(truth)), predictions]
    )


def _layer_text(layer: Layer | None) -> str:
    return "–" if layer is None else f"{short_title(layer)} {layer_summary(layer)}"


def _change_text(pair: LayerPair) -> str:
    if pair.change != "changed":
        return _CHANGES[pair.change]
    texts = (
        f"{in_sentence(each.setting.label)} {_value(each.old)} → {_value(each.new)}" for each in pair.settings
    )
    return ", ".join(texts) or "other inputs"


def _value(value: Any) -> str:
    return value.title if isinstance(value, Spec) else str(value)
