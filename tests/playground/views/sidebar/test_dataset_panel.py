"""The DATA section: gallery by mouse and keys, sliders with undo, seeds, features and scaling."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.data.datasets import (
    DATASETS,
    Blobs,
    Dataset,
    Moons,
    Spirals,
    Standardize,
)
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from core.nn import Dense, Tanh
from core.nn.losses import BinaryCrossentropy, CrossEntropy
from playground.model.document import Document
from playground.views.sidebar import DatasetPanel
from tests.playground.views.sidebar.shown_panel import LEFT, drag

pytestmark = pytest.mark.usefixtures("themed")


KINDS = pytest.mark.parametrize("kind", list(DATASETS), ids=lambda kind: kind.kind)


# --- the gallery ----------------------------------------------------------------------------------------------


def test_a_click_uses_the_dataset_as_one_step(panel: DatasetPanel, document: Document) -> None:
    QTest.mouseClick(panel.gallery.tile("spirals"), LEFT)
    assert document.experiment.dataset == Spirals()
    assert document.experiment.layers == (Dense(6, activation=Tanh()),)
    assert document.undo_stack.undoText() == "Use Spirals"
    assert panel.gallery.tile("spirals").isChecked()
    document.undo_stack.undo()
    assert document.experiment.dataset == Moons()
    assert panel.gallery.tile("moons").isChecked()
    assert not panel.gallery.tile("spirals").isChecked()


def test_picking_fits_loss_and_layers(panel: DatasetPanel, document: Document) -> None:
    QTest.mouseClick(panel.gallery.tile("digits"), LEFT)
    assert document.experiment.training.loss == CrossEntropy()
    assert document.experiment.layers == preset_named("digits").layers
    QTest.mouseClick(panel.gallery.tile("iris"), LEFT)
    assert document.experiment.scaling == Standardize()
    assert document.experiment.layers == preset_named("iris").layers


def test_a_dataset_comes_back_as_it_was_used(panel: DatasetPanel, document: Document) -> None:
    QTest.keyClick(panel.slider("noise").track, Qt.Key.Key_Right)
    QTest.mouseClick(panel.gallery.tile("blobs"), LEFT)
    QTest.keyClick(panel.slider("centers").track, Qt.Key.Key_Right)
    QTest.mouseClick(panel.gallery.tile("moons"), LEFT)
    assert document.experiment.dataset == Moons(noise=0.11)
    QTest.mouseClick(panel.gallery.tile("blobs"), LEFT)
    assert document.experiment.dataset == Blobs(centers=3)
    assert document.experiment.training.loss == CrossEntropy()
    document.use_data("Hills", Blobs(form="hills"))
    assert panel.slider("centers").isHidden()
    document.use_data("Ring", Blobs())
    assert not panel.slider("centers").isHidden()


# --- sliders and the seed -------------------------------------------------------------------------------------


def test_a_drag_applies_live_and_is_one_step(panel: DatasetPanel, document: Document) -> None:
    seen: list[float] = []
    document.experiment_changed.connect(lambda experiment: seen.append(experiment.dataset.noise))
    slider = panel.slider("noise")
    drag(slider, 30, 60, 90, 120)
    assert len(seen) >= 3
    assert seen == sorted(seen)
    assert document.experiment.dataset == Moons(noise=slider.value)
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "Change Noise"
    drag(slider, 120, 60)
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert (document.experiment.dataset, slider.value) == (Moons(), 0.1)


@KINDS
def test_every_setting_of_every_dataset_has_a_control(
    kind: type[Dataset], panel: DatasetPanel, document: Document
) -> None:
    document.load(Experiment(dataset=kind()))
    names = [row.setting.name for row in panel.form.rows()]
    if kind().offered_columns:
        names.append("features")  # the check boxes of the columns
    for item in kind.settings():
        if item.name in names:
            continue
        before = document.experiment.dataset
        slider = panel.slider(item.name)
        up = slider.track.value() < slider.track.maximum()
        QTest.keyClick(slider.track, Qt.Key.Key_PageUp if up else Qt.Key.Key_PageDown)
        changed = getattr(document.experiment.dataset, item.name)
        assert changed != getattr(before, item.name)
        assert changed == round(changed) or item.type == "float"
    assert document.undo_stack.count() == len(kind.settings()) - len(names)


def test_more_classes_take_another_loss(panel: DatasetPanel, document: Document) -> None:
    QTest.mouseClick(panel.gallery.tile("blobs"), LEFT)
    assert document.experiment.training.loss == BinaryCrossentropy()
    drag(panel.slider("centers"), 60, 120)
    assert document.experiment.dataset.info().outputs > 2
    assert document.experiment.training.loss == CrossEntropy()
    document.undo_stack.undo()
    assert (document.experiment.dataset, document.experiment.training.loss) == (Blobs(), BinaryCrossentropy())


def test_train_and_test_are_divided(panel: DatasetPanel, document: Document) -> None:
    drag(panel.share, 100, 60, 20)
    share = document.experiment.train_share
    assert share == pytest.approx(panel.share.value)
    assert share < 0.5
    assert document.undo_stack.count() == 1
    QTest.mouseDClick(panel.share.track, LEFT)
    assert document.experiment.train_share == 0.7
    assert panel.share.track.accessibleDescription().startswith("70 / 30")


def test_new_seed(panel: DatasetPanel, document: Document) -> None:
    QTest.mouseClick(panel.new_seed, LEFT)
    assert document.experiment.data_seed == 1
    assert "The seed is 1 now" in panel.new_seed.toolTip()
    QTest.keyClick(panel.new_seed, Qt.Key.Key_Space)
    assert document.experiment.data_seed == 2
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert "The seed is 0 now" in panel.new_seed.toolTip()
