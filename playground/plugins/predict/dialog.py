"""New rows or images and what the network says about them, while it learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QFrame, QLabel, QPushButton, QWidget

from core.data.pipeline import ImageInputs, Pipeline
from core.data.tables.table import ColumnFormat
from core.experiment.prepare import PreparedData
from core.inspect.found_samples import NewOutputsPart
from core.inspect.snapshot import NewSamples, Snapshot
from core.io.number_text import count_text
from core.predict import RawSamples, RowColumn, row_columns, typed_samples
from core.predict.row_columns import in_formats
from playground.plugin import GRID_PX, ClassProbabilities, ProgressBar, SectionTitle, ThemeSource, push_button
from playground.plugins.predict.images_model import ImagesModel
from playground.plugins.predict.predictions_model import (
    MAX_ROWS,
    PredictionsModel,
    RowPrediction,
    RowsModel,
    row_predictions,
)
from playground.plugins.predict.rows_table import RowsTable
from playground.views.widgets.boxes import STRETCH, hbox, restyle, set_up, vbox

WIDTH_PX: Final = 268
_MOST: Final = 10


class PredictionCard(QFrame):
    """Up to ten classes in their order; of more classes, the ten most probable."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH_PX)
        self.title = SectionTitle("Row 1", self)
        self.label = set_up(QLabel(self), role="value", wordWrap=True, accessibleDescription="Prediction")
        self.probabilities = ClassProbabilities(themes, self, most=_MOST, class_colors=True)
        self.probabilities.setAccessibleName("Probabilities")
        self.notes = set_up(QLabel(self), role="note", wordWrap=True)
        vbox(
            self.title,
            self.label,
            self.probabilities,
            self.notes,
            STRETCH,
            parent=self,
            margins=(2 * GRID_PX, 0, 0, 0),
            spacing=12,
        )

    def set_names(self, names: Sequence[str]) -> None:
        """Set the classes; none for values."""
        self.probabilities.setVisible(bool(names))
        self.probabilities.set_names(names)

    def show_prediction(self, row: int, prediction: RowPrediction | None, notes: Sequence[str]) -> None:
        """Show the prediction for a row, and sentences on it."""
        self.title.setText(f"Row {row + 1:,}".upper())
        self.title.setAccessibleName(f"Row {row + 1:,}")
        self.label.setText("–" if prediction is None else prediction.text)
        shares = () if prediction is None else prediction.shares
        if len(shares) > _MOST:
            shares = tuple(sorted(shares, key=lambda pair: -pair[1])[:_MOST])
        self.probabilities.show_probabilities(shares)
        self.notes.setText("\n".join(f"{note}." for note in notes))
        self.notes.setVisible(bool(notes))


_SIZE = QSize(1040, 560)
_SCREEN_MARGIN_PX = 40


