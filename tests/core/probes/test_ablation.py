from __future__ import annotations

import numpy as np
import pytest

from core.nn import Dense, Dropout
from core.nn.interventions import Intervention
from core.probes.ablation import Ablation, ablate, units_of
from tests.core.inspect.started import DIGITS, HILLS, IRIS, MOONS
from tests.core.probes.subjects import subject_of
from tests.core.trainers import with_changes


def test_every_hidden_unit_is_ranked_by_what_its_loss_costs() -> None:
    subject = subject_of(IRIS, 30)
    seen: list[Ablation] = []
    found = ablate(subject, seen.append)
    assert sorted((unit.layer, unit.unit) for unit in found.units) == [(0, unit) for unit in range(6)]
    rises = [unit.loss_rise for unit in found.units]
    assert rises == sorted(rises, reverse=True)
    assert rises[0] > 0.01
    for unit in found.units:
        experiment = IRIS.replace(interventions=(Intervention("mute", unit.layer, unit.unit),))
        muted = type(subject)(experiment, subject.prepared, subject.weights).trainer()
        evaluated = muted.evaluate(subject.prepared.test)
        assert unit.loss_rise == pytest.approx(evaluated.loss - found.whole.loss)
        assert unit.score_fall == pytest.approx(found.whole.score - evaluated.score)
    assert found.on_test
    assert found.score.is_share
    assert [len(each.units) for each in seen] == list(range(6))
    assert found.sentence.startswith(f"Unit {found.units[0].unit + 1} of layer 1 matters most")


def test_a_unit_without_outgoing_weights_does_not_matter() -> None:
    subject = subject_of(IRIS, 10)
    weights = {name: array.copy() for name, array in subject.weights.items()}
    weights["layer_1/kernel"][2] = 0.0
    found = ablate(type(subject)(IRIS, subject.prepared, weights))
    assert next(unit for unit in found.units if unit.unit == 2).loss_rise == 0.0
    assert "of no use: the loss does not rise without." in found.sentence


def test_only_layers_with_weights_have_units_and_muted_ones_are_left_out() -> None:
    experiment = with_changes(MOONS, layers=(Dense(3), Dropout(), Dense(2)))
    assert units_of(experiment) == [(0, 0), (0, 1), (0, 2), (2, 0), (2, 1)]
    muted = experiment.replace(interventions=(Intervention("mute", 0, 1), Intervention("freeze", 2, 0)))
    assert units_of(muted) == [(0, 0), (0, 2), (2, 0), (2, 1)]


def test_a_network_without_hidden_units_has_none() -> None:
    found = ablate(subject_of(with_changes(MOONS, layers=())))
    assert not found.units
    assert found.sentence == "The network has no hidden units to mute."


@pytest.mark.parametrize("experiment", [HILLS, DIGITS], ids=["values", "images"])
def test_values_and_images_are_evaluated_too(experiment: object) -> None:
    found = ablate(subject_of(experiment, 1))  # type: ignore[arg-type]
    assert found.units
    assert all(np.isfinite([unit.loss_rise, unit.score_fall]).all() for unit in found.units)
