"""Pruning: the smallest weights of all kernels, tried without an effect, and kept by every exported file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer
from core.experiment.project_file import TrainerState
from core.formats import NumpyProgram
from core.formats.external_reader import ReaderPredictions
from core.formats.trained_experiment import trained_model
from core.inspect.pruning import Pruning, PruningPart, prune
from core.inspect.snapshot import SnapshotRequest
from core.nn.interventions import Intervention
from tests.core.formats.programs.program_batch import run_programs
from tests.core.inspect.started import DIGITS, HILLS, IRIS, start

PRUNED = SnapshotRequest(parts={"pruning": 0.6})


def tried(experiment: Experiment, epochs: int = 8) -> tuple[Pruning, TrainerState, TrainerState]:
    """What pruning 60 % would change, the state before, and that with them pruned."""
    trainer, prepared, taker = start(experiment, epochs)
    found = taker.take(PRUNED).part(PruningPart)
    assert found is not None
    state = TrainerState.of(trainer, prepared.pipeline)
    network = trained_model(experiment, state).network
    prune(network, 0.6)
    return found, state, state.with_weights(network.state_dict())


def test_the_smallest_of_all_kernels_become_0_and_biases_stay() -> None:
    trainer, *_ = start(IRIS)
    network = trainer.network
    before, others = network.kernels.copy(), network.parameters[len(network.kernels) :].copy()
    largest = prune(network, 0.5)
    gone = network.kernels == 0.0
    assert gone.sum() == round(0.5 * len(before))
    assert np.abs(before[gone]).max() == np.float32(largest)
    assert np.abs(before[~gone]).min() >= largest
    assert np.array_equal(network.kernels[~gone], before[~gone])
    assert np.array_equal(network.parameters[len(before) :], others)
    assert prune(network, 0.0) == -1.0
    network.kernels[...] = 1.0
    prune(network, 0.25)
    assert (network.kernels == 0.0).sum() == round(0.25 * len(before))
    prune(network, 1.0)
    assert not network.kernels.any()


def test_a_snapshot_fades_the_links_and_leaves_the_training_alone() -> None:
    ends = []
    for request in (SnapshotRequest(), PRUNED):
        trainer, _, taker = start(IRIS)
        snapshot = taker.take(request, running=True)
        trainer.run_epoch()
        ends.append(trainer.network.parameters.copy())
    assert np.array_equal(*ends)
    found = snapshot.part(PruningPart)
    assert found is not None
    kernels = [layer.kernel for layer in snapshot.layers if layer.kernel is not None]
    assert sum((kernel == 0.0).sum() for kernel in kernels) == found.count == round(0.6 * found.links)


def test_a_muted_neuron_stays_muted_while_it_is_tried() -> None:
    trainer, prepared, taker = start(IRIS)
    trainer.network.intervene([Intervention("mute", 0, 2), Intervention("cut_link", 1, 0, 1)])
    found = taker.take(SnapshotRequest(parts={"pruning": 0.0})).part(PruningPart)
    assert found is not None
    assert found.before == found.after == trainer.evaluate(prepared.test)


def test_values_are_evaluated_by_their_score() -> None:
    found, *_ = tried(HILLS)
    assert found.on_test
    assert found.before.score > found.after.score


@pytest.mark.parametrize("experiment", [IRIS, DIGITS], ids=["iris", "digits"])
def test_the_accuracy_shown_is_the_exported_programs_on_raw_rows(
    experiment: Experiment, tmp_path: Path
) -> None:
    found, state, pruned = tried(experiment)
    model, (_, prepared, _) = trained_model(experiment, pruned), start(experiment, 0)
    program = tmp_path / "predict.py"
    NumpyProgram().write(model, program)
    (predictions,) = run_programs(tmp_path, [(program, prepared.raw_test_samples(len(prepared.test)))])
    assert isinstance(predictions, ReaderPredictions), predictions
    names = prepared.data.class_names
    truth = [names[label] for label in prepared.test.labels]
    assert np.mean([str(said) == is_so for said, is_so in zip(predictions.labels, truth, strict=True)]) == (
        pytest.approx(found.after.score, abs=1e-9)
    )
    assert found.before.samples == len(truth)
    assert found.after.score < found.before.score
    # It trains on from where it was.
    again = make_trainer(experiment, prepared)
    pruned.restore(again)
    assert again.epoch == state.epoch
    assert again.lacks_figures


@pytest.mark.parametrize("experiment", [IRIS, DIGITS], ids=["iris", "digits"])
def test_onnx_has_it_too(experiment: Experiment) -> None:
    pytest.importorskip("onnxruntime")
    from tests.core.onnx_runner import run_model

    found, _, pruned = tried(experiment)
    _, prepared, _ = start(experiment, 0)
    network = trained_model(experiment, pruned).network
    _, probabilities = run_model(network, prepared.pipeline, prepared.raw_test_samples(len(prepared.test)))
    assert np.mean(probabilities.argmax(axis=1) == prepared.test.labels) == pytest.approx(
        found.after.score, abs=1e-9
    )
