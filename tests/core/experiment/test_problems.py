"""Every reason why an experiment cannot run is a sentence on a layer, and its quick fix works."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.data.datasets import DATASETS, Blobs, Digits, Iris, Moons, Painted, Plane
from core.experiment.experiment import Experiment, Output
from core.experiment.prepare import make_trainer, prepare
from core.experiment.problems import find_problems
from core.experiment.stack_problems import shapes_of
from core.nn import ACTIVATIONS, Activation, Dense, Dropout, Flatten, Layer, Softmax
from core.nn.losses import LOSSES, BinaryCrossentropy, MeanSquaredError
from core.nn.network import Network
from core.train.tasks import FlowMatching
from core.train.training_config import TrainingConfig
from tests.core.experiment.pressed import mended

STACKS: tuple[tuple[Layer, ...], ...] = (
    (),
    (Dense(8, "tanh"), Dense(4)),
    (Flatten(), Dense(8), Dropout()),
    (Dropout(), Dense(8)),
    (Dense(1), Softmax(), Dense(3)),
    (Dense(1, "softmax"),),
    (Activation("softmax"), Dense(4)),
)


def combinations() -> list[Experiment]:
    datasets = (Moons(), Blobs(centers=4), Plane(), Iris(), Digits(size="28x28"))
    outputs = ("auto", "softmax", "sigmoid", "tanh", "linear")
    return [
        Experiment(
            dataset=dataset, layers=layers, output=Output(output), training=TrainingConfig(loss=loss())
        )
        for dataset, layers, loss, output in itertools.product(datasets, STACKS, LOSSES, outputs)
    ]


def test_pressing_the_first_button_again_and_again_ends_well() -> None:
    broken = [experiment for experiment in combinations() if find_problems(experiment)]
    assert len(broken) > 100
    for experiment in broken:
        current = experiment
        for _ in range(6):
            problems = find_problems(current)
            if not problems:
                break
            assert all(problem.sentence and problem.fixes for problem in problems)
            assert all(0 <= problem.layer <= len(current.layers) for problem in problems)
            current = mended(problems[0])
        assert find_problems(current) == (), experiment


def test_every_mend_of_every_problem_changes_something() -> None:
    for experiment in combinations():
        for problem in find_problems(experiment):
            assert all(fix.text and fix.experiment != experiment for fix in problem.fixes)


def test_without_problems_a_network_can_be_made() -> None:
    runs = [experiment for experiment in combinations() if not find_problems(experiment)]
    assert len(runs) > 100
    for experiment in runs:
        network = Network(experiment.stack(), experiment.input_shape)
        shapes, problem = shapes_of(experiment)
        assert problem is None
        assert network.shapes == shapes
        assert len(shapes[-1]) == 1


def test_nothing_is_loaded_to_find_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("it was loaded")

    for kind in DATASETS:
        monkeypatch.setattr(kind, "load", refuse)
        find_problems(Experiment(dataset=kind()))


@pytest.mark.parametrize("activation", ACTIVATIONS.names())
def test_errors_of_classes_as_numbers_take_any_function(activation: str) -> None:
    experiment = Experiment(
        layers=(Dense(4),), output=Output(activation), training=TrainingConfig(loss=MeanSquaredError())
    )
    assert bool(find_problems(experiment)) == (activation == "softmax")
    other = Experiment(
        layers=(Dense(4),), output=Output(activation), training=TrainingConfig(loss=BinaryCrossentropy())
    )
    function = ACTIVATIONS.get(activation)
    is_probability = (function.low, function.high) == (0.0, 1.0) and activation != "softmax"
    assert bool(find_problems(other)) != is_probability


def test_points_of_one_color_are_enough_to_make_more_of_them() -> None:
    one = Painted(points=[(x, 0.5 * x, 0) for x in (-2.0, -1.0, 0.0, 1.0, 2.0)])  # type: ignore[arg-type]
    experiment = Experiment(dataset=one, layers=(Dense(8, "tanh"),))
    (problem,) = find_problems(experiment)
    assert problem.sentence == "Paint points of at least two classes"
    assert [fix.text for fix in problem.fixes] == ["Use moons", "Generate more like these"]
    fixed = problem.fixes[1].experiment
    assert isinstance(fixed.task, FlowMatching)
    assert find_problems(fixed) == ()
    trainer = make_trainer(fixed, prepare(fixed))
    trainer.run_epoch()
    assert np.isfinite(trainer.epoch_loss)
    few = fixed.replace(dataset=one.replace(points=list(one.points)[:3]))
    assert [each.sentence for each in find_problems(few)] == ["Paint at least 4 points"]
