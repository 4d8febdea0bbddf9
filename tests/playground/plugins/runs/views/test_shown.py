"""All views of runs: of none, one, a set of each kind, many, and of failed ones; by mouse and keys."""

from __future__ import annotations

import math
import re
import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from core.io import strict_json
from core.runs.packing import Curves
from core.runs.run import Run
from core.runs.run_columns import sorted_runs
from core.runs.run_set import RunSet, SetKind
from core.runs.trial import Trial
from core.sweep.axes import ListAxis
from core.sweep.plan import Plan
from core.sweep.sweep import Sweep
from playground.plugins.runs.views.details import RunDetails
from playground.plugins.runs.views.kinds.curves import CurvesView
from playground.plugins.runs.views.kinds.map import MapView
from playground.plugins.runs.views.kinds.pictures import PicturesView
from playground.plugins.runs.views.kinds.spread import SpreadView
from playground.plugins.runs.views.kinds.table import TableView
from playground.plugins.runs.views.run_model import NAMES
from playground.plugins.runs.views.shown import VIEWS, RunView, Shown
from playground.views.theme.theme import ThemeSource
from tests.core.runs.made_runs import POINTS, summary
from tests.playground.driving import click

SWEEP = Sweep(
    axes=(
        ListAxis("optimizer.learning_rate", values=(0.1, 0.2)),
        ListAxis("layers.dense.units", values=(2, 4, 6)),
    ),
    experiment=POINTS,
)
PLANS: dict[SetKind, Plan] = {
    "race": Plan("race", (POINTS, POINTS.replace(seed=5))),
    "seeds": Plan("seeds", (POINTS,), tuple(range(8)), 10),
    "sweep": Plan("sweep", sweep=SWEEP),
}


def run_set(kind: SetKind, total: int = 0) -> RunSet:
    """A set that is done."""
    plan = strict_json.dump(PLANS[kind].to_json() if kind in PLANS else {})
    return RunSet(
        1, 7, kind, f"A {kind}", time.time(), plan, "numpy", "done", "", total, 0, "", 1, "", 0.0, 0
    )


def curves(score: float) -> Curves:
    epochs = np.arange(11, dtype=np.float32)
    rises = np.linspace(0.5, score, 11)
    return np.stack([epochs, 1 - rises, 1.1 - rises, rises, rises], axis=1).astype(np.float32)


def shown(runs: list[Run], kind: SetKind | None = None, **values: object) -> Shown:
    """Runs with curves and pictures."""
    picture = QImage(84, 84, QImage.Format.Format_RGB888)
    picture.fill(QColor("#2563eb"))
    given = {
        "set": None if kind is None else run_set(kind, len(runs)),
        "curves": {run.id: curves(run.final_score) for run in runs if run.status == "done"},
        "pictures": {run.id: picture for run in runs if run.status == "done"},
    }
    return Shown(runs=tuple(runs), **(given | values))  # type: ignore[arg-type]


def runs_of(kind: SetKind | None, count: int = 6) -> list[Run]:
    """Runs as a set of that kind has them, the third diverged and the fourth failed."""
    found = []
    trials = list(next(SWEEP.rounds()))
    for place in range(count):
        trial = trials[place % len(trials)] if kind == "sweep" else Trial(place, 0, place, 10)
        run = summary(place + 1, name=f"Run {place + 1}", test_score=0.6 + 0.3 * math.sin(place))
        found.append(replace(run, trial=replace(trial, number=place), set_id=kind and 1))
    for place, status in ((2, "diverged"), (3, "failed")):
        if place < len(found):
            nothing = dict.fromkeys(("train_loss", "test_loss", "train_score", "test_score"), math.nan)
            found[place] = replace(found[place], status=status, sentence="The loss is no number", **nothing)  # type: ignore[arg-type]
    return found


