"""What the palette offers, it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.data.datasets import DATASETS
from core.experiment.presets import preset_files
from core.experiment.templates import templates_for
from core.nn import ACTIVATIONS
from core.optim import OPTIMIZERS
from playground.model.preferences import Preferences
from playground.views.canvas.card_menu import InterventionMenu
from playground.views.dialogs.command_palette import CommandPalette
from playground.views.training_bar.field_choices import loss_choices
from playground.views.widgets.layer_drag import palette_layers
from playground.window.main_window import MainWindow
from tests.playground.driving import press
from tests.playground.views.dialogs.command_palette.opened_palette import (
    CTRL,
    names,
    open_palette,
    palette_of,
)


def test_everything_is_listed(window: MainWindow) -> None:
    window.document.select(0)
    palette = open_palette(window)
    listed = set(names(palette.shown))
    wanted = {f"Add {layer.title}" for layer in palette_layers()}
    wanted |= {f"Use {kind.title}" for kind in DATASETS}
    wanted |= {f"Optimizer {kind.title}" for kind in OPTIMIZERS}
    wanted |= {f"Activation {kind.title}" for kind in ACTIVATIONS}
    wanted |= {f"Use loss {title}" for _, title in loss_choices(window.document.experiment)}
    wanted |= {f"Use template {t.title}" for t in templates_for(window.document.experiment)}
    assert wanted <= listed
    assert sum(name.startswith("Open preset") for name in listed) == len(preset_files())
    actions = [row.name for row in window.table if not row.submenu]
    assert len(palette.shown) >= len(wanted) + len(preset_files()) + len(actions)
    play = next(command for command in palette.shown if command.text == "Play")
    assert play.keys == "Space"
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)


def test_a_tab_of_the_results_is_opened_with_its_dock(window: MainWindow) -> None:
    window.panels.results_dock.hide()
    palette = open_palette(window, "weights tab")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    tabs = window.results.tabs
    assert tabs.tabText(tabs.currentIndex()) == "Weights"
    assert window.panels.results_dock.isVisible()


def test_a_neuron_is_muted_by_keys_alone(window: MainWindow) -> None:
    palette = open_palette(window, "mute")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    (menu,) = window.findChildren(InterventionMenu)
    QTest.keyClick(menu, Qt.Key.Key_M)
    (held,) = window.document.experiment.interventions
    assert (held.kind, held.layer, held.unit) == ("mute", 0, 0)


def test_what_was_chosen_lately_stands_above_all_others(window: MainWindow, tmp_path: Path) -> None:
    def headings(palette: CommandPalette) -> list[str]:
        model = palette.list.model()
        indices = [model.index(row, 0) for row in range(model.rowCount())]
        return [str(index.data()) for index in indices if index.flags() == Qt.ItemFlag.NoItemFlags]

    palette = open_palette(window)
    assert headings(palette) == []
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    for words in ("zoom out", "add dense", "zoom in", "zoom out"):
        QTest.keyClick(open_palette(window, words).field, Qt.Key.Key_Return)
    palette = open_palette(window)
    assert headings(palette) == ["Recent", "All commands"]
    assert names(palette.shown)[:3] == ["Zoom out", "Zoom in", "Add Dense"]
    assert names(palette.shown).count("Zoom out") == 1
    assert palette.current is palette.shown[0]
    for _ in range(3):
        QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.current is palette.shown[3], "a heading is passed"
    QTest.keyClicks(palette.field, "night")
    assert headings(palette) == ["Best match", "Recent"]
    assert names(palette.shown) == ["Light or dark", "Zoom out", "Zoom in", "Add Dense"]
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    kept = Preferences(tmp_path / "preferences.json")
    assert kept.recent_commands == ("zoom_out", "zoom_in", "add_dense")


def test_a_layer_is_added(window: MainWindow) -> None:
    before = window.document.experiment.layers
    palette = open_palette(window, "add dense")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    after = window.document.experiment.layers
    assert after[:-1] == before
    assert after[-1].kind == "dense"
    press(window, Qt.Key.Key_Z, CTRL)
    assert window.document.experiment.layers == before


def test_a_dataset_an_optimizer_an_activation_and_a_loss_are_chosen(window: MainWindow) -> None:
    window.document.select(0)
    for text in ("use moons", "optimizer rmsprop", "activation relu", "loss mean sq"):
        palette = open_palette(window, text)
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
    experiment = window.document.experiment
    assert experiment.dataset.kind == "moons"
    assert experiment.training.optimizer.kind == "rmsprop"
    assert experiment.training.loss.kind == "mean_squared_error"
    assert experiment.layers[0].activation.kind == "relu"  # type: ignore[attr-defined]


def test_a_preset_is_opened(window: MainWindow) -> None:
    palette = open_palette(window, "preset moons")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.document.experiment.name == "Moons"
    assert window.document.undo_stack.isClean()


def test_activations_are_those_of_a_selected_layer(window: MainWindow) -> None:
    window.document.select(None)
    palette = open_palette(window)
    assert not any(name.startswith("Activation") for name in names(palette.shown))
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)


def test_the_fields_of_the_bar_are_entered(window: MainWindow) -> None:
    palette = open_palette(window, "batch")
    assert "Batch size…" in names(palette.shown)
    palette.field.clear()
    QTest.keyClicks(palette.field, "learning rate")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    rate = window.training_bar.fields.learning_rate.lineEdit()
    assert rate is not None
    assert rate.hasFocus()
    assert rate.selectedText() == rate.text()
    open_palette(window, "loss")
    QTest.keyClick(palette_of(window).field, Qt.Key.Key_Return)
    assert window.training_bar.fields.loss.view().isVisible()
    QTest.keyClick(window.training_bar.fields.loss.view(), Qt.Key.Key_Escape)


def test_a_hidden_field_is_not_listed(window: MainWindow) -> None:
    window.preferences.hidden_controls = ("optimizer",)
    listed = names(open_palette(window).shown)
    assert "Optimizer…" not in listed
    assert "Learning rate…" in listed
    QTest.keyClick(palette_of(window).field, Qt.Key.Key_Escape)


def test_the_list_of_a_disabled_field_is_not_opened(window: MainWindow) -> None:
    field = window.training_bar.fields.optimizer
    field.setEnabled(False)
    palette = open_palette(window, "optimizer")
    for _ in range(names(palette.shown).index("Optimizer…")):
        QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert not field.view().isVisible()
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)


@pytest.mark.parametrize("end", ["setEnabled", "setVisible"])
def test_a_field_that_is_disabled_or_hidden_since_the_palette_opened_stays_closed(
    end: str, window: MainWindow
) -> None:
    field = window.training_bar.fields.optimizer
    palette = open_palette(window, "optimizer")
    command = next(command for command in palette.shown if command.text == "Optimizer…")
    getattr(field, end)(False)
    palette.close()
    command.run()
    assert not field.view().isVisible()
