"""Giving back is chosen, watched, decoded under the pointer and walked through, by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits, Iris, Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_named
from core.experiment.stack_problems import code_size
from core.inspect.latent import LatentPart, ReconstructionsPart
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense, Sampling
from core.train.tasks import Classification, Reconstruction
from playground.training.state import TrainingState
from playground.views.output.code_pages import CodePages
from playground.views.theme.colors import class_color
from playground.views.theme.theme import ThemeSource
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_chosen_task, with_dataset
from tests.playground.driving import click

PATIENCE_MS = 60_000
DIGITS = with_dataset(Experiment(), Digits())


def shown(qtbot: QtBot, experiment: Experiment, page: str = "samples") -> tuple[CodePages, SnapshotTaker]:
    """The pages on a trainer of one epoch, asked as a window asks."""
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    pages = CodePages(ThemeSource(mode="light"), None)  # type: ignore[arg-type]
    qtbot.addWidget(pages)
    for extra in (pages.switch, *pages.boxes):
        qtbot.addWidget(extra)
    pages.resize(330, 330)
    taker = SnapshotTaker(trainer, prepared, 0, experiment)
    pages.parts_requested.connect(
        lambda parts: pages.show_snapshot(
            taker.take(SnapshotRequest(parts={kind: of for kind, of in parts.items() if of is not None}))
        )
    )
    pages.show()
    pages.show_data(prepared)
    pages.show_on(True)
    if page != "samples":
        pages.switch.buttons[page].click()
    return pages, taker


def test_a_task_is_switched_to_with_an_autoencoder_and_taken_back(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(DIGITS.replace(layers=(*DIGITS.layers[:1], Dense(64))))
    before = window.document.experiment
    inputs, codes = window.panels.side.inputs, window.output.codes
    click(inputs.tasks.chip("reconstruction"))
    changed = window.document.experiment
    assert isinstance(changed.task, Reconstruction)
    assert code_size(changed) == 2
    qtbot.waitUntil(lambda: codes.samples.picture is not None, timeout=PATIENCE_MS)
    assert codes.isVisible()
    QTest.keyClick(window, Qt.Key.Key_Space)
    first = codes.samples.picture
    qtbot.waitUntil(lambda: codes.samples.picture is not first, timeout=PATIENCE_MS)
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    # A click chooses the sample on the canvas.
    samples = codes.samples.picture
    assert samples is not None
    QTest.mouseClick(codes.samples, Qt.MouseButton.LeftButton, pos=codes.samples.cell(3).center().toPoint())
    assert window.session.inspection.state.sample == samples.rows[3]
    click(codes.switch.buttons["plane"])
    qtbot.waitUntil(lambda: codes.plane.picture is not None, timeout=PATIENCE_MS)
    assert window.output.title.accessibleName() == "Code plane"
    noise = inputs.spoilers["noise"]
    QTest.keyClick(noise.track, Qt.Key.Key_Right)
    assert window.document.experiment.task == Reconstruction(noise=0.05)
    while window.document.undo_stack.canUndo():
        window.document.undo_stack.undo()
    assert window.document.experiment == before
    assert window.document.experiment.task == Classification()
    qtbot.waitUntil(lambda: window.output.test_points.isVisible(), timeout=PATIENCE_MS)
    assert not codes.switch.isVisible()


def test_a_network_that_is_narrow_already_keeps_its_layers() -> None:
    narrow = DIGITS.replace(layers=(*DIGITS.layers[:1], Dense(3, "tanh")))
    assert with_chosen_task(narrow, Reconstruction()).layers == narrow.layers
    wide = with_chosen_task(Experiment(dataset=Moons(), layers=(Dense(8),)), Reconstruction())
    assert code_size(wide) == 1


@pytest.mark.parametrize("dataset", [Moons(samples=80), Iris(), Digits()], ids=lambda data: data.kind)
def test_every_kind_of_sample_is_drawn_and_chosen(qtbot: QtBot, dataset: Moons | Iris | Digits) -> None:
    pages, _ = shown(qtbot, with_chosen_task(with_dataset(Experiment(), dataset), Reconstruction()))
    plot = pages.samples
    assert plot.picture is not None
    assert " samples · mean error " in plot.text()
    drawn = plot.grab().toImage()
    assert len({drawn.pixel(x, y) for x in range(0, 330, 3) for y in range(0, 300, 3)}) > 4
    with qtbot.waitSignal(pages.test_point_clicked) as clicked:
        QTest.keyClick(plot, Qt.Key.Key_Right)
        QTest.keyClick(plot, Qt.Key.Key_Right)
        QTest.keyClick(plot, Qt.Key.Key_Return)
    assert clicked.args == [int(plot.picture.rows[1])]
    assert plot.accessibleDescription().startswith("Test sample ")
    assert np.diff(plot.picture.errors).max() <= 0.0
    pages.worst.click()
    assert plot.picture.rows.tolist()[:3] == [0, 1, 2]
    plot.mark_test_point(1)
    assert plot.grab().toImage() != drawn
    pages.switch.buttons["plane"].click()
    frame = pages.plane.picture
    assert frame is not None
    assert pages.switch.buttons["grid"].isHidden() == (len(dataset.info().shape) == 1)
    bare = pages.plane.grab().toImage()
    QTest.keyClick(pages.plane, Qt.Key.Key_Left)
    assert pages.plane.pointer is not None
    assert pages.plane.grab().toImage() != bare


def test_the_pointer_decodes_and_two_clicks_are_a_walk(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.views.output.code_plot._WALK_SECONDS", 0.2)
    pages, _ = shown(qtbot, with_chosen_task(DIGITS, Reconstruction()), "plane")
    plot = pages.plane
    frame = plot.picture
    assert frame is not None
    QTest.mouseMove(plot, QPoint(33, 33))
    assert plot.pointer == pytest.approx(plot._place(QPoint(33, 33)))
    assert "near class " in plot.accessibleDescription()
    spot = plot.spot(frame.places[7].astype(float)).toPoint()
    with qtbot.waitSignal(pages.test_point_clicked) as clicked:
        QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=spot)
    near = plot.spot(frame.places[clicked.args[0]].astype(float)) - spot.toPointF()
    assert near.manhattanLength() <= 8
    assert not plot.is_walking
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert plot.is_walking
    qtbot.waitUntil(lambda: not plot.is_walking)
    assert plot.pointer == pytest.approx(plot._place(QPoint(3, 3)))
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.pointer is None
    pages.switch.buttons["grid"].click()
    assert plot.picture is not None
    assert plot.picture.tiles is not None
    assert len({plot.grab().toImage().pixel(x, 100) for x in range(330)}) > 10


def test_regions_are_of_the_class_that_is_near_and_can_be_left_out(qtbot: QtBot) -> None:
    pages, _ = shown(qtbot, with_chosen_task(DIGITS, Reconstruction()), "plane")
    plot, frame = pages.plane, pages.plane.picture
    assert frame is not None
    assert plot._prepared is not None
    image = plot._regions(frame, plot._prepared)
    # Where the points of a class lie closest, the color is that of the class.
    labels = plot._prepared.test.labels[frame.rows]
    near = np.square(frame.places[:, None] - frame.places).sum(axis=2).argsort(axis=1)[:, :15]
    surest = int((labels[near] == labels[:, None]).mean(axis=1).argmax())
    right, up = plot._shares()[surest] * 48
    color = image.pixelColor(int(right), 47 - int(up))
    assert color.name() == class_color(int(labels[surest]))
    assert color.alpha() > 20
    colored = plot.grab().toImage()
    pages.regions.click()
    assert plot.grab().toImage() != colored
    # Before the first decoded samples the points stay.
    plot.show_tiles(True)
    assert frame.tiles is None
    plot.grab()
    assert len(plot._rows) == len(frame.rows)
    pages.switch.buttons["samples"].click()
    assert pages.regions.isHidden()


def test_beta_is_set_at_the_left_and_both_parts_of_the_loss_are_curves(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(preset_named("digits_through_two_numbers"))
    beta, loss = window.panels.side.inputs.beta, window.results.curves
    assert beta.isVisible()
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(loss.canvas.curves[0]) > 2, timeout=PATIENCE_MS)
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    assert loss.quantity == "spread"
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    _, spread, samples = (curve[-1] for curve in loss.canvas.curves)
    assert spread > 0.0
    assert spread + samples == pytest.approx(snapshot.history.test_loss[len(loss.canvas.curves[0]) - 1])
    QTest.keyClick(beta.track, Qt.Key.Key_Home)
    assert [layer.beta for layer in window.document.experiment.layers if isinstance(layer, Sampling)] == [0.0]
    QTest.keyClick(beta.track, Qt.Key.Key_End)
    assert [layer.beta for layer in window.document.experiment.layers if isinstance(layer, Sampling)] == [1.0]
    window.document.undo_stack.undo()
    assert beta.value == pytest.approx(0.0008)
    window.document.change("Digits", DIGITS)
    qtbot.waitUntil(lambda: loss.quantity == "loss", timeout=PATIENCE_MS)


def test_larger_codes_have_boxes_for_their_axes(qtbot: QtBot) -> None:
    narrow = DIGITS.replace(layers=(*DIGITS.layers[:1], Dense(3, "tanh")))
    pages, _ = shown(qtbot, with_chosen_task(narrow, Reconstruction()), "plane")
    across, up = pages.axes
    assert [across.itemText(place) for place in range(across.count())] == ["PCA", "z1", "z2", "z3"]
    assert not across.isHidden()
    across.setCurrentIndex(3)
    across.activated.emit(3)
    assert (up.currentText(), pages.plane.picture and pages.plane.picture.axes) == ("z1", (2, 0))
    up.setCurrentIndex(0)
    up.activated.emit(0)
    assert (across.currentText(), pages.plane.picture and pages.plane.picture.axes) == ("PCA", None)


def test_hidden_pages_ask_for_nothing(qtbot: QtBot) -> None:
    pages, _ = shown(qtbot, with_chosen_task(DIGITS, Reconstruction()))
    with qtbot.waitSignal(pages.parts_requested) as asked:
        pages.show_on(False)
    assert asked.args == [{ReconstructionsPart.kind: None, LatentPart.kind: None}]
