"""The new kinds in the window, by keys and mouse: run by `tests/test_adding_kinds.py` in a copy with their modules.

Not collected here, where these kinds do not exist.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS, Digits
from core.experiment.experiment import Experiment
from core.experiment.project_file import load_project, save_project
from core.experiment.stack_problems import with_task
from core.formats import EXPORTERS, Npz
from core.inspect.neuron import NeuronPart
from core.nn import ACTIVATIONS, LAYERS, Conv2D, Dense, Flatten
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS
from core.optim.schedules import SCHEDULES
from core.spec import Spec
from core.train.tasks import TASKS
from core.train.training_config import TrainingConfig
from playground.plugins.export.dialog import ExportDialog
from playground.training.state import TrainingState
from playground.views.canvas.layer_palette import PaletteCard
from playground.views.dialogs.command_palette import CommandPalette
from playground.views.theme.theme import ThemeSource
from playground.views.training_bar.settings_popup import SettingsPopup
from playground.views.widgets import ChoiceCombo
from playground.views.widgets.settings_form import SettingsForm
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.core.runs.made_runs import summary
from tests.playground.driving import click, press

PATIENCE_MS = 60_000
CTRL = Qt.KeyboardModifier.ControlModifier
NEW: tuple[Spec, ...] = (
    LAYERS.make("up_sampling2d"),
    ACTIVATIONS.make("hard_sigmoid"),
    DATASETS.make("checkerboard"),
    OPTIMIZERS.make("amsgrad"),
    LOSSES.make("log_cosh"),
    SCHEDULES.make("polynomial_decay"),
    EXPORTERS.make("csv"),
    TASKS.make("denoising"),
)
Make = Callable[..., MainWindow]


def points() -> Experiment:
    """The new kinds for points: dataset, activation, loss, optimizer and schedule."""
    _, activation, dataset, optimizer, loss, schedule, *_ = NEW
    return Experiment(
        dataset=dataset.replace(samples=60),
        layers=(Dense(4, activation),),
        training=TrainingConfig(loss=loss, optimizer=optimizer, schedule=schedule),
    )


def images() -> Experiment:
    """The new layer between a convolution and a Flatten."""
    layers = (Conv2D(2, 3), NEW[0], Flatten(), Dense(4, NEW[1]))
    return Experiment(
        dataset=Digits(), layers=layers, training=TrainingConfig(loss=LOSSES.make("cross_entropy"))
    )


def made() -> Experiment:
    """The new task, which makes its batches, on the new points."""
    return with_task(points(), NEW[-1])


def trained(window: MainWindow, qtbot: QtBot) -> MainWindow:
    window.actions_by_name["step_epoch"].trigger()
    qtbot.waitUntil(
        lambda: window.snapshot_router.snapshot is not None and window.snapshot_router.snapshot.epoch == 1
    )
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED)
    return window


@pytest.mark.parametrize("spec", NEW, ids=lambda spec: spec.kind)
def test_a_form_has_a_row_for_each_setting_and_changes_it(qtbot: QtBot, spec: Spec) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    form = SettingsForm(ThemeSource(mode="light", parent=host), host)
    form.show_spec(spec)
    host.show()
    assert [row.setting.name for row in form.rows()] == [item.name for item in spec.settings()]
    for item in spec.settings()[:1]:
        before = form.spec
        QTest.keyClick(form.row(item.name).control, Qt.Key.Key_Up)
        if form.spec == before:  # it was the last item of a list, or the maximum
            QTest.keyClick(form.row(item.name).control, Qt.Key.Key_Down)
        assert form.spec != before, item.name


@pytest.mark.parametrize("make_experiment", [points, images, made])
def test_json_and_projects_keep_them(make_experiment: Callable[[], Experiment], tmp_path: Path) -> None:
    experiment = make_experiment()
    text = json.dumps(experiment.to_json())
    assert Experiment.from_json(json.loads(text)) == experiment
    save_project(tmp_path / "a.nnplay", experiment, None)
    assert load_project(tmp_path / "a.nnplay") == (experiment, None)
    assert LAYERS.parse("up_sampling2d 3, dense 4 hard_sigmoid")[0] == NEW[0].replace(size=3)


def test_the_layer_has_a_card_on_the_palette_and_undo_takes_it_back(make: Make, qtbot: QtBot) -> None:
    window = make(images().replace(layers=(Conv2D(2, 3), Flatten())))
    before = window.document.experiment
    (card,) = [card for card in window.findChildren(PaletteCard) if card.layer.kind == "up_sampling2d"]
    assert card.accessibleName() == "UpSampling2D: larger images"
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert window.document.experiment.layers[-1] == NEW[0]
    press(window, Qt.Key.Key_Z, CTRL)
    assert window.document.experiment == before
    press(window, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert window.document.experiment.layers[-1] == NEW[0]


def test_the_form_of_the_selected_layer_changes_it_and_undo_takes_it_back(make: Make, qtbot: QtBot) -> None:
    window = make(images())
    window.document.select(1)
    form = window.side.layer.form
    QTest.keyClick(form.row("size").control, Qt.Key.Key_Up)
    assert window.document.experiment.layers[1] == NEW[0].replace(size=3)
    assert window.document.undo_stack.undoText() == "Change Size of UpSampling2D"
    window.document.undo_stack.undo()
    assert window.document.experiment == images()


@pytest.mark.parametrize(
    ("typed", "changed"),
    [
        ("add upsampling", lambda e: e.layers[-1].kind == "up_sampling2d"),
        ("use checkerboard", lambda e: e.dataset.kind == "checkerboard"),
        ("optimizer amsgrad", lambda e: e.training.optimizer.kind == "amsgrad"),
        ("use loss log-cosh", lambda e: e.training.loss.kind == "log_cosh"),
        ("all activations hard sigmoid", lambda e: e.layers[0].activation.kind == "hard_sigmoid"),
    ],
)
def test_the_command_palette_uses_them_and_undo_takes_it_back(
    make: Make, typed: str, changed: Callable[[Any], bool]
) -> None:
    window = make(Experiment(layers=(Dense(3, "tanh"),)))
    before = window.document.experiment
    press(window, Qt.Key.Key_K, CTRL)
    (palette,) = [found for found in window.findChildren(CommandPalette) if found.isVisible()]
    QTest.keyClicks(palette.field, typed)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert changed(window.document.experiment), window.document.experiment
    window.document.undo_stack.undo()
    assert window.document.experiment == before


def test_the_fields_of_the_bar_and_the_gallery_offer_them(make: Make) -> None:
    window = make(Experiment(layers=(Dense(3, "tanh"),)))
    for combo, title in (
        (window.training_bar.fields.optimizer, "AMSGrad"),
        (window.training_bar.fields.loss, "Log-cosh"),
    ):
        pick(combo, title)
    click(window.training_bar.fields.more("learning_rate"))
    (popup,) = [found for found in window.findChildren(SettingsPopup) if found.isVisible()]
    schedule = popup.form.row("schedule").control
    assert isinstance(schedule, ChoiceCombo)
    pick(schedule, "Polynomial")
    popup.close()
    window.side.data.gallery.offer(DATASETS.make("checkerboard"))
    QTest.mouseClick(window.side.data.gallery.tile("checkerboard"), Qt.MouseButton.LeftButton)
    experiment = window.document.experiment
    kinds = (
        experiment.training.optimizer,
        experiment.training.loss,
        experiment.training.schedule,
        experiment.dataset,
    )
    assert {spec.kind for spec in kinds} == {"amsgrad", "log_cosh", "polynomial_decay", "checkerboard"}


def pick(combo: ChoiceCombo, title: str) -> None:
    """Choose by arrow keys."""
    combo.setFocus()
    index = combo.findText(title)
    assert index >= 0, f"{title} is not offered"
    QTest.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(index):
        QTest.keyClick(combo, Qt.Key.Key_Down)
    assert combo.currentText() == title


def test_they_train_and_the_microscope_follows_their_numbers(make: Make, qtbot: QtBot) -> None:
    window = trained(make(points()), qtbot)
    window.plugins["microscope"].view.inspect(0, 1)
    window.actions_by_name["microscope"].trigger()
    steps = window.plugins["microscope"].view.steps
    qtbot.waitUntil(lambda: "min(max(" in steps["activation"].text(), timeout=PATIENCE_MS)
    assert "log-cosh" in steps["loss"].text()
    assert "1/6 if 0 &lt; <i>a</i> &lt; 1, else 0" in steps["gradient"].text()
    assert "AMSGrad at a learning rate of " in steps["update"].text()


def test_a_task_is_switched_to_trained_and_taken_back(make: Make, qtbot: QtBot) -> None:
    window = make(points())
    before = window.document.experiment
    window.document.change("Denoise", with_task(before, NEW[-1]))
    trained(window, qtbot)
    snapshot = window.snapshot_router.snapshot
    assert snapshot.experiment.task == NEW[-1]
    assert 0.0 < snapshot.figures.test.loss < 10.0
    assert window.document.experiment.output_layer().units == 2
    press(window, Qt.Key.Key_Z, CTRL)
    assert window.document.experiment == before
    press(window, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert window.document.experiment.task == NEW[-1]
    trained(window, qtbot)


def test_the_microscope_shows_a_layer_without_a_formula(make: Make, qtbot: QtBot) -> None:
    window = trained(make(images()), qtbot)
    window.document.select(1)
    window.actions_by_name["microscope"].trigger()
    steps = window.plugins["microscope"].view.steps
    qtbot.waitUntil(lambda: "UpSampling2D has no formula yet." in steps["sum"].text(), timeout=PATIENCE_MS)
    seen = window.snapshot_router.snapshot and window.snapshot_router.snapshot.part(NeuronPart)
    assert seen is not None
    assert seen.map.outputs.shape == (12, 12)
    np.testing.assert_array_equal(seen.map.outputs, np.kron(seen.map.inputs[:, :, 0], np.ones((2, 2))))


def test_a_new_tab_of_the_results_stands_where_it_says(make: Make, qtbot: QtBot) -> None:
    window = trained(make(points()), qtbot)
    results = window.results
    tabs = results.tabs
    titles = [tabs.tabText(index) for index in range(tabs.count()) if tabs.isTabVisible(index)]
    assert titles == ["Curves", "Confusion", "Steps", "Doctor"]
    results.tabs.setFocus()
    for _ in range(2):
        QTest.keyClick(results.tabs, Qt.Key.Key_Right)
    page, snapshot = results.pages.currentWidget(), window.snapshot_router.snapshot
    assert isinstance(page, QLabel)
    assert snapshot is not None
    assert page.text() == f"{snapshot.steps_per_epoch} steps"
    assert results.first_tile.accessibleName() == "Epochs: 1"


def test_a_new_part_of_snapshots_comes_to_those_who_ask_for_it(make: Make, qtbot: QtBot) -> None:
    window = trained(make(points()), qtbot)
    router = window.snapshot_router
    assert "weight_norms" not in router.snapshot.parts
    window.session.inspection.show_parts("checks", {"weight_norms": True})
    qtbot.waitUntil(lambda: "weight_norms" in router.snapshot.parts, timeout=PATIENCE_MS)
    norms = router.snapshot.parts["weight_norms"]
    first = router.snapshot.layers[0]
    weights = np.concatenate([first.kernel.ravel(), first.bias])
    assert norms[0] == pytest.approx(np.linalg.norm(weights), rel=1e-5)
    window.session.inspection.show_parts("checks", {})
    qtbot.waitUntil(lambda: "weight_norms" not in router.snapshot.parts, timeout=PATIENCE_MS)


def test_a_new_page_has_its_key_and_says_what_the_bar_drives(make: Make) -> None:
    window = make(points())
    assert list(window.menu_area.pages.buttons)[-2:] == ["compare", "counting"]
    press(window, Qt.Key.Key_8, CTRL)
    assert window.pages.current == "counting"
    assert not window.training_bar.fields.isEnabled()
    press(window, Qt.Key.Key_Space)
    press(window, Qt.Key.Key_Space)
    assert window.status.state.text() == "Counted to 2"
    (back,) = [each for each in window.pages.front.findChildren(QPushButton) if each.text() == "Build"]
    click(back)
    assert window.pages.current == "build"
    assert window.training_bar.fields.isEnabled()
    assert window.session.state is TrainingState.IDLE


def test_a_new_dock_shows_the_run_and_is_kept_in_the_layout(
    make: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(MainWindow, "show_message", lambda _, sentence: told.append(sentence))
    window = make(points())
    panels, dock = window.panels, window.panels.docks[4]
    assert [each.objectName() for each in panels.docks[3:]] == ["draw", "clock", "timeline"]
    assert panels.host.tabifiedDockWidgets(dock) == [panels.results_dock]
    # A layout that was stored before there was this dock.
    panels.host.removeDockWidget(dock)
    state = panels.host.saveState(2)
    assert panels.host.restoreState(state, 2)
    panels.put_missing(state.data())
    assert panels.host.tabifiedDockWidgets(dock) == [panels.results_dock]
    (menu,) = [menu for menu in window.findChildren(QMenu) if menu.title() == "&Panels"]
    assert dock.toggleViewAction() in menu.actions()
    dock.raise_()
    trained(window, qtbot)
    clock = dock.widget()
    assert isinstance(clock, QPushButton)
    qtbot.waitUntil(lambda: clock.text() == "1" and clock.isVisible(), timeout=PATIENCE_MS)
    click(clock)
    assert told[-1] == "It is epoch 1"
    window.document.change("Fewer", points().replace(layers=(Dense(2, NEW[1]),)))
    assert clock.toolTip() == "Changed"
    # It has nothing to show of values.
    window.document.change("Use Plane", with_dataset(points(), DATASETS.make("plane")))
    qtbot.waitUntil(lambda: dock.isHidden() and not dock.toggleViewAction().isVisible(), timeout=PATIENCE_MS)
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: not dock.isHidden() and dock.toggleViewAction().isVisible(), timeout=PATIENCE_MS)


def test_ctrl_e_still_means_the_first_format(make: Make) -> None:
    dialog = export_dialog(make(points()))
    assert dialog.exporter == Npz()
    assert set(EXPORTERS.names()) < set(dialog.formats.kinds)


def export_dialog(window: MainWindow) -> ExportDialog:
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    press(window, Qt.Key.Key_E, CTRL)
    return [found for found in window.findChildren(ExportDialog) if found.isVisible()][-1]


def test_a_new_view_of_runs_has_a_segment_and_shows_a_set(make: Make, qtbot: QtBot) -> None:
    window = make(points())
    press(window, Qt.Key.Key_2, CTRL)
    board = window.plugins["runs"].page.board.board
    assert list(board.view.buttons)[-1] == "epochs"
    board.show_runs({number: summary(number, epochs=10.0) for number in (1, 2)})
    click(board.view.buttons["epochs"])
    said = [label.text() for label in board.views["epochs"].findChildren(QLabel)]
    assert "20 epochs" in said
