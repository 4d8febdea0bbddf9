"""The network canvas, by real mouse and key events."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.experiment.problems import find_problems
from core.nn import LAYERS, Activation, Dense, Dropout, Flatten, Layer, Residual
from core.nn.interventions import Intervention
from core.train.training_config import TrainingConfig
from playground.model.document import OUTPUT, Document
from playground.views.canvas.card_menu import CardMenu
from playground.views.canvas.card_text import layer_summary, layer_words, short_title
from playground.views.canvas.cards import CARD_HEIGHT_PX, HALO_PX, LayerCard
from playground.views.canvas.column_layout import arrange, content_width, gap_at, gap_center
from playground.views.canvas.elided_text import scaler
from playground.views.canvas.hit_items import Link, Neuron
from playground.views.canvas.intervention_menu import InterventionMenu
from playground.views.canvas.layer_clipboard import MIME_TYPE
from playground.views.canvas.layer_palette import LayerPalette
from playground.views.canvas.network_canvas import NetworkCanvas
from playground.views.theme.theme import ThemeSource, font
from tests.playground.fakes import fake_snapshot, points_experiment
from tests.playground.wheel import NOTCH, turn_wheel

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

STACK = (Dense(6, "tanh"), Dense(5, "relu"), Dropout(0.2))


@dataclass
class Bench:
    """A window with a canvas and the palette below it, connected as in the main window."""

    window: QWidget
    document: Document
    themes: ThemeSource
    canvas: NetworkCanvas
    palette: LayerPalette

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.document.experiment.layers

    def card(self, index: int) -> LayerCard:
        return self.canvas.cards[index + 1]

    def in_gap(self, gap: int) -> QPoint:
        """A global position in the gap before layer `gap`."""
        scene = self.canvas.scene
        return scene.mapToGlobal(QPoint(round(gap_center(scene.columns, gap)), 300))


def bench(qtbot: QtBot, experiment: Experiment | None = None, width: int = 865) -> Bench:
    window = QWidget()
    document = Document(experiment or Experiment(layers=STACK), window)
    themes = ThemeSource(parent=window)
    canvas, palette = NetworkCanvas(document, themes, window), LayerPalette(themes, window)
    palette.drag_started.connect(canvas.begin_drop)
    palette.drag_moved.connect(canvas.hover_drop)
    palette.drag_dropped.connect(canvas.drop)
    palette.drag_cancelled.connect(canvas.cancel_drop)
    palette.append_requested.connect(canvas.editor.append)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(canvas, 1)
    column.addWidget(palette)
    qtbot.addWidget(window)
    window.resize(width, 640)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return Bench(window, document, themes, canvas, palette)


def mnist(*layers: Layer) -> Experiment:
    kind = next(kind for kind in DATASETS if "mnist" in kind.kind)
    return Experiment(dataset=kind(), layers=layers, training=TrainingConfig(loss="cross_entropy"))


def press_and_move(widget: QWidget, to: QPoint) -> None:
    """Press in the upper middle of the widget and move in several steps to a global position."""
    start, end = QPoint(widget.width() // 2, 14), widget.mapFromGlobal(to)
    QTest.mousePress(widget, LEFT, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(widget, start + (end - start) * step / 5)


def release(widget: QWidget, at: QPoint) -> None:
    QTest.mouseRelease(widget, LEFT, pos=widget.mapFromGlobal(at))


def drag(widget: QWidget, to: QPoint) -> None:
    press_and_move(widget, to)
    release(widget, to)


def palette_card(at: Bench, kind: type[Layer]) -> QWidget:
    return next(card for card in at.palette.cards if isinstance(card.layer, kind))


def kinds(at: Bench) -> list[str]:
    return [layer.kind for layer in at.layers]


def pictures(at: Bench) -> list[QLabel]:
    """The floating cards of drags."""
    own = Qt.FindChildOption.FindDirectChildrenOnly
    return [label for label in at.window.findChildren(QLabel, options=own) if label.isVisible()]


# Columns


@pytest.mark.parametrize("width", [700, 865, 1100, 1345])
def test_columns_fill_the_width_with_equal_gaps(width: int) -> None:
    columns = arrange(Experiment(layers=STACK), width)
    assert [column.index for column in columns] == [-1, 0, 1, 2, 3]
    assert columns[0].left == 16
    assert content_width(columns) == pytest.approx(width, abs=1)
    gaps = [b.left - a.right for a, b in itertools.pairwise(columns)]
    assert max(gaps) - min(gaps) <= 1


def test_columns_keep_a_smallest_width() -> None:
    columns = arrange(Experiment(layers=(Dense(4),) * 12), 400)
    assert content_width(columns) > 400
    assert all(column.width >= 88 for column in columns)


def test_columns_of_an_image_name_the_input_and_give_the_output_room() -> None:
    columns = arrange(mnist(Flatten(), Dense(8)), 865)
    assert [column.title for column in columns] == ["Input", "Flatten", "Dense", "Output"]
    assert columns[-1].width > columns[2].width > columns[1].width


def test_every_gap_is_found_at_its_middle() -> None:
    columns = arrange(Experiment(layers=STACK), 865)
    assert [gap_at(columns, gap_center(columns, gap)) for gap in range(4)] == [0, 1, 2, 3]
    assert gap_at(columns, -50) == 0
    assert gap_at(columns, 5000) == 3


# Texts of cards


@pytest.mark.parametrize(
    ("layer", "summary", "words"),
    [
        (Dense(6, "tanh"), "6 · tanh", "Dense, 6 units, tanh"),
        (Dense(1, "relu"), "1 · ReLU", "Dense, 1 unit, ReLU"),
        (Dropout(0.25), "25 %", "Dropout, 25 %"),
        (Activation("sigmoid"), "sigmoid", "Activation, sigmoid"),
        (Flatten(), "to vector", "Flatten, to vector"),
        (Residual(layers=(Dense(8), Flatten())), "Dense 8 · Flatten", "Residual, Dense 8 · Flatten"),
    ],
)
def test_a_layer_in_a_line(layer: Layer, summary: str, words: str) -> None:
    assert layer_summary(layer) == summary
    assert layer_words(layer) == words


def test_cards_have_names_for_screen_readers(qtbot: QtBot) -> None:
    at = bench(qtbot)
    assert [card.accessibleName() for card in at.canvas.cards] == [
        "Features: x₁ x₂",
        "Layer 1 of 4: Dense, 6 units, tanh",
        "Layer 2 of 4: Dense, 5 units, ReLU",
        "Layer 3 of 4: Dropout, 20 %",
        "Layer 4 of 4: Output, 1 unit, sigmoid",
    ]
    assert "18 parameters" in at.card(0).toolTip()  # 2 inputs times 6 units and 6 biases
    assert at.card(3).summary == "1 · sigmoid"


def test_an_image_is_described_by_its_size(qtbot: QtBot) -> None:
    at = bench(qtbot, mnist(Flatten()))
    assert (at.card(-1).title, at.card(-1).summary) == ("Input", "28 × 28 × 1")
    assert at.card(1).summary == "10 · softmax"


@pytest.mark.parametrize(("room", "shown"), [(200.0, "GlobalAvgPool"), (78.0, "GlobalAvg")])
def test_a_long_title_is_shortened_and_not_cut(room: float, shown: str) -> None:
    layer = LAYERS.get("global_average_pooling2d")()
    text, face = scaler((layer.title, short_title(layer)), font("normal", bold=True), room)
    assert text == shown
    assert QFontMetricsF(face).horizontalAdvance(text) <= room


def test_a_text_is_made_smaller_before_it_is_cut() -> None:
    small = font("small")
    text = "16 @ 3×3 · ReLU"
    width = QFontMetricsF(small).horizontalAdvance(text)
    assert scaler((text,), small, width + 1)[1].pixelSize() == small.pixelSize()
    less, face = scaler((text,), small, width - 2)
    assert less == text
    assert face.pixelSize() < small.pixelSize()
    assert scaler((text,), small, width / 2)[0].endswith("…")


# Drags from the palette


@pytest.mark.parametrize("gap", [0, 1, 2, 3])
def test_a_layer_from_the_palette_lands_where_the_bar_stands(qtbot: QtBot, gap: int) -> None:
    at = bench(qtbot)
    card = palette_card(at, Flatten)
    press_and_move(card, at.in_gap(gap))
    assert at.canvas.drop_bar.isVisible()
    assert abs(at.canvas.drop_bar.geometry().center().x() - gap_center(at.canvas.scene.columns, gap)) <= 1
    assert len(pictures(at)) == 1
    release(card, at.in_gap(gap))
    assert [index for index, kind in enumerate(kinds(at)) if kind == "flatten"] == [gap]
    assert len(at.layers) == 4
    assert at.document.selected == gap
    assert not at.canvas.drop_bar.isVisible()
    assert pictures(at) == []


def test_a_dense_from_the_palette_bends(qtbot: QtBot) -> None:
    at = bench(qtbot, Experiment())
    assert at.canvas.scene.hint.isVisible()
    drag(palette_card(at, Dense), at.in_gap(0))
    assert at.layers == (Dense(units=4, activation="tanh"),)
    assert not at.canvas.scene.hint.isVisible()


def test_a_drop_beside_the_canvas_does_nothing(qtbot: QtBot) -> None:
    at = bench(qtbot)
    card = palette_card(at, Flatten)
    drag(card, card.mapToGlobal(QPoint(60, 20)))
    assert at.layers == STACK
    assert not at.canvas.drop_bar.isVisible()


def test_escape_cancels_a_drag(qtbot: QtBot) -> None:
    at = bench(qtbot)
    card = palette_card(at, Flatten)
    spy = QSignalSpy(at.palette.drag_cancelled)
    press_and_move(card, at.in_gap(1))
    QTest.keyClick(at.window, Qt.Key.Key_Escape)
    assert spy.count() == 1
    assert not at.canvas.drop_bar.isVisible()
    assert pictures(at) == []
    release(card, at.in_gap(1))
    assert at.layers == STACK


def test_keys_do_nothing_while_a_layer_is_in_the_air(qtbot: QtBot) -> None:
    at = bench(qtbot)
    press_and_move(at.card(0), at.in_gap(3))
    QTest.keyClick(at.card(0), Qt.Key.Key_Delete)
    assert at.layers == STACK
    release(at.card(0), at.in_gap(3))
    assert kinds(at) == ["dense", "dropout", "dense"]


# Drags of cards


@pytest.mark.parametrize(
    ("source", "gap", "units"),
    [
        (0, 2, [5, 6, None]),
        (0, 3, [5, None, 6]),
        (1, 0, [5, 6, None]),
        (2, 1, [6, None, 5]),
        (1, 2, [6, 5, None]),
    ],
)
def test_a_card_moves_along_the_stack(qtbot: QtBot, source: int, gap: int, units: list[int | None]) -> None:
    at = bench(qtbot)
    drag(at.card(source), at.in_gap(gap))
    assert [getattr(layer, "units", None) for layer in at.layers] == units


def test_a_move_is_one_undo_step_and_selects(qtbot: QtBot) -> None:
    at = bench(qtbot)
    drag(at.card(0), at.in_gap(3))
    assert at.document.selected == 2
    assert at.document.undo_stack.count() == 1
    at.document.undo_stack.undo()
    assert at.layers == STACK


def test_no_bar_where_the_card_would_stay(qtbot: QtBot) -> None:
    at = bench(qtbot)
    press_and_move(at.card(1), at.in_gap(2))
    assert not at.canvas.drop_bar.isVisible()
    release(at.card(1), at.in_gap(2))
    assert at.document.undo_stack.count() == 0


def test_a_card_dragged_off_the_canvas_is_removed(qtbot: QtBot) -> None:
    at = bench(qtbot)
    drag(at.card(1), at.palette.mapToGlobal(QPoint(300, 20)))
    assert kinds(at) == ["dense", "dropout"]
    assert len(at.canvas.cards) == 4


def test_the_picture_says_that_letting_go_removes(qtbot: QtBot) -> None:
    at = bench(qtbot)
    press_and_move(at.card(1), at.in_gap(0))
    (picture,) = pictures(at)
    over_canvas = picture.pixmap().toImage()
    off, back = at.palette.mapToGlobal(QPoint(300, 20)), at.in_gap(0)
    QTest.mouseMove(at.card(1), at.card(1).mapFromGlobal(off))
    assert picture.pixmap().toImage() != over_canvas
    QTest.mouseMove(at.card(1), at.card(1).mapFromGlobal(back))
    assert picture.pixmap().toImage() == over_canvas
    release(at.card(1), back)
    assert kinds(at) == ["dense", "dense", "dropout"]


def test_input_and_output_stay(qtbot: QtBot) -> None:
    at = bench(qtbot)
    for index in (-1, 3):
        drag(at.card(index), at.palette.mapToGlobal(QPoint(300, 20)))
        drag(at.card(index), at.in_gap(1))
        at.card(index).setFocus()
        QTest.keyClick(at.card(index), Qt.Key.Key_Delete)
    assert at.layers == STACK


def test_undo_under_a_drag_ends_it(qtbot: QtBot) -> None:
    at = bench(qtbot)
    press_and_move(at.card(2), at.in_gap(0))
    at.document.remove_layer(2)
    assert pictures(at) == []
    assert not at.canvas.drop_bar.isVisible()


def test_the_canvas_scrolls_under_a_drag_near_its_edge(qtbot: QtBot) -> None:
    at = bench(qtbot, Experiment(layers=(Dense(4),) * 12), width=500)
    scroll = at.canvas.horizontalScrollBar()
    assert scroll.maximum() > 0
    card = at.palette.cards[0]
    press_and_move(card, at.canvas.mapToGlobal(QPoint(490, 200)))
    qtbot.waitUntil(lambda: scroll.value() == scroll.maximum())
    release(card, at.canvas.mapToGlobal(QPoint(490, 200)))
    assert at.document.selected == 12


# Clicks


def test_a_click_selects(qtbot: QtBot) -> None:
    at = bench(qtbot)
    for index, selected in ((1, 1), (3, OUTPUT), (0, 0), (-1, None)):
        QTest.mouseClick(at.card(index), LEFT, pos=QPoint(30, 14))
        assert at.document.selected == selected
        assert at.card(index).selected == (selected is not None)
        assert sum(card.selected for card in at.canvas.cards) == (selected is not None)


def test_a_press_that_hardly_moves_is_a_click(qtbot: QtBot) -> None:
    at = bench(qtbot)
    QTest.mousePress(at.card(1), LEFT, pos=QPoint(40, 14))
    QTest.mouseMove(at.card(1), QPoint(42, 15))
    QTest.mouseRelease(at.card(1), LEFT, pos=QPoint(42, 15))
    assert at.document.selected == 1
    assert at.layers == STACK


def test_minus_and_plus_change_the_units_in_one_undo_step(qtbot: QtBot) -> None:
    at = bench(qtbot)
    card = at.card(0)
    for _ in range(3):
        QTest.mouseClick(card.plus, LEFT)
    assert at.layers[0] == Dense(9, "tanh")
    QTest.mouseClick(card.minus, LEFT)
    assert at.layers[0] == Dense(8, "tanh")
    assert card.summary == "8 · tanh"
    at.document.undo_stack.undo()
    assert at.layers == STACK


def test_one_unit_is_the_least(qtbot: QtBot) -> None:
    at = bench(qtbot, Experiment(layers=(Dense(2),)))
    QTest.mouseClick(at.card(0).minus, LEFT)
    assert not at.card(0).minus.isEnabled()
    QTest.keyClick(at.card(0), Qt.Key.Key_Minus)
    assert at.layers == (Dense(1),)


def test_only_layers_with_units_have_the_buttons(qtbot: QtBot) -> None:
    at = bench(qtbot)
    assert [card.plus.isVisible() for card in at.canvas.cards] == [False, True, True, False, False]
    assert all(card.more.isVisible() for card in at.canvas.cards)


# Keys


def test_keys_edit_the_card_that_has_the_focus(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.card(0).setFocus()
    QTest.keyClicks(at.card(0), "++-")
    assert at.layers[0] == Dense(7, "tanh")
    QTest.keyClick(at.card(0), Qt.Key.Key_D, CTRL)
    assert at.layers[:2] == (Dense(7, "tanh"), Dense(7, "tanh"))
    assert at.document.selected == 1
    assert at.card(1).hasFocus()
    QTest.keyClick(at.card(1), Qt.Key.Key_Right, CTRL | SHIFT)
    assert at.document.selected == 2
    assert at.card(2).hasFocus()
    QTest.keyClick(at.card(2), Qt.Key.Key_Left, CTRL | SHIFT)
    # The window's keys for the selected layer do the same for the card.
    for card, key in ((1, Qt.Key.Key_Right), (2, Qt.Key.Key_Left)):
        QTest.keyClick(at.card(card), key, Qt.KeyboardModifier.AltModifier)
        assert at.document.selected == 3 - card
    QTest.keyClick(at.card(1), Qt.Key.Key_Backspace)
    assert at.layers == (Dense(7, "tanh"), *STACK[1:])


def test_the_arrows_walk_from_the_input_to_the_output(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.card(-1).setFocus()
    seen = []
    for _ in range(5):
        QTest.keyClick(at.window.focusWidget(), Qt.Key.Key_Right)
        seen.append(at.document.selected)
    assert seen == [0, 1, 2, OUTPUT, OUTPUT]
    assert at.card(3).hasFocus()
    QTest.keyClick(at.card(3), Qt.Key.Key_Left)
    assert at.document.selected == 2


def test_tab_visits_the_cards_in_the_order_of_the_stack(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.document.insert_layer(1, Dense(2))
    at.card(-1).setFocus()
    for index in range(5):
        QTest.keyClick(at.window.focusWidget(), Qt.Key.Key_Tab)
        assert at.card(index).hasFocus()


def test_deleting_all_layers_leaves_the_focus_on_a_card(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.document.select(2)
    at.card(2).setFocus()
    for _ in range(3):
        QTest.keyClick(at.window.focusWidget(), Qt.Key.Key_Delete)
    assert at.layers == ()
    assert at.window.focusWidget() in at.canvas.cards
    assert at.canvas.scene.hint.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_F2])
def test_enter_asks_for_the_form(qtbot: QtBot, key: Qt.Key) -> None:
    at = bench(qtbot)
    spy = QSignalSpy(at.canvas.form_requested)
    at.card(1).setFocus()
    QTest.keyClick(at.card(1), key)
    assert spy.count() == 1
    assert at.document.selected == 1


# The menu


def opened_menu(at: Bench, index: int) -> CardMenu:
    menu = at.card(index).findChild(CardMenu)
    assert isinstance(menu, CardMenu)
    return menu


def choose(menu: QMenu, text: str) -> None:
    action = next(action for action in menu.actions() if action.text() == text)
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Duplicate", ["dense", "dense", "dense", "dropout"]),
        ("Move right", ["dense", "dropout", "dense"]),
        ("Remove", ["dense", "dropout"]),
    ],
)
def test_the_menu_edits_the_layer(qtbot: QtBot, text: str, expected: list[str]) -> None:
    at = bench(qtbot)
    QTest.mouseClick(at.card(1).more, LEFT)
    choose(opened_menu(at, 1), text)
    assert kinds(at) == expected


def test_the_menu_key_inserts_before(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.card(2).setFocus()
    QTest.keyClick(at.card(2), Qt.Key.Key_Menu)
    menu = opened_menu(at, 2)
    insert = next(action.menu() for action in menu.actions() if action.text() == "Insert before")
    assert isinstance(insert, QMenu)
    flatten = next(action for action in insert.actions() if action.text() == "Flatten")
    flatten.trigger()
    menu.close()
    assert kinds(at) == ["dense", "dense", "flatten", "dropout"]


def test_the_first_layer_cannot_move_left_and_the_output_only_inserts(qtbot: QtBot) -> None:
    at = bench(qtbot)
    menu = at.canvas.open_menu(at.card(0), QPoint(0, 0))
    enabled = {action.text(): action.isEnabled() for action in menu.actions()}
    assert not enabled["Move left"]
    assert enabled["Move right"]
    menu.close()
    menu = at.canvas.open_menu(at.card(3), QPoint(0, 0))
    assert [action.text() for action in menu.actions()] == ["Insert before"]
    menu.close()


# Problems


def test_a_dense_on_an_image_says_why_and_mends_itself(qtbot: QtBot) -> None:
    at = bench(qtbot, mnist(Dense(32, "relu")))
    (box,) = at.canvas.scene.problem_popups
    assert box.isVisible()
    assert at.card(0).problem == "Dense needs a row of numbers; it gets an image of 28 × 28 × 1"
    assert at.card(0).accessibleName().endswith("28 × 28 × 1")
    assert at.card(1).problem == ""
    assert [button.text() for button in box.buttons] == ["Insert Flatten", "Remove"]
    QTest.mouseClick(box.buttons[0], LEFT)
    assert kinds(at) == ["flatten", "dense"]
    assert find_problems(at.document.experiment) == ()
    assert at.canvas.scene.problem_popups == []
    assert all(card.problem == "" for card in at.canvas.cards)
    assert at.document.undo_stack.undoText() == "Insert Flatten"


def test_problem_boxes_do_not_cover_each_other(qtbot: QtBot) -> None:
    experiment = mnist(Flatten(), Dense(8)).with_training(loss="binary_cross_entropy")
    at = bench(qtbot, experiment.replace(output=experiment.output.replace(activation="tanh")), width=600)
    first, second = at.canvas.scene.problem_popups
    assert not first.geometry().intersects(second.geometry())
    assert at.canvas.scene.rect().contains(second.geometry())


# The rest


def test_a_snapshot_repaints_no_card(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = points_experiment(3, 2)
    at = bench(qtbot, experiment)
    at.canvas.show_data(prepare(experiment))
    QApplication.processEvents()
    painted: list[LayerCard] = []
    monkeypatch.setattr(LayerCard, "paintEvent", lambda card, event: painted.append(card))
    at.canvas.show_snapshot(fake_snapshot(experiment))
    QApplication.processEvents()
    assert painted == []


def test_a_disabled_canvas_is_looked_at_only(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.canvas.setEnabled(False)
    QTest.mouseClick(at.card(0).plus, LEFT)
    drag(at.card(0), at.in_gap(3))
    assert at.layers == STACK
    assert at.document.selected is None


def test_the_theme_changes_the_picture(qtbot: QtBot) -> None:
    at = bench(qtbot)
    before = at.canvas.grab().toImage().pixelColor(4, 4)
    at.themes.mode = "dark"
    QApplication.processEvents()
    after = at.canvas.grab().toImage().pixelColor(4, 4)
    assert before.lightness() > 200 > 60 > after.lightness()
    at.themes.mode = "light"


def test_a_new_document_with_fewer_layers(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.document.select(2)
    at.document.load(Experiment(layers=(Dense(3),)))
    assert [card.title for card in at.canvas.cards] == ["Features", "Dense", "Output"]
    assert at.document.selected is None


# Several cards at once


def click(card: LayerCard, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(card, LEFT, modifiers, QPoint(card.width() // 2, 14))


def chosen(at: Bench) -> list[int]:
    return [index for index in range(len(at.layers)) if at.card(index).selected]


def test_ctrl_and_shift_clicks_select_several(qtbot: QtBot) -> None:
    at = bench(qtbot)
    click(at.card(0))
    click(at.card(2), CTRL)
    assert chosen(at) == [0, 2]
    assert at.document.selected == 2
    click(at.card(0), CTRL)
    assert chosen(at) == [2]
    click(at.card(0), SHIFT)
    assert chosen(at) == [0]
    click(at.card(1))
    assert chosen(at) == [1]
    click(at.card(2), SHIFT)
    assert chosen(at) == [1, 2]


def test_shift_and_arrows_stretch_the_selection(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.document.select(0)
    at.canvas.focus_selected()
    QTest.keyClick(at.card(0), Qt.Key.Key_Right, SHIFT)
    assert chosen(at) == [0, 1]
    assert at.card(1).hasFocus()
    QTest.keyClick(at.card(1), Qt.Key.Key_Right, SHIFT)
    assert chosen(at) == [0, 1, 2]
    QTest.keyClick(at.card(2), Qt.Key.Key_Left, SHIFT)
    assert chosen(at) == [0, 1]
    QTest.keyClick(at.card(1), Qt.Key.Key_Right)
    assert chosen(at) == [2]


def test_delete_removes_the_selected_in_one_step(qtbot: QtBot) -> None:
    at = bench(qtbot)
    click(at.card(0))
    click(at.card(2), CTRL)
    QTest.keyClick(at.card(2), Qt.Key.Key_Delete)
    assert at.layers == (STACK[1],)
    assert at.document.undo_stack.undoText() == "Remove 2 layers"
    at.document.undo_stack.undo()
    assert at.layers == STACK


def test_duplicates_stand_behind_the_selected_and_are_selected(qtbot: QtBot) -> None:
    at = bench(qtbot)
    click(at.card(0))
    click(at.card(1), SHIFT)
    QTest.keyClick(at.card(1), Qt.Key.Key_D, CTRL)
    assert at.layers == (*STACK[:2], *STACK[:2], STACK[2])
    assert chosen(at) == [2, 3]
    at.document.undo_stack.undo()
    assert at.layers == STACK


def test_layers_go_over_the_clipboard(qtbot: QtBot) -> None:
    at = bench(qtbot)
    click(at.card(0))
    click(at.card(1), CTRL)
    at.canvas.selected.cut()
    assert at.layers == STACK[2:]
    assert at.document.undo_stack.count() == 1
    assert QApplication.clipboard().text() == "dense 6 tanh, dense 5 relu"
    click(at.card(0))
    at.canvas.selected.paste()
    assert at.layers == (STACK[2], *STACK[:2])
    assert chosen(at) == [1, 2]
    at.document.undo_stack.undo()
    assert at.layers == STACK[2:]


def test_a_stack_written_as_text_is_pasted(qtbot: QtBot) -> None:
    at = bench(qtbot)
    QApplication.clipboard().setText("dense 3 relu,\ndropout 0.5")
    at.canvas.selected.paste()
    assert at.layers == (*STACK, Dense(3, "relu"), Dropout(0.5))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the clipboard holds none"),
        ("dens 4", "did you mean 'dense'?"),
        ("dense -4", "Paste needs layers"),
        ("The quick brown fox jumps", "“The quick brown fox jumps”"),
        ("[1, 2", "Paste needs layers"),
        ("x" * 200_000, "too long"),
    ],
)
def test_what_is_no_layer_is_not_pasted(qtbot: QtBot, text: str, said: str) -> None:
    at = bench(qtbot)
    told = QSignalSpy(at.canvas.message_requested)
    QApplication.clipboard().setText(text)
    at.canvas.selected.paste()
    assert at.layers == STACK
    assert said in told.at(0)[0]


def test_broken_layers_of_this_program_are_not_pasted(qtbot: QtBot) -> None:
    at = bench(qtbot)
    data = QMimeData()
    data.setData(MIME_TYPE, b'[{"kind": "dense", "units": "many"}]')
    QApplication.clipboard().setMimeData(data)
    told = QSignalSpy(at.canvas.message_requested)
    at.canvas.selected.paste()
    assert at.layers == STACK
    assert told.count() == 1


def test_select_all_selects_every_layer(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.canvas.selection.choose_all()
    assert chosen(at) == [0, 1, 2]
    at.document.select(1)
    assert chosen(at) == [1]


def test_without_a_selection_copy_says_so(qtbot: QtBot) -> None:
    at = bench(qtbot)
    told = QSignalSpy(at.canvas.message_requested)
    at.canvas.selected.copy()
    at.canvas.selected.cut()
    assert [told.at(index)[0][:4] for index in range(told.count())] == ["Copy", "Cut "]
    assert at.layers == STACK


# Zoom and pan


def turn_with_ctrl(at: Bench, on_screen: QPoint, notches: int) -> None:
    viewport = at.canvas.viewport()
    event = QWheelEvent(
        QPointF(viewport.mapFromGlobal(on_screen)),
        QPointF(on_screen),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        CTRL,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def test_the_stack_fits_the_window_by_itself(qtbot: QtBot) -> None:
    at = bench(qtbot, Experiment(layers=(Dense(4),) * 6), width=865)
    assert at.canvas.zoom < 1.0
    assert at.canvas.horizontalScrollBar().maximum() == 0
    at.window.resize(1300, 640)
    assert at.canvas.zoom == 1.0
    assert at.card(0).height() == CARD_HEIGHT_PX + 2 * HALO_PX


def test_zoom_makes_cards_and_neurons_larger_and_scrolls(qtbot: QtBot) -> None:
    at = bench(qtbot)
    field, before = at.canvas.scene.field, at.card(0).size()
    tile = field.tile(0, 0)
    at.canvas.set_zoom(2.0)
    assert at.card(0).width() == pytest.approx(2 * before.width(), abs=1)
    assert field.tile(0, 0).width() == 2 * tile.width()
    assert field.hit(field.tile(0, 0).center()) == Neuron(0, 0)
    assert at.canvas.horizontalScrollBar().maximum() > 400
    assert at.canvas.verticalScrollBar().maximum() > 200
    at.canvas.zoom_fit()
    assert at.card(0).size() == before
    assert at.canvas.horizontalScrollBar().maximum() == at.canvas.verticalScrollBar().maximum() == 0


def test_the_wheel_with_ctrl_zooms_about_the_pointer(qtbot: QtBot) -> None:
    at = bench(qtbot)
    field = at.canvas.scene.field
    place = field.tile(0, 2).center().toPoint()
    on_screen = field.mapToGlobal(place)
    for _ in range(5):
        turn_with_ctrl(at, on_screen, 1)
    assert at.canvas.zoom == pytest.approx(1.1**5)
    assert field.hit(QPointF(field.mapFromGlobal(on_screen))) == Neuron(0, 2)
    turn_with_ctrl(at, on_screen, -40)
    assert at.canvas.zoom == 0.5
    turn_with_ctrl(at, on_screen, 80)
    assert at.canvas.zoom == 2.0


def test_zoom_goes_by_round_steps(qtbot: QtBot) -> None:
    at = bench(qtbot)
    seen = []
    for _ in range(6):
        at.canvas.zoom_in()
        seen.append(at.canvas.zoom)
    assert seen == [1.1, 1.25, 1.5, 1.75, 2.0, 2.0]
    at.canvas.zoom_fit()
    for _ in range(5):
        at.canvas.zoom_out()
    assert at.canvas.zoom == 0.5
    assert at.canvas.horizontalScrollBar().maximum() == 0


def test_the_middle_button_pans(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.canvas.set_zoom(2.0)
    across, down = at.canvas.horizontalScrollBar(), at.canvas.verticalScrollBar()
    before = across.value(), down.value()
    field = at.canvas.scene.field
    start = field.mapFromGlobal(at.canvas.mapToGlobal(QPoint(400, 300)))
    QTest.mousePress(field, Qt.MouseButton.MiddleButton, pos=start)
    QTest.mouseMove(field, start + QPoint(40, 25))
    QTest.mouseRelease(field, Qt.MouseButton.MiddleButton, pos=start)
    assert (across.value(), down.value()) == (before[0] - 40, before[1] - 25)


def test_a_drop_lands_right_in_a_zoomed_canvas(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.canvas.set_zoom(1.5)
    at.canvas.horizontalScrollBar().setValue(0)
    drag(palette_card(at, Flatten), at.in_gap(1))
    assert kinds(at) == ["dense", "flatten", "dense", "dropout"]


def test_the_wheel_moves_along_a_long_stack(qtbot: QtBot) -> None:
    at = bench(qtbot, Experiment(layers=(Dense(4),) * 20))
    scroll = at.canvas.horizontalScrollBar()
    assert scroll.maximum() > 0
    turn_wheel(at.canvas, QPoint(300, 300), -NOTCH)
    assert scroll.value() > 0


# Interventions


def held_bench(qtbot: QtBot) -> Bench:
    experiment = points_experiment(4, 3)
    at = bench(qtbot, experiment)
    at.canvas.show_snapshot(fake_snapshot(experiment))
    return at


def choose_hold(at: Bench, place: QPointF, text: str) -> None:
    """Right-click at a position of the field, and choose from the menu."""
    field = at.canvas.scene.field
    QTest.mouseClick(field, Qt.MouseButton.RightButton, pos=place.toPoint())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, InterventionMenu)
    action = next(action for action in menu.actions() if action.text().replace("&", "") == text)
    assert action.isEnabled()
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def test_a_neuron_is_muted_and_released_by_its_menu(qtbot: QtBot) -> None:
    at = held_bench(qtbot)
    neuron = at.canvas.scene.field.tile(0, 1).center()
    choose_hold(at, neuron, "Mute")
    assert at.document.experiment.interventions == (Intervention("mute", 0, 1),)
    assert at.document.undo_stack.undoText() == "Mute neuron 2 of layer 1"
    choose_hold(at, neuron, "Freeze weights")
    assert {hold.kind for hold in at.document.experiment.interventions} == {"mute", "freeze"}
    choose_hold(at, neuron, "Release")
    assert at.document.experiment.interventions == ()
    at.document.undo_stack.undo()
    assert len(at.document.experiment.interventions) == 2


def test_a_neuron_is_clamped_to_a_typed_value(qtbot: QtBot) -> None:
    at = held_bench(qtbot)
    field = at.canvas.scene.field
    choose_hold(at, field.tile(1, 2).center(), "Clamp to…")
    assert field.editor.isVisible()
    QTest.keyClicks(field.editor, "-0.5")
    QTest.keyClick(field.editor, Qt.Key.Key_Return)
    assert at.document.experiment.interventions == (Intervention("clamp", 1, 2, value=-0.5),)
    assert "clamped to −0.5" in field.hover_text(Neuron(1, 2))
    choose_hold(at, field.tile(1, 2).center(), "Mute")
    assert at.document.experiment.interventions == (Intervention("mute", 1, 2),)


def test_a_link_is_frozen_or_cut(qtbot: QtBot) -> None:
    at = held_bench(qtbot)
    field = at.canvas.scene.field
    place = next(
        QPointF(x, y)
        for x in range(0, field.width(), 3)
        for y in range(0, field.height(), 3)
        if isinstance(field.hit(QPointF(x, y)), Link)
    )
    link = field.hit(place)
    assert isinstance(link, Link)
    choose_hold(at, place, "Freeze")
    assert at.document.experiment.interventions == (
        Intervention("freeze_link", link.layer, link.unit, link.input),
    )
    choose_hold(at, place, "Set to 0 and freeze")
    assert at.document.experiment.interventions == (
        Intervention("cut_link", link.layer, link.unit, link.input),
    )
    choose_hold(at, place, "Release all")
    assert at.document.experiment.interventions == ()


def test_the_answer_can_be_frozen_but_not_muted(qtbot: QtBot) -> None:
    at = held_bench(qtbot)
    menu = at.canvas.open_intervention_menu(Neuron(2, 0), QPoint(300, 300))
    assert [action.text().replace("&", "") for action in menu.actions() if action.text()] == [
        "Freeze weights",
        "Release",
    ]
    menu.close()


def test_a_held_neuron_is_marked(qtbot: QtBot) -> None:
    at = held_bench(qtbot)
    field = at.canvas.scene.field
    tile = field.tile(0, 1)
    before = field.grab().toImage()
    at.canvas.intervention_editor.toggle(Neuron(0, 1), "mute")
    at.canvas.intervention_editor.toggle(Neuron(0, 2), "freeze")
    after = field.grab().toImage()
    middle = tile.center().toPoint()
    assert after.pixelColor(middle) != before.pixelColor(middle)
    corner = field.tile(0, 2).topLeft().toPoint() + QPoint(-4, -4)
    assert after.pixelColor(corner) != before.pixelColor(corner)
    untouched = field.tile(0, 3).center().toPoint()
    assert after.pixelColor(untouched) == before.pixelColor(untouched)


def test_holds_follow_their_layer(qtbot: QtBot) -> None:
    at = held_bench(qtbot)
    at.canvas.intervention_editor.toggle(Neuron(1, 2), "mute")
    at.canvas.editor.insert(0, Dense(7))
    assert at.document.experiment.interventions == (Intervention("mute", 2, 2),)
    at.canvas.editor.resize(2, -1)
    assert at.document.experiment.interventions == ()
    at.document.undo_stack.undo()
    assert at.document.experiment.interventions == (Intervention("mute", 2, 2),)
    at.canvas.editor.remove(2)
    assert at.document.experiment.interventions == ()