def made(kind: str, qtbot: QtBot, themes: ThemeSource | None = None, width: int = 900) -> RunView:
    """A view in a window of its own."""
    row = next(each for each in VIEWS if each.kind == kind)
    view = row.widget(themes or ThemeSource(), None)
    view.resize(width, 600)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    return view


def colors_in(widget: QWidget) -> int:
    """How many colors are to be seen, of every fourth pixel."""
    image = widget.grab().toImage()
    places = ((x, y) for x in range(0, image.width(), 4) for y in range(0, image.height(), 4))
    return len({image.pixel(x, y) for x, y in places})


@pytest.mark.parametrize("kind", [row.kind for row in VIEWS])
def test_every_view_shows_any_set_or_says_why_not(kind: str, qtbot: QtBot) -> None:
    themes = ThemeSource()
    view = made(kind, qtbot, themes)
    sets: tuple[SetKind | None, ...] = (None, "race", "seeds", "sweep", "lesson")
    cases = [shown(runs_of(each, count), each) for each in sets for count in (0, 1, 6)]
    cases.append(shown(runs_of(None, 200)))
    cases.append(shown(runs_of(None, 4)[2:]))
    for case in cases:
        for one in (case, replace(case, curves={}, pictures={}), replace(case, selected=(1, 2))):
            view.show_runs(one)
            sentence = view.why_not(one)
            assert view.hint.text() == sentence
            assert view.hint.isHidden() == (not sentence)
            assert view.content.isHidden() == bool(sentence)
            # A sweep's combinations are known before one is trained.
            is_planned = kind == "map" and one.set is not None and one.set.kind == "sweep"
            assert sentence or one.runs or is_planned
            assert not sentence or sentence[0].isupper()
    view.show_runs(cases[5])
    assert colors_in(view) > 4
    themes.toggle()
    assert colors_in(view) > 4


