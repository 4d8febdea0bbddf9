"""Evaluation in chunks, and within long epochs."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.experiment.project_file import TrainerState
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.optim import LBFGS, SGD
from core.train.evaluation import EvaluationSchedule
from core.train.trainer import Trainer
from core.train.warm_start import continue_training
from tests.core.trainers import trainer_of

# The compiled engine evaluates short epochs in one piece.
pytestmark = pytest.mark.numpy_engine
CODING = TargetEncoding(3, 3)


def samples(count: int, seed: int = 0) -> Samples:
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(count, 4)).astype(np.float32)
    predictions = np.argmax(inputs[:, :3], axis=1)
    return Samples(inputs, CODING.encode(predictions), predictions)


def make_trainer(train: int = 6000, test: int = 9000) -> Trainer:
    network = Network((Dense(8, "tanh"), Dense(3, "softmax")), (4,), seed=1)
    return trainer_of(
        network,
        samples(train),
        samples(test, 1),
        encoding=CODING,
        loss=CrossEntropy(),
        optimizer=SGD(learning_rate=0.1),
        batch_size=50,
        seed=2,
    )


def run_in_slices(trainer: Trainer, epochs: int) -> list[bool]:
    """Train in calls that each do the least; returns whether each left the evaluation pending."""
    left = []
    while trainer.epoch < epochs:
        trainer.run_for(0.0, 0 if trainer.is_evaluating else 1)
        left.append(trainer.is_evaluating)
    return left


def test_an_epoch_ends_only_when_the_network_is_evaluated() -> None:
    trainer = make_trainer()
    while not (trainer.is_evaluating and trainer.step_in_epoch == 120):
        trainer.run_for(0.0, 1)
    assert (trainer.epoch, trainer.step_in_epoch) == (0, 120)
    weights = trainer.network.parameters.copy()
    calls = 0
    while trainer.epoch == 0:
        trainer.run_for(0.0, 0)
        calls += 1
    assert calls >= 3  # 9,000 test samples are several chunks
    assert not trainer.is_evaluating
    assert trainer.step_in_epoch == 0
    np.testing.assert_array_equal(trainer.network.parameters, weights)  # without steps, nothing changes


def test_slices_give_the_same_numbers_as_whole_epochs() -> None:
    whole, sliced = make_trainer(), make_trainer()
    for _ in range(3):
        whole.run_epoch()
    assert any(run_in_slices(sliced, 3))
    np.testing.assert_array_equal(whole.network.parameters, sliced.network.parameters)
    np.testing.assert_array_equal(whole.log.to_array(), sliced.log.to_array())
    assert whole.figures.test == sliced.figures.test


def test_the_parts_give_the_loss_and_accuracy_of_all_samples() -> None:
    trainer = make_trainer()
    trainer.run_epoch()
    assert trainer.test is not None
    outputs = trainer.network.predict(trainer.test.inputs)
    loss = -np.mean(np.log(outputs[np.arange(9000), trainer.test.labels]))
    right = np.argmax(outputs, axis=1)
    assert trainer.figures.test.loss == pytest.approx(float(loss), rel=1e-5)
    assert trainer.figures.test.score == pytest.approx(float(np.mean(right == trainer.test.labels)))
    assert trainer.test_predictions is not None
    np.testing.assert_array_equal(trainer.test_predictions, right)


def test_long_epochs_have_rows_between_evaluated_on_a_few_samples() -> None:
    trainer = make_trainer()
    trainer.run_for(60.0, 119)
    epochs = trainer.log.view().epoch
    assert len(epochs) == 2  # the start, and one within the epoch
    assert 0.0 < epochs[1] < 1.0
    assert accuracy_of_predictions(trainer)[0] == 450
    assert trainer.figures.place.position == epochs[1]
    assert [trainer.figures.of(split).samples for split in ("train", "test")] == [450, 450]
    assert trainer.figures.train.corrected
    assert trainer.figures.train.part == "of 450"
    trainer.run_for(60.0, 1)
    trainer.finish_evaluation()
    assert trainer.log.view().epoch[-1] == trainer.figures.place.position == 1.0
    assert accuracy_of_predictions(trainer) == (9000, trainer.figures.test.score)


def accuracy_of_predictions(trainer: Trainer) -> tuple[int, float]:
    """The number of test samples predicted, and the share that is right."""
    predicted = trainer.test_predictions
    assert predicted is not None
    assert trainer.test is not None
    return len(predicted), float(np.mean(predicted == trainer.test.labels[: len(predicted)]))


def test_rows_within_an_epoch_have_the_mean_loss_of_the_batches_since_the_row_before() -> None:
    trainer = make_trainer(60_000, 100)
    losses = [trainer.step() for _ in range(2400)]
    history = trainer.log.view()
    steps = np.rint(history.epoch * 1200).astype(int)
    for row in range(1, len(history)):
        assert history.mean_loss[row] == pytest.approx(np.mean(losses[steps[row - 1] : steps[row]]))
    # A mean that begins anew with the epoch would fall by more than a tenth here.
    before, after = history.train_loss[11:13]
    assert after > 0.9 * before


def test_the_mean_goes_on_exactly_after_a_restart_in_the_middle_of_an_epoch() -> None:
    straight, again = make_trainer(60_000, 100), make_trainer(60_000, 100)
    straight.run_for(60.0, 1000)
    state = TrainerState.of(straight)
    state.restore(again)
    straight.run_epoch()
    again.run_epoch()
    np.testing.assert_array_equal(straight.log.to_array(), again.log.to_array())


def test_short_epochs_have_none() -> None:
    trainer = make_trainer(train=1000)
    trainer.run_epoch()
    np.testing.assert_array_equal(trainer.log.view().epoch, [0.0, 1.0])


@pytest.mark.parametrize("count", [0, 10, 3000, 3334, 8000, 60_000, 1_000_000])
def test_sampling_takes_little_of_an_epoch(count: int) -> None:
    sampling = EvaluationSchedule(count)
    size = 64
    due = [place for place in range(size, count, size) if sampling.is_due(place - size, place)]
    assert len(due) == sampling.times
    assert len(due) <= 10
    assert 2 * sampling.samples * sampling.times <= 0.15 * count
    assert not due or min(np.diff([0, *due, count])) > 0.9 * count / (len(due) + 1) - size
    assert sampling.samples == 0 or 250 <= sampling.samples <= 500


def test_saving_in_the_middle_of_judging_finishes_it_first() -> None:
    whole, saved = make_trainer(), make_trainer()
    whole.run_epoch()
    saved.run_for(60.0, 120)
    assert saved.is_evaluating
    progress = TrainerState.of(saved)
    again = make_trainer()
    progress.restore(again)
    assert again.epoch == 1
    np.testing.assert_array_equal(again.log.to_array(), whole.log.to_array())
    whole.run_epoch()
    again.run_epoch()
    np.testing.assert_array_equal(again.network.parameters, whole.network.parameters)


def test_a_live_change_in_the_middle_of_judging_keeps_the_row() -> None:
    trainer = make_trainer()
    trainer.run_for(60.0, 120)
    assert trainer.is_evaluating
    trainer.configure(trainer.config.replace(optimizer=SGD(learning_rate=0.01)))
    assert trainer.epoch == 1
    assert trainer.log.view().epoch[-1] == 1.0


def test_other_data_drop_what_was_half_evaluated() -> None:
    trainer = make_trainer()
    trainer.run_for(60.0, 120)
    assert trainer.is_evaluating
    trainer.set_data(samples(500, 3), samples(100, 4))
    assert not trainer.is_evaluating
    trainer.run_epoch()
    assert math.isfinite(trainer.figures.test.loss)


def test_the_record_never_goes_back_when_the_batch_size_changes_within_an_epoch() -> None:
    trainer = make_trainer(60_000, 100)
    trainer.configure(trainer.config.replace(batch_size=1000))
    trainer.run_for(60.0, 50)
    trainer.configure(trainer.config.replace(batch_size=100))
    assert trainer.step_in_epoch == 500
    assert trainer.steps_left == 100
    trainer.run_epoch()
    epochs = trainer.log.view().epoch
    assert (np.diff(epochs) > 0).all()
    assert len(epochs) == 12
    assert epochs[-1] == 1.0


def test_the_record_never_goes_back_when_an_edit_begins_the_epoch_again() -> None:
    old, new = make_trainer(60_000, 100), make_trainer(60_000, 100)
    old.run_for(60.0, 900)
    continue_training(old, new, "Add layer")
    assert new.log.marks[-1].epoch == 0.75
    new.run_epoch()
    epochs = new.log.view().epoch
    assert (np.diff(epochs) > 0).all()
    assert epochs[-1] == 1.0


def test_steps_left_end_exactly_with_the_epoch_whatever_the_batch_size_was() -> None:
    trainer = make_trainer(1000, 10)
    trainer.run_for(60.0, 5)
    trainer.configure(trainer.config.replace(batch_size=30))
    trainer.run_for(60.0, trainer.steps_left)
    assert (trainer.epoch, trainer.batches.position) == (1, 0)


def test_an_epoch_of_lbfgs_that_is_half_evaluated_needs_no_further_step() -> None:
    trainer = make_trainer()
    trainer.configure(trainer.config.replace(optimizer=LBFGS()))
    trainer.run_for(0.0, 1)
    assert trainer.is_evaluating
    assert trainer.has_trained
    while trainer.epoch == 0:
        trainer.run_for(0.0, trainer.steps_left)
    assert trainer.optimizer_state.step == 1


def test_steps_of_a_batch_do_not_count_for_an_optimizer_that_sees_all() -> None:
    trainer = make_trainer()
    trainer.run_for(60.0, 30)
    trainer.configure(trainer.config.replace(optimizer=LBFGS()))
    assert trainer.step_in_epoch <= trainer.steps_per_epoch == 1
    new = make_trainer()
    continue_training(trainer, new, "Add layer")
    assert new.log.marks[-1].epoch == 0.25


def test_a_state_restored_within_an_epoch_is_evaluated_again() -> None:
    trained, again = make_trainer(), make_trainer()
    trained.run_for(60.0, 100)
    TrainerState.of(trained).restore(again)
    assert again.test_predictions is None
    assert again.figures.test == trained.figures.test
    again.start_history()
    assert accuracy_of_predictions(again) == (9000, again.figures.test.score)
    # No row of the history is of this moment.
    part = again.evaluate(again.train.head(1000))
    assert again.figures.train == dataclasses.replace(part, of=6000)
    assert again.figures.place.position == again.fractional_epoch
    np.testing.assert_array_equal(again.log.to_array(), trained.log.to_array())


@pytest.mark.parametrize("at_rest", [False, True])
def test_figures_that_a_file_knows_stay_when_it_is_restored(at_rest: bool) -> None:
    trained, again = make_trainer(), make_trainer()
    trained.run_epoch()
    if at_rest:
        trained.measure()
    TrainerState.of(trained).restore(again)
    again.start_history()
    assert again.figures == trained.figures
    assert accuracy_of_predictions(again) == (9000, again.figures.test.score)
    assert again.lacks_figures is not at_rest


def test_no_samples_have_no_loss_and_no_accuracy() -> None:
    found = make_trainer().evaluate(samples(0))
    assert math.isnan(found.loss)
    assert math.isnan(found.score)
