"""The form of the selected layer: contents, edits of the document, and undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits
from core.experiment.experiment import Experiment, Output
from core.nn import Dense, Dropout, Flatten, GaussianNoise, ReLU, Tanh
from core.nn.initializers import HeNormal
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from playground.model.document import OUTPUT, Document
from playground.views.sidebar import LayerForm
from playground.views.sidebar.layer_form import summary_of
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import ChoiceCombo, LabeledSlider, Stepper
from tests.walk import screen

pytestmark = pytest.mark.usefixtures("themed")

LEFT = Qt.MouseButton.LeftButton
LAYERS = (Dense(6, activation=Tanh()), Dense(5), Dropout(0.2))


@pytest.fixture
def document(qapp: QApplication) -> Document:
    return Document(Experiment(layers=LAYERS))


@pytest.fixture
def view(qtbot: QtBot, document: Document) -> LayerForm:
    form = LayerForm(document, ThemeSource(mode="light"))
    qtbot.addWidget(form)
    form.resize(192, 500)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    return form


def units(view: LayerForm) -> Stepper:
    control = view.form.row("units").control
    assert isinstance(control, Stepper)
    return control


def test_nothing_selected_is_a_hint(view: LayerForm) -> None:
    assert view.hint.isVisible()
    assert view.hint.text() == "Click a card or press Enter."
    assert view.form.spec is None
    assert not view.form.isVisible()


def test_a_selected_layer_is_shown_with_what_it_amounts_to(view: LayerForm, document: Document) -> None:
    document.select(0)
    assert not view.hint.isVisible()
    visible = [row.setting.name for row in view.form.rows() if row.isVisible()]
    assert visible == ["units", "activation", "kernel_initializer"]
    assert units(view).value() == 6
    assert view.summary == "18 parameters · output (batch, 6)"
    document.select(1)
    assert (units(view).value(), view.summary) == (5, "35 parameters · output (batch, 5)")
    document.select(2)
    assert view.summary == "No parameters · output (batch, 5)"
    document.select(None)
    assert view.hint.isVisible()


def test_the_name_of_a_kind_is_cut_where_it_is_long_and_its_tooltip_has_it(
    view: LayerForm, document: Document
) -> None:
    document.replace_layer(2, GaussianNoise(), text="Other")
    document.select(2)
    assert list(screen.cut(view)) == []
    assert "GaussianNoise" in [each.toolTip() for each in view.findChildren(QLabel)]


def test_a_key_changes_the_layer_and_undo_brings_it_back(view: LayerForm, document: Document) -> None:
    document.select(0)
    for _ in range(3):
        QTest.keyClick(units(view), Qt.Key.Key_Up)
    assert document.experiment.layers == (Dense(9, activation=Tanh()), *LAYERS[1:])
    assert view.summary == "27 parameters · output (batch, 9)"
    assert document.undo_stack.undoText() == "Change Units of Dense"
    # Quick edits of one number merge into one undo step.
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert document.experiment.layers == LAYERS
    assert (units(view).value(), view.summary) == (6, "18 parameters · output (batch, 6)")
    document.undo_stack.redo()
    assert units(view).value() == 9


def test_a_choice_and_a_check_box_change_the_layer(view: LayerForm, document: Document) -> None:
    document.select(1)
    combo = view.form.row("activation").control
    assert isinstance(combo, ChoiceCombo)
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    assert document.experiment.layers[1] == Dense(5, activation=ReLU())
    assert document.undo_stack.undoText() == "Change Activation of Dense"
    assert view.form.more is not None
    QTest.mouseClick(view.form.more, LEFT)
    box = view.form.row("use_bias").control
    assert isinstance(box, QCheckBox)
    QTest.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    assert document.experiment.layers[1] == Dense(5, activation=ReLU(), use_bias=False)
    assert view.summary == "30 parameters · output (batch, 5)"
    assert document.undo_stack.count() == 2


def test_a_drag_of_a_slider_is_one_step(view: LayerForm, document: Document) -> None:
    document.select(2)
    slider = view.form.row("rate").control
    assert isinstance(slider, LabeledSlider)
    track, middle = slider.track, slider.track.height() // 2
    QTest.mousePress(track, LEFT, pos=QPoint(50, middle))
    for x in (60, 80, 100):
        QTest.mouseMove(track, QPoint(x, middle))
    QTest.mouseRelease(track, LEFT, pos=QPoint(100, middle))
    rate = document.experiment.layers[2].rate  # type: ignore[attr-defined]
    assert rate == pytest.approx(slider.value)
    assert rate != 0.2
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert slider.value == 0.2


def test_the_output_has_a_form_too(view: LayerForm, document: Document) -> None:
    document.select(OUTPUT)
    assert view.summary == "6 parameters · output (batch, 1) · Sigmoid"
    combo = view.form.row("activation").control
    assert isinstance(combo, ChoiceCombo)
    assert [combo.itemText(i) for i in range(3)] == ["Auto", "ReLU", "Leaky ReLU"]
    starts = view.form.row("kernel_initializer").control
    assert isinstance(starts, ChoiceCombo)
    while starts.current != "he_normal":
        QTest.keyClick(starts, Qt.Key.Key_Down)
    assert document.experiment.output == Output(kernel_initializer=HeNormal())
    assert document.undo_stack.undoText() == "Change Initializer of Output"
    assert document.experiment.layers == LAYERS


def test_what_was_typed_wrongly_is_forgotten_with_the_selection(view: LayerForm, document: Document) -> None:
    document.select(0)
    view.form.row("units").show_error("Something is wrong.")
    document.select(1)
    assert view.form.row("units").error == ""


def test_a_layer_that_is_removed_or_moved_is_followed(view: LayerForm, document: Document) -> None:
    document.select(2)
    document.remove_layer(2)
    assert view.hint.isVisible()
    document.select(0)
    document.insert_layer(0, Dense(3))
    assert units(view).value() == 3
    document.remove_layer(0)
    assert units(view).value() == 6


def test_a_stack_that_cannot_work_says_why() -> None:
    images = Experiment(
        dataset=Digits(size="28x28"),
        layers=(Dense(4), Dense(3)),
        training=TrainingConfig(loss=CrossEntropy()),
    )
    assert summary_of(images, 0) == ("Dense needs a row of numbers; it gets an image of 28 × 28 × 1.", True)
    assert summary_of(images, OUTPUT) == ("A layer before this one cannot work yet.", True)
    flat = images.replace(layers=(Flatten(), Dense(4)))
    assert summary_of(flat, 0) == ("No parameters · output (batch, 784)", False)
    assert summary_of(flat, OUTPUT) == ("50 parameters · output (batch, 10) · Softmax", False)
    one = Experiment(layers=(Dense(1, use_bias=False),), features=("x1",))
    assert summary_of(one, 0)[0] == "1 parameter · output (batch, 1)"


def test_the_complaint_is_shown_in_the_form(view: LayerForm, document: Document) -> None:
    document.select(0)
    document.change("Use MNIST", document.experiment.replace(dataset=Digits(size="28x28")))
    assert view.summary.startswith("Dense needs a row of numbers")
    document.undo_stack.undo()
    assert view.summary == "18 parameters · output (batch, 6)"
