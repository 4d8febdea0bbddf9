"""Why a stack cannot run on its data, by layer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.data.datasets import Digits, Iris, Plane
from core.data.datasets.toy_sequences import Brackets, Repeat, Waves
from core.experiment.experiment import Experiment, Output
from core.experiment.problems import find_problems
from core.experiment.stack_problems import shapes_of
from core.nn import GRU, Conv1D, Dense, Dropout, Embedding, Flatten, Layer, Softmax
from core.nn.losses import CrossEntropy
from core.train.tasks import NextToken
from core.train.training_config import TrainingConfig
from tests.core.experiment.pressed import mended

CASES: list[tuple[Experiment, int, str, str]] = [
    (
        Experiment(
            dataset=Digits(size="28x28"), layers=(Dense(8),), training=TrainingConfig(loss=CrossEntropy())
        ),
        0,
        "Dense needs a row of numbers; it gets an image of 28 × 28 × 1",
        "Insert Flatten",
    ),
    (
        Experiment(dataset=Digits(size="28x28"), training=TrainingConfig(loss=CrossEntropy())),
        0,
        "Dense needs a row of numbers; it gets an image of 28 × 28 × 1",
        "Insert Flatten",
    ),
    (
        Experiment(layers=(Dense(1), Softmax())),
        1,
        "Softmax needs at least 2 units to share out, got 1",
        "Use 2 units",
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


def of_tokens(*layers: Layer) -> Experiment:
    """The next token of Repeat, whose vocabulary is 12 and whose samples have 15 tokens."""
    training = TrainingConfig(loss=CrossEntropy())
    return Experiment(dataset=Repeat(), task=NextToken(), layers=layers, training=training)


def of_waves(*layers: Layer) -> Experiment:
    return Experiment(dataset=Waves(), layers=layers, training=TrainingConfig(loss=CrossEntropy()))


EMBEDDING = Embedding(Repeat().info().vocabulary, 8)
TIME = Repeat().info().shape[0]
SEQUENCES: list[tuple[Experiment, int, str, list[str]]] = [
    (
        of_tokens(Dense(4)),
        0,
        "Tokens need an Embedding; their numbers are names, and no amounts",
        ["Insert Embedding"],
    ),
    (
        of_tokens(),
        0,
        "Tokens need an Embedding; their numbers are names, and no amounts",
        ["Insert Embedding"],
    ),
    (
        of_tokens(Embedding(5, 8), Dense(4)),
        0,
        f"Embedding knows 5 tokens; Letters has {EMBEDDING.input_dim}",
        [f"Use {EMBEDDING.input_dim}"],
    ),
    (
        Experiment(
            dataset=Iris(), layers=(Embedding(5, 8), Flatten()), training=TrainingConfig(loss=CrossEntropy())
        ),
        0,
        "Embedding needs tokens; Iris has numbers",
        ["Remove"],
    ),
    (
        of_waves(Dense(4)),
        1,
        "The prediction is one per position; classes need one per sequence",
        ["Insert GlobalAveragePooling1D", "Insert Flatten"],
    ),
    (
        of_waves(GRU(4, return_sequences=True)),
        1,
        "The prediction is one per position; classes need one per sequence",
        ["Insert GlobalAveragePooling1D", "Insert Flatten", "Return the last step"],
    ),
    (
        of_tokens(EMBEDDING, Flatten(), Dense(4)),
        1,
        f"Continue needs a prediction at each of {TIME} positions; Flatten takes them away",
        ["Remove"],
    ),
    (
        of_tokens(EMBEDDING, GRU(4)),
        1,
        f"Continue needs a prediction at each of {TIME} positions; GRU takes them away",
        ["Prediction at each position", "Remove"],
    ),
    (
        of_tokens(EMBEDDING, Conv1D(4, 3), Dense(4)),
        1,
        f"Continue needs a prediction at each of {TIME} positions; Conv1D leaves {TIME - 2}",
        ["Use causal padding", "Remove"],
    ),
]


@pytest.mark.parametrize(("experiment", "layer", "sentence", "buttons"), SEQUENCES)
def test_a_problem_of_sequences_has_fixes_that_help(
    experiment: Experiment, layer: int, sentence: str, buttons: list[str]
) -> None:
    (problem,) = find_problems(experiment)
    assert (problem.layer, problem.sentence) == (layer, sentence)
    assert [fix.text for fix in problem.fixes] == buttons
    for fix in problem.fixes:
        assert find_problems(fix.experiment) == ()


def test_tokens_of_classes_are_embedded_and_then_predicted_once() -> None:
    experiment = Experiment(dataset=Brackets(asked="balanced"), layers=(Dense(4),))
    (first,) = find_problems(experiment)
    (second,) = find_problems(mended(first))
    assert second.sentence == "The prediction is one per position; classes need one per sequence"
    assert find_problems(mended(second)) == ()


def test_shapes_are_told_up_to_the_problem() -> None:
    experiment = Experiment(
        dataset=Digits(size="28x28"),
        layers=(Dropout(), Dense(4), Dense(2)),
        training=TrainingConfig(loss=CrossEntropy()),
    )
    shapes, problem = shapes_of(experiment)
    assert shapes == ((28, 28, 1),)
    assert problem is not None
    assert problem.layer == 1
    assert [fix.text for fix in problem.fixes] == ["Insert Flatten", "Remove"]


def test_outputs_of_a_batch_that_take_too_much_memory_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    info = replace(Repeat().info(), shape=(512,), vocabulary=50_000, outputs=50_000)
    monkeypatch.setattr(Repeat, "info", lambda _: info)
    layers = (Embedding(output_dim=8, input_dim=50_000), GRU(8, return_sequences=True))
    experiment = Experiment(dataset=Repeat(), task=NextToken(), layers=layers)
    experiment = experiment.with_training(loss=CrossEntropy(), batch_size=32)
    (problem,) = find_problems(experiment)
    assert problem.layer == len(layers)
    assert problem.sentence.startswith(
        "The outputs of a batch must take at most 4 GB, got 6.6 GB (32 x 512 x 50,000)"
    )
    (fix,) = problem.fixes
    assert fix.text == "Batches of 19"
    assert find_problems(fix.experiment) == ()
