"""Changing the dataset of a valid experiment leads to a valid experiment."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from core.data.augmentation import Augmentation
from core.data.datasets import (
    DATASETS,
    Blobs,
    BreastCancer,
    Circle,
    Dataset,
    Digits,
    GaussianQuantiles,
    Iris,
    Moons,
    NoScaling,
    Painted,
    Plane,
    Standardize,
    TableFile,
)
from core.data.datasets.series_file_dataset import SeriesFile
from core.data.datasets.text_datasets import Names
from core.data.datasets.toy_sequences import Add, Brackets, Repeat, Waves
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import TableSchema
from core.experiment.adapt import with_optimizer
from core.experiment.experiment import Experiment, Output
from core.experiment.prepare import make_trainer, prepare
from core.experiment.problems import find_problems
from core.experiment.templates import templates_for, with_template
from core.nn import Activation, Dense, Dropout, Embedding, Flatten, Layer
from core.nn.interventions import Intervention
from core.nn.losses import LOSSES, BinaryCrossentropy, CrossEntropy, MeanSquaredError
from core.optim import OPTIMIZERS, SGD, Adam
from core.train.training_config import TrainingConfig
from tests.core.experiment.on_data import with_dataset
from tests.core.kinds import kind_id

FLAT = [kind() for kind in DATASETS if kind.family != "sequences"]
ALL = {
    (each.family, each.info()): each for each in (GaussianQuantiles(classes=2), Blobs(centers=5), *FLAT[::-1])
}.values()
"""One of those that have the same shape, labels and outputs."""
STACKS: tuple[tuple[Layer, ...], ...] = (
    (),
    (Dense(4, "relu"), Dense(3)),
    (Flatten(), Dense(4)),
    (Dropout(), Dense(4)),
    (Activation("tanh"), Dropout(), Flatten(), Activation("relu")),
)

SOME_LOSSES = ("cross_entropy", "binary_cross_entropy", "mse", "huber")


@pytest.mark.parametrize("before", ALL, ids=kind_id)
def test_every_dataset_after_every_other(before: Dataset) -> None:
    tried = 0
    for layers, loss, output in itertools.product(
        STACKS, SOME_LOSSES, ("auto", "softmax", "sigmoid", "tanh")
    ):
        experiment = Experiment(
            dataset=before,
            layers=layers,
            output=Output(output),
            training=TrainingConfig(loss=LOSSES.make(loss)),
        )
        if find_problems(experiment):
            continue
        for after in ALL:
            adapted = with_dataset(experiment, after)
            assert adapted.dataset == after
            assert find_problems(adapted) == (), (before, after, layers, loss, output)
            tried += 1
    assert tried > 50


def test_what_can_stay_stays() -> None:
    experiment = Experiment(
        layers=(Dense(5, "tanh"), Dropout(0.1)),
        seed=7,
        training=TrainingConfig(optimizer=SGD(0.5), batch_size=20),
    )
    for after in (Moons(noise=0.3), Blobs(), DATASETS.make("xor")):
        adapted = with_dataset(experiment, after)
        assert adapted == experiment.replace(dataset=after, name=adapted.name)


def test_losses_follow_the_predictions() -> None:
    start = Experiment(layers=(Dense(4),))
    assert with_dataset(start, Iris()).training.loss == CrossEntropy()
    assert with_dataset(start, Plane()).training.loss == MeanSquaredError()
    assert with_dataset(with_dataset(start, Plane()), Moons()).training.loss == BinaryCrossentropy()
    assert with_dataset(with_dataset(start, Iris()), BreastCancer()).training.loss == BinaryCrossentropy()
    three = with_dataset(start.replace(dataset=Blobs()), Blobs(centers=3))
    assert with_dataset(three, Blobs(centers=2)).training.loss == BinaryCrossentropy()
    assert with_dataset(start.replace(dataset=Blobs()), Blobs(centers=3)).training.loss == CrossEntropy()
    assert (
        with_dataset(start.with_training(loss=BinaryCrossentropy()), Moons(noise=0.0)).training.loss
        == BinaryCrossentropy()
    )


def test_a_loss_that_the_user_chose_stays_where_it_fits() -> None:
    squares = Experiment(
        dataset=Moons(), output=Output("tanh"), training=TrainingConfig(loss=MeanSquaredError())
    )
    assert with_dataset(squares, Circle()).training.loss == MeanSquaredError()
    assert with_dataset(squares, Circle()).output == Output("tanh")
    softmax = Experiment(dataset=Moons(), training=TrainingConfig(loss=CrossEntropy()))
    assert with_dataset(softmax, Circle()).training.loss == CrossEntropy()


def test_a_tanh_of_a_regression_does_not_stay_for_classes() -> None:
    plane = Experiment(
        dataset=Plane(), output=Output("tanh"), training=TrainingConfig(loss=MeanSquaredError())
    )
    moons = with_dataset(plane, Moons())
    assert (moons.training.loss, moons.output) == (BinaryCrossentropy(), Output("auto"))


def test_interventions_stay_with_the_data_that_they_were_made_on() -> None:
    frozen = Experiment(dataset=Moons(), layers=(Dense(4),), interventions=(Intervention("freeze", 0, 1),))
    assert with_dataset(frozen, Moons(noise=0.3)).interventions == frozen.interventions
    assert with_dataset(frozen, Painted()).interventions == frozen.interventions
    assert with_dataset(frozen, Circle()).interventions == ()


def test_an_output_function_that_no_longer_fits_becomes_auto() -> None:
    start = Experiment(
        layers=(Dense(4),), output=Output("tanh"), training=TrainingConfig(loss=MeanSquaredError())
    )
    assert with_dataset(start, Iris()).output == Output("auto")
    assert with_dataset(start, Plane()).output == Output("tanh")


def test_images_get_a_flatten_larger_batches_and_a_calmer_rate() -> None:
    start = Experiment(
        layers=(Dropout(), Dense(40)), training=TrainingConfig(optimizer=Adam(0.03), batch_size=10)
    )
    images = with_dataset(start, Digits(size="28x28"))
    assert images.layers == (Flatten(), Dropout(), Dense(40))
    assert images.training.batch_size == 128
    assert images.training.optimizer == Adam(0.001)
    points = with_dataset(images, Moons())
    assert points.layers[0] == Dropout()
    assert (points.training.batch_size, points.training.optimizer) == (10, Adam(0.03))


def test_tables_are_scaled() -> None:
    table = with_dataset(Experiment(), Iris())
    assert table.scaling == Standardize()
    assert with_dataset(table, Moons()).scaling == NoScaling()


@pytest.mark.parametrize(
    ("rate", "path", "expected"),
    [
        (0.03, ["lbfgs"], 1.0),
        (0.03, ["lbfgs", "adam"], 0.03),
        (0.03, ["adadelta"], 1.0),
        (0.03, ["lion"], 0.001),
        # Less than an order of magnitude apart.
        (0.03, ["sgd"], 0.03),
        (0.01, ["sgd", "adam"], 0.01),
        # Set by hand.
        (0.3, ["lbfgs"], 0.3),
        (0.25, ["sgd", "lion", "adam"], 0.25),
        (0.0, ["lbfgs"], 0.0),
    ],
)
def test_another_optimizer_takes_its_usual_rate_where_the_old_one_was_nobodys_choice(
    rate: float, path: list[str], expected: float
) -> None:
    experiment = Experiment(layers=(Dense(4),), training=TrainingConfig(optimizer=Adam(learning_rate=rate)))
    for kind in path:
        experiment = with_optimizer(experiment, kind)
    assert experiment.training.optimizer == OPTIMIZERS.get(path[-1])(learning_rate=expected)


def test_on_images_adam_starts_slowly() -> None:
    experiment = with_dataset(Experiment(layers=(Dense(4),)), Digits(size="28x28"))
    assert experiment.training.optimizer.learning_rate == 0.001
    descent = with_optimizer(experiment, "sgd")
    assert descent.training.optimizer.learning_rate == 0.01
    assert with_optimizer(descent, "adam").training.optimizer.learning_rate == 0.001


def test_augmentation_goes_with_its_data() -> None:
    """Photographs may be flipped, digits not; other settings of the same data keep the augmentation."""
    mirrored = Augmentation(flip=True, shift=2)
    digits = with_dataset(Experiment(layers=(Dense(4),)), Digits()).with_training(augmentation=mirrored)
    assert with_dataset(digits, Digits(size="28x28")).training.augmentation == Augmentation()
    mnist = with_dataset(digits, Digits(size="28x28")).with_training(augmentation=mirrored)
    assert with_dataset(mnist, Digits(size="28x28", samples=500)).training.augmentation == mirrored


SEQUENCES = (Repeat(), Add(), Brackets(asked="balanced"), Waves(), Names(samples=200))


@pytest.mark.parametrize("after", SEQUENCES, ids=lambda data: data.kind)
@pytest.mark.parametrize(
    "before", [*SEQUENCES, Moons(), Digits(), Iris(), Plane()], ids=lambda data: data.kind
)
def test_sequences_get_layers_that_run_and_give_way_to_others(before: Dataset, after: Dataset) -> None:
    for start, end in ((before, after), (after, before)):
        experiment = with_dataset(with_dataset(Experiment(layers=(Dense(4),)), start), end)
        assert find_problems(experiment) == ()


def test_an_embedding_follows_the_vocabulary_and_other_layers_stay() -> None:
    before = with_template(
        with_dataset(Experiment(), Repeat()), templates_for(with_dataset(Experiment(), Repeat()))[1]
    )
    after = with_dataset(before, Repeat(letters=20))
    assert [layer.kind for layer in after.layers] == ["embedding", "gru"]
    assert (before.layers[0].input_dim, after.layers[0].input_dim) == (12, 20)  # type: ignore[attr-defined]
    assert with_dataset(before, Names()).layers[1:] == before.layers[1:]
    # A vocabulary of the user's own choice stays.
    own = before.replace(layers=(Embedding(99, 4), *before.layers[1:]))
    assert with_dataset(own, Names()).layers == own.layers


def test_another_target_of_the_same_table_has_the_scale_of_its_labels(tmp_path: Path) -> None:
    path = tmp_path / "animals.csv"
    path.write_text("mass,kind\n" + "".join(f"{4000 + number},{'ab'[number % 2]}\n" for number in range(40)))
    table = read_table(path)
    kinds = TableFile.of(table, TableSchema(("mass",), "kind"))
    masses = TableFile.of(table, TableSchema(("kind",), "mass", "regression"))
    classes = with_dataset(Experiment(), kinds)
    values = with_dataset(classes, masses)
    assert (classes.target_scaling, values.target_scaling) == (NoScaling(), Standardize())
    assert with_dataset(values, kinds).target_scaling == NoScaling()


def test_a_series_is_scaled_by_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    path.write_text("v\n" + "".join(f"{1000 + number % 7}\n" for number in range(200)))
    experiment = with_dataset(Experiment(), SeriesFile.of(read_table(path), "v"))
    assert (experiment.scaling, experiment.target_scaling) == (Standardize(), Standardize())
    prepared = prepare(experiment)
    assert abs(float(prepared.train.inputs.mean())) < 1e-3
    trainer = make_trainer(experiment, prepared)
    for _ in range(30):
        trainer.run_epoch()
    assert trainer.figures.test.score > 0.9
