"""The strip of samples: there for images and tables, and says what they are taken for."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.data.datasets import Iris
from core.data.drawing import Drawing
from core.experiment.experiment import Experiment
from core.inspect.snapshot import SnapshotRequest
from core.nn import Dense, Tanh
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from playground.views.sample_strip import SampleStrip
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment, points_experiment
from tests.playground.views.sample_strip.shown_strip import LEFT, click

pytestmark = pytest.mark.usefixtures("themed")


def test_it_is_there_for_images_and_tables_only(strip: SampleStrip) -> None:
    assert not strip.isVisible()
    strip.show_data(fake_prepared(mnist_experiment()))
    assert strip.isVisible()
    strip.show_data(fake_prepared(points_experiment()))
    assert not strip.isVisible()
    strip.show_data(fake_prepared(Experiment(dataset=Iris(), training=TrainingConfig(loss=CrossEntropy()))))
    assert strip.isVisible()


def test_a_choice_from_elsewhere_is_shown_and_not_told(strip: SampleStrip) -> None:
    strip.show_data(fake_prepared(mnist_experiment()))
    spy = QSignalSpy(strip.sample_selected)
    strip.show_inspection(SnapshotRequest(sample=40))
    assert spy.count() == 0
    assert strip.thumbnails.rect().contains(strip.thumbnails.row_rect(40).toRect())


def test_next_mistake(strip: SampleStrip, qtbot: QtBot) -> None:
    strip.show_data(fake_prepared(mnist_experiment()))
    with qtbot.waitSignal(strip.next_mistake_requested):
        QTest.mouseClick(strip.mistake_button, LEFT)


def test_it_says_what_the_network_takes_the_sample_for(strip: SampleStrip) -> None:
    experiment = mnist_experiment()
    prepared = fake_prepared(experiment)
    strip.show_data(prepared)
    true = int(prepared.test.labels[0])
    seen = (true + 1) % 10
    snapshot = fake_snapshot(experiment, sample=0)
    strip.show_snapshot(dataclasses.replace(snapshot, sample_output=np.eye(10, dtype=np.float32)[true]))
    assert strip.prediction_text == f"{true} ✓"
    strip.show_snapshot(dataclasses.replace(snapshot, sample_output=np.eye(10, dtype=np.float32)[seen]))
    assert strip.prediction_text == f"{true} → {seen}"
    click(strip, 1)
    assert strip.prediction_text == ""
    strip.show_snapshot(snapshot)  # still of the old sample
    assert strip.prediction_text == ""


def test_nothing_is_said_of_the_sample_while_a_drawing_stands_in_its_place(strip: SampleStrip) -> None:
    experiment = mnist_experiment()
    prepared = fake_prepared(experiment)
    strip.show_data(prepared)
    drawing = Drawing(prepared.data.inputs[5])
    snapshot = fake_snapshot(experiment, sample=0)
    request = dataclasses.replace(snapshot.request, drawn=drawing, show_drawn=True)
    strip.show_snapshot(dataclasses.replace(snapshot, request=request, shows_drawing=True))
    assert strip.prediction_text == ""
    # One that does not fit the data keeps the sample.
    strip.show_snapshot(dataclasses.replace(snapshot, request=request))
    assert strip.prediction_text != ""


def test_long_names_stand_below_each_other_and_are_not_cut(strip: SampleStrip) -> None:
    experiment = Experiment(
        dataset=Iris(), layers=(Dense(3, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    prepared = fake_prepared(experiment)
    strip.show_data(prepared)
    true = int(prepared.test.labels[0])
    seen = (true + 1) % 3
    snapshot = dataclasses.replace(
        fake_snapshot(experiment, sample=0),
        sample=prepared.test_inputs[0],
        sample_output=np.eye(3, dtype=np.float32)[seen],
    )
    strip.show_snapshot(snapshot)
    names = prepared.data.class_names
    assert strip.prediction_text == f"{names[true]} → {names[seen]}"
    label = next(label for label in strip.findChildren(QLabel) if "→" in label.text())
    assert label.text() == f"{names[true]}\n→ {names[seen]}"
    assert label.sizeHint().width() <= label.width()
    assert strip.sizeHint().height() <= strip.height()
