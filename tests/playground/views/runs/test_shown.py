"""All views of runs: of none, one, a set of each kind, many, and of failed ones; by mouse and keys."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.io import strict_json
from core.runs.packing import Curves
from core.runs.run import Run
from core.runs.run_set import RunSet, SetKind
from core.runs.trial import Trial
from core.sweep.axes import ListAxis
from core.sweep.plan import Plan
from core.sweep.sweep import Sweep
from playground.views.runs.run_model import NAMES
from playground.views.runs.shown import VIEWS, RunView, Shown
from playground.views.runs.views.table import TableView
from playground.views.theme.theme import ThemeSource
from tests.core.runs.made_runs import POINTS, summary

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
            assert bool(sentence) or one.runs
            assert not sentence or sentence[0].isupper()
    view.show_runs(cases[5])
    assert colors_in(view) > 4
    themes.toggle()
    assert colors_in(view) > 4


def test_a_table_tells_clicks_keys_and_what_it_misses(qtbot: QtBot) -> None:
    view = made("table", qtbot)
    assert isinstance(view, TableView)
    wanted = QSignalSpy(view.pictures_requested)
    view.show_runs(shown(runs_of(None), pictures={}))
    qtbot.waitUntil(lambda: wanted.count() == 1)
    assert sorted(wanted.at(0)[0]) == [1, 2, 3, 4, 5, 6]
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
