"""Why a stack cannot run on its data, by layer."""

from __future__ import annotations

import pytest

from core.data.datasets import Iris, MnistSubset, Plane
from core.data.datasets.toy_sequences import Repeat, Waves
from core.experiment.experiment import Experiment, Output
from core.experiment.problems import find_problems
from core.experiment.stack_problems import find_stack_problems, shapes_of
from core.nn import Dense, Dropout, Reshape, Softmax
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from tests.core.experiment.pressed import mended

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


def test_answers_are_at_each_position_where_the_task_asks_for_them() -> None:
    texts = Experiment(dataset=Repeat(), layers=(Dense(4),)).with_training(loss="cross_entropy")
    (problem,) = find_stack_problems(texts)
    assert problem.sentence == (
        "The next token needs an answer at each position, and these layers give one for all positions"
    )
    assert find_stack_problems(texts.replace(layers=(Reshape((16, 1)), Dense(4)))) == ()
    (other,) = find_stack_problems(texts.replace(layers=(Reshape((8, 2)), Dense(4))))
    assert other.sentence == problem.sentence
    waves = Experiment(dataset=Waves(), layers=(Dense(4),)).with_training(loss="cross_entropy")
    (problem,) = find_stack_problems(waves)
    assert (
        problem.sentence == "The layers give an answer at each position, and one is needed for all positions"
    )
    (fix,) = problem.fixes
    assert fix.text == "Insert Flatten"
    assert find_stack_problems(fix.experiment) == ()
