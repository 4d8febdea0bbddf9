"""The patches that activate a filter most, against a loop over samples and positions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.data.datasets import Digits
from core.data.drawing import Drawing
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.found_samples import TopPatchesPart, top_patches
from core.inspect.neuron import NeuronPart
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Conv2D, Dense, Flatten, MaxPooling2D
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.train.training_config import TrainingConfig

LAYERS = (Conv2D(3, (3, 3), activation="relu"), MaxPooling2D(), Flatten(), Dense(2))


def test_they_are_what_a_loop_finds() -> None:
    network = Network(LAYERS, (9, 8, 2), seed=1)
    inputs = np.random.default_rng(0).normal(size=(20, 9, 8, 2)).astype(np.float32)
    for layer in (0, 1):
        found = top_patches(network, inputs, layer, 2, count=4)
        assert found is not None
        assert found.searched == 20
        tops = []
        for row in range(20):
            values = network.layer_outputs(inputs[row : row + 1])[layer][0, :, :, 2]
            best = max((float(values[place]), place) for place in np.ndindex(values.shape))
            tops.append((best[0], row, best[1]))
        for patch, (value, row, place) in zip(found.patches, sorted(tops, reverse=True), strict=False):
            assert (patch.row, patch.place) == (row, place)
            assert abs(patch.value - value) < 1e-5
        assert len(found.patches) == 4


def test_a_silent_filter_has_none_and_neurons_have_no_patches() -> None:
    network = Network(LAYERS, (9, 8, 2), seed=1)
    network.weights[0]["kernel"][...] = 0.0
    inputs = np.ones((40, 9, 8, 2), np.float32)
    found = top_patches(network, inputs, 0, 1)
    assert found is not None
    assert found.patches == ()
    for place in ((2, 0), (3, 0), (0, 3), (9, 0), (-1, 0)):
        assert top_patches(network, inputs, *place) is None


def test_while_training_they_are_searched_now_and_then() -> None:
    experiment = Experiment(
        dataset=Digits(size="28x28", samples=100), layers=LAYERS, training=TrainingConfig(loss=CrossEntropy())
    )
    prepared = prepare(experiment)
    taker = SnapshotTaker(make_trainer(experiment, prepared), prepared, 1, experiment)
    request = SnapshotRequest(grid=16, neuron=(0, 1))
    first = taker.take(request, running=True).part(TopPatchesPart)
    assert first is not None
    assert taker.take(request, running=True).part(TopPatchesPart) is first
    other = taker.take(SnapshotRequest(grid=16, neuron=(0, 2)), running=True).part(TopPatchesPart)
    assert other is not None
    assert other.unit == 2
    assert taker.take(SnapshotRequest(grid=16), running=True).part(TopPatchesPart) is None


def test_the_microscope_looks_at_a_drawing_in_the_samples_place() -> None:
    experiment = Experiment(
        dataset=Digits(size="28x28", samples=100), layers=LAYERS, training=TrainingConfig(loss=CrossEntropy())
    )
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    taker = SnapshotTaker(trainer, prepared, 1, experiment)
    request = SnapshotRequest(grid=16, neuron=(0, 1))
    taker.take(request)
    pixels = np.zeros((28, 28, 1), np.float32)
    for column in (10, 20):
        pixels[:, column] = 1.0
        drawing = Drawing(pixels.copy())
        snapshot = taker.take(replace(request, drawn=drawing, show_drawn=True))
        seen, activations = snapshot.part(NeuronPart), snapshot.layers[0].activations
        assert seen is not None
        assert activations is not None
        assert seen.map.is_drawn
        np.testing.assert_allclose(seen.map.outputs, activations[:, :, 1], atol=1e-5)
    back = taker.take(request).part(NeuronPart)
    assert back is not None
    assert not back.map.is_drawn
    np.testing.assert_allclose(back.map.image, prepared.test.inputs[0])
