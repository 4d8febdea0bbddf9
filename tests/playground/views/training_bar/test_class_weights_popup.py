"""The class weights popup: live edits, undo, and the doctor's fix."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from core.data.datasets import Blobs, Iris
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.nn import Dense
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.train.class_weights import Balanced, ByHand, EqualWeights, class_weights
from core.train.training_config import TrainingConfig
from playground.views.training_bar.hyperparameter_fields import ClassCounts
from playground.views.training_bar.settings_popup import SettingsPopup
from playground.views.widgets.settings_form import SettingsForm
from playground.window.main_window import MainWindow
from tests.playground.driving import click, put_text

IRIS = Experiment(
    dataset=Iris(),
    layers=(Dense(4, "tanh"),),
    train_share=0.5,
    scaling="standardize",
    training=TrainingConfig(loss=CrossEntropy()),
)


def open_weights(window: MainWindow) -> SettingsForm:
    click(window.training_bar.fields.more("loss"))
    (popup,) = [popup for popup in window.findChildren(SettingsPopup) if popup.isVisible()]
    (form,) = [form for form in popup.findChildren(SettingsForm) if "class_weights" in form._rows]
    return form


def pick(form: SettingsForm, title: str) -> None:
    combo = form.row("class_weights").control
    assert isinstance(combo, QComboBox)
    combo.setFocus()
    while combo.currentText() != title:
        before = combo.currentIndex()
        QTest.keyClick(combo, Qt.Key.Key_Down)
        assert combo.currentIndex() != before, f"{title!r} is not in the list"


def test_balanced_is_chosen_while_it_trains_and_undone(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(IRIS)
    window.session.play()
    qtbot.waitUntil(
        lambda: window.snapshot_router.snapshot is not None and window.snapshot_router.snapshot.epoch > 3
    )
    pick(open_weights(window), "Balanced")
    assert window.document.experiment.training.class_weights == Balanced()
    assert window.document.undo_stack.undoText() == "Class weights: Balanced"
    reached = window.snapshot_router.snapshot.epoch  # type: ignore[union-attr]
    qtbot.waitUntil(
        lambda: (
            window.snapshot_router.snapshot is not None
            and window.snapshot_router.snapshot.epoch > reached + 3
        )
    )
    assert window.snapshot_router.snapshot is not None
    assert window.snapshot_router.snapshot.run == 1
    assert "class weights" in window.training_bar.fields.more("loss").toolTip()
    window.document.undo_stack.undo()
    assert window.document.experiment.training.class_weights == EqualWeights()


def test_by_hand_goes_on_from_the_balance_and_takes_what_is_typed(make: Callable[..., MainWindow]) -> None:
    window = make(IRIS)
    form = open_weights(window)
    pick(form, "By hand")
    balanced = class_weights("balanced", prepare(IRIS).train.labels, 3)
    chosen = window.document.experiment.training.class_weights
    # Chosen by key, past "Balanced".
    assert isinstance(chosen, ByHand)
    np.testing.assert_allclose(chosen.values, balanced, rtol=0.01)
    field = form.nested("class_weights").row("values").control
    assert isinstance(field, QLineEdit)
    put_text(field, "1, 2.5, 4")
    assert window.document.experiment.training.class_weights == ByHand((1.0, 2.5, 4.0))
    put_text(field, "1, much")
    assert "must be numbers, got 'much'" in form.nested("class_weights").row("values").error
    assert window.document.experiment.training.class_weights == ByHand((1.0, 2.5, 4.0))


def test_the_popup_names_the_classes(make: Callable[..., MainWindow]) -> None:
    window = make(IRIS)
    form = open_weights(window)
    texts = [label.text() for label in form.parentWidget().findChildren(QLabel)]
    assert any("setosa 1, versicolor 1, virginica 1" in text for text in texts)


def test_values_to_predict_have_no_classes(make: Callable[..., MainWindow]) -> None:
    window = make(
        Experiment(
            dataset=Blobs(form="hills", samples=60),
            layers=(Dense(2),),
            training=TrainingConfig(loss=MeanSquaredError()),
        )
    )
    assert not window.training_bar.fields.more("loss").isVisible()
    assert window.training_bar.fields._classes == ClassCounts()
    assert window.training_bar.fields._classes.described() == ""


def test_many_classes_are_named_in_part() -> None:
    info = ClassCounts(tuple(f"c{i}" for i in range(20)), (1.0,) * 20)
    assert info.described().endswith("c11 1, and 8 more.")
    assert info.first_weights(balanced=False) == (1.0,) * 20
