"""The command palette: matching, and running commands by keys and mouse in the window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.experiment.presets import preset_files
from core.experiment.templates import templates_for
from core.nn import ACTIVATIONS
from core.optim import OPTIMIZERS
from playground.views.dialogs.command_palette import Command, CommandPalette, best_matches, match
from playground.views.theme.theme import ThemeSource
from playground.views.training_bar.field_choices import loss_choices
from playground.views.widgets.layer_drag import palette_layers
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press

CTRL = Qt.KeyboardModifier.ControlModifier
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def names(commands: list[Command]) -> list[str]:
    return [command.text for command in commands]


def rows(*texts: str) -> list[Command]:
    return [Command(text, "", "", lambda: None) for text in texts]


def palette_of(window: QWidget) -> CommandPalette:
    found = [palette for palette in window.findChildren(CommandPalette) if palette.isVisible()]
    assert len(found) == 1
    return found[0]


def open_palette(window: MainWindow, text: str = "") -> CommandPalette:
    press(window, Qt.Key.Key_K, CTRL)
    palette = palette_of(window)
    assert palette.field.hasFocus()
    QTest.keyClicks(palette.field, text)
    return palette


# --- finding ------------------------------------------------------------------------------------------------------


def test_letters_are_found_in_their_order_only() -> None:
    found = match("adn", "Add Dense")
    assert found is not None
    assert found.places == (0, 4, 6)
    assert match("nda", "Add Dense") is None
    assert match("denses", "Add Dense") is None
    everything = match("", "Add Dense")
    assert everything is not None
    assert everything.places == ()


def test_the_best_of_several_ways_is_taken() -> None:
    # Initials rank before adjacent letters, these before scattered ones.
    initials, word = match("ad", "Add Dense"), match("ens", "Seen Dense")
    assert initials is not None
    assert initials.places == (0, 4)
    assert word is not None
    assert word.places == (6, 7, 8)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("add de", "Add Dense"),
        ("moons", "Use Moons"),
        ("adam", "Optimizer Adam"),
        ("sb", "Step one batch"),
        ("loss", "Loss…"),
    ],
)
def test_the_likeliest_comes_first(query: str, first: str) -> None:
    commands = rows(
        "Add Dropout",
        "Use Moons",
        "Optimizer Nadam",
        "Optimizer Adam",
        "Step one batch",
        "Add Dense",
        "Subtle",
        "Use loss Mean squared error",
        "Loss…",
    )
    assert best_matches(query, commands)[0][0].text == first


def test_a_hint_is_searched_by_words_and_comes_after_names() -> None:
    named, hinted = (
        Command("Sheet", "", "", print),
        Command("Shortcuts", "See every sheet of keys", "", print),
    )
    assert [pair[0] for pair in best_matches("sheet", [hinted, named])] == [named, hinted]
    assert best_matches("heet", [hinted]) == []


# --- the card -----------------------------------------------------------------------------------------------------


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def palette(qtbot: QtBot, ran: list[str]) -> Iterator[CommandPalette]:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    commands = [Command(text, "", "", lambda text=text: ran.append(text)) for text in ("One", "Two", "Three")]
    commands.insert(1, Command("Never", "Not now", "", lambda: ran.append("Never"), "", enabled=False))
    made = CommandPalette(commands, ThemeSource(mode="light", parent=window), window)
    made.open()
    yield made
    window.close()


def test_arrows_go_round_and_enter_runs(palette: CommandPalette, ran: list[str]) -> None:
    assert palette.current is not None
    assert palette.current.text == "One"
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.current.text == "Three"
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_PageDown)
    QTest.keyClick(palette.field, Qt.Key.Key_PageUp)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == ["Two"]
    assert not palette.isVisible()


def test_what_cannot_be_done_is_listed_but_not_run(palette: CommandPalette, ran: list[str]) -> None:
    QTest.keyClicks(palette.field, "never")
    assert names(palette.shown) == ["Never"]
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == []
    assert palette.isVisible()


def test_escape_closes_and_runs_nothing(palette: CommandPalette, ran: list[str]) -> None:
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert ran == []


def test_a_click_runs(palette: CommandPalette, ran: list[str]) -> None:
    at = palette.list.visualRect(palette.list.model().index(3, 0)).center()
    click(palette.list.viewport(), at)
    assert ran == ["Three"]


def test_nothing_found_says_so(palette: CommandPalette, ran: list[str]) -> None:
    QTest.keyClicks(palette.field, "xyz")
    assert palette.nothing.isVisible()
    assert not palette.list.isVisible()
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert ran == []
    palette.field.clear()
    assert palette.list.isVisible()


def test_it_can_be_read_aloud(palette: CommandPalette) -> None:
    assert palette.accessibleName() == "Commands"
    assert palette.field.accessibleName()
    model = palette.list.model()
    spoken = model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Never, Not now"


# --- in the window ------------------------------------------------------------------------------------------------


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


def test_space_is_typed_and_trains_nothing(window: MainWindow) -> None:
    palette = open_palette(window, "add de")
    assert palette.field.text() == "add de"
    assert window.session.state.value == "idle"
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)


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
