"""Values of thousands are learned scaled, and shown in their own units."""

from __future__ import annotations

import csv
import json
import runpy
from pathlib import Path

import numpy as np
import pytest

from core.data.datasets import Blobs, Iris, NoScaling, Standardize
from core.data.pipeline import ValueOutputs
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.project_file import TrainerState
from core.formats import Npz, loading_code
from core.formats.trained_experiment import trained_model
from core.inspect.decision_boundary import BoundaryProbe
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense
from core.train.metrics import r2_score
from core.train.trainer import Trainer
from tests.core.experiment.on_data import with_dataset
from tests.core.formats.penguins import penguins, write_penguins

MASSES = (2000, 7000)
"""Grams."""


@pytest.fixture(scope="module")
def grams(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Experiment]:
    """A table, and an experiment that predicts the body mass of a penguin in grams."""
    table = tmp_path_factory.mktemp("masses") / "penguins.csv"
    write_penguins(table)
    base = Experiment(layers=(Dense(8, "relu"),), seed=1)
    return table, with_dataset(base, penguins(table, "body_mass_g").dataset)


def learned(experiment: Experiment, epochs: int = 40) -> tuple[PreparedData, Trainer]:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared, record_initial=False)
    for _ in range(epochs):
        trainer.run_epoch()
    return prepared, trainer


@pytest.fixture(scope="module")
def trained(grams: tuple[Path, Experiment]) -> tuple[PreparedData, Trainer]:
    return learned(grams[1])


def test_a_new_table_of_values_is_standardized_and_others_are_not(grams: tuple[Path, Experiment]) -> None:
    experiment = grams[1]
    assert experiment.target_scaling == Standardize()
    assert with_dataset(experiment, Blobs(form="hills", noise=0.0)).target_scaling == NoScaling()
    assert with_dataset(experiment, Iris()).target_scaling == NoScaling()
    kept = experiment.replace(target_scaling=NoScaling())
    assert with_dataset(kept, kept.dataset).target_scaling == NoScaling()


def test_older_programs_read_what_does_not_use_it(grams: tuple[Path, Experiment]) -> None:
    assert "target_scaling" not in Experiment().to_json()
    experiment = grams[1]
    data = json.loads(json.dumps(experiment.to_json()))
    assert data["target_scaling"] == {"kind": "standardize"}
    assert Experiment.from_json(data) == experiment


def test_targets_are_scaled_by_training_samples_and_labels_are_grams(
    trained: tuple[PreparedData, Trainer],
) -> None:
    prepared, _ = trained
    assert abs(float(prepared.train.targets.mean())) < 1e-5
    assert float(prepared.train.targets.std()) == pytest.approx(1, rel=1e-4)
    assert abs(float(prepared.test.targets.mean())) > 1e-4
    assert MASSES[0] < prepared.train.labels.min() < prepared.train.labels.max() < MASSES[1]
    outputs = prepared.pipeline.outputs
    assert isinstance(outputs, ValueOutputs)
    assert (outputs.columns[0].name, outputs.columns[0].unit) == ("body_mass_g", "g")
    assert outputs.encoding == prepared.encoding
    np.testing.assert_allclose(
        prepared.encoding.to_values(prepared.train.targets), prepared.train.labels, rtol=1e-6
    )


def test_it_learns_grams_which_it_does_not_as_they_are(
    grams: tuple[Path, Experiment], trained: tuple[PreparedData, Trainer]
) -> None:
    prepared, trainer = trained
    found = trainer.evaluate(prepared.test)
    assert found.score > 0.6
    predictions = prepared.pipeline.decode(trainer.network.predict(prepared.test.inputs))
    assert predictions.values is not None
    assert r2_score(prepared.test.labels, predictions.values) == pytest.approx(found.score, abs=1e-5)
    assert MASSES[0] < predictions.values.min() < predictions.values.max() < MASSES[1]
    raw = grams[1].replace(target_scaling=NoScaling())
    plain, other = learned(raw, 5)
    np.testing.assert_array_equal(plain.train.targets, plain.train.labels)
    scaled, same = learned(grams[1], 5)
    assert other.evaluate(plain.test).score < same.evaluate(scaled.test).score - 0.2


def test_pictures_are_in_grams(grams: tuple[Path, Experiment], trained: tuple[PreparedData, Trainer]) -> None:
    prepared, trainer = trained
    boundary = BoundaryProbe(trainer.network, prepared)
    boundary.set_plane(20, None)
    values, _ = boundary.take(0)
    outputs = trainer.network.predict(prepared.grid_inputs(20))
    np.testing.assert_allclose(values.ravel(), prepared.encoding.to_values(outputs).ravel())
    assert MASSES[0] / 2 < values.min() < values.max() < 2 * MASSES[1]
    snapshot = SnapshotTaker(trainer, prepared, 1, grams[1]).take(SnapshotRequest(sample=3))
    assert snapshot.sample_output is not None
    expected = prepared.pipeline.decode(trainer.network.predict(prepared.test.inputs[3:4])).values
    assert expected is not None
    np.testing.assert_allclose(snapshot.sample_output, expected[0], rtol=1e-6)


def test_the_exported_code_predictions_in_grams(
    grams: tuple[Path, Experiment], trained: tuple[PreparedData, Trainer], tmp_path: Path
) -> None:
    (table, experiment), (prepared, trainer) = grams, trained
    model = trained_model(experiment, TrainerState.of(trainer, prepared.pipeline))
    Npz().write(model, tmp_path / "m.npz")
    program = tmp_path / "program.py"
    program.write_text(loading_code(Npz(), tmp_path / "m.npz", model.description), "utf-8")
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:50]
    theirs = runpy.run_path(str(program))["predict"](rows)
    ours = prepared.pipeline.decode(trainer.network.predict(prepared.pipeline.transform(rows))).values
    np.testing.assert_allclose(theirs, ours, rtol=1e-5)


def test_a_target_far_from_zero_keeps_its_digits(tmp_path: Path) -> None:
    write_penguins(tmp_path / "p.csv")
    experiment = penguins(tmp_path / "p.csv", "seen").replace(target_scaling=Standardize())
    prepared = prepare(with_dataset(Experiment(), experiment.dataset))
    assert len(np.unique(prepared.train.targets)) > 50
    values = prepared.pipeline.decode(prepared.train.targets).values
    assert values is not None
    np.testing.assert_allclose(values, prepared.train.labels, rtol=0, atol=1e-2)
