"""Sequences on the canvas: positions are columns, layers are rows, and attention shows what each position looks at."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from core.data.dataset import Dataset
from core.data.datasets.text_datasets import Names
from core.data.datasets.toy_sequences import Add, Brackets, Repeat, Waves
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.attention import AttentionFrame
from core.inspect.block import BlockPart
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import (
    Dense,
    Embedding,
    Flatten,
    Layer,
    LayerNormalization,
    MultiHeadAttention,
    PositionalEncoding,
    Residual,
)
from core.nn.interventions import Intervention
from playground.views.canvas.card_menu import InterventionMenu
from playground.views.canvas.card_text import _name_and_size
from playground.views.canvas.column_layout import INPUT, arrange
from playground.views.canvas.hit_items import Head, Inner, Neuron
from playground.views.canvas.neuron_field import NeuronField
from playground.views.canvas.sequence_field import SequenceField
from playground.views.pictures import picture_bytes, picture_image
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.number_format import number_text
from tests.playground.fakes import with_figures
from tests.playground.views.canvas.bench import Bench, bench

pytestmark = pytest.mark.usefixtures("themed")
SIZE = (620, 560)
NAMES = (Embedding(27, 8), PositionalEncoding(), MultiHeadAttention(2), Dense(12, "relu"))


def experiment(dataset: Dataset, *layers: Layer) -> Experiment:
    many = dataset.info().labels == "tokens" or dataset.info().outputs > 2
    made = Experiment(dataset=dataset, layers=layers)
    return made.with_training(loss="cross_entropy" if many else "binary_cross_entropy")


def looks(heads: int, time: int, back: int = 1) -> np.ndarray:
    """Heads that look `back` positions back, the first ones at themselves."""
    found = np.zeros((heads, time, time), np.float32)
    for at in range(time):
        found[:, at, max(0, at - back)] = 1.0
    return found


def shown(qtbot: QtBot, themes: ThemeSource, made: Experiment, size: tuple[int, int] = SIZE) -> NeuronField:
    """A field on a window of a network that has not trained; attention looks one position back."""
    prepared = prepare(made)
    snapshot = SnapshotTaker(make_trainer(made, prepared), prepared, 1, made).take(SnapshotRequest())
    frame = AttentionFrame({2: looks(2, made.input_shape[0])})
    field = NeuronField(themes)
    qtbot.addWidget(field)
    field.resize(*size)
    field.set_experiment(made)
    field.set_columns(arrange(made, *size))
    field.show_data(prepared)
    field.show_snapshot(snapshot.with_parts(attention=frame))
    field.show()
    field.activateWindow()
    qtbot.waitUntil(field.isActiveWindow)
    field.grab()
    return field


def sequence(field: NeuronField) -> SequenceField:
    assert isinstance(field._field, SequenceField)
    return field._field


def letter(field: NeuronField, position: int) -> QPoint:
    tile = field.tile(INPUT, position)
    assert tile is not None
    return tile.center().toPoint()


def map_center(field: NeuronField, head: int, down: float = 0.5) -> QPoint:
    place = sequence(field).head_rect(2, head)
    assert place is not None
    return QPointF(place.center().x(), place.top() + down * place.height()).toPoint()


def title(field: NeuronField, head: int) -> QPoint:
    place = sequence(field)._heads[2].titles[head]
    return QPointF(place.left() + 4, place.center().y()).toPoint()


def test_every_row_has_a_tile_for_each_position(qtbot: QtBot, themes: ThemeSource) -> None:
    field = shown(qtbot, themes, experiment(Names(samples=300), *NAMES))
    lefts = [field.tile(INPUT, at).center().x() for at in range(16)]  # type: ignore[union-attr]
    assert np.allclose(np.diff(lefts), np.diff(lefts)[0], atol=1.0)
    for column in (0, 1, 3):
        rects = sequence(field)._rows[column].rects
        assert [round(rect.center().x()) for rect in rects.values()] == pytest.approx(lefts, abs=1.5)
    tops = [sequence(field)._columns[column].top for column in (INPUT, 0, 1, 2, 3, 4)]
    assert tops == sorted(tops, reverse=True)


def test_a_cell_has_the_color_and_the_value_of_its_unit(qtbot: QtBot, themes: ThemeSource) -> None:
    field = shown(qtbot, themes, experiment(Names(samples=300), *NAMES))
    snapshot = field._snapshot
    assert snapshot is not None
    values = snapshot.layers[0].activations
    assert values is not None
    ends = (
        np.unravel_index(int(values.argmax()), values.shape),
        np.unravel_index(int(values.argmin()), values.shape),
    )
    image = field.grab().toImage()
    for sign, (position, unit) in zip((1, -1), ends, strict=True):
        cell = sequence(field)._rows[0].cell(int(position), int(unit))
        assert cell is not None
        color = image.pixelColor(cell.center().toPoint())
        assert sign * (color.blue() - color.red()) > 60
        QTest.mouseMove(field, cell.center().toPoint())
        assert field.hover_text(Neuron(0, int(unit))).startswith(f"unit {unit + 1} at “")
        assert sequence(field).value(Neuron(0, int(unit))) == pytest.approx(values[position, unit])


def test_pointing_at_a_letter_publishes_its_position(qtbot: QtBot, themes: ThemeSource) -> None:
    field = shown(qtbot, themes, experiment(Names(samples=300), *NAMES))
    spy = QSignalSpy(field.position_chosen)
    QTest.mouseMove(field, letter(field, 4))
    assert spy.at(spy.count() - 1)[0] == field.position == 4
    # A row of a map is a position, too.
    length = int((sequence(field)._sample.targets >= 0).sum())  # type: ignore[operator]
    QTest.mouseMove(field, map_center(field, 0, down=2.5 / length))
    assert spy.at(spy.count() - 1)[0] == 2
    QTest.mouseMove(field, QPoint(1, 1))
    assert spy.at(spy.count() - 1)[0] is None


def test_a_click_keeps_a_position_arrows_move_it_and_escape_lets_go(
    qtbot: QtBot, themes: ThemeSource
) -> None:
    field = shown(qtbot, themes, experiment(Names(samples=300), *NAMES))
    QTest.mouseMove(field, letter(field, 4))
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=letter(field, 4))
    QTest.mouseMove(field, QPoint(1, 1))
    assert field.position == 4
    for key, position in ((Qt.Key.Key_Right, 5), (Qt.Key.Key_Left, 4), (Qt.Key.Key_Left, 3)):
        QTest.keyClick(field.neurons, key)
        assert field.position == position
    QTest.keyClick(field.neurons, Qt.Key.Key_Escape)
    assert field.position is None
    for expected in (6, None):
        QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=letter(field, 6))
        QTest.mouseMove(field, QPoint(1, 1))
        assert field.position == expected


def test_arcs_go_to_what_the_position_looks_at(qtbot: QtBot, themes: ThemeSource) -> None:
    field = shown(qtbot, themes, experiment(Names(samples=300), *NAMES))
    maps = sequence(field)._heads[2]
    assert [habit.text for habit in maps.habits] == ["1 back"] * 2
    # Between the fifth and the fourth dot, where only an arc of the fifth goes.
    span = [round(sequence(field)._x_of(at)) for at in (3, 4)]
    foot = round(maps.arcs.bottom()) - 12

    def drawn() -> set[str]:
        image = field.grab().toImage()
        return {image.pixelColor(x, foot).name() for x in range(span[0] - 3, span[1] + 4)}

    before = drawn()
    QTest.mouseMove(field, letter(field, 4))
    assert len(drawn() - before) > 3


def test_a_click_on_a_heads_name_asks_to_mute_it(qtbot: QtBot, themes: ThemeSource) -> None:
    made = experiment(Names(samples=300), *NAMES)
    field = shown(qtbot, themes, made)
    spy = QSignalSpy(field.mute_requested)
    QTest.mouseMove(field, title(field, 1))
    lines = sequence(field).head_lines(Head(2, 1), is_muted=False)
    assert lines == ["Head 2 of Attention", "looks at the place 1 back most: 100 %", *lines[2:]]
    assert "mute" in lines[2]
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=title(field, 1))
    assert spy.at(0) == [Head(2, 1), "mute_head"]
    QTest.mouseMove(field, QPoint(1, 1))
    before = field.grab().toImage().pixelColor(map_center(field, 1))
    field.set_experiment(made.replace(interventions=(Intervention("mute_head", 2, 1),)))
    # Crossed out.
    assert field.grab().toImage().pixelColor(map_center(field, 1)) != before
    assert "muted" in field.neuron_words(Head(2, 1))
    assert "muted" not in field.neuron_words(Head(2, 0))
    # A unit of the same number is another thing.
    assert "muted" not in field.neuron_words(Neuron(2, 1))


def with_test_loss(snapshot: Snapshot, loss: float) -> Snapshot:
    return with_figures(snapshot, test=dataclasses.replace(snapshot.figures.test, loss=loss))


def test_muting_a_head_tells_what_it_does_to_the_loss(qtbot: QtBot, themes: ThemeSource) -> None:
    made = experiment(Names(samples=300), *NAMES)
    field = shown(qtbot, themes, made)
    assert sequence(field).muted_text == ""
    muted = made.replace(interventions=(Intervention("mute_head", 2, 1),))
    field.set_experiment(muted)
    whole = field._snapshot
    assert whole is not None
    worse = dataclasses.replace(with_test_loss(whole, 4.5), experiment=muted)
    field.show_snapshot(with_figures(worse, is_old=True))
    assert sequence(field).muted_text == ""
    field.show_snapshot(worse)
    assert sequence(field).muted_text.startswith(
        f"Muted: test loss 4.5 instead of {whole.figures.test.loss:.3g};"
    )
    said = sequence(field).head_lines(Head(2, 1), is_muted=True)
    assert f"Test loss 4.5 instead of {whole.figures.test.loss:.3g}." in said, (
        "the text of the mouse may hide that below"
    )
    # A new layout, as of another size, does not forget it.
    field.set_columns(arrange(muted, 600, 540))
    assert "4.5 instead of" in sequence(field).muted_text
    # Of a network that went on without the head, the loss before is another network's.
    field.show_snapshot(dataclasses.replace(worse, position=1.0))
    assert sequence(field).muted_text == ""


def test_muting_a_head_at_an_earlier_moment_tells_it_too(qtbot: QtBot, themes: ThemeSource) -> None:
    made = experiment(Names(samples=300), *NAMES)
    field = shown(qtbot, themes, made)
    live, muted = field._snapshot, made.replace(interventions=(Intervention("mute_head", 2, 1),))
    assert live is not None
    worse = dataclasses.replace(with_test_loss(live, 4.5), experiment=muted)
    now = dataclasses.replace(with_test_loss(live, 1.25), position=3.0)
    past = dataclasses.replace(live, position=2.0, live=live.place)
    # The change ends the look back; then the next run begins at the moment that was looked at.
    for each in (now, past, now):
        field.show_snapshot(each)
    field.set_experiment(muted)
    field.show_snapshot(dataclasses.replace(worse, run=live.run + 1, position=2.0))
    assert sequence(field).muted_text.startswith(
        f"Muted: test loss 4.5 instead of {live.figures.test.loss:.3g};"
    )
    # After a head is muted in the run itself, the next run is no branch from there.
    for each in (past, dataclasses.replace(worse, position=3.0)):
        field.show_snapshot(each)
    assert "instead of 1.25;" in sequence(field).muted_text
    field.show_snapshot(dataclasses.replace(worse, run=live.run + 1, position=2.0))
    assert sequence(field).muted_text == ""


def test_it_says_what_is_read_and_what_is_predicted(qtbot: QtBot, themes: ThemeSource) -> None:
    field = shown(qtbot, themes, experiment(Names(samples=300), *NAMES))
    sample = sequence(field)._sample
    above = "Predicted: the likeliest next letter, its probability in %, and ✓ or the real letter"
    assert sample.legend() == (above, "Read: the letters of the sample")
    token, share, real = sample.guess(1) or ("", 0.0, "")
    place = sequence(field).place_text(1)
    assert sequence(field).letter_lines(1) == [
        f"{place}: read by the network",
        f"predicted to follow: {token} {100 * share:.0f} %, really {real}",
    ]
    assert sequence(field).letter_lines(15)[1].endswith(", which is not asked here")
    # The texts lie above the guesses and below the numbers, and the pointer brings the other one.
    before = field.grab().toImage()
    top, row = sequence(field)._columns[4].top, sequence(field)._columns[INPUT]
    for y in (top - 7, row.top + row.height + 7):
        strip = [before.pixelColor(x, round(y)).name() for x in range(180, 400)]
        assert len(set(strip)) > 1
    QTest.mouseMove(field, letter(field, 1))
    below = letter(field, 1) + QPoint(80, -30)
    assert field.grab().toImage().pixelColor(below) != before.pixelColor(below)


def test_of_questions_it_says_what_is_given_and_of_classes_only_what_is_read(
    qtbot: QtBot, themes: ThemeSource
) -> None:
    field = shown(qtbot, themes, experiment(Add(samples=300), Embedding(12, 8), PositionalEncoding()))
    assert sequence(field)._sample.legend()[1] == "Read: 6 tokens of the question, and its right answer"
    tokens = Brackets(asked="balanced", samples=300)
    made = experiment(tokens, Embedding(tokens.info().vocabulary, 4), Flatten(), Dense(8, "tanh"))
    field = shown(qtbot, themes, made)
    assert sequence(field)._sample.legend() == ("", "Read: the tokens of the sample")
    field = shown(qtbot, themes, experiment(Waves(samples=300), Flatten(), Dense(8, "tanh")))
    assert sequence(field)._sample.legend() == ("", "")
    assert sequence(field).letter_lines(2) == []


def test_places_behind_the_end_of_a_text_are_not_looked_from(qtbot: QtBot, themes: ThemeSource) -> None:
    field = shown(qtbot, themes, experiment(Names(samples=300), *NAMES))
    part = sequence(field)
    assert part._sample.targets is not None
    length = int((part._sample.targets >= 0).sum())
    assert 2 < length < 16
    assert part._heads[2].best(0, length - 1) == (length - 2, 1.0)
    assert part._heads[2].best(0, length) is None
    QTest.mouseMove(field, map_center(field, 0, down=0.99))
    assert field.position == length - 1
    QTest.mouseMove(field, letter(field, 15))
    assert field.position == 15
    field.grab()


@pytest.mark.parametrize("dataset", [Names(samples=300), Waves(samples=300)], ids=("text", "series"))
def test_what_is_the_same_in_each_snapshot_is_drawn_once_and_looks_as_if_it_were_not(
    dataset: Dataset, qtbot: QtBot, themes: ThemeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = NAMES if isinstance(dataset, Names) else (Dense(6, "tanh"), Flatten(), Dense(8, "tanh"))
    field = shown(qtbot, themes, experiment(dataset, *layers))
    drawn: list[object] = []
    draw = SequenceField._draw_still
    monkeypatch.setattr(SequenceField, "_draw_still", lambda *given: (drawn.append(given), draw(*given)))

    def looks(*, anew: int) -> None:
        for picture in (field.grab, lambda: picture_image([field], "#ffffff")):
            drawn.clear()
            kept = QPixmap(picture())
            assert len(drawn) == anew
            with monkeypatch.context() as context:
                # As at another scale, and in files of lines.
                context.setattr("playground.views.canvas.sequence_field.math.isclose", lambda *_: False)
                assert QPixmap(picture()).toImage() == kept.toImage()
            anew = 0

    snapshot = field._snapshot
    assert snapshot is not None
    assert snapshot.sample is not None
    looks(anew=0)
    answers = [None if each.activations is None else -each.activations for each in snapshot.layers]
    changed = [
        dataclasses.replace(each, activations=answer)
        for each, answer in zip(snapshot.layers, answers, strict=True)
    ]
    field.show_snapshot(dataclasses.replace(snapshot, layers=tuple(changed)))
    looks(anew=0)
    field.keep_position(3)
    looks(anew=1)
    field.show_snapshot(dataclasses.replace(snapshot, sample=snapshot.sample[::-1].copy()))
    looks(anew=1)
    themes.toggle()
    looks(anew=1)
    assert b">16</text>" in picture_bytes([field], "#ffffff", "svg"), "pixels instead of letters"


def test_a_screen_reader_hears_of_letters_and_heads(qtbot: QtBot, themes: ThemeSource) -> None:
    field = shown(qtbot, themes, experiment(Names(samples=300), *NAMES))
    words = field.neurons.words(1)
    text = sequence(field).place_text(0)
    assert words.startswith(sequence(field).place_text(1) + " of 16; guesses ")
    assert f"layer 3, head 1 looks at {text}: 100 %" in words
    # Letters, 8 units of two layers, and then heads.
    assert field.neurons.words(16 + 2 * 8) == "Layer 3, head 1: looks at the place 1 back most, 100 %"
    field.neurons.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(field.neurons, Qt.Key.Key_Up)
    assert field.neurons.current == Neuron(0, 0)


def test_long_texts_show_a_part_that_follows_the_position(qtbot: QtBot, themes: ThemeSource) -> None:
    made = experiment(Repeat(samples=300, half=40), Embedding(12, 8), PositionalEncoding())
    field = shown(qtbot, themes, made)
    part = sequence(field)
    assert part.is_paged
    assert part.positions.start == 0
    assert part.positions.stop < 80
    QTest.mouseClick(
        field, Qt.MouseButton.LeftButton, pos=QPoint(SIZE[0] - 4, round(part._columns[INPUT].top) + 10)
    )
    assert part.positions.start > 0
    field.keep_position(79)
    assert part.positions.stop == 80
    assert field.tile(INPUT, 0) is None
    assert field.tile(INPUT, 79) is not None


@pytest.mark.parametrize(
    ("dataset", "layers", "texts"),
    [
        (
            Brackets(asked="balanced", samples=300),
            (Embedding(Brackets().info().vocabulary, 4), Flatten(), Dense(8, "tanh")),
            2,
        ),
        (Waves(samples=300), (Dense(6, "tanh"), Flatten(), Dense(8, "tanh")), None),
    ],
    ids=("classes of texts", "series"),
)
def test_other_predictions_than_tokens_are_told(
    dataset: Dataset, layers: tuple[Layer, ...], texts: int | None, qtbot: QtBot, themes: ThemeSource
) -> None:
    field = shown(qtbot, themes, experiment(dataset, *layers))
    assert len(field.output_texts()) == (texts or dataset.info().outputs)
    assert all("%" in text for text in field.output_texts())
    # A layer that has lost its positions lies across the field.
    across = sequence(field)._rows[len(layers) - 1].rects[0]
    assert across.width() > SIZE[0] / 2


def test_a_block_is_shown_by_the_heads_inside_it(qtbot: QtBot, themes: ThemeSource) -> None:
    made = experiment(Names(samples=300), Embedding(27, 8), Residual((MultiHeadAttention(4),)))
    field = shown(qtbot, themes, made)
    assert sequence(field).head_rect(1, 3) is not None
    assert sequence(field).tile(1, 0) is None


BLOCK = Residual((LayerNormalization(), Dense(12, "relu"), Dense(8)))


def opened(qtbot: QtBot) -> Bench:
    """A canvas whose second layer is a block, opened by a click on its card, with a snapshot."""
    made = experiment(Names(samples=300), Embedding(27, 8), BLOCK, Dense(6))
    at = bench(qtbot, made)
    prepared = prepare(made)
    taker = SnapshotTaker(make_trainer(made, prepared), prepared, 1, made)
    at.canvas.show_data(prepared)
    QTest.mouseClick(at.card(1), Qt.MouseButton.LeftButton)
    at.canvas.show_snapshot(taker.take(SnapshotRequest(parts={"block": at.canvas.scene.opened})))
    at.canvas.scene.field.grab()
    return at


def test_a_selected_block_shows_the_layers_inside_it(qtbot: QtBot) -> None:
    at = opened(qtbot)
    field, scene = at.canvas.scene.field, at.canvas.scene
    assert at.canvas.scene.opened == 1
    # From the bottom to the top, as the layers are, and then the block.
    rows = [sequence(field)._rows[address].rects[0].top() for address in (0, "1/0", "1/1", "1/2", 1, 2)]
    assert rows == sorted(rows, reverse=True)
    tops = [card.y() for card in scene.cards_in_order]
    assert tops == sorted(tops, reverse=True)
    assert [card.accessibleName() for card in scene.inner_cards] == [
        "Layer 1 in layer 2: LayerNorm, normalize rows",
        "Layer 2 in layer 2: Dense, 12 units, ReLU",
        "Layer 3 in layer 2: Dense, 8 units, linear",
    ]
    row, snapshot = sequence(field)._rows["1/1"], field._snapshot
    cell = row.cell(2, 7)
    assert cell is not None
    assert snapshot is not None
    place = (cell.center() * field._zoom).toPoint()
    clicked = QSignalSpy(field.neuron_clicked)
    QTest.mouseMove(field, place)
    item = field.hit(QPointF(place))
    assert item == Inner(1, 7, "1/1")
    inner = snapshot.part(BlockPart)
    assert inner is not None
    value = number_text(float(inner["1/1"][2, 7]), 3)
    assert field.hover_text(item) == f"unit 8 at {sequence(field).place_text(2)}: {value}"
    # The place is framed in each of them.
    frame = sequence(field)._rows["1/0"].rects[2].adjusted(-1, -1, 1, 1)
    edge = (QPointF(frame.left(), frame.center().y()) * field._zoom).toPoint()
    assert field.grab().toImage().pixelColor(edge).name() == at.themes.theme.accent
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=place)
    assert (clicked.at(0)[0], field.position) == (("1/1", 7), 2)


def test_a_layer_inside_a_block_is_selected_by_mouse_and_keys(qtbot: QtBot) -> None:
    at = opened(qtbot)
    inner = at.canvas.scene.inner_cards
    QTest.mouseClick(inner[1], Qt.MouseButton.LeftButton)
    assert (at.document.address, at.document.selected) == ("1/1", 1)
    assert [card.selected for card in at.canvas.scene.cards_in_order] == [number == 3 for number in range(8)]
    # No command on layers of the stack takes the block away meanwhile.
    assert at.canvas.selection.indices == ()
    inner[1].setFocus(Qt.FocusReason.TabFocusReason)
    seen = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, *[Qt.Key.Key_Down] * 2):
        QTest.keyClick(at.window.focusWidget(), key)
        seen.append(at.document.address)
    assert seen == ["1/2", 1, 2, 1, "1/2"]
    for key in (Qt.Key.Key_Down,) * 3:
        QTest.keyClick(at.window.focusWidget(), key)
    # Below the first layer the block is closed, and the focus goes on.
    assert (at.document.address, at.canvas.scene.opened) == (0, None)
    assert at.window.focusWidget() is at.card(0)
    assert at.canvas.scene.inner_cards == []


def test_keys_and_the_menu_edit_the_layers_inside_a_block(qtbot: QtBot) -> None:
    at = opened(qtbot)
    scene, stack = at.canvas.scene, at.document.undo_stack

    def press(key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> str:
        QTest.keyClick(at.window.focusWidget(), key, held)
        return ", ".join(map(_name_and_size, at.layers[1].layers))  # type: ignore[attr-defined]

    scene.inner_cards[1].setFocus(Qt.FocusReason.TabFocusReason)
    assert press(Qt.Key.Key_Plus) == "LayerNorm, Dense 13, Dense 8"
    assert press(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier) == "LayerNorm, Dense 8, Dense 13"
    assert at.document.address == "1/2"
    assert (
        press(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier) == "LayerNorm, Dense 8, Dense 13, Dense 13"
    )
    assert at.document.address == "1/3"
    assert press(Qt.Key.Key_Delete) == "LayerNorm, Dense 8, Dense 13"
    assert at.document.address == "1/2"
    assert stack.undoText() == "Remove Dense"
    menu = at.canvas.open_menu(scene.inner_cards[0], QPoint())
    QTest.keyClick(menu, Qt.Key.Key_Up)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert [layer.title for layer in at.layers[1].layers] == ["Dense", "Dense"]  # type: ignore[attr-defined]
    while stack.canUndo():
        stack.undo()
    assert at.layers[1] == BLOCK
    assert len(scene.inner_cards) == 3


def test_a_unit_inside_a_block_is_muted_by_its_menu(qtbot: QtBot) -> None:
    at = opened(qtbot)
    field = at.canvas.scene.field
    # By the keyboard: from the tokens up over the embedding and the norm.
    field.neurons.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(3):
        QTest.keyClick(field.neurons, Qt.Key.Key_Up)
    QTest.keyClick(field.neurons, Qt.Key.Key_Right)
    assert field.neurons.current == Inner(1, 1, "1/1")
    assert field.neurons.words(field.neurons.currentIndex().row()).startswith("Layer 2 in layer 2, unit 2")
    QTest.keyClick(field.neurons, Qt.Key.Key_Menu)
    menu = field.findChild(InterventionMenu)
    assert menu is not None
    assert [action.text() for action in menu.actions()[:3]] == ["&Mute", "&Clamp to…", "&Freeze weights"]
    QTest.keyClick(menu, Qt.Key.Key_M)
    assert at.document.experiment.interventions == (Intervention("mute", "1/1", 1),)
    assert at.document.undo_stack.undoText() == "Mute neuron 2 of layer 2 in layer 2"
    assert field.hover_text(Inner(1, 1, "1/1")).endswith(", muted")
    # It goes along when its layer moves, and away with it.
    at.canvas.editor.move("1/1", -1)
    assert at.document.experiment.interventions == (Intervention("mute", "1/0", 1),)
    at.canvas.editor.remove("1/0")
    assert at.document.experiment.interventions == ()
