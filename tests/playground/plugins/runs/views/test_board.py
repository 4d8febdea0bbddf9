"""The page of runs by mouse and keys: filter, sort, groups, selection, comparison and wishes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.nn import Dense
from core.runs.packing import THUMBNAIL_PX, Curves
from core.runs.run import Run
from core.runs.run_index import Group
from core.runs.run_settings import RunSettings
from playground.plugins.runs.views import RunsBoard
from playground.plugins.runs.views import board as board_module
from playground.plugins.runs.views.row_painter import _halves
from playground.plugins.runs.views.run_model import NAMES
from playground.plugins.runs.views.run_table import MAX_COMPARED
from playground.plugins.runs.views.shown import VIEWS
from playground.views.theme.colors import DARK, LIGHT, rgb
from playground.views.theme.theme import ThemeSource, font
from tests.core.runs.made_runs import POINTS, summary
from tests.playground.driving import click

WIDE = POINTS.replace(layers=(Dense(units=16),))


def _runs() -> dict[int, Run]:
    rows = [
        summary(1, name="Base", test_score=0.9, seconds=2.0, parameters=17),
        summary(2, WIDE, name="Wide", note="as hoped", test_score=0.97, seconds=3.0, parameters=65),
        summary(3, WIDE, name="Again", test_score=0.95, seconds=1.0, parameters=65),
        summary(4, name="Rings", data_key="rings", data_label="Rings", test_score=0.99),
    ]
    return {row.id: row for row in rows}


def _curves(last: float) -> Curves:
    epochs = np.arange(11, dtype=np.float32)
    score = np.linspace(0.5, last, 11)
    return np.stack([epochs, 1 - score, 1.1 - score, score, score], axis=1).astype(np.float32)


@pytest.fixture
def board(qtbot: QtBot) -> RunsBoard:
    made = RunsBoard(ThemeSource())
    made.resize(1280, 620)
    made.show_runs(_runs())
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def _shown(board: RunsBoard) -> list[Any]:
    entries = board.table.run_model.entries
    return [entry.label if isinstance(entry, Group) else entry.id for entry in entries]


def _press(
    board: RunsBoard, row: int, column: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    table = board.table
    place = table.visualRect(table.run_model.index(row, NAMES.index(column))).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_runs_are_grouped_by_data_and_the_best_is_first(board: RunsBoard) -> None:
    assert _shown(board) == ["Rings", 4, "Moons", 2, 3, 1]
    click(board.by_data)
    assert _shown(board) == [4, 2, 3, 1]
    assert board.count.text() == "4"


def test_a_search_that_grew_finds_what_it_finds_at_once(board: RunsBoard) -> None:
    """Longer words are searched among what shorter ones found; other changes begin anew."""
    for text in ("w", "wi", "wide", "wide as", "as", "", "a", "ag"):
        board.search.setText(text)
        grown = _shown(board)
        board.table.run_model.set_runs(_runs())
        assert _shown(board) == grown
    board.search.setText("a")
    board.starred.setChecked(True)
    assert _shown(board) == []
    board.starred.setChecked(False)
    board.order.chosen.emit("oldest")
    assert _shown(board) == ["Moons", 1, 2, 3, "Rings", 4]


def test_typing_filters_by_every_word(board: RunsBoard) -> None:
    QTest.keyClicks(board.search, "hoped dense")
    assert _shown(board) == ["Moons", 2]
    assert board.count.text() == "1 of 4"
    QTest.keyClicks(board.search, "zebra")
    assert board.stack.isHidden()
    assert "No run has" in board.hint.text()
    board.search.clear()
    assert not board.stack.isHidden()


def test_a_heading_sorts_and_turns_the_order(board: RunsBoard) -> None:
    click(board.by_data)
    header, place = board.table.horizontalHeader(), NAMES.index("seconds")
    at = QPoint(header.sectionViewportPosition(place) + 8, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert _shown(board)[0] == 3
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert _shown(board)[-1] == 3
    assert board.table.run_model.headerData(place, Qt.Orientation.Horizontal) == "Seconds ↓"
    board.show_runs({1: summary(1, data_text="80 points, 20 % sealed")})
    names = [board.table.run_model.headerData(at, Qt.Orientation.Horizontal) for at in range(len(NAMES))]
    assert (names.count("validation"), names.count("test")) == (2, 0)


def test_a_group_folds(board: RunsBoard) -> None:
    _press(board, 2, "name")
    assert _shown(board) == ["Rings", 4, "Moons"]
    QTest.keyClick(board.table, Qt.Key.Key_Right)
    assert _shown(board) == ["Rings", 4, "Moons", 2, 3, 1]


def test_clicks_and_space_select(board: RunsBoard) -> None:
    _press(board, 3, "name")
    assert board.selected == [2]
    _press(board, 5, "check")
    _press(board, 4, "name", Qt.KeyboardModifier.ControlModifier)
    assert board.selected == [2, 1, 3]
    _press(board, 4, "check")
    assert board.selected == [2, 1]
    QTest.keyClick(board.table, Qt.Key.Key_Up)
    QTest.keyClick(board.table, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert board.selected == [1]
    assert board.count.text() == "4, 1 selected"


def test_at_most_as_many_as_there_are_colors_are_compared(board: RunsBoard) -> None:
    told = QSignalSpy(board.message_requested)
    board.show_runs({number: summary(number) for number in range(1, 10)})
    board.table.select_runs(list(range(1, 10)))
    assert len(board.selected) == MAX_COMPARED
    assert told.count() == 1


def test_differences_are_those_from_the_row_above(board: RunsBoard) -> None:
    model = board.table.run_model
    assert model.differs(1) is None
    assert model.differs(4) == ()
    assert [change.text for change in model.differs(5) or ()] == ["16 → 4"]
    index = model.index(5, NAMES.index("differs"))
    assert index.data() == "16 → 4"


def test_a_baseline_has_chips_of_its_own(board: RunsBoard) -> None:
    """It differs from a network in everything: "− Dense 4" says nothing."""
    forest = RunSettings((("Baseline: Random forest", "", "", ""),), (("baseline", "200 trees"),))
    runs = {
        1: summary(1, test_score=0.9),
        2: summary(2, test_score=0.8, settings_json=forest.to_json()),
        3: summary(3, WIDE, test_score=0.7),
    }
    board.show_runs(runs)
    model = board.table.run_model
    rows = {model.entries[row].id: row for row in (1, 2, 3)}
    assert model.text(rows[2], "differs") == "200 trees"
    assert model.differs(rows[3]) is None


@pytest.mark.usefixtures("board")
def test_a_long_name_takes_two_lines_and_a_short_one_is_as_it_was() -> None:
    metrics = QFontMetrics(font("small"))
    first, second = _halves("Baseline: Random forest", metrics, 100)
    assert (first, second) == ("Baseline: Random", "forest")
    long, rest = _halves("a" * 40, metrics, 100)
    assert long + rest == "a" * 40
    assert _halves("Baseline: Random forest", metrics, 70)[0] == "Baseline:"
    trial = "Trial 27: 0.03162, 12, seed 8"
    width = metrics.horizontalAdvance(trial[:-2])
    assert _halves(trial, metrics, width) == ("Trial 27: 0.03162, 12,", "seed 8")
    assert all(metrics.horizontalAdvance(text) <= 100 for text in (first, second, long))


def test_pictures_of_runs_follow_the_theme(board: RunsBoard, qtbot: QtBot) -> None:
    themes, table = board._themes, board.table
    wished = QSignalSpy(board.wanted)
    board.show_pictures({1: bytes(rgb(LIGHT.zero)) * THUMBNAIL_PX**2})
    picture = table._pictures.get(1)
    assert picture is not None
    assert picture.pixelColor(9, 9).name() == LIGHT.zero
    themes.mode = "dark"
    qtbot.waitUntil(lambda: wished.count() > 0)
    assert table._pictures.get(1) is None
    board.show_pictures({1: bytes(rgb(LIGHT.zero)) * THUMBNAIL_PX**2})
    picture = table._pictures.get(1)
    assert picture is not None
    assert picture.pixelColor(9, 9).name() == DARK.zero


def test_the_comparison_lists_only_what_differs_and_marks_the_best(board: RunsBoard) -> None:
    board.table.select_runs([1, 2])
    board.show_curves({1: _curves(0.9), 2: _curves(0.97)})
    facts = {fact.name: fact for fact in board.details.changes.facts}
    assert facts["Units"].texts == ("4", "16")
    assert "Learning rate" not in facts
    assert facts["Test accuracy"].texts == ("90.0 %", "97.0 %")
    assert facts["Test accuracy"].marked == {1}
    assert facts["Seconds"].marked == {0}
    short = {1: summary(1, name="Base", seconds=0.011), 2: summary(2, WIDE, name="Wide", seconds=0.023)}
    board.show_runs(_runs() | short)
    seconds = next(fact for fact in board.details.changes.facts if fact.name == "Seconds")
    assert seconds.texts == ("0.011", "0.023"), "the shorter one is seen to be"
    assert facts["Epochs to 95 %"].texts == ("–", "10")
    assert "settings are equal" in board.details.equal.text()


def test_curves_of_selected_runs_are_requested_and_drawn(board: RunsBoard) -> None:
    wished = QSignalSpy(board.wanted)
    board.table.select_runs([1, 2])
    assert wished.at(0) == ["curves", [1, 2]]
    board.show_curves({1: _curves(0.9), 2: _curves(0.97)})
    chart = board.details.curves.chart
    assert [curve.name for curve in chart.curves] == ["Base", "Wide"]
    click(board.details.curves.quantity.buttons["test_accuracy"])
    assert chart.curves[1].y[-1] == pytest.approx(97.0)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_End)
    assert "Wide  97.0 %" in chart.readout.text
    click(board.details.curves.unit.buttons["s"])
    assert chart.curves[0].x[-1] == pytest.approx(2.0)


def test_the_scatter_has_the_runs_on_the_same_data_and_their_line(board: RunsBoard) -> None:
    board.table.select_runs([1])
    board.show_view("map")
    scatter = board.views["map"].scatter
    assert scatter.line == [(17.0, 0.9), (65.0, 0.97)]
    went = QSignalSpy(scatter.selected)
    QTest.mouseClick(scatter.viewport(), Qt.MouseButton.LeftButton, pos=scatter.place_of(2).toPoint())
    assert went.at(0) == [2, False]
    assert board.selected == [2]


def test_dots_of_one_cost_and_score_are_at_one_place(board: RunsBoard) -> None:
    rates = [summary(number, name=f"rate {number}", test_score=1.0, parameters=17) for number in (5, 6, 7)]
    board.show_view("map")
    scatter = board.views["map"].scatter
    # No score is above 100 %.
    board.show_runs({run.id: run for run in rates})
    assert scatter._view.viewRange()[1] == pytest.approx([98.0, 100.0])
    board.table.select_runs([7])
    places = [scatter.place_of(run.id) for run in rates]
    assert places[0] == places[1] == places[2]
    # The one that is selected is on top.
    went = QSignalSpy(scatter.selected)
    QTest.mouseClick(scatter.viewport(), Qt.MouseButton.LeftButton, pos=places[2].toPoint())
    assert went.at(0) == [7, False]
    # A run that is pointed at may go.
    there, none = scatter.viewport().mapToGlobal(places[2]), Qt.MouseButton.NoButton
    plain = Qt.KeyboardModifier.NoModifier
    # Sent, as the pointer of the screen may be over a window of another test.
    moved = QMouseEvent(QEvent.Type.MouseMove, places[2], there, none, none, plain)
    QApplication.sendEvent(scatter.viewport(), moved)
    assert scatter.readout.text.startswith("rate 7")
    board.show_runs({run.id: run for run in rates[:2]})
    assert scatter.readout.text == ""
    assert not scatter.grab().isNull()


def test_the_focus_stays_on_the_page_when_runs_are_deleted(board: RunsBoard, qtbot: QtBot) -> None:
    with qtbot.waitActive(board):
        board.activateWindow()
    board.table.select_runs([2, 3])
    board.details.buttons["delete"].setFocus()
    with qtbot.waitSignal(board.requested):
        click(board.details.buttons["delete"])
    board.table.select_runs([])
    board.show_runs({run: row for run, row in _runs().items() if run != 2})
    assert board.table.hasFocus()
    board.show_runs({})
    assert board.search.hasFocus()


def test_wishes_name_the_selected_runs(board: RunsBoard) -> None:
    wished = QSignalSpy(board.requested)
    board.table.select_runs([2])
    for name in ("open", "branch", "beside"):
        click(board.details.buttons[name])
    board.table.select_runs([1, 2])
    for name in ("race", "pin", "export"):
        click(board.details.buttons[name])
    assert not board.details.buttons["open"].isVisible()
    _press(board, 3, "starred")
    QTest.keyClick(board.table, Qt.Key.Key_F2)
    QTest.keyClick(board.table, Qt.Key.Key_Delete)
    QTest.keyClick(board.table, Qt.Key.Key_Return)
    one, two = [2], [1, 2]
    wishes = [("open", one), ("branch", one), ("beside", one), ("race", two), ("pin", two), ("export", two)]
    wishes += [("star", one), ("rename", one), ("delete", two), ("open", one)]
    assert [tuple(wished.at(place)) for place in range(wished.count())] == wishes


def test_the_selection_stays_when_the_rows_change(board: RunsBoard) -> None:
    board.table.select_runs([1, 2])
    rows = _runs()
    del rows[1]
    board.show_runs(rows)
    assert board.selected == [2]


def test_pictures_are_requested_once_where_they_are_to_be_seen(board: RunsBoard, qtbot: QtBot) -> None:
    wished = QSignalSpy(board.wanted)
    board.show_runs({number: summary(number) for number in range(10, 300)})
    qtbot.waitUntil(lambda: wished.count() > 0, timeout=60_000)
    found = [run for place in range(wished.count()) for run in wished.at(place)[1]]
    assert 0 < len(found) < 40
    board.show_pictures(dict.fromkeys(found, bytes(3 * THUMBNAIL_PX**2)))
    count = wished.count()
    board.table.viewport().repaint()
    assert wished.count() == count


def test_pictures_that_were_scrolled_by_are_let_go_and_requested_again(
    board: RunsBoard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_module, "_KEPT_PICTURES", 50)
    wished = QSignalSpy(board.wanted)
    board.show_runs({number: summary(number) for number in range(10, 300)})
    qtbot.waitUntil(lambda: wished.count() > 0, timeout=60_000)
    visible = wished.at(0)[1]
    table, picture = board.table, bytes(3 * THUMBNAIL_PX**2)
    board.show_pictures(dict.fromkeys(visible, picture))
    others = [number for number in range(10, 300) if number not in visible][:60]
    board.show_pictures(dict.fromkeys(others, picture))
    assert list(board._pictures) == others[10:]
    before = wished.count()
    table.viewport().repaint()
    assert wished.at(before)[1] == visible


def test_no_runs_are_a_hint(qtbot: QtBot) -> None:
    board = RunsBoard(ThemeSource())
    qtbot.addWidget(board)
    board.show_runs({})
    assert "No runs yet" in board.hint.text()
    assert board.stack.isHidden()


def test_runs_of_a_set_are_one_row_until_it_is_unfolded_or_searched(board: RunsBoard) -> None:
    rows = _runs() | {
        run: summary(run, name=f"Seed {run}", test_score=0.8 + run / 100, set_id=7) for run in (8, 9)
    }
    board.table.run_model.set_names = {7: "2 seeds"}
    board.show_runs(rows)
    assert _shown(board) == ["Rings", 4, "Moons", 2, 3, 1, "2 seeds"]
    place = _shown(board).index("2 seeds")
    _press(board, place, "name")
    assert _shown(board) == ["Rings", 4, "Moons", 2, 3, 1, "2 seeds", 9, 8]
    board.table.setFocus()
    QTest.keyClick(board.table, Qt.Key.Key_Left)
    assert _shown(board)[-1] == "2 seeds"
    click(board.by_data)
    assert _shown(board) == [4, 2, 3, 1, "2 seeds"]
    QTest.keyClicks(board.search, "seed 9")
    assert _shown(board) == [9]


def test_the_board_shows_every_view_and_takes_its_selection(board: RunsBoard) -> None:
    opened = QSignalSpy(board.requested)
    board.table.select_runs([2, 1])
    for row in VIEWS:
        board.show_view(row.kind)
        view = board.views[row.kind]
        assert view.isVisible()
        if row.kind == "table":
            continue
        assert [run.id for run in view.shown.runs] == [4, 2, 3, 1]
        assert view.shown.selected == (2, 1)
        view.selection_changed.emit([3, 1])
        assert (board.selected, view.shown.selected) == ([3, 1], (3, 1))
        view.opened.emit(3)
        assert opened.at(opened.count() - 1) == ["open", [3]]
        board.table.select_runs([2, 1])
    board.show_view("nothing of the kind")
    assert board.table.isVisible()


def test_columns_go_where_they_have_no_room_and_come_back(board: RunsBoard) -> None:
    def hidden() -> set[str]:
        return {name for place, name in enumerate(NAMES) if board.table.isColumnHidden(place)}

    assert hidden() == set()
    board.table.set_column_shown("epochs", False)
    assert hidden() == {"epochs"}
    for width, wanted in ((700, {"epochs", "train_score", "train_loss"}), (1280, {"epochs"})):
        board.table.resize(width, 400)
        assert hidden() == wanted
        end = NAMES.index("test_score")
        right = board.table.columnViewportPosition(end) + board.table.columnWidth(end)
        assert right <= board.table.viewport().width()
