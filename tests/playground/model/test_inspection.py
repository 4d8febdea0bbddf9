"""The inspection state: one signal per change, kept when the data are edited."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import Digits
from core.data.drawing import Drawing
from core.data.plane import PlaneChoice
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.inspect.snapshot import SnapshotRequest
from core.nn import Flatten
from core.nn.losses import CrossEntropy
from playground.model.inspection import Inspection
from playground.model.label_edits import with_corrections
from tests.playground.fakes import mnist_experiment

DRAWING = Drawing(np.zeros((28, 28, 1), np.float32))
PLANE = PlaneChoice(0, 1, (0.0, 0.0, 5.0))
CHOICES = {
    "sample": ("select_sample", (3,), SnapshotRequest(sample=3)),
    "neuron": ("trace_neuron", ((1, 2),), SnapshotRequest(neuron=(1, 2))),
    "plane": ("choose_plane", (PLANE,), SnapshotRequest(plane=PLANE)),
    "parts": ("show_parts", ("results", {"histograms": 0}), SnapshotRequest(parts={"histograms": 0})),
    "drawing": ("show_drawing", (DRAWING, True), SnapshotRequest(drawn=DRAWING, show_drawn=True)),
    "maps": ("map_units", (8,), SnapshotRequest(maps=8)),
    "hovered": ("hover_neuron", ((0, 1),), SnapshotRequest(hovered=(0, 1))),
    "position": ("choose_position", (4,), SnapshotRequest(position=4)),
    "pixels": ("draw_pixels", (670,), SnapshotRequest(pixels=670)),
}


@pytest.fixture
def inspection() -> Inspection:
    return Inspection()


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_is_told_once_and_becomes_the_request(name: str, inspection: Inspection) -> None:
    method, arguments, request = CHOICES[name]
    told: list[SnapshotRequest] = []
    inspection.changed.connect(told.append)
    for _ in range(2):
        getattr(inspection, method)(*arguments)
    assert told == [inspection.state]
    assert inspection.state != SnapshotRequest()
    assert inspection.state == request


def test_viewers_ask_for_parts_beside_each_other_and_no_longer(inspection: Inspection) -> None:
    inspection.show_parts("results", {"histograms": 2})
    inspection.show_parts("output", {"embedding": True})
    assert inspection.state.parts == {"histograms": 2, "embedding": True}
    inspection.show_parts("output", {"embedding": False})
    assert inspection.state.parts == {"histograms": 2}
    inspection.show_parts("results", {})
    assert inspection.state == SnapshotRequest()


def test_the_sample_is_found_again_where_others_were_left_out(inspection: Inspection) -> None:
    experiment = mnist_experiment()
    before = prepare(experiment)
    inspection.set_data(before)
    inspection.select_sample(7)
    inspection.set_data(prepare(experiment.with_training(batch_size=64)))
    assert inspection.state.sample == 7
    fewer = with_corrections(experiment, before.test_index[[2, 3]], None)
    inspection.set_data(prepare(fewer))
    assert inspection.state.sample == 5
    # The inspected sample is dropped: the next one replaces it.
    inspection.set_data(prepare(with_corrections(fewer, before.test_index[[7]], None)))
    assert inspection.state.sample == 5


def test_other_data_begin_with_the_first_sample(inspection: Inspection) -> None:
    inspection.set_data(prepare(mnist_experiment()))
    inspection.select_sample(7)
    inspection.set_data(
        prepare(Experiment(dataset=Digits(), layers=(Flatten(),)).with_training(loss=CrossEntropy()))
    )
    assert inspection.state.sample == 0
