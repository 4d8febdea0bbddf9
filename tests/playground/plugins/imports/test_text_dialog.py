"""A text and a series are dropped on the window, looked at, and learned; all by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.data.datasets import SeriesFile, TextFile
from core.experiment.experiment import Experiment
from core.train.tasks import NextToken
from playground.plugins.imports.import_dialog import ImportDialog
from playground.plugins.imports.table_dialog import TableDialog
from playground.plugins.imports.text_dialog import TextDialog
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.dropping import drop

PATIENCE_MS = 60_000
D = TypeVar("D", bound=ImportDialog)


@pytest.fixture
def window(make: Callable[..., MainWindow]) -> MainWindow:
    return make(Experiment())


def dropped(window: MainWindow, path: Path, kind: type[D], qtbot: QtBot) -> D:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    assert drop(window, data)
    return settled(window, kind, qtbot)


def settled(window: MainWindow, kind: type[D], qtbot: QtBot) -> D:
    qtbot.waitUntil(lambda: len(window.findChildren(kind)) == 1, timeout=PATIENCE_MS)
    found = window.findChildren(kind)[0]
    qtbot.waitUntil(lambda: not found.loader.busy, timeout=PATIENCE_MS)
    return found


def use(window: MainWindow, dialog: ImportDialog, qtbot: QtBot) -> None:
    click(dialog.use_button)
    qtbot.waitUntil(lambda: not isValid(dialog), timeout=PATIENCE_MS)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)


def pick(combo: QWidget, key: str) -> None:
    """Choose an item by arrow keys."""
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(combo.count()):  # type: ignore[attr-defined]
        if combo.current == key:  # type: ignore[attr-defined]
            return
        QTest.keyClick(combo, Qt.Key.Key_Down)
    raise AssertionError(f"{key} is not reached by arrow keys")


def type_number(combo: QWidget, number: int) -> None:
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(combo, str(number))
    QTest.keyClick(combo, Qt.Key.Key_Return)


def test_lines_are_dropped_looked_at_and_learned(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    before = window.document.experiment
    path = tmp_path / "towns.txt"
    path.write_text("".join(f"town{row % 50}\n" for row in range(100)) + "a\u202eb\x07\n")
    dialog = dropped(window, path, TextDialog, qtbot)
    assert dialog.details.text() == "685 characters"
    assert dialog.summary.text() == "101 lines · 19 different letters · 8 at once"
    assert "aU+202EbU+0007" in dialog.preview.toPlainText()
    pick(dialog.tokens, "words")
    qtbot.waitUntil(lambda: "different word" in dialog.summary.text(), timeout=PATIENCE_MS)
    pick(dialog.samples_are, "text")
    qtbot.waitUntil(lambda: "pieces" in dialog.summary.text(), timeout=PATIENCE_MS)
    pick(dialog.samples_are, "lines")
    pick(dialog.tokens, "letters")
    qtbot.waitUntil(lambda: dialog.use_button.isEnabled(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: dialog.summary.text().startswith("101 lines · 19"), timeout=PATIENCE_MS)
    use(window, dialog, qtbot)
    dataset = window.document.experiment.dataset
    assert isinstance(dataset, TextFile)
    assert (dataset.label, dataset.vocabulary, dataset.context) == ("towns", 19, 8)
    assert window.document.experiment.task == NextToken()
    page = window.output.tokens
    qtbot.waitUntil(lambda: bool(page.texts.texts.written), timeout=PATIENCE_MS)
    line = window.side.data.table
    assert line.what.text() == "19 letters, lines"
    assert window.side.data.gallery.tile("text_file").text() == "towns"
    # "Change..." opens it as it is used.
    click(line.change)
    again = settled(window, TextDialog, qtbot)
    assert again.summary.text() == "101 lines · 19 different letters · 8 at once"
    again.reject()
    window.files.undo_change()
    assert window.document.experiment == before


def test_the_limit_of_a_long_text_is_told_and_chosen(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "long.txt"
    path.write_text("all work and no play makes a network dull. " * 50_000)
    dialog = dropped(window, path, TextDialog, qtbot)
    assert dialog.details.text() == "the first 1,000,000 characters of 2 MB"
    assert dialog.summary.text().startswith("31,249 pieces · ")
    type_number(dialog.most, 20_000)
    qtbot.waitUntil(
        lambda: dialog.details.text() == "the first 20,000 characters of 2 MB", timeout=PATIENCE_MS
    )
    assert dialog.summary.text().startswith("624 pieces")
    (tmp_path / "one.txt").write_text("x")
    dialog.load(tmp_path / "one.txt")
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
    assert dialog.message.text() == "A text must have at least 2 different tokens, got 1."
    assert not dialog.use_button.isEnabled()
    dialog.reject()


@pytest.mark.slow(reason="4 s: reads 100 MB")
def test_a_text_of_100_mb_opens_with_progress_and_tells_its_limit(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "huge.txt"
    path.write_text("all work and no play makes a network dull.\n\n" * 2_300_000)
    data, seen = QMimeData(), set[int]()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    assert drop(window, data)
    qtbot.waitUntil(lambda: len(window.findChildren(TextDialog)) == 1, timeout=PATIENCE_MS)
    dialog = window.findChildren(TextDialog)[0]
    dialog.progress.valueChanged.connect(seen.add)
    qtbot.waitUntil(dialog.use_button.isEnabled, timeout=PATIENCE_MS)
    assert len([value for value in seen if 0 < value < dialog.progress.maximum()]) >= 2
    assert dialog.details.text() == "the first 1,000,000 characters of 101 MB"
    use(window, dialog, qtbot)
    dataset = window.document.experiment.dataset
    assert isinstance(dataset, TextFile)
    assert (dataset.path, dataset.most) == (str(path), 1_000_000)


def test_a_text_of_columns_is_a_table_and_either_is_reached(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "columns.txt"
    path.write_text("a,b\n" + "".join(f"{row},{row % 7}\n" for row in range(60)))
    table = dropped(window, path, TableDialog, qtbot)
    assert table.details.text().startswith("60 rows")
    table.reject()
    qtbot.waitUntil(lambda: not window.findChildren(TableDialog), timeout=PATIENCE_MS)
    window.plugins["imports"].open_text(path)
    dialog = settled(window, TextDialog, qtbot)
    click(dialog.as_table)
    settled(window, TableDialog, qtbot).reject()


def test_rows_in_the_order_of_time_are_forecast(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "tides.csv"
    path.write_text(
        "height,wind,port\n" + "".join(f"{row % 12 + row / 1000},{row % 5},x\n" for row in range(300))
    )
    dialog = dropped(window, path, TableDialog, qtbot)
    # Without a target the last column of numbers is forecast, not silently a value learned.
    pick(dialog.target, "")
    pick(dialog.task, "series")
    assert (dialog.task.current, dialog.target.current) == ("series", "wind")
    pick(dialog.task, "regression")
    pick(dialog.target, "height")
    assert not dialog.of_series["window"].isVisible()
    pick(dialog.task, "series")
    assert dialog.of_series["window"].isVisible()
    assert not dialog.missing.isVisible()
    assert dialog.summary.text() == "300 rows · 276 windows of 24 · 1 column · 1 ahead, in the order of time"
    type_number(dialog.of_series["horizon"], 3)
    type_number(dialog.of_series["window"], 12)
    assert dialog.summary.text() == "300 rows · 286 windows of 12 · 1 column · 3 ahead, in the order of time"
    type_number(dialog.of_series["window"], 290)
    assert dialog.error.text().startswith("tides.csv must have at least ")
    assert not dialog.use_button.isEnabled()
    type_number(dialog.of_series["window"], 12)
    use(window, dialog, qtbot)
    dataset = window.document.experiment.dataset
    assert isinstance(dataset, SeriesFile)
    assert (dataset.names, dataset.window, dataset.horizon) == (("height",), 12, 3)
    assert window.side.data.table.what.text() == "12 → 3 of height"
    click(window.side.data.table.change)
    again = settled(window, TableDialog, qtbot)
    assert again.task.current == "series"
    assert again.of_series["horizon"].value == 3
    # Back to rows: the other columns are features again.
    pick(again.task, "regression")
    assert again.summary.text() == "300 rows · 1 feature · a value to predict · without port"
    again.reject()


def test_gaps_of_a_series_are_said(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "tides.csv"
    path.write_text("height,port\n" + "".join(f"{'' if row % 5 == 3 else row},x\n" for row in range(300)))
    dialog = dropped(window, path, TableDialog, qtbot)
    pick(dialog.target, "height")
    pick(dialog.task, "series")
    said = "300 rows, 60 missing values as in the row before · 276 windows of 24"
    assert dialog.summary.text().startswith(said)
    dialog.reject()
