"""What is said of one run, several and none, and the wishes of buttons and menu."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.nn import Dense
from playground.plugins.runs.views.details import ACTIONS, RunDetails
from playground.plugins.runs.views.run_curves import RunCurves
from playground.plugins.runs.views.shown import Shown
from playground.views.theme.theme import ThemeSource
from tests.core.runs.made_runs import POINTS, summary
from tests.playground.driving import click
from tests.playground.plugins.runs.views.test_shown import runs_of, shown


@pytest.fixture
def details(qtbot: QtBot) -> RunDetails:
    made = RunDetails(ThemeSource())
    made.resize(320, 700)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def _buttons(details: RunDetails) -> set[str]:
    return {name for name, button in details.buttons.items() if not button.isHidden()}


def test_one_run_differs_from_the_base(details: RunDetails) -> None:
    wide = summary(2, POINTS.replace(layers=(Dense(units=16),)), name="Wide", note="as hoped", test_score=0.9)
    details.show_runs(shown([summary(1, name="Base", test_score=0.8), wide], selected=(2,), base=1))
    assert details.title.text() == "Wide"
    assert "as hoped" in details.about.text()
    assert details.changes.facts
    assert [curve.name for curve in details.curves.chart.curves] == ["Base", "Wide"]
    assert _buttons(details) == {"open", "branch", "beside"}
    assert details.tiles[0].value == "90.0 %"
    # Three such words have no room beside each other in the narrowest details.
    assert details.curves.quantity.buttons["test_accuracy"].text() == "Accuracy"
    asked, went = QSignalSpy(details.requested), QSignalSpy(details.chosen)
    click(details.buttons["open"])
    click(details.star)
    assert [asked.at(place) for place in range(2)] == [["open", [2]], ["star", [2]]]
    assert not details.better.isEnabled()
    click(details.worse)
    assert went.at(0) == [1]


def test_several_say_what_changed_and_offer_what_is_for_several(details: RunDetails) -> None:
    runs = runs_of(None)
    details.show_runs(shown(runs, selected=(1, 2)))
    assert details.title.text() == "2 selected"
    assert _buttons(details) == {"race", "pin", "export", "delete"}
    assert any(fact.is_result for fact in details.changes.facts)
    details.show_runs(shown(runs, selected=(1, 2, 3, 4, 5)))
    assert not details.buttons["race"].isEnabled()
    asked = QSignalSpy(details.requested)
    click(details.buttons["delete"])
    assert asked.at(0) == ["delete", [1, 2, 3, 4, 5]]


def test_nothing_chosen_has_figures_of_all_and_a_race_of_the_best(details: RunDetails) -> None:
    details.show_runs(shown(runs_of("seeds", 8), "seeds"))
    assert details.title.text() == "A seeds"
    shown_tiles = [tile.value for tile in details.tiles if not tile.isHidden()]
    assert len(shown_tiles) >= 3
    assert not _buttons(details)
    assert details.findChild(RunCurves) is None, "a chart is made though none is to be seen"
    wanted = QSignalSpy(details.wanted)
    details.show_runs(shown(runs_of("seeds", 8), "seeds", curves={}))
    # The two that failed were asked for before.
    assert sorted(wanted.at(0)[1]) == [1, 2, 5, 6, 7, 8]
    asked = QSignalSpy(details.requested)
    click(details.best)
    assert asked.at(0)[0] == "race"
    assert len(asked.at(0)[1]) == 4
    details.show_runs(Shown())
    assert details.best.isHidden()
    assert all(tile.isHidden() for tile in details.tiles)


def test_no_runs_are_told_in_a_sentence(details: RunDetails) -> None:
    details.show_runs(shown([]))
    assert details.title.text() == "Details"
    assert details.about.isVisible()
    assert "as soon as there is one" in details.about.text()


def test_what_is_not_loaded_is_requested_and_a_failed_run_says_why(details: RunDetails) -> None:
    wanted = QSignalSpy(details.wanted)
    details.show_runs(replace(shown(runs_of(None), curves={}, pictures={}), selected=(3,)))
    assert sorted(wanted.at(place) for place in range(2)) == [["curves", [3]], ["pictures", [3]]]
    assert details.sentence.text() == "The loss is no number"
    details.show_runs(details.shown)
    assert wanted.count() == 2
    details._themes.toggle()
    assert details.title.text() == "Run 3"


def test_the_menu_has_all_actions_and_enables_those_that_fit(details: RunDetails) -> None:
    details.show_runs(shown(runs_of(None), selected=(1, 2)))
    details.show_menu(QPoint(0, 0))
    menu = details.findChildren(QMenu)[-1]
    rows = {row.text(): row.isEnabled() for row in menu.actions()}
    assert list(rows) == [action.text for action in ACTIONS]
    assert [rows["Open"], rows["Race these"]] == [False, True]
    menu.close()


def test_what_nobody_here_can_do_has_neither_button_nor_row(details: RunDetails) -> None:
    details.left_out = frozenset({"beside"})
    details.show_runs(shown([summary(1)], selected=(1,)))
    assert _buttons(details) == {"open", "branch"}
    details.show_menu(QPoint(0, 0))
    (menu,) = [each for each in details.children() if isinstance(each, QMenu)]
    assert [row.text() for row in menu.actions()] == [
        action.text for action in ACTIONS if action.name != "beside"
    ]
    menu.close()


def test_figures_of_runs_on_several_data_say_of_which(details: RunDetails) -> None:
    other = replace(summary(3), data_key="others", data_label="Circles")
    details.show_runs(shown([summary(1), summary(2), other]))
    assert details.about.text() == f"3 runs; the figures are of the 2 on {summary(1).data_label}"
    details.show_runs(shown([summary(1), summary(2)]))
    assert details.about.text() == "2 runs"
