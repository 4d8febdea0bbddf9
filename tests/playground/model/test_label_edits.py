"""Label corrections of the document: one undo step, kept while rows are the same samples."""

from __future__ import annotations

import pytest

from core.data.datasets import Digits, ImageFolder, Iris, Moons, Painted
from core.experiment.experiment import Experiment
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from playground.model.document import Document
from playground.model.label_edits import with_corrections, without_corrections
from playground.training.edit_effects import can_continue

# QUndoStack needs an application.
pytestmark = pytest.mark.usefixtures("qapp")


def corrected(experiment: Experiment) -> Document:
    document = Document(experiment)
    document.change("Drop 2 samples", with_corrections(document.experiment, [3, 1], None))
    assert document.experiment.corrections == ((1, None), (3, None))
    return document


def test_a_correction_is_one_step_back() -> None:
    document = corrected(Experiment())
    assert document.undo_stack.undoText() == "Drop 2 samples"
    document.undo_stack.undo()
    assert document.experiment.corrections == ()


def test_other_data_drop_the_corrections_in_the_same_step() -> None:
    document = corrected(Experiment())
    noisier = document.experiment.replace(dataset=Moons(noise=0.4))
    document.change("Change noise", noisier)
    assert document.experiment.corrections == ()
    document.undo_stack.undo()
    assert document.experiment.corrections == ((1, None), (3, None))


def test_another_seed_drops_them_only_where_it_makes_other_samples() -> None:
    for dataset, kept in (
        (Moons(), False),
        (Iris(), True),
        (Digits(size="28x28"), True),
        (Digits(size="28x28", samples=500), False),
    ):
        document = corrected(Experiment(dataset=dataset, training=TrainingConfig(loss=CrossEntropy())))
        document.change("New seed", document.experiment.replace(data_seed=9))
        assert bool(document.experiment.corrections) is kept, dataset


def test_edits_of_the_network_keep_them() -> None:
    document = corrected(Experiment())
    document.change("Change rate", document.experiment.replace(train_share=0.5).with_training(batch_size=3))
    assert len(document.experiment.corrections) == 2
    document.change("Restore", without_corrections(document.experiment))
    assert document.experiment.corrections == ()


def test_painted_points_are_painted_over() -> None:
    experiment = Experiment(dataset=Painted())
    relabelled = with_corrections(experiment, [0, 2], 1)
    assert isinstance(relabelled.dataset, Painted)
    assert [point[2] for point in relabelled.dataset.points[:4]] == [1, 0, 1, 0]
    dropped = with_corrections(experiment, [0], None)
    assert isinstance(dropped.dataset, Painted)
    assert isinstance(experiment.dataset, Painted)
    assert dropped.dataset.points == experiment.dataset.points[1:]
    assert relabelled.corrections == dropped.corrections == ()


def test_what_was_learned_goes_on() -> None:
    experiment = Experiment()
    assert can_continue(experiment, with_corrections(experiment, [0], 1))


def test_another_folder_is_another_question_and_a_moved_one_is_not() -> None:
    experiment = Experiment(dataset=ImageFolder(path="/old/shapes"))
    moved = experiment.replace(dataset=ImageFolder(path="/new/shapes"))
    other = experiment.replace(dataset=ImageFolder(path="/old/letters"))
    assert can_continue(experiment, moved)
    assert not can_continue(experiment, other)
