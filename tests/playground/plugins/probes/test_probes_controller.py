"""Probes in the window: run, cancelled, adopted, and forgotten with their network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from core.io.budget import OnProgress
from core.nn import Dense
from core.optim import LBFGS
from playground.plugins.probes.views import PROBE_PAGES
from playground.plugins.probes.views.page import Material, Outcome
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.core.inspect.started import MOONS
from tests.playground.plugins.probes.opened_probes import Probes

pytestmark = pytest.mark.shared_window


@pytest.fixture
def probes(make: Callable[..., MainWindow], qtbot: QtBot) -> Probes:
    return Probes(make(MOONS), qtbot)


def test_every_page_has_words_and_a_row(probes: Probes) -> None:
    dialog = probes.dialog
    assert dialog.list.kinds == [page.kind for page in PROBE_PAGES]
    for page in PROBE_PAGES:
        assert page.title
        assert page.summary.endswith(".")
        dialog.list.choose(page.kind)
        assert dialog.title.text() == page.title
        assert dialog.page is dialog.pages[page.kind]
        assert dialog.run.text() == page.verb


def test_the_keys_of_the_footer_work_wherever_the_focus_is(probes: Probes, qtbot: QtBot) -> None:
    dialog, ctrl = probes.dialog, Qt.KeyboardModifier.ControlModifier
    promised = [label.text() for label in dialog.findChildren(QLabel) if label.property("role") == "key"]
    assert promised == ["Ctrl ↑", "Ctrl ↓", "Enter", "Esc"]
    kinds = [page.kind for page in PROBE_PAGES]
    dialog.list.choose("folds")
    combo = dialog.page.findChildren(QComboBox)[0]
    chosen = combo.currentIndex()
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Up, ctrl)
    assert dialog.list.kind == kinds[kinds.index("folds") - 1]
    assert combo.currentIndex() == chosen
    for _ in kinds:
        qtbot.keyClick(dialog.close_button, Qt.Key.Key_Down, ctrl)
    assert dialog.list.kind == kinds[-1]


def test_gradients_and_one_batch_are_green(probes: Probes) -> None:
    assert probes.run("gradients").startswith("Every gradient is right")
    assert probes.dialog.box.property("state") == "holds"
    assert len(probes.dialog.pages["gradients"].rows.rows) == 5  # type: ignore[attr-defined]
    assert "by heart" in probes.run("overfit")
    assert probes.dialog.box.property("state") == "holds"
    # Each page keeps its own sentence.
    probes.dialog.list.choose("gradients")
    assert probes.dialog.sentence.text().startswith("Every gradient is right")


def test_a_click_on_the_curve_takes_the_rate_and_undo_takes_it_back(probes: Probes, qtbot: QtBot) -> None:
    document, before = probes.window.document, MOONS.training.optimizer.learning_rate
    assert "falls fastest at" in probes.run("rate_range")
    page: Any = probes.dialog.pages["rate_range"]
    qtbot.mouseClick(page.plot.viewport(), Qt.MouseButton.LeftButton, pos=page.plot.point_of(0.02).toPoint())
    rate = document.experiment.training.optimizer.learning_rate
    assert rate == pytest.approx(0.02, rel=0.1)
    assert document.undo_stack.undoText() == f"Learning rate {rate:g}"
    document.undo_stack.undo()
    assert document.experiment.training.optimizer.learning_rate == before
    qtbot.mouseClick(page.steepest, Qt.MouseButton.LeftButton)
    assert f"Steepest: {document.experiment.training.optimizer.learning_rate:g}" == page.steepest.text()


def test_the_crosshair_chooses_by_keys(probes: Probes, qtbot: QtBot) -> None:
    probes.run("rate_range")
    plot: Any = probes.dialog.pages["rate_range"].plot  # type: ignore[attr-defined]
    plot.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_PageUp, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(plot, key)
    rate = probes.window.document.experiment.training.optimizer.learning_rate
    assert rate == pytest.approx(1e-6 * 10.0 ** (11 * 7 / 199), rel=0.05)


def test_a_line_search_has_no_rate_to_look_for(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    probes = Probes(make(MOONS.with_training(optimizer=LBFGS())), qtbot)
    probes.dialog.list.choose("rate_range")
    assert not probes.dialog.run.isEnabled()
    assert "there is no rate to look for" in probes.dialog.sentence.text()


def test_without_a_network_nothing_can_be_run(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(MOONS)
    probes = Probes(window, qtbot)
    wide = tuple(Dense(16_384) for _ in range(3))
    window.document.change("Too large", MOONS.replace(layers=wide))
    probes.until(lambda: window.session.state is TrainingState.BLOCKED)
    probes.dialog.list.choose("overfit")
    assert not probes.dialog.run.isEnabled()
    assert probes.dialog.sentence.text() == window.session.message
    window.document.undo_stack.undo()
    probes.until(probes.dialog.run.isEnabled)


def test_a_running_probe_is_cancelled_by_its_button_by_escape_and_by_a_new_run(
    probes: Probes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page: Any = probes.dialog.pages["overfit"]
    going: list[int] = []

    def endless(material: Material, report: OnProgress) -> object:
        while True:
            going.append(1)
            report(None)

    monkeypatch.setattr(page, "work", lambda: endless)

    def by_button() -> None:
        qtbot.mouseClick(probes.dialog.run, Qt.MouseButton.LeftButton)

    def by_escape() -> None:
        qtbot.keyClick(probes.dialog, Qt.Key.Key_Escape)

    def by_run() -> None:
        probes.window.document.change("Wider", MOONS.replace(layers=(Dense(6),)))

    for cancel in (by_button, by_escape, by_run):
        probes.controller.open("overfit")
        going.clear()
        probes.start("overfit")
        probes.until(lambda: len(going) > 3)
        assert probes.dialog.run.text() == "Cancel"
        crossed = probes.dialog.run.icon().pixmap(16).toImage()
        cancel()
        probes.until(lambda: not probes.controller.job.busy)
        assert probes.dialog.run.text() == "Run"
        assert probes.dialog.run.icon().pixmap(16).toImage() != crossed
        assert not probes.dialog.box.isVisibleTo(probes.dialog)


def test_a_probe_that_fails_says_why(probes: Probes, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(material: Material, report: OnProgress) -> object:
        raise ValueError("The loss is not a number")

    monkeypatch.setattr(probes.dialog.pages["overfit"], "work", lambda: fail)
    assert "The loss is not a number" in probes.run("overfit")
    assert probes.dialog.box.property("state") == "fails"


def test_a_new_run_forgets_what_was_found(probes: Probes) -> None:
    probes.run("gradients")
    probes.window.actions_by_name["reset_new_seed"].trigger()
    probes.until(lambda: not probes.dialog.pages["gradients"].rows.rows)  # type: ignore[attr-defined]
    probes.dialog.list.choose("gradients")
    assert not probes.dialog.box.isVisibleTo(probes.dialog)


def test_a_probe_gets_the_network_as_it_is_trained(probes: Probes, monkeypatch: pytest.MonkeyPatch) -> None:
    window, seen = probes.window, []

    def look(material: Material, report: OnProgress) -> Outcome:
        seen.append((material.subject.epoch, len(material.path()), material.score))
        return Outcome("")

    monkeypatch.setattr(probes.dialog.pages["overfit"], "work", lambda: look)
    monkeypatch.setattr(probes.dialog.pages["overfit"], "show_result", lambda result: result)
    window.session.step_epochs(3)
    probes.until(lambda: window.session.state is TrainingState.PAUSED)
    probes.run("overfit")
    epoch, moments, score = seen[0]
    assert epoch == 3
    assert moments >= 3
    assert 0.0 < score <= 1.0
