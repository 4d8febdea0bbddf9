"""Explanations as parts of snapshots: of the chosen sample, of these weights, and without an effect on the training."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import NoScaling
from core.experiment.experiment import Experiment
from core.explain.certainty import reliability
from core.explain.comparison import FittedNetwork, compare_models
from core.explain.counterfactual import Goal
from core.inspect.explanations import (
    AttributionPart,
    AttributionWish,
    BesidePart,
    CertaintyPart,
    DependencePart,
    WhatIfPart,
)
from core.inspect.neuron import NeuronPart
from core.inspect.snapshot import SnapshotRequest
from core.nn.interventions import Intervention
from tests.core.inspect.started import BLOBS, HILLS, IRIS, MOONS, start

ALL = {"attribution": AttributionWish(), "dependence": (0, 1), "certainty": 1, "what_if": Goal()}


def test_they_are_of_the_chosen_sample_also_of_points() -> None:
    for experiment in (MOONS, IRIS):
        _, prepared, taker = start(experiment)
        snapshot = taker.take(SnapshotRequest(sample=4, parts=ALL))
        found, depends = snapshot.part(AttributionPart), snapshot.part(DependencePart)
        assert found is not None
        assert depends is not None
        assert np.array_equal(found.sample, prepared.test.inputs[4])
        raw = prepared.data.inputs[prepared.test_index[4]]
        assert depends.here == pytest.approx(float(raw[0]))
        learned = taker.take(SnapshotRequest(sample=~5, parts=ALL, neuron=(0, 1)))
        raw, inputs = prepared.data.inputs[prepared.train_index[5]], prepared.train.inputs[5]
        found, depends, turned = map(learned.part, (AttributionPart, DependencePart, WhatIfPart))
        neuron = learned.part(NeuronPart)
        assert found is not None
        assert np.array_equal(found.sample, inputs)
        assert depends is not None
        assert depends.here == pytest.approx(float(raw[0]))
        assert turned is not None
        assert np.array_equal(turned.found.baseline, inputs)
        if turned.change.points is not None:
            assert turned.change.points[0] == pytest.approx(raw)
        assert neuron is not None
        assert neuron.trace is not None
        assert neuron.trace.inputs == pytest.approx(inputs)
        assert neuron.map.sample == ~5


def test_the_change_that_turns_an_prediction_is_explained_from_the_sample_to_what_it_becomes() -> None:
    for experiment, target in ((MOONS, None), (IRIS, 2), (HILLS, -1)):
        trainer, prepared, taker = start(experiment, 8)
        snapshot = taker.take(SnapshotRequest(sample=4, parts={"what_if": Goal(target)}))
        part = snapshot.part(WhatIfPart)
        assert part is not None
        assert np.array_equal(part.found.baseline, prepared.test.inputs[4])
        assert np.array_equal(part.found.sample, part.change.inputs)
        label = {MOONS: part.change.after, IRIS: 2, HILLS: 0}[experiment]
        assert part.found.prediction.label == label
        predictions = part.found.prediction.of(trainer.network.predict(part.found.sample[None]))
        assert part.found.after == pytest.approx(float(predictions[0]), abs=1e-5)


def test_the_training_goes_on_as_without() -> None:
    ends = []
    for parts in ({}, ALL):
        trainer, _, taker = start(IRIS)
        for _ in range(3):
            taker.take(SnapshotRequest(parts=parts), running=True)
            trainer.run_epoch()
        ends.append(trainer.network.parameters.copy())
    assert np.array_equal(*ends)


def test_certainty_is_taken_again_for_other_weights_alone() -> None:
    trainer, _, taker = start(BLOBS)

    def take(label: int = -1, sample: int = 0) -> object:
        return taker.take(SnapshotRequest(sample=sample, parts={"certainty": label})).part(CertaintyPart)

    first = take()
    assert take(sample=3) is first
    assert take(1) is not first
    first = take()
    trainer.run_epoch()
    second = take()
    assert second is not first
    trainer.network.intervene([Intervention("mute", 0, unit) for unit in range(4)])
    muted = take()
    assert muted is not second
    trainer.network.intervene([])
    assert take() is not muted


@pytest.mark.parametrize("label", [-1, 0, 2])
def test_certainty_is_that_of_the_test_samples(label: int) -> None:
    trainer, prepared, taker = start(BLOBS)
    found = taker.take(SnapshotRequest(parts={"certainty": label})).part(CertaintyPart)
    assert found is not None
    outputs = trainer.network.predict(prepared.test.inputs)
    said = outputs.max(axis=1) if label < 0 else outputs[:, label]
    is_so = prepared.test.labels == (outputs.argmax(axis=1) if label < 0 else label)
    expected = reliability(said, is_so)
    assert found.reliability.error == pytest.approx(expected.error)
    assert (found.curves is None) == (label < 0)


def test_values_have_no_certainty_and_no_column_too_many() -> None:
    _, _, taker = start(HILLS)
    snapshot = taker.take(SnapshotRequest(parts={**ALL, "dependence": (2, 0)}))
    assert snapshot.part(CertaintyPart) is None
    assert snapshot.part(DependencePart) is None
    assert snapshot.part(AttributionPart) is not None


@pytest.mark.parametrize("experiment", [MOONS, IRIS, BLOBS, HILLS])
def test_beside_itself_nothing_differs_and_beside_another_it_is_what_the_library_says(
    experiment: Experiment,
) -> None:
    trainer, prepared, taker = start(experiment)
    own = FittedNetwork(trainer.network, prepared.pipeline)
    same = taker.take(SnapshotRequest(parts={"beside": own}))
    beside = same.part(BesidePart)
    assert beside is not None
    assert not len(beside.found.disagreements)
    assert {pair.change for pair in beside.found.layers} == {"same"}
    assert beside.boundary is not None
    assert np.allclose(beside.boundary, same.boundary, atol=1e-6)
    before = FittedNetwork(trainer.network.frozen_copy(), prepared.pipeline)
    trainer.run_epoch()
    found = taker.take(SnapshotRequest(parts={"beside": before})).part(BesidePart)
    assert found is not None
    raw = prepared.raw_test_samples(1000)
    wanted = compare_models(own, before, raw, prepared.test.labels)
    assert found.found.layers == wanted.layers
    assert found.found.scores == pytest.approx(wanted.scores)
    assert np.allclose(found.found.apart, wanted.apart, atol=1e-6)
    assert np.array_equal(found.boundary, beside.boundary)


def test_beside_another_preparation_each_uses_its_own() -> None:
    other, prepared_other, _ = start(IRIS.replace(scaling=NoScaling()))
    _, prepared, taker = start(IRIS)
    asked = FittedNetwork(other.network, prepared_other.pipeline)
    beside = taker.take(SnapshotRequest(parts={"beside": asked})).part(BesidePart)
    assert beside is not None
    assert not beside.found.same_inputs
    said = other.network.predict(prepared_other.test.inputs).argmax(axis=1)
    assert np.array_equal(beside.found.predictions[1], said)
    # The middle of this plane in the other's own inputs.
    inputs = prepared_other.pipeline.transform(prepared.pipeline.inverse_transform(prepared.grid_inputs(100)))
    assert beside.boundary is not None
    assert np.allclose(beside.boundary.reshape(-1, 3), other.network.predict(inputs), atol=1e-5)


def test_beside_what_does_not_fit_there_is_nothing() -> None:
    trainer, prepared, _ = start(HILLS)
    taker = start(IRIS)[2]
    asked = FittedNetwork(trainer.network, prepared.pipeline)
    assert taker.take(SnapshotRequest(parts={"beside": asked})).part(BesidePart) is None
