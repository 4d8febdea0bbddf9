"""One trial: its numbers are those of a single training, and what goes wrong is a sentence in its result."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.data.datasets import Blobs, Digits, Moons, TableFile
from core.data.datasets.toy_sequences import Repeat
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import unpack_project
from core.experiment.stack_problems import with_task
from core.nn import Dense, Embedding, Flatten
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.runs.trial import Trial
from core.sweep import run_trial as module
from core.sweep.run_trial import THUMBNAIL_POINTS, Budget, Task, run_trial
from core.train.stop_condition import StopCondition
from core.train.tasks.flow_matching import FlowMatching
from tests.core.sweep.small_sweeps import TINY, numbers

EASY = Experiment(dataset=Blobs(form="pair", samples=60, noise=0.05), layers=(Dense(4),))


def trial(epochs: int = 3, *settings: tuple[str, object], rung: int = 0) -> Trial:
    return Trial(0, 0, 5, epochs, settings, rung)


def test_the_numbers_are_those_of_a_single_training() -> None:
    result = run_trial(Task(trial(3, ("optimizer.learning_rate", 0.1), ("layers.dense.units", 2)), TINY))
    same = TINY.replace(layers=(Dense(2, activation="tanh"),), seed=5)
    same = same.with_training(optimizer=same.training.optimizer.replace(learning_rate=0.1))
    trainer = make_trainer(same, prepare(same))
    for _ in range(3):
        trainer.run_epoch()
    assert (result.status, result.sentence, result.epochs) == ("done", "", 3.0)
    assert (result.train_loss, result.train_score) == (
        trainer.figures.train.loss,
        trainer.figures.train.score,
    )
    assert (result.test_loss, result.test_score) == (
        trainer.figures.test.loss,
        trainer.figures.test.score,
    )
    assert np.array_equal(result.curve, trainer.log.to_array()[:, :5].astype(np.float32), equal_nan=True)
    assert result.parameters == trainer.network.parameter_count == 9
    assert result.boundary is not None
    assert result.boundary.shape == (THUMBNAIL_POINTS, THUMBNAIL_POINTS, 1)
    experiment, state = unpack_project(result.project)
    assert experiment == same
    assert state is not None
    for name, array in trainer.network.state_dict().items():
        assert np.array_equal(state.weights[name], array)


def test_samples_made_of_noise_are_nearer_to_the_data_after_more_epochs() -> None:
    flow = with_task(Experiment(dataset=Moons(samples=60), layers=(Dense(16, "silu"),)), FlowMatching())
    short, long = (run_trial(Task(trial(epochs), flow)) for epochs in (1, 60))
    assert 0.0 < long.distance < short.distance
    assert long.score("distance") > short.score("distance")
    assert math.isnan(run_trial(Task(trial(1), EASY)).distance)


def test_a_network_of_texts_says_what_it_writes() -> None:
    texts = Experiment(dataset=Repeat(samples=60, half=4), layers=(Embedding(12, 8),))
    texts = texts.with_training(loss="cross_entropy")
    first, other = (run_trial(Task(trial(epochs), texts)).lines for epochs in (1, 4))
    assert (len(first), {len(line) for line in first}) == (8, {9})
    assert first != other
    assert run_trial(Task(trial(1), EASY)).lines == ()


def test_training_on_from_a_rung_gives_the_same_numbers_as_at_once() -> None:
    budget = Budget(stop=StopCondition(patience=30))
    first = run_trial(Task(trial(2), TINY, budget))
    on = run_trial(Task(trial(6, rung=1), TINY, budget, project=first.project))
    assert numbers(on) == numbers(run_trial(Task(trial(6, rung=1), TINY, budget)))


@pytest.mark.parametrize("project", [False, True], ids=["anew", "from a rung that ended early"])
def test_a_goal_ends_a_trial_with_a_sentence(project: bool) -> None:
    budget = Budget(stop=StopCondition(accuracy=0.9))
    begun = run_trial(Task(trial(200), EASY, budget)).project if project else b""
    result = run_trial(Task(trial(500), EASY, budget, project=begun))
    assert result.status == "done"
    assert result.epochs < 200
    assert result.test_score >= 0.9
    assert "test accuracy" in result.sentence
    assert "reached 90 %" in result.sentence


def test_patience_ends_a_trial() -> None:
    result = run_trial(
        Task(trial(500, ("optimizer.learning_rate", 0.0)), TINY, Budget(stop=StopCondition(patience=2)))
    )
    assert result.epochs < 10
    assert "got no better for 2 epochs" in result.sentence


def test_seconds_end_a_trial_at_a_step() -> None:
    result = run_trial(Task(trial(10_000_000), TINY, Budget(seconds=0.05)))
    assert result.status == "done"
    assert 0 < result.epochs < 10_000_000
    assert result.sentence == "Stopped after 0.05 seconds"
    assert result.project


def test_images_have_a_confusion_matrix_and_values_a_boundary() -> None:
    images = Experiment(dataset=Digits(), layers=(Flatten(), Dense(4))).with_training(loss=CrossEntropy())
    result = run_trial(Task(trial(1), images))
    assert result.boundary is None
    assert result.confusion is not None
    assert result.confusion.shape == (10, 10)
    values = Experiment(dataset=Blobs(form="hills", samples=40), layers=(Dense(2),)).with_training(
        loss=MeanSquaredError()
    )
    assert run_trial(Task(trial(1), values)).boundary is not None


def test_a_divergence_is_a_result_and_the_worst() -> None:
    wild = EASY.replace(dataset=Blobs(form="hills", samples=40)).with_training(loss=MeanSquaredError())
    result = run_trial(Task(trial(50, ("optimizer", {"kind": "sgd", "learning_rate": 100.0})), wild))
    assert result.status == "diverged"
    assert "the loss is no longer a number" in result.sentence
    assert result.boundary is None
    assert result.score("test_loss") == -np.inf


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ((("layers", "conv2d 4"),), "Conv2D"),
        ((("optimizer", "sgd"), ("optimizer.beta_1", 0.5)), "SGD has no setting called 'beta_1'"),
    ],
)
def test_what_cannot_run_fails_with_a_sentence(
    settings: tuple[tuple[str, object], ...], sentence: str
) -> None:
    result = run_trial(Task(trial(3, *settings), TINY))
    assert result.status == "failed"
    assert sentence in result.sentence
    assert (result.project, result.boundary) == (b"", None)


@pytest.mark.parametrize(
    ("chosen", "budget", "wanted"),
    [("auto", "compiled", "compiled"), ("auto", "numpy", "numpy"), ("numpy", "compiled", "numpy")],
)
def test_auto_is_the_engine_that_the_sweep_was_begun_with(
    chosen: str, budget: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, preferred = [], []
    monkeypatch.setattr(module.readiness, "load_for", loaded.append)
    monkeypatch.setattr(module.Trainer, "prefer_engine", lambda trainer, engine: preferred.append(engine))
    run_trial(Task(trial(1), TINY.with_training(engine=chosen), Budget(engine=budget)))
    assert (loaded, preferred) == ([wanted], [budget])


def test_data_that_were_loaded_elsewhere_need_no_file() -> None:
    here = run_trial(Task(trial(2), TINY))
    there = run_trial(Task(trial(2), TINY, data=TINY.dataset.load(0), token="a"))
    assert numbers(here) == numbers(there)
    missing = TINY.replace(dataset=TableFile())
    assert run_trial(Task(trial(1), missing)).status == "failed"


def test_data_are_prepared_once_for_trials_that_share_them(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = []
    monkeypatch.setattr(module, "_kept", type(module._kept)())
    monkeypatch.setattr(module, "prepare", lambda *given: prepared.append(given) or prepare(*given))
    for settings in [("batch_size", 5), ("layers.dense.units", 2), ("optimizer.learning_rate", 0.5)]:
        run_trial(Task(trial(1, settings), TINY))
    assert len(prepared) == 1
    run_trial(Task(trial(1, ("dataset.noise", 0.4)), TINY))
    run_trial(Task(replace(trial(1), seed=9), TINY))
    assert len(prepared) == 2


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (KeyError("loss"), "It stopped: KeyError: 'loss'"),
        (np.linalg.LinAlgError("Singular matrix"), "Singular matrix"),
        (MemoryError(), "It stopped: it takes more memory than there is"),
    ],
)
def test_whatever_a_trial_raises_ends_it_alone(
    monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("core.sweep.run_trial._trained", fail)
    found = run_trial(Task(Trial(0, 0, 0, 1), Experiment()))
    assert (found.status, found.sentence) == ("failed", sentence)
