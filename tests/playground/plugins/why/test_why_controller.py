"""Why a prediction is as it is, in the real window: bars, image, columns, curves, the past, and what is saved."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS, Blobs, Moons
from core.data.datasets.text_datasets import Names
from core.experiment.experiment import Experiment, Output
from core.explain.counterfactual import Counterfactual
from core.inspect.explanations import WhatIfPart
from core.io.number_text import rounded_text
from core.nn import Embedding, SimpleRNN
from core.nn.losses import MeanSquaredError
from core.train.training_config import TrainingConfig
from playground.plugins.why.controller import WhyController
from playground.plugins.why.page import _summed
from playground.plugins.why.waterfall import amount_text, prediction_text
from playground.training.state import TrainingState
from playground.views.theme.theme import font
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press
from tests.playground.fakes import IRIS, MOONS, mnist_experiment

PATIENCE_MS = 60_000
NOISY = MOONS.replace(dataset=Moons(samples=600, noise=0.5))

Why = tuple[MainWindow, WhyController]


@pytest.fixture
def show(make: Callable[..., MainWindow], qtbot: QtBot) -> Callable[[Experiment], Why]:
    """The page in front, after some epochs."""

    def build(experiment: Experiment, epochs: int = 3) -> Why:
        window = make(experiment)
        if epochs:
            window.session.step_epochs(epochs)
            qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
        press_page(window)
        why = window.pages.page("why")
        assert isinstance(why, WhyController)
        qtbot.waitUntil(lambda: why.page.found is not None, timeout=PATIENCE_MS)
        return window, why

    return build


def press_page(window: MainWindow) -> None:
    press(window, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.current == "why"


def until_said(why: WhyController, row: int, qtbot: QtBot) -> None:
    """Wait for the explanation of a test row."""
    inputs = why.page._prepared.test.inputs  # type: ignore[union-attr]
    qtbot.waitUntil(
        lambda: why.page.found is not None and np.array_equal(why.page.found.sample, inputs[row]),
        timeout=PATIENCE_MS,
    )


@pytest.mark.parametrize("log_odds", [False, True])
def test_what_is_added_up_adds_up_as_it_is_written(log_odds: bool) -> None:
    """100.0 % − 1.7 % = 98.2 % does not."""
    prediction = SimpleNamespace(log_odds=log_odds, encoding=SimpleNamespace(classes=3))
    for before, after, left in np.random.default_rng(0).random((200, 3)):
        found = SimpleNamespace(
            prediction=prediction,
            before=before,
            after=after,
            values=np.array([(after - before) * (1.0 + 0.01 * left)]),
            is_exact=True,
        )
        texts = [
            prediction_text(before, found).removesuffix(" %"),  # type: ignore[arg-type]
            amount_text(_summed(found), found),  # type: ignore[arg-type]
            prediction_text(after, found).removesuffix(" %"),  # type: ignore[arg-type]
        ]
        start, total, end = (Decimal(text.replace("−", "-")) for text in texts)
        assert start + total == end, texts


def test_bars_lead_from_the_average_row_to_the_chosen_one(show: Callable[..., Why], qtbot: QtBot) -> None:
    _, why = show(IRIS)
    page, bars = why.page, why.page.waterfall.bars
    assert [bars[0].name, bars[-1].name] == ["The average row", "This row"]
    assert {bar.name for bar in bars[1:-1]} == set(page._prepared.pipeline.inputs.names_in)  # type: ignore[union-attr]
    sizes = [abs(bar.end - bar.start) for bar in bars[1:-1]]
    assert sizes == sorted(sizes, reverse=True)
    assert bars[1].start == bars[0].end
    assert bars[-2].end == pytest.approx(bars[-1].end, abs=0.01)
    assert page.sum.text().startswith("Adds up: ")
    assert page.prediction_label.text().startswith("Says ")
    first = page.found
    click(page.row.box, QPoint(page.row.box.width() - 8, page.row.box.height() // 2))
    until_said(why, 1, qtbot)
    assert page.found is not first
    page.prediction.setFocus()
    QTest.keyClick(page.prediction, Qt.Key.Key_Down)
    assert page.prediction.current == "0"
    qtbot.waitUntil(lambda: page.title.text().endswith("setosa"), timeout=PATIENCE_MS)


def test_log_odds_and_another_row_to_compare_with(show: Callable[..., Why], qtbot: QtBot) -> None:
    _, why = show(IRIS)
    page = why.page
    share = page.found.after  # type: ignore[union-attr]
    click(page.log_odds, QPoint(8, page.log_odds.height() // 2))
    qtbot.waitUntil(lambda: bool(page.found and page.found.prediction.log_odds), timeout=PATIENCE_MS)
    assert page.found is not None
    assert page.found.after == pytest.approx(np.log(share / (1 - share)), abs=1e-4)
    assert not page.other.isVisible()
    page.baseline.setFocus()
    QTest.keyClick(page.baseline, Qt.Key.Key_Down)
    assert page.other.isVisible()
    page.other.setValue(7)
    other = page._prepared.test.inputs[6]  # type: ignore[union-attr]
    qtbot.waitUntil(
        lambda: page.found is not None and np.array_equal(page.found.baseline, other), timeout=PATIENCE_MS
    )
    assert page.waterfall.bars[0].name == "Another row"


def test_a_bar_is_read_by_keys_and_shows_what_its_column_does_alone(
    show: Callable[..., Why], qtbot: QtBot
) -> None:
    _, why = show(IRIS)
    page = why.page
    assert page.waterfall.hasFocus()
    QTest.keyClick(page.waterfall, Qt.Key.Key_Down)
    QTest.keyClick(page.waterfall, Qt.Key.Key_Down)
    bar = page.waterfall.current
    assert bar is page.waterfall.bars[1]
    assert bar.name in page.waterfall.accessibleDescription()
    QTest.keyClick(page.waterfall, Qt.Key.Key_Return)
    assert page.depends.column.current == bar.name
    qtbot.waitUntil(
        lambda: page._dependence is not None and page._dependence.column == bar.name, timeout=PATIENCE_MS
    )
    assert len(page.depends.chart.drawing.lines) > 10
    page.depends.chart.setFocus()
    QTest.keyClick(page.depends.chart, Qt.Key.Key_Left)
    assert "this sample" in page.depends.text.text()
    page.row.box.setFocus()
    assert page.depends.text.text().startswith("On average it moves the prediction by up to")


def test_the_names_of_a_category_leave_room_for_the_lowest_label(show: Callable[..., Why]) -> None:
    window, why = show(IRIS.replace(dataset=DATASETS.make("monks")))
    window.resize(1280, 720)
    chart = why.page.depends.chart
    assert chart.drawing.names == ("round", "square", "octagon")
    label = QFontMetricsF(font("small")).height()
    assert chart.area().bottom() + label / 2 <= chart.height()


def test_the_threshold_of_the_curves_is_dragged(show: Callable[..., Why], qtbot: QtBot) -> None:
    _, why = show(MOONS)
    card = why.page.certainty
    qtbot.waitUntil(lambda: "ECE" in card.text.text(), timeout=PATIENCE_MS)
    assert card.chart.drawing.dots is not None
    click(card.curve.buttons["roc"])
    assert "area" in card.text.text()
    chart = card.chart
    for place in (20.0, 80.0):
        at = chart.at(place, 50.0).toPoint()
        QTest.mousePress(chart.viewport(), Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseMove(chart.viewport(), at + QPoint(1, 0))
        QTest.mouseRelease(chart.viewport(), Qt.MouseButton.LeftButton, pos=at)
        found = why.page._certainty
        assert found is not None
        assert found.curves is not None
        hits, mistakes = found.curves.at(card.threshold)
        assert f"{hits} of {found.curves.positives} found, {mistakes} by mistake" in card.text.text()
        assert chart.drawing.point == pytest.approx(
            (100 * mistakes / found.curves.negatives, 100 * hits / found.curves.positives)
        )
        assert abs(chart.drawing.point[0] - place) < 15
    click(card.curve.buttons["precision"])
    assert chart.drawing.x_name.startswith("found")
    assert card.text.fontMetrics().horizontalAdvance(card.text.text()) <= card.text.width()


def test_points_follow_the_training_and_the_past(show: Callable[..., Why], qtbot: QtBot) -> None:
    window, why = show(MOONS)
    page = why.page
    assert [bar.name for bar in page.waterfall.bars[:1]] == ["The average point"]
    before = page.found
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.found is not before, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    live = page.found
    assert live is not None
    window.session.past.look_at(0.0)
    qtbot.waitUntil(lambda: page.found is not None and page.found.after != live.after, timeout=PATIENCE_MS)
    window.session.past.return_to_live()
    qtbot.waitUntil(lambda: page.found is not None and page.found.after == live.after, timeout=PATIENCE_MS)


def test_nothing_is_computed_while_the_page_is_behind(show: Callable[..., Why]) -> None:
    window, why = show(MOONS)
    assert "attribution" in window.session.inspection.state.parts
    window.pages.show("build")
    assert window.session.inspection.state.parts.keys().isdisjoint({"attribution", "dependence", "certainty"})
    found = why.page.found
    window.session.step_batch()
    assert why.page.found is found


def test_an_image_is_coloured(show: Callable[..., Why], qtbot: QtBot) -> None:
    _, why = show(mnist_experiment(6))
    page = why.page
    assert page.images.isVisible()
    assert not page.depends.isVisible()
    found = page.found
    assert found is not None
    picture = page.images.overlay.picture
    assert picture is not None
    assert picture.values == pytest.approx(found.values[..., 0])
    page.baseline.setFocus()
    QTest.keyClick(page.baseline, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: page.found is not found, timeout=PATIENCE_MS)
    assert "blurred" in page.images.accessibleName()


def ask_what_if(why: WhyController, qtbot: QtBot) -> Counterfactual:
    click(why.page.question.buttons["what_if"])
    qtbot.waitUntil(lambda: why.page.change is not None, timeout=PATIENCE_MS)
    assert why.page.change is not None
    return why.page.change


def test_the_smallest_change_that_turns_a_row_is_shown_in_its_units(
    show: Callable[..., Why], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window, why = show(IRIS, 20)
    page, form = why.page, why.page.what_if
    change = ask_what_if(why, qtbot)
    assert change.turned
    assert "attribution" not in window.session.inspection.state.parts
    assert form.size_.value == change.size
    assert form.outcome.text().startswith(f"Within {form.size_text(change.size)} it turns from")
    assert "toward" in page.colors.text()
    bars = page.waterfall.bars
    assert [bars[0].name, bars[-1].name] == ["This row", "It becomes"]
    inputs = page._prepared.pipeline.inputs  # type: ignore[union-attr]
    raw = inputs.inverse_transform(change.inputs[None])
    for bar in bars[1:-1]:
        assert bar.detail.endswith(f"→ {rounded_text(float(raw[bar.name][0]))}")
    form.columns.setFocus()
    form.columns.setCurrentRow(2)
    QTest.keyClick(form.columns, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    kept = form.columns.item(2).text()
    qtbot.waitUntil(
        lambda: "→" not in next((bar.detail for bar in page.waterfall.bars if bar.name == kept), "→"),
        timeout=PATIENCE_MS,
    )
    form.size_.track.setFocus()
    QTest.keyClick(form.size_.track, Qt.Key.Key_Home)
    assert not form.least.isChecked()
    qtbot.waitUntil(lambda: page.change is not None and page.change.size == 0.0, timeout=PATIENCE_MS)
    assert form.outcome.text().startswith("No change within 0 σ") or "0.00 σ" in form.outcome.text()
    path = tmp_path / "what-if.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    click(page.csv)
    *_, end = csv.reader(io.StringIO(path.read_text()))
    assert page.found is not None
    assert float(end[3]) == page.found.after
    click(page.question.buttons["why"])
    qtbot.waitUntil(lambda: page.found is not None and page.change is None, timeout=PATIENCE_MS)
    assert page.waterfall.bars[0].name == "The average row"
    assert "what_if" not in window.session.inspection.state.parts


def test_an_arrow_leads_from_a_point_to_where_it_turns(show: Callable[..., Why], qtbot: QtBot) -> None:
    window, why = show(MOONS)
    first = ask_what_if(why, qtbot)
    qtbot.waitUntil(lambda: why.plot._arrow is first.points, timeout=PATIENCE_MS)
    assert why.plot.isVisible()
    # Its colors are those of the classes.
    assert why.page.colors.text() == ""
    assert why.plot._outputs is not None
    page = why.page
    points = page._prepared.test_points  # type: ignore[union-attr]
    click(why.plot, why.plot._place_of(points[5]).toPoint())
    qtbot.waitUntil(
        lambda: (
            page.change is not None
            and page.change.points is not None
            and page.change.points[0] == pytest.approx(points[5])
        ),
        timeout=PATIENCE_MS,
    )
    assert page.row.box.value() == 6
    before = page.change
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.change is not before and page.change is not None, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    for is_past in (True, False):
        if is_past:
            window.session.past.look_at(0.0)
        else:
            window.session.past.return_to_live()

        def is_shown() -> bool:
            shown = page._snapshot
            part = None if shown is None else shown.part(WhatIfPart)
            return part is not None and shown.is_past is is_past and page.change is part.change  # type: ignore[union-attr] # noqa: B023

        qtbot.waitUntil(is_shown, timeout=PATIENCE_MS)


def test_the_change_of_an_image_is_enlarged(show: Callable[..., Why], qtbot: QtBot) -> None:
    _, why = show(mnist_experiment(6), 10)
    change, page = ask_what_if(why, qtbot), why.page
    assert page.images.isVisible()
    assert page.colors.text() == ""
    assert not page.what_if.may_change.isVisible()
    picture, found = page.images.overlay.picture, page.found
    assert picture is not None
    assert found is not None
    assert picture.values == pytest.approx((change.inputs - found.baseline)[..., 0])
    assert "the change, enlarged" in page.images.accessibleName()
    assert page.what_if.size_text(0.125) == "12.5 %"


def test_values_have_neither_log_odds_nor_certainty(show: Callable[..., Why], qtbot: QtBot) -> None:
    experiment = replace(
        MOONS, dataset=Blobs(form="hills", samples=80), training=TrainingConfig(loss=MeanSquaredError())
    )
    _, why = show(experiment)
    assert not why.page.log_odds.isVisible()
    assert not why.page.certainty.isVisible()
    assert why.page.prediction_label.text().startswith("Says ")
    assert "%" not in why.page.sum.text()
    change = ask_what_if(why, qtbot)
    assert not why.page.what_if.least.isVisible()
    assert why.page.found is not None
    assert why.page.found.after > why.page.found.before
    why.page.what_if.target.setFocus()
    QTest.keyClick(why.page.what_if.target, Qt.Key.Key_Down)
    qtbot.waitUntil(
        lambda: why.page.change is not change and why.page.found.after < why.page.found.before,  # type: ignore[union-attr]
        timeout=PATIENCE_MS,
    )


def test_the_tokens_of_a_text_are_bars(show: Callable[..., Why], qtbot: QtBot) -> None:
    made = Experiment(
        dataset=Names(samples=300), layers=(Embedding(27, 8), SimpleRNN(8, return_sequences=True))
    )
    window, why = show(made.with_training(loss="cross_entropy", batch_size=64), 1)
    page = why.page
    assert not page.message.isVisible()
    assert page.place_field.isVisible()
    assert not page.question.isVisible()
    assert not page.beside.isVisible()
    last = page.place.maximum()
    assert page.place.value() == last
    bars = page.waterfall.bars
    assert [bars[0].name, bars[-1].name] == ["The average letter", "This text"]
    assert {bar.name for bar in bars[1:-1]} == {f"letter {place + 1}" for place in range(last)}
    assert page.sum.text().startswith("Adds up: ")
    assert page.prediction_label.text().startswith("Says ")
    page.place.setValue(2)
    qtbot.waitUntil(lambda: len(page.waterfall.bars) == 4, timeout=PATIENCE_MS)
    assert window.session.inspection.state.position == 1
    before = page.found
    page.baseline.setFocus()
    QTest.keyClick(page.baseline, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: page.found is not before, timeout=PATIENCE_MS)
    assert page.waterfall.bars[0].name == "Another text"


def test_it_is_saved_as_csv_and_as_a_picture(
    show: Callable[..., Why], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window, why = show(IRIS)
    path = tmp_path / "why.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    click(why.page.csv)
    *_, end = csv.reader(io.StringIO(path.read_text()))
    assert why.page.found is not None
    assert float(end[3]) == why.page.found.after
    click(why.page.picture)
    dialog = window.plugins["export"]._dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible, timeout=PATIENCE_MS)
    dialog.reject()


def test_another_document_clears_the_page(show: Callable[..., Why], qtbot: QtBot) -> None:
    window, why = show(IRIS)
    window.document.load(MOONS)
    qtbot.waitUntil(
        lambda: why.page.found is not None and why.page.waterfall.bars[0].name == "The average point",
        timeout=PATIENCE_MS,
    )
    assert why.page.depends.column.count() == 2


def prediction(window: MainWindow, button: QMessageBox.StandardButton, qtbot: QtBot) -> None:
    """Prediction the question that is asked."""
    box = next(each for each in window.findChildren(QMessageBox) if each.isVisible())
    qtbot.mouseClick(box.button(button), Qt.MouseButton.LeftButton)


def test_probabilities_are_calibrated_by_samples_set_apart_and_undone(
    show: Callable[..., Why], qtbot: QtBot
) -> None:
    window, why = show(NOISY, 3)
    page, document, said = why.page, window.document, []
    why.message_requested.connect(said.append)
    ok = QMessageBox.StandardButton
    click(page.certainty.calibrate)
    prediction(window, ok.Cancel, qtbot)
    assert document.experiment.held_out == 0.0
    click(page.certainty.calibrate)
    prediction(window, ok.Ok, qtbot)
    qtbot.waitUntil(page.held.isChecked, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    assert document.experiment.held_out == 0.1
    click(page.certainty.calibrate)
    assert said[-1].startswith("Train the network first")
    window.session.step_epochs(30)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    trained = window.session.checkpoint()
    assert trained is not None
    before = trained[1].weights
    count = document.undo_stack.index()
    click(page.certainty.calibrate)
    assert "Divided the last layer by T = " in said[-1]
    assert document.undo_stack.index() == count + 1

    def weights() -> dict[str, np.ndarray]:
        taken = window.session.checkpoint()
        return {} if taken is None else taken[1].weights

    *_, kernel, bias = before
    qtbot.waitUntil(
        lambda: bool(weights()) and not np.array_equal(weights()[kernel], before[kernel]), timeout=PATIENCE_MS
    )
    after = weights()
    ratio = float(np.median(before[kernel] / after[kernel]))
    assert after[kernel] == pytest.approx(before[kernel] / ratio, rel=1e-4)
    assert after[bias] == pytest.approx(before[bias] / ratio, rel=1e-4)
    first = next(iter(before))
    assert np.array_equal(after[first], before[first])
    document.undo_stack.undo()
    qtbot.waitUntil(
        lambda: bool(weights()) and np.array_equal(weights()[kernel], before[kernel]), timeout=PATIENCE_MS
    )
    click(page.held, QPoint(8, page.held.height() // 2))
    assert page.held.isChecked()
    prediction(window, ok.Ok, qtbot)
    qtbot.waitUntil(lambda: not page.held.isChecked(), timeout=PATIENCE_MS)
    assert document.experiment.held_out == 0.0


def test_what_has_no_logits_is_not_calibrated(show: Callable[..., Why], qtbot: QtBot) -> None:
    _, why = show(MOONS.with_training(loss="half_squared_error").replace(output=Output(activation="linear")))
    said: list[str] = []
    why.message_requested.connect(said.append)
    click(why.page.certainty.calibrate)
    assert said == ["Calibration needs an output with the activation sigmoid or softmax"]


def test_a_dragged_threshold_moves_labels_confusion_and_exports_and_is_undone(
    show: Callable[..., Why], qtbot: QtBot
) -> None:
    window, why = show(NOISY, 5)
    document, card = window.document, why.page.certainty
    qtbot.waitUntil(lambda: card.text.text() != "", timeout=PATIENCE_MS)
    before = window.session.checkpoint()
    assert before is not None
    click(card.curve.buttons["roc"])
    at = card.chart.at(60.0, 50.0).toPoint()
    QTest.mousePress(card.chart.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(card.chart.viewport(), at + QPoint(2, 0))
    assert document.experiment.threshold == 0.5
    QTest.mouseRelease(card.chart.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(2, 0))
    chosen = document.experiment.threshold
    assert chosen < 0.5

    def is_called() -> bool:
        """Whether confusion and the page count by the threshold."""
        snapshot, found = window.snapshot_router.snapshot, why.page._certainty
        if snapshot is None or snapshot.confusion is None or found is None or found.curves is None:
            return False
        hits, mistakes = found.curves.at(chosen)
        confusion = snapshot.confusion
        return snapshot.experiment.threshold == chosen and (hits, mistakes) == (
            confusion[1, 1],
            confusion[0, 1],
        )

    qtbot.waitUntil(is_called, timeout=PATIENCE_MS)
    assert card.threshold == pytest.approx(chosen)
    after = window.session.checkpoint()
    assert after is not None
    assert all(np.array_equal(before[1].weights[name], array) for name, array in after[1].weights.items())
    assert after[1].pipeline is not None
    assert after[1].pipeline.outputs.encoding.cut == chosen
    boundary = window.snapshot_router.snapshot.boundary  # type: ignore[union-attr]
    assert boundary is not None
    document.undo_stack.undo()
    assert document.experiment.threshold == 0.5
    qtbot.waitUntil(lambda: card._cut == 0.5, timeout=PATIENCE_MS)
    qtbot.waitUntil(
        lambda: (window.snapshot_router.snapshot.boundary > 0).mean() < (boundary > 0).mean(),  # type: ignore[union-attr, operator]
        timeout=PATIENCE_MS,
    )


def test_a_threshold_of_three_classes_is_refused_with_a_sentence(
    show: Callable[..., Why], qtbot: QtBot
) -> None:
    window, why = show(IRIS)
    said: list[str] = []
    why.message_requested.connect(said.append)
    why.page.prediction.setFocus()
    QTest.keyClick(why.page.prediction, Qt.Key.Key_Down)
    card = why.page.certainty
    qtbot.waitUntil(lambda: card._found is not None and card._found.curves is not None, timeout=PATIENCE_MS)
    click(card.curve.buttons["roc"])
    card.chart.setFocus()
    QTest.keyClick(card.chart, Qt.Key.Key_Left)
    assert said == ["The threshold is moved where two classes share an output, as with binary cross-entropy"]
    assert window.document.experiment.threshold == 0.5