class PredictDialog(QDialog):
    """Modeless, so that training goes on and can be steered. It keeps its rows while it is hidden."""

    samples_changed = Signal(object)
    """Carries the `NewSamples` to predict, or None."""
    open_requested = Signal()
    """Requests a file dialog; what is read comes by `show_samples`."""
    files_dropped = Signal(object)
    """Carries a list of paths."""
    save_requested = Signal(object)
    """Carries the `RawSamples` whose predictions are to be written."""
    cancel_requested = Signal()
    """Requests the end of reading or writing."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Predict new rows")
        self.setModal(False)
        self.setAcceptDrops(True)
        self._pipeline: Pipeline | None = None
        self._sent: NewSamples | None = None
        self._sent_rows: list[int] = []
        self._file: RawSamples | None = None
        self._formats: Mapping[str, ColumnFormat | None] = {}
        self._begun: list[list[str]] = []
        """The rows that it began with, which nobody has typed."""
        self._busy = self._is_blocked = False
        self.rows, self.images = RowsModel(themes, self), ImagesModel(themes, self)
        self.table = RowsTable(self.rows, self.images, themes, self)
        self.card = PredictionCard(themes, self)
        self._make_labels()
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.show_message("")
        self.show_busy("")
        available = self.screen().availableGeometry().size() - QSize(_SCREEN_MARGIN_PX, _SCREEN_MARGIN_PX)
        self.resize(_SIZE.boundedTo(available))

    @property
    def model(self) -> PredictionsModel:
        """The model that the table shows."""
        return self.images if self._takes_images else self.rows

    @property
    def samples(self) -> RawSamples | None:
        """Samples to predict: the file's, else the typed rows; None for nothing."""
        if self._file is not None:
            return self._file
        rows = self.rows.filled_rows
        return typed_samples(self.rows.columns, rows) if rows and not self._takes_images else None

    def show_data(self, prepared: PreparedData, name: str, row: int) -> None:
        """Take the columns of a run's data; without typed rows, begin with the test sample at `row`."""
        pipeline, outputs = prepared.pipeline, prepared.pipeline.outputs
        before, is_typed = self._pipeline, self._file is None and self.rows.filled_rows != self._begun
        keeps = before is not None and (
            _same_columns(before, pipeline) or (is_typed and _is_other_target(before, pipeline))
        )
        self._pipeline = pipeline
        self.card.set_names(getattr(outputs, "names", ()) if outputs.encoding.classes else ())
        target = getattr(outputs, "target", "")
        self.subtitle.setText(f"{name} · predicts {target}" if target else name)
        self._show_kind()
        self.table.use(self.model)
        if not keeps:
            self._file, self._formats = None, {}
            self.rows.show_rows(())
        columns = in_formats(row_columns(pipeline, prepared.data), self._formats)
        self.rows.show_columns(columns)
        self.images.show_samples(self._file if self._takes_images else None, pipeline)
        if not keeps:
            self.show_message("")
            if columns and len(prepared.test_index):
                self._begun = [_example(prepared, columns, row)]
                self.rows.show_rows(self._begun)
            self.table.setCurrentIndex(self.model.index(0, 1))
        self._refresh()

    def clear(self, sentence: str) -> None:
        """Show why there are no predictions; the rows stay."""
        self._is_blocked = True
        self.model.show_predictions((), ())
        self.show_message(sentence, failed=True)
        self._refresh()

    def resume(self) -> None:
        """A network runs again."""
        if self._is_blocked:
            self._is_blocked = False
            self.show_message("")
            self._refresh()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the predictions of the network as it is now."""
        samples, outputs = snapshot.request.new_samples, snapshot.part(NewOutputsPart)
        if self._pipeline is None or samples is None or samples is not self._sent or outputs is None:
            return
        predictions = self._pipeline.decode(outputs)
        self.model.show_predictions(self._sent_rows, row_predictions(self._pipeline, predictions))
        self._refresh()

    def show_samples(self, samples: RawSamples, name: str, inverted: bool = False) -> None:
        """Show what was read from files: rows to edit; of a large table, its first rows to look at; or images.

        `inverted` says that light was taken for dark.
        """
        assert self._pipeline is not None
        if isinstance(samples.values, dict):
            self._formats = samples.formats
            columns = in_formats(self.rows.columns, samples.formats)
            count = min(len(samples), MAX_ROWS)
            cells = [
                [
                    samples.texts.get(column.name, {}).get(row)
                    or column.written(samples.values[column.name][row])
                    for column in columns
                ]
                for row in range(count)
            ]
            large = len(samples) > MAX_ROWS
            self._file = samples if large else None
            self.rows.show_columns(columns)
            self.rows.show_rows(cells, read_only=large)
        else:
            self._file = samples
            self.invert.setChecked(inverted)
            self.images.show_samples(samples, self._pipeline)
        self.table.setCurrentIndex(self.model.index(0, 1))
        paper = "; inverted, since the data have the other paper" if inverted else ""
        self.show_message(_summary(samples, name) + paper)
        self._refresh()

    def show_message(self, sentence: str, *, failed: bool = False) -> None:
        """Show a sentence below the table; "" for none."""
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))
        restyle(self.message, role="danger" if failed else "note")

    def show_busy(self, text: str, share: float | None = None) -> None:
        """Show that a file is read or written, and how much of it is done; "" when it is over."""
        for widget in (self.progress, self.cancel_button):
            widget.setVisible(bool(text))
        for button in (self.open_button, self.paste_button, self.clear_button):
            button.setEnabled(not text)
        self._busy = bool(text)
        if text:
            self.show_message(text)
            self.progress.show_share(share)
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._send()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._send()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.cancel_requested.emit()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self._busy and all(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls()]
        event.acceptProposedAction()
        if paths:
            self.files_dropped.emit(paths)

    # -- pieces ---------------------------------------------------------------------------------------------------

    @property
    def _takes_images(self) -> bool:
        return self._pipeline is not None and isinstance(self._pipeline.inputs, ImageInputs)

    def _send(self) -> None:
        """Request the predictions for the rows of this moment; none while hidden."""
        rows, encoded = self.model.encoded()
        self._sent, self._sent_rows = None, []
        if encoded is not None and self._pipeline is not None and self.isVisible():
            try:
                inputs = self._pipeline.inputs.scaled(encoded)
            except ValueError as error:
                self.show_message(str(error), failed=True)
            else:
                self._sent, self._sent_rows = NewSamples(inputs), rows
        self.samples_changed.emit(self._sent)
        self._refresh()

    def _refresh(self) -> None:
        row, model = self.table.current_row, self.model
        self.card.show_prediction(row, model.prediction(row), model.notes(row))
        ready = not self._busy and not self._is_blocked and self._sent is not None
        self.save_button.setEnabled(ready)

    def _clear_rows(self) -> None:
        self._file = None
        self.images.show_samples(None, None)
        if self.rows.read_only:
            self.rows.show_rows(())
        else:
            self.rows.remove(range(self.rows.rowCount()))
        self.table.setCurrentIndex(self.model.index(0, 1))
        self.show_message("")
        self.table.setFocus()

    def _save(self) -> None:
        if (samples := self.samples) is not None:
            self.save_requested.emit(samples)

    def _invert(self) -> None:
        """Take light for dark in the images that are shown."""
        inputs = None if self._pipeline is None else self._pipeline.inputs
        if self._file is not None and isinstance(inputs, ImageInputs):
            self._file = self._file.inverted(inputs)
            self.images.show_samples(self._file, self._pipeline)
            self.table.setCurrentIndex(self.model.index(0, 1))

    def _show_kind(self) -> None:
        images = self._takes_images
        self.invert.setVisible(images)
        self.setWindowTitle("Predict new images" if images else "Predict new rows")
        self.heading.setText(self.windowTitle())
        self.open_button.setText("Open images…" if images else "Open table…")
        self.paste_button.setVisible(not images)
        self.table.setAccessibleName("Images to predict" if images else "Rows to predict")
        self.hint.setText(
            "Open images, or drop them here."
            if images
            else "Type values, paste rows of a spreadsheet, or drop a table here."
        )

    def _make_labels(self) -> None:
        self.heading, self.subtitle = set_up(QLabel(self), role="value"), set_up(QLabel(self), role="caption")
        self.hint, self.message = (
            set_up(QLabel(self), role="caption"),
            set_up(QLabel(self), role="note", wordWrap=True),
        )
        self.invert = set_up(
            QCheckBox("Invert", self), toolTip="Take light for dark: black on white for white on black."
        )
        self.progress = ProgressBar("Share of the rows that is done", self)

    def _make_buttons(self) -> None:
        self.open_button = self._button(
            "Open table…", "Predict the rows of a CSV, an Excel sheet or another table."
        )
        self.paste_button = self._button("Paste", "Insert the rows of the clipboard (Ctrl+V in the table).")
        self.clear_button = self._button("Clear", "Begin with an empty table.")
        self.cancel_button = self._button("Cancel", "Stop, and leave everything as it was.")
        self.close_button = self._button("Close", "The rows stay until the program ends.")
        self.save_button = self._button(
            "Save predictions…", "Write all rows with their predictions as a CSV (Ctrl+S)."
        )
        self.save_button.setProperty("primary", "true")
        self.save_button.setShortcut("Ctrl+S")

    def _button(self, text: str, tip: str) -> QPushButton:
        return push_button(text, tip, self)

    def _connect(self) -> None:
        for model in (self.rows, self.images):
            model.samples_changed.connect(self._send)
        self.table.row_changed.connect(self._refresh)
        self.table.message_requested.connect(self.show_message)
        self.open_button.clicked.connect(self.open_requested)
        self.paste_button.clicked.connect(self.table.paste)
        self.clear_button.clicked.connect(self._clear_rows)
        self.invert.clicked.connect(self._invert)
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.close_button.clicked.connect(self.close)
        self.save_button.clicked.connect(self._save)

    def _lay_out(self) -> None:
        head = hbox(
            self.heading,
            (self.subtitle, 1),
            self.invert,
            self.open_button,
            self.paste_button,
            self.clear_button,
            spacing=GRID_PX,
        )
        body = hbox((self.table, 1), self.card, spacing=0)
        foot = hbox(spacing=GRID_PX)
        notes = vbox(self.hint, self.message, self.progress, spacing=2)
        foot.addLayout(notes, 1)
        for button in (self.cancel_button, self.close_button, self.save_button):
            foot.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        vbox(head, (body, 1), foot, parent=self, margins=2 * GRID_PX, spacing=12)


def _same_columns(before: Pipeline, now: Pipeline) -> bool:
    """Whether rows of one pipeline are rows of the other, whatever their scaling."""
    if before.inputs.kind != now.inputs.kind or before.inputs.names_in != now.inputs.names_in:
        return False
    return bool(before.inputs.names_in) or before.input_shape == now.input_shape


def _is_other_target(before: Pipeline, now: Pipeline) -> bool:
    """Whether another column of the same table is predicted: rows keep the cells of the others."""
    (old, old_targets), (new, new_targets) = (
        (
            set(each.inputs.names_in),
            {getattr(each.outputs, "target", ""), *getattr(each.outputs, "names", ())},
        )
        for each in (before, now)
    )
    return bool(old & new) and old - new <= new_targets and new - old <= old_targets


def _example(prepared: PreparedData, columns: Sequence[RowColumn], sample: int) -> list[str]:
    """A sample of `PreparedData.find` as a typed row."""
    samples, row, at = prepared.find(sample)
    raw = prepared.raw_samples(samples.part(slice(row, row + 1)), np.array([at]))
    values = [column[0] for column in (raw.values() if isinstance(raw, dict) else raw.T)]
    return [column.written(value) for column, value in zip(columns, values, strict=True)]


def _summary(samples: RawSamples, name: str) -> str:
    noun = "row" if isinstance(samples.values, dict) else "image"
    parts = [f"{name}: {count_text(len(samples), noun)}"]
    if len(samples) > MAX_ROWS:
        parts.append(f"the first {MAX_ROWS:,} are shown, and all are saved")
    if samples.table is not None and len(samples.table.sheets) > 1:
        parts.append(f"the sheet {samples.table.sheet} of {len(samples.table.sheets)}")
    if failed := len(samples.failures) or samples.refused:
        parts.append(f"{failed:,} cannot be read")
    if samples.lacking and not samples.failures:
        parts.append(f"{samples.lacking:,} lack a value and have no prediction")
    if samples.unused:
        more = f" and {len(samples.unused) - 5:,} more" if len(samples.unused) > 5 else ""
        parts.append(f"not used: {', '.join(samples.unused[:5])}{more}")
    return "; ".join([*parts, *samples.notes])
