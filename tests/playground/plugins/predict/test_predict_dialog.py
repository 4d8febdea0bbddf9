"""The dialog of new rows, by keys and the clipboard; predictions come from a network that stands still."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import SIGNAL, QItemSelectionModel, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits, Moons, TableFile
from core.data.tables.read_table import read_table
from core.data.tables.table import ColumnFormat, ColumnFormats
from core.data.tables.table_schema import TableSchema
from core.experiment.change import begun
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.inspect.snapshot import NewSamples, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense, Flatten
from core.predict import RawSamples, read_samples
from playground.plugins.predict.dialog import PredictDialog
from playground.plugins.predict.predictions_model import MAX_ROWS, PREDICTION
from playground.views.theme.theme import ThemeSource
from tests.benchmarks.open_window import deliver_deletions
from tests.core.experiment.on_data import with_dataset
from tests.playground.headless.flowers import make_flowers

pytestmark = pytest.mark.usefixtures("themed")

KEYS, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


class Trained:
    """A dialog and the network that predictions it."""

    def __init__(self, dialog: PredictDialog, experiment: Experiment) -> None:
        self.dialog = dialog
        self.sent: list[NewSamples | None] = []
        dialog.samples_changed.connect(self.sent.append)
        self.use(experiment)

    def use(self, experiment: Experiment) -> None:
        self.prepared: PreparedData = prepare(experiment)
        self.trainer = make_trainer(experiment, self.prepared)
        self.taker = SnapshotTaker(self.trainer, self.prepared, 1, experiment)
        self.dialog.show_data(self.prepared, experiment.name, 0)

    def prediction(self) -> None:
        self.dialog.show_snapshot(self.taker.take(SnapshotRequest(new_samples=self.sent[-1])))

    def type_into(self, row: int, column: int, text: str) -> None:
        """Type into a cell as people do, and leave it by Tab."""
        table = self.dialog.table
        table.setFocus()
        table.setCurrentIndex(table.model().index(row, column))
        QTest.keyClicks(table, text[:1])
        editor = QApplication.focusWidget()
        assert isinstance(editor, QLineEdit | QComboBox)
        QTest.keyClicks(editor, text[1:])
        QTest.keyClick(editor, KEYS.Key_Tab)
        self.prediction()

    def cells(self) -> list[list[str]]:
        model = self.dialog.rows
        return [
            [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]


@pytest.fixture
def opened(qtbot: QtBot) -> Callable[[Experiment], Trained]:
    parent = QWidget()
    parent.resize(1280, 720)
    qtbot.addWidget(parent)
    parent.show()

    def build(experiment: Experiment) -> Trained:
        dialog = PredictDialog(ThemeSource(), parent)
        trained = Trained(dialog, experiment)
        dialog.show()
        qtbot.waitUntil(dialog.isActiveWindow, timeout=60_000)
        trained.prediction()
        return trained

    return build


@pytest.fixture(scope="module")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    path = make_flowers(tmp_path_factory.mktemp("flowers") / "flowers.csv")
    table = read_table(path, formats=ColumnFormats({"picked": ColumnFormat("days")}))
    schema = TableSchema(("height (cm)", "colour", "picked"), "kind", "classification", missing="fill")
    start = Experiment(layers=(Dense(4, activation="tanh"),))
    return with_dataset(start, TableFile.of(table, schema))


def test_it_begins_with_a_test_sample_and_every_typed_value_has_its_prediction(
    opened: Callable[[Experiment], Trained], flowers: Experiment
) -> None:
    trained = opened(flowers)
    dialog, columns = trained.dialog, trained.dialog.rows.columns
    assert [column.name for column in columns] == ["height (cm)", "colour", "picked"]
    first, empty = trained.cells()
    assert first[0].split()[0] in ("daisy", "rose", "tulip")
    assert empty == [""] * 4
    trained.type_into(0, 1, "50,5")
    predictions = trained.prepared.pipeline.decode(
        trained.trainer.network.predict(
            trained.prepared.pipeline.transform({
                "height (cm)": ["50,5"], "colour": [first[2]], "picked": [first[3]],
            })
        )
    )  # fmt: skip
    assert predictions.labels is not None
    assert predictions.probabilities is not None
    assert dialog.card.label.text() == predictions.labels[0]
    spoken = QAccessible.queryAccessibleInterface(dialog.card.label)
    assert spoken is not None
    assert spoken.text(QAccessible.Text.Name) == predictions.labels[0]
    share = round(100 * float(predictions.probabilities.max()))
    assert trained.cells()[0][0] == f"{predictions.labels[0]} {share} %"
    assert f"{predictions.labels[0]} {share} %" in dialog.card.probabilities.texts


def test_faults_doubts_and_gaps_are_said_beside_the_row(
    opened: Callable[[Experiment], Trained], flowers: Experiment
) -> None:
    trained = opened(flowers)
    dialog = trained.dialog
    trained.type_into(1, 1, "tall")
    dialog.table.setCurrentIndex(dialog.rows.index(1, 1))
    assert "height (cm) must be a number, such as " in dialog.card.notes.text()
    assert dialog.card.label.text() == "–"
    trained.type_into(1, 1, "300")
    trained.type_into(1, 2, "teal")
    dialog.table.setCurrentIndex(dialog.rows.index(1, 1))
    assert "the data have" in dialog.card.notes.text()
    assert "the model never saw 'teal'" in dialog.card.notes.text()
    assert dialog.card.label.text() != "–"
    # The gap is filled in, and shown as what it is filled with.
    assert trained.cells()[1][3] == dialog.rows.columns[2].fill != ""
    assert len(trained.cells()) == 3


def test_cells_of_a_file_stay_as_it_has_them(
    opened: Callable[[Experiment], Trained], flowers: Experiment, tmp_path: Path
) -> None:
    trained, path = opened(flowers), tmp_path / "new.csv"
    dialog = trained.dialog
    path.write_text("height (cm),colour,picked\n30.5,red,01.05.2024\n1.5,white,02.05.2024\ntall,red,\n")
    dialog.show_samples(read_samples(trained.prepared.pipeline, [path]), "new.csv")
    trained.prediction()
    assert [row[1] for row in trained.cells()] == ["30.5", "1.5", "tall", ""]
    assert [bool(dialog.rows.prediction(row)) for row in range(3)] == [True, True, False]
    assert "1 cannot be read" in dialog.message.text()
    assert "with a decimal point, unlike the data, in height (cm)" in dialog.message.text()
    assert "must be a number" in dialog.rows.index(2, 1).data(Qt.ItemDataRole.ToolTipRole)
    # A run with another scaling reads them in the same way.
    trained.use(flowers.replace(data_seed=5))
    assert "must be" not in dialog.rows.index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
    assert dialog.samples is not None
    assert dialog.samples.texts["height (cm)"] == {0: "30.5", 1: "1.5", 2: "tall"}


def test_rows_of_a_spreadsheet_are_pasted_by_their_names(
    opened: Callable[[Experiment], Trained], flowers: Experiment
) -> None:
    trained = opened(flowers)
    dialog = trained.dialog
    QGuiApplication.clipboard().setText("colour\tnote\theight (cm)\nred\tx\t10,5\nwhite\ty\t30\n")
    dialog.table.setFocus()
    QTest.keyClick(dialog.table, KEYS.Key_V, CTRL)
    trained.prediction()
    assert [row[1:3] for row in trained.cells()[1:3]] == [["10,5", "red"], ["30", "white"]]
    assert dialog.message.text() == "The pasted rows lack picked; Not used: note"
    # Without names, from the current cell on.
    dialog.table.setCurrentIndex(dialog.rows.index(0, 1))
    QGuiApplication.clipboard().setText("11\twhite\n12\tred\n")
    QTest.keyClick(dialog.table, KEYS.Key_V, CTRL)
    assert [row[1:3] for row in trained.cells()[:2]] == [["11", "white"], ["12", "red"]]
    # What is copied is pasted elsewhere.
    dialog.table.selectRow(1)
    QTest.keyClick(dialog.table, KEYS.Key_C, CTRL)
    assert QGuiApplication.clipboard().text().split("\t")[1:3] == ["12", "red"]
    QTest.keyClick(dialog.table, KEYS.Key_Delete)
    assert [row[1] for row in trained.cells()] == ["11", "30", ""]


def test_what_was_typed_pasted_emptied_and_removed_is_taken_back_and_made_again(
    opened: Callable[[Experiment], Trained], flowers: Experiment, qtbot: QtBot
) -> None:
    trained = opened(flowers)
    table, undo = trained.dialog.table, CTRL | Qt.KeyboardModifier.ShiftModifier

    def rows() -> list[list[str]]:
        return trained.dialog.rows.filled_rows

    states = [rows()]
    trained.type_into(0, 1, "5.5")
    # Tab has opened the next cell.
    editor = QApplication.focusWidget()
    assert isinstance(editor, QComboBox)
    QTest.keyClick(editor, KEYS.Key_Z, CTRL)
    qtbot.waitUntil(lambda: rows() == states[0], timeout=60_000)
    qtbot.waitUntil(table.hasFocus, timeout=60_000)
    QTest.keyClick(table, KEYS.Key_Z, undo)
    states.append(rows())
    QGuiApplication.clipboard().setText("6.1\n6.2\n6.3")
    table.setCurrentIndex(table.model().index(1, 1))
    QTest.keyClick(table, KEYS.Key_V, CTRL)
    states.append(rows())
    table.selectAll()
    table.clearSelection()
    for column in (1, 2):
        table.selectionModel().select(
            table.model().index(0, column), table.selectionModel().SelectionFlag.Select
        )
    QTest.keyClick(table, KEYS.Key_Delete)
    states.append(rows())
    trained.dialog.clear_button.click()
    states.append(rows())
    assert states[-1] == []
    assert all(before != after for before, after in pairwise(states))
    for state in reversed(states[:-1]):
        QTest.keyClick(table, KEYS.Key_Z, CTRL)
        assert rows() == state
    QTest.keyClick(table, KEYS.Key_Z, CTRL)
    assert rows() == states[0]
    for state in states[1:]:
        QTest.keyClick(table, KEYS.Key_Z, undo)
        assert rows() == state
    trained.dialog.rows.show_rows([])
    QTest.keyClick(table, KEYS.Key_Z, CTRL)
    assert rows() == []


def test_categories_are_chosen_from_a_list_that_takes_other_texts(
    opened: Callable[[Experiment], Trained], flowers: Experiment
) -> None:
    trained = opened(flowers)
    table = trained.dialog.table
    table.setFocus()
    table.setCurrentIndex(trained.dialog.rows.index(0, 2))
    QTest.keyClick(table, KEYS.Key_Return)
    combo = table.findChild(QComboBox)
    assert combo is not None
    assert [combo.itemText(i) for i in range(combo.count())] == ["", "red", "white"]
    assert combo.isEditable()
    assert combo.currentText() in ("red", "white")
    QTest.keyClicks(combo, "pink")
    assert combo.currentText() == "pink"


def test_a_large_file_is_looked_at_and_saved_whole(opened: Callable[[Experiment], Trained]) -> None:
    trained = opened(Experiment(dataset=Moons(), layers=(Dense(2),)))
    dialog = trained.dialog
    points = np.linspace(-1, 1, 2 * (MAX_ROWS + 5)).reshape(-1, 2)
    samples = RawSamples({"x1": points[:, 0], "x2": points[:, 1]}, np.ones(len(points), bool))
    dialog.show_samples(samples, "points.csv")
    assert dialog.rows.rowCount() == MAX_ROWS
    assert "the first 1,000 are shown, and all are saved" in dialog.message.text()
    assert not dialog.rows.flags(dialog.rows.index(0, 1)) & Qt.ItemFlag.ItemIsEditable
    trained.prediction()
    assert dialog.rows.prediction(MAX_ROWS - 1) is not None
    saved: list[RawSamples] = []
    dialog.save_requested.connect(saved.append)
    dialog.save_button.click()
    assert saved == [samples]
    dialog.clear_button.click()
    assert trained.cells() == [["", "", ""]]
    assert trained.sent[-1] is None
    assert not dialog.save_button.isEnabled()


def test_other_columns_replace_the_rows_and_another_scaling_keeps_them(
    opened: Callable[[Experiment], Trained], flowers: Experiment
) -> None:
    trained = opened(flowers)
    trained.type_into(0, 1, "33,5")
    trained.use(flowers.replace(data_seed=5))
    assert trained.cells()[0][1] == "33,5"
    trained.prediction()
    assert trained.cells()[0][PREDICTION]
    trained.use(Experiment(dataset=Moons(), layers=(Dense(2),)))
    assert [column.name for column in trained.dialog.rows.columns] == ["x1", "x2"]
    assert len(trained.cells()) == 2


def test_typed_rows_stay_where_another_column_is_predicted(
    opened: Callable[[Experiment], Trained], flowers: Experiment
) -> None:
    table = flowers.dataset
    assert isinstance(table, TableFile)
    trained = opened(flowers)
    first, second, *others = (column.name for column in trained.dialog.rows.columns)
    trained.dialog.rows.set_cells(0, 1, [["mine"]])
    read = read_table(Path(table.path), formats=ColumnFormats({"picked": ColumnFormat("days")}))
    schema = TableSchema((second, *others, table.target), first, "regression", "fill")
    trained.use(begun(TableFile.of(read, schema)))
    names = [column.name for column in trained.dialog.rows.columns]
    assert first not in names
    (row,) = trained.dialog.rows.filled_rows
    assert (row[names.index(second)], row[names.index(table.target)]) == ("mine", "")
    # A row that nobody has typed gives way to one of these columns.
    trained.dialog.rows.show_rows(trained.dialog._begun)
    trained.use(flowers)
    assert all(trained.dialog.rows.filled_rows[0])


def test_predictions_of_other_rows_are_not_shown(
    opened: Callable[[Experiment], Trained], flowers: Experiment
) -> None:
    trained = opened(flowers)
    old = trained.taker.take(SnapshotRequest(new_samples=trained.sent[-1]))
    trained.dialog.rows.set_cells(0, 0, [["60"]])
    assert trained.dialog.rows.prediction(0) is None
    trained.dialog.show_snapshot(old)
    assert trained.dialog.rows.prediction(0) is None
    trained.dialog.hide()
    assert trained.sent[-1] is None


def test_images_are_shown_as_the_network_gets_them(
    opened: Callable[[Experiment], Trained], tmp_path: Path
) -> None:
    trained = opened(Experiment(dataset=Digits(), layers=(Flatten(), Dense(4))))
    dialog = trained.dialog
    assert dialog.windowTitle() == "Predict new images"
    assert not dialog.save_button.isEnabled()
    pixels = np.zeros((2, 8, 8, 1), np.float32)
    dialog.show_samples(
        RawSamples(pixels, np.ones(2, bool), ("a/1.png", "a/2.png")), "2 files", inverted=True
    )
    trained.prediction()
    assert dialog.images.index(1, 1).data() == "2.png"
    assert dialog.images.index(1, 1).data(Qt.ItemDataRole.DecorationRole) is not None
    assert dialog.invert.isChecked()
    before = trained.sent[-1]
    dialog.invert.click()
    assert before is not None
    assert trained.sent[-1] is not None
    assert float(trained.sent[-1].inputs.max()) > float(before.inputs.max())
    assert dialog.save_button.isEnabled()


def test_images_that_cannot_be_read_lose_no_other_prediction(
    opened: Callable[[Experiment], Trained], tmp_path: Path
) -> None:
    trained = opened(Experiment(dataset=Digits(), layers=(Flatten(), Dense(4))))
    dialog = trained.dialog
    for name in ("1", "3"):
        Image.new("L", (9, 9), 200).save(tmp_path / f"{name}.png")
    (tmp_path / "2.png").write_bytes(b"text")
    samples = read_samples(trained.prepared.pipeline, [tmp_path])
    dialog.show_samples(samples, "3 files")
    trained.prediction()
    assert dialog.message.text() == "3 files: 3 images; 1 cannot be read"
    assert [bool(dialog.images.prediction(row)) for row in range(3)] == [True, False, True]
    assert dialog.images.index(1, 1).data(Qt.ItemDataRole.DecorationRole) is None
    dialog.table.setCurrentIndex(dialog.images.index(1, 1))
    reason = "The file cannot be read: it is no image of a known format (PNG, JPEG, TIFF, BMP, GIF, WebP)"
    assert dialog.card.notes.text() == f"{reason}."
    assert dialog.images.index(1, 1).data(Qt.ItemDataRole.ToolTipRole) == f"{tmp_path / '2.png'}\n{reason}"
    assert dialog.save_button.isEnabled()


def test_a_table_of_rows_and_images_in_turn_leaves_nothing_behind(
    opened: Callable[[Experiment], Trained],
) -> None:
    table = opened(Experiment(dataset=Moons(samples=60))).dialog.table
    models = table._images, table._rows
    connected = [model.receivers(SIGNAL("modelReset()")) for model in models]
    for model in models * 3:
        table.use(model)
    deliver_deletions()
    assert table.findChildren(QItemSelectionModel) == [table.selectionModel()]
    # Connected once more at each turn, columns would be fitted as often at every reset.
    assert [model.receivers(SIGNAL("modelReset()")) for model in models] == connected
