"""Every reason why an experiment cannot run is a sentence on a layer, and what is offered to mend it does."""

from __future__ import annotations

import itertools

import pytest

from core.data.datasets import DATASETS, Blobs, Iris, MnistSubset, Moons, Plane
from core.experiment.experiment import Experiment, Output
from core.experiment.problems import find_problems
from core.experiment.stack_problems import Problem, shapes_of
from core.nn import ACTIVATIONS, Activation, Dense, Dropout, Flatten, Layer, Softmax
from core.nn.losses import LOSSES, BinaryCrossEntropy, CrossEntropy, MeanSquaredError
from core.nn.network import Network
from core.train.training_config import TrainingConfig

STACKS: tuple[tuple[Layer, ...], ...] = (
    (),
    (Dense(8, "tanh"), Dense(4)),
    (Flatten(), Dense(8), Dropout()),
    (Dropout(), Dense(8)),
    (Dense(1), Softmax(), Dense(3)),
    (Dense(1, "softmax"),),
    (Activation("softmax"), Dense(4)),
)


def mended(problem: Problem) -> Experiment:
    """What the first button leads to."""
    assert problem.fixes, problem.sentence
    return problem.fixes[0].experiment


CASES: list[tuple[Experiment, int, str, str]] = [
    (
        Experiment(dataset=MnistSubset(), layers=(Dense(8),), training=TrainingConfig(loss=CrossEntropy())),
        0,
        "Dense needs a row of numbers; it gets an image of 28 × 28 × 1",
        "Insert Flatten",
    ),
    (
        Experiment(dataset=MnistSubset(), training=TrainingConfig(loss=CrossEntropy())),
        0,
        "Dense needs a row of numbers; it gets an image of 28 × 28 × 1",
        "Insert Flatten",
    ),
    (
        Experiment(layers=(Dense(1), Softmax())),
        1,
        "Softmax needs at least 2 units to share out, got 1",
        "Remove",
    ),
    (
        Experiment(layers=(Dense(4),), output=Output("softmax")),
        1,
        "Softmax needs at least 2 units to share out, got 1",
        "Use auto",
    ),
    (
        Experiment(dataset=Plane(), layers=(Dense(4),)),
        1,
        "Binary cross-entropy needs classes; Plane has values to predict",
        "Use Mean squared error",
    ),
    (
        Experiment(dataset=Iris(), layers=(Dense(4),)),
        1,
        "Binary cross-entropy tells 2 classes apart; Iris has 3",
        "Use Cross-entropy",
    ),
    (
        Experiment(layers=(Dense(4),), output=Output("tanh")),
        1,
        "Binary cross-entropy needs probabilities from 0 to 1; Tanh can leave that range",
        "Use sigmoid",
    ),
    (
        Experiment(
            dataset=Iris(),
            layers=(Dense(4),),
            output=Output("sigmoid"),
            training=TrainingConfig(loss=CrossEntropy()),
        ),
        1,
        "Cross-entropy needs probabilities that sum to 1; Sigmoid gives each its own",
        "Use softmax",
    ),
    (
        Experiment(layers=(Dense(4), Dense(16_000), Dense(16_000), Dense(4))),
        2,
        "Network: weights must be at most 50,000,000, got 256,160,021",
        "Use 256 units",
    ),
]


@pytest.mark.parametrize(
    ("experiment", "layer", "sentence", "button"), CASES, ids=[case[3] for case in CASES]
)
def test_a_problem_is_a_sentence_on_a_layer_with_a_mend(
    experiment: Experiment, layer: int, sentence: str, button: str
) -> None:
    (problem,) = find_problems(experiment)
    assert (problem.layer, problem.sentence) == (layer, sentence)
    assert problem.fixes[0].text == button
    assert find_problems(mended(problem)) == ()


def combinations() -> list[Experiment]:
    datasets = (Moons(), Blobs(centers=4), Plane(), Iris(), MnistSubset())
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


def test_shapes_are_told_up_to_the_problem() -> None:
    experiment = Experiment(
        dataset=MnistSubset(),
        layers=(Dropout(), Dense(4), Dense(2)),
        training=TrainingConfig(loss=CrossEntropy()),
    )
    shapes, problem = shapes_of(experiment)
    assert shapes == ((28, 28, 1),)
    assert problem is not None
    assert problem.layer == 1
    assert [fix.text for fix in problem.fixes] == ["Insert Flatten", "Remove"]


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
        layers=(Dense(4),), output=Output(activation), training=TrainingConfig(loss=BinaryCrossEntropy())
    )
    function = ACTIVATIONS.get(activation)
    is_probability = (function.low, function.high) == (0.0, 1.0) and activation != "softmax"
    assert bool(find_problems(other)) != is_probability
