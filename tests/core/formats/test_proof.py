"""Written files are read back in a process of their own, and what predicts otherwise is told apart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Digits, Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState
from core.formats import Exporter, Npz, Safetensors, TrainedModel
from core.formats.external_reader import MissingReaderError, ReaderPredictions, package_version, run_program
from core.formats.proof import LIMIT, Proof, prove
from core.formats.trained_experiment import trained_model
from core.nn import Dense, Flatten
from tests.core.experiment.on_data import with_dataset
from tests.core.formats.penguins import penguins, write_penguins

Learned = tuple[TrainedModel, Any]


def learned(experiment: Experiment, epochs: int = 5) -> Learned:
    """The trained model, and its raw test samples."""
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared, record_initial=False)
    for _ in range(epochs):
        trainer.run_epoch()
    model = trained_model(experiment, TrainerState.of(trainer, prepared.pipeline))
    return model, prepared.raw_test_samples(60)


@pytest.fixture(scope="module")
def points() -> Learned:
    return learned(Experiment(dataset=Moons(samples=200), layers=(Dense(4, "tanh"),)))


def table(folder: Path, target: str) -> Learned:
    write_penguins(folder / "penguins.csv")
    return learned(penguins(folder / "penguins.csv", target))


@pytest.mark.parametrize("data", ["points", "classes", "values", "images"])
@pytest.mark.parametrize("exporter", [Npz(), Safetensors(layout="keras")], ids=lambda each: each.kind)
def test_the_program_of_a_file_predicts_the_same(
    exporter: Exporter, data: str, points: Learned, tmp_path: Path
) -> None:
    if data == "points":
        model, raw = points
    elif data == "images":
        model, raw = learned(with_dataset(Experiment(layers=(Flatten(), Dense(8))), Digits()), 1)
    else:
        model, raw = table(tmp_path, "species" if data == "classes" else "body_mass_g")
    proof = prove(exporter, model, raw)
    assert proof.holds, proof.fault
    assert proof.reader.startswith("numpy ")
    assert proof.samples == len(next(iter(raw.values())) if isinstance(raw, dict) else raw) == 60
    assert proof.same == (None if data == "values" else 60)
    assert proof.size > 500
    assert set(proof.to_json()) >= {"reader", "samples", "largest_difference"}


@pytest.mark.foreign
def test_pytorch_reads_its_layout(points: Learned) -> None:
    proof = prove(Safetensors(), *points)
    assert proof.holds, proof.fault
    assert proof.reader.startswith("torch ")


class Lossy(Npz):
    """Writes weights that are a little off."""

    kind = "lossy"
    by = 0.02

    def write(self, model: TrainedModel, path: Path) -> None:
        for weights in model.network.weights:
            for array in weights.values():
                array *= 1 + self.by
        super().write(model, path)
        for weights in model.network.weights:
            for array in weights.values():
                array /= 1 + self.by


def test_a_file_that_predicts_otherwise_is_a_fault(points: Learned) -> None:
    proof = prove(Lossy(), *points)
    assert not proof.holds
    assert 1e-5 < proof.largest < 0.5
    assert proof.fault.startswith(
        f"numpy {np.__version__} must predict what the network does within 1e-05, got"
    )


def test_a_missing_reader_is_no_fault(points: Learned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.formats.proof.package_version", lambda _: package_version("no-such-package"))
    proof = prove(Npz(), *points)
    assert not proof.holds
    assert proof.fault == ""
    assert proof.sentence == "The file is written but not read back: no-such-package is not installed here"
    assert proof.size > 500


def test_a_tie_counts_as_the_same_label() -> None:
    from core.data.pipeline import Predictions
    from core.formats.proof import _probability_differences

    own = Predictions(
        np.array([0, 1]), np.array(["a", "b"], object), np.array([[0.5, 0.5], [0.1, 0.9]], np.float32)
    )
    found = ReaderPredictions("x", ["b", "a"], np.array([[0.5, 0.5], [0.1, 0.9]]))
    differences, same = _probability_differences(own, found)
    assert same == 1
    assert differences.max() < 1e-7


@pytest.mark.parametrize(("gap", "same"), [(1.9, 1), (2.1, 0), (2_000.0, 0), (19_000.0, 0)])
def test_what_is_no_tie_is_another_label(gap: float, same: int) -> None:
    """A tie is twice the limit: where both of two probabilities may be off by it."""
    from core.data.pipeline import Predictions
    from core.formats.proof import _probability_differences

    own = np.array([[0.3, 0.35 - gap * LIMIT / 2, 0.35 + gap * LIMIT / 2]])
    predictions = Predictions(np.array([2]), np.array(["c"], object), own)
    assert _probability_differences(predictions, ReaderPredictions("x", ["b"], own))[1] == same


def test_not_finite_and_missing_predictions_do_not_hold() -> None:
    assert not Proof("x", np.array([np.nan]), same=1).holds
    assert "got a difference of nan" in Proof("x", np.array([np.nan]), same=1).fault
    assert not Proof("x", np.array([1e-7, 1e-7]), same=1).holds
    assert not Proof().holds
    assert Proof().fault == ""


def test_a_program_that_fails_is_a_sentence(points: Learned, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"x 1 cannot run the file: ZeroDivisionError: division by zero"):
        run_program("predict = lambda raw: 1 / 0", np.zeros((1, 2)), "x 1")
    monkeypatch.setattr("sys.frozen", True, raising=False)
    with pytest.raises(MissingReaderError, match="this bundle has no Python"):
        run_program("", np.zeros((1, 2)), "x 1")


def test_the_proof_is_written_into_the_file(points: Learned, tmp_path: Path) -> None:
    model, raw = points
    proof = prove(Npz(), model, raw)
    Npz().write(replace(model, proof=proof.to_json()), tmp_path / "proven.npz")
    noted = json.loads(str(np.load(tmp_path / "proven.npz")["metadata"]))["proof"]
    assert noted["samples"] == 60
    assert noted["reader"] == f"numpy {np.__version__}"
