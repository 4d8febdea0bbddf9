"""The exam of all tasks: what each decides fits the rest, in files, encodings, losses and scores."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.datasets import DATASETS, Dataset, Digits, Iris, Moons, Plane
from core.data.datasets.toy_sequences import Repeat
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.nn import ACTIVATIONS, Dense, Reshape
from core.nn.losses import LOSSES
from core.spec import SettingError
from core.train.evaluation import Objective
from core.train.tasks import TASKS, Classification, Regression, Task, usual_task
from tests.core.kinds import kind_id

DATA = (Moons(samples=60), Plane(samples=60), Digits(), Repeat(samples=60))
each_task = pytest.mark.parametrize("kind", list(TASKS), ids=kind_id)


def data_for(task: Task) -> Dataset:
    """The first data that the task is for."""
    return next(data for data in DATA if not task.why_not(data.info()))


def experiment_for(kind: type[Task]) -> Experiment:
    task = kind()
    data = data_for(task)
    # A prediction at each position.
    layers = (Reshape((16, 1)), Dense(8, "tanh")) if data.info().form == "tokens" else ()
    return Experiment(dataset=data, task=task, layers=layers).with_training(loss=task.usual_loss(data.info()))


@each_task
def test_a_task_says_what_a_menu_and_a_message_need(kind: type[Task]) -> None:
    assert kind.title
    assert kind.summary
    assert kind.predictions
    assert any(kind().takes(loss()) for loss in LOSSES)
    for data in (kind_() for kind_ in DATASETS):
        assert not kind().why_not(data.info()).endswith(".")


@each_task
def test_a_task_is_kept_in_a_file_unless_it_is_usual(kind: type[Task]) -> None:
    experiment = experiment_for(kind)
    data = experiment.to_json()
    assert ("task" in data) == (kind.labels is None)
    assert Experiment.from_json(data) == experiment
    assert Experiment.from_json(data | {"task": kind().to_json()}) == experiment


@each_task
def test_outputs_targets_and_predictions_have_one_shape(kind: type[Task]) -> None:
    experiment = experiment_for(kind)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    assert type(trainer.task) is type(prepared.task) is kind
    found = trainer.network.predict(prepared.test.inputs)
    assert found.shape[: prepared.test.targets.ndim] == prepared.test.targets.shape
    assert trainer.test_predictions is not None
    assert len(trainer.test_predictions) == len(prepared.test)
    assert math.isfinite(trainer.figures.test.loss)
    assert math.isfinite(trainer.run_epoch())


@each_task
def test_perfect_outputs_score_best(kind: type[Task]) -> None:
    experiment = experiment_for(kind)
    prepared = prepare(experiment)
    objective = Objective(prepared.task, prepared.encoding, LOSSES.make("mse"), None)
    perfect = prepared.test.targets
    if prepared.encoding.tokens:
        perfect = np.eye(prepared.encoding.classes)[perfect]
    assert objective.score(perfect, prepared.test) == pytest.approx(1.0)
    broken = perfect.copy()
    broken[0] = np.nan
    assert math.isnan(objective.score(broken, prepared.test))


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy", "mse"])
def test_the_outputs_of_several_networks_are_predicted_at_once(loss: str) -> None:
    experiment = Experiment(dataset=Moons(samples=60)).with_training(loss=LOSSES.make(loss))
    function = experiment.output_activation()
    for activation in (function, None):
        objective = Objective(experiment.task, experiment.encoding, experiment.training.loss, activation)
        outputs = np.random.default_rng(0).normal(size=(3, 7, experiment.encoding.outputs))
        expected = [objective.predictions(one) for one in outputs]
        np.testing.assert_array_equal(objective.predictions(outputs), expected)


def test_a_logit_of_zero_parts_two_classes() -> None:
    experiment = Experiment(dataset=Moons(samples=60))
    outputs = np.array([[0.2], [0.7]])
    loss, sigmoid = LOSSES.make("binary_cross_entropy"), ACTIVATIONS.make("sigmoid")
    fused = Objective(experiment.task, experiment.encoding, loss, sigmoid)
    plain = Objective(experiment.task, experiment.encoding, loss, ACTIVATIONS.make("linear"))
    assert (fused.fused, plain.fused) == (True, False)
    assert fused.predictions(outputs).tolist() == [1, 1]
    assert plain.predictions(outputs).tolist() == [0, 1]


def test_the_usual_task_follows_the_data() -> None:
    experiment = Experiment(dataset=Moons())
    assert experiment.task == Classification()
    assert experiment.replace(dataset=Plane()).task == Regression()
    assert experiment.replace(dataset=Plane()).replace(dataset=Digits()).task == Classification()
    # So does one that a program or a file names for other data.
    assert Experiment(dataset=Plane(), task=Classification()).task == Regression()
    assert usual_task("classes") == Classification()
    with pytest.raises(SettingError, match="There is no task called 'sorting'"):
        Experiment.from_json(experiment.to_json() | {"task": {"kind": "sorting"}})


def test_a_task_takes_the_losses_of_what_it_gives() -> None:
    moons, digits, plane = (data.info() for data in (Moons(), Digits(), Plane()))
    classify, predict = Classification(), Regression()
    entropy, binary = LOSSES.make("cross_entropy"), LOSSES.make("binary_cross_entropy")
    assert predict.why_no_loss(entropy, plane, "Plane") == (
        "Cross-entropy needs classes; Plane has values to predict"
    )
    assert classify.why_no_loss(binary, digits, "Digits") == (
        "Binary cross-entropy tells 2 classes apart; Digits has 10"
    )
    assert not classify.why_no_loss(binary, moons, "Moons")
    assert classify.why_not(plane) == "Classes need labels that are classes, and these data have values"
    assert predict.why_not(moons) == "Values need labels that are values, and these data have classes"


def test_a_score_is_written_in_percent_or_as_a_number() -> None:
    accuracy, r2 = Classification.score, Regression.score
    assert [accuracy.text(0.9512), accuracy.named(0.9512), accuracy.text(math.nan)] == [
        "95.1 %",
        "95.1 %",
        "–",
    ]
    assert [r2.text(0.9512), r2.named(-0.5), r2.text(math.nan)] == ["0.951", "R² −0.500", "–"]


def test_the_score_of_one_value_is_none() -> None:
    one = Samples(*[np.ones((1, 1), np.float32)] * 3)
    assert math.isnan(Regression().score_of(one.targets, one))


def test_a_loss_that_was_chosen_is_kept_where_it_tells_as_many_classes_apart() -> None:
    two, three = Moons().info(), Iris().info()
    kept = {
        (kind, info.outputs): Classification().keeps(LOSSES.make(kind), info)
        for kind in ("cross_entropy", "binary_cross_entropy", "mean_squared_error")
        for info in (two, three)
    }
    assert kept == {
        ("cross_entropy", 2): True, ("cross_entropy", 3): True,
        ("binary_cross_entropy", 2): True, ("binary_cross_entropy", 3): False,
        ("mean_squared_error", 2): True, ("mean_squared_error", 3): False,
    }  # fmt: skip
