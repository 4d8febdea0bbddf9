"""Two models side by side in the real window: from a file, a run and a moment; listed, drawn, followed and let go."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from core.data.datasets import Blobs, Circle, NoScaling
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, save_project
from core.formats import exporter_for
from core.formats.trained_model import TrainedModel
from core.io.number_text import rounded_text
from core.nn import Dense, Dropout
from core.nn.losses import MeanSquaredError
from core.train.training_config import TrainingConfig
from playground.plugins.compare.controller import CompareController
from playground.plugins.runs.controller import run_library
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press
from tests.playground.fakes import IRIS, MOONS, mnist_experiment

PATIENCE_MS = 60_000
HILLS = Experiment(
    dataset=Blobs(form="hills", samples=120),
    layers=(Dense(4, "tanh"),),
    training=TrainingConfig(loss=MeanSquaredError()),
)

Shown = tuple[MainWindow, CompareController]


@pytest.fixture
def show(make: Callable[..., MainWindow], qtbot: QtBot) -> Callable[..., Shown]:
    """The page in front, after some epochs."""

    def build(experiment: Experiment, epochs: int = 3) -> Shown:
        window = make(experiment)
        train(window, epochs, qtbot)
        press(window, Qt.Key.Key_7, Qt.KeyboardModifier.ControlModifier)
        compare = window.pages.page("compare")
        assert isinstance(compare, CompareController)
        assert window.pages.shown is compare
        assert compare.page.empty.isVisible()
        return window, compare

    return build


def train(window: MainWindow, epochs: int, qtbot: QtBot) -> None:
    window.session.step_epochs(epochs)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)


def trained(experiment: Experiment, epochs: int = 1, *, pipeline: bool = True) -> TrainedModel:
    data = prepare(experiment)
    trainer = make_trainer(experiment, data)
    for _ in range(epochs):
        trainer.run_epoch()
    return TrainedModel(trainer.network, data.pipeline if pipeline else None, experiment.name, epoch=epochs)


def project(path: Path, experiment: Experiment, epochs: int = 1) -> Path:
    data = prepare(experiment)
    trainer = make_trainer(experiment, data)
    for _ in range(epochs):
        trainer.run_epoch()
    save_project(path, experiment, TrainerState.of(trainer, data.pipeline))
    return path


def entry(compare: CompareController, *path: str) -> QAction:
    """An entry of the menu as it opens."""
    compare.menu.aboutToShow.emit()
    menu: QMenu = compare.menu
    for name in path[:-1]:
        menu = next(each.menu() for each in menu.actions() if each.text() == name)  # type: ignore[assignment]
    return next(each for each in menu.actions() if each.text().startswith(path[-1]))


def choose_file(compare: CompareController, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    entry(compare, "A file").trigger()


def until_compared(compare: CompareController, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: compare.page.found is not None, timeout=PATIENCE_MS)


def cells(compare: CompareController) -> list[list[str]]:
    table = compare.page.layers
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]  # type: ignore[union-attr]
        for row in range(table.rowCount())
    ]


def test_a_file_is_shown_layer_by_layer_over_the_plane_and_where_both_disagree(
    show: Callable[..., Shown], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window, compare = show(MOONS)
    page = compare.page
    other = MOONS.replace(layers=(Dense(4, "relu"), Dropout(0.1), Dense(3, "tanh")), seed=5)
    choose_file(compare, project(tmp_path / "wide.nnplay", other), monkeypatch)
    until_compared(compare, qtbot)
    assert page.body.isVisible()
    assert [row[:3] for row in cells(compare)] == [
        ["Dense 4 · tanh", "activation Tanh → ReLU", "Dense 4 · ReLU"],
        ["–", "only in B", "Dropout 10 %"],
        ["–", "only in B", "Dense 3 · tanh"],
        ["Dense 1 · sigmoid", "other inputs", "Dense 1 · sigmoid"],
    ]
    assert page.counts.text() == "2 changed · 2 only in B"
    assert "wide.nnplay" in page.names["B"].text()
    # With a long name as well the facts are to be read in a narrow window.
    label = page.names["B"]
    assert label.heightForWidth(200) > label.heightForWidth(2000)
    found = page.found
    assert found is not None
    assert page.samples.rowCount() == len(found.disagreements) > 5
    assert page.listed.text() == f"They disagree on {len(found.disagreements)} of 36 test samples"
    qtbot.waitUntil(lambda: page.plots[2].image is not None, timeout=PATIENCE_MS)
    ours, theirs, differ = (plot.image for plot in page.plots)
    assert ours is not None
    assert theirs is not None
    assert differ is not None
    assert np.array_equal(differ.values != 0.0, (ours.values > 0.0) != (theirs.values > 0.0))
    assert page.share.text() == f"{100 * (differ.values != 0.0).mean():.1f} % of the plane"
    # A chosen sample is shown everywhere.
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    row = page.samples.part_row(page.table.currentIndex().row())
    assert window.session.inspection.state.sample == row
    qtbot.waitUntil(lambda: page.plots[2]._marked == row, timeout=PATIENCE_MS)
    assert "A says" in page.samples.text(0)


def test_the_weights_of_the_chosen_layer_are_heat_maps_with_their_difference(
    show: Callable[..., Shown], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    _, compare = show(MOONS)
    page, maps = compare.page, compare.page.weights
    other = MOONS.replace(layers=(Dense(4, "tanh"), Dropout(0.1), Dense(3, "tanh")), seed=5)
    choose_file(compare, project(tmp_path / "b.nnplay", other), monkeypatch)
    until_compared(compare, qtbot)
    assert page.weights_of.text() == "Weights of Dense 4 · tanh"
    assert [name for name, _ in maps.maps] == ["A", "B", "B − A"]
    (_, a), (_, b), (_, moved) = maps.maps
    assert np.array_equal(moved, b - a)
    row, column = np.unravel_index(np.abs(moved).argmax(), moved.shape)
    assert page.link.text().startswith(f"largest: {('x₁', 'x₂')[row]} → {column + 1}, A ")
    # The pointer marks one link in all maps, keys go on from a chosen one.
    area = maps.areas()[1]
    qtbot.mouseMove(maps, area.topLeft().toPoint() + QPoint(3, 3))
    assert maps.place == (0, 0)
    assert "x₁ → 1, A " in page.link.text()
    click(maps, area.topLeft().toPoint() + QPoint(3, 3))
    QTest.keyClick(maps, Qt.Key.Key_Right)
    assert f"x₁ → 2, A {rounded_text(float(a[0, 1]))}, B " in page.link.text()
    QTest.keyClick(maps, Qt.Key.Key_Home)
    assert page.link.text().startswith("largest: ")
    # Without weights, of one model, and of two sizes.
    page.layers.setFocus()
    for name, shown, words in (
        ("Dropout 10 %", False, "It has none"),
        ("Dense 3 · tanh", True, ", B "),
        ("Dense 1 · sigmoid", True, "largest: input "),
    ):
        QTest.keyClick(page.layers, Qt.Key.Key_Down)
        assert (page.weights_of.text(), maps.isVisible()) == (f"Weights of {name}", shown)
        assert words in page.link.text()
    assert [each.shape for _, each in maps.maps] == [(4, 1), (3, 1)]
    image = maps.grab().toImage()
    assert len({image.pixel(int(each.center().x()), int(each.top()) + 4) for each in maps.areas()}) == 2


def test_a_cell_of_the_matrix_lists_its_samples(
    show: Callable[..., Shown], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    _, compare = show(IRIS, epochs=8)
    page = compare.page
    choose_file(compare, project(tmp_path / "b.nnplay", IRIS.replace(seed=4)), monkeypatch)
    until_compared(compare, qtbot)
    found = page.found
    assert found is not None
    assert found.right is not None
    assert found.agreement is not None
    assert np.array_equal(page.matrix.counts, found.right)
    qtbot.waitUntil(lambda: page.matrix.cell_rect(0, 1).width() > 10, timeout=PATIENCE_MS)
    click(page.matrix, page.matrix.cell_rect(0, 1).center().toPoint())
    assert page.samples.rowCount() == found.right[0, 1] > 0
    assert page.listed.text().endswith("A right, B wrong")
    click(page.matrix, page.matrix.cell_rect(0, 1).center().toPoint())
    assert page.listed.text().startswith("They disagree on")
    click(page.kinds.buttons["classes"])
    assert np.array_equal(page.matrix.counts, found.agreement)
    assert page.matrix.text_of(1, 2).startswith("A versicolor, B virginica: ")
    # By keys, from the first cell on.
    page.matrix.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(page.matrix, key)
    assert page.samples.rowCount() == found.agreement[0, 0]
    assert page.listed.text().endswith("A setosa, B setosa")


@pytest.mark.parametrize("name", ["own.safetensors", "bare.safetensors", "own.onnx"])
def test_files_with_and_without_preprocessing_are_read(
    name: str, show: Callable[..., Shown], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    _, compare = show(IRIS)
    plain = IRIS.replace(scaling=NoScaling(), layers=(Dense(5, "relu"),))
    model = trained(plain, pipeline=not name.startswith("bare"))
    exporter_for(tmp_path / name).write(model, tmp_path / name)
    choose_file(compare, tmp_path / name, monkeypatch)
    until_compared(compare, qtbot)
    found, data = compare.page.found, prepare(plain)
    assert found is not None
    assert not found.same_inputs
    assert compare.page.counts.text().endswith("other inputs")
    assert np.array_equal(found.predictions[1], model.network.predict(data.test.inputs).argmax(axis=1))


def test_what_cannot_be_compared_is_refused_with_a_sentence_and_what_is_shown_stays(
    show: Callable[..., Shown], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window, compare = show(IRIS)
    said: list[str] = []
    compare.message_requested.connect(said.append)
    window.files.message_requested.connect(said.append)
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    files = [
        (project(tmp_path / "moons.nnplay", MOONS), "The other model tells apart 2 classes, and this one"),
        (project(tmp_path / "hills.nnplay", HILLS), "The other model predicts 1 value, and this one tells"),
        (tmp_path / "broken.onnx", "broken.onnx"),
        (tmp_path / "gone.onnx", "gone.onnx cannot be opened: "),
    ]
    entry(compare, "The network as it is now").trigger()
    until_compared(compare, qtbot)
    for path, sentence in files:
        said.clear()
        choose_file(compare, path, monkeypatch)
        assert said
        assert sentence in said[0]
        assert compare.page.other is not None
        assert compare.page.other.name == "epoch 3"


def test_the_comparison_follows_the_training_and_earlier_moments(
    show: Callable[..., Shown], qtbot: QtBot
) -> None:
    window, compare = show(MOONS)
    page = compare.page
    entry(compare, "The network as it is now").trigger()
    until_compared(compare, qtbot)
    assert [row[1:] for row in cells(compare)] == [
        ["the same", "Dense 4 · tanh", "0.000", "0.0 %"],
        ["the same", "Dense 1 · sigmoid", "0.000", "0.0 %"],
    ]
    train(window, 4, qtbot)
    qtbot.waitUntil(lambda: cells(compare)[0][1] == "other weights", timeout=PATIENCE_MS)
    assert page.counts.text() == "2 other weights"
    assert "epoch 7" in page.names["A"].text()
    # Back to where both are the same.
    window.session.past.look_at(3.0)
    qtbot.waitUntil(lambda: page.counts.text() == "2 the same", timeout=PATIENCE_MS)
    assert "epoch 3" in page.names["A"].text()
    window.session.past.return_to_live()
    qtbot.waitUntil(lambda: page.counts.text() == "2 other weights", timeout=PATIENCE_MS)
    entry(compare, "An earlier moment", "Epoch 0").trigger()
    qtbot.waitUntil(
        lambda: page.found is not None and "epoch 0" in page.names["B"].text(), timeout=PATIENCE_MS
    )
    first = make_trainer(MOONS, prepare(MOONS)).network
    assert page.other is not None
    assert np.array_equal(page.other.network.parameters, first.parameters)


def test_a_kept_run_comes_from_the_menu_and_from_the_board(show: Callable[..., Shown], qtbot: QtBot) -> None:
    window, compare = show(MOONS)
    window.actions_by_name["reset"].trigger()
    qtbot.waitUntil(lambda: len(run_library(window).rows) == 1, timeout=PATIENCE_MS)
    (row,) = run_library(window).rows.values()
    qtbot.waitUntil(lambda: compare._shown.snapshot is not None, timeout=PATIENCE_MS)
    entry(compare, "A kept run", row.name).trigger()
    until_compared(compare, qtbot)
    assert compare.page.other is not None
    assert compare.page.other.epoch == 3
    first = compare.page.other
    entry(compare, "A kept run", "All runs").trigger()
    assert window.pages.current == "runs"
    board = window.plugins["runs"].page.board.board
    assert board is not None
    qtbot.waitUntil(lambda: board.table.run_model.place_of(row.id) >= 0, timeout=PATIENCE_MS)
    board.table.select_runs([row.id])
    click(board.details.buttons["beside"])
    assert window.pages.current == "compare"
    qtbot.waitUntil(lambda: compare.page.other is not first, timeout=PATIENCE_MS)
    until_compared(compare, qtbot)
    assert row.name in compare.page.names["B"].text()


def test_other_layers_keep_the_other_model_and_other_data_let_it_go(
    show: Callable[..., Shown], qtbot: QtBot
) -> None:
    window, compare = show(MOONS)
    page = compare.page
    entry(compare, "The network as it is now").trigger()
    until_compared(compare, qtbot)
    assert page.listed.text() == "They disagree on none of 36 test samples"
    document = window.document
    document.change("Add a layer", document.experiment.replace(layers=(Dense(4, "tanh"), Dense(3, "tanh"))))
    qtbot.waitUntil(lambda: page.counts.text().endswith("1 only in A"), timeout=PATIENCE_MS)
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: page.found is not None and len(page.found.layers) == 2, timeout=PATIENCE_MS)
    said: list[str] = []
    compare.message_requested.connect(said.append)
    document.change("Other data", document.experiment.replace(dataset=Circle()))
    qtbot.waitUntil(lambda: page.other is None, timeout=PATIENCE_MS)
    assert said == ["The data were replaced; choose another model to compare with"]
    assert page.empty.isVisible()
    assert "beside" not in window.session.inspection.state.parts


@pytest.mark.parametrize("experiment", [mnist_experiment(8), HILLS], ids=["images", "values"])
def test_images_and_values_are_listed_with_both_predictions_and_saved(
    experiment: Experiment,
    show: Callable[..., Shown],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    _, compare = show(experiment)
    page = compare.page
    choose_file(compare, project(tmp_path / "b.nnplay", experiment.replace(seed=3)), monkeypatch)
    until_compared(compare, qtbot)
    found, samples = page.found, page.samples
    assert found is not None
    first = int(found.disagreements[0])
    assert samples.part_row(0) == first
    if found.classes:
        assert page.views.currentWidget() is page.thumbnails
        # The picture itself is clicked.
        place = page.thumbnails.visualRect(samples.index(1, 0)).center()
        click(page.thumbnails.viewport(), QPoint(place))
        assert compare._session.inspection.state.sample == samples.part_row(1)
        assert [samples.predicted(0, model) for model in (0, 1)] == [
            int(each[first]) for each in found.predictions
        ]
    else:
        assert not page.agreement.isVisible()
        assert page.listed.text().startswith("They say other values for ")
        assert samples.columnCount() == 5
        assert samples.true(0) == found.truth[first, 0]  # type: ignore[index]
    path = tmp_path / "compared.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    click(page.csv)
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert len(rows) == len(found.predictions[0])
    assert float(rows[0]["row"]) == samples.dataset_row(0) + 1


def test_it_is_read_by_screen_readers_and_drawn_in_the_dark(show: Callable[..., Shown], qtbot: QtBot) -> None:
    window, compare = show(MOONS)
    entry(compare, "The network as it is now").trigger()
    until_compared(compare, qtbot)
    train(window, 4, qtbot)
    page = compare.page
    qtbot.waitUntil(lambda: page.counts.text() == "2 other weights", timeout=PATIENCE_MS)
    assert [plot.accessibleName() for plot in page.plots] == [
        "Output of model A over the plane",
        "Output of model B over the plane",
        "Where both differ over the plane",
    ]
    assert page.layers.accessibleName() == "Layers of both models"
    light = page.layers.item(0, 1).foreground().color()  # type: ignore[union-attr]
    window.actions_by_name["theme"].trigger()
    assert page.layers.item(0, 1).foreground().color() != light  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: page.plots[2].image is not None, timeout=PATIENCE_MS)
    at = QPointF(page.plots[2].rect().center())
    assert "→" in page.plots[2].text_at(at.x(), at.y())
