"""Import of a table: dialog, header menus, keys, errors, drop, tile and undo."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.data.datasets import GivenScaling, MinMax, Standardize, TableFile
from core.data.datasets.table_file_dataset import forget_tables
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_missing
from core.experiment.early_stopping import HELD_OUT
from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.experiment.project_file import load_project, save_project
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.optim.regularizers import NoRegularizer
from core.train.tasks import Reconstruction
from playground.model.document import Document
from playground.plugins.imports import readers
from playground.plugins.imports.image_dialog import ImageDialog
from playground.plugins.imports.table_dialog import TableDialog
from playground.training.state import TrainingState
from playground.views.theme.theme import ThemeSource
from playground.window.main_window import MainWindow
from tests.core.data.tables.workbooks import book, saved
from tests.playground.driving import LEFT, choose, click, menu_action
from tests.playground.dropping import drag_over, drop
from tests.playground.plugins.imports.tables import (
    PATIENCE_MS,
    TableOpener,
    pick_role,
    roles,
)

pytestmark = pytest.mark.shared_window


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget_tables()
    yield
    forget_tables()


def pick(combo: QWidget, key: str) -> None:
    """Choose an item by arrow keys."""
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    while combo.current != key:  # type: ignore[attr-defined]
        before = combo.current  # type: ignore[attr-defined]
        QTest.keyClick(combo, Qt.Key.Key_Down)
        assert combo.current != before  # type: ignore[attr-defined]


def test_a_table_is_previewed_and_everything_guessed(open_table: TableOpener, file: Path) -> None:
    dialog = open_table(file)
    assert dialog.path_name.text() == "iris mine.csv"
    assert dialog.details.text() == "60 rows · 5 columns · 3 values missing"
    assert roles(dialog) == ["feature", "feature", "feature", "ignore", "target"]
    assert dialog.summary.text() == "57 of 60 rows · 3 features as 4 inputs · 3 classes · without day"
    assert dialog.preview.isVisible()
    model = dialog.model
    assert model.index(5, 0).data() == "NA"
    assert model.headerData(0, Qt.Orientation.Horizontal) == "size"
    spoken = model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "size, number · 2 missing, Feature"
    assert "dates" in model.headerData(3, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert (dialog.target.current, dialog.task.current, dialog.scaling.current) == (
        "species",
        "classification",
        "standardize",
    )
    assert dialog.use_button.isEnabled()
    pick(dialog.task, "regression")
    assert dialog.error.text() == "species holds names; only a class can be predicted, no value."
    assert not dialog.use_button.isEnabled()


def test_use_data_makes_a_document_and_other_columns_are_a_step(
    open_table: TableOpener, file: Path, document: Document
) -> None:
    dialog = open_table(file)
    pick(dialog.scaling, "minmax")
    click(dialog.use_button)
    experiment = document.experiment
    assert isinstance(experiment.dataset, TableFile)
    assert experiment.dataset.info().shape == (4,)
    assert (experiment.scaling, experiment.training.loss, experiment.name) == (
        MinMax(),
        CrossEntropy(),
        "iris mine",
    )
    assert document.undo_stack.count() == 0
    assert experiment.training.regularizer.kind == "l2", "that of small tables"
    experiment = experiment.with_training(regularizer=NoRegularizer())
    document.change("Take the penalty away", experiment)
    again = open_table(file)
    pick(again.scaling, "standardize")
    click(again.use_button)
    assert document.experiment == experiment.replace(scaling=Standardize())
    assert document.undo_stack.undoText() == "Use iris mine.csv"
    document.undo_stack.undo()
    assert document.experiment == experiment


def test_small_tables_stop_early_unless_that_is_taken_away(
    open_table: TableOpener, file: Path, document: Document, tmp_path: Path
) -> None:
    few = open_table(file)
    assert not few.stops.isEnabled()
    assert not few.stops.isChecked()
    path = tmp_path / "more.csv"
    path.write_text("\n".join(["a,y", *(f"{row % 7},{row * row % 11}" for row in range(300))]))
    dialog = open_table(path)
    assert dialog.stops.isEnabled()
    assert dialog.stops.isChecked()
    click(dialog.use_button)
    stopping = document.experiment
    assert stopping.held_out == HELD_OUT
    again = open_table(path)
    assert again.stops.isChecked()
    click(again.stops)
    click(again.use_button)
    assert document.experiment == stopping.replace(held_out=0.0)
    last = open_table(path)
    assert not last.stops.isChecked()
    document.undo_stack.undo()
    assert document.experiment == stopping
    # Nothing says when to end.
    pick(last.task, "none")
    assert not last.stops.isEnabled()


def test_a_table_without_a_target_is_given_back_or_made_anew(
    window: MainWindow, qtbot: QtBot, file: Path, tmp_path: Path
) -> None:
    before = window.document.experiment
    assert drop(window, carried(file))
    dialog = dialog_of(window, qtbot)
    qtbot.waitUntil(lambda: dialog.use_button.isEnabled(), timeout=PATIENCE_MS)
    pick(dialog.task, "none")
    assert dialog.target.current == ""
    assert roles(dialog) == ["feature", "feature", "feature", "ignore", "feature"]
    assert (
        dialog.summary.text() == "57 of 60 rows · 4 features as 7 inputs · nothing to predict · without day"
    )
    use(window, dialog, qtbot)
    experiment = window.document.experiment
    assert isinstance(experiment.task, Reconstruction)
    assert not find_problems(experiment)
    tasks = window.panels.side.inputs.tasks
    assert tasks.names() == ["flow_matching", "reconstruction"]
    codes = window.output.codes
    qtbot.waitUntil(lambda: codes.samples.picture is not None, timeout=PATIENCE_MS)
    first = codes.samples.picture
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: codes.samples.picture is not first, timeout=PATIENCE_MS)
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    codes.switch.buttons["plane"].click()
    qtbot.waitUntil(lambda: codes.plane.picture is not None, timeout=PATIENCE_MS)
    codes.plane.grab()
    assert codes.regions.isHidden()
    click(tasks.chip("flow_matching"))
    qtbot.waitUntil(lambda: window.output.flow.picture is not None, timeout=PATIENCE_MS)
    window.output.flow.grab()
    saved_as = tmp_path / "plain.nnplay"
    save_project(saved_as, window.document.experiment, None)
    forget_tables()
    assert load_project(saved_as)[0] == window.document.experiment
    window.document.undo_stack.undo()
    assert window.document.experiment == experiment != before


def test_target_task_and_missing_by_menu(open_table: TableOpener, tmp_path: Path, document: Document) -> None:
    path = tmp_path / "q.csv"
    path.write_text("a,b,quality\n" + "".join(f"{i},{i * i % 7},{i % 4}\n" for i in range(40)) + ",1,2\n")
    dialog = open_table(path)
    assert (dialog.task.current, dialog.task.isEnabled()) == ("classification", True)
    assert dialog.summary.text() == "40 of 41 rows · 2 features · 4 classes"
    pick(dialog.task, "regression")
    assert dialog.summary.text() == "40 of 41 rows · 2 features · a value to predict"
    pick(dialog.missing, "fill")
    assert dialog.summary.text() == "41 rows, 1 value filled in · 2 features · a value to predict"
    click(dialog.use_button)
    assert document.experiment.training.loss == MeanSquaredError()
    assert document.experiment.dataset.load(0).samples == 41


def test_what_becomes_of_gaps_follows_the_columns_until_it_is_chosen(
    open_table: TableOpener, tmp_path: Path, document: Document
) -> None:
    path = tmp_path / "gaps.csv"
    rows = [f"{n},{'xy'[n % 2] if n % 3 == 0 else ''},{'ab'[n % 2]}" for n in range(30)]
    path.write_text("\n".join(["size,colour,kind", *rows]), encoding="utf-8")
    dialog = open_table(path)
    assert (dialog.missing.current, guess_missing(read_table(path), ["size"], "kind")) == ("fill", "drop")
    assert dialog.summary.text() == "30 rows, 20 values filled in · 2 features as 3 inputs · 2 classes"
    pick_role(dialog, "colour", "Ignore")
    assert dialog.missing.current == "drop"
    pick_role(dialog, "colour", "Feature: learn from it")
    assert dialog.missing.current == "fill"
    pick(dialog.missing, "category")
    assert dialog.summary.text() == "30 rows, 20 values filled in · 2 features as 4 inputs · 2 classes"
    pick_role(dialog, "colour", "Ignore")
    assert dialog.missing.current == "category"
    pick_role(dialog, "colour", "Feature: learn from it")
    click(dialog.use_button)
    assert open_table(path).missing.current == "category"
    assert document.experiment.dataset.load(0).feature_names[1:] == (
        "colour=x",
        "colour=y",
        "colour=missing",
    )


def test_the_first_row_can_be_data(open_table: TableOpener, file: Path, qtbot: QtBot) -> None:
    dialog = open_table(file)
    assert dialog.header.isChecked()
    click(dialog.header, QPoint(8, dialog.header.height() // 2))
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
    assert dialog.details.text().startswith("61 rows")
    assert dialog.model.headerData(0, Qt.Orientation.Horizontal) == "column 1"
    assert not dialog.header.isChecked()


def test_packed_records_have_their_names(open_table: TableOpener, tmp_path: Path) -> None:
    path = tmp_path / "a.JSONL.gz"
    path.write_bytes(gzip.compress(b'{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n{"a": 3, "b": "y"}'))
    dialog = open_table(path)
    assert (dialog.summary.text(), dialog.header.isEnabled()) == ("3 rows · 1 feature · 2 classes", False)


def test_a_sheet_is_chosen(
    open_table: TableOpener, tmp_path: Path, file: Path, document: Document, qtbot: QtBot
) -> None:
    made = book([["a", "b"], *([n, n % 3] for n in range(30))])
    made.create_sheet("bad").append(["x"])
    made["bad"].append([1, 2])
    made.create_sheet("more")
    for row in [["size", "kind"], *([n, "xy"[n % 2]] for n in range(20))]:
        made["more"].append(row)
    dialog = open_table(saved(tmp_path / "book.xlsx", made))
    assert (dialog.sheet.isVisible(), dialog.sheet.current) == (True, "Sheet")

    dialog.sheet.setFocus()
    QTest.keyClick(dialog.sheet, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
    assert dialog.message.text() == "book.xlsx row 2: expected 1 columns, got 2."
    # A sheet that cannot be read leaves the others to choose from.
    assert (dialog.sheet.isVisible(), dialog.sheet.current) == (True, "bad")
    QTest.keyClick(dialog.sheet, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
    assert dialog.summary.text() == "20 rows · 1 feature · 2 classes"
    click(dialog.header, QPoint(8, dialog.header.height() // 2))
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
    assert (dialog.sheet.current, dialog.details.text()[:7]) == ("more", "21 rows")
    click(dialog.header, QPoint(8, dialog.header.height() // 2))
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
    click(dialog.use_button)
    dataset = document.experiment.dataset
    assert isinstance(dataset, TableFile)
    assert (dataset.sheet, dataset.features) == ("more", "size")
    # Opened again, it shows the sheet in use; another file has none.
    again = open_table(Path(dataset.path))
    assert (again.sheet.current, again.choice) == ("more", dataset.choice)
    again.load(file)
    qtbot.waitUntil(lambda: not again.loader.busy, timeout=PATIENCE_MS)
    assert not again.sheet.isVisible()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b,c\n1,2,3\n1,2\n", "bad.csv line 3: expected 3 columns, got 2."),
        ("", "bad.csv is empty; a table needs rows."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    open_table: TableOpener, tmp_path: Path, file: Path, qtbot: QtBot, text: str, sentence: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    dialog = open_table(path)
    assert dialog.message.text() == sentence
    assert dialog.message.isVisible()
    assert not dialog.use_button.isEnabled()
    asked = []
    dialog.other_requested.connect(lambda: asked.append(True))
    click(dialog.other_button)
    assert asked == [True]
    dialog.load(file)
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
    assert dialog.use_button.isEnabled()


def test_one_column_can_be_no_data(open_table: TableOpener, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("a\n1\n2\n", encoding="utf-8")
    dialog = open_table(path)
    assert (
        dialog.error.text()
        == "The table has one column; a network needs at least two, a feature and a target."
    )
    assert not dialog.use_button.isEnabled()


def test_reading_shows_progress_and_is_cancelled(
    qtbot: QtBot, document: Document, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    go, stopped = threading.Event(), threading.Event()

    def slow(path: Path, report: Callable[[float], None], *_: object) -> None:
        report(0.25)
        go.wait(60)
        try:
            report(0.5)
        except Exception:
            # Nothing else stops the reader: a dialog that only drops it lets it read to the end.
            stopped.set()
            raise

    monkeypatch.setattr(readers, "read_table", slow)
    dialog = TableDialog(document, ThemeSource(QApplication.instance(), "light"), tmp_path / "slow.csv", host)
    dialog.open()
    assert dialog.message.text() == "Reading slow.csv…"
    qtbot.waitUntil(lambda: dialog.progress.value() == 250, timeout=PATIENCE_MS)
    assert dialog.progress.isVisible()
    assert not dialog.use_button.isEnabled()
    click(dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel))
    go.set()
    assert stopped.wait(60)
    qtbot.waitUntil(lambda: not isValid(dialog), timeout=PATIENCE_MS)
    assert document.undo_stack.count() == 0


def test_tab_goes_through_the_dialog_as_it_is_laid_out(
    open_table: TableOpener, file: Path, qtbot: QtBot
) -> None:
    dialog = open_table(file)
    # They are looked for beside the window, and come when they are found.
    qtbot.waitUntil(dialog.hints.isVisible, timeout=PATIENCE_MS)
    hints = [button for _, button in dialog.hints.rows if button.isVisible()]
    assert hints
    order = [dialog.header, dialog.other_button, dialog.preview, *hints, dialog.target]
    order[0].setFocus()
    reached = [dialog.focusWidget()]
    for widget in order[:-1]:
        QTest.keyClick(widget, Qt.Key.Key_Tab)
        reached.append(dialog.focusWidget())
    assert reached == order


def test_images_are_scaled_and_a_large_table_gets_larger_batches(
    open_table: TableOpener, tmp_path: Path, document: Document
) -> None:
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "i.npz", X=rng.integers(0, 255, (30_000, 4, 4), dtype=np.uint8), y=np.arange(30_000) % 3
    )
    dialog = open_table(tmp_path / "i.npz")
    assert dialog.summary.text() == "30,000 images · 4 × 4 × 1 · 3 classes"
    assert (dialog.scaling.current, dialog.header.isEnabled()) == ("minmax", False)
    click(dialog.use_button)
    assert document.experiment.training.batch_size == 80
    assert document.experiment.input_shape == (4, 4, 1)


def answered(monkeypatch: pytest.MonkeyPatch, path: Path | None) -> list[str]:
    """The file dialog returns `path`; returns the list of its titles."""
    titles: list[str] = []

    def ask(parent: QWidget, title: str, folder: str, names: str) -> tuple[str, str]:
        titles.append(title)
        assert "*.csv" in names
        return ("" if path is None else str(path)), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    return titles


def dialog_of(window: MainWindow, qtbot: QtBot) -> TableDialog:
    found = window.findChildren(TableDialog)
    assert len(found) == 1
    qtbot.waitUntil(lambda: not found[0].loader.busy, timeout=PATIENCE_MS)
    return found[0]


def open_by_button(window: MainWindow) -> None:
    click(window.side.data.open_table)
    menu = window.side.data.open_menu
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(menu_action(menu, "Table")).center())


def use(window: MainWindow, dialog: TableDialog, qtbot: QtBot) -> None:
    """Press "Use data" and wait until the dialog is closed and the window is active."""
    click(dialog.use_button)
    qtbot.waitUntil(lambda: not isValid(dialog), timeout=PATIENCE_MS)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE_MS)


def carried(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_from_the_menu_to_a_network_that_learns(
    window: MainWindow, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = window.document.experiment
    titles = answered(monkeypatch, file)
    choose(window, "File", "Import data")
    assert titles == ["Import data"]
    use(window, dialog_of(window, qtbot), qtbot)
    assert window.windowTitle().startswith("iris mine")
    assert window.preferences.last_folder == str(file.parent)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    snapshots = []
    window.session.snapshot_taken.connect(snapshots.append)
    window.session.step_epoch()
    qtbot.waitUntil(lambda: bool(snapshots) and snapshots[-1].epoch >= 1, timeout=PATIENCE_MS)
    tile = window.side.data.gallery.tile("table_file")
    assert (tile.isVisible(), tile.isChecked(), tile.text()) == (True, True, "iris mine")
    assert window.side.data.table.what.text() == "3 → species"
    click(window.panels.change_bar.buttons["undo"])
    assert window.document.experiment == before
    assert not window.side.data.table.isVisible()
    # The tile stays and restores the data.
    click(tile)
    assert isinstance(window.document.experiment.dataset, TableFile)
    assert window.document.experiment.scaling == Standardize()
    assert window.document.undo_stack.undoText() == "Use iris mine"


def test_the_button_and_other_columns(
    window: MainWindow, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(monkeypatch, None)
    open_by_button(window)
    assert not window.findChildren(TableDialog)
    answered(monkeypatch, file)
    open_by_button(window)
    dialog = dialog_of(window, qtbot)
    pick_role(dialog, "colour", "Ignore")
    pick(dialog.scaling, "minmax")
    use(window, dialog, qtbot)
    click(window.side.data.table.change)
    again = dialog_of(window, qtbot)
    assert roles(again) == ["feature", "feature", "ignore", "ignore", "target"]
    assert again.scaling.current == "minmax"
    pick_role(again, "weight", "Ignore")
    use(window, again, qtbot)
    assert window.document.experiment.dataset.info().shape == (1,)
    assert window.document.experiment.scaling == MinMax()


def test_the_scaling_of_an_opened_model_stays_with_its_columns(
    window: MainWindow, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(monkeypatch, file)
    open_by_button(window)
    use(window, dialog_of(window, qtbot), qtbot)
    given = GivenScaling((1.0,), (2.0,))
    window.document.change("Open", window.document.experiment.replace(scaling=given))
    click(window.side.data.table.change)
    again = dialog_of(window, qtbot)
    assert again.scaling.currentText() == "As in the file"
    use(window, again, qtbot)
    assert window.document.experiment.scaling == given
    click(window.side.data.table.change)
    other = dialog_of(window, qtbot)
    pick_role(other, "weight", "Ignore")
    assert other.scaling.current == "standardize", "its numbers are for other columns"
    assert other.scaling.findData("given") < 0
    use(window, other, qtbot)
    assert window.document.experiment.scaling == Standardize()


def test_a_dropped_list_in_json_is_a_table_and_an_object_a_project(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, experiment = tmp_path / "rows.json", tmp_path / "experiment.json"
    rows.write_text('[{"a": 1, "kind": "x"}, {"a": 2, "kind": "y"}, {"a": 3, "kind": "x"}]')
    experiment.write_text('{"kind": "experiment", "version": 1}')
    dropped: list[Path] = []
    monkeypatch.setattr(window.files, "open_file", dropped.append)
    assert drop(window, carried(experiment))
    qtbot.waitUntil(lambda: dropped == [experiment], timeout=PATIENCE_MS)
    assert drop(window, carried(rows))
    dialog = dialog_of(window, qtbot)
    assert dialog.details.text() == "3 rows · 2 columns"
    assert not dialog.header.isEnabled(), "records have names"
    dialog.close()


def test_other_file_asks_again(
    window: MainWindow, qtbot: QtBot, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.plugins["imports"].open(tmp_path / "gone.csv")
    dialog = dialog_of(window, qtbot)
    assert "is not there any more; choose it again" in dialog.message.text()
    answered(monkeypatch, file)
    click(dialog.other_button)
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
    assert dialog.path_name.text() == "iris mine.csv"
    dialog.reject()


def test_a_table_dropped_on_the_window(window: MainWindow, qtbot: QtBot, file: Path) -> None:
    assert drop(window, carried(file))
    use(window, dialog_of(window, qtbot), qtbot)
    assert isinstance(window.document.experiment.dataset, TableFile)
    click(window.panels.change_bar.buttons["undo"])
    assert not isinstance(window.document.experiment.dataset, TableFile)


def test_a_project_dropped_on_the_window(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    save_project(tmp_path / "p.nnplay", Experiment(name="Dropped"), None)
    assert drop(window, carried(tmp_path / "p.nnplay"))
    qtbot.waitUntil(lambda: window.document.experiment.name == "Dropped", timeout=PATIENCE_MS)
    assert window.document.path == tmp_path / "p.nnplay"


def test_what_cannot_be_opened_cannot_be_dropped(window: MainWindow, file: Path, tmp_path: Path) -> None:
    assert not drop(window, carried(tmp_path / "a.png"))
    assert not drop(window, carried(file, file))
    text = QMimeData()
    text.setText("a,b\n1,2")
    assert not drop(window, text)
    web = QMimeData()
    web.setUrls([QUrl("https://example.org/a.csv")])
    assert not drop(window, web)
    assert not window.findChildren(TableDialog)


def test_a_table_that_is_gone_is_told_in_a_sentence(
    window: MainWindow, qtbot: QtBot, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    window.plugins["imports"].open(file)
    use(window, dialog_of(window, qtbot), qtbot)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    file.unlink()
    forget_tables()
    window.document.change("New data seed", window.document.experiment.replace(data_seed=5))
    qtbot.waitUntil(lambda: window.session.state is TrainingState.BLOCKED, timeout=PATIENCE_MS)
    assert "is not there any more; choose it again" in window.session.message
    assert "is not there any more" in window.canvas.cards[0].problem


def test_no_part_of_the_window_keeps_a_drop_for_itself(
    window: MainWindow, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[QDragEnterEvent] = []
    monkeypatch.setattr(window.files, "accept_drag", lambda event: asked.append(event))
    data = carried(file)
    parts = [w for w in window.findChildren(QWidget) if w.isVisible() and w.window() is window]
    # As in Qt: the innermost widget that accepts drops comes first, then its parents.
    takers = [widget for widget in parts if widget.acceptDrops()]
    assert takers
    for number, widget in enumerate(takers, 1):
        drag_over(widget, data)
        assert len(asked) == number, f"{widget!r} takes the file for itself"


def test_another_file_goes_to_the_dialog_that_asks_for_it(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (tmp_path / f"{name}.csv" for name in "ab")
    for path in (first, second):
        path.write_text("x,y\n1,2\n3,4\n5,6\n")
    window.plugins["imports"].open(first)
    dialog = dialog_of(window, qtbot)
    # A folder is dropped meanwhile, and its dialog closed.
    (tmp_path / "images").mkdir()
    window.plugins["imports"].open_folder(tmp_path / "images")
    (other,) = window.findChildren(ImageDialog)
    other.reject()
    qtbot.waitUntil(lambda: not isValid(other), timeout=PATIENCE_MS)
    answered(monkeypatch, second)
    click(dialog.other_button)
    qtbot.waitUntil(lambda: dialog.path_name.text() == "b.csv", timeout=PATIENCE_MS)


def test_cells_that_spoil_a_column_of_numbers_become_missing_on_a_click(
    open_table: TableOpener, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "income.csv"
    rows = [f"{'k. A.' if n % 60 == 5 else n / 7},{n * n},{'ab'[n % 2]}" for n in range(400)]
    path.write_text("\n".join(["income,size,kind", *rows]), encoding="utf-8")
    dialog = open_table(path)
    assert dialog.choice.features == ("size",)
    assert dialog.model.note(0) == "text · 7 not numbers"
    dialog.preview.open_menu(0)
    menu = dialog.preview.findChild(QMenu)
    assert menu is not None
    assert menu.actions()[0].text() == "income holds numbers, but 7 cells are none, such as 'k. A.'"
    menu.close()
    label, button = dialog.hints.rows[0]
    qtbot.waitUntil(button.isVisible, timeout=PATIENCE_MS)
    assert label.text().startswith("income holds numbers, but 7 cells are none")
    click(button)
    qtbot.waitUntil(lambda: "income" in dialog.choice.features, timeout=PATIENCE_MS)
    assert dialog.model.note(0) == "number · 7 missing"
    assert dialog.summary.text() == "393 of 400 rows · 2 features · 2 classes"