def said(widget: QWidget) -> list[str]:
    """Texts, tooltips and spoken texts of a widget and all that can be seen in it."""
    return [
        text
        for part in (widget, *widget.findChildren(QWidget))
        if part.isVisibleTo(widget)
        for text in (
            part.accessibleName(), part.accessibleDescription(), part.toolTip(),
            part.text() if isinstance(part, QLabel | QAbstractButton) else "",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("held", ["test", "validation"])
@pytest.mark.parametrize("kind", [*(row.kind for row in VIEWS), "details"])
def test_where_a_test_is_sealed_every_view_says_validation(kind: str, held: str, qtbot: QtBot) -> None:
    view = RunDetails(ThemeSource()) if kind == "details" else made(kind, qtbot)
    qtbot.addWidget(view)
    split = ", 20 % sealed" if held == "validation" else ""
    for of in (None, "seeds", "race"):
        runs = [replace(run, data_text=f"80 points{split}") for run in runs_of(of)]  # type: ignore[arg-type]
        for selected in ((), (1,), (1, 2)):
            view.show_runs(shown(runs, of, selected=selected))  # type: ignore[arg-type]
            texts = " ".join(said(view))
            other = "Validation" if held == "test" else "Test"
            assert [text for text in said(view) if re.search(rf"\b{other}\b", text, re.IGNORECASE)] == []
    if kind in ("curves", "map"):
        assert held in texts.lower()


def test_a_table_tells_clicks_keys_and_what_it_misses(qtbot: QtBot) -> None:
    view = made("table", qtbot)
    assert isinstance(view, TableView)
    wanted = QSignalSpy(view.wanted)
    view.show_runs(shown(runs_of(None), pictures={}))
    qtbot.waitUntil(lambda: wanted.count() == 1)
    assert sorted(wanted.at(0)[1]) == [1, 2, 3, 4, 5, 6]
    view.grab()
    assert wanted.count() == 1
    chosen, more, opened, wished = (
        QSignalSpy(each) for each in (view.chosen, view.selection_changed, view.opened, view.wished)
    )
    table = view.table

    def press(row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        place: QPoint = table.visualRect(table.run_model.index(row, NAMES.index("epochs"))).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, place)

    press(1)
    assert chosen.at(0) == [2]
    view.show_runs(replace(view.shown, selected=(2,)))
    press(2, Qt.KeyboardModifier.ControlModifier)
    assert more.at(0) == [[2, 1]]
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened.at(0) == [1]
    for key, name in ((Qt.Key.Key_S, "star"), (Qt.Key.Key_F2, "rename")):
        QTest.keyClick(table, key)
        assert wished.at(wished.count() - 1) == [name, 1]
    # A row that changed keeps its place; another run is sorted in.
    row = replace(view.shown.runs[0], test_score=0.01)
    view.show_runs(replace(view.shown, runs=(row, *view.shown.runs[1:])))
    assert table.run_model.place_of(1) == 2


def test_runs_of_other_data_are_named() -> None:
    rings = [summary(number, data_key="rings", data_label="Rings") for number in (7, 8)]
    one = shown([*runs_of(None), *rings])
    runs, told = one.of_one_data()
    assert [len(runs), told] == [6, "2 runs on Rings are not shown"]
    runs, told = replace(one, selected=(8,)).of_one_data()
    assert [len(runs), told] == [2, "6 runs on Moons are not shown"]
    assert Shown().of_one_data() == ((), "")


def test_tiles_are_chosen_and_opened_by_mouse_and_keys(qtbot: QtBot) -> None:
    view = made("pictures", qtbot)
    assert isinstance(view, PicturesView)
    case = shown(runs_of("seeds", 8), "seeds")
    view.show_runs(case)
    grid = view.grid
    names = [cell.name for cell in grid.model.cells.values()]
    assert names == [run.name for run in sorted_runs(case.runs, "test_score")]
    assert [cell.name for cell in grid.model.cells.values() if cell.is_best] == names[:1]
    # Few are large, many as small as can be recognized, and scroll.
    large = grid.rect_of((0, 0)).width()
    chosen, more, opened = (QSignalSpy(each) for each in (view.chosen, view.selection_changed, view.opened))
    at = grid.rect_of((0, 1)).center().toPoint()
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=at)
    second = case.runs[int(names[1].split()[1]) - 1].id
    assert chosen.at(0) == [second]
    assert opened.count() == 0
    view.show_runs(replace(case, selected=(second,)))
    assert grid.model.cells[0, 1].color
    QTest.mouseDClick(grid, Qt.MouseButton.LeftButton, pos=at)
    assert opened.at(0) == [second]
    QTest.keyClick(grid, Qt.Key.Key_Left)
    QTest.keyClick(grid, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    first = case.runs[int(names[0].split()[1]) - 1].id
    assert more.at(0) == [[second, first]]
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert opened.at(1) == [first]
    wanted = QSignalSpy(view.wanted)
    view.show_runs(shown(runs_of(None, 200), pictures={}))
    qtbot.waitUntil(lambda: view.area.verticalScrollBar().maximum() > 0)
    assert 100 < grid.rect_of((0, 0)).width() < large
    seen = len({run for place in range(wanted.count()) for run in wanted.at(place)[1]})
    assert 8 < seen < 200
    view.area.verticalScrollBar().setValue(view.area.verticalScrollBar().maximum())
    qtbot.waitUntil(
        lambda: len({run for place in range(wanted.count()) for run in wanted.at(place)[1]}) > seen
    )


def test_curves_are_of_the_chosen_or_the_best_and_of_seeds_a_band(qtbot: QtBot) -> None:
    view = made("curves", qtbot)
    assert isinstance(view, CurvesView)
    case = shown(runs_of(None, 20))
    view.show_runs(case)
    chart = view.curves.chart
    assert sum(not curve.quiet for curve in chart.curves) == 8
    assert "best 8" in view.told.text()
    view.show_runs(replace(case, selected=(1, 2)))
    assert [curve.name for curve in chart.curves if not curve.quiet] == ["Run 1", "Run 2"]
    click(view.curves.quantity.buttons["train_loss"])
    assert chart._quantity == "loss"
    click(view.curves.unit.buttons["s"])
    assert chart.curves[-1].x[-1] == pytest.approx(case.runs[1].seconds)
    wanted = QSignalSpy(view.wanted)
    seeds = shown(runs_of("seeds", 8), "seeds", curves={})
    view.show_runs(seeds)
    # Two were requested before, for another set.
    assert len(wanted.at(0)[1]) == 6
    view.show_runs(shown(list(seeds.runs), "seeds"))
    assert [curve.name for curve in chart.curves][-1] == "median"
    assert len(chart._bands) == 2


def test_a_map_of_a_sweep_has_its_settings_and_of_others_a_cost(qtbot: QtBot) -> None:
    view = made("map", qtbot, width=1100)
    assert isinstance(view, MapView)
    case = shown(runs_of("sweep"), "sweep")
    view.show_runs(case)
    own = view.sweep_map
    assert (own.grid.model.columns, own.grid.model.rows) == (("0.1", "0.2"), ("2", "4", "6"))
    chosen, opened = QSignalSpy(view.chosen), QSignalSpy(view.opened)
    at = own.grid.rect_of((1, 1)).center().toPoint()
    QTest.mouseClick(own.grid, Qt.MouseButton.LeftButton, pos=at)
    point = own.grid.model.cells[1, 1].point
    assert chosen.at(0) == [next(run.id for run in case.runs if run.trial.point == point)]
    QTest.mouseDClick(own.grid, Qt.MouseButton.LeftButton, pos=at)
    assert opened.at(0) == chosen.at(0)
    click(own.swap)
    assert own.grid.model.columns == ("2", "4", "6")
    click(own.mode.buttons["numbers"])
    assert own.grid.mode == "numbers"
    own.lines.setFocus()
    QTest.keyClick(own.lines, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert "inside" in own.inside.text()
    assert any(cell.is_faded for cell in own.grid.model.cells.values())
    click(own.clear)
    assert not any(cell.is_faded for cell in own.grid.model.cells.values())
    rings = replace(summary(90, test_score=0.5), data_key="rings", data_label="Rings")
    view.show_runs(shown([*runs_of(None), rings]))
    assert view.told.text() == "1 run on Rings is not shown."
    QTest.keyClick(view.scatter, Qt.Key.Key_Right)
    QTest.keyClick(view.scatter, Qt.Key.Key_Return)
    assert opened.count() == 2
    damaged = replace(case, set=replace(run_set("sweep"), plan_json="[]"))
    view.show_runs(damaged)
    assert view.stack.currentIndex() == 0


def test_a_spread_is_chosen_by_keys_and_says_what_is_missing(qtbot: QtBot) -> None:
    view = made("spread", qtbot)
    assert isinstance(view, SpreadView)
    one = shown(runs_of(None, 1))
    assert "One run has no spread" in view.why_not(one)
    assert "no spread" not in view.why_not(shown(runs_of(None, 4)[2:]))
    view.show_runs(shown(runs_of("race", 4), "race"))
    assert "anecdote" in view.told.text()
    assert "2 without a score" in view.told.text()
    case = shown(runs_of("seeds", 8), "seeds")
    view.show_runs(case)
    assert not view.curves.isHidden()
    assert not view.picture.isVisible()
    assert view.curves.width() > 800, "it has the room"
    chosen, opened = QSignalSpy(view.chosen), QSignalSpy(view.opened)
    QTest.keyClick(view.plot, Qt.Key.Key_Right)
    QTest.keyClick(view.plot, Qt.Key.Key_Space)
    assert chosen.count() == 1
    QTest.keyClick(view.plot, Qt.Key.Key_Return)
    assert opened.at(0) == chosen.at(0)
    place = view.plot.place_of(2)
    assert place is not None
    QTest.mouseClick(view.plot.viewport(), Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert chosen.at(1) == [2]
