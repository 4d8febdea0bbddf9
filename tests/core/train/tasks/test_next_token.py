"""The next token is learned from texts, each position counted once."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from core.data.batches import BatchNoise
from core.data.datasets import Iris, Plane
from core.data.datasets.text_datasets import Names, TextFile
from core.data.datasets.toy_sequences import Brackets, Repeat
from core.data.texts import read_text
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState, load_project, save_project
from core.nn import Dense, Embedding, Reshape
from core.nn.losses import LOSSES
from core.train.tasks import Classification, FlowMatching, NextToken, Regression


def experiment(dataset: object, width: int = 16) -> Experiment:
    vocabulary = dataset.info().vocabulary  # type: ignore[attr-defined]
    layers = (Embedding(vocabulary, width), Dense(width, "tanh"))
    return Experiment(dataset=dataset, layers=layers).with_training(loss="cross_entropy")  # type: ignore[arg-type]


@pytest.fixture
def running(tmp_path: Path) -> PreparedData:
    """All letters of a text, each there once."""
    path = tmp_path / "text.txt"
    path.write_text("".join(map(chr, range(1_000, 1_400))), "utf-8")
    return prepare(experiment(TextFile.of(read_text(path, 1_000), samples_are="text", context=8, most=1_000)))


def test_it_is_the_usual_task_of_texts_and_refuses_others() -> None:
    made = experiment(Names())
    assert made.task == NextToken()
    assert "task" not in made.to_json()
    assert Experiment.from_json(made.to_json()) == made
    assert NextToken().why_not(Brackets(asked="balanced").info()) == (
        "The next token needs texts that go on, and these data have classes"
    )
    assert NextToken().why_not(Plane().info()).endswith("these data have values")
    for task in (Classification(), Regression(), FlowMatching()):
        assert task.why_not(Names().info())
    assert Experiment(dataset=Iris()).replace(dataset=Names()).task == NextToken()
    assert Experiment(dataset=Names()).replace(dataset=Iris()).task == Classification()


def test_only_cross_entropy_tells_tokens_apart() -> None:
    task, info = NextToken(), Names().info()
    assert [loss.kind for loss in LOSSES if task.takes(loss())] == ["cross_entropy"]
    assert task.why_no_loss(LOSSES.make("mse"), info, "Names") == (
        "Mean squared error does not tell tokens apart; take cross-entropy"
    )
    assert not find_problems(experiment(Names()))


def test_the_loss_is_the_mean_in_nats_of_counted_positions() -> None:
    made = experiment(Repeat(order="backwards", samples=300))
    prepared = prepare(made)
    trainer = make_trainer(made, prepared)
    shares = trainer.network.predict(prepared.test.inputs)
    labels = prepared.test.labels
    counted = labels >= 0
    own = np.take_along_axis(shares, np.maximum(labels, 0)[..., None].astype(int), -1)[..., 0]
    assert trainer.evaluate(prepared.test).loss == pytest.approx(-np.log(own[counted]).mean(), rel=1e-5)
    right = (shares.argmax(-1) == labels)[counted].mean()
    assert trainer.evaluate(prepared.test).score == pytest.approx(right)
    # The mean of an epoch counts positions, too, whatever the size of the last batch.
    trainer.configure(
        made.training.replace(batch_size=64, optimizer=made.training.optimizer.replace(learning_rate=1e-9))
    )
    assert trainer.run_epoch() == pytest.approx(trainer.evaluate(prepared.train).loss, rel=1e-3)


def test_what_is_not_counted_changes_nothing() -> None:
    made = experiment(Repeat(order="backwards", samples=60))
    prepared = prepare(made)
    trainer = make_trainer(made, prepared)
    objective = trainer.train_step.objective
    before = trainer.evaluate(prepared.test)
    outputs = trainer.network.predict(prepared.test.inputs)
    outputs[:, :7] = np.roll(outputs[:, :7], 1, axis=-1)
    assert objective.score(outputs, prepared.test) == before.score


def test_an_evaluation_takes_so_many_positions() -> None:
    made = experiment(Repeat(samples=2_000))
    prepared = prepare(made)
    trainer = make_trainer(made, prepared)
    trainer.run_epoch()
    assert trainer.test_predictions is not None
    assert trainer.test_predictions.shape == (250, 16)
    assert len(prepared.test.limited()) == 250
    assert prepared.train.limited().labels.size == 4_000


def test_windows_of_a_running_text_begin_elsewhere_in_each_batch(running: PreparedData) -> None:
    task, samples = running.task, running.train
    source, targets, _ = samples.batch
    assert source.shape == (len(samples), 16)
    noise, seen = BatchNoise(0), set()
    for epoch in range(40):
        inputs, following = task.make(source, targets, noise.at(epoch, 0))
        assert inputs.shape == following.shape == targets.shape
        # Each letter is followed by the next one of the text.
        assert (following == inputs.astype(int) + 1).all()
        seen.add(int(inputs[0, 0]))
    assert seen == set(range(8))
    first, again = (task.make(source, targets, noise.at(3, 5))[0] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    # Nothing of the test windows is ever made.
    assert source.max() < running.test.inputs.min()


def test_evaluated_windows_do_not_move(running: PreparedData) -> None:
    for samples in (running.train, running.test):
        assert (samples.targets == samples.inputs.astype(int) + 1).all()
        assert (np.diff(samples.inputs[:, 0].astype(int)) == 8).all()


def test_a_training_goes_on_from_a_file_bit_by_bit(tmp_path: Path) -> None:
    made = experiment(Repeat(samples=200, letters=4, half=4))
    made = made.replace(layers=(Reshape((8, 1)), Dense(16, "tanh")))
    prepared = prepare(made)
    trainer = make_trainer(made, prepared)
    for _ in range(7):
        trainer.step()
    save_project(tmp_path / "a.nnplay", made, TrainerState.of(trainer, prepared.pipeline))
    loaded, state = load_project(tmp_path / "a.nnplay")
    assert loaded == made
    assert state is not None
    assert state.pipeline == prepared.pipeline
    other = make_trainer(loaded, prepare(loaded), record_initial=False)
    state.restore(other)
    other.start_history()
    assert trainer.run_epoch() == other.run_epoch()
    np.testing.assert_array_equal(trainer.network.parameters, other.network.parameters)


def test_letters_alone_reach_the_entropy_of_letters() -> None:
    """Without a past a network learns how often each letter follows, and no more than can be known."""
    made = experiment(Repeat(samples=400, letters=3, half=2), width=8)
    prepared = prepare(made)
    trainer = make_trainer(made, prepared)
    for _ in range(30):
        trainer.run_epoch()
    assert prepared.data.floor < trainer.figures.test.loss < math.log(3) + 0.02
